"""Postings that a board pushes: held against the ledger as a poll's, and durable before they are answered for."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

import structlog

from schemas.faults import nearest
from schemas.posting import posting_id_of
from services.ingest.domain.polling.giving import FEW, ODD_PAY, pushed
from services.ingest.domain.polling.listing import ListedItem, Terms, judge
from services.ingest.domain.polling.schedule import Counts, SourceHealth
from services.ingest.events import seen_of
from services.ingest.faults import FeedFault, adapter_failed
from services.ingest.ports import Broken, Format, Item, JsonObject, UnusableItemError
from services.ingest.sending import Change, Tools, close, send
from services.runtime.chunks import chunked
from services.runtime.clock import Clock
from services.runtime.errors import UnavailableError
from services.runtime.figures.hours import SOURCE_FAILURES, SOURCE_POLLS, SOURCE_SEEN, SOURCE_UNREAD, SOURCE_YIELD
from services.runtime.privacy.redaction import redacted

PUSH = "ingest.push"
"""Its name, by which an operator may pause it."""
Outcome = Literal["new", "changed", "reopened", "unchanged", "ended", "closed", "unknown", "superseded"]
"""`ended`: past its `expires_at`, so not sent on; `unknown`: closed and never seen; `superseded`: a later record of
the same request has the same id."""

REFUSED_WHOLE: Mapping[str, int] = {SOURCE_POLLS: 1, SOURCE_FAILURES: 1}
"""What a request counts for by the hour of which nothing was read."""
_YIELDS = frozenset({"new", "changed", "reopened"})

AT_ONCE = 50
"""Records written together: other clients' small pushes wait for one slice at most, whose each row may wait for the
interpreter while the store is locked. `bench.pushing` measures it."""
MOST_PUSHED_ID = 1_000
"""Characters of an id by which a posting is closed."""
_STATUS = "status"
_MOST_UNKNOWN = 1_000
"""Unknown fields that are named in one answer."""
_MOST_UNKNOWN_EACH = 20
"""Of one record."""
_MOST_NAME = 60
_MILLISECOND = timedelta(milliseconds=1)
_NOTED_EVERY = timedelta(seconds=10)

_events = structlog.get_logger(__name__)


class SourceAtWorkError(UnavailableError):
    """Other pushes of the same source are at work for too long."""


@dataclass(frozen=True, slots=True)
class TakenRecord:
    """A record that is done with: what it says is durable."""

    index: int
    source_id: str
    posting_id: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """A record that is not taken, and why."""

    index: int
    fault: FeedFault
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class UnknownField:
    """A field of a record that nothing is done with, and the known one that may be meant."""

    index: int
    field: str
    nearest: str | None


@dataclass(frozen=True, slots=True)
class PushReport:
    """What became of each record of one request."""

    taken: tuple[TakenRecord, ...] = ()
    refused: tuple[RefusedRecord, ...] = ()
    unknown: tuple[UnknownField, ...] = ()

    @property
    def hours(self) -> Mapping[str, int]:
        """What it counts for by the hour, as a poll does, by measure: what was taken, what of it gave something, what
        was refused, and that nothing was taken."""
        return {
            SOURCE_POLLS: 1,
            SOURCE_SEEN: len(self.taken),
            SOURCE_YIELD: sum(record.outcome in _YIELDS for record in self.taken),
            SOURCE_FAILURES: int(bool(self.refused) and not self.taken),
            SOURCE_UNREAD: len(self.refused),
        }


@dataclass(frozen=True, slots=True)
class PushFormat:
    """How pushed objects are read."""

    format: Format
    part: Callable[[JsonObject], Item | Broken]
    fields: frozenset[str]
    """Those that mean something."""


@dataclass(frozen=True, slots=True)
class _ReadRecord:
    index: int
    source_id: str
    item: Item | None
    """None: it is to be closed."""
    seen: ListedItem | None = None


class Pusher:
    """Takes pushed records. What a crash in between repeats or loses: `sending`.

    A request that is cut short by a crash may be sent again as it was: what is known by (source, id, content) does not
    go out twice. Requests of one source are taken one after the other within a process; one that waits for more than
    `turn_s` seconds behind others is put off, so that no client waits without end while the log is away.
    """

    def __init__(self, tools: Tools, how: PushFormat, clock: Clock, *, turn_s: float) -> None:
        self._tools = tools
        self._how = how
        self._clock = clock
        self._turn_s = turn_s
        self._locks: dict[str, threading.Lock] = {}
        self._all = threading.Lock()
        self._last: dict[str, datetime] = {}
        self._noted: dict[str, datetime] = {}
        self._says: dict[str, Counter[str]] = {}
        """By source: of how many postings what is stated, of those that were taken since it was last noted."""

    def push(self, source: str, rows: Iterable[tuple[int, JsonObject]], *, backlog: bool = False) -> PushReport:
        """Take the good ones among `rows`, each with its index; durable on return.

        `backlog`: postings older than three days, and those without a date, are no news to anybody. Raises
        UnavailableError, and then some may have been taken.
        """
        ready: dict[str, _ReadRecord] = {}
        refused: list[RefusedRecord] = []
        taken: list[TakenRecord] = []
        unknown: list[UnknownField] = []
        with self._one_at_a_time(source):
            now = self._now(source)
            for index, row in rows:
                unknown += islice(self._unknown(index, row), _MOST_UNKNOWN - len(unknown))
                read = self._record(index, row, now)
                if isinstance(read, RefusedRecord):
                    refused.append(read)
                    continue
                earlier = ready.pop(read.source_id, None)
                if earlier is not None:
                    taken.append(_receipt(source, earlier, "superseded"))
                ready[read.source_id] = read
            says = self._says.setdefault(source, Counter())
            for some in chunked(ready.values(), AT_ONCE):
                taken += self._take(source, some, now, backlog=backlog)
                says.update(name for record in some if record.seen is not None for name in record.seen.says)
            report = PushReport(tuple(sorted(taken, key=lambda record: record.index)), tuple(refused), tuple(unknown))
            self._note(source, report, now)
        return report

    def close(self, source: str, source_id: str) -> TakenRecord:
        """Close one posting by its id: `closed`, `unchanged` where it was, or `unknown`. Raises UnavailableError."""
        with self._one_at_a_time(source):
            now = self._now(source)
            (done,) = self._take(source, [_ReadRecord(0, source_id, None)], now, backlog=False)
        return done

    def _unknown(self, index: int, row: JsonObject) -> Iterator[UnknownField]:
        fields = self._how.fields | {_STATUS}
        for name in islice((name for name in row if name not in fields), _MOST_UNKNOWN_EACH):
            yield UnknownField(index, name[:_MOST_NAME], nearest(name[:_MOST_NAME], fields))

    def _record(self, index: int, row: JsonObject, now: datetime) -> _ReadRecord | RefusedRecord:
        status = row.get(_STATUS) or "open"
        if status not in ("open", "closed"):
            fault = FeedFault("unknown_value", '"status" is neither open nor closed', _STATUS)
            return RefusedRecord(index, fault, _given_id(row))
        if status == "closed":
            source_id = _given_id(row)
            if source_id is None:
                fault = FeedFault("missing", 'an "id", or the "url" that stood for one, is needed to close', "id")
                return RefusedRecord(index, fault)
            if not is_id(source_id):
                return RefusedRecord(index, bad_pushed_id())
            return _ReadRecord(index, source_id, None)
        part = self._how.part({name: value for name, value in row.items() if name != _STATUS})
        if isinstance(part, Broken):
            return RefusedRecord(index, part.fault, part.source_id)
        try:
            seen = seen_of(self._how.format, part, now)
            self._how.format.draft(part.data)
        except UnusableItemError as error:
            return RefusedRecord(index, replace(error.fault, sentence=redacted(error)), part.source_id)
        except Exception as error:
            # A fault of the adapter costs one record, not the request.
            _events.exception("an adapter failed", format=self._how.format.name)
            return RefusedRecord(index, adapter_failed("it cannot be read", error), part.source_id)
        if isinstance(seen, Broken):
            return RefusedRecord(index, seen.fault, seen.source_id)
        return _ReadRecord(index, part.source_id, part, seen)

    def _take(self, source: str, some: Sequence[_ReadRecord], now: datetime, *, backlog: bool) -> list[TakenRecord]:
        terms = Terms(now=now, max_age=self._tools.settings.max_age, complete=False, first_poll=backlog)
        known = self._tools.ledger.known(source, [record.source_id for record in some])
        judged = [
            (record, record.item, judge(record.seen, known.get(record.source_id), source=source, terms=terms))
            for record in some
            if record.item is not None and record.seen is not None
        ]
        changes = [
            Change(verdict.known, item.data, goes_out=verdict.goes_out, renews_item=verdict.outcome != "unchanged")
            for _, item, verdict in judged
        ]
        send(self._tools, changes, now)
        taken = [_receipt(source, record, verdict.outcome) for record, _, verdict in judged]
        gone = [(record, known.get(record.source_id)) for record in some if record.item is None]
        close(self._tools, [row for _, row in gone if row is not None and row.is_open], now)
        for record, row in gone:
            outcome: Outcome = "unknown" if row is None else "closed" if row.is_open else "unchanged"
            taken.append(_receipt(source, record, outcome))
        return taken

    def _now(self, source: str) -> datetime:
        """The time, later by a millisecond at least than that of the last request: versions are told apart by it."""
        now = self._clock.now()
        last = self._last.get(source)
        now = now if last is None else max(now, last + _MILLISECOND)
        self._last[source] = now
        return now

    @contextmanager
    def _one_at_a_time(self, source: str) -> Iterator[None]:
        """Raises SourceAtWorkError."""
        with self._all:
            lock = self._locks.setdefault(source, threading.Lock())
        if not lock.acquire(timeout=self._turn_s):
            raise SourceAtWorkError(f"other pushes of {source} are still at work after {self._turn_s:g} s")
        try:
            yield
        finally:
            lock.release()

    def _note(self, source: str, report: PushReport, now: datetime) -> None:
        """Say how the source fares, every few seconds at most: what is odd may be the last for long."""
        noted, says = self._noted.get(source), self._says[source]
        if noted is not None and now - noted < _NOTED_EVERY and says[ODD_PAY] < FEW:
            return
        ledger = self._tools.ledger
        health = ledger.health(source) or SourceHealth(source, added_at=now, next_due=now)
        giving = pushed(health.giving, now, says, taken=bool(report.taken))
        after = replace(health, last_attempt=now, format=self._how.format.name, giving=giving)
        if report.taken:
            counts = _counts(report)
            after = replace(after, last_success=now, settled_at=health.settled_at or now, failures=0, counts=counts)
        elif report.refused:
            after = replace(after, failures=health.failures + 1, last_error=f"refused: {report.refused[0].fault}")
        ledger.settle(after)
        self._noted[source] = now
        says.clear()


def _counts(report: PushReport) -> Counts:
    number: Mapping[str, int] = {
        outcome: sum(record.outcome == outcome for record in report.taken)
        for outcome in {record.outcome for record in report.taken}
    }
    return Counts(
        items=len(report.taken),
        new=number.get("new", 0),
        changed=number.get("changed", 0) + number.get("reopened", 0),
        closed=number.get("closed", 0),
        broken=len(report.refused),
    )


def is_id(text: str) -> bool:
    """Whether a posting may have been pushed with this id."""
    return 0 < len(text) <= MOST_PUSHED_ID and "\0" not in text


def bad_pushed_id() -> FeedFault:
    """Of an id that is none by `is_id`."""
    return FeedFault("bad_id", f'"id" has not 1 to {MOST_PUSHED_ID:,} characters without NUL', "id")


def _given_id(row: JsonObject) -> str | None:
    for name in ("id", "url"):
        value = row.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return None


def _receipt(source: str, record: _ReadRecord, outcome: Outcome) -> TakenRecord:
    return TakenRecord(record.index, record.source_id, posting_id_of(source, record.source_id), outcome)
