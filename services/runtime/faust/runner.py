"""Drives one service on Kafka, with Faust; several workers of it share the partitions."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from secrets import SystemRandom
from typing import Any, TypeVar

import structlog
from aiokafka.errors import KafkaError

from services.runtime.clock import Clock, SystemClock
from services.runtime.errors import JobchimeError, UnavailableError
from services.runtime.faust.log import FetchedLog
from services.runtime.faust.session import Session
from services.runtime.health.status import Pulse, RunnerStatus, ServiceStatus
from services.runtime.kafka.offsets import Offsets
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.metrics.meter import NoMeter, RunnerMeter
from services.runtime.pauses import BY_OPERATOR
from services.runtime.privacy.redaction import redacted
from services.runtime.records import Producer, Service
from services.runtime.stages.lane import LaneSettings
from services.runtime.stages.stage import Stage
from services.runtime.stages.stopping import Patience, Stopping
from services.runtime.stages.ticks import Ticking

T = TypeVar("T")

_events = structlog.get_logger(__name__)
_luck = SystemRandom().random
_LOOK_EVERY_S = 0.05
_STOP_S = 8.0
_PATIENCE_S = 60.0
_NO_PART, _WAITS = "cannot take part and tries again", "waits for Kafka"


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
        paused: Callable[[], bool] = lambda: False,
        stopping: Stopping | None = None,
        grace_s: float = 10.0,
        tick_grace_s: float = 40.0,
        patience_s: float = _PATIENCE_S,
        luck: Callable[[], float] = _luck,
    ) -> None:
        """Say how it runs.

        `once`: end as soon as nothing is left to do, and tick then, until a tick gives nothing. `paused` says whether
        an operator holds the service. `stopping` is told when the end has come, so that a tick in hand begins nothing
        more. A stop waits `grace_s` for the batch in hand and `tick_grace_s` in all for the tick, which may be talking
        to somebody who takes a while. `patience_s` is how long `once` waits for an engine that is away.
        """
        self._service = service
        self._settings = settings
        self._clock = clock or SystemClock()
        self._luck = luck
        self._once = once
        self._meter = meter or NoMeter()
        self._paused = paused
        self.pulse = Pulse()
        self._stopping = stopping or Stopping()
        self._grace_s = grace_s
        self._tick_grace_s = tick_grace_s
        self._patience = Patience(patience_s)
        self._lanes = lane or LaneSettings(batch=settings.batch)
        self._log = FetchedLog(producer, self._meter)
        self._stage = Stage(service, self._log, clock=self._clock, settings=self._lanes, meter=self._meter, luck=luck)
        self._notes = self._stage.notes
        self._hands = ThreadPoolExecutor(1, thread_name_prefix=service.name)
        self._ticking = Ticking(
            self._stage.ticks,
            clock=self._clock,
            every_s=tick_every_s,
            paused=paused,
            stopping=self._stopping,
            within=None if tick_apart else self._hands,
        )
        self._session: Session | None = None
        self._at_hand: asyncio.Future[Any] | None = None
        self._member = False
        self._stops_at: float | None = None
        """When a tick must have ended (monotonic seconds), once that is known."""
        self._unfinished: str | None = None

    @property
    def ready(self) -> bool:
        """Whether it is loaded, has been given its share of the partitions, and none of them is halted."""
        return self._member and not self._state().halted

    def run(self, stop: threading.Event) -> None:
        """Go on until `stop` is set, or with `once` until all is done; then finish what is in hand and return.

        What cannot be finished within the grace ends with the process, its offsets uncommitted. Raises what `load`
        raises, and with `once` a JobchimeError where something cannot be done.
        """
        self._stopping.follow(stop)
        if self._once:
            self._refuse_paused()
        asyncio.run(self._run(stop))

    def status(self) -> RunnerStatus:
        """A snapshot, from any thread."""
        stands = {} if self._session is None else self._session.stands
        ticks = self._ticking.failure
        return RunnerStatus(self._clock.now(), (self._stage.status(stands, ticks, member=self._member),))

    def _state(self) -> ServiceStatus:
        return self.status().services[0]

    async def _run(self, stop: threading.Event) -> None:
        try:
            if await self._load(stop):
                if not self._once:
                    self._ticking.start()
                await self._take_part(stop)
        finally:
            self._put_down()
        _events.info("stopped", service=self._service.name, handled=self._stage.handled)

    async def _load(self, stop: threading.Event) -> bool:
        """Rebuild the service's memory before it takes partitions; whether it did, before `stop`."""
        while not stop.is_set():
            if await self._by_hand(self._stage.load):
                return True
            self._check_moving()
            await self._sleep(self._stage.loads_at - time.monotonic())
        return False

    async def _take_part(self, stop: threading.Event) -> None:
        """Be a member of the group, again and again where that is lost, until `stop` or all is done."""
        failed = 0
        while not stop.is_set() and not await self._live(stop):
            self._check_moving()
            failed += 1
            await self._sleep(self._lanes.retry.delay(failed, self._luck()))

    async def _live(self, stop: threading.Event) -> bool:
        """Be a member of the group until `stop`; whether that is what ended it, and not the group or the broker."""
        session: Session | None = None
        try:
            if (away := await self._by_hand(self._knock)) is not None:
                return self._lost(away)
            session = self._session = Session(self._stage, self._log, self._settings, self._by_hand, self._paused)
            await session.start()
            _events.info("running", service=self._service.name)
            while not stop.is_set():
                if session.broken is not None:
                    return self._lost(session.broken)
                self._look(session)
                if self._once and await self._is_done(session):
                    break
                await asyncio.sleep(_LOOK_EVERY_S)
            return True
        except JobchimeError:
            raise
        except Exception as error:
            return self._lost(error)
        finally:
            self._member = False
            self._meter.ready(False)
            if session is not None:
                await self._leave(session, stop)

    def _knock(self) -> UnavailableError | None:
        """Why Kafka or a topic is away, in fewer words than Faust would take.

        A session that is too short for the brokers would be refused for ever, and Faust would not say so.
        """
        try:
            with Offsets(self._settings) as offsets:
                offsets.partitions_of(self._service.inputs)
                least = offsets.least_session_s()
        except UnavailableError as error:
            return error
        if least is not None and least > self._settings.session_timeout_s:
            _events.warning("Kafka allows no shorter session: a killed worker is missed later", seconds=least)
            self._settings = self._settings.model_copy(update={"session_timeout_s": least})
        return None

    def _lost(self, error: BaseException) -> bool:
        """Note why a membership cannot go on; a new one begins at what is committed."""
        if isinstance(error, KafkaError | OSError | TimeoutError):
            error = UnavailableError(f"{self._where}: {type(error).__name__}: {redacted(error)}", mend="Kafka")
        self._notes.note(_NO_PART, error)
        return False

    def _look(self, session: Session) -> None:
        if self._at_hand is None or self._at_hand.done():
            self.pulse.turn()
        if in_touch := session.in_touch:
            self._notes.works(_WAITS)
        else:
            self._notes.note(_WAITS, UnavailableError(f"{self._where} does not answer", mend="Kafka"))
        session.measure(known=in_touch)
        self._member = in_touch and session.settled
        if self._member:
            self._notes.works(_NO_PART)
        if not self.ready:
            # Whether it also does its work is known to the heartbeat, which must not be overruled.
            self._meter.ready(False)

    async def _is_done(self, session: Session) -> bool:
        """Whether nothing is left to do. Raises JobchimeError where something cannot be done."""
        self._refuse_paused()
        if not await session.drained():
            self._check_moving()
            return False
        errors = self._stage.ticks.errors
        went_out = await self._by_hand(self._stage.ticks.tick, self._clock.now())
        if self._stage.ticks.errors > errors:
            raise JobchimeError(f"the tick of {self._service.name} failed: {self._notes.error}")
        return went_out == 0

    def _check_moving(self) -> None:
        """Where it is to end by itself, raises JobchimeError if a partition is halted or nothing moves for too long."""
        if self._once:
            state = self._state()
            if state.halted:
                raise JobchimeError(state.last_error or "a partition is halted")
            self._patience.check((state.loaded, self._member, state.handled), state.last_error)

    def _refuse_paused(self) -> None:
        """Raises JobchimeError where an operator holds the service: it would do nothing, and never be done."""
        if self._paused():
            raise JobchimeError(f"{self._service.name} is {BY_OPERATOR}; `jobchime resume` lets it go on")

    async def _leave(self, session: Session, stop: threading.Event) -> None:
        """Finish the batch in hand, commit, and leave the group so that others take over at once.

        Where that cannot be done, it becomes a new process: what is left of this membership would hold partitions and
        process nothing.
        """
        if stop.is_set():
            self._stops_at = time.monotonic() + self._tick_grace_s
        finished = await _bounded(session.finish(), self._grace_s)
        await _bounded(session.commit())
        left = await _bounded(session.stop())
        session.measure(known=False)
        if finished and left:
            return
        self._unfinished = "cannot leave the group in time" if finished else "a batch in hand is processed again"
        if not stop.is_set():
            self._end_ticks()
            _events.warning("starts over", service=self._service.name, why=self._unfinished)
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 (this very program)

    def _end_ticks(self) -> bool:
        """Let no tick begin any more; whether the one in hand ended in time."""
        self._stopping.ask()
        return self._ticking.ended(self._stops_at or time.monotonic() + self._tick_grace_s)

    def _put_down(self) -> None:
        """Wait for a tick in hand; what takes too long is cut short with the process, as by a kill."""
        if not self._end_ticks():
            self._unfinished = "a tick in hand is cut short"
        if self._unfinished is not None:
            _events.warning("ends with something unfinished", service=self._service.name, what=self._unfinished)
            os._exit(0)
        self._hands.shutdown(wait=False)

    def _by_hand(self, work: Callable[..., T], *arguments: Any) -> "asyncio.Future[T]":
        """Have it done in the one thread that handles, after what is in hand."""
        self._at_hand = done = asyncio.get_running_loop().run_in_executor(self._hands, work, *arguments)
        return done

    async def _sleep(self, seconds: float) -> None:
        self.pulse.turn()
        await asyncio.to_thread(self._stopping.wait, seconds)

    @property
    def _where(self) -> str:
        return f"Kafka at {', '.join(self._settings.bootstrap)}"


async def _bounded(work: Coroutine[Any, Any, None], seconds: float = _STOP_S) -> bool:
    """Whether it ended in time, however."""
    try:
        await asyncio.wait_for(work, seconds)
    except TimeoutError:
        return False
    except Exception as error:
        _events.info("fails while it leaves the group", error_type=type(error).__name__, error=redacted(error))
    return True
