"""Offsets that are missing: those that Faust skips are read all the same, those that are gone hold nothing up."""

import threading
import time
from collections.abc import Iterator, Mapping, MutableMapping
from itertools import pairwise
from typing import Any

import pytest
from faust.transport.utils import DefaultSchedulingStrategy
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from structlog.testing import capture_logs

from services.runtime.faust.runner import FaustRunner
from services.runtime.kafka.offsets import Offsets
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import RecordReader
from services.runtime.kafka.settings import KafkaSettings
from tests.support.engines import kafka_of_my_own
from tests.support.logs import Collecting, out, outs
from tests.support.record_logs import AT_ONCE
from tests.support.streaming import Telling

pytestmark = [pytest.mark.live, pytest.mark.decisive]
PARTITIONS = 2
RAW, CRITERIA = "raw.v1", "criteria.v1"
COMPACTED_WITHIN_S = 90.0


@pytest.fixture
def settings() -> Iterator[KafkaSettings]:
    """A topic that keeps its records for a time, and one that is compacted as soon as a broker can."""
    with kafka_of_my_own() as own:
        admin = KafkaAdminClient(bootstrap_servers=list(own.bootstrap))
        kept = NewTopic(own.topic(RAW), PARTITIONS, 1)
        admin.create_topics([kept, NewTopic(own.topic(CRITERIA), PARTITIONS, 1, topic_configs=AT_ONCE)])
        admin.close()
        yield own.model_copy(update={"linger_s": 0.02})


@pytest.fixture
def producer(settings: KafkaSettings) -> Iterator[RecordProducer]:
    found = RecordProducer(settings)
    yield found
    found.close()


def once(
    service: Collecting, producer: RecordProducer, settings: KafkaSettings, meter: Telling | None = None
) -> list[MutableMapping[str, Any]]:
    """What is logged meanwhile."""
    with capture_logs() as logs:
        FaustRunner(service, producer, settings, once=True, patience_s=20, meter=meter).run(threading.Event())
    return logs


def logged(logs: list[MutableMapping[str, Any]], event: str) -> list[MutableMapping[str, Any]]:
    return [log for log in logs if log["event"] == event]


@pytest.mark.parametrize("topic", [RAW, CRITERIA])
def test_what_faust_skips_is_read_all_the_same(
    settings: KafkaSettings, producer: RecordProducer, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    skipped: set[Any] = set()
    iterate = DefaultSchedulingStrategy.iterate

    def skipping(chunks: Any, records: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
        """The first chunk of each partition is lost, and those behind it come."""
        for tp, chunk in iterate(chunks, records):
            if tp in skipped:
                yield tp, chunk
            skipped.add(tp)

    producer.produce(outs(4_000, topic=topic))
    monkeypatch.setattr(DefaultSchedulingStrategy, "iterate", skipping)
    service = Collecting(inputs=(topic,))
    once(service, producer, settings)
    assert len(skipped) == PARTITIONS
    assert sorted(service.done) == sorted(f"value {number}" for number in range(4_000))


@pytest.mark.slow
def test_thousands_of_gaps_of_compaction_are_passed_over(settings: KafkaSettings, producer: RecordProducer) -> None:
    newest = [out(f"key {number}", f"newest {number}", topic=CRITERIA) for number in range(5_000)]
    mixed = [
        each for record in newest for each in (record, out("again and again", record.value.decode(), topic=CRITERIA))
    ]
    producer.produce(mixed)
    gaps, until = 0, time.monotonic() + COMPACTED_WITHIN_S
    while gaps < 2_000:
        assert time.monotonic() < until, "the broker has compacted nothing"
        time.sleep(0.6)
        producer.produce([out(f"tail {number}", "tail", topic=CRITERIA) for number in range(4)])  # rolls the segment
        gaps = gaps_of(settings, CRITERIA)
    service = Collecting(inputs=(CRITERIA,))
    began = time.monotonic()
    once(service, producer, settings)
    took = time.monotonic() - began
    print(f"{gaps} gaps, {len(service.done)} records, read in {took:.1f} s")
    assert {record.value.decode() for record in newest} <= set(service.done)
    assert took < 10


def test_records_whose_time_was_over_before_they_were_read_hold_nothing_up(
    settings: KafkaSettings, producer: RecordProducer
) -> None:
    producer.produce([out("one key", str(number)) for number in range(10)])
    service = Collecting()
    once(service, producer, settings)
    producer.produce([out("one key", str(number)) for number in range(10, 100)])
    with Offsets(settings) as offsets:
        [(_, partition)] = [place for place, end in offsets.ends([RAW]).items() if end]
    admin = KafkaAdminClient(bootstrap_servers=list(settings.bootstrap))
    admin.delete_records({TopicPartition(settings.topic(RAW), partition): 40})
    admin.close()
    meter = Telling()
    logs = once(service, producer, settings, meter)
    assert service.done == [str(number) for number in (*range(10), *range(40, 100))]
    assert meter.lost == {RAW: 30}
    [left] = logged(logs, "records left the topic unread")
    assert (left["offset"], left["until"]) == (10, 40)


def gaps_of(settings: KafkaSettings, topic: str) -> int:
    with RecordReader(settings, patience_s=20) as reader:
        found: dict[int, list[int]] = {}
        for record in reader.read_all(topic):
            found.setdefault(record.partition, []).append(record.offset)
    return sum(after - before > 1 for offsets in found.values() for before, after in pairwise(offsets))
