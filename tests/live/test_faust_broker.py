"""A broker that stops under a worker: it says so, tells of no partitions, and goes on when the broker is back."""

import threading
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from services.runtime.faust.runner import FaustRunner
from services.runtime.health.status import not_ready
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.kafka.topics import create
from services.runtime.pauses import Pauses
from tests.support.engines import fresh_prefix
from tests.support.logs import Collecting, outs
from tests.support.own_engines import OwnEngines, own_engines
from tests.support.record_logs import small_topics
from tests.support.streaming import Telling
from tests.support.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.slow]


@pytest.fixture(scope="module")
def engines() -> Iterator[OwnEngines]:
    with own_engines("kafka") as mine:
        yield mine


def test_a_worker_without_its_broker_is_not_ready_and_says_why_and_is_ready_again_by_itself(
    engines: OwnEngines,
) -> None:
    service, meter, stop = Collecting(), Telling(), threading.Event()
    with capture_logs():
        settings = KafkaSettings(bootstrap=(engines.kafka,), prefix=fresh_prefix(), session_timeout_s=6)
        create(settings, small_topics(settings))
        with RecordProducer(settings) as producer:
            runner = FaustRunner(service, producer, settings, meter=meter)
            living = threading.Thread(target=runner.run, args=(stop,))
            living.start()
            try:
                until(lambda: runner.ready, "it is ready")
                producer.produce(outs(10))
                until(lambda: len(service.done) == 10, "it works")
                until(lambda: len(meter.lags) == len(runner.status().services[0].lanes) > 0, "its lag is told")
                engines.stop("kafka")
                until(lambda: not runner.ready, "it is not ready")
                until(lambda: "does not answer" in reason(runner), "it says why")
                assert runner.status().services[0].lanes == ()
                assert meter.lags == {}
                engines.start("kafka")
                until(lambda: runner.ready, "it is ready again")
                assert reason(runner) == ""
                producer.produce(outs(10, first=10))
                until(lambda: len(set(service.done)) == 20, "it works again")
                until(lambda: len(meter.lags) > 0, "its lag is told again")
            finally:
                stop.set()
                living.join(60)
    assert not living.is_alive()
    assert runner.status().services[0].lanes == ()
    assert meter.lags == {}


def reason(runner: FaustRunner) -> str:
    return "; ".join(not_ready(runner.status(), Pauses()))
