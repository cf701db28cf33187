"""A broker that is killed, hangs or stays away: what was acknowledged is there, once and in order, and all goes on."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.runtime.errors import LateError, UnavailableError
from services.runtime.kafka.offsets import Offsets, lags
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import KafkaTail, RecordReader
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.kafka.topics import create, require
from services.runtime.records import Outgoing, Record
from tests.support.engines import fresh_prefix
from tests.support.logs import TOPIC, out, outs, values
from tests.support.own_engines import OwnEngines, own_engines
from tests.support.record_logs import small_topics

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.decisive]
KEYS = 5
PATIENCE_S = 2.0
SLACK_S = 30.0
BACK_S = 30.0
RESTARTED_S = 240.0
"""A busy machine takes its time to start a broker."""


@pytest.fixture(scope="module")
def engines() -> Iterator[OwnEngines]:
    with own_engines("kafka") as mine:
        yield mine


@pytest.fixture
def broker(engines: OwnEngines) -> Iterator[OwnEngines]:
    """It runs before each test, however the last one left it."""
    engines.resume("kafka")
    engines.start("kafka")
    yield engines
    engines.resume("kafka")


@pytest.fixture
def settings(broker: OwnEngines) -> KafkaSettings:
    made = KafkaSettings(bootstrap=(broker.kafka,), prefix=fresh_prefix(), delivery_timeout_s=BACK_S)
    create(made, small_topics(made))
    return made


def hasty(settings: KafkaSettings, **more: int) -> KafkaSettings:
    return settings.model_copy(update={"delivery_timeout_s": PATIENCE_S} | more)


def by_key(records: list[Record]) -> dict[bytes, list[int]]:
    found: dict[bytes, list[int]] = {}
    for record in records:
        found.setdefault(record.key, []).append(int(record.value))
    return found


def refused_within(seconds: float, attempt: Callable[[], object]) -> None:
    began = time.monotonic()
    with pytest.raises(UnavailableError):
        attempt()
    assert time.monotonic() - began < seconds


def retried(attempt: Callable[[], None]) -> int:
    """As a lane does it: again and again until it succeeds; how many tries that took."""
    until, tries = time.monotonic() + BACK_S, 1
    while True:
        try:
            attempt()
            return tries
        except UnavailableError:
            assert time.monotonic() < until
            tries += 1
            time.sleep(0.1)


def test_what_is_acknowledged_while_brokers_are_killed_is_there_once_and_in_order(
    broker: OwnEngines, settings: KafkaSettings
) -> None:
    stop, acknowledged, failed = threading.Event(), [0] * KEYS, []

    def produce(key: int) -> None:
        while not stop.is_set():
            first = acknowledged[key]
            try:
                producer.produce([out(f"key {key}", str(first + number)) for number in range(20)])
            except Exception as error:
                failed.append(error)
                return
            acknowledged[key] = first + 20

    patient = settings.model_copy(update={"delivery_timeout_s": RESTARTED_S})
    with RecordProducer(patient) as producer:
        threads = [threading.Thread(target=produce, args=(key,), daemon=True) for key in range(KEYS)]
        for thread in threads:
            thread.start()
        for _ in range(3):
            before = list(acknowledged)
            while min(now - then for now, then in zip(acknowledged, before, strict=True)) < 100 and not failed:
                time.sleep(0.01)
            broker.kill("kafka")
            broker.start("kafka")
        stop.set()
        for thread in threads:
            thread.join()
    assert failed == []
    with RecordReader(settings) as reader:
        found = by_key(list(reader.read_all(TOPIC)))
    assert found == {b"key %d" % key: list(range(acknowledged[key])) for key in range(KEYS)}
    assert min(acknowledged) > 300


@pytest.mark.parametrize("away", ["kill", "pause"])
def test_a_producer_works_again_after_a_broker_was_away_for_longer_than_it_waits(
    broker: OwnEngines, settings: KafkaSettings, away: str
) -> None:
    with RecordProducer(hasty(settings)) as producer:
        producer.produce([out("k", str(number)) for number in range(10)])
        batch = [out("k", str(number)) for number in range(10, 20)]
        broker.kill("kafka") if away == "kill" else broker.pause("kafka")
        for _ in range(3):
            refused_within(PATIENCE_S + SLACK_S, lambda: producer.produce(batch))
        broker.start("kafka") if away == "kill" else broker.resume("kafka")
        tries = retried(lambda: producer.produce(batch))
        producer.produce([out("k", "20")])
    with RecordReader(settings) as reader:
        (found,) = by_key(list(reader.read_all(TOPIC))).values()
    # The batch that was in doubt, and that which was sent again once the first was settled; each whole and in order.
    # A broker that has only just come back may be too slow once more, and each such try is there too.
    times = found.count(10)
    assert 2 <= times <= 1 + tries
    assert found == [*range(10), *(list(range(10, 20)) * times), 20]


def test_a_producer_made_while_the_broker_is_away_says_so_in_time_and_works_later(
    broker: OwnEngines, settings: KafkaSettings
) -> None:
    broker.kill("kafka")
    with RecordProducer(hasty(settings)) as producer:
        refused_within(PATIENCE_S + SLACK_S, lambda: producer.produce(outs(1)))
        broker.start("kafka")
        tries = retried(lambda: producer.produce(outs(3)))
    with RecordReader(settings) as reader:
        found = Counter(record.value for record in reader.read_all(TOPIC))
    # A try that a broker answers too late, having only just come back, is there whole beside the next.
    times = max(found.values())
    assert times <= tries
    assert found == dict.fromkeys((record.value for record in outs(3)), times)


def test_what_a_broker_acknowledges_too_late_is_known_to_have_arrived(
    broker: OwnEngines, settings: KafkaSettings
) -> None:
    with RecordProducer(hasty(settings)) as producer:
        producer.produce([out("k", "0")])
        broker.pause("kafka")
        with pytest.raises(LateError) as late:
            producer.produce([out("k", str(number)) for number in range(1, 11)])
        refused_within(PATIENCE_S + SLACK_S, late.value.arrived)
        broker.resume("kafka")
        found: list[bool] = []
        retried(lambda: found.append(late.value.arrived()))
        assert found == [True]
    with RecordReader(settings) as reader:
        assert by_key(list(reader.read_all(TOPIC))) == {b"k": list(range(11))}


def test_many_who_produce_while_the_broker_is_away_do_not_wait_for_one_another(
    broker: OwnEngines, settings: KafkaSettings
) -> None:
    broker.kill("kafka")
    with RecordProducer(hasty(settings)) as producer, ThreadPoolExecutor(8) as pool:
        began = time.monotonic()
        refused = [pool.submit(producer.produce, outs(1)).exception for _ in range(8)]
        assert all(isinstance(question(), UnavailableError) for question in refused)
        assert time.monotonic() - began < 2 * PATIENCE_S + SLACK_S


def test_no_more_is_taken_than_the_buffer_holds_while_the_broker_hangs(
    broker: OwnEngines, settings: KafkaSettings
) -> None:
    record = Outgoing(TOPIC, b"k", bytes(100_000))
    with RecordProducer(hasty(settings, buffer_bytes=1 << 20)) as producer:
        producer.produce([record])
        broker.pause("kafka")
        refused_within(2 * PATIENCE_S + SLACK_S, lambda: producer.produce([record] * 100))
        for _ in range(3):
            refused_within(PATIENCE_S + SLACK_S, lambda: producer.produce([record] * 100))
        broker.resume("kafka")
        retried(lambda: producer.produce([out("k", "last")]))
    with RecordReader(settings) as reader:
        found = list(reader.read_all(TOPIC))
    assert found[-1].value == b"last"
    assert 2 < len(found) <= 12


def test_readers_say_in_time_that_the_broker_is_away_and_go_on_where_they_were(
    broker: OwnEngines, settings: KafkaSettings
) -> None:
    with (
        RecordProducer(settings) as producer,
        KafkaTail(settings, TOPIC, patience_s=PATIENCE_S) as tail,
        RecordReader(settings, patience_s=PATIENCE_S) as reader,
        Offsets(settings, patience_s=PATIENCE_S) as offsets,
    ):
        producer.produce(outs(1_500))
        reading = tail.catch_up()
        found = [next(reading) for _ in range(700)]
        assert sum(lag.lag for lag in lags(offsets, {"reader": [TOPIC]})) == 1_500
        for away, back in ((broker.pause, broker.resume), (broker.kill, broker.start)):
            away("kafka")
            limit = 2 * (PATIENCE_S + SLACK_S)
            refused_within(limit, lambda: list(reader.read_all(TOPIC)))
            refused_within(limit, lambda: list(tail.catch_up()))
            refused_within(limit, lambda: lags(offsets, {"reader": [TOPIC]}))
            refused_within(limit, lambda: require(hasty(settings), [TOPIC]))
            back("kafka")
        retried(lambda: found.extend(tail.catch_up()))
        assert {record.value for record in found} == {record.value for record in outs(1_500)}
        assert len(values(list(reader.read_all(TOPIC)))) == 1_500
