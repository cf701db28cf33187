"""The SQL store: opened the same way, and spoken to in the same words, whether SQLite or PostgreSQL.

All that differs between the two engines is in this module.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

import schemas.sql
from services.runtime.errors import JobchimeError, UnavailableError, UsageError
from services.runtime.sqlite import BUSY_SECONDS, explain, make_private

WRITES = "jobchime_writes"
"""The execution option of connections in `writing`."""
_NO_TRANSACTION = "jobchime_no_transaction"
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
        raise UsageError(f"the store's address is not a database URL that can be used: {_first_line(error)}") from error
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
    with explained(engine), engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads. Raises UnavailableError where the store is away."""
    with explained(engine), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turn an engine's failures into JobchimeErrors of one sentence; broken constraints and bugs pass as they are."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        told = _told(error, engine)
        if told is None:
            raise
        raise told from error


def upsert(connection: Connection, table: Table) -> Insert:
    """An INSERT that knows ON CONFLICT, in the connection's dialect."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def scrub(engine: Engine) -> None:
    """Make deleted rows unreadable in the files themselves: SQLite's log of old pages is written back and emptied.

    Pages were overwritten on deletion already (secure_delete). PostgreSQL leaves that to its vacuum.
    """
    if engine.dialect.name != "sqlite":
        return
    with explained(engine), engine.connect().execution_options(**{_NO_TRANSACTION: True}) as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _prepare_sqlite(engine: Engine, url: URL) -> None:
    if url.database and url.database != ":memory:":
        try:
            make_private(Path(url.database))
        except OSError as error:
            raise UnavailableError(f"the store {url.database} cannot be made: {error.strerror}") from error
    event.listen(engine, "connect", _connect_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _connect_sqlite(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions on its own: it would do so late, and never IMMEDIATE.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={int(BUSY_SECONDS * 1000)}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turned writer would fail at once, without waiting, if another had written in between.
    options = connection.get_execution_options()
    if not options.get(_NO_TRANSACTION, False):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITES, False) else "BEGIN")


def _told(error: DBAPIError, engine: Engine) -> JobchimeError | None:
    said = str(error.orig or error).strip().splitlines()[0]
    if any(sign in said for sign in ("no such table", "no such column", "UndefinedTable", "UndefinedColumn")):
        return UnavailableError(f"the store's tables are not those of this version ({said}): run `jobchime migrate`")
    if engine.dialect.name == "sqlite":
        return explain(error.orig, Path(engine.url.database or ":memory:")) if error.orig else None
    if isinstance(error, OperationalError | InterfaceError):
        where = engine.url.render_as_string(hide_password=True)
        return UnavailableError(f"the store at {where} is away: {said}")
    return None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
