"""The records in hand of one partition, given to the same lane that the embedded runner uses."""

import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from schemas.topics import DEAD_SUFFIX
from services.runtime.clock import Clock
from services.runtime.lane import Lane, LaneSettings
from services.runtime.metering import RunnerMeter
from services.runtime.records import Commit, Outgoing, Producer, Record, Service
from services.runtime.status import LaneStatus

Place = tuple[str, int]
"""A topic, without the installation's prefix, and a partition."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BatchLog:
    """A lane's log: reads from the records in hand, and writes by the producer."""

    def __init__(self, producer: Producer, meter: RunnerMeter) -> None:
        self._producer = producer
        self._meter = meter
        self._records: Sequence[Record] = ()
        self.offset = 0
        """Everything below it is done."""

    def hold(self, records: Sequence[Record]) -> None:
        """Take the next records, in order."""
        self._records = records
        self.offset = records[0].offset

    @property
    def finished(self) -> bool:
        """Whether nothing of what is in hand is left to do."""
        return not self._records or self.offset > self._records[-1].offset

    def committed(self, group: str, topic: str, partition: int) -> int:
        return self.offset

    def read(self, topic: str, partition: int, offset: int, most: int) -> list[Record]:
        first = bisect_left(self._records, offset, key=attrgetter("offset"))
        return list(self._records[first : first + most])

    def advance(self, records: Sequence[Outgoing], commit: Commit | None = None) -> None:
        """Have the records durable, then count what they came from as done. Raises UnavailableError."""
        if records:
            self._producer.produce(records)
        for record in records:
            if record.topic.endswith(DEAD_SUFFIX):
                origin = record.headers.get("origin_topic") or record.topic.removesuffix(DEAD_SUFFIX)
                self._meter.dead(origin, record.headers.get("error_type", "unknown"))
        if commit is not None:
            self.offset = commit.offset


class HeldLane:
    """A lane with the records in hand of its partition."""

    def __init__(
        self,
        service: Service,
        topic: str,
        partition: int,
        *,
        producer: Producer,
        clock: Clock,
        settings: LaneSettings,
        meter: RunnerMeter,
        luck: Callable[[], float],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.place: Place = (topic, partition)
        self._meter = meter
        self._monotonic = monotonic
        self._watched = _Watched(service)
        self._log = BatchLog(producer, meter)
        self._lane = Lane(
            self._watched,
            topic,
            partition,
            log=self._log,
            clock=clock,
            settings=settings,
            luck=luck,
            monotonic=monotonic,
        )

    @property
    def offset(self) -> int:
        """Everything below it is done."""
        return self._log.offset

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do of what is in hand."""
        return self._log.finished

    @property
    def halted(self) -> bool:
        return self._lane.status(0).state == "halted"

    @property
    def error(self) -> str | None:
        return self._lane.error

    @property
    def handled(self) -> int:
        return self._lane.handled

    @property
    def wakes_at(self) -> float | None:
        """When a waiting lane tries again (monotonic seconds)."""
        return self._lane.wakes_at

    def hold(self, records: Sequence[Record]) -> None:
        """Take the next records in order, which may lie before what was done in an earlier assignment."""
        self._log.hold(records)
        self._lane.seek(records[0].offset)

    def work(self) -> bool:
        """Process one batch of what is in hand, where it need not wait; whether to go on at once."""
        if self.finished or self.halted or (self.wakes_at or 0.0) > self._monotonic():
            return False
        began, handled = self._monotonic(), self._lane.handled
        more = self._lane.work()
        if done := self._lane.handled - handled:
            self._meter.batch(self.place[0], done, self._monotonic() - began)
        elif self._lane.wakes_at is not None:
            self._meter.retried(self.place[0], self._watched.error_type)
        return more

    def sound(self, most: int) -> list[Record]:
        """The next records to do, where nothing has failed of them; else nothing."""
        if self._lane.status(0).state != "running":
            return []
        return self._log.read(*self.place, self.offset, most)

    def done_with(self, batch: list[Record]) -> None:
        """Count those as done, which were handled with those of other partitions."""
        self._lane.done_with(batch)

    def status(self, offset: int, end: int) -> LaneStatus:
        """A snapshot, where the partition stands at `offset` of `end`."""
        known = self._lane.status(end)
        return replace(known, offset=offset, lag=max(end - offset, 0))


class _Watched:
    """A service whose last error is remembered by its type."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.name = service.name
        self.inputs = service.inputs
        self.load = service.load
        self.tick = service.tick
        self.error_type = "UnavailableError"

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        self.error_type = "UnavailableError"
        try:
            return self._service.handle(batch)
        except Exception as error:
            self.error_type = type(error).__name__
            raise


def record_of(found: Any, topic: str) -> Record:
    """The record that a consumer found; `topic` is its name without the installation's prefix."""
    return Record(
        topic=topic,
        partition=found.partition,
        offset=found.offset,
        key=found.key or b"",
        value=found.value or b"",
        headers={name: (value or b"").decode("utf-8", "replace") for name, value in found.headers or ()},
        appended_at=_EPOCH + timedelta(milliseconds=found.timestamp or 0),
    )
