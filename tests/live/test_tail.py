"""Following a topic of Kafka from a time on."""

from datetime import UTC, datetime, timedelta

import pytest

from services.runtime.clock import FixedClock
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import KafkaTail
from services.runtime.kafka.topics import create, planned
from tests.support.engines import kafka_of_my_own
from tests.support.logs import TOPIC, outs, values

pytestmark = pytest.mark.live

NOW = datetime(2026, 8, 10, 12, tzinfo=UTC)


def test_what_is_older_than_a_time_is_left_out_and_whatever_comes_is_read() -> None:
    with kafka_of_my_own() as settings:
        create(settings, planned(settings, for_ever=True))
        clock = FixedClock(NOW - timedelta(days=9))
        with (
            RecordProducer(settings, clock=clock) as producer,
            KafkaTail(settings, TOPIC, since=NOW - timedelta(days=7)) as tail,
            KafkaTail(settings, TOPIC, since=NOW) as later,
        ):
            producer.produce(outs(30))
            clock.set(NOW - timedelta(days=6))
            producer.produce(outs(30, first=30))
            assert sorted(values(list(tail.catch_up()))) == [f"value {number}" for number in range(30, 60)]
            assert list(later.catch_up()) == []
            producer.produce(outs(30, first=60))
            assert sorted(values(list(tail.catch_up()))) == [f"value {number}" for number in range(60, 90)]
            assert len(list(later.catch_up())) == 30
            assert list(tail.catch_up()) == []
