"""Records so large that their letters are over what the broker takes."""

import random
from collections.abc import Iterator

import pytest
from kafka.admin import ConfigResource, KafkaAdminClient

from services.runtime.clock import FixedClock
from services.runtime.errors import PoisonError
from services.runtime.faust.log import FetchedLog
from services.runtime.kafka.producer import MOST_RECORD_BYTES, RecordProducer
from services.runtime.kafka.reader import KafkaLetterLog
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.kafka.topics import create
from services.runtime.letters.dead import DeadLetters
from services.runtime.metrics.meter import RunnerMeter
from services.runtime.records import Record
from services.runtime.retry import NO_WAIT
from services.runtime.stages.lane import LaneSettings
from services.runtime.stages.stage import Stage
from tests.support.engines import kafka_of_my_own
from tests.support.logs import NOON, TOPIC, Collecting
from tests.support.record_logs import small_topics
from tests.support.streaming import Found

pytestmark = pytest.mark.live


@pytest.fixture
def settings() -> Iterator[KafkaSettings]:
    with kafka_of_my_own() as mine:
        create(mine, small_topics(mine))
        yield mine


def refuse_large(record: Record) -> None:
    if len(record.value) > 100:
        raise PoisonError("no title")


@pytest.mark.parametrize(
    ("size", "broker_takes"), [(MOST_RECORD_BYTES - 1_100, None), (200_000, 100_000)], ids=["ours", "the broker's"]
)
def test_a_record_whose_letter_is_too_large_is_buried_with_its_beginning(
    settings: KafkaSettings, size: int, broker_takes: int | None
) -> None:
    if broker_takes is not None:
        admin = KafkaAdminClient(bootstrap_servers=list(settings.bootstrap))
        limit = {"max.message.bytes": str(broker_takes)}
        admin.alter_configs([ConfigResource("TOPIC", settings.topic(f"{TOPIC}.dead"), limit)])
        admin.close()
    service = Collecting(judge=refuse_large)
    # Of chance, since a broker measures what is compressed.
    large = random.Random(7).randbytes(size // 2).hex().encode() if broker_takes else bytes(size)
    with RecordProducer(settings) as producer, KafkaLetterLog(settings) as log:
        fetched = FetchedLog(producer)
        stage = Stage(
            service,
            fetched,
            clock=FixedClock(NOON),
            settings=LaneSettings(retry=NO_WAIT),
            meter=RunnerMeter(),
            luck=lambda: 0.5,
        )
        headers = {"ce_id": "7", "source": "acme"}
        sent = [(name, value.encode()) for name, value in headers.items()]
        values = (large, b"fine")
        fetched.put((TOPIC, 0), [Found(0, at, value=value, headers=sent) for at, value in enumerate(values)])
        lane = stage.lane((TOPIC, 0))
        while stage.work([lane]):
            pass
        assert (lane.halted, lane.offset, service.done) == (False, 2, ["fine"])
        (letter,) = DeadLetters(log).find()
    assert (letter.error, letter.whole_bytes, letter.headers) == ("no title", len(large), headers)
    assert large.startswith(letter.value)
    assert len(letter.value) > 1_000
