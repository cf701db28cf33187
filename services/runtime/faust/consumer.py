"""Faust's consumer, which commits what the runner has done and nothing else.

Faust acks whatever leaves an agent, whether it was processed or not, and every record that it skips during a rebalance;
its count of acked records stops for good before a gap that follows offset 0, as compaction leaves one. So the topics of
this app have no acks. The runner names the next offset of a partition when everything below it is done.
"""

import asyncio
from collections.abc import Collection, Coroutine, Iterator, Mapping
from contextlib import suppress
from typing import Any

from faust.transport.drivers import aiokafka as driver
from faust.types.transports import SchedulingStrategyT

from services.runtime.faust.fetch import FetchThread, Stretch

CHUNK = 500
"""Most records in one message of Faust's."""

_LAST_COMMIT_S = 2.0
_ANSWER_S = 10.0
"""How long a question to the broker may take; a membership that gets no answer is given up."""


class _Chunks(SchedulingStrategyT):
    """Hands Faust chunks of a partition's records: record by record it is several times slower."""

    def __init__(self) -> None:
        """Nothing is kept."""

    def iterate(self, records: Mapping[Any, Any]) -> Iterator[tuple[Any, Stretch]]:
        """In turns over the partitions."""
        parts = {tp: found.parts(CHUNK) for tp, found in records.items()}
        for turn in range(max(map(len, parts.values()), default=0)):
            for tp, found in parts.items():
                if turn < len(found):
                    yield tp, found[turn]


class _NeverRead(dict[Any, Any]):
    """Stands for what Faust has read of each partition, so that it drops nothing that was read again."""

    def __getitem__(self, tp: Any) -> None:
        """Nothing is known."""
        return


class DoneConsumer(driver.Consumer):
    """Faust's consumer with commits of our own; a message is a chunk of records of one partition, `chunk`."""

    _thread: FetchThread

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scheduler = _Chunks()
        self._read_offset = _NeverRead()
        self._done: dict[Any, int] = {}
        self.sought: int | None = None
        """The generation of the group at whose committed offsets it reads."""

    def done(self, tp: Any, offset: int) -> None:
        """Say that every record of a partition below `offset` is done."""
        self._done[tp] = offset

    def committed(self) -> Mapping[Any, int | None]:
        """By partition of the assignment: the next offset as last committed, None where nothing is."""
        return {tp: self._committed_offset[tp] for tp in self.assignment()}

    def _new_consumer_thread(self) -> FetchThread:
        return FetchThread(self, loop=self.loop, beacon=self.beacon)

    def _to_message(self, tp: Any, record: Stretch) -> Any:
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

    async def read_again(self, tp: Any, offset: int) -> int:
        """Go back to an offset of a partition that is ours; how many times that was done by now."""
        seeks: int = await self._at_once(self._thread.seek_now(tp, offset), _ANSWER_S)
        return seeks

    async def starts(self, tps: Collection[Any]) -> Mapping[Any, int]:
        """The first offset that each partition still holds. Raises TimeoutError."""
        asked = self._thread._ensure_consumer().beginning_offsets(tps)
        found: Mapping[Any, int] = await self._at_once(asked, _ANSWER_S)
        return found

    async def ends(self, tps: Collection[Any]) -> Mapping[Any, int]:
        """The offset that each partition's next record will have. Raises TimeoutError."""
        asked = self._thread._ensure_consumer().end_offsets(tps)
        found: Mapping[Any, int] = await self._at_once(asked, _ANSWER_S)
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

    async def _at_once(self, asked: Coroutine[Any, Any, Any], seconds: float | None = None) -> Any:
        """Ask in the consumer's thread, but not in its queue, where all wait behind an idle fetch for a second."""
        answer = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asked, self._thread.thread_loop))
        return await asyncio.wait_for(answer, seconds)

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Commit once more before partitions go, so that who gets them repeats little."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._commit_done(), _LAST_COMMIT_S)
        await super().on_partitions_revoked(revoked)
        self._done.clear()


class DoneTransport(driver.Transport):
    """Faust's transport with that consumer."""

    Consumer = DoneConsumer
