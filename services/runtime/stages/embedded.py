"""Drives services over the SQLite log, in one process and one thread."""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from secrets import SystemRandom
from types import FrameType

import structlog

from services.runtime.clock import Clock, SystemClock
from services.runtime.health.status import Pulse, RunnerStatus, ServiceStatus
from services.runtime.log.sqlite import SqliteLog
from services.runtime.metrics.meter import RunnerMeter
from services.runtime.records import Service
from services.runtime.stages.lane import LaneSettings
from services.runtime.stages.stage import Place, Stage
from services.runtime.stages.stopping import Patience, Stopping

_events = structlog.get_logger(__name__)
_luck = SystemRandom().random
_GUARD_EVERY_S = 1.0
_ONE_WISH_S = 3.0


class EmbeddedRunner:
    """Reads, handles and commits for each service and partition; ticks; and never gives up what is sound.

    Services are taken in the order given, so that what one writes the next one reads in the same step.
    """

    def __init__(
        self,
        services: Sequence[Service],
        log: SqliteLog,
        *,
        clock: Clock | None = None,
        settings: LaneSettings | None = None,
        guard: Callable[[], None] = lambda: None,
        luck: Callable[[], float] = _luck,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        meter: Callable[[str], RunnerMeter] = lambda name: RunnerMeter(),
        paused: Callable[[str], bool] = lambda name: False,
        stopping: Stopping | None = None,
    ) -> None:
        """`meter` gives what is told of a service, `paused` says whether an operator holds it; each by its name.

        `stopping` is told when `run` has to end, so that a tick in hand begins nothing more.
        """
        names = [service.name for service in services]
        if len(set(names)) < len(names):
            raise ValueError("two services share a name, and so would share their offsets")
        self._log = log
        self._clock = clock or SystemClock()
        self._guard = guard
        self._monotonic = monotonic
        self._sleep = sleep
        self._paused = paused
        self._stopping = stopping or Stopping()
        self.pulse = Pulse(monotonic)
        self._stages = tuple(
            Stage(
                service,
                log,
                clock=self._clock,
                settings=replace(settings or LaneSettings(), dense=True),
                meter=meter(service.name),
                luck=luck,
                monotonic=monotonic,
            )
            for service in services
        )
        self._lanes = {stage.name: [stage.lane(place) for place in self._places(stage)] for stage in self._stages}

    def load(self) -> None:
        """Have each service rebuild its memory. One whose engine is away is tried again by `step`; others go on.

        Raises what else a service raises: a start that fails for a reason of its own is no service.
        """
        for stage in self._stages:
            stage.load()

    def step(self, stop: threading.Event | None = None) -> bool:
        """One batch of each partition; whether there may be more to do at once. `stop` ends it between batches."""
        more = False
        ended = stop.is_set if stop is not None else lambda: False
        for stage in self._stages:
            self.pulse.turn()
            if self._paused(stage.name) or not stage.load():
                continue
            more = stage.work(self._lanes[stage.name], ended) or more
            if ended():
                return False
            stage.measure()
        return more

    def drain(self, *, patience_s: float = 60.0) -> None:
        """Step until nothing is left but what is halted.

        Raises UnavailableError after `patience_s` in which nothing moved because an engine is away.
        """
        patience = Patience(patience_s, self._monotonic)
        while True:
            more = self.step()
            wakes_at = self._wakes_at()
            if not more and wakes_at is None:
                return
            patience.check(self._handled(), self._why())
            if not more and wakes_at is not None:
                self._sleep(max(wakes_at - self._monotonic(), 0.001))

    def tick(self, now: datetime) -> int:
        """Have each service do what is due; how many records went out.

        An error is logged and counted and costs that service this tick.
        """
        return sum(self._tick(stage, now) for stage in self._stages if stage.loaded)

    def once(self, now: datetime) -> None:
        """Do what is due at a time and what comes of it: what polls find is matched and, where due, mailed."""
        for _ in range(2):
            self.tick(now)
            self.drain()

    def run(self, stop: threading.Event, *, tick_every_s: float = 1.0, idle_s: float = 0.2) -> None:
        """Go on until `stop` is set; then finish the batch in hand and return.

        Raises what `guard` raises, which is asked every second whether the ground is still there.
        """
        self._stopping.follow(stop)
        self.load()
        _events.info("running", services=[stage.name for stage in self._stages])
        next_tick = next_guard = self._monotonic()
        while not stop.is_set():
            if self._monotonic() >= next_guard:
                self._guard()
                next_guard = self._monotonic() + _GUARD_EVERY_S
            more = self.step(stop)
            if self._monotonic() >= next_tick and not stop.is_set():
                self.tick(self._clock.now())
                next_tick = self._monotonic() + tick_every_s
            if not more:
                stop.wait(idle_s)
        _events.info("stopped", handled=self._handled())

    def status(self) -> RunnerStatus:
        """A snapshot. Raises `UnavailableError` where the log cannot be read."""
        return RunnerStatus(self._clock.now(), tuple(self._status(stage) for stage in self._stages))

    def _places(self, stage: Stage) -> Sequence[Place]:
        return [(topic, partition) for topic in stage.service.inputs for partition in range(self._log.partitions)]

    def _tick(self, stage: Stage, now: datetime) -> int:
        self.pulse.turn()
        return 0 if self._paused(stage.name) else stage.ticks.tick(now)

    def _status(self, stage: Stage) -> ServiceStatus:
        ends = {topic: self._log.ends(topic) for topic in stage.service.inputs}
        return stage.status(
            {place: (lane.offset, ends[place[0]][place[1]]) for place, lane in stage.lanes.items()}, stage.ticks.failure
        )

    def _handled(self) -> int:
        return sum(stage.handled for stage in self._stages)

    def _wakes_at(self) -> float | None:
        lanes = [lane for stage in self._stages for lane in stage.lanes.values()]
        waiting = [lane.wakes_at for lane in lanes if lane.wakes_at is not None]
        waiting += [stage.loads_at for stage in self._stages if not stage.loaded]
        return min(waiting, default=None)

    def _why(self) -> str | None:
        errors = [lane.error for stage in self._stages for lane in stage.lanes.values() if lane.error]
        errors += [stage.notes.error for stage in self._stages if not stage.loaded and stage.notes.error]
        return errors[0] if errors else None


@contextmanager
def stop_on_signals(monotonic: Callable[[], float] = time.monotonic) -> Iterator[threading.Event]:
    """An event that SIGTERM, Ctrl-C or a terminal that closes sets; a Ctrl-C more than three seconds later interrupts.

    Main thread only. What was begun by `nohup` outlives its terminal.

    Not sooner, since one wish may come as two signals: GNU timeout signals the process and then its group.
    """
    stop = threading.Event()
    asked_at = 0.0

    def on_signal(number: int, frame: FrameType | None) -> None:
        nonlocal asked_at
        if not stop.is_set():
            asked_at = monotonic()
            stop.set()
        elif number == signal.SIGINT and monotonic() - asked_at > _ONE_WISH_S:
            raise KeyboardInterrupt

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
