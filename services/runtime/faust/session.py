"""One membership of a worker in its consumer group: from joining until it leaves, or the broker is lost."""

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka.errors import IllegalStateError

from services.runtime.faust.app import build_app
from services.runtime.faust.fetch import Chunk, FetchThread
from services.runtime.faust.log import FetchedLog
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.stages.lane import Lane
from services.runtime.stages.stage import Place, Stage

_events = structlog.get_logger(__name__)
_LOOK_EVERY_S = 0.02
_SLICE_S = 0.25
"""After how long what was done meanwhile counts as done, if a batch has ended."""
_LAST_COMMIT_S = 2.0
_CHUNKS_AT_ONCE = 16
_ANSWER_S = 10.0
"""How long a question to the broker may take; a membership that gets no answer is given up."""


@dataclass(slots=True, eq=False)
class Part:
    """A partition, from when a generation of the group gave it until the next."""

    place: Place
    lane: Lane
    next: int
    """Everything below this offset is done."""
    committed: int
    back_at: float = 0.0
    """When it was last sent back to read something again (monotonic seconds)."""


def sort(
    chunks: Sequence[Chunk], generation: int, parts: Mapping[Any, Part]
) -> tuple[dict[Any, list[Any]], dict[Any, int]]:
    """By partition: records that are not done, in order and with nothing left out; and from where to read again.

    When Faust skips a chunk, what lies behind it is refused: it would count as done with it. Only a chunk that begins
    where the last one ended closes the gap; no waiting does. One fetched before it was sent back tells nothing.
    """
    due: dict[Any, list[Any]] = {}
    missing: dict[Any, int] = {}
    ends: dict[Any, int] = {}
    for chunk in chunks:
        part = parts.get(chunk.tp)
        if part is None or part.lane.halted or chunk.generation != generation or chunk.tp in missing:
            continue
        end = ends.get(chunk.tp, part.next)
        if chunk.begins <= end:
            due.setdefault(chunk.tp, []).extend(record for record in chunk.records if record.offset >= end)
            ends[chunk.tp] = max(end, chunk.records[-1].offset + 1)
        elif chunk.at >= part.back_at:
            missing[chunk.tp] = end
    return {tp: records for tp, records in due.items() if records}, missing


class Session:
    """Takes chunks and commits what is done; what is in hand of a partition that was taken away is dropped.

    Faust commits nothing: it would count whatever leaves an agent, and every record that it skips.
    """

    def __init__(
        self, stage: Stage, log: FetchedLog, settings: KafkaSettings, hands: Executor, paused: Callable[[], bool]
    ) -> None:
        """`hands` is one thread, in which all handling is done."""
        self._stage = stage
        self._log = log
        self._names = {settings.topic(name): name for name in stage.service.inputs}
        self._hands = hands
        self._paused = paused
        self._linger_s = settings.linger_s
        self._session_s = settings.session_timeout_s
        self._touched_at = time.monotonic()
        self._app = build_app(stage.name, stage.service.inputs, settings, self._take, self.commit)
        self._app.on_partitions_revoked.connect(self._on_revoked)
        self._generation = -1
        self._parts: dict[Any, Part] = {}
        self._finishing = False
        self._in_hand = self._waiting = 0
        self._broken: BaseException | None = None
        self.stands: dict[Place, tuple[int, int]] = {}
        """By place of ours: the next offset and the end, as last measured."""

    @property
    def busy(self) -> bool:
        """Whether the service is handling something right now."""
        return self._in_hand > self._waiting

    @property
    def broken(self) -> BaseException | None:
        """Why it cannot go on."""
        if self._broken is None and self._app.crashed:
            return self._app.crash_reason or RuntimeError("Faust has stopped")
        return self._broken

    @property
    def settled(self) -> bool:
        """Whether the group has given it its share, which may be nothing."""
        return bool(self._app.unassigned or self._thread.begun[0] == self._app.consumer_generation_id)

    @property
    def in_touch(self) -> bool:
        """Whether it knew a broker that keeps its group, within the last session."""
        if self._thread.in_touch:
            self._touched_at = time.monotonic()
        return time.monotonic() - self._touched_at < self._session_s

    async def start(self) -> None:
        """Join the group; raises what keeps it from the broker."""
        await self._app.start()

    async def finish(self, until: float) -> bool:
        """Take nothing more; whether what was in hand ended before that time (monotonic seconds)."""
        self._finishing = True
        while self._in_hand and time.monotonic() < until:
            await asyncio.sleep(_LOOK_EVERY_S)
        return not self._in_hand

    async def commit(self) -> None:
        """Commit what is done; not during a rebalance, where it would only wait behind it."""
        if not self._app.rebalancing:
            await self._commit()

    async def stop(self) -> None:
        """Leave the group."""
        await self._app.stop()

    def measure(self, *, known: bool) -> None:
        """Learn where our partitions stand, without asking the broker; of none where that is not `known`."""
        parts = self._ours() if known else {}
        highwater = self._app.consumer.highwater
        stands = {part.place: (part.next, max(highwater(tp), part.next)) for tp, part in parts.items()}
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
        parts = self._ours()
        ends = await asyncio.wait_for(self._app.consumer.highwaters(*parts), _ANSWER_S) if parts else {}
        return all(part.next >= ends[tp] for tp, part in parts.items())

    @property
    def _thread(self) -> FetchThread:
        thread: FetchThread = self._app.consumer._thread
        return thread

    def _ours(self) -> dict[Any, Part]:
        """The partitions of this generation, once it is known where they begin."""
        generation, begun = self._thread.begun
        if generation != self._generation:
            self._generation = generation
            places = {tp: (self._names[tp.topic], tp.partition) for tp in begun}
            self._parts = {
                tp: Part(place, self._stage.lane(place), begun[tp], begun[tp]) for tp, place in places.items()
            }
            self._stage.meter.assigned(len(begun))
        return self._parts

    async def _on_revoked(self, *_: Any, **__: Any) -> None:
        """Commit once more before partitions go, so that who gets them repeats little."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._commit(), _LAST_COMMIT_S)

    async def _commit(self) -> None:
        parts = self._ours()
        if self._generation != self._app.consumer_generation_id:
            return
        done = {tp: part.next for tp, part in parts.items() if part.next > part.committed}
        if done and await self._thread.commit(done):
            for tp, offset in done.items():
                parts[tp].committed = offset

    async def _take(self, stream: Any) -> None:
        """Faust's agent: it asks for more when what it has is done, or is no longer ours."""
        async for chunks in stream.take(_CHUNKS_AT_ONCE, within=self._linger_s):
            if self._finishing or self._broken is not None:
                continue
            self._in_hand += 1
            try:
                await self._handle(chunks)
            except Exception as error:
                self._broken = error
            finally:
                self._in_hand -= 1

    async def _handle(self, chunks: Sequence[Chunk]) -> None:
        parts, generation = self._ours(), self._generation
        loop = asyncio.get_running_loop()

        def over() -> bool:
            return self._finishing or generation != self._app.consumer_generation_id

        await self._wait(lambda: over() or not self._paused())
        due, missing = sort(chunks, generation, parts)
        if over():
            return
        for tp, offset in missing.items():
            await self._read_again(parts[tp], tp, offset)
        lanes = [parts[tp].lane for tp in due]
        await loop.run_in_executor(self._hands, self._put, parts, due)
        while True:
            more = await loop.run_in_executor(self._hands, self._stage.work, lanes, over, _SLICE_S)
            if generation != self._app.consumer_generation_id:
                return
            for tp in due:
                parts[tp].next = parts[tp].lane.offset
            waiting = [at for lane in lanes if (at := lane.wakes_at) is not None]
            if not more and waiting:
                await self._wait(over, min(waiting))
            if over() or not (more or waiting):
                return

    async def _wait(self, true: Callable[[], bool], until: float = math.inf) -> None:
        """Wait until it is true, or that time has come (monotonic seconds)."""
        self._waiting += 1
        try:
            while not true() and time.monotonic() < until:
                await asyncio.sleep(_LOOK_EVERY_S)
        finally:
            self._waiting -= 1

    def _put(self, parts: Mapping[Any, Part], due: Mapping[Any, Sequence[Any]]) -> None:
        for tp, records in due.items():
            self._log.put(parts[tp].place, records)
            parts[tp].lane.seek(records[0].offset)

    async def _read_again(self, part: Part, tp: Any, offset: int) -> None:
        _events.warning("reads again what was left out", topic=tp.topic, partition=tp.partition, offset=offset)
        part.back_at = time.monotonic()
        with suppress(IllegalStateError):  # a rebalance took the partition away just now
            await self._thread.go_back(tp, offset)
