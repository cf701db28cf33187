"""Drives one service on Kafka, with Faust; several workers of it share the partitions."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import KW_ONLY, dataclass, field
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
from services.runtime.metrics.meter import RunnerMeter
from services.runtime.pauses import BY_OPERATOR
from services.runtime.privacy.redaction import redacted
from services.runtime.records import Producer, Service
from services.runtime.stages.lane import LaneSettings
from services.runtime.stages.stage import Place, Stage
from services.runtime.stages.stopping import Patience, Stopping
from services.runtime.stages.ticks import Ticking

T = TypeVar("T")

_events = structlog.get_logger(__name__)
_luck = SystemRandom().random
_LOOK_EVERY_S = 0.05
_ASK_EVERY_S = 2.0
_ASKED_S = 3.0
"""For how long Kafka is asked whether it is there: a stop waits for it."""
_STOP_S = 8.0
_TICK_GRACE_S = 40.0
_NO_PART, _WAITS = "cannot take part and tries again", "waits for Kafka"


@dataclass(eq=False)
class FaustRunner:
    """Loads a service, takes its share of the partitions, and never gives up what is sound.

    Handling runs in one thread, so that a service's memory is safe; ticks run there too, unless `tick_apart`.
    """

    service: Service
    producer: Producer
    settings: KafkaSettings
    _: KW_ONLY
    clock: Clock = field(default_factory=SystemClock)
    lane: LaneSettings = field(default_factory=LaneSettings)
    tick_every_s: float = 1.0
    tick_apart: bool = False
    once: bool = False
    """End as soon as nothing is left to do, and tick then, until a tick gives nothing."""
    meter: RunnerMeter | None = None
    paused: Callable[[], bool] = lambda: False
    """Whether an operator holds the service."""
    stopping: Stopping = field(default_factory=Stopping)
    """Told when the end has come, so that a tick in hand begins nothing more."""
    grace_s: float = 10.0
    """How long a stop waits for the batch in hand."""
    patience_s: float = 60.0
    """How long `once` waits for an engine that is away."""

    def __post_init__(self) -> None:
        self.pulse = Pulse()
        self._meter = self.meter or RunnerMeter()
        self._patience = Patience(self.patience_s)
        self._log = FetchedLog(self.producer)
        self._stage = Stage(
            self.service, self._log, clock=self.clock, settings=self.lane, meter=self._meter, luck=_luck
        )
        self._notes = self._stage.notes
        self._hands = ThreadPoolExecutor(1, thread_name_prefix=self.service.name)
        self._ticking = Ticking(
            self._stage.ticks,
            clock=self.clock,
            every_s=self.tick_every_s,
            paused=self.paused,
            stopping=self.stopping,
            within=None if self.tick_apart else self._hands,
        )
        self._offsets = Offsets(self.settings, patience_s=_ASKED_S)
        self._ends: Mapping[Place, int] = {}
        """How far partitions go, whoever has them; nothing where the broker does not answer."""
        self._session: Session | None = None
        self._at_hand: asyncio.Future[Any] | None = None
        self._ticks_until: float | None = None
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
        self.stopping.follow(stop)
        if self.once:
            self._refuse_paused()
        with self._offsets:
            asyncio.run(self._run(stop))

    def status(self) -> RunnerStatus:
        """A snapshot, from any thread."""
        session = self._session
        stands = {} if session is None else session.stands
        ticks = self._ticking.failure
        return RunnerStatus(self.clock.now(), (self._stage.status(stands, ticks, member=self._member),))

    @property
    def _member(self) -> bool:
        """Whether the group has given it its share, and the broker answers."""
        session = self._session
        return session is not None and session.settled and bool(self._ends)

    def _state(self) -> ServiceStatus:
        return self.status().services[0]

    async def _run(self, stop: threading.Event) -> None:
        try:
            if await self._load(stop):
                if not self.once:
                    self._ticking.start()
                await self._take_part(stop)
        finally:
            self._put_down(stop)
        _events.info("stopped", service=self.service.name, handled=self._stage.handled)

    async def _load(self, stop: threading.Event) -> bool:
        """Rebuild the service's memory before it takes partitions; whether it did, before `stop`."""
        while not stop.is_set():
            if await self._by_hand(self._stage.load):
                return True
            await self._rest(self._stage.loads_at - time.monotonic())
        return False

    async def _take_part(self, stop: threading.Event) -> None:
        """Be a member of the group, again and again where that is lost, until `stop` or all is done."""
        failed = 0
        while not (stop.is_set() or await self._live(stop) or self._unfinished):
            failed += 1
            await self._rest(self.lane.retry.delay(failed, _luck()))

    async def _live(self, stop: threading.Event) -> bool:
        """Be a member of the group until `stop`; whether that is what ended it, and not the group or the broker."""
        if not await self._knock():
            return False
        session = self._session = Session(self._stage, self._log, self.settings, self._by_hand, self.paused)
        session.task(self._keep_asking)
        try:
            await session.start()
            _events.info("running", service=self.service.name)
            while not stop.is_set():
                if session.crashed:
                    raise session.crash_reason or RuntimeError("Faust has stopped")
                self._look(session)
                if self.once and await self._is_done(session):
                    break
                await asyncio.sleep(_LOOK_EVERY_S)
            return True
        except JobchimeError:
            raise
        except Exception as error:
            self._lost(error)
            return False
        finally:
            self._meter.ready(False)
            await self._leave(session, stop)

    async def _knock(self) -> bool:
        """Whether Kafka and the topics are there, asked in fewer words than Faust would take.

        A session that is too short for the brokers would be refused for ever, and Faust would not say so.
        """
        if not await self._ask():
            return False
        least = await asyncio.to_thread(self._offsets.least_session_s)
        if least is not None and least > self.settings.session_timeout_s:
            _events.warning("Kafka allows no shorter session: a killed worker is missed later", seconds=least)
            self.settings = self.settings.model_copy(update={"session_timeout_s": least})
        return True

    async def _ask(self) -> bool:
        """Whether the broker that keeps the group answers, and says how far the partitions go.

        The membership does not say so of itself: while a batch waits, nothing is fetched.
        """
        try:
            await asyncio.to_thread(self._offsets.committed, (self.service.name,))
            self._ends = await asyncio.to_thread(self._offsets.ends, self.service.inputs)
            self._notes.works(_WAITS)
        except UnavailableError as error:
            self._ends = {}
            if self._session is not None:
                self._session.measure({})
            self._notes.note(_WAITS, error)
        return bool(self._ends)

    async def _keep_asking(self) -> None:
        while True:
            await asyncio.sleep(_ASK_EVERY_S)
            await self._ask()

    def _lost(self, error: Exception) -> None:
        """Note why a membership cannot go on; a new one begins at what is committed."""
        if isinstance(error, KafkaError | OSError | TimeoutError):
            where = f"Kafka at {', '.join(self.settings.bootstrap)}"
            error = UnavailableError(f"{where}: {type(error).__name__}: {redacted(error)}", mend="Kafka")
        self._notes.note(_NO_PART, error)

    def _look(self, session: Session) -> None:
        if self._at_hand is None or self._at_hand.done():
            self.pulse.turn()
        session.measure(self._ends)
        if self._member:
            self._notes.works(_NO_PART)
        if not self.ready:
            # Whether it also does its work is known to the heartbeat, which must not be overruled.
            self._meter.ready(False)

    async def _is_done(self, session: Session) -> bool:
        """Whether nothing is left to do. Raises JobchimeError where something cannot be done."""
        self._refuse_paused()
        if not (session.idle and await self._ask() and session.drained(self._ends)):
            self._check_moving()
            return False
        went_out = await self._by_hand(self._stage.ticks.tick, self.clock.now())
        if (failure := self._stage.ticks.failure) is not None:
            raise JobchimeError(f"the tick of {self.service.name} failed: {failure.error}")
        return went_out == 0

    def _check_moving(self) -> None:
        """Where it is to end by itself, raises JobchimeError if a partition is halted or nothing moves for too long."""
        if self.once:
            state = self._state()
            if state.halted:
                raise JobchimeError(state.last_error or "a partition is halted")
            self._patience.check((state.loaded, self._member, state.handled), state.last_error)

    def _refuse_paused(self) -> None:
        """Raises JobchimeError where an operator holds the service: it would do nothing, and never be done."""
        if self.paused():
            raise JobchimeError(f"{self.service.name} is {BY_OPERATOR}; `jobchime resume` lets it go on")

    async def _leave(self, session: Session, stop: threading.Event) -> None:
        """Finish the batch in hand, commit, and leave the group so that others take over at once."""
        if stop.is_set():
            self._ticks_until = time.monotonic() + _TICK_GRACE_S
        if not await _bounded(session.finish(), self.grace_s):
            self._unfinished = "a batch in hand is processed again"
        if not await _bounded(session.stop(), _STOP_S):
            self._unfinished = "cannot leave the group in time"
        session.measure({})
        self._session = None

    def _put_down(self, stop: threading.Event) -> None:
        """Wait for a tick in hand. What takes too long is cut short with the process, as by a kill.

        Where no stop is asked for, it becomes a new process: what is left of a membership would hold partitions and
        process nothing.
        """
        self.stopping.ask()
        if not self._ticking.ended(self._ticks_until or time.monotonic() + _TICK_GRACE_S):
            self._unfinished = "a tick in hand is cut short"
        self._hands.shutdown(wait=False)
        if self._unfinished is None:
            return
        if stop.is_set():
            _events.warning("ends with something unfinished", service=self.service.name, what=self._unfinished)
            os._exit(0)
        _events.warning("starts over", service=self.service.name, why=self._unfinished)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 (this very program)

    def _by_hand(self, work: Callable[..., T], *arguments: Any) -> "asyncio.Future[T]":
        """Have it done in the one thread that handles, after what is in hand."""
        self._at_hand = done = asyncio.get_running_loop().run_in_executor(self._hands, work, *arguments)
        return done

    async def _rest(self, seconds: float) -> None:
        """Wait before the next try, or until the end has come. Raises JobchimeError as `_check_moving`."""
        self._check_moving()
        self.pulse.turn()
        await asyncio.to_thread(self.stopping.wait, seconds)


async def _bounded(work: Coroutine[Any, Any, None], seconds: float) -> bool:
    """Whether it ended in time, however."""
    try:
        await asyncio.wait_for(work, seconds)
    except TimeoutError:
        return False
    except Exception as error:
        _events.info("fails while it leaves the group", error_type=type(error).__name__, error=redacted(error))
    return True
