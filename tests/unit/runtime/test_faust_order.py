from services.runtime.faust.order import Handed, Order
from tests.support.streaming import Event, Partition, event

TOPIC = "raw.v1"
FIRST, SECOND = Partition(TOPIC, 0), Partition(TOPIC, 1)


def offsets(handed: Handed) -> dict[Partition, list[int]]:
    return {tp: [record.offset for record in due] for tp, due in handed.due.items() if due}


def sort(order: Order, *batch: Event, generation: int = 1, following: int = 5) -> Handed:
    return order.sort(batch, generation, {FIRST: following})


def test_records_in_order_are_handed_over_by_partition() -> None:
    batch = [event(TOPIC, 0, 5, 6), event(TOPIC, 1, 9), event(TOPIC, 0, 7)]
    handed = Order().sort(batch, 1, {FIRST: 5, SECOND: 9})
    assert offsets(handed) == {FIRST: [5, 6, 7], SECOND: [9]}
    assert handed.missing == {}


def test_what_is_done_is_not_done_again() -> None:
    assert offsets(sort(Order(), event(TOPIC, 0, 3, 4, 5))) == {FIRST: [5]}
    assert offsets(sort(Order(), event(TOPIC, 0, 2, 3), event(TOPIC, 0, 4, 5))) == {FIRST: [5]}


def test_records_of_an_earlier_assignment_and_of_foreign_partitions_are_left_to_others() -> None:
    batch = [event(TOPIC, 0, 5, generation=1), event(TOPIC, 1, 0, generation=2)]
    assert offsets(Order().sort(batch, 2, {FIRST: 5})) == {}


def test_nothing_behind_a_gap_is_handed_over_and_the_gap_is_read_again() -> None:
    batch = [event(TOPIC, 0, 5), event(TOPIC, 0, 8, 9), event(TOPIC, 0, 10), event(TOPIC, 1, 0)]
    handed = Order().sort(batch, 1, {FIRST: 5, SECOND: 0})
    assert offsets(handed) == {FIRST: [5], SECOND: [0]}
    assert handed.missing == {FIRST: 6}


def test_offsets_that_a_fetch_passed_over_are_no_gap() -> None:
    handed = sort(Order(), event(TOPIC, 0, 8, 11, 40, begins=5), event(TOPIC, 0, 70, begins=41))
    assert offsets(handed) == {FIRST: [8, 11, 40, 70]}
    assert handed.missing == {}


def test_what_was_skipped_is_handed_over_when_it_comes() -> None:
    order = Order()
    assert offsets(sort(order, event(TOPIC, 0, 8, 9))) == {}
    order.sought(FIRST, 1, 1)
    assert offsets(sort(order, event(TOPIC, 0, 5, 6, 7, 8, seeks=1))) == {FIRST: [5, 6, 7, 8]}


def test_what_was_fetched_before_a_gap_was_sought_neither_closes_it_nor_seeks_it_again() -> None:
    order = Order()
    assert sort(order, event(TOPIC, 0, 8, 9)).missing == {FIRST: 5}
    order.sought(FIRST, 1, 3)
    for held_up in (event(TOPIC, 0, 10, seeks=2), event(TOPIC, 0, 11, seeks=0)):
        handed = sort(order, held_up)
        assert (offsets(handed), handed.missing) == ({}, {})


def test_what_is_fetched_after_it_and_lies_behind_the_gap_seeks_it_again() -> None:
    order = Order()
    sort(order, event(TOPIC, 0, 8, 9))
    order.sought(FIRST, 1, 3)
    handed = sort(order, event(TOPIC, 0, 10, seeks=3))
    assert (offsets(handed), handed.missing) == ({}, {FIRST: 5})


def test_a_gap_of_an_earlier_assignment_says_nothing_of_this_one() -> None:
    order = Order()
    sort(order, event(TOPIC, 0, 8, generation=5), generation=5)
    order.sought(FIRST, 5, 3)
    handed = sort(order, event(TOPIC, 0, 8, seeks=2, generation=7), generation=7)
    assert (offsets(handed), handed.missing) == ({}, {FIRST: 5})


def test_a_partition_that_is_left_alone_has_no_gaps() -> None:
    handed = Order().sort([event(TOPIC, 0, 8), event(TOPIC, 1, 9)], 1, {SECOND: 9})
    assert (offsets(handed), handed.missing) == ({SECOND: [9]}, {})
