"""Small real services with effects in a SQLite file, to see what a kill does to a runner."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from services.runtime.errors import PoisonError
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Outgoing, Record
from services.runtime.retry import RetryPolicy
from services.runtime.sql.relay import OutboxRelay, OutboxRow
from services.runtime.sql.sqlite import connect
from services.runtime.stages.embedded import EmbeddedRunner
from services.runtime.stages.lane import LaneSettings

LOG = "log.sqlite"
EFFECTS = "effects.sqlite"
RAW, POSTINGS, CRITERIA = "raw.v1", "postings.v1", "criteria.v1"


class Effects:
    """What the services did: each value once, the newest version of each key, an outbox."""

    def __init__(self, folder: Path) -> None:
        self.connection = connect(folder / EFFECTS)
        with self.writing():
            for table in (
                "seen (value TEXT PRIMARY KEY)",
                "tries (value TEXT)",
                "newest (key TEXT PRIMARY KEY, version INTEGER)",
                "outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT, version INTEGER, published INTEGER DEFAULT 0)",
            ):
                self.connection.execute(f"CREATE TABLE IF NOT EXISTS {table}")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def pending(self, limit: int) -> Sequence[OutboxRow]:
        rows = self.connection.execute(
            "SELECT id, key, version FROM outbox WHERE NOT published ORDER BY id LIMIT ?", (limit,)
        )
        return [OutboxRow(id_, CRITERIA, key.encode(), f"{id_} {version}".encode()) for id_, key, version in rows]

    def mark_published(self, ids: Sequence[int]) -> None:
        with self.writing() as connection:
            connection.executemany("UPDATE outbox SET published = 1 WHERE id = ?", [(id_,) for id_ in ids])

    def post_again(self, rows: Sequence[OutboxRow]) -> None:
        """Post the newest version of each key anew."""
        with self.writing() as connection:
            connection.executemany(
                "INSERT INTO outbox (key, version) SELECT key, max(version) FROM outbox WHERE key = ? GROUP BY key",
                [(row.key.decode(),) for row in rows],
            )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()


class Copier:
    """raw.v1 to postings.v1. `poison ...` can never be copied; `flaky ...` fails once in the life of a process."""

    name = "copier"
    inputs: tuple[str, ...] = (RAW,)

    def __init__(self) -> None:
        self._failed: set[bytes] = set()

    def load(self) -> None:
        self._failed.clear()

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        for record in batch:
            if record.value.startswith(b"poison"):
                raise PoisonError("poison cannot be copied")
            if record.value.startswith(b"flaky") and record.value not in self._failed:
                self._failed.add(record.value)
                raise RuntimeError("it failed once")
        return [Outgoing(POSTINGS, record.key, record.value) for record in batch]

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        return ()


class Keeper:
    """postings.v1 and criteria.v1 into the effects, each by its own rule of idempotence."""

    name = "keeper"
    inputs: tuple[str, ...] = (POSTINGS, CRITERIA)

    def __init__(self, effects: Effects) -> None:
        self._effects = effects

    def load(self) -> None:
        """Hold nothing."""

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        values = [(record.value.decode(),) for record in batch]
        with self._effects.writing() as connection:
            if batch[0].topic == POSTINGS:
                connection.executemany("INSERT OR IGNORE INTO seen VALUES (?)", values)
                connection.executemany("INSERT INTO tries VALUES (?)", values)
            else:
                connection.executemany(
                    "INSERT INTO newest VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET version = excluded.version"
                    " WHERE excluded.version > version",
                    [(record.key.decode(), int(record.value.split()[1])) for record in batch],
                )
        return ()

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        return ()


def small_runner(folder: Path, log: SqliteLog, effects: Effects) -> EmbeddedRunner:
    """All of it, with small batches and short waits, so that kills fall between as many steps as possible."""
    settings = LaneSettings(batch=20, retry=RetryPolicy(first_s=0.005, most_s=0.02))
    services = (Copier(), Keeper(effects), OutboxRelay(effects, log, most=5))
    return EmbeddedRunner(services, log, settings=settings)
