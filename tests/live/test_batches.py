"""How records lie on the broker: compressed by lz4, numbered by an idempotent producer, each under its key."""

from collections.abc import Iterator

import pytest
from kafka import KafkaProducer

from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.kafka.topics import create
from services.runtime.records import partition_of
from tests.support.batches import LZ4, Batch, read_with_batches
from tests.support.engines import kafka_of_my_own
from tests.support.logs import TOPIC, out
from tests.support.record_logs import PARTITIONS, small_topics

pytestmark = pytest.mark.live


@pytest.fixture
def settings() -> Iterator[KafkaSettings]:
    with kafka_of_my_own() as made:
        create(made, small_topics(made))
        yield made


def test_what_is_produced_is_compressed_numbered_and_keyed(settings: KafkaSettings) -> None:
    # Long enough that each batch gains by it, also one of a single record: the client leaves as it is what would grow.
    sent = [out(f"key {number % 7}", f"{number} " * 200) for number in range(200)]
    with RecordProducer(settings) as producer:
        producer.produce(sent)
    found, batches = read_with_batches(settings, TOPIC)
    assert set(batches) == {Batch(LZ4, idempotent=True)}
    assert sorted((record.key, record.value) for record in found) == sorted(
        (record.key, record.value) for record in sent
    )
    assert {partition_of(record.key, PARTITIONS) - record.partition for record in found} == {0}


def test_a_producer_that_does_neither_is_told_apart(settings: KafkaSettings) -> None:
    producer = KafkaProducer(bootstrap_servers=list(settings.bootstrap), enable_idempotence=False, acks=1)
    producer.send(settings.topic(TOPIC), b"value", key=b"key").get(20)
    producer.close()
    assert read_with_batches(settings, TOPIC)[1] == [Batch(0, idempotent=False)]
