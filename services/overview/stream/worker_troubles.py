"""What is not well with workers, whatever their services do: lost, started again and again, of another time. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from math import ceil
from typing import Final

from schemas.counted import counted
from services.overview.stream.model import Overview, Remedy, ServiceView, Trouble
from services.overview.stream.spans import MOST_NAMED, ago, named_of, span, stamp, when
from services.processes import PORTAL, process_of
from services.runtime.figures.restarts import Restarts
from services.runtime.health.heartbeat import MISSED, Worker
from services.runtime.metrics.catalogue import DUE_TO_ACCEPTED

AGAIN_AND_AGAIN: Final = 3
"""So many restarts of one worker in an hour are no upgrade, and no operator's second thought."""


def lost(overview: Overview) -> Iterator[Trouble]:
    """Workers that went silent where others of their service go on; where none does, that is told of the service."""
    found: dict[str, list[tuple[ServiceView, Worker]]] = {}
    for service in overview.services:
        for worker in service.lost(overview.at) if service.alive(overview.at) else ():
            found.setdefault(worker.worker, []).append((service, worker))
    if len(found) > MOST_NAMED:
        yield _many_lost(overview, found)
        return
    for name, rows in found.items():
        services = " and ".join(service.name for service, _ in rows)
        left = min(len(service.alive(overview.at)) for service, _ in rows)
        worker = max((worker for _, worker in rows), key=lambda worker: worker.seen_at)
        yield Trouble(
            f"the worker {name} of {services} is lost, last heard of {when(worker.seen_at, overview.at)} from"
            f" {worker.host}; {left} {'works' if left == 1 else 'work'} on",
            f"start it again: `jobchime {process_of(rows[0][0].name)}`; gone for good: `jobchime worker forget {name}`",
            Remedy("forget worker", name),
        )


def _many_lost(overview: Overview, lost: Mapping[str, Sequence[tuple[ServiceView, Worker]]]) -> Trouble:
    workers = [worker for rows in lost.values() for _, worker in rows]
    services = dict.fromkeys(service.name for rows in lost.values() for service, _ in rows)
    last = max(worker.seen_at for worker in workers)
    return Trouble(
        f"{len(lost):,} workers of {' and '.join(services)} are lost, the last heard of {when(last, overview.at)}:"
        f" {named_of(list(lost))}",
        "`jobchime worker list` names them; start them again; those gone for good: `jobchime worker forget NAME`",
        Remedy("forget lost workers"),
    )


def restarting(overview: Overview) -> Iterator[Trouble]:
    """Workers that are started again and again: each is well when somebody looks, and what it had in hand waits."""
    found: dict[Restarts, list[str]] = {}
    # A portal that is part of the process of all others is started with them.
    for service in (view for view in overview.services if not (overview.has_portal and view.name == PORTAL)):
        for restart in service.restarts:
            if restart.hour >= AGAIN_AND_AGAIN and restart.last is not None:
                found.setdefault(restart, []).append(service.name)
    often = sorted(found, key=lambda restart: -restart.hour)
    for restart in often[:MOST_NAMED]:
        passed = max(overview.at - (restart.last or overview.at), timedelta())
        yield Trouble(
            f"the worker {restart.worker} of {named_of(found[restart])} was started anew"
            f" {counted(restart.hour, 'time')} in the last hour, the last time {ago(passed)} ago",
            "nothing, if that was you; else its log, or the platform's, says why it ended: 137 is memory or `kill -9`,"
            " 2 wrong settings, with one sentence on what to do",
            "process",
            grave=restart.go_on(overview.at),
        )
    if len(often) > MOST_NAMED:
        yield Trouble(
            f"{len(often) - MOST_NAMED:,} more workers were started anew {AGAIN_AND_AGAIN} times and more in the last"
            " hour",
            "`jobchime worker list` names them; see the platform's log",
            "process",
            grave=any(restart.go_on(overview.at) for restart in often[MOST_NAMED:]),
        )


def clocks(overview: Overview) -> Iterator[Trouble]:
    """A heartbeat of a time to come says nothing of whether its worker lives now."""
    ahead: dict[str, list[Worker]] = {}
    for worker in (worker for service in overview.services for worker in service.workers):
        if not worker.stopped and worker.seen_at - overview.at > MISSED:
            ahead.setdefault(worker.host, []).append(worker)
    for host, workers in ahead.items():
        names = named_of(list(dict.fromkeys(worker.worker for worker in workers)))
        furthest = max(worker.seen_at for worker in workers)
        yield Trouble(
            f"the last heartbeat of {names} is of {ago(furthest - overview.at)} from now: a clock of {host} or here is"
            " or was wrong, and whether they run cannot be told",
            "set the clocks by NTP, then start them again; `jobchime doctor` compares the clocks",
            "machine",
        )


def too_few(overview: Overview) -> Iterator[Trouble]:
    """Notifiers that will hand a coming hour's digests over later than the objective, told while some can be added."""
    peak, objective = overview.peak, DUE_TO_ACCEPTED.objective
    if peak is None or objective is None or peak.takes_s <= objective.within_s:
        return
    alive = sum(len(service.alive(overview.at)) for service in overview.services if service.name == "notifier")
    wanted = f"run {ceil(alive * peak.takes_s / objective.within_s):,} by then: `jobchime notifier`"
    yield Trouble(
        f"{counted(peak.digests, 'digest falls', 'digests fall')} due at {stamp(peak.due_at)}; by the pace of the"
        f" busiest hour of late, {span(peak.each_s)} each, {counted(alive, 'notifier')}"
        f" will have the last of them ready {span(peak.takes_s)} later, where {span(objective.within_s)} are aimed at",
        wanted
        if overview.form == "deployed"
        else "one process builds them all: the deployed form shares them among notifiers",
        "process",
        grave=False,
    )
