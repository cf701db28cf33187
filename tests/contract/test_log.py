"""What the embedded log does beyond `test_record_log`: groups, both-or-neither writes, trimming and compaction."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.runtime.clock import FixedClock
from services.runtime.errors import JobchimeError, UsageError
from services.runtime.log.sqlite import SqliteLog, UnknownTopicError
from services.runtime.records import Commit, Outgoing, partition_of
from tests.support.logs import NOON, TOPIC, out, outs, values

Opener = Callable[..., SqliteLog]


@pytest.fixture(params=["sqlite"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the same log again and again, each time as another process would."""
    opened: list[SqliteLog] = []

    def opener(clock: FixedClock | None = None, partitions: int = 2) -> SqliteLog:
        log = SqliteLog(tmp_path / "log.sqlite", clock=clock or FixedClock(NOON), partitions=partitions)
        opened.append(log)
        return log

    yield opener
    for log in opened:
        log.close()


def test_records_outlive_the_process(reopen: Opener) -> None:
    log = reopen()
    log.produce(outs(10))
    log.commit("readers", TOPIC, 1, 3)
    log.close()
    again = reopen()
    assert sorted(values(list(again.read_all(TOPIC)))) == sorted(f"value {number}" for number in range(10))
    assert again.committed("readers", TOPIC, 1) == 3


def test_a_key_keeps_its_partition_for_ever() -> None:
    # The check value of CRC-32 in the catalogue of CRC algorithms: the digits 1 to 9 give CBF43926.
    assert [partition_of(b"123456789", many) for many in (1, 2, 12)] == [0, 0xCBF43926 % 2, 0xCBF43926 % 12]


def test_a_read_gives_few_large_records_and_always_one(reopen: Opener) -> None:
    log = reopen(partitions=1)
    log.produce([Outgoing(TOPIC, b"k", bytes(9 << 20)) for _ in range(3)])
    assert len(log.read(TOPIC, 0, 0, 100)) == 2
    log.produce([Outgoing(TOPIC, b"k", bytes(20 << 20))])
    assert len(log.read(TOPIC, 0, 3, 100)) == 1
    assert len(list(log.read_all(TOPIC))) == 4


def test_ends_and_starts_count_by_partition(reopen: Opener) -> None:
    log = reopen()
    assert log.ends(TOPIC) == log.starts(TOPIC) == (0, 0)
    log.produce(outs(50))
    assert sum(log.ends(TOPIC)) == 50
    assert log.starts(TOPIC) == (0, 0)


def test_an_unknown_topic_is_named_with_the_topics_that_there_are(reopen: Opener) -> None:
    log = reopen()
    with pytest.raises(UnknownTopicError, match=r"'rawv1'.*raw\.v1"):
        log.produce([out("a", topic="rawv1")])
    for attempt in (
        lambda: log.read("nope", 0, 0, 1),
        lambda: log.read(TOPIC, 2, 0, 1),
        lambda: log.ends("nope"),
        lambda: log.read_all("nope"),
        lambda: log.commit("g", "nope", 0, 1),
        lambda: log.trim("nope", NOON),
    ):
        with pytest.raises(UnknownTopicError):
            attempt()


def test_a_call_appends_all_or_nothing(reopen: Opener) -> None:
    log = reopen()
    with pytest.raises(UnknownTopicError):
        log.produce([*outs(3), out("a", topic="nope")])
    assert list(log.read_all(TOPIC)) == []


def test_outgoing_records_and_the_commit_are_one_step(reopen: Opener) -> None:
    log = reopen(partitions=1)
    with pytest.raises(UnknownTopicError):
        log.advance([out("a")], Commit("g", "nope", 0, 7))
    assert log.ends(TOPIC) == (0,)
    log.advance([out("a")], Commit("g", TOPIC, 0, 7))
    assert log.ends(TOPIC) == (1,)
    assert log.commits() == (Commit("g", TOPIC, 0, 7),)


def test_groups_commit_apart_and_may_go_back(reopen: Opener) -> None:
    log = reopen()
    assert log.committed("a", TOPIC, 0) == 0
    log.commit("a", TOPIC, 0, 9)
    log.commit("b", TOPIC, 0, 4)
    log.commit("a", TOPIC, 0, 2)
    assert (log.committed("a", TOPIC, 0), log.committed("b", TOPIC, 0), log.committed("a", TOPIC, 1)) == (2, 4, 0)


def test_trimming_drops_the_old_and_keeps_offsets(reopen: Opener) -> None:
    clock = FixedClock(NOON)
    log = reopen(clock, partitions=1)
    log.produce(outs(5))
    clock.advance(timedelta(days=1))
    log.produce(outs(3, first=5))
    assert log.trim(TOPIC, clock.now(), most=2) == 5
    assert (log.starts(TOPIC), log.ends(TOPIC)) == ((5,), (8,))
    assert [record.offset for record in log.read(TOPIC, 0, 0, 100)] == [5, 6, 7]
    assert log.trim(TOPIC, clock.now()) == 0


def test_a_topic_trimmed_empty_goes_on_at_its_end(reopen: Opener) -> None:
    log = reopen(partitions=1)
    log.produce(outs(5))
    assert log.trim(TOPIC, NOON + timedelta(seconds=1)) == 5
    assert (log.starts(TOPIC), log.ends(TOPIC)) == ((5,), (5,))
    log.close()
    again = reopen(partitions=1)
    again.produce([out("a", "new")])
    assert [(record.offset, record.value) for record in again.read(TOPIC, 0, 0, 9)] == [(5, b"new")]


def test_trimming_touches_no_other_topic(reopen: Opener) -> None:
    log = reopen()
    log.produce(outs(4) + outs(4, topic="matches.v1"))
    log.trim(TOPIC, NOON + timedelta(days=1))
    assert len(list(log.read_all("matches.v1"))) == 4


def test_compaction_keeps_the_newest_of_each_key_where_it_was(reopen: Opener) -> None:
    log = reopen()
    log.produce([out(f"key {number % 5}", str(number), topic="criteria.v1") for number in range(23)])
    before = {(record.partition, record.offset): record.value for record in log.read_all("criteria.v1")}
    assert log.compact("criteria.v1", most=4) == 18
    left = list(log.read_all("criteria.v1"))
    assert sorted(int(value) for value in values(left)) == [18, 19, 20, 21, 22]
    assert all(before[record.partition, record.offset] == record.value for record in left)
    assert log.compact("criteria.v1") == 0


def test_two_openers_append_in_turns(reopen: Opener) -> None:
    first, second = reopen(partitions=1), reopen(partitions=1)
    for number in range(10):
        (first if number % 2 else second).produce([out("k", str(number))])
    assert values(first.read(TOPIC, 0, 0, 100)) == [str(number) for number in range(10)]


def test_a_log_made_with_another_number_of_partitions_is_refused(reopen: Opener) -> None:
    reopen(partitions=2)
    with pytest.raises(UsageError, match="made with 2 partitions a topic, not 3"):
        reopen(partitions=3)


def test_a_file_that_is_no_log_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "log.sqlite").write_bytes(b"this is not a database" * 100)
    with pytest.raises(JobchimeError, match="damaged or no database"):
        SqliteLog(tmp_path / "log.sqlite")
