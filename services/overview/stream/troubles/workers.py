"""What is not well with services and their workers. Pure.

Services that do not run, lag or fail; workers that are lost, started again and again, too few, or of another time.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from schemas.counted import counted
from services.overview.stream.model import DATA_FOLDER, ByHand, Overview, Remedy, ServiceView, Trouble
from services.overview.stream.spans import (
    MOST_NAMED,
    ago,
    ended,
    joined,
    lasting,
    named_of,
    paused,
    short,
    span,
    stamp,
    when,
)
from services.overview.stream.troubles.missing import missing_workers
from services.overview.stream.ways_out import WAYS_OUT
from services.processes import BESIDE_THE_WAY, CONSOLE, PORTAL, process_of
from services.runtime.errors import Mend
from services.runtime.health.heartbeat import MISSED, Worker
from services.runtime.health.missing import words_of
from services.runtime.health.status import CLOCK_FAILS, HAS_NOT_BEGUN, STILL_BEGINS
from services.runtime.metrics.catalogue import DUE_TO_ACCEPTED
from services.runtime.pauses import BY_OPERATOR

BEHIND_S = 300.0
"""A service that needs longer than this to catch up is behind."""
SLOW_S = 60.0
"""A median from fetch to handling beyond this is not fresh."""
_MANY = 1_000
"""More than come at once, be it of a new source on a quiet board."""
FAILS_FOR = timedelta(minutes=2)
"""What a worker that is ready fails at for so long, each time, does not pass by itself."""
_BY_CLOCK: tuple[str, Remedy | ByHand] = (
    "its log says at what; where no engine is away, go back to the release before",
    "process",
)
_BEGINS: tuple[str, Remedy | ByHand] = (
    "nothing, if it has just begun: it reads what it keeps, and goes on by itself; else its log says at what",
    "process",
)
_DO_AS_SAID = "do what its last words say, then "
_SEVERAL = 3
BEGINS_FOR = timedelta(minutes=2)
"""As long as a matcher reads a million criteria, twice."""


def is_beginning(overview: Overview) -> bool:
    """Whether the embedded form was started a moment ago, and nobody has heard of it yet."""
    since = overview.run_since
    if since is None or abs(overview.at - since) >= BEGINS_FOR:
        return False
    flow = (service for service in overview.services if service.name not in BESIDE_THE_WAY)
    return not any(worker.seen_at >= since for service in flow for worker in service.workers)


def of_services(overview: Overview) -> Iterator[Trouble]:
    """Services that do not run, are paused, lag or fail, and workers that do not work."""
    away = {engine.name for engine in overview.engines if not engine.reachable}
    served = overview.services
    flow = tuple(service for service in served if service.name not in BESIDE_THE_WAY)
    if overview.form == "embedded" and not any(service.alive(overview.at) for service in flow):
        if is_beginning(overview) or not _is_told_of_the_store(overview):
            portals = [service for service in served if service.name == PORTAL]
            has_portal = overview.has_portal and not any(portal.alive(overview.at) for portal in portals)
            yield _nothing_runs(replace(overview, services=flow, has_portal=has_portal))
        # Where one runs and nobody is heard of, the portal has no more to say than the others, nor where it is in it.
        shown = overview.run_since is not None or overview.has_portal
        told = (CONSOLE,) if shown else BESIDE_THE_WAY
        served = tuple(service for service in served if service.name in told)
    lacking: dict[str, list[ServiceView]] = {}
    at_work: list[ServiceView] = []
    for service in served:
        if service.paused:
            name, (said, long) = service.held_by or service.name, paused(service.pause, overview.at)
            yield Trouble(
                f"{service.name} is {BY_OPERATOR}{said}",
                f"`jobchime resume {name}`",
                Remedy("resume", name),
                grave=long,
            )
        elif not service.alive(overview.at):
            if service.needed and not _is_silenced(overview, service, away):
                lacking.setdefault(process_of(service.name), []).append(service)
            elif service.name == CONSOLE and service.lost(overview.at):
                yield _no_console(service, overview.at)
        else:
            at_work.append(service)
            yield from _working(overview.at, service, away)
    yield from _idle(overview.at, at_work, away)
    if (since := _fell_silent(overview, lacking.values())) is not None:
        yield Trouble(
            f"no worker of any service is heard of, all since {when(since, overview.at)}: the store took no heartbeat,"
            " or all ended at once, as with their machine",
            "wait for half a minute if the store was away; else `jobchime doctor` says whether it takes writes; if it"
            " does, start each again",
            "process",
        )
        lacking.clear()
    for process, services in lacking.items():
        yield _not_running(overview, process, services)
    if overview.form == "deployed":
        yield from missing_workers(overview)


def _is_silenced(overview: Overview, service: ServiceView, away: Collection[str]) -> bool:
    """Whether it may run all the same, as a store that is away or held takes no heartbeat.

    Where heartbeats can be read, whoever fell silent well before the last that was heard of did so for a reason of its
    own.
    """
    if "store" not in away:
        return False
    workers = [worker for each in overview.services for worker in each.workers]
    if overview.figures is None and not workers:
        return True
    last = [worker.seen_at for worker in service.workers if not worker.stopped]
    if not last:
        return not any(worker.alive(overview.at) for worker in workers)
    heard = (worker.seen_at for worker in workers if worker.seen_at <= overview.at + MISSED)
    return max(heard, default=overview.at) - max(last) <= MISSED


def _is_told_of_the_store(overview: Overview) -> bool:
    """Whether what is said of the store, or of the data folder, says all that is known of the embedded form.

    That no process runs on the data folder is known whatever becomes of a store that is there and sound.
    """
    away = [engine for engine in overview.engines if not engine.reachable and engine.name in ("store", DATA_FOLDER)]
    is_known = overview.has_store and overview.run_since is None
    return bool(away) and not (is_known and all(each.name == "store" and each.mend is None for each in away))


def _nothing_runs(overview: Overview) -> Trouble:
    """In the embedded form all run or none; a start in its usual time is no failure."""
    since = overview.run_since
    why = ended(*overview.last_words) if overview.last_words else ""
    if since is not None and is_beginning(overview):
        return Trouble(
            f"jobchime began {ago(abs(overview.at - since))} ago and is not heard of yet{why}",
            "do what its last words say, if it ends again"
            if why
            else "nothing, if it is heard of within two minutes; else its log says why",
            "process" if why else "passes",
            grave=bool(why),
        )
    if since is not None:
        links = ", in which case its portal answers nobody either" * overview.has_portal
        return Trouble(
            f"jobchime runs and is not heard of{_last_heard(overview.services, overview.at)}: it cannot write to its"
            f" store, or stands still{links}",
            "its log says which; another process that holds the store is named by `fuser`; start it anew if none does",
            "process",
        )
    links = ", nor does the portal in it: links in mails, sign-up and unsubscribing lead nowhere" * overview.has_portal
    return Trouble(
        f"jobchime does not run{_last_heard(overview.services, overview.at)}{links}{why}",
        f"{_DO_AS_SAID * bool(why)}start it: `jobchime run`, which says why where it does not begin",
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
    words = _last_words(services)
    what = f"no worker of {names} runs{last}{words}"
    return Trouble(what, f"{_DO_AS_SAID * bool(words)}start one: `jobchime {process}`", "process")


def _fell_silent(overview: Overview, lacking: Collection[Sequence[ServiceView]]) -> datetime | None:
    """Since when no process of several lives that were all heard of last within a heartbeat or two, and ended unsaid.

    Processes do not die so; what they write to may hang, or take nothing.
    """
    workers = {worker.worker: worker for service in overview.services for worker in service.workers}
    last = [worker.seen_at for worker in workers.values() if not worker.stopped]
    alive = any(worker.alive(overview.at) for worker in workers.values())
    if len(lacking) < _SEVERAL or alive or not last or max(last) - min(last) > MISSED:
        return None
    return max(last)


def _no_console(service: ServiceView, now: datetime) -> Trouble:
    """A note, as nothing depends on it; whoever looks at its page sees that it is away."""
    forget = " and ".join(f"`jobchime worker forget {worker.worker}`" for worker in service.lost(now)[:MOST_NAMED])
    return Trouble(
        f"the console does not run{_last_heard([service], now)}: nobody sees its pages; commands go on",
        "start it: `jobchime console`; its log, or the platform's, says why it ended; where nobody wants it any more:"
        f" {forget}",
        "process",
        grave=False,
    )


def _last_heard(services: Sequence[ServiceView], now: datetime) -> str:
    """Of which workers, and when, the latest first."""
    seen: dict[str, datetime] = {}
    for worker in (worker for service in services for worker in service.workers):
        seen[worker.worker] = max(worker.seen_at, seen.get(worker.worker, worker.seen_at))
    latest = sorted(seen.items(), key=lambda worker: worker[1], reverse=True)
    named = named_of([f"{name} {when(at, now)}" for name, at in latest])
    return f", last heard of {named}" if named else ""


def _last_words(services: Sequence[ServiceView]) -> str:
    """Why the worker that was last heard of ended, where it was not told to: an older one was seen to."""
    workers = [worker for service in services for worker in service.workers]
    last = max(workers, key=lambda worker: worker.seen_at, default=None)
    words = words_of(last, (words for service in services for words in service.last_words)) if last else None
    return ended(words.at, words.said) if words else ""


def _working(now: datetime, service: ServiceView, away: Collection[str]) -> Iterator[Trouble]:
    """`away`: engines that are told of already; that a worker waits for one of them is no trouble of its own."""
    alive = service.alive(now)
    yield from _failing(now, service, away)
    if not all(worker.heartbeat.ready for worker in alive):
        return
    rate = sum(worker.heartbeat.per_second for worker in alive)
    if service.lag and rate == 0 and service.lag > _MANY:
        yield Trouble(
            f"{service.name} stands still with {counted(service.lag, 'record')} to do",
            "look into its log",
            "process",
        )
        return
    oldest = max((worker.heartbeat.freshness_s or 0.0 for worker in alive), default=0.0)
    if left := _behind(service.lag or 0, rate, oldest):
        yield Trouble(
            f"{service.name} is {counted(service.lag or 0, 'record')} behind, {left} at its pace",
            f"start another worker of {service.name}, if it does not catch up",
            "process",
        )
        return
    for worker in alive if len(alive) > 1 else ():
        beat = worker.heartbeat
        if left := _behind(beat.lag, beat.per_second, beat.freshness_s or 0.0):
            yield Trouble(
                f"{service.name} ({worker.worker}) is {counted(beat.lag, 'record')} behind, {left} at its pace, and"
                " others are not",
                "see its log, and what else its machine does; where it is stopped the others take over what it has",
                "process",
            )


def _behind(lag: int, rate: float, fresh_s: float) -> str:
    """How long it takes at that pace, where that is too long; empty where it is not, or nobody can tell.

    The pace of a quiet minute is none by which to judge a few that came just now: they are behind if what is handled is
    old by then.
    """
    late = rate > 0 and lag / rate > BEHIND_S and (lag > _MANY or fresh_s > SLOW_S)
    return ago(timedelta(seconds=lag / rate)) if late else ""


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
        # Some end with the command that mends it.
        of, said = joined(names), short(reason or "no reason given", 300)
        begins = mend is None and {worker.heartbeat.last_error for worker in idle} <= {None, HAS_NOT_BEGUN}
        do, remedy = _BEGINS if begins else WAYS_OUT.get(mend, WAYS_OUT[None])
        if mend is None and said.startswith(CLOCK_FAILS):
            do, remedy = _BY_CLOCK
        lasts = any(now - worker.started_at >= BEGINS_FOR for worker in idle)
        grave = lasts or not begins or reason not in STILL_BEGINS
        if len(idle) > MOST_NAMED:
            named = named_of([worker.worker for worker in idle])
            yield Trouble(f"{len(idle):,} workers of {of} do not work ({named}): {said}", do, remedy, grave=grave)
            continue
        for worker in idle:
            since = lasting(worker.heartbeat.last_error_since, worker.heartbeat.last_error_at, now)
            does = "does" if len(names) == 1 else "do"
            yield Trouble(f"{of} ({worker.worker}) {does} not work: {said}{since}", do, remedy, grave=grave)


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
            *(WAYS_OUT[mend] if mend else _BY_CLOCK),
        )


def too_few(overview: Overview) -> Iterator[Trouble]:
    """Notifiers that will hand a coming hour's digests over later than the objective, told while some can be added."""
    peak, objective = overview.peak, DUE_TO_ACCEPTED.objective
    if peak is None or objective is None or peak.takes_s <= objective.within_s:
        return
    wanted = f"run {peak.enough(objective.within_s):,} by then: `jobchime notifier`"
    begun = f", begun {span(peak.lead.total_seconds())} before" if peak.lead else ""
    yield Trouble(
        f"{counted(peak.digests, 'digest falls', 'digests fall')} due at {stamp(peak.due_at)}; by the pace of the"
        f" busiest hour of late, {span(peak.each_s)} each, {counted(peak.notifiers, 'notifier')}"
        f" will have the last of them ready {span(peak.takes_s)} later{begun}, where {span(objective.within_s)} are"
        " aimed at",
        wanted
        if overview.form == "deployed"
        else "one process builds them all: the deployed form shares them among notifiers",
        "process",
        grave=False,
    )
