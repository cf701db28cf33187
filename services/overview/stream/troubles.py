"""What is not well, and what to do about it: pure, for whoever is woken at three."""

from collections.abc import Iterator
from datetime import timedelta

from schemas.counted import counted
from schemas.topics import dead_of
from services.overview.stream.model import LetterView, Overview, Remedy, Trouble
from services.overview.stream.source_troubles import LATE_POLLS, late_polls
from services.overview.stream.spans import MOST_NAMED, ago, lasting, named_of, short, span
from services.overview.stream.store_troubles import store_troubles
from services.overview.stream.worker_troubles import WAYS_OUT, clocks, of_services, restarting, too_few
from services.processes import process_of

SLOW_S = 60.0
"""A median from fetch to handling beyond this is not fresh."""
_FAST_BURN = 14.4
_LEAST_LATE = 5
_LEAST_LETTERS, _MUCH_DIES = 10, 0.01
"""A few records of a feed are always odd; where a share dies, jobs of a whole board reach nobody until it is mended."""
DECLARE = (
    "`jobchime subscriber import FILE --update` with --consent-origin, --consent-date and --consent-wording says it;"
    " portal.consent.confirm_declared asks those who were never mailed"
)
_MEND_LETTERS = "`jobchime dead list` says why; mend it, then `jobchime dead replay` or `dead discard`"
_COLLECTOR = "ingest.collector"


def troubles(overview: Overview) -> tuple[Trouble, ...]:
    """All that is not well, the gravest first; empty where all is."""
    found = [
        *_engines(overview),
        *of_services(overview),
        *clocks(overview),
        *restarting(overview),
        *(store_troubles(overview.figures, overview.at) if overview.figures else ()),
        *_late_polls(overview),
        *_not_taken_up(overview),
        *_index_is_short(overview),
        *_objectives(overview),
        *too_few(overview),
        *_undeclared(overview),
        *_letters(overview),
    ]
    return tuple(sorted(found, key=lambda trouble: not trouble.grave))


def healthy(overview: Overview) -> bool:
    """Whether nothing grave is wrong: a pause by an operator is no fault, unless it is forgotten."""
    return not any(trouble.grave for trouble in troubles(overview))


def _engines(overview: Overview) -> Iterator[Trouble]:
    for engine in overview.engines:
        if not engine.reachable:
            yield Trouble(
                f"{engine.name} cannot be used: {short(engine.said)}{lasting(engine.away_since, None, overview.at)}",
                *WAYS_OUT[engine.mend],
            )


def _late_polls(overview: Overview) -> Iterator[Trouble]:
    """Of a collector that works; one that does not, or is paused, is told of itself."""
    collectors = [service for service in overview.services if service.name == _COLLECTOR]
    if overview.figures and any(service.alive(overview.at) and not service.paused for service in collectors):
        yield from late_polls(overview.figures.sources, overview.at)


def _not_taken_up(overview: Overview) -> Iterator[Trouble]:
    """A collector registers each source of its settings at once: of one that it does not know the store has no row."""
    begun = [
        worker.started_at
        for service in overview.services
        if service.name == _COLLECTOR and not service.paused
        for worker in service.alive(overview.at)
    ]
    if overview.figures is None or not begun or abs(overview.at - max(begun)) < LATE_POLLS:
        return
    names = [
        source.name
        for source in overview.figures.sources
        if source.state == "waiting" and not source.pushed and source.next_due is None
    ]
    if names:
        process = "run" if overview.form == "embedded" else process_of(_COLLECTOR)
        yield Trouble(
            f"{counted(len(names), 'source')} of the settings {'is' if len(names) == 1 else 'are'} not polled by what"
            f" runs: {named_of(names)}",
            f"start `jobchime {process}` anew: it was started before, or with other settings",
            "process",
        )


def _index_is_short(overview: Overview) -> Iterator[Trouble]:
    """The matcher indexes a posting before the store hears of it: what the store has, the index must have."""
    stored = overview.figures.recent_postings if overview.figures else 0
    if overview.indexed is not None and overview.indexed < stored:
        yield Trouble(
            f"the index of postings has {overview.indexed:,} of the last week, and the store {stored:,}: new searches,"
            " previews and backtests find fewer",
            "`jobchime reindex`",
            Remedy("reindex", "postings"),
        )


def _objectives(overview: Overview) -> Iterator[Trouble]:
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
        within = f"within {span(objective.within_s)}, which {objective.share:.0%} of them should be"
        if stage.burn >= _FAST_BURN and stage.lately_late >= _LEAST_LATE and not (waits and stage.ends_with_mail):
            late = f"{stage.lately_late:,} of {stage.lately:,}"
            yield Trouble(
                f"{stage.name}: {late} of this hour and the last were not {within}",
                "what is said of mails, digests and the notifier here says why"
                if stage.ends_with_mail
                else "see which service lags or stands still, above",
                "told of elsewhere",
            )
        elif stage.budget_left < 0:
            yield Trouble(
                f"{stage.name}: of the last 30 days {stage.within or 0:.1%} were {within}",
                "nothing now, if it is over: look at what was late in the figures by the hour",
                Remedy("show figures"),
                grave=False,
            )


def _undeclared(overview: Overview) -> Iterator[Trouble]:
    if overview.undeclared:
        served = counted(overview.undeclared, "subscriber is", "subscribers are")
        yield Trouble(
            f"{served} served without a word on where, when and to what words they agreed",
            DECLARE,
            "known to you",
            grave=False,
        )


def _letters(overview: Overview) -> Iterator[Trouble]:
    by_topic: dict[str, list[LetterView]] = {}
    for letter in overview.letters:
        if letter.waiting:
            by_topic.setdefault(letter.topic, []).append(letter)
    records = {dead_of(topic.name): topic.records for topic in overview.topics}
    for topic, letters in by_topic.items():
        waiting = sum(letter.waiting for letter in letters)
        many = waiting >= _LEAST_LETTERS and waiting > _MUCH_DIES * records.get(topic, 0)
        of_all = f" of {waiting:,}" if len(letters) > 1 else ""
        share = f", {'together ' if of_all else ''}more than 1 of 100 records" if many else ""
        frequent = sorted(letters, key=lambda letter: -letter.waiting)[:MOST_NAMED]
        for letter in frequent:
            words = "dead letter" if waiting == 1 else "dead letters"
            finding = f"{letter.waiting:,}{of_all} {words} in {topic}{share}: {short(letter.error)}"
            back = Remedy("replay letters", f"{topic} {letter.fault}", letter.returnable)
            yield Trouble(finding, _MEND_LETTERS, back if back.count else Remedy("show letters", topic), grave=many)
        if reasons := len(letters) - len(frequent):
            rest = waiting - sum(letter.waiting for letter in frequent)
            finding = f"{counted(rest, 'more dead letter')} in {topic}, of {counted(reasons, 'other reason')}"
            yield Trouble(finding, _MEND_LETTERS, Remedy("show letters", topic), grave=many)
    for service, seconds in overview.freshness_s.items():
        if seconds > SLOW_S:
            yield Trouble(
                f"{service} handles postings {ago(timedelta(seconds=seconds))} after their fetch",
                "see its lag above",
                "told of elsewhere",
                grave=False,
            )
