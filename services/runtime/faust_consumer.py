"""Faust's consumer, which commits what the runner has done and nothing else.

Faust acks whatever leaves an agent, whether it was processed or not, and every record that it skips during a rebalance;
its count of acked records stops for good before a gap that follows offset 0, as compaction leaves one. So the topics of
this app have no acks. The runner names the next offset of a partition when everything below it is done.
"""

import asyncio
from collections.abc import Collection, Coroutine, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from faust.transport.drivers import aiokafka as driver
from faust.types.transports import SchedulingStrategyT

CHUNK = 500
"""Most records in one message of Faust's."""

_LAST_COMMIT_S = 2.0
_FETCH_WAIT_MS = 250


class _ConsumerThread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        """As Faust, but not to see what a transaction takes back, and with a shorter wait for new records.

        A question to the broker waits behind that wait.
        """
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _FETCH_WAIT_MS
        consumer._isolation_level = "read_committed"
        return consumer


class _Chunks(SchedulingStrategyT):
    """Hands Faust chunks of a partition's records: record by record it is several times slower."""

    def __init__(self) -> None:
        """Nothing is kept."""

    def iterate(self, records: Mapping[Any, Sequence[Any]]) -> Iterator[tuple[Any, Sequence[Any]]]:
        """In turns over the partitions."""
        most = max(map(len, records.values()), default=0)
        for first in range(0, most, CHUNK):
            for tp, found in records.items():
                if first < len(found):
                    yield tp, found[first : first + CHUNK]


class DoneConsumer(driver.Consumer):
    """Faust's consumer with commits of our own; a message is a chunk of records of one partition, `chunk`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scheduler = _Chunks()
        self._done: dict[Any, int] = {}
        self.sought: int | None = None
        """The generation of the group at whose committed offsets it reads."""

    def done(self, tp: Any, offset: int) -> None:
        """Say that every record of a partition below `offset` is done."""
        self._done[tp] = offset

    def committed(self) -> Mapping[Any, int | None]:
        """By partition of the assignment: the next offset as last committed, None where nothing is."""
        return {tp: self._committed_offset[tp] for tp in self.assignment()}

    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    def _to_message(self, tp: Any, record: Sequence[Any]) -> Any:
        message: Any = super()._to_message(tp, record[0])
        message.value = b""
        message.chunk = record
        return message

    async def perform_seek(self) -> None:
        """Go to the committed offsets, as after each rebalance."""
        generation = self.app.consumer_generation_id
        await super().perform_seek()
        self.sought = generation

    @property
    def in_touch(self) -> bool:
        """Whether it knows a broker that keeps its group."""
        return self._thread._ensure_consumer()._coordinator.coordinator_id is not None

    async def commit_and_end_transactions(self) -> None:
        """Nothing more at the stop, where it might wait for ever: the session has committed before."""

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Commit what is done; not during a rebalance, where it would only wait behind it."""
        return False if self.app.rebalancing else await self._commit_done()

    async def read_again(self, tp: Any, offset: int) -> None:
        """Go back to an offset of a partition that is ours."""
        self._read_offset[tp] = offset

        async def seek() -> None:
            self._thread.seek(tp, offset)

        await self._at_once(seek())

    async def starts(self, tps: Collection[Any]) -> Mapping[Any, int]:
        """The first offset that each partition still holds."""
        found: Mapping[Any, int] = await self._at_once(self._thread._ensure_consumer().beginning_offsets(tps))
        return found

    async def ends(self, tps: Collection[Any]) -> Mapping[Any, int]:
        """The offset that each partition's next record will have."""
        found: Mapping[Any, int] = await self._at_once(self._thread._ensure_consumer().end_offsets(tps))
        return found

    async def _commit_done(self) -> bool:
        generation, mine = self.app.consumer_generation_id, self.assignment()
        offsets = {
            tp: offset for tp, offset in self._done.items() if tp in mine and offset > (self._committed_offset[tp] or 0)
        }
        if not offsets or not await self._commit(offsets):
            return False
        if generation == self.app.consumer_generation_id:
            self._committed_offset.update(offsets)
        return True

    async def _commit(self, offsets: Mapping[Any, int]) -> bool:
        return bool(await self._at_once(self._thread._commit(offsets)))

    async def _at_once(self, asked: Coroutine[Any, Any, Any]) -> Any:
        """Ask in the consumer's thread, but not in its queue, where all wait behind an idle fetch for a second."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asked, self._thread.thread_loop))

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Commit once more before partitions go, so that who gets them repeats little."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._commit_done(), _LAST_COMMIT_S)
        await super().on_partitions_revoked(revoked)
        self._done.clear()


class DoneTransport(driver.Transport):
    """Faust's transport with that consumer."""

    Consumer = DoneConsumer
