"""Measures how fresh what a service handles is: from the fetch of a posting to now, told by the records alone."""

import re
import threading
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median

from schemas.topics import MATCHES, POSTINGS, RAW
from services.runtime import metric_list as listed
from services.runtime.clock import Clock
from services.runtime.metrics import Metrics
from services.runtime.records import Outgoing, Record, Service

_STAGES = {
    RAW.name: listed.FETCHED_TO_NORMALISED,
    POSTINGS.name: listed.FETCHED_TO_MATCHED,
    MATCHES.name: listed.FETCHED_TO_STORED,
}
# A quote within a JSON text is escaped, so that a member's name in plain quotes can only be a member: no need to parse.
_FETCHED = re.compile(rb'"fetched_at":"([^"]{10,40})"')
_POSTED = re.compile(rb'"posted_at":"([^"]{10,40})"')
_OLD_NEWS = (b'"backlog":true', b'"cause":"replay"', b'"cause":"backfill"')
_LAST = 500


class Measured:
    """A service, and how old what it handled was. Measuring never fails a batch."""

    def __init__(self, service: Service, metrics: Metrics, clock: Clock) -> None:
        self._service = service
        self._metrics = metrics
        self._clock = clock
        self._ages: deque[float] = deque(maxlen=_LAST)
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._service.name

    @property
    def inputs(self) -> tuple[str, ...]:
        return self._service.inputs

    def load(self) -> None:
        """The service's own."""
        self._service.load()

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        """The service's own; what it handled is measured afterwards."""
        outgoing = self._service.handle(batch)
        if batch and batch[0].topic in _STAGES:
            self._measure(batch)
        return outgoing

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        """The service's own."""
        return self._service.tick(now)

    def freshness_s(self) -> float | None:
        """The median age, since their fetch, of the last records handled; None before the first."""
        with self._lock:
            return median(self._ages) if self._ages else None

    def _measure(self, batch: Sequence[Record]) -> None:
        now = self._clock.now()
        for record in batch:
            fetched = None if _is_old_news(record) else _fetched_at(record)
            if fetched is None:
                continue
            age = max((now - fetched).total_seconds(), 0.0)
            self._metrics.observe(_STAGES[record.topic], age)
            with self._lock:
                self._ages.append(age)
            if record.topic == POSTINGS.name and (posted := _moment(_POSTED.search(record.value))) is not None:
                self._metrics.observe(listed.SOURCE_DELAY, max((fetched - posted).total_seconds(), 0.0))


def _is_old_news(record: Record) -> bool:
    """Backlog, replays and backward matches say nothing of how fast the stream is."""
    return record.headers.get("cause") == "replay" or any(mark in record.value for mark in _OLD_NEWS)


def _fetched_at(record: Record) -> datetime | None:
    if record.topic == RAW.name:
        # An item as served may hold a member of that name, so that here only the header tells.
        return _time(record.headers.get("ce_time"))
    return _moment(_FETCHED.search(record.value))


def _moment(found: re.Match[bytes] | None) -> datetime | None:
    return None if found is None else _time(found[1].decode("ascii", "replace"))


def _time(value: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if value else None
    except ValueError:
        return None
    return None if moment is None else moment if moment.tzinfo else moment.replace(tzinfo=UTC)
