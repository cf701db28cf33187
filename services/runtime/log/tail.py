"""Follows a topic of a log that numbers its records, such as the one in SQLite."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from services.runtime.records import Record

_PAGE = 1_000


class ReadLog(Protocol):
    """What following needs of a log."""

    def ends(self, topic: str) -> Sequence[int]: ...

    def read(self, topic: str, partition: int, offset: int, most: int) -> list[Record]: ...


class LogTail:
    """`Tail` that asks a log for its ends and reads up to them. For one thread."""

    def __init__(self, log: ReadLog, topic: str) -> None:
        self._log = log
        self._topic = topic
        self._next: dict[int, int] = {}

    def catch_up(self) -> Iterator[Record]:
        """The records since last time. Raises UnavailableError."""
        for partition, end in enumerate(self._log.ends(self._topic)):
            while (at := self._next.get(partition, 0)) < end:
                page = self._log.read(self._topic, partition, at, _PAGE)
                for record in page:
                    yield record
                    self._next[partition] = record.offset + 1
                if not page:
                    self._next[partition] = end
