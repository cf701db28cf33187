"""What is not well, and what to do about it: pure, for whoever is woken at three."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from schemas.counted import counted
from schemas.topics import dead_of
from services.overview.stream.model import DATA_FOLDER, ByHand, LetterView, Overview, Remedy, ServiceView, Trouble
from services.overview.stream.source_troubles import LATE_POLLS, late_polls
from services.overview.stream.spans import MOST_NAMED, ago, forgotten, joined, lasting, named_of, short, span, when
from services.overview.stream.store_troubles import store_troubles
from services.overview.stream.worker_troubles import clocks, lost, restarting, too_few
from services.processes import PORTAL, process_of
from services.runtime.errors import Mend
from services.runtime.health.heartbeat import Worker
from services.runtime.health.status import CLOCK_FAILS
from services.runtime.pauses import BY_OPERATOR

BEHIND_S = 300.0
"""A service that needs longer than this to catch up is behind."""
FAILS_FOR = timedelta(minutes=2)
"""What a worker that is ready fails at for so long, each time, does not pass by itself."""
SLOW_S = 60.0
"""A median from fetch to handling beyond this is not fresh."""
_FAST_BURN = 14.4
_LEAST_LATE = 5
_LEAST_LETTERS, _MUCH_DIES = 10, 0.01
"""A few records of a feed are always odd; where a share dies, jobs of a whole board reach nobody until it is mended."""
_ENGINE: tuple[str, Remedy | ByHand] = (
    "it goes on by itself once that is back; `jobchime doctor` says how",
    "machine",
)
"""Engines, of which all others tell, are mended where they are."""
_DO: dict[Mend | None, tuple[str, Remedy | ByHand]] = {
    "dead letters": (
        "`jobchime dead list` shows the records; mend the service, then start it again",
        Remedy("show letters"),
    ),
    "migrate": ("`jobchime migrate`", "process"),
    "reindex": ("`jobchime reindex`", Remedy("reindex")),
    "republish": (
        "`jobchime republish`, while no notifier runs: see the deployed form, an engine lost for good",
        "process",
    ),
    "topics": ("`jobchime topics create`", Remedy("make topics")),
    "Kafka": _ENGINE,
    "Elasticsearch": _ENGINE,
    "restart": (
        "its log says at what; `py-spy dump` of its process, kept, says in which line; then start it again",
        "process",
    ),
    None: _ENGINE,
}
"""By what mends it what to do, and its button."""
_BY_CLOCK: tuple[str, Remedy | ByHand] = (
    "its log says at what; where no engine is away, go back to the release before",
    "process",
)
_BEGINS: tuple[str, Remedy | ByHand] = (
    "nothing, if it has just begun: it reads what it keeps, and goes on by itself; else its log says at what",
    "process",
)
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
        *_services(overview),
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
                *_DO[engine.mend],
            )


def _services(overview: Overview) -> Iterator[Trouble]:
    away = {engine.name for engine in overview.engines if not engine.reachable}
    served = overview.services
    flow = tuple(service for service in served if service.name != PORTAL)
    if overview.form == "embedded" and not any(service.alive(overview.at) for service in flow):
        if not away & {"store", DATA_FOLDER}:
            portals = [service for service in served if service.name == PORTAL]
            has_portal = overview.has_portal and not any(portal.alive(overview.at) for portal in portals)
            yield _nothing_runs(replace(overview, services=flow, has_portal=has_portal))
        # Where one runs and nobody is heard of, the portal has no more to say than the others, nor where it is in it.
        shown = overview.is_run_on or overview.has_portal
        served = () if shown else tuple(service for service in served if service.name == PORTAL)
    lacking: dict[str, list[ServiceView]] = {}
    at_work: list[ServiceView] = []
    for service in served:
        if service.paused:
            name, long = service.held_by or service.name, forgotten(service.paused_since, overview.at)
            yield Trouble(
                f"{service.name} is {BY_OPERATOR}{long}",
                f"`jobchime resume {name}`",
                Remedy("resume", name),
                grave=bool(long),
            )
        elif not service.alive(overview.at):
            if service.needed and "store" not in away:
                lacking.setdefault(process_of(service.name), []).append(service)
        else:
            at_work.append(service)
            yield from _working(overview.at, service, away)
    yield from _idle(overview.at, at_work, away)
    for process, services in lacking.items():
        yield _not_running(overview, process, services)
    if overview.form == "deployed":
        yield from lost(overview)


def _nothing_runs(overview: Overview) -> Trouble:
    """In the embedded form all run or none."""
    if overview.is_run_on:
        links = ", in which case its portal answers nobody either" * overview.has_portal
        return Trouble(
            f"jobchime runs and is not heard of{_last_heard(overview.services, overview.at)}: it has just begun, cannot"
            f" write to its store, or stands still{links}",
            "its log says which; another process that holds the store is named by `fuser`; start it anew if none does",
            "process",
        )
    links = ", nor does the portal in it: links in mails, sign-up and unsubscribing lead nowhere" * overview.has_portal
    return Trouble(
        f"jobchime does not run{_last_heard(overview.services, overview.at)}{links}",
        "start it: `jobchime run`, which says why where it does not begin",
        "process",
    )


def _not_running(overview: Overview, process: str, services: Sequence[ServiceView]) -> Trouble:
    names, last = " and ".join(service.name for service in services), _last_heard(services, overview.at)
    if process == PORTAL:
        what = f"the portal does not run{last}: links in mails, sign-up and unsubscribing lead nowhere"
        do = "start it: `jobchime portal`, or `enabled = true` in [portal] for `jobchime run`"
        return Trouble(what, do, "process")
    if overview.form == "embedded":
        return Trouble(f"{names} does not run{last}", "see the log of `jobchime run`, and start it again", "process")
    return Trouble(f"no worker of {names} runs{last}", f"start one: `jobchime {process}`", "process")


def _last_heard(services: Sequence[ServiceView], now: datetime) -> str:
    """Of which workers, and when, the latest first."""
    seen: dict[str, datetime] = {}
    for worker in (worker for service in services for worker in service.workers):
        seen[worker.worker] = max(worker.seen_at, seen.get(worker.worker, worker.seen_at))
    latest = sorted(seen.items(), key=lambda worker: worker[1], reverse=True)
    named = named_of([f"{name} {when(at, now)}" for name, at in latest])
    return f", last heard of {named}" if named else ""


def _working(now: datetime, service: ServiceView, away: Collection[str]) -> Iterator[Trouble]:
    """`away`: engines that are told of already; that a worker waits for one of them is no trouble of its own."""
    alive = service.alive(now)
    yield from _failing(now, service, away)
    rate = sum(worker.heartbeat.per_second for worker in alive)
    if service.lag and all(worker.heartbeat.ready for worker in alive):
        if rate == 0 and service.lag > 1_000:
            yield Trouble(
                f"{service.name} stands still with {counted(service.lag, 'record')} to do",
                "look into its log",
                "process",
            )
        elif rate > 0 and service.lag / rate > BEHIND_S:
            left = ago(timedelta(seconds=service.lag / rate))
            yield Trouble(
                f"{service.name} is {counted(service.lag, 'record')} behind, {left} at its pace",
                f"start another worker of {service.name}, if it does not catch up",
                "process",
            )


def _idle(now: datetime, services: Sequence[ServiceView], away: Collection[str]) -> Iterator[Trouble]:
    """Workers that live and do not work, by their reason: services of one process often have the same."""
    by_reason: dict[tuple[str, str | None, Mend | None], dict[str, Worker]] = {}
    for service in services:
        for worker in service.alive(now):
            beat = worker.heartbeat
            if not beat.ready and beat.mend not in away:
                by_reason.setdefault((worker.worker, beat.reason, beat.mend), {})[service.name] = worker
    alike: dict[tuple[tuple[str, ...], str | None, Mend | None], list[Worker]] = {}
    for (_, reason, mend), workers in by_reason.items():
        alike.setdefault((tuple(workers), reason, mend), []).append(next(iter(workers.values())))
    for (names, reason, mend), idle in alike.items():
        of, said = joined(names), short(reason or "no reason given")
        begins = mend is None and not any(worker.heartbeat.last_error for worker in idle)
        do, remedy = _BEGINS if begins else _DO.get(mend, _ENGINE)
        if mend is None and said.startswith(CLOCK_FAILS):
            do, remedy = _BY_CLOCK
        if len(idle) > MOST_NAMED:
            named = named_of([worker.worker for worker in idle])
            yield Trouble(f"{len(idle):,} workers of {of} do not work ({named}): {said}", do, remedy)
            continue
        for worker in idle:
            since = lasting(worker.heartbeat.last_error_since, worker.heartbeat.last_error_at, now)
            does = "does" if len(names) == 1 else "do"
            yield Trouble(f"{of} ({worker.worker}) {does} not work: {said}{since}", do, remedy)


def _failing(now: datetime, service: ServiceView, away: Collection[str]) -> Iterator[Trouble]:
    """Workers that are ready, as they handle records, and fail each time at what they do by the clock."""
    by_error: dict[tuple[str, Mend | None], list[Worker]] = {}
    for worker in service.ready(now):
        beat = worker.heartbeat
        since = beat.last_error_since
        if beat.last_error and since is not None and now - since >= FAILS_FOR and beat.mend not in away:
            by_error.setdefault((beat.last_error, beat.mend), []).append(worker)
    for (error, mend), workers in by_error.items():
        since = min(worker.heartbeat.last_error_since or now for worker in workers)
        yield Trouble(
            f"{service.name} ({named_of([worker.worker for worker in workers])}) fails at what it does by the clock:"
            f" {short(error)}{lasting(since, None, now)}",
            *(_DO[mend] if mend else _BY_CLOCK),
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
