"""One membership of a worker in its consumer group: from joining until it leaves, or the broker is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import faust
from faust.app.base import logger
from faust.types import TP

from services.runtime.faust.app import Consumer, ConsumerOnly, NoTables, quieten
from services.runtime.faust.log import FetchedLog, Part
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.stages.stage import Place, Stage

ARRIVALS_AT_ONCE = 16
"""Of 500 records or a MiB each: what a worker holds in memory while the service is slow or an engine away."""
_LOOK_EVERY_S = 0.02
_SLICE_S = 0.25
"""After how long it is looked again which partitions have records, if a batch has ended."""
_LAST_COMMIT_S = 2.0


class Session(faust.App):
    """Has the stage work where records arrive, and commits what is done, of partitions that are still ours.

    Faust commits nothing: it would count whatever leaves an agent, and every message that it skips. It makes no topic,
    table or folder, opens no port and produces nothing.
    """

    BootStrategy = ConsumerOnly
    transport: Any
    consumer: Any

    def __init__(
        self,
        stage: Stage,
        fetched: FetchedLog,
        settings: KafkaSettings,
        by_hand: Callable[..., Awaitable[Any]],
        paused: Callable[[], bool],
    ) -> None:
        """`by_hand` has something done in the one thread that handles."""
        quieten()
        super().__init__(
            settings.group(stage.name),
            stream_buffer_maxsize=ARRIVALS_AT_ONCE,
            stream_wait_empty=False,
            topic_allow_declare=False,
            topic_disable_leader=True,
            TableManager=NoTables,
            web_enabled=False,
        )
        self.stage = stage
        self.fetched = fetched
        self.settings = settings
        self._by_hand = by_hand
        self._paused = paused
        self._finishing = False
        self._in_hand = 0
        self.stands: dict[Place, tuple[int, int]] = {}
        """By place of ours: the next offset and the end, as last measured."""
        fetched.begin(-1, {})
        self.finalize()
        self.transport.Consumer = Consumer
        for name in stage.service.inputs:
            topic = self.topic(settings.topic(name), key_serializer="raw", value_serializer="raw", acks=False)
            self.agent(topic, name=f"{stage.name}.{name}", concurrency=1)(self._take)
        self.timer(settings.commit_every_s, name="commit", traced=False)(self._commit_in_turn)
        self.on_partitions_revoked.connect(self._commit_at_last)
        self.on_before_shutdown.connect(self._commit_at_last)

    async def on_first_start(self) -> None:
        """Without Faust's folders: there are no tables, and so nothing to keep."""

    @property
    def idle(self) -> bool:
        """Whether it has its share of the partitions, and nothing of them is in hand."""
        return self.settled and not self._in_hand

    @property
    def settled(self) -> bool:
        """Whether the group has given it its share, which may be nothing, until it leaves."""
        given = self.unassigned or self.fetched.assignment[0] == self.consumer_generation_id
        return given and not self._finishing

    @property
    def _parts(self) -> Mapping[Place, Part]:
        """The partitions that are ours; where the group has left us none, nothing is fetched, and the log not told."""
        return {} if self.unassigned else self.fetched.assignment[1]

    def drained(self, ends: Mapping[Place, int]) -> bool:
        """Whether everything below these ends is done, of our partitions."""
        return all(part.next >= ends[place] for place, part in self._parts.items())

    async def finish(self) -> None:
        """Take nothing more, and wait for what is in hand."""
        self._finishing = True
        while self._in_hand:
            await asyncio.sleep(_LOOK_EVERY_S)

    def measure(self, ends: Mapping[Place, int]) -> None:
        """Tell where our partitions stand, by how far they go; of none where that is not known."""
        parts = self._parts if ends else {}
        stands = {place: (part.next, max(ends.get(place, 0), part.next)) for place, part in parts.items()}
        for gone in self.stands.keys() - stands.keys():
            self.stage.meter.unassigned(*gone)
        for place, (offset, end) in stands.items():
            self.stage.meter.lag(*place, end - offset)
        self.stands = stands
        self.stage.measure()

    async def _commit_in_turn(self) -> None:
        """Commit what is done; not during a rebalance, where it would only wait behind it."""
        if not self.rebalancing:
            await self._commit()

    async def _commit_at_last(self, *_: Any, **__: Any) -> None:
        """Commit once more before partitions go, so that who gets them repeats little."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._commit(), _LAST_COMMIT_S)

    async def _commit(self) -> None:
        generation, parts = self.fetched.assignment
        if generation != self.consumer_generation_id:
            return
        done = {place: part.next for place, part in parts.items() if part.next > part.committed}
        offsets = {TP(self.settings.topic(topic), partition): at for (topic, partition), at in done.items()}
        if done and await self.consumer._thread.commit(offsets):
            for place, offset in done.items():
                parts[place].committed = offset

    async def _take(self, stream: Any) -> None:
        """Faust's agent: it asks for more when nothing is left to do, or what is left is no longer ours."""
        async for places in stream.take(ARRIVALS_AT_ONCE, within=self.settings.linger_s):
            self._in_hand += 1
            try:
                while (rest_s := await self._by_hand(self._handle, places[0][0])) is not None:
                    await asyncio.sleep(rest_s)
            except Exception as error:
                await self.crash(error)
            finally:
                self._in_hand -= 1

    def _handle(self, topic: str) -> float | None:
        """Work on what lies in the log of a topic; after how many seconds again, if anything is left to do."""
        generation, parts = self.fetched.assignment
        due = []

        def over() -> bool:
            return self._finishing or self.crashed or generation != self.consumer_generation_id

        for place, part in parts.items():
            lane = self.stage.lane(place)
            if lane.offset != part.next:  # it comes back from another worker
                lane.seek(part.next)
            if lane.halted:  # it takes none any more
                part.fetched.clear()
            elif place[0] == topic and part.fetched:
                due.append(lane)
        if over() or not due:
            return None
        return 0.0 if not self._paused() and self.stage.work(due, over, _SLICE_S) else _LOOK_EVERY_S


Session.logger = logger  # as that of what is in `app.py`
