"""The SQL store: opened the same way, and spoken to in the same words, whether SQLite or PostgreSQL.

All that differs between the two engines is in this module.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry

import schemas.sql
from services.runtime.errors import UnavailableError, UsageError

_BUSY_MS = 15_000
_WRITES = "jobchime_writes"
_MIGRATIONS = Path(schemas.sql.__file__).parent / "migrations"

Insert = sqlite.Insert | postgresql.Insert


def open_store(url: str) -> Engine:
    """Open the store at a SQLAlchemy URL, making the folder of a SQLite file.

    Raises UsageError for a URL that is none, UnavailableError where the store cannot be reached.
    """
    try:
        parsed = make_url(url)
        engine = create_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite")
    except (ArgumentError, ImportError) as error:
        raise UsageError(f"The store's address is not a database URL that can be used: {_first_line(error)}") from error
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, parsed)
    with reading(engine) as connection:
        connection.execute(text("SELECT 1"))
    return engine


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest revision; does nothing where they are. Safe to run twice, and by two at once.

    Raises UnavailableError; then nothing has changed.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('jobchime migrations'))"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; in SQLite it holds the write lock from its first statement.

    Commits on leaving, rolls back on any exception. Raises UnavailableError where the store is away.
    """
    with explained(engine), engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads. Raises UnavailableError where the store is away."""
    with explained(engine), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turn an engine's failures into UnavailableError with one sentence; broken constraints pass as they are."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise UnavailableError(_sentence(error, engine.url)) from error


def upsert(connection: Connection, table: Table) -> Insert:
    """An INSERT that knows ON CONFLICT, in the connection's dialect."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def scrub(engine: Engine) -> None:
    """Make deleted rows unreadable in the files themselves: SQLite's log of old pages is written back and emptied.

    Pages were overwritten on deletion already (secure_delete). PostgreSQL leaves that to its vacuum.
    """
    if engine.dialect.name != "sqlite":
        return
    with explained(engine), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _prepare_sqlite(engine: Engine, url: URL) -> None:
    if url.database and url.database != ":memory:":
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            where = Path(url.database).parent
            raise UnavailableError(f"The store's folder {where} cannot be made: {error.strerror}.") from error
    event.listen(engine, "connect", _connect_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _connect_sqlite(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions on its own: it would do so late, and never IMMEDIATE.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={_BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turned writer would fail at once, without waiting, if another had written in between.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_CAUSES: tuple[tuple[str, str], ...] = (
    ("database or disk is full", "its disk is full: make room and start again"),
    ("database is locked", "another process has held it locked for too long: stop that one, or try again"),
    ("readonly database", "it may only be read: allow writing to the file and its folder"),
    ("unable to open database file", "its file cannot be opened or made: check that the folder may be written to"),
    ("disk i/o error", "its disk failed to read or write: check the disk and the room on it"),
    ("file is not a database", "its file is no database: move it away, or restore a backup"),
    ("malformed", "its file is damaged: restore a backup"),
    ("no such table", "its tables are missing: run `jobchime migrate`"),
    ("no such column", "its tables are of another version: run `jobchime migrate`"),
)


def _sentence(error: DBAPIError, url: URL) -> str:
    where = url.database if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
    said = _first_line(error.orig or error)
    if isinstance(error.orig, OSError) and error.orig.errno == errno.ENOSPC:
        said = _CAUSES[0][0]
    cause = next((cause for sign, cause in _CAUSES if sign in said.lower()), said)
    return f"The store at {where} is not available: {cause}."


def _first_line(error: Any) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
