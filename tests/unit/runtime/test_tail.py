"""Following a topic of the embedded log."""

from pathlib import Path

import pytest

from services.runtime.errors import UnavailableError
from services.runtime.log.sqlite import SqliteLog, SqliteTail
from services.runtime.records import Record
from tests.support.logs import TOPIC, open_log, out, outs, values


def test_each_record_comes_once_in_the_order_of_its_partition(tmp_path: Path) -> None:
    with open_log(tmp_path, partitions=3) as log:
        tail = SqliteTail(log, TOPIC)
        assert list(tail.catch_up()) == []
        log.produce(outs(2_500))
        found = list(tail.catch_up())
        assert sorted(values(found)) == sorted(f"value {number}" for number in range(2_500))
        places = [(record.partition, record.offset) for record in found]
        assert places == sorted(places)
        log.produce([out("a", "new"), out("b", "newer")])
        assert sorted(values(list(tail.catch_up()))) == ["new", "newer"]
        assert list(tail.catch_up()) == []


def test_two_tails_of_a_topic_do_not_take_from_each_other(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        log.produce(outs(3))
        first, second = SqliteTail(log, TOPIC), SqliteTail(log, TOPIC)
        assert values(list(first.catch_up())) == values(list(second.catch_up())) == ["value 0", "value 1", "value 2"]


def test_what_was_trimmed_and_compacted_away_is_passed_by(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        log.produce([out("a", "1"), out("a", "2"), out("b", "3"), out("b", "4")])
        log.compact(TOPIC)
        tail = SqliteTail(log, TOPIC)
        assert values(list(tail.catch_up())) == ["2", "4"]
        log.produce([out("a", "5"), out("a", "6")])
        log.compact(TOPIC)
        assert values(list(tail.catch_up())) == ["6"]


class Flaky:
    """Two records a page; gone after each page until it is back."""

    def __init__(self, log: SqliteLog) -> None:
        self.log = log
        self.away = False

    def ends(self, topic: str) -> tuple[int, ...]:
        return self.log.ends(topic)

    def read(self, topic: str, partition: int, offset: int, most: int) -> list[Record]:
        if self.away:
            raise UnavailableError("the log is away")
        self.away = True
        return self.log.read(topic, partition, offset, 2)


def test_it_goes_on_where_it_was_when_the_log_went_away(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        log.produce(outs(4))
        flaky = Flaky(log)
        tail = SqliteTail(flaky, TOPIC)
        read = tail.catch_up()
        assert [next(read).offset, next(read).offset] == [0, 1]
        with pytest.raises(UnavailableError):
            next(read)
        flaky.away = False
        assert [record.offset for record in tail.catch_up()] == [2, 3]
