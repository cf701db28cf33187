"""The Faust runner within this process: once through all there is, what halts it, what it asks of Kafka."""

import threading
import time
from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from kafka.admin import KafkaAdminClient, NewTopic
from structlog.testing import capture_logs

from services.runtime.clock import FixedClock
from services.runtime.errors import JobchimeError, PoisonError, UnavailableError
from services.runtime.faust.runner import FaustRunner
from services.runtime.kafka.offsets import Offsets
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.records import Record
from services.runtime.retry import NO_WAIT
from services.runtime.stages.lane import DeadLetterCap, LaneSettings
from tests.support.engines import kafka_of_my_own
from tests.support.logs import NEXT, NOON, TOPIC, Collecting, out, outs
from tests.support.streaming import Telling
from tests.support.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.decisive]
PARTITIONS = 2


@pytest.fixture
def settings() -> Iterator[KafkaSettings]:
    with kafka_of_my_own() as own:
        admin = KafkaAdminClient(bootstrap_servers=list(own.bootstrap))
        admin.create_topics([NewTopic(own.topic(name), PARTITIONS, 1) for name in (TOPIC, NEXT, f"{TOPIC}.dead")])
        admin.close()
        yield own.model_copy(update={"linger_s": 0.02})


@pytest.fixture
def producer(settings: KafkaSettings) -> Iterator[RecordProducer]:
    found = RecordProducer(settings, clock=FixedClock(NOON))
    yield found
    found.close()


def lag(settings: KafkaSettings, service: str = "collecting") -> int:
    with Offsets(settings) as offsets:
        committed = offsets.committed([service]).get(service, {})
        return sum(end - committed.get(place, 0) for place, end in offsets.ends([TOPIC]).items())


def once(service: Collecting, producer: RecordProducer, settings: KafkaSettings, **more: float) -> FaustRunner:
    runner = FaustRunner(service, producer, settings, clock=FixedClock(NOON), once=True, **more)
    with capture_logs():
        runner.run(threading.Event())
    return runner


def test_once_processes_all_there_is_ticks_and_returns(settings: KafkaSettings, producer: RecordProducer) -> None:
    producer.produce(outs(300))
    service = Collecting(forward=NEXT)
    began = time.monotonic()
    runner = once(service, producer, settings)
    assert time.monotonic() - began < 60
    assert sorted(service.done) == sorted(f"value {number}" for number in range(300))
    assert service.ticks == [NOON]
    assert lag(settings) == 0
    [status] = runner.status().services
    assert (status.handled, status.lag, status.loaded) == (300, 0, True)
    with Offsets(settings) as offsets:
        assert sum(offsets.ends([NEXT]).values()) == 300


def test_once_again_finds_nothing_left(settings: KafkaSettings, producer: RecordProducer) -> None:
    producer.produce(outs(20))
    once(Collecting(), producer, settings)
    service = Collecting()
    once(service, producer, settings)
    assert (service.done, service.ticks) == ([], [NOON])


def test_once_goes_on_until_ticks_give_nothing(settings: KafkaSettings, producer: RecordProducer) -> None:
    given = [[out("late", "of a tick")], [out("later", "of a tick")], []]
    service = Collecting(on_tick=lambda now: given.pop(0))
    once(service, producer, settings)
    assert service.done == ["of a tick", "of a tick"]
    assert lag(settings) == 0


def test_records_come_in_the_order_of_their_keys_with_the_time_of_their_producer(
    settings: KafkaSettings, producer: RecordProducer
) -> None:
    found: list[Record] = []
    producer.produce([out("one key", f"{number:03}", n=str(number)) for number in range(100)])
    once(Collecting(judge=found.append), producer, settings)
    assert [record.value for record in found] == [f"{number:03}".encode() for number in range(100)]
    assert {(record.topic, record.key, record.appended_at) for record in found} == {(TOPIC, b"one key", NOON)}
    assert found[7].headers["n"] == "7"


def test_once_fails_where_the_cap_halts_it(settings: KafkaSettings, producer: RecordProducer) -> None:
    producer.produce([out("one key", f"bad {number}") for number in range(20)])
    lane = LaneSettings(retry=NO_WAIT, cap=DeadLetterCap(in_row=5))
    runner = FaustRunner(Collecting(judge=refuse), producer, settings, lane=lane, once=True)
    with capture_logs(), pytest.raises(JobchimeError, match=r"halted at raw\.v1:\d:4"):
        runner.run(threading.Event())
    assert lag(settings) == 16


def test_once_fails_where_an_engine_stays_away(settings: KafkaSettings, producer: RecordProducer) -> None:
    producer.produce(outs(5))
    with capture_logs(), pytest.raises(UnavailableError, match="nothing has moved for 2 s: the index is away"):
        once(Collecting(judge=away), producer, settings, patience_s=2, grace_s=2)
    assert lag(settings) == 5


def test_once_fails_where_kafka_stays_away(settings: KafkaSettings, producer: RecordProducer) -> None:
    elsewhere = settings.model_copy(update={"bootstrap": ("127.0.0.1:1",)})
    with capture_logs(), pytest.raises(UnavailableError, match=r"Kafka at 127\.0\.0\.1:1"):
        once(Collecting(), producer, elsewhere, patience_s=1)


def test_once_fails_at_once_where_an_operator_holds_the_service(
    settings: KafkaSettings, producer: RecordProducer
) -> None:
    producer.produce(outs(5))
    service = Collecting(on_load=lambda: pytest.fail("it must not start"))
    runner = FaustRunner(service, producer, settings, once=True, paused=lambda: True)
    with pytest.raises(JobchimeError, match=r"^collecting is paused by operator; `jobchime resume` lets it go on$"):
        runner.run(threading.Event())
    assert lag(settings) == 5


def test_a_tick_that_fails_fails_once(settings: KafkaSettings, producer: RecordProducer) -> None:
    def fail(now: datetime) -> list[object]:
        raise UnavailableError("the store is away")

    with capture_logs(), pytest.raises(JobchimeError, match="the tick of collecting failed: the store is away"):
        once(Collecting(on_tick=fail), producer, settings)


def test_a_halted_worker_stays_alive_unready_and_commits_nothing_more(
    settings: KafkaSettings, producer: RecordProducer
) -> None:
    producer.produce([out("one key", f"bad {number}") for number in range(20)])
    lane = LaneSettings(retry=NO_WAIT, cap=DeadLetterCap(in_row=5))
    meter = Telling()
    runner = FaustRunner(Collecting(judge=refuse), producer, settings, lane=lane, meter=meter, tick_every_s=0.05)
    with running(runner) as logs:
        until(lambda: runner.status().services != () and runner.status().services[0].halted)
        for _ in range(3):  # batches of their own
            producer.produce([out("one key", f"bad {number}") for number in range(5)])
            time.sleep(0.3)
        time.sleep(1)
        assert not runner.ready
        [status] = runner.status().services
        assert status.last_error is not None
        assert status.last_error.startswith("halted at raw.v1")
        assert lag(settings) == 31
        assert len(meter.ticks) > 3
    assert lag(settings) == 31
    assert [log for log in logs if "reads again" in log["event"]] == []
    assert meter.letters == [(TOPIC, "PoisonError")] * 4


def test_a_service_is_loaded_before_it_takes_partitions(settings: KafkaSettings, producer: RecordProducer) -> None:
    loads: list[bool] = []
    service = Collecting()
    runner = FaustRunner(service, producer, settings)

    def load() -> None:
        loads.append(runner.ready)
        if len(loads) < 3:
            raise UnavailableError("the index is away")

    service.on_load = load
    producer.produce(outs(5))
    with running(runner):
        until(lambda: runner.ready)
        until(lambda: len(service.done) == 5)
    assert loads == [False, False, False]
    assert not runner.ready


def test_ticks_apart_do_not_wait_for_a_batch_and_others_do(settings: KafkaSettings, producer: RecordProducer) -> None:
    for apart in (True, False):
        gate = threading.Event()
        service = Collecting(name=f"apart {apart}".replace(" ", "-"), judge=lambda record, g=gate: g.wait(5))
        producer.produce([out("key", "slow")])
        runner = FaustRunner(service, producer, settings, tick_every_s=0.05, tick_apart=apart)
        with running(runner):
            until(lambda s=service: bool(s.batches))
            ticks = len(service.ticks)
            time.sleep(0.7)
            assert (len(service.ticks) > ticks + 3) is apart
            gate.set()
            until(lambda s=service: len(s.done) > 0)


def test_it_makes_no_topic_and_no_folder(
    settings: KafkaSettings, producer: RecordProducer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    once(Collecting(), producer, settings)
    admin = KafkaAdminClient(bootstrap_servers=list(settings.bootstrap))
    topics = {topic for topic in admin.list_topics() if topic.startswith(settings.prefix)}
    admin.close()
    assert topics == {settings.topic(name) for name in (TOPIC, NEXT, f"{TOPIC}.dead")}
    assert list(tmp_path.iterdir()) == []


def test_each_partition_is_told_of_by_one_worker_also_when_others_came(
    settings: KafkaSettings, producer: RecordProducer
) -> None:
    meters = [Telling() for _ in range(PARTITIONS + 1)]
    workers = [FaustRunner(Collecting(), producer, settings, meter=meter) for meter in meters]
    with ExitStack() as stack:
        for worker in workers:
            stack.enter_context(running(worker))
            until(lambda w=worker: w.ready)
        until(lambda: all(worker.ready for worker in workers))
        lanes = [(TOPIC, partition) for partition in range(PARTITIONS)]
        until(lambda: sorted(lane for meter in meters for lane in meter.lags) == lanes, seconds=60)


def refuse(record: Record) -> None:
    raise PoisonError("this cannot be read")


def away(record: Record) -> None:
    raise UnavailableError("the index is away")


@contextmanager
def running(runner: FaustRunner) -> Iterator[list[MutableMapping[str, Any]]]:
    """Run it in a thread, and what it logs; at the end it is stopped and must have ended well."""
    stop = threading.Event()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            runner.run(stop)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    with capture_logs() as logs:
        thread.start()
        try:
            yield logs
        finally:
            stop.set()
            thread.join(30)
    assert not thread.is_alive()
    assert failed == []
