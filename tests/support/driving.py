"""Builders for the embedded runner and for services that fail."""

from collections.abc import Callable
from typing import Any

from services.runtime.clock import FixedClock
from services.runtime.health.status import LaneStatus
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Record, Service
from services.runtime.stages.embedded import EmbeddedRunner
from services.runtime.stages.lane import LaneSettings
from tests.support.logs import NOON, ManualTime


def runner_of(log: SqliteLog, *services: Service, time: ManualTime | None = None, **settings: Any) -> EmbeddedRunner:
    time = time or ManualTime()
    return EmbeddedRunner(
        services,
        log,
        clock=FixedClock(NOON),
        settings=LaneSettings(**settings),
        luck=lambda: 0.5,
        monotonic=time.monotonic,
        sleep=time.sleep,
    )


def failing_on(*bad: str, error: Exception) -> Callable[[Record], None]:
    def judge(record: Record) -> None:
        if record.value.decode() in bad:
            raise error

    return judge


def failing_times(times: int, error: Exception) -> Callable[[Record], None]:
    left = [times]

    def judge(record: Record) -> None:
        if left[0]:
            left[0] -= 1
            raise error

    return judge


def lane(runner: EmbeddedRunner, service: int = 0, at: int = 0) -> LaneStatus:
    return runner.status().services[service].lanes[at]
