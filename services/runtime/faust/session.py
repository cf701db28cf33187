"""One membership of a worker in its consumer group: from joining until it leaves, or the broker is lost."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from services.runtime.faust.app import build_app
from services.runtime.faust.batch import Place
from services.runtime.faust.consumer import DoneConsumer
from services.runtime.faust.order import Order
from services.runtime.faust.work import Work
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.records import Service

_events = structlog.get_logger(__name__)
_LOOK_EVERY_S = 0.02


class Session:
    """Takes batches and says what is done; a batch whose partitions were taken away is dropped, as others have it."""

    def __init__(self, service: Service, settings: KafkaSettings, work: Work, paused: Callable[[], bool]) -> None:
        self._work = work
        self._paused = paused
        self._app = build_app(service.name, service.inputs, settings, self._take)
        self._app.on_rebalance_complete.connect(self._on_rebalanced)
        self._finishing = False
        self._in_hand = 0
        self._generation: int | None = None
        self._based_on: int | None = None
        self._bases: dict[Any, int] = {}
        self._done: dict[Any, int] = {}
        self._order = Order()
        self._broken: BaseException | None = None

    @property
    def broken(self) -> BaseException | None:
        """Why it cannot go on."""
        if self._broken is None and self._app.crashed:
            return self._app.crash_reason or RuntimeError("Faust has stopped")
        return self._broken

    @property
    def settled(self) -> bool:
        """Whether the group has given it its share, which may be nothing."""
        return self._based_on is not None and self._based_on == self._app.consumer_generation_id

    @property
    def in_touch(self) -> bool:
        """Whether it knows a broker that keeps its group."""
        return self._consumer.in_touch

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
        """Commit what is done."""
        await self._consumer.commit()

    async def stop(self) -> None:
        """Leave the group."""
        await self._app.stop()

    async def measure(self) -> None:
        """Learn where our partitions stand, without asking the broker but after a rebalance."""
        if self._generation != self._based_on:
            await self._find_bases(self._generation)
        ends: dict[Place, tuple[int, int]] = {}
        for tp, base in self._bases.items():
            offset = self._done.get(tp, base)
            ends[self._place(tp)] = (offset, max(self._highwater(tp) or 0, offset))
        self._work.know(ends)

    async def drained(self) -> bool:
        """Whether everything that our partitions hold at this time is done."""
        if not self.settled or self._in_hand:
            return False
        ends = await self._consumer.ends(self._bases)
        return all(self._done.get(tp, base) >= ends[tp] for tp, base in self._bases.items())

    @property
    def _consumer(self) -> DoneConsumer:
        consumer: DoneConsumer = self._app.consumer
        return consumer

    async def _on_rebalanced(self, *_: Any, **__: Any) -> None:
        self._generation = self._app.consumer_generation_id
        self._done.clear()

    async def _find_bases(self, generation: int | None) -> None:
        committed = self._consumer.committed()
        if committed and self._consumer.sought != generation:
            return
        fresh = [tp for tp, offset in committed.items() if offset is None]
        starts = await self._consumer.starts(fresh) if fresh else {}
        if generation == self._app.consumer_generation_id:
            self._bases = {tp: starts[tp] if offset is None else offset for tp, offset in committed.items()}
            self._based_on = generation
            self._work.meter.assigned(len(self._bases))

    def _highwater(self, tp: Any) -> int | None:
        try:
            end: int | None = self._consumer.highwater(tp)
        except Exception:  # a rebalance took the partition away just now
            return None
        return end

    async def _take(self, events: Sequence[Any]) -> None:
        """Faust's agents come here: returns when the batch is done, or is no longer ours."""
        if not self._finishing and self._broken is None:
            self._in_hand += 1
            try:
                await self._bear(events)
            except BaseException as error:
                # What comes after a batch that was left undone must not be counted as done.
                self._broken = error
                raise
            finally:
                self._in_hand -= 1
        if self._finishing or self._broken is not None:
            await asyncio.Event().wait()

    async def _bear(self, events: Sequence[Any]) -> None:
        generation = self._app.consumer_generation_id
        while not self.settled or self._paused():
            if self._must_end(generation):
                return
            await asyncio.sleep(_LOOK_EVERY_S)
        if self._generation_over(generation):
            return
        handed = self._order.sort(events, generation, self._following())
        if handed.missing:
            await self._read_again(handed.missing, generation)
        places = {self._place(tp): tp for tp, due in handed.due.items() if due}
        lanes = await self._work.hold({place: handed.due[tp] for place, tp in places.items()})
        while True:
            wakes_at = await self._work.go(lanes)
            if self._generation_over(generation):
                return
            for lane in lanes:
                self._done_with(places[lane.place], lane.offset)
            while wakes_at is not None and time.monotonic() < wakes_at and not self._must_end(generation):
                await asyncio.sleep(_LOOK_EVERY_S)
            if wakes_at is None or self._must_end(generation):
                return

    def _following(self) -> dict[Any, int]:
        """The next offset of each partition that is not halted."""
        known = {**self._bases, **self._done}
        return {tp: offset for tp, offset in known.items() if not self._work.is_halted(self._place(tp))}

    async def _read_again(self, missing: Mapping[Any, int], generation: int) -> None:
        """Go back to what was left out; records whose time in the topic is over cannot be read, and count as done."""
        starts = await self._consumer.starts(missing)
        for tp, offset in missing.items():
            if self._generation_over(generation):
                return
            if starts[tp] > offset:
                _events.warning("records left the topic unread", **_named(tp), offset=offset, until=starts[tp])
                self._done_with(tp, starts[tp])
            else:
                _events.warning("reads again what was left out", **_named(tp), offset=offset)
            seeks = await self._consumer.read_again(tp, max(starts[tp], offset))
            self._order.sought(tp, generation, seeks)

    def _place(self, tp: Any) -> Place:
        return self._work.place(tp.topic, tp.partition)

    def _must_end(self, generation: int) -> bool:
        return self._finishing or self._generation_over(generation)

    def _generation_over(self, generation: int) -> bool:
        return bool(generation != self._app.consumer_generation_id)

    def _done_with(self, tp: Any, offset: int) -> None:
        self._done[tp] = offset
        self._consumer.done(tp, offset)


def _named(tp: Any) -> dict[str, Any]:
    return {"topic": tp.topic, "partition": tp.partition}
