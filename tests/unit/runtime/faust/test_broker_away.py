"""A broker that goes away between the question whether it is there and joining its group."""

import asyncio
import threading

import pytest
from aiokafka.errors import KafkaConnectionError

from services.runtime.clock import FixedClock
from services.runtime.faust.log import FetchedLog
from services.runtime.faust.session import Session
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.metrics.meter import RunnerMeter
from services.runtime.stages.lane import LaneSettings
from services.runtime.stages.stage import Stage
from tests.support.logs import NOON, Collecting
from tests.support.loopback import free_port
from tests.support.streaming import Producing


async def _nothing(*_: object) -> None:
    """Is never asked: there is no broker."""


def test_a_broker_that_is_away_is_told_and_prints_no_traceback(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    settings = KafkaSettings(bootstrap=[f"127.0.0.1:{free_port()}"])

    async def join() -> None:
        log = FetchedLog(Producing())
        stage = Stage(
            Collecting(), log, clock=FixedClock(NOON), settings=LaneSettings(), meter=RunnerMeter(), luck=lambda: 0.5
        )
        app = Session(stage, log, settings, _nothing, lambda: False)
        threads = threading.active_count()
        with pytest.raises(KafkaConnectionError):
            await app.start()
        await app.stop()
        while threading.active_count() > threads:  # it tells this loop of its end
            await asyncio.sleep(0.01)

    asyncio.run(join())
    assert "Traceback" not in "".join(capfd.readouterr())
    assert not any(record.exc_info for record in caplog.records)
