"""Runs services that read no topic beside a worker, each in a thread of its own, so that none waits for another."""

import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType

from services.runtime.clock import Clock
from services.runtime.health.notes import Failure, Notes
from services.runtime.metrics.meter import NoMeter, RunnerMeter
from services.runtime.records import Producer, Service
from services.runtime.stages.ticks import Ticks

_STOP_PATIENCE_S = 5.0


class Ticker:
    """Ticks services that have no inputs: collectors, the outbox relay, housekeeping.

    As in the embedded runner, a tick that fails is logged and costs that service this tick, and what a tick gives out
    is held until it is durable.
    """

    def __init__(
        self,
        services: Sequence[Service],
        producer: Producer,
        *,
        clock: Clock,
        every_s: float = 1.0,
        paused: Callable[[str], bool] = lambda name: False,
        meter: Callable[[str], RunnerMeter] = lambda name: NoMeter(),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`paused` says by name whether an operator holds a service; `meter` gives what is told of it.

        Raises ValueError for a service with inputs, which needs a runner.
        """
        if any(service.inputs for service in services):
            raise ValueError("a service that reads a topic needs a runner")
        self._clock = clock
        self._every_s = every_s
        self._paused = paused
        self._monotonic = monotonic
        self._stop = threading.Event()
        self._ticks = tuple(
            Ticks(service, producer, Notes(service.name, clock), meter=meter(service.name), load=service.load)
            for service in services
        )
        self._threads = tuple(
            threading.Thread(target=self._run, args=(ticks,), name=ticks.name, daemon=True) for ticks in self._ticks
        )

    def once(self) -> None:
        """Tick each service once, in order. Raises what the first failing tick raises, when all have had their turn."""
        failed: list[Exception] = []
        for ticks in self._ticks:
            try:
                if not self._paused(ticks.name):
                    ticks.once(self._clock.now())
            except Exception as error:
                failed.append(error)
        if failed:
            raise failed[0]

    @property
    def states(self) -> dict[str, Failure | None]:
        """By service, all of them: why its last tick failed, None where it went well."""
        return {ticks.name: ticks.notes.failure for ticks in self._ticks}

    @property
    def errors(self) -> dict[str, str]:
        """By service: why its last tick failed; empty where all went well."""
        return {name: failure.error for name, failure in self.states.items() if failure is not None}

    def __enter__(self) -> "Ticker":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Wait a little for ticks in hand; a longer one is cut short with the process, as by a kill."""
        self._stop.set()
        until = self._monotonic() + _STOP_PATIENCE_S
        for thread in self._threads:
            thread.join(max(until - self._monotonic(), 0.0))

    def _run(self, ticks: Ticks) -> None:
        while not self._stop.is_set():
            if not self._paused(ticks.name):
                ticks.tick(self._clock.now())
            self._stop.wait(self._every_s)
