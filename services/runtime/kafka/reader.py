"""Reading whole topics without a consumer group, for what a service holds in memory."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from schemas.topics import DEAD_SUFFIX
from services.runtime.closeable import Closeable
from services.runtime.errors import UnavailableError
from services.runtime.kafka.connection import client_options, explained
from services.runtime.kafka.offsets import Offsets, Place
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.records import Outgoing, Record

_POLL_MS = 500
_FETCH_WAIT_MS = 100
_POLL_RECORDS = 1_000
_PARTITION_BYTES = 4 << 20
_FETCH_BYTES = 16 << 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RecordReader(Closeable):
    """Implements `TopicReader` on Kafka. Everything raises UnavailableError where Kafka or the topic is away.

    Time is bounded: a reading in which nothing comes for `patience_s` is given up.
    """

    def __init__(self, settings: KafkaSettings, *, patience_s: float = 30.0) -> None:
        self._settings = settings
        self._patience_s = patience_s
        self._offsets = Offsets(settings, patience_s=patience_s)

    def read_all(self, topic: str, since: datetime | None = None) -> Iterator[Record]:
        """All records up to the ends at the time of the call, appended at or after `since`.

        In order within a partition; the partitions come mixed.
        """
        ends = self._offsets.ends((topic,))
        starts = self._offsets.starts((topic,)) if since is None else self._offsets.since(topic, since)
        return self._between(starts, ends, since)

    def read(self, topic: str, partition: int, offset: int, most: int) -> list[Record]:
        """The next records of a partition at or after `offset`, at most `most`; empty at the end."""
        place = (topic, partition)
        ends = self._offsets.ends((topic,))
        if place not in ends:
            raise UnavailableError(f"the topic {topic} has {len(ends)} partitions, and none of number {partition}")
        found: list[Record] = []
        for record in self._between({place: max(offset, 0)}, {place: ends[place]}, None, most):
            found.append(record)
            if len(found) == most:
                break
        return found

    def close(self) -> None:
        """Let go of the connection; closing twice is harmless."""
        self._offsets.close()

    def _between(
        self, starts: Mapping[Place, int], ends: Mapping[Place, int], since: datetime | None, most: int = _POLL_RECORDS
    ) -> Iterator[Record]:
        cursor = _Cursor(self._settings, starts, self._patience_s)
        try:
            for record in cursor.up_to(ends, most):
                if record.offset < ends[record.topic, record.partition] and (
                    since is None or record.appended_at >= since
                ):
                    yield record
        finally:
            cursor.close()


class KafkaTail(Closeable):
    """Implements `services.runtime.records.Tail` on Kafka. For one thread at a time.

    Where the topic was deleted and made anew, it is read from its new start.
    """

    def __init__(
        self, settings: KafkaSettings, topic: str, *, since: datetime | None = None, patience_s: float = 30.0
    ) -> None:
        """`since`: what was appended before then is left out."""
        self._settings = settings
        self._topic = topic
        self._since = since
        self._patience_s = patience_s
        self._offsets = Offsets(settings, patience_s=patience_s)
        self._cursor = _Cursor(settings, {}, patience_s)

    def begin(self, places: Mapping[int, int]) -> None:
        """Go on at these offsets, and at the topic's start in other partitions."""
        self._cursor.close()
        starts = {(self._topic, partition): offset for partition, offset in places.items()}
        self._cursor = _Cursor(self._settings, starts, self._patience_s)

    def catch_up(self) -> Iterator[Record]:
        """The records since last time. Raises UnavailableError, at the call or while reading."""
        ends = self._offsets.ends((self._topic,))
        if any(self._cursor.next.get(place, -1) not in range(end + 1) for place, end in ends.items()):
            for place, start in self._starts().items():
                if self._cursor.next.get(place, -1) not in range(start, ends[place] + 1):
                    # Not beyond the end of before: a start that was looked up later may have passed by a record.
                    self._cursor.next[place] = min(start, ends[place])
        return self._cursor.up_to(ends, _POLL_RECORDS)

    def _starts(self) -> Mapping[Place, int]:
        if self._since is None or self._cursor.next:
            return self._offsets.starts((self._topic,))
        return self._offsets.since(self._topic, self._since)

    def positions(self) -> Mapping[Place, int]:
        """The next offset to come of each partition; empty before the first call of `catch_up`."""
        return dict(self._cursor.next)

    def close(self) -> None:
        """Let go of the connections; closing twice is harmless."""
        self._cursor.close()
        self._offsets.close()


class _Cursor:
    """A consumer with its place in each partition; `next` counts what the caller is done with, and lies behind it."""

    def __init__(self, settings: KafkaSettings, starts: Mapping[Place, int], patience_s: float) -> None:
        self.next = dict(starts)
        self._settings = settings
        self._patience_s = patience_s
        self._consumer: Any = None

    def up_to(self, ends: Mapping[Place, int], most: int) -> Iterator[Record]:
        """Read until each partition has reached its end; what comes beyond in one fetch is yielded too."""
        waiting = time.monotonic()
        begins = True
        while behind := {place for place, end in ends.items() if self.next[place] < end}:
            before = dict(self.next)
            polled = self._poll(most, begins=begins or self._consumer is None)
            begins = False
            for records in polled:
                for record in records:
                    yield record
                    self.next[record.topic, record.partition] = record.offset + 1
            self._skip_gaps(behind)
            if self.next != before:
                waiting = time.monotonic()
            elif time.monotonic() - waiting > self._patience_s:
                self.close()
                places = ", ".join(f"{topic}:{partition}:{self.next[topic, partition]}" for topic, partition in behind)
                raise UnavailableError(f"Kafka gave nothing for {self._patience_s:g} s at {places}", mend="Kafka")

    def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with suppress(KafkaError):
                consumer.close(autocommit=False, timeout_ms=1_000)

    def _poll(self, most: int, *, begins: bool) -> list[list[Record]]:
        with self._safely():
            if self._consumer is None:
                self._consumer = self._open()
            if begins:
                self._take_place()
            polled = self._consumer.poll(timeout_ms=_POLL_MS, max_records=most)
        prefix = self._settings.prefix
        return [
            [record_of(message, message.topic.removeprefix(prefix)) for message in found] for found in polled.values()
        ]

    def _take_place(self) -> None:
        """Have the consumer stand where the reading does; where it does already, it keeps what it has fetched."""
        assigned = self._consumer.assignment()
        wanted = {self._partition(place): offset for place, offset in self.next.items()}
        if wanted.keys() != assigned:
            self._consumer.assign(sorted(wanted))
        for place, offset in wanted.items():
            if place not in assigned or self._consumer.position(place, timeout_ms=_POLL_MS) != offset:
                self._consumer.seek(place, offset)

    def _skip_gaps(self, behind: set[Place]) -> None:
        """Go past what compaction took and past the marks of transactions, which never come as records."""
        with self._safely():
            for place in behind:
                position = self._consumer.position(self._partition(place), timeout_ms=_POLL_MS)
                if position is not None:
                    self.next[place] = max(self.next[place], position)

    @contextmanager
    def _safely(self) -> Iterator[None]:
        with explained(self._settings):
            try:
                yield
            except (KafkaError, OSError):
                self.close()
                raise

    def _open(self) -> Any:
        return KafkaConsumer(
            **client_options(self._settings, patience_s=self._patience_s),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            allow_auto_create_topics=False,
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            max_partition_fetch_bytes=_PARTITION_BYTES,
            fetch_max_bytes=_FETCH_BYTES,
        )

    def _partition(self, place: Place) -> TopicPartition:
        topic, partition = place
        return TopicPartition(self._settings.topic(topic), partition)


def record_of(found: Any, topic: str) -> Record:
    """What a client of kafka-python or aiokafka has read; `topic` is its name without the installation's prefix."""
    return Record(
        topic=topic,
        partition=found.partition,
        offset=found.offset,
        key=found.key or b"",
        value=found.value or b"",
        headers={name: (value or b"").decode("utf-8", "replace") for name, value in found.headers or ()},
        appended_at=_EPOCH + timedelta(milliseconds=found.timestamp or 0),
    )


class KafkaLetterLog(Closeable):
    """Implements `services.runtime.letters.dead.LetterLog`. Raises UnavailableError where Kafka or a topic is away."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._producer = RecordProducer(settings)
        self._reader = RecordReader(settings)

    def produce(self, records: Sequence[Outgoing]) -> None:
        """Append the records; durable on return.

        Those for dead-letter topics come after all others are durable. Where a replay is cut off between the two, its
        records are there and the marks are not: they may be sent again, which does no harm, and none is lost.
        """
        self._producer.produce([record for record in records if not record.topic.endswith(DEAD_SUFFIX)])
        self._producer.produce([record for record in records if record.topic.endswith(DEAD_SUFFIX)])

    def read(self, topic: str, partition: int, offset: int, most: int) -> list[Record]:
        """The next records of a partition at or after `offset`, at most `most`; empty at the end."""
        return self._reader.read(topic, partition, offset, most)

    def read_all(self, topic: str, since: datetime | None = None) -> Iterator[Record]:
        """All records up to the ends at the time of the call, appended at or after `since`."""
        return self._reader.read_all(topic, since)

    def close(self) -> None:
        """Let go of the connections; closing twice is harmless."""
        self._producer.close()
        self._reader.close()
