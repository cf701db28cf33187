"""Drives services over the SQLite log, in one process and one thread."""

import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from secrets import SystemRandom
from types import FrameType

import structlog

from services.runtime.clock import Clock, SystemClock
from services.runtime.errors import UnavailableError
from services.runtime.lane import Lane, LaneSettings
from services.runtime.log_sqlite import SqliteLog
from services.runtime.metering import NoMeter, RunnerMeter
from services.runtime.notes import Notes
from services.runtime.pulse import Pulse
from services.runtime.records import Outgoing, Service
from services.runtime.status import RunnerStatus, ServiceStatus
from services.runtime.stopping import Stopping

_events = structlog.get_logger(__name__)
_luck = SystemRandom().random
_RATE_OVER_S = 60.0
_SAMPLE_EVERY_S = 1.0
_NO_START, _NO_TICK = "cannot start yet and tries again", "tick failed"
_GUARD_EVERY_S = 1.0
_ONE_WISH_S = 3.0


class _Driven:
    """A service with its lanes and what happened to it."""

    def __init__(self, service: Service, lanes: Sequence[Lane], meter: RunnerMeter, notes: Notes) -> None:
        self.service = service
        self.notes = notes
        self.lanes = tuple(lanes)
        self.meter = meter
        self.loaded = False
        self.load_failed = 0
        self.load_not_before = 0.0
        self.held: list[Outgoing] = []
        self.tick_errors = 0
        self.rate: deque[tuple[float, int]] = deque()

    @property
    def handled(self) -> int:
        return sum(lane.handled for lane in self.lanes)


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
        meter: Callable[[str], RunnerMeter] = lambda name: NoMeter(),
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
        self._settings = settings or LaneSettings()
        self._guard = guard
        self._luck = luck
        self._monotonic = monotonic
        self._sleep = sleep
        self._paused = paused
        self._stopping = stopping or Stopping()
        self.pulse = Pulse(monotonic)
        meters = [meter(service.name) for service in services]
        self._driven = tuple(
            _Driven(
                service,
                tuple(self._lanes(service, told_to)),
                told_to,
                Notes(service.name, self._clock, self._monotonic),
            )
            for service, told_to in zip(services, meters, strict=True)
        )

    def load(self) -> None:
        """Have each service rebuild its memory. One whose engine is away is tried again by `step`; others go on.

        Raises what else a service raises: a start that fails for a reason of its own is no service.
        """
        for driven in self._driven:
            self._load(driven)

    def step(self, stop: threading.Event | None = None) -> bool:
        """One batch of each partition; whether there may be more to do at once. `stop` ends it between batches."""
        more = False
        for driven in self._driven:
            self.pulse.turn()
            if self._paused(driven.service.name) or not self._load(driven):
                continue
            for lane in driven.lanes:
                if stop is not None and stop.is_set():
                    return False
                more = lane.work() or more
            self._measure(driven)
        return more

    def drain(self, *, patience_s: float = 60.0) -> None:
        """Step until nothing is left but what is halted.

        Raises UnavailableError after `patience_s` in which nothing moved because an engine is away.
        """
        since = self._monotonic()
        while True:
            handled = self._handled()
            more = self.step()
            now = self._monotonic()
            if more or self._handled() > handled:
                since = now
                continue
            wakes_at = self._wakes_at()
            if wakes_at is None:
                return
            if now - since > patience_s:
                raise UnavailableError(f"nothing has moved for {patience_s:.0f} s: {self._why()}")
            self._sleep(max(wakes_at - now, 0.001))

    def tick(self, now: datetime) -> int:
        """Have each service do what is due; how many records went out.

        An error is logged and counted and costs that service this tick. What a tick gave out is held until it is
        durable, and the service is not ticked again before; a kill in between loses it, so a service that cannot make
        it again produces by itself and marks afterwards, as the outbox relay does.
        """
        return sum(self._tick(driven, now) for driven in self._driven if driven.loaded)

    def run(self, stop: threading.Event, *, tick_every_s: float = 1.0, idle_s: float = 0.2) -> None:
        """Go on until `stop` is set; then finish the batch in hand and return.

        Raises what `guard` raises, which is asked every second whether the ground is still there.
        """
        self._stopping.follow(stop)
        self.load()
        _events.info("running", services=[driven.service.name for driven in self._driven])
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
        return RunnerStatus(self._clock.now(), tuple(self._status(driven) for driven in self._driven))

    def _lanes(self, service: Service, meter: RunnerMeter) -> Iterator[Lane]:
        for topic in service.inputs:
            for partition in range(self._log.partitions):
                yield Lane(
                    service,
                    topic,
                    partition,
                    log=self._log,
                    clock=self._clock,
                    settings=self._settings,
                    luck=self._luck,
                    monotonic=self._monotonic,
                    meter=meter,
                )

    def _load(self, driven: _Driven) -> bool:
        if driven.loaded:
            return True
        if self._monotonic() < driven.load_not_before:
            return False
        try:
            driven.service.load()
        except UnavailableError as error:
            driven.load_failed += 1
            delay = self._settings.retry.delay(driven.load_failed, self._luck())
            driven.load_not_before = self._monotonic() + delay
            driven.notes.note(_NO_START, error)
            return False
        driven.notes.works(_NO_START)
        driven.loaded = True
        return True

    def _tick(self, driven: _Driven, now: datetime) -> int:
        self.pulse.turn()
        if self._paused(driven.service.name):
            return 0
        began = self._monotonic()
        try:
            if not driven.held:
                driven.held = list(driven.service.tick(now))
            self._log.produce(driven.held)
        except Exception as error:
            driven.tick_errors += 1
            driven.meter.ticked(self._monotonic() - began, failed=True)
            driven.notes.note(_NO_TICK, error)
            return 0
        driven.notes.works(_NO_TICK)
        driven.meter.ticked(self._monotonic() - began, failed=False)
        count = len(driven.held)
        driven.held = []
        return count

    def _measure(self, driven: _Driven) -> None:
        now = self._monotonic()
        if len(driven.rate) > 1 and driven.rate[-1][0] - driven.rate[-2][0] < _SAMPLE_EVERY_S:
            driven.rate.pop()
        driven.rate.append((now, driven.handled))
        while len(driven.rate) > 2 and now - driven.rate[0][0] > _RATE_OVER_S:
            driven.rate.popleft()

    def _status(self, driven: _Driven) -> ServiceStatus:
        ends = {topic: self._log.ends(topic) for topic in driven.service.inputs}
        places = [(topic, partition) for topic in driven.service.inputs for partition in range(self._log.partitions)]
        lanes = tuple(
            lane.status(ends[topic][partition]) for lane, (topic, partition) in zip(driven.lanes, places, strict=True)
        )
        return ServiceStatus(
            name=driven.service.name,
            loaded=driven.loaded,
            lanes=lanes,
            handled=driven.handled,
            per_second=_per_second(driven.rate),
            tick_errors=driven.tick_errors,
            failure=next((lane.failure for lane in lanes if lane.failure is not None), driven.notes.failure),
        )

    def _handled(self) -> int:
        return sum(driven.handled for driven in self._driven)

    def _wakes_at(self) -> float | None:
        waiting = [lane.wakes_at for driven in self._driven for lane in driven.lanes if lane.wakes_at is not None]
        waiting += [driven.load_not_before for driven in self._driven if not driven.loaded]
        return min(waiting, default=None)

    def _why(self) -> str:
        errors = [lane.error for driven in self._driven for lane in driven.lanes if lane.error]
        errors += [driven.notes.error for driven in self._driven if not driven.loaded and driven.notes.error]
        return errors[0] if errors else "no reason was given"


def _per_second(rate: Sequence[tuple[float, int]]) -> float:
    if len(rate) < 2:
        return 0.0
    (first_at, first), (last_at, last) = rate[0], rate[-1]
    return (last - first) / (last_at - first_at) if last_at > first_at else 0.0


@contextmanager
def stop_on_signals(monotonic: Callable[[], float] = time.monotonic) -> Iterator[threading.Event]:
    """An event that SIGTERM or Ctrl-C sets; a Ctrl-C more than three seconds later interrupts. Main thread only.

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

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
