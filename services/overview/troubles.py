"""What is not well, and what to do about it: pure, for whoever is woken at three."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from services.overview.mail_troubles import mail_troubles
from services.overview.model import Overview, ServiceView, Trouble
from services.processes import process_of
from services.runtime.figures import SourceFigures, StoreFigures
from services.runtime.heartbeat import Worker
from services.runtime.pauses import BY_OPERATOR

LATE = timedelta(minutes=15)
"""A digest that has been due for so long is late."""
BEHIND_S = 300.0
"""A service that needs longer than this to catch up is behind."""
SLOW_S = 60.0
"""A median from fetch to handling beyond this is not fresh."""
_OUTBOX_MANY = 10_000
_MOST_SAID = 160
_MOST_NAMED = 3
_HANGING = "others are not held up, and it is asked again by itself; `jobchime source pause` leaves it alone"
_JUST = timedelta(seconds=1)


def troubles(overview: Overview) -> tuple[Trouble, ...]:
    """All that is not well, the gravest first; empty where all is."""
    found = [
        *_engines(overview),
        *_services(overview),
        *(_store(overview.figures, overview.at) if overview.figures else ()),
        *_letters(overview),
    ]
    return tuple(sorted(found, key=lambda one: not one.grave))


def healthy(overview: Overview) -> bool:
    """Whether nothing grave is wrong: a pause by an operator is no fault."""
    return not any(one.grave for one in troubles(overview))


def _engines(overview: Overview) -> Iterator[Trouble]:
    for engine in overview.engines:
        if not engine.reachable:
            yield Trouble(
                f"{engine.name} cannot be used: {_short(engine.said)}{lasting(engine.away_since, None, overview.at)}",
                _remedy(engine.said),
            )


def _services(overview: Overview) -> Iterator[Trouble]:
    away = {engine.name for engine in overview.engines if not engine.reachable}
    if overview.form == "embedded" and not any(service.alive(overview.at) for service in overview.services):
        if "store" not in away:
            yield _nothing_runs(overview)
        return
    lacking: dict[str, list[ServiceView]] = {}
    for service in overview.services:
        if service.paused:
            yield Trouble(f"{service.name} is {BY_OPERATOR}", f"`jobchime resume {service.name}`", grave=False)
        elif not service.alive(overview.at):
            if service.needed and "store" not in away:
                lacking.setdefault(process_of(service.name), []).append(service)
        else:
            yield from _working(overview.at, service, away)
    for process, services in lacking.items():
        yield _not_running(overview, process, services)
    if overview.form == "deployed":
        yield from _lost(overview)


def _nothing_runs(overview: Overview) -> Trouble:
    """In the embedded form all run or none."""
    return Trouble(f"jobchime does not run{_last_heard(overview.services, overview.at)}", "start it: `jobchime run`")


def _not_running(overview: Overview, process: str, services: Sequence[ServiceView]) -> Trouble:
    names, last = " and ".join(service.name for service in services), _last_heard(services, overview.at)
    if overview.form == "embedded":
        return Trouble(f"{names} does not run{last}", "see the log of `jobchime run`, and start it again")
    return Trouble(f"no worker of {names} runs{last}", f"start one: `jobchime {process}`")


def _last_heard(services: Sequence[ServiceView], now: datetime) -> str:
    """Of which workers, and when, the latest first."""
    seen: dict[str, datetime] = {}
    for worker in (worker for service in services for worker in service.workers):
        seen[worker.worker] = max(worker.seen_at, seen.get(worker.worker, worker.seen_at))
    latest = sorted(seen.items(), key=lambda one: one[1], reverse=True)
    named = [f"{name} {when(at, now)}" for name, at in latest[:_MOST_NAMED]]
    named += [f"{len(latest) - _MOST_NAMED} more"] if len(latest) > _MOST_NAMED else []
    return f", last heard of {', '.join(named)}" if named else ""


def _lost(overview: Overview) -> Iterator[Trouble]:
    """Workers that went silent where others of their service go on; where none does, that is told of the service."""
    lost: dict[str, list[tuple[ServiceView, Worker]]] = {}
    for service in overview.services:
        for worker in service.lost(overview.at) if service.alive(overview.at) else ():
            lost.setdefault(worker.worker, []).append((service, worker))
    for name, rows in lost.items():
        services = " and ".join(service.name for service, _ in rows)
        left = min(len(service.alive(overview.at)) for service, _ in rows)
        worker = max((worker for _, worker in rows), key=lambda one: one.seen_at)
        yield Trouble(
            f"the worker {name} of {services} is lost, last heard of {when(worker.seen_at, overview.at)} from"
            f" {worker.host}; {left} {'works' if left == 1 else 'work'} on",
            f"start it again: `jobchime {process_of(rows[0][0].name)}`; gone for good: `jobchime worker forget {name}`",
        )


def _working(now: datetime, service: ServiceView, away: Collection[str]) -> Iterator[Trouble]:
    """`away`: engines that are told of already; that a worker waits for one of them is no trouble of its own."""
    alive = service.alive(now)
    for worker in alive:
        beat = worker.heartbeat
        if not beat.ready and not any(engine in (beat.reason or "") for engine in away):
            reason = _short(beat.reason or "no reason given")
            since = lasting(beat.last_error_since, beat.last_error_at, now)
            yield Trouble(f"{service.name} ({worker.worker}) does not work: {reason}{since}", _remedy(beat.reason))
    rate = sum(worker.heartbeat.per_second for worker in alive)
    if service.lag and all(worker.heartbeat.ready for worker in alive):
        if rate == 0 and service.lag > 1_000:
            yield Trouble(f"{service.name} stands still with {service.lag:,} records to do", "look into its log")
        elif rate > 0 and service.lag / rate > BEHIND_S:
            left = ago(timedelta(seconds=service.lag / rate))
            yield Trouble(
                f"{service.name} is {service.lag:,} records behind, {left} at its pace",
                f"start another worker of {service.name}, if it does not catch up",
            )


def _remedy(reason: str | None) -> str:
    said = reason or ""
    if "halted" in said:
        return "`jobchime dead list` shows the records; mend the service, then start it again"
    if "jobchime republish" in said:
        return "`jobchime republish`, while no notifier runs: see the deployed form, an engine lost for good"
    if "topic" in said and ("lacks" in said or "has no topic" in said or "missing" in said):
        return "`jobchime topics create`"
    if "index of" in said and "missing" in said:
        return "`jobchime reindex`"
    if "migrate" in said:
        return "`jobchime migrate`"
    return "it goes on by itself once that is back; `jobchime doctor` says how"


def _store(figures: StoreFigures, now: datetime) -> Iterator[Trouble]:
    for source in figures.sources:
        yield from _source(source, now)
    if figures.pauses.sending:
        waiting = figures.deliveries.get("pending", 0)
        yield Trouble(f"sending is {BY_OPERATOR}; {waiting:,} mails wait", "`jobchime resume sending`", grave=False)
    yield from mail_troubles(figures.mail, now)
    unknown = figures.deliveries.get("unknown", 0)
    if unknown:
        since = f" since {figures.unknown_since:%Y-%m-%d %H:%M}Z" if figures.unknown_since else ""
        yield Trouble(
            f"of {unknown:,} mails nobody knows whether they went out{since}",
            "`jobchime delivery list` names them: ask the mail provider, then `jobchime delivery settle`",
        )
    if figures.due_since is not None and now - figures.due_since > LATE and not figures.pauses.holds("notifier"):
        yield Trouble(
            f"{figures.due_subscribers:,} digests are due and not built, the oldest for {ago(now - figures.due_since)}"
            + (f"; {figures.due_retried:,} of them could not be built yet" if figures.due_retried else ""),
            "the notifier's log says why: a digest could not be built"
            if figures.due_retried
            else "see that a notifier runs and is ready",
        )
    if figures.outbox > _OUTBOX_MANY:
        yield Trouble(f"{figures.outbox:,} changes of criteria wait to be published", "see that a notifier runs")


def _source(source: SourceFigures, now: datetime) -> Iterator[Trouble]:
    since = lasting(source.error_since, source.error_at, now)
    last = f"last success {ago(now - source.last_success)} ago" if source.last_success else "never a success"
    if source.state == "silent":
        why = f": {_short(source.error)}{since}" if source.error else ""
        yield Trouble(f"the source {source.name} is silent, {last}{why}", "`jobchime source check` its address")
    elif source.state == "hanging":
        yield Trouble(f"the source {source.name} hangs ({last}): {_hangs(source, now)}", _HANGING)
    elif source.state == "failing":
        again = "" if source.pushed else "; it is asked again by itself"
        yield Trouble(
            f"the source {source.name} fails ({last}): {_short(source.error or '')}{since}", f"read the reason{again}"
        )
    elif source.state == "shrunk":
        yield Trouble(
            f"the source {source.name} lists {source.items:,} and lacks {source.lacking:,} open postings, kept open",
            f"look at its board; if they are gone, `jobchime source accept {source.name}` closes them",
        )
    elif source.state == "paused":
        yield Trouble(
            f"the source {source.name} is {BY_OPERATOR}", f"`jobchime source resume {source.name}`", grave=False
        )


def _hangs(source: SourceFigures, now: datetime) -> str:
    asked = [f"being asked for {ago(now - source.asked_since)}"] if source.asked_since else []
    before = [f"{source.hangs} polls in a row ran out of time"] if source.hangs else []
    return "; ".join((*asked, *before, *([_short(source.error)] if source.error else [])))


def _letters(overview: Overview) -> Iterator[Trouble]:
    by_topic: dict[str, int] = {}
    for letter in overview.letters:
        by_topic[letter.topic] = by_topic.get(letter.topic, 0) + letter.waiting
    for topic, waiting in by_topic.items():
        if waiting:
            yield Trouble(
                f"{waiting:,} dead letters in {topic}",
                "`jobchime dead list` says why; mend it, then `jobchime dead replay` or `dead discard`",
                grave=False,
            )
    for service, seconds in overview.freshness_s.items():
        if seconds > SLOW_S:
            yield Trouble(
                f"{service} handles postings {ago(timedelta(seconds=seconds))} after their fetch", "see its lag above",
                grave=False,
            )  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= _MOST_SAID else text[: _MOST_SAID - 1] + "…"


def lasting(since: datetime | None, at: datetime | None, now: datetime) -> str:
    """For how long an error has been seen, and when last; nothing of one that has only just come."""
    if since is None or now - since < _JUST:
        return ""
    last = f", last {ago(now - at)} ago" if at is not None else ""
    return f" (for {ago(now - since)}{last})"


def when(at: datetime, now: datetime) -> str:
    return f"{ago(now - at)} ago ({at:%Y-%m-%d %H:%M}Z)"


def ago(span: timedelta) -> str:
    seconds = max(int(span.total_seconds()), 0)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
