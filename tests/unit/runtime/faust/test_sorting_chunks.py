from typing import Any

from services.runtime.clock import FixedClock
from services.runtime.faust.fetch import Chunk
from services.runtime.faust.log import FetchedLog
from services.runtime.faust.session import Part, sort
from services.runtime.metrics.meter import NoMeter
from services.runtime.retry import NO_WAIT
from services.runtime.stages.lane import DeadLetterCap, LaneSettings
from services.runtime.stages.stage import Stage
from tests.support.logs import NOON, Collecting
from tests.support.streaming import Partition, Producing, chunk

TOPIC = "raw.v1"
FIRST, SECOND = Partition(TOPIC, 0), Partition(TOPIC, 1)

Sorted = tuple[dict[Any, list[int]], dict[Any, int]]


def parts(following: dict[Partition, int], back_at: float = 0.0) -> dict[Any, Part]:
    settings = LaneSettings(retry=NO_WAIT, cap=DeadLetterCap(in_row=1))
    log = FetchedLog(Producing())
    stage = Stage(Collecting(), log, clock=FixedClock(NOON), settings=settings, meter=NoMeter(), luck=lambda: 0.5)
    return {tp: Part(tp, stage.lane(tp), offset, offset, back_at) for tp, offset in following.items()}


def sorted_of(*chunks: Chunk, following: dict[Partition, int] | None = None, back_at: float = 0.0) -> Sorted:
    """By partition the offsets that are due and the one to read again from, in generation 1."""
    due, missing = sort(chunks, 1, parts(following or {FIRST: 5}, back_at))
    return {tp: [record.offset for record in records] for tp, records in due.items()}, missing


def test_records_in_order_are_handed_over_by_partition() -> None:
    batch = [chunk(TOPIC, 0, 5, 6), chunk(TOPIC, 1, 9), chunk(TOPIC, 0, 7)]
    assert sorted_of(*batch, following={FIRST: 5, SECOND: 9}) == ({FIRST: [5, 6, 7], SECOND: [9]}, {})


def test_what_is_done_is_not_done_again() -> None:
    assert sorted_of(chunk(TOPIC, 0, 3, 4, 5)) == ({FIRST: [5]}, {})
    assert sorted_of(chunk(TOPIC, 0, 2, 3), chunk(TOPIC, 0, 4, 5)) == ({FIRST: [5]}, {})


def test_records_of_an_earlier_assignment_and_of_foreign_partitions_are_left_to_others() -> None:
    assert sorted_of(chunk(TOPIC, 0, 5, generation=0), chunk(TOPIC, 1, 0)) == ({}, {})


def test_nothing_behind_a_gap_is_handed_over_and_the_gap_is_read_again() -> None:
    batch = [chunk(TOPIC, 0, 5), chunk(TOPIC, 0, 8, 9), chunk(TOPIC, 0, 10), chunk(TOPIC, 1, 0)]
    assert sorted_of(*batch, following={FIRST: 5, SECOND: 0}) == ({FIRST: [5], SECOND: [0]}, {FIRST: 6})


def test_offsets_that_a_fetch_passed_over_are_no_gap() -> None:
    batch = [chunk(TOPIC, 0, 8, 11, 40, begins=5), chunk(TOPIC, 0, 70, begins=41)]
    assert sorted_of(*batch) == ({FIRST: [8, 11, 40, 70]}, {})


def test_what_was_skipped_is_handed_over_when_it_comes() -> None:
    assert sorted_of(chunk(TOPIC, 0, 8, 9)) == ({}, {FIRST: 5})
    assert sorted_of(chunk(TOPIC, 0, 5, 6, 7, 8, at=20), back_at=10) == ({FIRST: [5, 6, 7, 8]}, {})


def test_what_was_fetched_before_a_gap_was_sought_neither_closes_it_nor_seeks_it_again() -> None:
    for late in (chunk(TOPIC, 0, 10, at=9), chunk(TOPIC, 0, 11, at=0)):
        assert sorted_of(late, back_at=10) == ({}, {})


def test_what_is_fetched_after_it_and_lies_behind_the_gap_seeks_it_again() -> None:
    assert sorted_of(chunk(TOPIC, 0, 10, at=10), back_at=10) == ({}, {FIRST: 5})


def test_a_partition_that_is_halted_is_left_alone_and_has_no_gaps() -> None:
    both = parts({FIRST: 0, SECOND: 9})
    both[FIRST].lane._halt(ValueError("all of it is wrong"))
    due, missing = sort([chunk(TOPIC, 0, 8), chunk(TOPIC, 1, 9)], 1, both)
    assert ({tp: len(records) for tp, records in due.items()}, missing) == ({SECOND: 1}, {})
