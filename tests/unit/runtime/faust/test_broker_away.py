"""A broker that goes away between the question whether it is there and joining its group."""

import asyncio
import threading
from contextlib import suppress

import pytest
from aiokafka.errors import KafkaConnectionError

from services.runtime.faust.app import build_app
from services.runtime.faust.log import FetchedLog
from services.runtime.kafka.settings import KafkaSettings
from tests.support.loopback import free_port
from tests.support.streaming import Producing


async def _nothing(*_: object) -> None:
    """Is never asked: there is no broker."""


def test_a_broker_that_is_away_crashes_the_app_and_prints_no_traceback(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    settings = KafkaSettings(bootstrap=[f"127.0.0.1:{free_port()}"])

    async def join() -> bool:
        app = build_app("matcher", ["jobs.raw.v1"], settings, FetchedLog(Producing()), _nothing, _nothing)
        threads = threading.active_count()
        # It says so by an error, or by its state alone: whichever comes first.
        with suppress(KafkaConnectionError):
            await app.start()
        await app.stop()
        while threading.active_count() > threads:  # it tells this loop of its end
            await asyncio.sleep(0.01)
        return bool(app.crashed)

    assert asyncio.run(join())
    assert "Traceback" not in "".join(capfd.readouterr())
    assert not any(record.exc_info for record in caplog.records)
