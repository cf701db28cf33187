"""What the thread under Faust fetches, with a client that is told what it finds."""

import asyncio
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import OffsetOutOfRangeError
from structlog.testing import capture_logs

from services.runtime.faust.fetch import CHUNK, Chunk, FetchThread
from tests.support.streaming import Found

FIRST, SECOND = TopicPartition("raw.v1", 0), TopicPartition("raw.v1", 1)


class Client:
    """Stands for aiokafka's consumer: what each fetch finds is said beforehand."""

    def __init__(self, committed: Mapping[Any, int | None], starts: Mapping[Any, int]) -> None:
        self._committed = committed
        self._starts = starts
        self.finds: list[Mapping[Any, Sequence[int]] | Exception] = []
        self.sought: list[tuple[Any, int]] = []

    def assignment(self) -> set[Any]:
        return set(self._committed)

    async def committed(self, tp: Any) -> int | None:
        return self._committed[tp]

    async def beginning_offsets(self, tps: Sequence[Any]) -> Mapping[Any, int]:
        return {tp: self._starts[tp] for tp in tps}

    def seek(self, tp: Any, offset: int) -> None:
        self.sought.append((tp, offset))

    async def getmany(self, *tps: Any, timeout_ms: int) -> Mapping[Any, Sequence[Found]]:
        found = self.finds.pop(0)
        if isinstance(found, Exception):
            raise found
        return {tp: [Found(tp.partition, offset) for offset in offsets] for tp, offsets in found.items()}


class Fetching(FetchThread):
    """The thread without a thread."""

    def __init__(self, committed: Mapping[Any, int | None], starts: Mapping[Any, int]) -> None:
        self.client = Client(committed, starts)
        self.app = SimpleNamespace(consumer_generation_id=7)
        self._next: dict[Any, int] = {}
        self.begun = (-1, {})

    def _ensure_consumer(self) -> Any:
        return self.client

    def fetch(self, found: Mapping[Any, Sequence[int]] | Exception) -> Mapping[Any, Sequence[Chunk]]:
        self.client.finds.append(found)
        return asyncio.run(self._take([FIRST, SECOND], 0.0))


def shape(chunk: Chunk) -> tuple[int, list[int]]:
    return chunk.begins, [record.offset for record in chunk.records]


def fetching(first: int | None = 5, second: int | None = 20) -> Fetching:
    return Fetching({FIRST: first, SECOND: second}, {FIRST: 3, SECOND: 40})


def test_a_fetch_leaves_nothing_out_from_where_it_began() -> None:
    [chunk] = fetching().fetch({FIRST: [8, 9, 11]})[FIRST]
    assert (chunk.tp, chunk.generation, shape(chunk)) == (FIRST, 7, (5, [8, 9, 11]))


def test_a_hole_at_the_end_of_a_fetch_is_no_gap_before_the_next() -> None:
    thread = fetching()
    thread.fetch({FIRST: [8, 9]})
    thread.fetch({})
    assert [shape(chunk) for chunk in thread.fetch({FIRST: [30]})[FIRST]] == [(10, [30])]


def test_it_begins_at_what_is_committed_and_at_the_start_where_nothing_is() -> None:
    thread = fetching(first=None)
    thread.fetch({})
    assert thread.begun == (7, {FIRST: 3, SECOND: 20})
    assert sorted(thread.client.sought) == [(FIRST, 3), (SECOND, 20)]


def test_partitions_are_told_apart() -> None:
    found = fetching().fetch({FIRST: [8], SECOND: [20, 21]})
    assert {tp: [shape(chunk) for chunk in chunks] for tp, chunks in found.items()} == {
        FIRST: [(5, [8])],
        SECOND: [(20, [20, 21])],
    }


def test_what_is_read_again_begins_where_it_was_sent() -> None:
    thread = fetching()
    thread.fetch({FIRST: [5, 6, 7]})
    asyncio.run(thread._seek(FIRST, 6))
    assert [shape(chunk) for chunk in thread.fetch({FIRST: [6, 7]})[FIRST]] == [(6, [6, 7])]


def test_each_assignment_begins_at_what_is_committed_again() -> None:
    thread = fetching()
    thread.fetch({FIRST: [5, 6, 7]})
    thread.app.consumer_generation_id = 8
    assert [shape(chunk) for chunk in thread.fetch({FIRST: [5, 6]})[FIRST]] == [(5, [5, 6])]
    assert thread.begun[0] == 8


def test_records_that_have_left_the_topic_are_told_and_are_no_gap() -> None:
    thread = fetching(second=10)
    with capture_logs() as logs:
        assert thread.fetch(OffsetOutOfRangeError({SECOND: 10})) == {}
    assert [(log["offset"], log["until"]) for log in logs] == [(10, 40)]
    assert thread.client.sought[-1] == (SECOND, 40)
    assert [shape(chunk) for chunk in thread.fetch({SECOND: [40, 41]})[SECOND]] == [(10, [40, 41])]


def test_parts_of_a_fetch_follow_each_other_without_a_gap() -> None:
    offsets = [*range(5, 5 + CHUNK), 5 + 2 * CHUNK]
    chunks = fetching().fetch({FIRST: offsets})[FIRST]
    assert [(chunk.begins, len(chunk.records)) for chunk in chunks] == [(5, CHUNK), (5 + CHUNK, 1)]
