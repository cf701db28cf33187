"""The logs that hold the ports of `services.runtime.records`, opened anew for a test: the embedded one and Kafka."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from services.runtime.clock import FixedClock
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import KafkaLetterLog, KafkaTail, RecordReader
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.kafka.topics import Planned, create, planned
from services.runtime.letters.dead import LetterLog
from services.runtime.log.sqlite import SqliteLog, SqliteTail
from services.runtime.records import Producer, Tail, TopicReader
from tests.support.engines import kafka_of_my_own
from tests.support.logs import NOON

PARTITIONS = 2
AT_ONCE = {
    "cleanup.policy": "compact",
    "min.cleanable.dirty.ratio": "0.001",
    "min.compaction.lag.ms": "0",
    "max.compaction.lag.ms": "1000",
    "segment.ms": "500",
}
"""A topic's configuration: compacted as soon as a broker can."""


class RecordLog(Protocol):
    """One log; each call opens it as another process would."""

    clock: FixedClock

    def producer(self) -> Producer: ...

    def reader(self) -> TopicReader: ...

    def tail(self, topic: str) -> Tail: ...

    def letters(self) -> LetterLog: ...


@dataclass
class EmbeddedRecordLog:
    path: Path
    clock: FixedClock
    closing: ExitStack

    def producer(self) -> SqliteLog:
        return self.closing.enter_context(SqliteLog(self.path, clock=self.clock, partitions=PARTITIONS))

    def reader(self) -> SqliteLog:
        return self.producer()

    def letters(self) -> SqliteLog:
        return self.producer()

    def tail(self, topic: str) -> SqliteTail:
        return SqliteTail(self.producer(), topic)


@dataclass
class KafkaRecordLog:
    settings: KafkaSettings
    clock: FixedClock
    closing: ExitStack = field(default_factory=ExitStack)

    def producer(self) -> RecordProducer:
        return self.closing.enter_context(RecordProducer(self.settings, clock=self.clock))

    def reader(self) -> RecordReader:
        return self.closing.enter_context(RecordReader(self.settings))

    def letters(self) -> KafkaLetterLog:
        return self.closing.enter_context(KafkaLetterLog(self.settings))

    def tail(self, topic: str) -> KafkaTail:
        return self.closing.enter_context(KafkaTail(self.settings, topic))


@contextmanager
def embedded_record_log(folder: Path) -> Iterator[EmbeddedRecordLog]:
    with ExitStack() as closing:
        yield EmbeddedRecordLog(folder / "log.sqlite", FixedClock(NOON), closing)


@contextmanager
def kafka_record_log() -> Iterator[KafkaRecordLog]:
    """A prefix of its own on the broker, with two partitions a topic, which drop nothing by the broker's clock."""
    with kafka_of_my_own() as settings, ExitStack() as closing:
        create(settings, small_topics(settings))
        yield KafkaRecordLog(settings, FixedClock(NOON), closing)


def small_topics(settings: KafkaSettings) -> list[Planned]:
    """All topics, kept for ever, each as wide as the embedded log is in these tests."""
    return [replace(topic, partitions=PARTITIONS) for topic in planned(settings, for_ever=True)]
