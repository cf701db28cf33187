"""How each source fares, by what the store knows of its polls and of what was pushed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Engine, Row, func, select

from schemas import giving
from schemas.sql.ingest import source_items, sources
from services.runtime.chunks import chunked
from services.runtime.figures.amiss import Amiss, amiss, rest_of
from services.runtime.health.heartbeat import Worker, workers_in
from services.runtime.pauses import Pause, Pauses, read_pauses
from services.runtime.sql.store import reading

SourceState = Literal[
    "ok",
    "hanging",
    "failing",
    "silent",
    "shrunk",
    "unread",
    "replaced",
    "ended",
    "stale",
    "empty",
    "barren",
    "paused",
    "off",
    "waiting",
]
"""`waiting`: not polled, or pushed to, yet; `hanging`: its server lets, or let the last time, the time run out;
`shrunk`: its listing lacks so much that an operator is asked; `empty`: it lists nothing any more, while a few postings
of it are open, or after it had its last jobs; for longer than its silence, it is `silent`, save of its last jobs;
`barren`: it has listed nothing for as long, and nothing of it is open; `ended`: all that it lists is past its end;
`stale`: it lists the same for far longer than it ever did; `unread`: of many of its rows nothing can be read, or of
none what they said; `replaced`: poll after poll lists hardly anything that was known, or known ids became other
jobs."""
SOURCE_STATES: tuple[SourceState, ...] = get_args(SourceState)

HANGING_AFTER = timedelta(seconds=15)
"""A poll that lasts so long is taken to hang; a few pages, or calls for details, take less or are worth a look."""
_AT_ONCE = 1_000
"""Names in one question: all open postings are gone through for it."""
_MUCH = 10
"""Open postings that a listing must lack for more than a note: `SHRINKS_FROM` of ingest."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A source that the settings name."""

    name: str
    silence: timedelta | None
    """How long it may give nothing; None: as long as it likes, as what is pushed."""
    enabled: bool = True
    pushed: bool = False


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """How one source fares."""

    name: str
    state: SourceState
    pushed: bool = False
    pause: Pause | None = None
    """By an operator; None where there is none."""
    last_success: datetime | None = None
    items: int = 0
    """Of its last success."""
    error: str | None = None
    """Why it fails; None where it does not."""
    error_since: datetime | None = None
    error_at: datetime | None = None
    next_due: datetime | None = None
    asked_since: datetime | None = None
    """When the poll in hand began; None where there is none."""
    hangs: int = 0
    """Polls in a row that its server let run out of time."""
    lacking: int = 0
    """Open postings that its listing, which shrank suspiciously, no longer has."""
    held: int = 0
    """New postings that are not sent yet, as its listing may be another board's."""
    empty_since: datetime | None = None
    """When it began to list nothing, while postings of it are open; None where it lists something."""
    notes: str = ""
    """What there was to say of its last poll."""
    moved_to: str = ""
    """Where another site has its listing for good, as its server last said."""
    amiss: Amiss | None = None
    """What is odd in what it gives; None where nothing is, or an operator said that it is right."""
    rested: timedelta = timedelta()
    """The longest that it ever stood still between two times that it moved; nothing of one that moved too rarely."""

    def overdue(self, now: datetime) -> timedelta:
        """For how long a poll of it has been due and has not begun; none where it is not to be polled."""
        if self.next_due is None or self.asked_since is not None or self.state in ("off", "paused"):
            return timedelta()
        return max(now - self.next_due, timedelta())

    @property
    def moved(self) -> str:
        """Where it moved, as a remark beside it."""
        return f"it moved for good to {self.moved_to}" if self.moved_to else ""

    @property
    def only_amiss(self) -> Amiss | None:
        """The same, of a source that has no other trouble."""
        return self.amiss if self.amiss and self.state == self.amiss.why else None

    @property
    def ran_out(self) -> bool:
        """It lists nothing, had its last jobs before, and has no other trouble."""
        return self.state == "empty" and self.amiss is not None

    @property
    def gives_nothing(self) -> bool:
        """Nothing, or nothing new, comes of it, and it has no other trouble."""
        return self.state in ("barren", "ended", "stale")


def read_source_figures(engine: Engine, now: datetime, expected: Sequence[Expected]) -> tuple[SourceFigures, ...]:
    """How the expected sources fare. Raises UnavailableError."""
    with reading(engine) as connection:
        return sources_in(connection, now, expected, read_pauses(connection))


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """Postings of a source that is not asked any more: nobody learns when they are gone."""

    source: str
    number: int
    until: datetime
    """When the last of them ends by itself."""
    is_off: bool
    """The settings still name it."""


def left_open_in(connection: Connection, expected: Sequence[Expected]) -> tuple[LeftOpen, ...]:
    """Of sources that are off, or no longer in the settings; in the caller's transaction."""
    enabled, items = {source.name: source.enabled for source in expected}, source_items.c
    names = connection.execute(select(sources.c.source)).scalars()
    resting = [name for name in names if not enabled.get(name)]
    found: list[LeftOpen] = []
    for some in chunked(resting, _AT_ONCE):
        query = select(items.source, func.count().label("number"), func.max(items.ends_at).label("until"))
        query = query.where(items.is_open, items.source.in_(some)).group_by(items.source)
        rows = connection.execute(query)
        found += (LeftOpen(row.source, int(row.number), row.until, row.source in enabled) for row in rows)
    return tuple(sorted(found, key=lambda left: left.source))


def sources_in(
    connection: Connection, now: datetime, expected: Sequence[Expected], pauses: Pauses
) -> tuple[SourceFigures, ...]:
    """How the expected sources fare, in the caller's transaction."""
    rows = {row.source: row for row in connection.execute(select(sources))}
    collectors = {worker.worker: worker for worker in workers_in(connection)}
    return tuple(_source(source, rows.get(source.name), now, pauses, collectors) for source in expected)


def _source(
    source: Expected, row: Row[Any] | None, now: datetime, pauses: Pauses, collectors: Mapping[str, Worker]
) -> SourceFigures:
    resting = _resting(source, pauses)
    if row is None:
        return SourceFigures(source.name, resting or "waiting", source.pushed, pauses.of_sources.get(source.name))
    shrunk, gives = _shrunk(row), giving.read(row.giving)
    found = _amiss(source, row, gives, now) if shrunk is None else None
    asked_since = _asked_since(row, now, collectors)
    return SourceFigures(
        name=source.name,
        state=resting or _state(source, row, now, asked_since, shrunk, found),
        pushed=source.pushed,
        pause=pauses.of_sources.get(source.name),
        last_success=_last_success(row, now),
        items=int(json.loads(row.counts).get("items", 0)),
        error=row.last_error if row.failures else None,
        error_since=row.failing_since if row.failures else None,
        error_at=row.last_attempt if row.failures else None,
        next_due=None if source.pushed else row.next_due,
        asked_since=asked_since,
        hangs=row.hangs or 0,
        lacking=shrunk["lacking"] if shrunk else 0,
        held=shrunk.get("held", 0) if shrunk else 0,
        empty_since=_empty_since(shrunk),
        notes=row.notes or "",
        moved_to=gives.moved_to,
        amiss=found,
        rested=rest_of(gives),
    )


def _last_success(row: Row[Any], now: datetime) -> datetime | None:
    """Where a clock dated it that ran ahead: by when it began to fail, before which it was."""
    at: datetime | None = row.last_success
    return at if at is None or at <= now else min(row.failing_since or now, now)


def _shrunk(row: Row[Any]) -> dict[str, Any] | None:
    """None once an operator has accepted it: the next poll closes what is lacking."""
    shrunk: dict[str, Any] | None = json.loads(row.shrunk) if row.shrunk else None
    accepted = shrunk and row.shrunk_accepted and row.shrunk_accepted >= datetime.fromisoformat(shrunk["since"])
    return None if accepted else shrunk


def _empty_since(shrunk: Mapping[str, Any] | None) -> datetime | None:
    return datetime.fromisoformat(shrunk["since"]) if shrunk and not shrunk["listed"] else None


def _asked_since(row: Row[Any], now: datetime, collectors: Mapping[str, Worker]) -> datetime | None:
    """A claim that has run out is of a worker that is gone, and a poll ended with its collector.

    No server of a board hangs for that, nor where a collector was started again since.
    """
    if row.asked_since is None or row.claimed_until is None or row.claimed_until <= now:
        return None
    collector = collectors.get(row.claimed_by)
    is_over = collector is not None and (not collector.alive(now) or collector.started_at > row.asked_since)
    return None if is_over else row.asked_since


def _resting(source: Expected, pauses: Pauses) -> SourceState | None:
    """That somebody wants it to do nothing."""
    if not source.enabled:
        return "off"
    return "paused" if pauses.holds_source(source.name) else None


def _state(
    source: Expected,
    row: Row[Any],
    now: datetime,
    asked_since: datetime | None,
    shrunk: Mapping[str, Any] | None,
    found: Amiss | None,
) -> SourceState:
    hangs = bool(asked_since and now - asked_since >= HANGING_AFTER)
    if row.last_attempt is None:
        return "hanging" if hangs else "waiting"
    gave = _last_success(row, now) or row.added_at
    is_empty_since = _empty_since(shrunk) if shrunk and shrunk["lacking"] > giving.LAST_JOBS else None
    if source.silence is not None and now - min(gave, is_empty_since or gave) >= source.silence:
        return "silent"
    if hangs or row.hangs:
        return "hanging"
    if row.failures:
        return "failing"
    if shrunk is not None:
        return "shrunk" if shrunk["listed"] or shrunk["lacking"] >= _MUCH else "empty"
    if found is None:
        return "ok"
    return "empty" if found.ran_out else found.why


def _amiss(source: Expected, row: Row[Any], gives: giving.Giving, now: datetime) -> Amiss | None:
    # Of the time since its last success nobody knows what it would have given.
    seen_at = _last_success(row, now)
    if seen_at is None:
        return None
    # When a board has something to push nobody knows, but by how often it had.
    return amiss(gives, now if source.pushed else seen_at, source.silence, row.giving_accepted)
