"""What the thread under Faust fetches, with a client that is told what it finds."""

import asyncio
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError
from structlog.testing import capture_logs

from services.runtime.faust.app import FetchThread
from services.runtime.faust.log import FetchedLog
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.metrics.meter import RunnerMeter
from tests.support.streaming import Found, Producing

FIRST, SECOND = TopicPartition("jobs.raw.v1", 0), TopicPartition("jobs.raw.v1", 1)


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
        self.log_of_stage = FetchedLog(Producing())
        self.app = SimpleNamespace(
            consumer_generation_id=7,
            fetched=self.log_of_stage,
            stage=SimpleNamespace(meter=RunnerMeter()),
            settings=KafkaSettings(prefix="jobs."),
        )

    def _ensure_consumer(self) -> Any:
        return self.client

    def fetch(self, found: Mapping[Any, Sequence[int]] | Exception) -> set[Any]:
        """The partitions that Faust hears of."""
        self.client.finds.append(found)
        messages = asyncio.run(self._fetch([FIRST, SECOND], 0.0))
        assert all((message.topic, message.partition) == tp for tp, [message] in messages.items())
        assert all(message.value == ("raw.v1", tp.partition) for tp, [message] in messages.items())
        return set(messages)

    def lies_there(self, tp: Any) -> list[int]:
        """The offsets of what was fetched."""
        return [record.offset for record in self.log_of_stage.assignment[1]["raw.v1", tp.partition].fetched]

    @property
    def begun(self) -> tuple[int, list[int]]:
        generation, parts = self.log_of_stage.assignment
        return generation, [part.next for _, part in sorted(parts.items())]


def fetching(first: int | None = 5, second: int | None = 20) -> Fetching:
    return Fetching({FIRST: first, SECOND: second}, {FIRST: 3, SECOND: 40})


def test_what_comes_lies_in_the_log_and_faust_hears_of_the_partition() -> None:
    thread = fetching()
    assert thread.fetch({FIRST: [8, 9, 11], SECOND: [20, 21]}) == {FIRST, SECOND}
    assert (thread.lies_there(FIRST), thread.lies_there(SECOND)) == ([8, 9, 11], [20, 21])


def test_faust_hears_again_of_what_still_lies_there_when_nothing_comes() -> None:
    thread = fetching()
    thread.fetch({FIRST: [8, 9]})
    assert thread.fetch({}) == {FIRST}
    thread.log_of_stage.assignment[1]["raw.v1", 0].fetched.clear()
    assert thread.fetch({}) == set()


def test_it_begins_at_what_is_committed_and_at_the_start_where_nothing_is() -> None:
    thread = fetching(first=None)
    thread.fetch({})
    assert thread.begun == (7, [3, 20])
    assert sorted(thread.client.sought) == [(FIRST, 3), (SECOND, 20)]


def test_each_assignment_begins_at_what_is_committed_again() -> None:
    thread = fetching()
    thread.fetch({FIRST: [5, 6, 7]})
    thread.app.consumer_generation_id = 8
    assert thread.fetch({FIRST: [5, 6]}) == {FIRST}
    assert thread.lies_there(FIRST) == [5, 6]
    assert thread.begun[0] == 8


def test_what_comes_while_partitions_change_hands_is_left_to_whoever_has_them_next() -> None:
    thread = fetching()
    thread.fetch({})

    async def getmany(*tps: Any, timeout_ms: int) -> Mapping[Any, Sequence[Found]]:
        thread.app.consumer_generation_id = 8
        return {FIRST: [Found(0, 5)]}

    thread.client.getmany = getmany
    assert thread.fetch({}) == set()
    assert thread.lies_there(FIRST) == []


def test_records_that_have_left_the_topic_are_told() -> None:
    thread = fetching(second=10)
    with capture_logs() as logs:
        assert thread.fetch(OffsetOutOfRangeError({SECOND: 10})) == set()
    assert [(log["offset"], log["until"]) for log in logs] == [(10, 40)]
    assert thread.client.sought[-1] == (SECOND, 40)
    assert thread.fetch({SECOND: [40, 41]}) == {SECOND}
    assert thread.lies_there(SECOND) == [40, 41]


@pytest.mark.parametrize("security", ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"])
def test_the_client_takes_each_way_of_reaching_kafka(security: str) -> None:
    settings = KafkaSettings(bootstrap=["k:9092"], security=security, username="jobs", password="not one")
    thread = fetching()
    thread.app = SimpleNamespace(settings=settings, conf=SimpleNamespace(id="matcher"))

    async def made() -> Any:
        return thread._create_consumer(None)

    assert isinstance(asyncio.run(made()), AIOKafkaConsumer)  # it refuses what does not go together
