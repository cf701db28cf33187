from services.runtime.faust_order import Handed, Order
from tests.support.logs import ManualTime
from tests.support.streaming import Partition, event

TOPIC = "raw.v1"
FIRST, SECOND = Partition(TOPIC, 0), Partition(TOPIC, 1)


def order(time: ManualTime | None = None, *, compacted: bool = False) -> Order:
    return Order(lambda tp: compacted, (time or ManualTime()).monotonic)


def offsets(handed: Handed) -> dict[Partition, list[int]]:
    return {tp: [record.offset for record in due] for tp, due in handed.due.items() if due}


def test_records_in_order_are_handed_over_by_partition() -> None:
    batch = [event(TOPIC, 0, 5, 6), event(TOPIC, 1, 9), event(TOPIC, 0, 7)]
    handed = order().sort(batch, 1, {FIRST: 5, SECOND: 9})
    assert offsets(handed) == {FIRST: [5, 6, 7], SECOND: [9]}
    assert handed.missing == {}


def test_what_is_done_is_not_done_again() -> None:
    assert offsets(order().sort([event(TOPIC, 0, 3, 4, 5)], 1, {FIRST: 5})) == {FIRST: [5]}


def test_records_of_an_earlier_assignment_and_of_foreign_partitions_are_left_to_others() -> None:
    batch = [event(TOPIC, 0, 5, generation=1), event(TOPIC, 1, 0, generation=2)]
    assert offsets(order().sort(batch, 2, {FIRST: 5})) == {}


def test_nothing_behind_a_gap_is_handed_over_and_the_gap_is_read_again() -> None:
    batch = [event(TOPIC, 0, 5, 8, 9), event(TOPIC, 1, 0)]
    handed = order().sort(batch, 1, {FIRST: 5, SECOND: 0})
    assert offsets(handed) == {FIRST: [5], SECOND: [0]}
    assert handed.missing == {FIRST: 6}


def test_a_gap_is_sought_once_a_second_and_not_with_each_batch() -> None:
    time = ManualTime()
    checked = order(time)
    sought = []
    for _ in range(8):
        sought.append(checked.sort([event(TOPIC, 0, 8)], 1, {FIRST: 5}).missing)
        time.sleep(0.3)
    assert sought == [{FIRST: 5}, {}, {}, {}, {FIRST: 5}, {}, {}, {}]


def test_a_closed_gap_is_forgotten() -> None:
    time = ManualTime()
    checked = order(time)
    checked.sort([event(TOPIC, 0, 8)], 1, {FIRST: 5})
    assert offsets(checked.sort([event(TOPIC, 0, 5, 6, 7, 8)], 1, {FIRST: 5})) == {FIRST: [5, 6, 7, 8]}
    time.sleep(60)
    assert checked.sort([event(TOPIC, 0, 20)], 1, {FIRST: 9}).missing == {FIRST: 9}


def test_a_gap_that_stays_is_real_since_records_leave_a_topic_when_their_time_is_over() -> None:
    time = ManualTime()
    checked = order(time)
    checked.sort([event(TOPIC, 0, 8)], 1, {FIRST: 5})
    time.sleep(5)
    assert offsets(checked.sort([event(TOPIC, 0, 8, 9)], 1, {FIRST: 5})) == {FIRST: [8, 9]}


def test_a_compacted_topic_has_gaps() -> None:
    batch = [event(TOPIC, 0, 8, 11)]
    assert offsets(order(compacted=True).sort(batch, 1, {FIRST: 5})) == {FIRST: [8, 11]}
