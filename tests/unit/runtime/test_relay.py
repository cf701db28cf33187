"""The outbox relay: in order, marked afterwards, nothing lost by an error in between."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from services.runtime.errors import LateError, UnavailableError
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Outgoing
from services.runtime.sql.relay import OutboxRelay, OutboxRow
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


class SlowBroker:
    """Takes records and acknowledges them only after its producer has given up waiting; `fate` is what is known then.

    None: nothing yet.
    """

    def __init__(self, log: SqliteLog, fate: bool | None) -> None:
        self.log = log
        self.fate = fate

    def produce(self, records: Sequence[Outgoing]) -> None:
        if self.fate is not False:
            self.log.produce(records)
        raise LateError("Kafka acknowledged nothing for 2 s", self._arrived)

    def _arrived(self) -> bool:
        if self.fate is None:
            raise UnavailableError("Kafka has not acknowledged what was sent before")
        return self.fate


def test_rows_that_a_slow_broker_acknowledges_late_are_published_once(log: SqliteLog) -> None:
    outbox, broker = ListedOutbox(5), SlowBroker(log, None)
    relay = OutboxRelay(outbox, broker, most=3)
    for _ in range(4):
        with pytest.raises(UnavailableError):
            relay.tick(NOON)
    assert published(log) == [1, 2, 3], "what may have arrived is not sent again"
    broker.fate = True
    with pytest.raises(LateError):
        relay.tick(NOON)
    relay.tick(NOON)
    assert published(log) == [1, 2, 3, 4, 5]
    assert outbox.rows == []


def test_rows_that_never_arrived_are_sent_again(log: SqliteLog) -> None:
    outbox, broker = ListedOutbox(2), SlowBroker(log, False)
    relay = OutboxRelay(outbox, broker)
    for _ in range(2):
        with pytest.raises(LateError):
            relay.tick(NOON)
    assert (published(log), len(outbox.rows)) == ([], 2)
    broker.fate = True
    relay.tick(NOON)
    assert outbox.rows == []
