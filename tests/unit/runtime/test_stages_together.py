"""Partitions whose records are handled in one batch, and what becomes of them where that fails."""

from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from services.runtime.clock import FixedClock
from services.runtime.errors import PoisonError, UnavailableError
from services.runtime.faust.log import FetchedLog
from services.runtime.records import Record
from services.runtime.retry import RetryPolicy
from services.runtime.stages.lane import Lane, LaneSettings
from services.runtime.stages.stage import Stage
from tests.support.logs import NEXT, NOON, TOPIC, Collecting
from tests.support.streaming import Found, Producing, Telling

NEVER = RetryPolicy(first_s=3_600, most_s=3_600, jitter=0)
BRING = {0: ["a", "b"], 1: ["c"], 2: ["d"]}


class Worker:
    """The stage of a service that takes partitions together, with what surrounds it."""

    def __init__(
        self, judge: Callable[[Record], None] = lambda record: None, *, together: bool = True, batch: int = 10
    ) -> None:
        self.service = Collecting(judge=judge, forward=NEXT)
        self.producer = Producing()
        self.meter = Telling()
        self.log = FetchedLog(self.producer)
        self.stage = Stage(
            self.service,
            self.log,
            clock=FixedClock(NOON),
            settings=LaneSettings(batch=batch, retry=NEVER, together=together),
            meter=self.meter,
            luck=lambda: 0.5,
        )

    def bring(self, values: dict[int, list[str]]) -> list[Lane]:
        """Records of several partitions, fetched at once; the lanes afterwards."""
        self.log.begin(0, {(TOPIC, partition): 0 for partition in values})
        for partition, found in values.items():
            records = [Found(partition, at, value=value.encode()) for at, value in enumerate(found)]
            self.log.put((TOPIC, partition), records)
            self.stage.lane((TOPIC, partition)).seek(0)
        lanes = [self.stage.lane((TOPIC, partition)) for partition in values]
        with capture_logs():
            while self.stage.work(lanes):
                pass
        return lanes

    def finished(self, values: dict[int, list[str]]) -> bool:
        """Whether nothing is left to do of them."""
        return all(self.stage.lane((TOPIC, partition)).offset == len(found) for partition, found in values.items())


def test_what_several_partitions_brought_is_one_batch() -> None:
    worker = Worker()
    lanes = worker.bring(BRING)
    assert worker.service.batches == [["a", "b", "c", "d"]]
    assert [out.value for out in worker.producer.out] == [b"a", b"b", b"c", b"d"]
    assert [lane.offset for lane in lanes] == [2, 1, 1]
    assert worker.finished(BRING)
    assert worker.stage.handled == worker.meter.done == 4


def test_a_backlog_is_taken_in_batches_of_the_usual_size() -> None:
    worker = Worker(batch=4)
    worker.bring({0: ["a", "b", "c", "d", "e"], 1: ["f", "g", "h"]})
    assert worker.service.batches[0] == ["a", "b", "f", "g"]
    assert max(map(len, worker.service.batches)) == 4
    assert sorted(worker.service.done) == list("abcdefgh")


def test_a_service_that_is_not_told_of_gets_a_partition_at_a_time() -> None:
    worker = Worker(together=False)
    worker.bring(BRING)
    assert worker.service.batches == [["a", "b"], ["c"], ["d"]]


def test_poison_is_buried_by_its_partition_and_all_else_is_done() -> None:
    def judge(record: Record) -> None:
        if record.value == b"c":
            raise PoisonError("c cannot be read")

    worker = Worker(judge)
    worker.bring(BRING)
    assert worker.service.done == ["a", "b", "d"]
    assert worker.finished(BRING)
    assert worker.meter.letters == [(TOPIC, "PoisonError")]
    assert worker.stage.handled == worker.meter.done == 4


@pytest.mark.parametrize("away", ["the service's engine", "the producer"])
def test_nothing_counts_as_done_while_an_engine_is_away(away: str) -> None:
    def judge(record: Record) -> None:
        if away == "the service's engine":
            raise UnavailableError("away")

    worker = Worker(judge)
    worker.producer.away = away == "the producer"
    lanes = worker.bring(BRING)
    assert [lane.offset for lane in lanes] == [0, 0, 0]
    assert all(lane.wakes_at is not None for lane in lanes)
    assert worker.stage.handled == worker.meter.done == 0


def test_a_partition_that_waits_is_not_taken_along() -> None:
    bad = [True]

    def judge(record: Record) -> None:
        if bad[0] and record.value == b"c":
            raise ValueError("not now")

    worker = Worker(judge)
    worker.bring(BRING)
    bad[0] = False
    worker.service.batches.clear()
    worker.bring({0: ["e"], 2: ["f"]})
    assert worker.service.batches == [["e", "f"]]
    assert worker.finished({0: ["e"], 2: ["f"]})
