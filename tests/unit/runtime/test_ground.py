"""What a worker waits for before it begins."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.runtime.clock import FixedClock
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.health.ground import Ground, Grounded
from services.runtime.health.status import Pulse, not_ready
from services.runtime.pauses import Pauses
from services.runtime.retry import NO_WAIT
from services.runtime.stages.embedded import EmbeddedRunner
from tests.support.logs import NOON, Collecting, open_log

AWAY = "Kafka at 127.0.0.1:1 does not answer"


class Engine:
    """Away for the first `times` asks."""

    def __init__(self, times: int, error: Exception | None = None, also: Callable[[], None] = lambda: None) -> None:
        self.asked = 0
        self._times = times
        self._error = error or UnavailableError(AWAY)
        self._also = also

    def __call__(self) -> None:
        self.asked += 1
        self._also()
        if self.asked <= self._times:
            raise self._error


def ground_of(*needs: Callable[[], None], seconds: Callable[[], float] = lambda: 0.0) -> Ground:
    return Ground(needs, clock=FixedClock(NOON), retry=NO_WAIT, monotonic=seconds)


def test_what_is_away_is_asked_for_until_it_is_there_and_nothing_behind_it_before() -> None:
    order: list[str] = []
    kafka = Engine(3, also=lambda: order.append("kafka"))
    ground = ground_of(kafka, lambda: order.append("store"))
    assert ground.wait(threading.Event(), Pulse())
    assert order == ["kafka"] * 4 + ["store"]
    assert ground.missing is None


def test_what_waiting_does_not_mend_ends_at_once() -> None:
    missing = Engine(1, UsageError("Kafka lacks the topic raw.v1: make it with `jobchime topics create`"))
    with pytest.raises(UsageError, match="topics create"):
        ground_of(missing).wait(threading.Event(), Pulse())
    assert missing.asked == 1


def test_a_stop_ends_the_wait() -> None:
    stop = threading.Event()
    ground = ground_of(Engine(1_000, also=stop.set))
    assert not ground.wait(stop, Pulse())
    assert ground.missing == AWAY


def test_what_is_away_is_logged_once_a_minute_however_often_it_is_asked_for() -> None:
    seconds = [0.0]

    def pass_a_second() -> None:
        seconds[0] += 1.0

    with capture_logs() as logs:
        ground_of(Engine(150, also=pass_a_second), seconds=lambda: seconds[0]).wait(threading.Event(), Pulse())
    warned = [entry["error"] for entry in logs if entry["log_level"] == "warning"]
    assert warned == [AWAY] * 3


def test_the_loop_counts_as_turning_while_it_waits() -> None:
    seconds = [0.0]

    def pass_a_minute() -> None:
        seconds[0] += 60.0

    pulse = Pulse(lambda: seconds[0])
    ground_of(Engine(20, also=pass_a_minute)).wait(threading.Event(), pulse)
    assert pulse.idle_s() <= 60.0


def test_a_worker_that_waits_is_not_ready_and_says_for_what(tmp_path: Path) -> None:
    runner = EmbeddedRunner([Collecting("matcher")], open_log(tmp_path), clock=FixedClock(NOON))
    seen: list[tuple[str, ...]] = []

    def look() -> None:
        seen.append(not_ready(shown.status(), Pauses()))

    ground = ground_of(look, Engine(1))
    shown = Grounded(runner, ground)
    assert ground.wait(threading.Event(), Pulse())
    runner.load()
    look()
    assert seen == [("matcher: not loaded: has not begun",), (f"matcher: not loaded: {AWAY}",), ()]
