from services.runtime.faust.fetch import Reach, Stretch
from tests.support.streaming import Found, Partition

FIRST, SECOND = Partition("raw.v1", 0), Partition("raw.v1", 1)


def records(*offsets: int) -> list[Found]:
    return [Found(0, offset) for offset in offsets]


def offsets(stretch: Stretch) -> list[int]:
    return [record.offset for record in stretch]


def test_a_fetch_leaves_nothing_out_from_where_it_began() -> None:
    stretch = Reach().stretch(FIRST, 5, 12, records(8, 9, 11))
    assert (stretch.begins, offsets(stretch)) == (5, [8, 9, 11])


def test_a_hole_at_the_end_of_a_fetch_is_no_gap_before_the_next() -> None:
    reach = Reach()
    reach.stretch(FIRST, 5, 20, records(8, 9))
    assert reach.stretch(FIRST, 20, 31, records(30)).begins == 10


def test_a_fetch_that_only_passes_over_leaves_nothing_out() -> None:
    reach = Reach()
    reach.stretch(FIRST, 5, 10, records(8, 9))
    for before, after in ((10, 20), (20, 40)):
        assert offsets(reach.stretch(FIRST, before, after, ())) == []
    assert reach.stretch(FIRST, 40, 41, records(40)).begins == 10


def test_after_a_jump_nothing_is_known_of_what_lies_between() -> None:
    reach = Reach()
    reach.stretch(FIRST, 5, 10, records(8, 9))
    assert reach.stretch(FIRST, 30, 31, records(30)).begins == 30
    assert reach.stretch(FIRST, 9, 10, records(9)).begins == 9


def test_partitions_are_told_apart() -> None:
    reach = Reach()
    reach.stretch(FIRST, 5, 20, records(8))
    assert reach.stretch(SECOND, 20, 21, records(20)).begins == 20


def test_what_is_fetched_says_after_how_many_seeks() -> None:
    reach = Reach()
    assert reach.stretch(FIRST, 5, 6, records(5)).seeks == 0
    reach.seeks += 1
    assert reach.stretch(FIRST, 6, 7, records(6)).seeks == 1


def test_parts_of_a_stretch_follow_each_other_without_a_gap() -> None:
    parts = Stretch(records(7, 9, 20, 22, 23), begins=5, seeks=4).parts(2)
    assert [(part.begins, offsets(part), part.seeks) for part in parts] == [
        (5, [7, 9], 4),
        (10, [20, 22], 4),
        (23, [23], 4),
    ]
