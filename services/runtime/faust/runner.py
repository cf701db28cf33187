"""Drives one service on Kafka, with Faust; several workers of it share the partitions."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from secrets import SystemRandom
from typing import Any

import structlog
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

from services.runtime.clock import Clock, SystemClock
from services.runtime.errors import JobchimeError, UnavailableError
from services.runtime.faust.session import Session
from services.runtime.faust.ticks import Ticks
from services.runtime.faust.watch import Quiet, Touch
from services.runtime.faust.work import Work
from services.runtime.kafka.offsets import Offsets
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.lane import LaneSettings
from services.runtime.metering import NoMeter, RunnerMeter
from services.runtime.notes import Notes
from services.runtime.pauses import BY_OPERATOR
from services.runtime.privacy import told
from services.runtime.pulse import Pulse
from services.runtime.records import Producer, Service
from services.runtime.status import RunnerStatus
from services.runtime.stopping import Stopping

_events = structlog.get_logger(__name__)
_luck = SystemRandom().random
_LOOK_EVERY_S = 0.05
_GUARD_EVERY_S = 1.0
_STOP_S = 8.0
_MEASURE_S = 20.0
_PATIENCE_S = 60.0
_NO_START, _NO_PART = "cannot start yet and tries again", "cannot take part and tries again"


def _nothing() -> None:
    """No guard."""


class FaustRunner:
    """Loads a service, takes its share of the partitions, and never gives up what is sound.

    Handling runs in one thread, so that a service's memory is safe; ticks run there too, unless `tick_apart`.
    """

    def __init__(
        self,
        service: Service,
        producer: Producer,
        settings: KafkaSettings,
        *,
        clock: Clock | None = None,
        lane: LaneSettings | None = None,
        tick_every_s: float = 1.0,
        tick_apart: bool = False,
        once: bool = False,
        meter: RunnerMeter | None = None,
        guard: Callable[[], None] = _nothing,
        paused: Callable[[], bool] = lambda: False,
        stopping: Stopping | None = None,
        grace_s: float = 10.0,
        tick_grace_s: float = 40.0,
        patience_s: float = _PATIENCE_S,
        luck: Callable[[], float] = _luck,
    ) -> None:
        """`guard` is asked every second whether it may go on.

        `once`: end as soon as nothing is left to do, and tick then, until a tick gives nothing. `paused` says whether
        an operator holds the service. `stopping` is told when the end has come, so that a tick in hand begins nothing
        more. A stop waits `grace_s` for the batch in hand and `tick_grace_s` in all for the tick, which may be talking
        to somebody who takes a while. `patience_s` is how long `once` waits for an engine that is away.
        """
        self._service = service
        self._settings = settings
        self._clock = clock or SystemClock()
        self._tick_every_s = tick_every_s
        self._once = once
        self._meter = meter or NoMeter()
        self._guard = guard
        self._paused = paused
        self.pulse = Pulse()
        self._stopping = stopping or Stopping()
        self._grace_s = grace_s
        self._tick_grace_s = tick_grace_s
        self._patience_s = patience_s
        self._luck = luck
        lanes = lane or LaneSettings(batch=settings.batch)
        self._retry = lanes.retry
        self._notes = Notes(service.name, self._clock)
        self._ticks = Ticks(service, producer, self._notes, meter=self._meter)
        self._hands = ThreadPoolExecutor(1, thread_name_prefix=service.name)
        self._tick_hands = ThreadPoolExecutor(1, thread_name_prefix=f"{service.name} tick") if tick_apart else None
        self._work = Work(
            service, producer, settings, clock=self._clock, lanes=lanes, meter=self._meter, luck=luck, hands=self._hands
        )
        self._loaded = False
        self._ready = False
        self._member = False
        self._ticking: asyncio.Task[None] | None = None
        self._ticks_until: float | None = None
        self._unfinished: str | None = None

    @property
    def ready(self) -> bool:
        """Whether it is loaded, has been given its share of the partitions, and none of them is halted."""
        return self._ready

    def run(self, stop: threading.Event) -> None:
        """Go on until `stop` is set, or with `once` until all is done; then finish what is in hand and return.

        What cannot be finished within the grace ends with the process, its offsets uncommitted. Raises what `load`
        and `guard` raise, and with `once` a JobchimeError where something cannot be done.
        """
        self._stopping.follow(stop)
        if self._once:
            self._check_held()
        asyncio.run(self._run(stop))

    def status(self) -> RunnerStatus:
        """A snapshot, from any thread."""
        status = self._work.status(loaded=self._loaded, tick_errors=self._ticks.errors, failure=self._notes.failure)
        return RunnerStatus(self._clock.now(), (replace(status, member=self._member),))

    async def _run(self, stop: threading.Event) -> None:
        try:
            if not await self._load(stop):
                return
            if not self._once:
                self._ticking = asyncio.create_task(self._tick_on())
            await self._take_part(stop)
        finally:
            self._say_ready(False)
            await self._put_down()
        _events.info("stopped", service=self._service.name, handled=self._work.handled)

    async def _load(self, stop: threading.Event) -> bool:
        """Rebuild the service's memory before it takes partitions; whether it did, before `stop`."""
        loop, failed, since = asyncio.get_running_loop(), 0, time.monotonic()
        while not stop.is_set():
            try:
                await loop.run_in_executor(self._hands, self._service.load)
            except UnavailableError as error:
                if self._once and time.monotonic() - since > self._patience_s:
                    raise
                failed += 1
                self._notes.note(_NO_START, error)
                await self._sleep(self._retry.delay(failed, self._luck()))
            else:
                self._notes.works(_NO_START)
                self._loaded = True
                return True
        return False

    async def _take_part(self, stop: threading.Event) -> None:
        """Be a member of the group, again and again where that is lost, until `stop` or all is done."""
        failed, began = 0, time.monotonic()
        while not stop.is_set() and not await self._live(stop):
            if self._once and time.monotonic() - began > self._patience_s:
                raise UnavailableError(self._notes.error or "Kafka is away")
            failed += 1
            await self._sleep(self._retry.delay(failed, self._luck()))

    async def _live(self, stop: threading.Event) -> bool:
        """Be a member of the group until `stop`; whether that is what ended it, and not the group or the broker."""
        session: Session | None = None
        try:
            await asyncio.get_running_loop().run_in_executor(self._hands, self._knock)
            session = Session(self._service, self._settings, self._work, self._paused)
            await session.start()
            _events.info("running", service=self._service.name)
            return await self._watch(session, stop)
        except _LostError as lost:
            self._notes.note(_NO_PART, lost.reason)
            return False
        except JobchimeError:
            raise
        except Exception as error:
            away = isinstance(error, KafkaError | OSError | TimeoutError)
            where = f"Kafka at {', '.join(self._settings.bootstrap)}: {type(error).__name__}: {told(error)}"
            self._notes.note(_NO_PART, UnavailableError(where) if away else error)
            return False
        finally:
            self._member = False
            self._say_ready(False)
            if session is not None:
                await self._leave(session, stop)

    def _knock(self) -> None:
        """Raises _LostError where Kafka or a topic is away, in fewer words than Faust would.

        A session that is too short for the brokers would be refused for ever, and Faust would not say so.
        """
        try:
            with Offsets(self._settings) as offsets:
                offsets.partitions_of(self._service.inputs)
                least = offsets.least_session_s()
        except UnavailableError as error:
            raise _LostError(error) from error
        if least is not None and least > self._settings.session_timeout_s:
            _events.warning("Kafka allows no shorter session: a killed worker is missed later", seconds=least)
            self._settings = self._settings.model_copy(update={"session_timeout_s": least})

    async def _watch(self, session: Session, stop: threading.Event) -> bool:
        next_guard = 0.0
        quiet = Quiet(self._patience_s)
        touch = Touch(self._settings, self._notes)
        while not stop.is_set():
            if session.broken is not None:
                raise _LostError(session.broken)
            if not self._work.busy:
                self.pulse.turn()
            now = time.monotonic()
            if now >= next_guard:
                self._guard()
                next_guard = now + _GUARD_EVERY_S
            touch.look(session.in_touch, now)
            if touch.held:
                await asyncio.wait_for(session.measure(), _MEASURE_S)
            else:
                self._work.know({})
            self._member = session.settled and touch.held
            if self._member:
                self._notes.works(_NO_PART)
            self._say_ready(self._member and not self._work.halted)
            if self._once and await self._is_done(session, quiet):
                return True
            await asyncio.sleep(_LOOK_EVERY_S)
        return True

    async def _is_done(self, session: Session, quiet: Quiet) -> bool:
        self._check_held()
        if not await session.drained():
            quiet.check(self._work)
            return False
        errors = self._ticks.errors
        went_out = await self._tick()
        if self._ticks.errors > errors:
            raise JobchimeError(f"the tick of {self._service.name} failed: {self._notes.error}")
        return went_out == 0

    def _check_held(self) -> None:
        """Raises JobchimeError where an operator holds the service: it would do nothing, and never be done."""
        if self._paused():
            raise JobchimeError(f"{self._service.name} is {BY_OPERATOR}; `jobchime resume` lets it go on")

    async def _leave(self, session: Session, stop: threading.Event) -> None:
        """Finish the batch in hand, commit, and leave the group so that others take over at once."""
        now = time.monotonic()
        if stop.is_set():
            self._ticks_until = now + self._tick_grace_s
        finished = await session.finish(now + self._grace_s)
        await _bounded(session.commit(), _STOP_S)
        left = await _bounded(session.stop(), _STOP_S)
        self._work.know({})
        if finished and left:
            return
        what = "cannot leave the group in time" if finished else "a batch in hand is processed again"
        if not stop.is_set():
            await self._start_over(what)
        self._unfinished = what

    async def _start_over(self, why: str) -> None:
        """Become a new process: what is left of this membership would hold partitions and process nothing."""
        await self._end_ticking(time.monotonic() + self._tick_grace_s)
        _events.warning("starts over", service=self._service.name, why=why)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 (this very program)

    async def _tick_on(self) -> None:
        while not self._stopping():
            if not self._paused():
                await self._tick()
            await self._sleep(self._tick_every_s)

    async def _tick(self) -> int:
        hands = self._tick_hands or self._hands
        return await asyncio.get_running_loop().run_in_executor(hands, self._ticks.tick, self._clock.now())

    async def _end_ticking(self, until: float) -> bool:
        """Let no tick begin any more; whether the one in hand ended before that time (monotonic seconds)."""
        self._stopping.ask()
        return self._ticking is None or await _bounded(self._ticking, max(until - time.monotonic(), 0.0))

    async def _put_down(self) -> None:
        """Wait for a tick in hand; what takes too long is cut short with the process, as by a kill."""
        if not await self._end_ticking(self._ticks_until or time.monotonic() + self._tick_grace_s):
            self._unfinished = "a tick in hand is cut short"
        if self._unfinished is not None:
            _events.warning("ends with something unfinished", service=self._service.name, what=self._unfinished)
            os._exit(0)
        self._hands.shutdown(wait=False)
        if self._tick_hands is not None:
            self._tick_hands.shutdown(wait=False)

    async def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        self.pulse.turn()
        while not self._stopping() and (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(left, _LOOK_EVERY_S))

    def _say_ready(self, ready: bool) -> None:
        if ready != self._ready:
            self._ready = ready
            self._meter.ready(ready)


class _LostError(Exception):
    """A membership that cannot go on; a new one begins at what is committed."""

    def __init__(self, reason: BaseException) -> None:
        super().__init__(str(reason))
        self.reason = reason


async def _bounded(work: Coroutine[Any, Any, Any] | asyncio.Task[None], seconds: float) -> bool:
    """Whether it ended within that time, however."""
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        return False
    with suppress(Exception, asyncio.CancelledError):
        task.result()
    return True
