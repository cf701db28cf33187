"""What Faust reads with: chunks of a partition's records, each of which says from where it leaves nothing out.

Offsets alone do not tell records that were skipped from those that compaction or a transaction has taken away. But the
client reads a partition in order: what one fetch gives goes on where the last one ended, or where it was sent since.
"""

import asyncio
import sys
import time
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import (
    IllegalStateError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)
from faust.transport.drivers import aiokafka as driver

CHUNK = 500
"""Most records in one message of Faust's: record by record it is several times slower."""

_FETCH_WAIT_MS = 250
_events = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records of one partition in order, and all that there are from `begins` to the last of them."""

    tp: Any
    records: Sequence[Any]
    begins: int
    generation: int
    """Of the group, when they were fetched."""
    at: float
    """When that was (monotonic seconds)."""


class FetchThread(driver.AIOKafkaConsumerThread):
    """As Faust's, but what it fetches are chunks, and it begins each assignment at what is committed by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._next: dict[Any, int] = {}
        self.begun: tuple[int, Mapping[Any, int]] = (-1, {})
        """The generation that it reads in, and by partition where it began."""

    @property
    def in_touch(self) -> bool:
        """Whether it knows a broker that keeps its group."""
        return self._ensure_consumer()._coordinator.coordinator_id is not None

    async def getmany(self, active_partitions: Any, timeout: float) -> Any:
        """The chunks that have come of each partition, within so many seconds; Faust asks for them again and again."""
        return await self._here(self._take([TopicPartition(*tp) for tp in active_partitions], timeout))

    async def go_back(self, tp: Any, offset: int) -> None:
        """Read a partition again from an offset. Raises IllegalStateError where it is no longer ours."""
        await self._here(self._seek(tp, offset))

    async def seek_to_committed(self) -> Mapping[Any, int]:
        """Nothing: Faust asks for it when it has dropped records in a rebalance, and those are read again anyway."""
        return {}

    def _create_worker_consumer(self, transport: Any) -> Any:
        """As Faust, but not to see what a transaction takes back, and with a shorter wait for new records.

        A fetch for a partition waits behind that of its neighbours.
        """
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _FETCH_WAIT_MS
        consumer._isolation_level = "read_committed"
        return consumer

    async def _here(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Have it done in this thread, and not in its queue."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.thread_loop))

    async def _take(self, tps: Sequence[Any], timeout: float) -> Mapping[Any, Sequence[Chunk]]:
        generation, consumer, found = self.app.consumer_generation_id, self._ensure_consumer(), {}
        # A rebalance may take partitions away, or give new ones, at any time: those begin at what is committed.
        with suppress(IllegalStateError, NoOffsetForPartitionError):
            if self.begun[0] != generation:
                await self._begin(consumer, generation)
            try:
                found = await consumer.getmany(*tps, timeout_ms=int(timeout * 1000))
            except OffsetOutOfRangeError as error:
                await self._pass_over(consumer, error.args[0])
        if self.begun[0] != generation or generation != self.app.consumer_generation_id:
            return {}
        return {tp: self._chunks(tp, records, generation) for tp, records in found.items()}

    async def _begin(self, consumer: Any, generation: int) -> None:
        """Go to what is committed of each partition, or to its start. Raises IllegalStateError in a rebalance."""
        tps = sorted(consumer.assignment())
        committed = dict(zip(tps, await asyncio.gather(*map(consumer.committed, tps)), strict=True))
        fresh = [tp for tp, offset in committed.items() if offset is None]
        begins = {**committed, **(await consumer.beginning_offsets(fresh) if fresh else {})}
        if generation != self.app.consumer_generation_id:
            raise IllegalStateError("another rebalance has begun")
        for tp, offset in begins.items():
            await self._seek(tp, offset)
        self.begun = (generation, begins)

    async def _pass_over(self, consumer: Any, gone: Mapping[Any, int]) -> None:
        """Go on where a topic now starts, since what was to be read has left it."""
        for tp, start in (await consumer.beginning_offsets(list(gone))).items():
            where = {"topic": tp.topic, "partition": tp.partition}
            _events.warning("records left the topic unread", **where, offset=gone[tp], until=start)
            consumer.seek(tp, start)

    async def _seek(self, tp: Any, offset: int) -> None:
        self._ensure_consumer().seek(tp, offset)
        self._next[tp] = offset

    def _chunks(self, tp: Any, records: Sequence[Any], generation: int) -> Sequence[Chunk]:
        begins, at, chunks = self._next[tp], time.monotonic(), []
        for first in range(0, len(records), CHUNK):
            part = records[first : first + CHUNK]
            chunks.append(Chunk(tp, part, begins, generation, at))
            begins = part[-1].offset + 1
        self._next[tp] = begins
        return chunks


class Consumer(driver.Consumer):
    """Faust's consumer with that thread; the value of a message is a chunk."""

    app: Any
    _thread: FetchThread

    def _new_consumer_thread(self) -> FetchThread:
        return FetchThread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_assigned(self, assigned: set[Any], generation_id: int = 0) -> None:
        """Have the streams go on within the rebalance, as there are no tables to recover.

        Faust does so in a task beside it, which the next rebalance may overtake: then records that were fetched in
        between are skipped.
        """
        await super().on_partitions_assigned(assigned, generation_id)
        if not self.app.should_stop:
            self.resume_partitions(assigned)
            self.app.flow_control.resume()
            self.resume_flow()
            await self.app._fetcher.maybe_start()
            self.app.on_rebalance_end()

    def highwater(self, tp: Any) -> int:
        """The end of a partition as last seen; 0 where nothing was, or a rebalance took it away just now."""
        with suppress(AssertionError):
            return super().highwater(tp) or 0
        return 0

    def _to_message(self, tp: Any, record: Chunk) -> Any:
        """Of an offset that Faust has never gone beyond: it would drop what is read again."""
        message: Any = super()._to_message(tp, record.records[0])
        message.value, message.offset = record, sys.maxsize
        return message


# Else they would log under our name, and as much as they like, see `logs`.
FetchThread.logger = Consumer.logger = driver.logger


class Transport(driver.Transport):
    """Faust's transport with that consumer."""

    Consumer = Consumer
