"""Measures how fresh what a service handles is, told by the records alone: by what they hold, and when they were sent.

A record's time is the clock of whoever sent it, as it sent it; "now" is this worker's clock, once a batch is handled.
docs/metrics.md says of each measure which two it lies between.
"""

import re
import threading
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from schemas.topics import MATCHES, POSTINGS, RAW
from services.runtime.clock import Clock
from services.runtime.metrics import catalogue as listed
from services.runtime.metrics.catalogue import Metric
from services.runtime.metrics.process import Metrics
from services.runtime.records import Outgoing, Record, Service, ServiceWrapper

_STAGES = {
    RAW.name: listed.FETCHED_TO_NORMALISED,
    POSTINGS.name: listed.FETCHED_TO_MATCHED,
    MATCHES.name: listed.FETCHED_TO_STORED,
}
# A quote within a JSON text is escaped, so that a member's name in plain quotes can only be a member: no need to parse.
_FETCHED = re.compile(rb'"fetched_at":"([^"]{10,40})"')
_POSTED = re.compile(rb'"posted_at":"([^"]{10,40})"')
_CLOSED = b'"status":"closed"'
_OLD_NEWS = (b'"backlog":true', b'"cause":"replay"', b'"cause":"backfill"')
_LAST, _LATELY = 500, timedelta(minutes=5)
"""What was handled before says nothing of how it goes now: on a small board 500 records are those of days."""


class Measured(ServiceWrapper):
    """A service, and how old what it handled was. Measuring never fails a batch."""

    def __init__(self, service: Service, metrics: Metrics, clock: Clock) -> None:
        super().__init__(service)
        self._metrics = metrics
        self._clock = clock
        self._ages: deque[tuple[datetime, float]] = deque(maxlen=_LAST)
        self._lock = threading.Lock()

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        """The service's own; what it handled is measured afterwards."""
        outgoing = self._service.handle(batch)
        if batch and batch[0].topic in _STAGES:
            self._measure(batch)
        return outgoing

    def freshness_s(self) -> float | None:
        """The median age, since their fetch, of the records handled last, within minutes; None where there are none."""
        now = self._clock.now()
        with self._lock:
            ages = [age for at, age in self._ages if abs(now - at) < _LATELY]
        return median(ages) if ages else None

    def _measure(self, batch: Sequence[Record]) -> None:
        now = self._clock.now()
        for record in batch:
            fetched = None if _is_old_news(record) else _fetched_at(record)
            if fetched is None:
                continue
            age = self._observe(_STAGES[record.topic], fetched, now)
            with self._lock:
                self._ages.append((now, age))
            if record.topic == POSTINGS.name:
                self._measure_source(record, fetched)
            elif record.topic == MATCHES.name:
                self._measure_match(record, fetched, now)

    def _measure_source(self, record: Record, fetched: datetime) -> None:
        posted = _posted_at(record)
        if posted is not None and _CLOSED not in record.value:
            self._observe(listed.SOURCE_DELAY, posted, fetched)

    def _measure_match(self, record: Record, fetched: datetime, now: datetime) -> None:
        """A match record says by its time when it was sent, and by its header when its posting's record was."""
        normalised = _time(record.headers.get("ce_time"))
        if normalised is not None:
            self._observe(listed.NORMALISED_TO_MATCHED, normalised, record.appended_at)
        if _CLOSED not in record.value:
            self._observe(listed.PUBLISHED_TO_MATCHED, _posted_at(record) or fetched, record.appended_at)
        self._observe(listed.MATCHED_TO_STORED, record.appended_at, now)

    def _observe(self, metric: Metric, since: datetime, until: datetime) -> float:
        """Clocks that differ a little may put the end before the beginning."""
        took = max((until - since).total_seconds(), 0.0)
        self._metrics.observe(metric, took)
        return took


def _is_old_news(record: Record) -> bool:
    """Backlog, replays and backward matches say nothing of how fast the stream is."""
    return record.headers.get("cause") == "replay" or any(mark in record.value for mark in _OLD_NEWS)


def _fetched_at(record: Record) -> datetime | None:
    if record.topic == RAW.name:
        # An item as served may hold a member of that name, so that here only the header tells.
        return _time(record.headers.get("ce_time"))
    return _moment(_FETCHED.search(record.value))


def _posted_at(record: Record) -> datetime | None:
    return _moment(_POSTED.search(record.value))


def _moment(found: re.Match[bytes] | None) -> datetime | None:
    return None if found is None else _time(found[1].decode("ascii", "replace"))


def _time(value: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if value else None
    except ValueError:
        return None
    return None if moment is None else moment if moment.tzinfo else moment.replace(tzinfo=UTC)
