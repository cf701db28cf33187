"""One membership of a worker in its consumer group: from joining until it leaves, or the broker is lost."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import structlog
from aiokafka.errors import KafkaError
from faust.types import TP

from services.runtime.faust.app import ARRIVALS_AT_ONCE, build_app
from services.runtime.faust.log import FetchedLog, Part
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.stages.lane import Lane
from services.runtime.stages.stage import Place, Stage

ByHand = Callable[..., Awaitable[Any]]

_events = structlog.get_logger(__name__)
_LOOK_EVERY_S = 0.02
_SLICE_S = 0.25
"""After how long it is looked again which partitions have records, if a batch has ended."""
_LAST_COMMIT_S = 2.0
_ENDS_EVERY_S = 5.0
"""How often the broker is asked how far partitions go, since nothing is fetched while a batch waits."""
_ANSWER_S = 10.0
"""How long a question to the broker may take; a membership that gets no answer is given up."""


class Session:
    """Has the stage work where records arrive, and commits what is done, of partitions that are still ours.

    Faust commits nothing: it would count whatever leaves an agent, and every message that it skips.
    """

    def __init__(
        self, stage: Stage, log: FetchedLog, settings: KafkaSettings, by_hand: ByHand, paused: Callable[[], bool]
    ) -> None:
        """`by_hand` has something done in the one thread that handles."""
        self._stage = stage
        self._log = log
        self._settings = settings
        self._by_hand = by_hand
        self._paused = paused
        self._touched_at = time.monotonic()
        log.begin(-1, {})
        self._app = build_app(stage.name, stage.service.inputs, settings, log, self._take, self.commit)
        self._app.timer(_ENDS_EVERY_S, name="ends", traced=False)(self._ask_ends)
        self._app.on_partitions_revoked.connect(self._on_revoked)
        self._generation = -1
        self._finishing = False
        self._in_hand = 0
        self._broken: BaseException | None = None
        self._ends: Mapping[Place, int] = {}
        self.stands: dict[Place, tuple[int, int]] = {}
        """By place of ours: the next offset and the end, as last measured."""

    @property
    def broken(self) -> BaseException | None:
        """Why it cannot go on."""
        if self._broken is None and self._app.crashed:
            return self._app.crash_reason or RuntimeError("Faust has stopped")
        return self._broken

    @property
    def settled(self) -> bool:
        """Whether the group has given it its share, which may be nothing."""
        return bool(self._app.unassigned or self._log.assignment[0] == self._app.consumer_generation_id)

    @property
    def in_touch(self) -> bool:
        """Whether it knew a broker that keeps its group, within the last session."""
        if self._app.consumer._thread.in_touch:
            self._touched_at = time.monotonic()
        return time.monotonic() - self._touched_at < self._settings.session_timeout_s

    async def start(self) -> None:
        """Join the group; raises what keeps it from the broker."""
        await self._app.start()

    async def finish(self) -> None:
        """Take nothing more, and wait for what is in hand."""
        self._finishing = True
        while self._in_hand:
            await asyncio.sleep(_LOOK_EVERY_S)

    async def commit(self) -> None:
        """Commit what is done; not during a rebalance, where it would only wait behind it."""
        if not self._app.rebalancing:
            await self._commit()

    async def stop(self) -> None:
        """Leave the group."""
        await self._app.stop()

    def measure(self, *, known: bool) -> None:
        """Learn where our partitions stand, by what was heard last; of none where that is not `known`."""
        _, parts = self._ours() if known else (-1, {})
        ends = {place: max(self._app.consumer.highwater(self._tp(place)), self._ends.get(place, 0)) for place in parts}
        stands = {place: (part.next, max(ends[place], part.next)) for place, part in parts.items()}
        for gone in self.stands.keys() - stands.keys():
            self._stage.meter.unassigned(*gone)
        for (topic, partition), (offset, end) in stands.items():
            self._stage.meter.lag(topic, partition, end - offset)
        self.stands = stands
        self._stage.measure()

    async def drained(self) -> bool:
        """Whether everything that our partitions hold at this time is done. Raises TimeoutError."""
        if not self.settled or self._in_hand:
            return False
        parts = self._ours()[1]
        ends = await self._ends_of(parts)
        return all(part.next >= ends[place] for place, part in parts.items())

    async def _ends_of(self, places: Iterable[Place]) -> Mapping[Place, int]:
        """By what the broker says now. Raises TimeoutError."""
        tps = {place: self._tp(place) for place in places}
        if not tps:
            return {}
        ends = await asyncio.wait_for(self._app.consumer._thread.ends(list(tps.values())), _ANSWER_S)
        return {place: ends[tp] for place, tp in tps.items()}

    async def _ask_ends(self) -> None:
        """Where it does not answer, what was heard last stays."""
        with suppress(TimeoutError, KafkaError):
            self._ends = await self._ends_of(self._ours()[1])

    def _ours(self) -> tuple[int, Mapping[Place, Part]]:
        """The generation, and the partitions that it gave, once it is known where they begin."""
        generation, parts = self._log.assignment
        if generation != self._generation:
            self._generation = generation
            for place in parts:
                self._stage.lane(place)
            self._stage.meter.assigned(len(parts))
        return generation, parts

    def _tp(self, place: Place) -> Any:
        return TP(self._settings.topic(place[0]), place[1])

    async def _on_revoked(self, *_: Any, **__: Any) -> None:
        """Commit once more before partitions go, so that who gets them repeats little."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._commit(), _LAST_COMMIT_S)

    async def _commit(self) -> None:
        generation, parts = self._ours()
        if generation != self._app.consumer_generation_id:
            return
        done = {place: part.next for place, part in parts.items() if part.next > part.committed}
        if done and await self._app.consumer._thread.commit({self._tp(place): at for place, at in done.items()}):
            for place, offset in done.items():
                parts[place].committed = offset

    async def _take(self, stream: Any) -> None:
        """Faust's agent: it asks for more when nothing is left to do, or what is left is no longer ours."""
        async for places in stream.take(ARRIVALS_AT_ONCE, within=self._settings.linger_s):
            if self._finishing or self._broken is not None:
                continue
            self._in_hand += 1
            try:
                await self._handle(places[0][0])
            except Exception as error:
                self._broken = error
            finally:
                self._in_hand -= 1

    async def _handle(self, topic: str) -> None:
        """Work on what lies in the log of a topic."""
        generation, parts = self._ours()
        parts = {place: part for place, part in parts.items() if place[0] == topic}

        def over() -> bool:
            return self._finishing or generation != self._app.consumer_generation_id

        while not over() and self._paused():
            await asyncio.sleep(_LOOK_EVERY_S)
        await self._by_hand(self._follow, parts)
        while not over() and (lanes := self._due(parts)):
            if not await self._by_hand(self._stage.work, lanes, over, _SLICE_S):
                wakes_at = min((at for lane in lanes if (at := lane.wakes_at) is not None), default=0.0)
                while not over() and time.monotonic() < wakes_at:
                    await asyncio.sleep(_LOOK_EVERY_S)

    def _follow(self, parts: Mapping[Place, Part]) -> None:
        """Have the lanes stand where their partitions do, also where those have come back from another worker."""
        for place, part in parts.items():
            if (lane := self._stage.lane(place)).offset != part.next:
                lane.seek(part.next)

    def _due(self, parts: Mapping[Place, Part]) -> Sequence[Lane]:
        """The lanes that have records; those of a halted one are dropped, since it takes none any more."""
        for place, part in parts.items():
            if self._stage.lane(place).halted:
                part.fetched.clear()
        return [self._stage.lane(place) for place, part in parts.items() if part.fetched]
