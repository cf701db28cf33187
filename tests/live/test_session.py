"""How long a session may be is for the brokers to say."""

import threading

import pytest
from structlog.testing import capture_logs

from services.runtime.faust.runner import FaustRunner
from services.runtime.kafka.offsets import Offsets
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.topics import create
from services.runtime.records import Outgoing
from tests.support.engines import kafka_of_my_own
from tests.support.small_services import RAW, Copier

pytestmark = pytest.mark.live


def test_a_session_that_is_too_short_for_the_brokers_is_made_longer() -> None:
    with kafka_of_my_own() as settings, Offsets(settings) as offsets, RecordProducer(settings) as producer:
        create(settings)
        producer.produce([Outgoing(RAW, b"key", b"value")])
        least = offsets.least_session_s()
        assert least is not None
        short = settings.model_copy(update={"session_timeout_s": least / 2})
        with capture_logs() as logs:
            runner = FaustRunner(Copier(), producer, short, once=True)
            runner.run(threading.Event())
        assert sum(service.handled for service in runner.status().services) == 1
        assert [entry["seconds"] for entry in logs if "allows no shorter session" in entry["event"]] == [least]
