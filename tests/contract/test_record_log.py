"""What producing to, reading, following and replaying from a log does: one suite, on the embedded log and on Kafka."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.topics import TOPICS, dead_of
from services.runtime.errors import JobchimeError
from services.runtime.letters.dead import DeadLetters
from services.runtime.letters.marks import REPLAY_OF, letter_ids
from services.runtime.letters.writing import letter_of
from services.runtime.records import Outgoing, Record, partition_of
from tests.support.logs import NEXT, NOON, TOPIC, out, outs, values
from tests.support.record_logs import PARTITIONS, RecordLog, embedded_record_log, kafka_record_log


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.live)])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RecordLog]:
    with embedded_record_log(tmp_path) if request.param == "embedded" else kafka_record_log() as opened:
        yield opened


def all_of(log: RecordLog, topic: str = TOPIC) -> list[Record]:
    return list(log.reader().read_all(topic))


def in_order(records: list[Record]) -> dict[bytes, list[str]]:
    """Values by key, as they were read."""
    found: dict[bytes, list[str]] = {}
    for record in records:
        found.setdefault(record.key, []).append(record.value.decode())
    return found


def test_a_record_comes_back_with_everything_it_carried(log: RecordLog) -> None:
    log.producer().produce([Outgoing(TOPIC, b"a\0\xff", b"\x00\xff", {"name": "Zoë", "empty": ""}), out("b")])
    first, second = sorted(all_of(log), key=lambda record: record.key)
    assert (first.key, first.value, first.headers) == (b"a\0\xff", b"\x00\xff", {"name": "Zoë", "empty": ""})
    assert (first.topic, first.partition, first.offset) == (TOPIC, partition_of(b"a\0\xff", PARTITIONS), 0)
    assert (second.key, second.value, second.headers) == (b"b", b"", {})
    assert first.appended_at == second.appended_at == NOON


def test_equal_keys_share_a_partition_and_stay_in_order_over_all_producers(log: RecordLog) -> None:
    first, second = log.producer(), log.producer()
    for turn in range(10):
        (first if turn % 2 else second).produce([out(f"key {key}", f"{turn}:{key}") for key in range(7)])
    found = all_of(log)
    assert in_order(found) == {b"key %d" % key: [f"{turn}:{key}" for turn in range(10)] for key in range(7)}
    assert all(record.partition == partition_of(record.key, PARTITIONS) for record in found)
    assert {record.partition for record in found} == set(range(PARTITIONS))


def test_a_record_is_there_for_others_once_produce_returns(log: RecordLog) -> None:
    producer, reader = log.producer(), log.reader()
    assert list(reader.read_all(TOPIC)) == []
    for number in range(20):
        producer.produce([out("k", str(number))])
        assert values(list(reader.read_all(TOPIC))) == [str(before) for before in range(number + 1)]


def test_threads_share_a_producer_without_losing_or_mixing(log: RecordLog) -> None:
    producer = log.producer()

    def append(name: str) -> None:
        for turn in range(20):
            producer.produce([out(name, f"{turn}.{part}") for part in range(3)])

    threads = [threading.Thread(target=append, args=(f"thread {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = [f"{turn}.{part}" for turn in range(20) for part in range(3)]
    assert in_order(all_of(log)) == {b"thread %d" % number: expected for number in range(4)}


def test_many_and_large_records_come_whole(log: RecordLog) -> None:
    large = [Outgoing(TOPIC, b"k", bytes([number]) * (2 << 20)) for number in range(9)]
    log.producer().produce([*outs(3_000), *large])
    found = all_of(log)
    assert len(found) == 3_009
    assert [record.value for record in found if record.key == b"k"] == [record.value for record in large]


def test_read_all_ends_where_the_topic_ended_when_it_was_asked_for(log: RecordLog) -> None:
    producer = log.producer()
    producer.produce(outs(3))
    reading = log.reader().read_all(TOPIC)
    producer.produce(outs(300, first=3))
    assert sorted(values(list(reading))) == ["value 0", "value 1", "value 2"]


def test_read_all_since_a_time_leaves_out_what_is_older(log: RecordLog) -> None:
    producer, reader = log.producer(), log.reader()
    producer.produce(outs(30))
    between = log.clock.advance(timedelta(hours=1))
    producer.produce(outs(30, first=30))
    assert sorted(values(list(reader.read_all(TOPIC, between)))) == [f"value {number}" for number in range(30, 60)]
    assert list(reader.read_all(TOPIC, between + timedelta(seconds=1))) == []


def test_topics_are_apart_and_all_of_the_contract_are_there(log: RecordLog) -> None:
    names = [name for topic in TOPICS for name in (topic.name, dead_of(topic.name))]
    log.producer().produce([out("k", name, topic=name) for name in names])
    assert [values(all_of(log, name)) for name in names] == [[name] for name in names]


def test_an_unknown_topic_is_named_and_nothing_is_sent(log: RecordLog) -> None:
    with pytest.raises(JobchimeError, match="rawv1"):
        log.producer().produce([*outs(3), out("a", topic="rawv1")])
    with pytest.raises(JobchimeError, match="rawv1"):
        log.reader().read_all("rawv1")
    assert all_of(log) == []


def test_a_read_begins_at_its_offset_and_stops_at_most(log: RecordLog) -> None:
    log.producer().produce([out("k", str(number)) for number in range(5)])
    partition, letters = partition_of(b"k", PARTITIONS), log.letters()
    assert values(letters.read(TOPIC, partition, 0, 2)) == ["0", "1"]
    assert [record.offset for record in letters.read(TOPIC, partition, 2, 100)] == [2, 3, 4]
    assert letters.read(TOPIC, partition, 5, 100) == []
    assert letters.read(TOPIC, 1 - partition, 0, 100) == []


def test_a_tail_gives_each_record_once_in_the_order_of_its_key(log: RecordLog) -> None:
    producer, tail = log.producer(), log.tail(TOPIC)
    assert list(tail.catch_up()) == []
    found: list[Record] = []
    for turn in range(5):
        producer.produce([out(f"key {key}", f"{turn}:{key}") for key in range(7)])
        found += tail.catch_up()
        assert len(found) == 7 * (turn + 1)
        assert list(tail.catch_up()) == []
    assert in_order(found) == {b"key %d" % key: [f"{turn}:{key}" for turn in range(5)] for key in range(7)}


def test_a_tail_begins_at_the_start_of_its_topic_alone(log: RecordLog) -> None:
    log.producer().produce([*outs(1_500), *outs(3, topic=NEXT)])
    assert len(list(log.tail(TOPIC).catch_up())) == 1_500
    assert len(list(log.tail(NEXT).catch_up())) == 3


def test_a_tail_begins_where_it_is_told_to_and_at_the_start_elsewhere(log: RecordLog) -> None:
    log.producer().produce(outs(300))
    every = list(log.tail(TOPIC).catch_up())
    partition = every[0].partition
    tail = log.tail(TOPIC)
    list(tail.catch_up())
    tail.begin({partition: 7})
    begun = list(tail.catch_up())
    assert len(begun) == 300 - 7
    assert min(record.offset for record in begun if record.partition == partition) == 7


def test_a_tail_left_half_way_goes_on_without_a_gap(log: RecordLog) -> None:
    log.producer().produce(outs(1_000))
    tail = log.tail(TOPIC)
    reading = tail.catch_up()
    found = [next(reading) for _ in range(300)]
    del reading
    found += tail.catch_up()
    assert {record.value for record in found} == {record.value for record in outs(1_000)}


def test_a_dead_letter_is_replayed_as_it_was_and_marked(log: RecordLog) -> None:
    log.producer().produce([out(f"key {number}", "sound", note="kept") for number in range(3)])
    dead = [letter_of(record, ValueError("no"), attempts=3, consumer="c", failed_at=NOON) for record in all_of(log)]
    log.producer().produce(dead)
    letters = DeadLetters(log.letters(), clock=log.clock)
    first, *others = letters.find()
    assert (first.error, first.headers, first.replayed) == ("no", {"note": "kept"}, False)
    assert letters.replay(letters.present([first.id])).sent == 1
    assert letters.show(first.id).replayed
    assert letters.replay([letters.show(first.id)]).skipped == 1
    assert {letter.id for letter in letters.find(waiting=True)} == {letter.id for letter in others}
    (back,) = [record for record in all_of(log) if REPLAY_OF in record.headers]
    assert (back.key, back.value, back.headers) == (first.key, b"sound", {"note": "kept", REPLAY_OF: str(first.id)})


def test_a_replay_that_dies_again_is_the_same_letter_until_it_is_discarded(log: RecordLog) -> None:
    log.producer().produce([out("key", "unsound")])
    (first,) = [letter_of(record, ValueError("no"), attempts=3, consumer="c", failed_at=NOON) for record in all_of(log)]
    log.producer().produce([first])
    letters = DeadLetters(log.letters(), clock=log.clock)
    (letter,) = letters.find()
    for attempts in (4, 5):
        assert letters.replay(letters.find(waiting=True)).sent == 1
        back = max(all_of(log), key=lambda record: record.offset)
        log.producer().produce([letter_of(back, ValueError("no!"), attempts=1, consumer="c", failed_at=NOON)])
        (again,) = letters.find(waiting=True)
        assert (again.id, again.attempts, again.error) == (letter.id, attempts, "no!")
    assert letters.discard(letters.find(), "its source is gone") == 1
    assert list(letters.find(waiting=True)) == []
    discarded = letters.show(letter.id).discarded
    assert discarded is not None
    assert discarded.why == "its source is gone"


def test_a_range_of_dead_letters_is_those_that_are_there(log: RecordLog) -> None:
    record = Record(TOPIC, 0, 7, b"k", b"v", {}, NOON)
    letter = letter_of(record, ValueError("no"), attempts=1, consumer="c", failed_at=NOON)
    log.producer().produce([letter] * 5)
    letters = DeadLetters(log.letters(), clock=log.clock)
    partition = partition_of(b"k", PARTITIONS)
    assert [found.id.offset for found in letters.present(letter_ids(f"{TOPIC}.dead:{partition}:2-90000"))] == [2, 3, 4]
    with pytest.raises(JobchimeError, match="no dead letter"):
        letters.present(letter_ids(f"{TOPIC}.dead:{1 - partition}:0-9"))
