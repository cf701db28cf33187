"""The log of a stage under Faust: what was fetched is read from it, and what goes out is produced."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from services.runtime.records import Commit, Outgoing, Producer, Record
from services.runtime.stages.stage import Place

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class FetchedLog:
    """Holds the records in hand of each partition; that something is done is for the lane to know."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer
        self._records: dict[Place, Sequence[Record]] = {}

    def put(self, place: Place, found: Sequence[Any]) -> None:
        """Take what was fetched of a partition, in order, in place of what was in hand of it."""
        self._records[place] = [record_of(record, place[0]) for record in found]

    def committed(self, group: str, topic: str, partition: int) -> int:
        """Not known before something was fetched."""
        return 0

    def read(self, topic: str, partition: int, offset: int, most: int) -> list[Record]:
        records = self._records.get((topic, partition), ())
        first = bisect_left(records, offset, key=attrgetter("offset"))
        return list(records[first : first + most])

    def advance(self, records: Sequence[Outgoing], commit: Commit | None = None) -> None:
        """Have the records durable. Raises UnavailableError."""
        self.produce(records)

    def produce(self, records: Sequence[Outgoing]) -> None:
        """Have the records durable. Raises UnavailableError."""
        if records:
            self._producer.produce(records)


def record_of(found: Any, topic: str) -> Record:
    """The record that a consumer found; `topic` is its name without the installation's prefix."""
    return Record(
        topic=topic,
        partition=found.partition,
        offset=found.offset,
        key=found.key or b"",
        value=found.value or b"",
        headers={name: (value or b"").decode("utf-8", "replace") for name, value in found.headers or ()},
        appended_at=_EPOCH + timedelta(milliseconds=found.timestamp or 0),
    )
