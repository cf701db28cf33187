"""The outbox relay: in order, marked afterwards, nothing lost by an error in between."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from services.runtime.errors import UnavailableError
from services.runtime.log_sqlite import SqliteLog
from services.runtime.relay import OutboxRelay, OutboxRow
from tests.support.logs import NOON, open_log

TOPIC = "criteria.v1"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    with open_log(tmp_path) as log:
        yield log


class ListedOutbox:
    """An outbox in memory; `broken` makes the next mark fail, as a crash after publishing would."""

    def __init__(self, count: int) -> None:
        self.rows = [OutboxRow(n, TOPIC, b"k", str(n).encode(), {"version": str(n)}) for n in range(1, count + 1)]
        self.broken = False

    def pending(self, limit: int) -> Sequence[OutboxRow]:
        return self.rows[:limit]

    def mark_published(self, ids: Sequence[int]) -> None:
        if self.broken:
            self.broken = False
            raise UnavailableError("the store is away")
        self.rows = [row for row in self.rows if row.id not in ids]

    def post_again(self, rows: Sequence[OutboxRow]) -> None:
        newest = {row.key: row for row in self.rows}
        self.rows += [newest[row.key] for row in rows]


def published(log: SqliteLog) -> list[int]:
    return [int(record.value) for record in log.read_all(TOPIC)]


def test_all_rows_are_published_in_order_and_once(log: SqliteLog) -> None:
    outbox = ListedOutbox(7)
    relay = OutboxRelay(outbox, log, most=3)
    assert relay.tick(NOON) == ()
    relay.tick(NOON)
    assert published(log) == [1, 2, 3, 4, 5, 6, 7]
    assert log.read(TOPIC, 0, 0, 1)[0].headers == {"version": "1"}


def test_an_error_before_the_mark_publishes_again_in_the_same_order(log: SqliteLog) -> None:
    outbox = ListedOutbox(5)
    outbox.broken = True
    relay = OutboxRelay(outbox, log, most=3)
    with pytest.raises(UnavailableError):
        relay.tick(NOON)
    relay.tick(NOON)
    assert published(log) == [1, 2, 3, 1, 2, 3, 4, 5]


def test_an_error_of_the_log_marks_nothing(log: SqliteLog) -> None:
    class FullDisk:
        def produce(self, records: object) -> None:
            raise UnavailableError("the disk is full")

    outbox = ListedOutbox(2)
    with pytest.raises(UnavailableError):
        OutboxRelay(outbox, FullDisk()).tick(NOON)
    assert len(outbox.rows) == 2
