"""The append-only log in one SQLite file: topics, partitions, offsets, consumer groups."""

import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any, Protocol

from schemas.topics import EMBEDDED_PARTITIONS, TOPICS, dead_of
from services.runtime.chunks import chunked
from services.runtime.clock import Clock, SystemClock
from services.runtime.closeable import Closeable
from services.runtime.errors import JobchimeError, UsageError
from services.runtime.records import Commit, Outgoing, Record, partition_of
from services.runtime.sql.sqlite import BUSY_SECONDS, connect, explained

LAYOUT = 1
"""The version of the tables below, kept as the file's user_version."""

_OFFSET_BITS = 40
_PAGE = 1_000
_PAGE_BYTES = 16 << 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# One row id holds partition and offset, so that reading and appending are walks along one tree. The time stands before
# the value, so that trimming by time does not read values.
_TABLES = (
    """CREATE TABLE IF NOT EXISTS partitions (
        id INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL, "end" INTEGER NOT NULL,
        UNIQUE (topic, partition))""",
    """CREATE TABLE IF NOT EXISTS records (
        position INTEGER PRIMARY KEY, appended_at INTEGER NOT NULL, headers TEXT, key BLOB NOT NULL,
        value BLOB NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS groups (
        name TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, "offset" INTEGER NOT NULL,
        PRIMARY KEY (name, topic, partition)) WITHOUT ROWID""",
)


class UnknownTopicError(JobchimeError):
    """A topic or partition that this log does not have."""


def all_topics() -> tuple[str, ...]:
    """The topics of `schemas.topics` and their dead letters."""
    return tuple(name for topic in TOPICS for name in (topic.name, dead_of(topic.name)))


class SqliteLog(Closeable):
    """Implements `Producer` and `TopicReader`, keeps consumer groups, trims and compacts.

    Several processes may open one file, and several threads one log. Everything raises `UnavailableError` where the
    disk is full, read-only or held, and `UnknownTopicError` for a topic that it does not have.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock | None = None,
        partitions: int = EMBEDDED_PARTITIONS,
        topics: Iterable[str] | None = None,
        busy_s: float = BUSY_SECONDS,
    ) -> None:
        if partitions < 1:
            raise ValueError("a topic has at least one partition")
        self.path = path
        self.partitions = partitions
        self._clock = clock or SystemClock()
        self._lock = RLock()
        self._connection = connect(path, busy_s=busy_s)
        try:
            self._ids = self._open(tuple(all_topics() if topics is None else topics))
        except BaseException:
            self._connection.close()
            raise

    def own_id(self) -> str:
        """What tells this file from any other that has been or will be in its place; a copy has the same.

        It is where SQLite leaves room for a number of the application's in a file's header.
        """
        if not (made := self._made_as()):
            with self._writing() as connection:
                made = self._made_as() or 1 + secrets.randbelow(2**31 - 1)
                connection.execute(f"PRAGMA application_id = {made}")
        return f"log-{made:08x}"

    def require_free(self, wait_s: float) -> None:
        """Take the turn to write, and give it back. Raises UnavailableError where another holds it for so long.

        Who reads is never held up, and so does not notice by itself.
        """
        with self._lock, explained(self.path):
            usual = int(self._connection.execute("PRAGMA busy_timeout").fetchone()[0])
            self._connection.execute(f"PRAGMA busy_timeout = {int(wait_s * 1000)}")
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.execute("ROLLBACK")
            finally:
                self._connection.execute(f"PRAGMA busy_timeout = {usual}")

    def produce(self, records: Sequence[Outgoing]) -> None:
        """Append all or none; durable on return."""
        self.advance(records)

    def advance(self, records: Sequence[Outgoing], commit: Commit | None = None) -> None:
        """Append records and move a consumer group on, both or neither; durable on return."""
        rows = [(self._id(record.topic, partition_of(record.key, self.partitions)), record) for record in records]
        if commit is not None:
            self._id(commit.topic, commit.partition)
        if not rows and commit is None:
            return
        now = (self._clock.now() - _EPOCH) // _MICROSECOND
        with self._writing() as connection:
            self._append(connection, rows, now)
            if commit is not None:
                self._commit(connection, commit)

    def commit(self, group: str, topic: str, partition: int, offset: int) -> None:
        """Set a group's next offset, forwards or back."""
        self.advance((), Commit(group, topic, partition, offset))

    def committed(self, group: str, topic: str, partition: int) -> int:
        """A group's next offset; 0 before its first commit."""
        self._id(topic, partition)
        query = 'SELECT "offset" FROM groups WHERE name = ? AND topic = ? AND partition = ?'
        found = self._rows(query, (group, topic, partition))
        return int(found[0][0]) if found else 0

    def commits(self) -> tuple[Commit, ...]:
        """All groups' next offsets."""
        query = 'SELECT name, topic, partition, "offset" FROM groups ORDER BY name, topic, partition'
        return tuple(Commit(*row) for row in self._rows(query, ()))

    def ends(self, topic: str) -> tuple[int, ...]:
        """The offset after the last record ever appended, by partition."""
        self._id(topic, 0)
        query = 'SELECT "end" FROM partitions WHERE topic = ? ORDER BY partition'
        return tuple(int(row[0]) for row in self._rows(query, (topic,)))

    def starts(self, topic: str) -> tuple[int, ...]:
        """The offset of the first record that is still there, by partition; the end where there is none."""
        found = []
        for partition, end in enumerate(self.ends(topic)):
            low, high = self._range(topic, partition)
            first = self._rows("SELECT min(position) FROM records WHERE position >= ? AND position < ?", (low, high))
            found.append(end if first[0][0] is None else int(first[0][0]) - low)
        return tuple(found)

    def read(self, topic: str, partition: int, offset: int, most: int) -> list[Record]:
        """The next records at or after `offset`, at most `most`, fewer where they are large; empty at the end."""
        return self._page(topic, partition, offset, most, self._range(topic, partition)[1], None)

    def read_all(self, topic: str, since: datetime | None = None) -> Iterator[Record]:
        """All records up to the ends at the time of the call, partition by partition, appended at or after `since`."""
        floor = None if since is None else (since - _EPOCH) // _MICROSECOND
        return self._walk(topic, self.ends(topic), floor)

    def trim(self, topic: str, before: datetime, *, below: Sequence[int] | None = None, most: int = _PAGE) -> int:
        """Drop the records at the start of each partition that were appended before then; how many.

        Only offsets under those of `below`, one a partition, are dropped. Offsets stay. One transaction a `most`
        records, so that writers elsewhere never wait long.
        """
        until = (before - _EPOCH) // _MICROSECOND
        dropped = 0
        for partition in range(self.partitions):
            low, high = self._range(topic, partition, below)
            query = "SELECT position FROM records WHERE position >= ? AND position < ? AND appended_at >= ? LIMIT 1"
            kept = self._rows(query, (low, high, until))
            dropped += self._drop_below(low, int(kept[0][0]) if kept else high, most)
        return dropped

    def compact(self, topic: str, *, below: Sequence[int] | None = None, most: int = _PAGE) -> int:
        """Drop each record that has a newer one of the same key; how many. Offsets stay, and so does the newest.

        Only offsets under those of `below`, one a partition, are dropped.
        """
        dropped = 0
        query = """SELECT position FROM (
            SELECT position, max(position) OVER (PARTITION BY key) AS newest FROM records
            WHERE position >= ? AND position < ?) WHERE position < newest AND position < ?"""
        for partition in range(self.partitions):
            stale = self._rows(query, (*self._range(topic, partition), self._range(topic, partition, below)[1]))
            for some in chunked(stale, most):
                with self._writing() as connection:
                    connection.executemany("DELETE FROM records WHERE position = ?", some)
            dropped += len(stale)
        return dropped

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        with self._lock:
            self._connection.close()

    def _open(self, topics: tuple[str, ...]) -> dict[tuple[str, int], int]:
        layout = int(self._rows("PRAGMA user_version", ())[0][0])
        if layout > LAYOUT:
            raise UsageError(f"{self.path} was written by a newer jobchime (layout {layout}); upgrade this one")
        ends = self._all_ends() if layout else {}
        made_with = max((partition + 1 for _, partition in ends), default=self.partitions)
        if made_with != self.partitions:
            raise UsageError(f"{self.path} was made with {made_with} partitions a topic, not {self.partitions}")
        wanted = {(topic, partition) for topic in topics for partition in range(self.partitions)}
        if layout < LAYOUT or not ends.keys() >= wanted:
            with self._writing() as connection:
                for table in _TABLES:
                    connection.execute(table)
                insert = 'INSERT OR IGNORE INTO partitions (topic, partition, "end") VALUES (?, ?, 0)'
                connection.executemany(insert, sorted(wanted))
                connection.execute(f"PRAGMA user_version = {LAYOUT}")
        return self._all_ends()

    def _made_as(self) -> int:
        return int(self._rows("PRAGMA application_id", ())[0][0])

    def _all_ends(self) -> dict[tuple[str, int], int]:
        return {
            (topic, partition): id_
            for id_, topic, partition in self._rows("SELECT id, topic, partition FROM partitions", ())
        }

    def _append(self, connection: sqlite3.Connection, rows: Sequence[tuple[int, Outgoing]], now: int) -> None:
        ends: dict[int, int] = {}
        inserts = []
        for id_, record in rows:
            if id_ not in ends:
                ends[id_] = int(connection.execute('SELECT "end" FROM partitions WHERE id = ?', (id_,)).fetchone()[0])
            headers = json.dumps(dict(record.headers), ensure_ascii=False) if record.headers else None
            inserts.append(((id_ << _OFFSET_BITS) | ends[id_], now, headers, record.key, record.value))
            ends[id_] += 1
        connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?)", inserts)
        connection.executemany(
            'UPDATE partitions SET "end" = ? WHERE id = ?', [(end, id_) for id_, end in ends.items()]
        )

    def _commit(self, connection: sqlite3.Connection, commit: Commit) -> None:
        connection.execute(
            "INSERT INTO groups VALUES (?, ?, ?, ?)"
            ' ON CONFLICT (name, topic, partition) DO UPDATE SET "offset" = excluded."offset"',
            (commit.group, commit.topic, commit.partition, commit.offset),
        )

    def _walk(self, topic: str, ends: Sequence[int], floor: int | None) -> Iterator[Record]:
        for partition, end in enumerate(ends):
            stop = self._range(topic, partition)[0] + end
            offset = 0
            while page := self._page(topic, partition, offset, _PAGE, stop, floor):
                yield from page
                offset = page[-1].offset + 1

    def _page(self, topic: str, partition: int, offset: int, most: int, stop: int, floor: int | None) -> list[Record]:
        low = self._range(topic, partition)[0]
        query = """SELECT position, appended_at, headers, key, value FROM records
            WHERE position >= ? AND position < ? AND appended_at >= ? ORDER BY position LIMIT ?"""
        page: list[Record] = []
        size = 0
        with self._lock, explained(self.path):
            cursor = self._connection.execute(
                query, (low + offset, stop, floor if floor is not None else -(2**63), most)
            )
            for position, appended_at, headers, key, value in cursor:
                at = _EPOCH + appended_at * _MICROSECOND
                page.append(Record(topic, partition, position - low, key, value, _headers(headers), at))
                size += len(value)
                if size >= _PAGE_BYTES:
                    break
            cursor.close()
        return page

    def _drop_below(self, low: int, until: int, most: int) -> int:
        dropped = 0
        query = """DELETE FROM records WHERE position IN (
            SELECT position FROM records WHERE position >= ? AND position < ? ORDER BY position LIMIT ?)"""
        while True:
            with self._writing() as connection:
                gone = connection.execute(query, (low, until, most)).rowcount
            dropped += gone
            if gone < most:
                return dropped

    def _rows(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._lock, explained(self.path):
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk rolls back by itself; what else goes wrong here must not hide the first error.
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    def _range(self, topic: str, partition: int, below: Sequence[int] | None = None) -> tuple[int, int]:
        low = self._id(topic, partition) << _OFFSET_BITS
        return low, low + (below[partition] if below is not None else 1 << _OFFSET_BITS)

    def _id(self, topic: str, partition: int) -> int:
        id_ = self._ids.get((topic, partition))
        if id_ is None:
            known = ", ".join(sorted({name for name, _ in self._ids}))
            raise UnknownTopicError(
                f"the log has no partition {partition} of a topic {topic!r}; its topics are {known}"
            )
        return id_


def _headers(text: str | None) -> Mapping[str, str]:
    return json.loads(text) if text else {}


_PAGE = 1_000


class ReadLog(Protocol):
    """What following needs of a log."""

    def ends(self, topic: str) -> Sequence[int]: ...

    def read(self, topic: str, partition: int, offset: int, most: int) -> list[Record]: ...


class SqliteTail:
    """`Tail` that asks a log for its ends and reads up to them. For one thread."""

    def __init__(self, log: ReadLog, topic: str) -> None:
        self._log = log
        self._topic = topic
        self._next: dict[int, int] = {}

    def begin(self, places: Mapping[int, int]) -> None:
        """Go on at these offsets, and at the topic's start in other partitions."""
        self._next = dict(places)

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
