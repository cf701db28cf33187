"""The ticks of a service, whoever runs it, and of services that read no topic: beside a worker, each in its thread."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType

from services.runtime.clock import Clock
from services.runtime.health.notes import Failure, Notes
from services.runtime.metrics.meter import RunnerMeter
from services.runtime.records import Outgoing, Producer, Service
from services.runtime.stages.stopping import Stopping

_FAILED = "tick failed"
_HANGS_AFTER = timedelta(minutes=5)
"""As JobchimeStuck: serving a thousand people, and what it could not hand over, takes two of them."""


class Ticks:
    """Has a service do what is due and produces what that gives.

    What a tick gave is kept until it is durable, and the service is not ticked again before; a kill in between loses
    it, so a service that cannot make it again produces by itself and marks afterwards, as the outbox relay does.
    """

    def __init__(
        self,
        service: Service,
        producer: Producer,
        notes: Notes,
        *,
        meter: RunnerMeter,
        monotonic: Callable[[], float] = time.monotonic,
        load: Callable[[], None] = lambda: None,
    ) -> None:
        """`load` is called until it has gone well once, before the first tick."""
        self.name = service.name
        self.notes = notes
        self.meter = meter
        self._service = service
        self._producer = producer
        self._monotonic = monotonic
        self._load: Callable[[], None] | None = load
        self._pending: Sequence[Outgoing] = ()
        self.errors = 0

    @property
    def failure(self) -> Failure | None:
        """Why they fail; None where the last went well."""
        return self.notes.failure_of(_FAILED)

    def tick(self, now: datetime) -> int:
        """How many records went out. An error is logged and counted, and costs this tick."""
        try:
            return self.once(now)
        except Exception as error:
            self.notes.note(_FAILED, error)
            return 0

    def once(self, now: datetime) -> int:
        """The same, but raises what goes wrong."""
        began, failed = self._monotonic(), True
        try:
            if self._load is not None:
                self._load()
                self._load = None
            if not self._pending:
                self._pending = self._service.tick(now)
            if self._pending:
                self._producer.produce(self._pending)
            failed = False
        finally:
            self.errors += failed
            self.meter.ticked(self._monotonic() - began, failed=failed)
        self.notes.works(_FAILED)
        count, self._pending = len(self._pending), ()
        return count


class Ticking:
    """Has ticks go on in a thread of their own, until the end has come."""

    def __init__(
        self,
        ticks: Ticks,
        *,
        clock: Clock,
        every_s: float,
        paused: Callable[[], bool],
        stopping: Stopping,
        within: Executor | None = None,
    ) -> None:
        """`within` is where a tick is done, so that it waits for what else is: else in this thread."""
        self._ticks = ticks
        self._clock = clock
        self._every_s = every_s
        self._paused = paused
        self._stopping = stopping
        self._within = within
        self._began: float | None = None
        """The tick in hand; None between two."""
        self._thread = threading.Thread(target=self._run, name=f"{ticks.name} tick", daemon=True)

    def start(self) -> None:
        """Begin; told from here on, so that a first tick that does not end is seen too."""
        self._began = time.monotonic()
        self._ticks.meter.turns(self._in_hand_s)
        self._thread.start()

    @property
    def name(self) -> str:
        """The service's."""
        return self._ticks.name

    @property
    def failure(self) -> Failure | None:
        """Why ticks fail, or that the one in hand does not end; None where the last went well."""
        hangs = timedelta(seconds=self._in_hand_s())
        if hangs < _HANGS_AFTER:
            return self._ticks.failure
        now = self._clock.now()
        return Failure("a tick does not end", now - hangs, now, "restart")

    def _in_hand_s(self) -> float:
        """Seconds since the tick in hand began; 0 between two."""
        began = self._began
        return 0.0 if began is None else time.monotonic() - began

    def ended(self, until: float) -> bool:
        """Whether the tick in hand ends before that time (monotonic seconds), once the end has come."""
        if self._thread.ident is not None:
            self._thread.join(max(until - time.monotonic(), 0.0))
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping():
            self._began = time.monotonic()
            if not self._paused():
                now = self._clock.now()
                if self._within is None:
                    self._ticks.tick(now)
                else:
                    self._within.submit(self._ticks.tick, now).result()
            self._began = None
            self._stopping.wait(self._every_s)
        self._began = None


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
        meter: Callable[[str], RunnerMeter] = lambda name: RunnerMeter(),
    ) -> None:
        """`paused` says by name whether an operator holds a service; `meter` gives what is told of it.

        Raises ValueError for a service with inputs, which needs a runner.
        """
        if any(service.inputs for service in services):
            raise ValueError("a service that reads a topic needs a runner")
        self._clock = clock
        self._paused = paused
        self._stopping = Stopping()
        self._ticks = tuple(
            Ticks(service, producer, Notes(service.name, clock), meter=meter(service.name), load=service.load)
            for service in services
        )
        self._going = tuple(
            Ticking(ticks, clock=clock, every_s=every_s, paused=partial(paused, ticks.name), stopping=self._stopping)
            for ticks in self._ticks
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
        """By service, all of them: why its last tick failed or does not end, None where it went well."""
        return {ticking.name: ticking.failure for ticking in self._going}

    @property
    def errors(self) -> dict[str, str]:
        """By service: why its last tick failed; empty where all went well."""
        return {name: failure.error for name, failure in self.states.items() if failure is not None}

    def __enter__(self) -> "Ticker":
        for ticking in self._going:
            ticking.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Wait a little for ticks in hand; a longer one is cut short with the process, as by a kill."""
        self._stopping.ask()
        until = time.monotonic() + _STOP_PATIENCE_S
        for ticking in self._going:
            ticking.ended(until)
