"""The SQL store: opened the same way, and spoken to in the same words, whether SQLite or PostgreSQL."""

import functools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import random
from typing import Literal, ParamSpec, TypeVar

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import ColumnElement, Connection, Engine, Table, collate, create_engine, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, TimeoutError

import schemas.sql
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.sql.engines import (
    NO_TRANSACTION,
    WRITES,
    ConflictError,
    arguments,
    parsed_url,
    place_of,
    prepare,
    told,
)
from services.runtime.sql.settings import StoreSettings

__all__ = [
    "WRITES",
    "ConflictError",
    "Revision",
    "bytewise",
    "check_revision",
    "explained",
    "is_postgresql",
    "migrate",
    "migration_config",
    "open_store",
    "reading",
    "require_revision",
    "retried",
    "revision_of",
    "scrub",
    "store_at",
    "upsert",
    "writing",
]

_MIGRATIONS = Path(schemas.sql.__file__).parent / "migrations"
_TRIES = 6
_FIRST_WAIT_S = 0.02
_LOCK_WAIT = "10s"
_one_migration = threading.Lock()
"""Alembic keeps what it works on in module globals."""

P = ParamSpec("P")
T = TypeVar("T")
Insert = sqlite.Insert | postgresql.Insert


def open_store(url: str, settings: StoreSettings | None = None) -> Engine:
    """Open the store at a SQLAlchemy URL, making the folder of a SQLite file.

    Raises UsageError for a URL that is none, UnavailableError where the store cannot be reached.
    """
    engine = store_at(url, settings)
    try:
        with reading(engine) as connection:
            connection.execute(text("SELECT 1"))
    except BaseException:
        engine.dispose()
        raise
    return engine


def store_at(url: str, settings: StoreSettings | None = None) -> Engine:
    """The store at a URL, whose server may be away. Raises as `open_store`, but asks no server yet."""
    parsed = parsed_url(url)
    engine = create_engine(parsed, **arguments(parsed, settings or StoreSettings()))
    prepare(engine)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; in SQLite it holds the write lock from its first statement.

    In PostgreSQL each statement sees what was committed before it (READ COMMITTED), so what a decision rests on is
    read under a lock. Commits on leaving, rolls back on any exception. Raises UnavailableError where the store is
    away, and ConflictError, which is one, where the transaction was undone for the sake of another; see `retried`.
    """
    with explained(engine), engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads, all of it as of one moment. Raises UnavailableError where the store is away."""
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if is_postgresql(engine) else {}
    with explained(engine), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turn an engine's failures into JobchimeErrors of one sentence; broken constraints and bugs pass as they are."""
    try:
        yield
    except IntegrityError:
        raise
    except TimeoutError as error:
        raise UnavailableError(f"all connections to the store at {place_of(engine.url)} are in use") from error
    except DBAPIError as error:
        sentence = told(error, engine.url)
        if sentence is None:
            raise
        raise sentence from error


def retried(act: Callable[P, T]) -> Callable[P, T]:
    """Do a function anew, a few times, whose one transaction PostgreSQL undid in favour of another.

    That happens although locks are taken in one order: on foreign keys, and between releases. Nothing of the function
    may outlast its transaction, and its last failure is raised.
    """

    @functools.wraps(act)
    def again(*args: P.args, **kwargs: P.kwargs) -> T:
        for tried in range(_TRIES - 1):
            try:
                return act(*args, **kwargs)
            except ConflictError:
                # Chance parts those that met; they would meet again if all waited alike.
                time.sleep(_FIRST_WAIT_S * 2**tried * (0.5 + random()))  # noqa: S311
        return act(*args, **kwargs)

    return again


def upsert(connection: Connection, table: Table) -> Insert:
    """An INSERT that knows ON CONFLICT, in the connection's dialect."""
    return postgresql.insert(table) if is_postgresql(connection) else sqlite.insert(table)


def bytewise(connection: Connection, column: ColumnElement[str]) -> ColumnElement[str]:
    """A text to order by as SQLite orders it: PostgreSQL's own order is that of its database's language."""
    return collate(column, "C") if is_postgresql(connection) else column


def is_postgresql(on: Engine | Connection) -> bool:
    """Whether the store is a PostgreSQL server."""
    return on.dialect.name == "postgresql"


def scrub(engine: Engine) -> None:
    """Make deleted rows unreadable in the files themselves: SQLite's log of old pages is written back and emptied.

    Pages were overwritten on deletion already (secure_delete). PostgreSQL leaves that to its vacuum.
    """
    if engine.dialect.name != "sqlite":
        return
    with explained(engine), engine.connect().execution_options(**{NO_TRANSACTION: True}) as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@dataclass(frozen=True, slots=True)
class Revision:
    """How a store's tables stand to this program."""

    current: str | None
    """None where there are no tables yet."""
    needed: str
    state: Literal["missing", "older", "same", "newer"]
    """A newer one serves this program too: a migration takes nothing away that its forerunner uses."""

    @property
    def usable(self) -> bool:
        return self.state in ("same", "newer")

    def why_not(self, place: str) -> str:
        """What to do about a store that is not usable."""
        has = "has no tables yet" if self.current is None else f"is at revision {self.current}"
        return f"the store at {place} {has} and this version needs {self.needed}: run `jobchime migrate`"


def revision_of(engine: Engine) -> Revision:
    """Which revision the store's tables have. Raises UnavailableError."""
    needed = _needed()
    with reading(engine) as connection:
        has_any = inspect(connection).has_table("alembic_version")
        current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if has_any else None
    if current is None:
        return Revision(None, needed, "missing")
    if current == needed:
        return Revision(current, needed, "same")
    # Revisions are numbered with as many digits, so that an older program knows a newer one by its number.
    return Revision(current, needed, "older" if current < needed else "newer")


def check_revision(engine: Engine) -> None:
    """Let a command work only on tables that it can use. Raises UnavailableError that says what to do."""
    found = revision_of(engine)
    if not found.usable:
        raise UnavailableError(found.why_not(place_of(engine.url)))


def require_revision(engine: Engine) -> None:
    """Let a service begin only on tables that it can use. Raises UsageError, and UnavailableError for a store away."""
    found = revision_of(engine)
    if not found.usable:
        raise UsageError(found.why_not(place_of(engine.url)))


def _no_secret() -> bytes:
    raise UsageError("this migration needs the installation's secret: run `jobchime migrate`")


def migrate(engine: Engine, secret: Callable[[], bytes] = _no_secret) -> Sequence[str]:
    """Bring the tables to the newest revision; does nothing where they are there, or beyond.

    `secret` is the installation's, asked for where rows hold what was made with it. Returns what somebody should know,
    in sentences. Safe to run twice, by two at once, and while services of the release before still run. Raises
    UnavailableError; then nothing has changed.
    """
    notes: list[str] = []
    with _one_migration, writing(engine) as connection:
        if is_postgresql(engine):
            # One after the other, however long the first takes; but no table is waited for so long that others, who
            # queue behind this wait, would stand still.
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('jobchime migrations'))"))
            connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'"))
        if _is_newer(connection):
            return notes
        config = migration_config()
        config.attributes["connection"] = connection.execution_options(jobchime_secret=secret, jobchime_notes=notes)
        command.upgrade(config, "head")
    return notes


def _is_newer(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return current is not None and current > _needed()


@functools.cache
def _needed() -> str:
    head = ScriptDirectory.from_config(migration_config()).get_current_head()
    if head is None:
        raise AssertionError("there is no migration")
    return head


def migration_config() -> Config:
    """Where Alembic finds the migrations; `attributes["connection"]` is the transaction that they run in."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
