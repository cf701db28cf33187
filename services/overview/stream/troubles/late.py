"""What took longer than its objective, and whether that goes on. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.overview.stream.model import Overview, Remedy, ServiceView, Trouble
from services.overview.stream.spans import span
from services.processes import BESIDE_THE_WAY

_FAST_BURN = 14.4
_LEAST_LATE = 5
_IN_HAND = 10
"""Records that a service may have yet to handle whenever somebody looks, as some came in that moment."""


def late_troubles(overview: Overview) -> Iterator[Trouble]:
    """What is late of late is a failure; a budget that is spent by what is over is told of.

    Fast burn: 14.4 times as fast as a budget of 30 days allows, which in an hour spends a fiftieth of it (Google's SRE
    workbook, chapter 5). Of few the share says little.
    """
    figures = overview.figures
    waits = figures is not None and bool(figures.sending_paused or figures.put_off)
    for stage in overview.stages:
        objective = stage.objective
        if objective is None or stage.budget_left is None:
            continue
        limit = span(objective.within_s)
        if stage.burn >= _FAST_BURN and stage.lately_late >= _LEAST_LATE and not (waits and stage.ends_with_mail):
            late = f"{stage.lately_late:,} of {stage.lately:,}"
            over = (_mails_flow if stage.ends_with_mail else _flows)(overview, objective.within_s)
            yield Trouble(
                f"{stage.name}: {late} of this hour and the last took longer than {limit}, where at most"
                f" {1 - objective.share:.0%} should" + "; nothing waits any more" * over,
                "nothing, if it is over: look at what was late in the figures by the hour"
                if over
                else "what is said of mails, digests and the notifier here says why"
                if stage.ends_with_mail
                else "see which service lags or stands still, in the table of services",
                "told of elsewhere",
                grave=not over,
            )
        elif stage.budget_left < 0:
            yield Trouble(
                f"{stage.name}: of the last 30 days {stage.within or 0:.1%} were within {limit}, where"
                f" {objective.share:.0%} should be",
                "nothing now, if it is over: look at what was late in the figures by the hour",
                Remedy("show figures"),
                grave=False,
            )


def _flows(overview: Overview, within_s: float) -> bool:
    """Whether postings come through in that time now: after an outage their hour is late for long after."""
    on_the_way = [service for service in overview.services if service.name not in BESIDE_THE_WAY]
    states = {service.state(overview.at) for service in on_the_way}
    waits = any(_waits(service, overview.at, within_s) for service in overview.services)
    return states <= {"ready", "off"} and not waits and max(overview.freshness_s.values(), default=0.0) <= within_s


def _mails_flow(overview: Overview, within_s: float) -> bool:
    """Whether no digest or mail waits for as long now: after an outage their hour is late for long after."""
    figures, within = overview.figures, timedelta(seconds=within_s)
    if figures is None:
        return False
    tried = [fault.since for fault in figures.mail.faults if fault.waiting and not figures.mail.has_passed(fault)]
    waiting = (figures.due_since, figures.mail.untaken_since, *tried)
    return all(since is None or overview.at - since <= within for since in waiting)


def _waits(service: ServiceView, now: datetime, within_s: float) -> bool:
    """More than what is in hand at any moment; that a few are not handled at all is told of their service."""
    rate = sum(worker.heartbeat.per_second for worker in service.alive(now))
    return (service.lag or 0) > max(rate * within_s, _IN_HAND)
