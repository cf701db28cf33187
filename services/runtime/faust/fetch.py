"""What Faust reads with: records go into the log of the stage, and Faust hands on where some have arrived.

So nothing depends on what Faust does with a message: one that it skips, holds back or gives twice costs no record.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import (
    IllegalStateError,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)
from aiokafka.structs import ConsumerRecord
from faust.transport.drivers import aiokafka as driver

from services.runtime.stages.stage import Place

_FETCH_WAIT_MS = 250
"""An idle fetch asks for partitions of before a rebalance: those that came with it wait for its end."""
_events = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Records of a partition lie in the log; all that were to come below `begins` had come before."""

    place: Place
    begins: int


class FetchThread(driver.AIOKafkaConsumerThread):
    """As Faust's, but what it fetches goes into the log, and it begins each assignment at what is committed."""

    app: Any

    @property
    def in_touch(self) -> bool:
        """Whether it knows a broker that keeps its group."""
        return self._ensure_consumer()._coordinator.coordinator_id is not None

    async def getmany(self, active_partitions: Any, timeout: float) -> Any:
        """Fetch, not in the thread's queue, where commits would wait behind it; Faust asks again and again."""
        work = self._fetch([TopicPartition(*tp) for tp in active_partitions], timeout)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.thread_loop))

    async def seek_to_committed(self) -> Mapping[Any, int]:
        """Nothing: Faust asks for it when it has dropped messages in a rebalance, and no record goes with those."""
        return {}

    async def ends(self, tps: Sequence[Any]) -> Mapping[Any, int]:
        """Ask the broker for the ends of partitions, not in the thread's queue, where commits would wait behind it."""
        work = self._ensure_consumer().end_offsets(tps)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.thread_loop))

    def highwater(self, tp: Any) -> int:
        """The end of a partition as last seen; 0 where nothing was, or a rebalance took it away just now."""
        with suppress(AssertionError):
            return super().highwater(tp) or 0
        return 0

    def _create_worker_consumer(self, transport: Any) -> Any:
        """As Faust, but not to see what a transaction takes back, and with a shorter wait for new records.

        A fetch for a partition waits behind that of its neighbours.
        """
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _FETCH_WAIT_MS
        consumer._isolation_level = "read_committed"
        return consumer

    def on_crash(self, msg: str, *fmt: Any, **kwargs: Any) -> None:
        """Print no traceback where a broker is away: the membership that is given up for it says so."""
        if not isinstance(sys.exc_info()[1], KafkaError | OSError):
            super().on_crash(msg, *fmt, **kwargs)

    def _start_thread(self) -> None:
        """End with the app, which has crashed then, and not with a traceback of the thread."""
        with suppress(KafkaError, OSError):
            super()._start_thread()

    def _stopped_set(self) -> None:
        """Nothing where it has ended already."""
        with suppress(RuntimeError):
            super()._stopped_set()

    async def _fetch(self, tps: Sequence[Any], timeout: float) -> Mapping[Any, Sequence[Any]]:
        """By partition one message: of what came, or else of what still lies there."""
        generation, consumer, log, found = (
            self.app.consumer_generation_id,
            self._ensure_consumer(),
            self.app.fetched,
            {},
        )
        # A rebalance may take partitions away, or give new ones, at any time: those begin at what is committed.
        with suppress(IllegalStateError, NoOffsetForPartitionError):
            if log.assignment[0] != generation:
                await self._begin(consumer, generation)
            try:
                found = await consumer.getmany(*tps, timeout_ms=min(int(timeout * 1000), _FETCH_WAIT_MS))
            except OffsetOutOfRangeError as error:
                await self._pass_over(consumer, error.args[0])
        known, parts = log.assignment
        if known != generation or generation != self.app.consumer_generation_id:
            return {}
        begins = {self._place(tp): log.put(self._place(tp), records) for tp, records in found.items()}
        begins = begins or {place: part.next for place, part in parts.items() if part.fetched}
        return {tp: [_message(tp, place, begins[place])] for tp in tps if (place := self._place(tp)) in begins}

    async def _begin(self, consumer: Any, generation: int) -> None:
        """Go to what is committed of each partition, or to its start. Raises IllegalStateError in a rebalance."""
        tps = sorted(consumer.assignment())
        committed = dict(zip(tps, await asyncio.gather(*map(consumer.committed, tps)), strict=True))
        fresh = [tp for tp, offset in committed.items() if offset is None]
        begins = {**committed, **(await consumer.beginning_offsets(fresh) if fresh else {})}
        if generation != self.app.consumer_generation_id:
            return
        for tp, offset in begins.items():
            consumer.seek(tp, offset)
        self.app.fetched.begin(generation, {self._place(tp): offset for tp, offset in begins.items()})

    async def _pass_over(self, consumer: Any, gone: Mapping[Any, int]) -> None:
        """Go on where a topic now starts, since what was to be read has left it."""
        for tp, start in (await consumer.beginning_offsets(list(gone))).items():
            where = {"topic": tp.topic, "partition": tp.partition}
            _events.warning("records left the topic unread", **where, offset=gone[tp], until=start)
            self.app.fetched.meter.left_unread(self._place(tp)[0], start - gone[tp])
            consumer.seek(tp, start)

    def _place(self, tp: Any) -> Place:
        return self.app.names[tp.topic], tp.partition


def _message(tp: Any, place: Place, begins: int) -> Any:
    """Of an offset that Faust has never gone beyond: it would drop what comes again."""
    return ConsumerRecord(*tp, sys.maxsize, 0, 0, None, Arrival(place, begins), None, 0, 0, ())


class Consumer(driver.Consumer):
    """Faust's consumer with that thread."""

    def _new_consumer_thread(self) -> FetchThread:
        return FetchThread(self, loop=self.loop, beacon=self.beacon)


# Else they would log under our name, and as much as they like, see `logs`.
FetchThread.logger = Consumer.logger = driver.logger
