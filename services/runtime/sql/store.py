"""The SQL store: opened the same way, and spoken to in the same words, whether SQLite or PostgreSQL."""

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from random import random
from sqlite3 import Connection as SqliteConnection
from typing import Any, ParamSpec, TypeAlias, TypeVar
from weakref import WeakSet

from sqlalchemy import BindParameter, ColumnElement, Connection, Engine, Table, collate, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, InterfaceError, OperationalError, TimeoutError
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from services.runtime.errors import JobchimeError, UnavailableError, UsageError
from services.runtime.sql.settings import StoreSettings
from services.runtime.sql.sqlite import BUSY_SECONDS, Turns, explain, make_private, use_wal

WRITES = "jobchime_writes"
"""The execution option of connections in `writing`."""
_NO_TRANSACTION = "jobchime_no_transaction"
_TURNS = "jobchime_turns"
"""The execution option of SQLite's engines in which the threads that write stand in line."""
_REHEARSED = "jobchime_rehearsed"
"""The execution option of a store whose transactions are parts of one that is undone."""

_NOT_MIGRATED = ("42P01", "42703")  # undefined_table, undefined_column
_CONFLICTS = ("40001", "40P01")  # serialization_failure, deadlock_detected
_TOO_LONG = {"55P03": "another transaction holds what this one needs", "57014": "a statement took too long"}
_READ_ONLY = "25006"
_DISK_FULL = "53100"
_full: WeakSet[Pool] = WeakSet()
"""Of stores on whose disk a write of this process found no room, for as long as none is known to be there again."""
_GROWS = (
    "CREATE TEMPORARY TABLE room (x text) ON COMMIT DROP",
    "INSERT INTO room SELECT repeat('x', 1000) FROM generate_series(1, 64)",
)
_TRIES = 6
_FIRST_WAIT_S = 0.02

P = ParamSpec("P")
T = TypeVar("T")
Value: TypeAlias = T | BindParameter[T]
"""Given with a statement's building, or with each use of it."""
Insert = sqlite.Insert | postgresql.Insert


class ConflictError(UnavailableError):
    """Two transactions stood in each other's way and this one was undone: doing it again succeeds."""


def open_store(url: str, settings: StoreSettings | None = None) -> Engine:
    """Open the store at a SQLAlchemy URL, making the folder of a SQLite file.

    Raises UsageError for a URL that is none, UnavailableError where the store cannot be reached.
    """
    engine = store_at(url, settings or StoreSettings())
    try:
        with reading(engine) as connection:
            connection.execute(text("SELECT 1"))
    except BaseException:
        engine.dispose()
        raise
    return engine


def store_at(url: str, settings: StoreSettings) -> Engine:
    """The store at a URL, whose server may be away. Raises as `open_store`, but asks no server yet."""
    parsed = _parsed_url(url)
    engine = create_engine(parsed, **_arguments(parsed, settings))
    _prepare(engine)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; in SQLite it waits for its turn, and holds the write lock from its first statement.

    In PostgreSQL each statement sees what was committed before it (READ COMMITTED), so what a decision rests on is
    read under a lock. Commits on leaving, rolls back on any exception. Raises UnavailableError where the store is
    away, and ConflictError, which is one, where the transaction was undone for the sake of another; see `retried`.
    """
    if rehearsal := _rehearsal_of(engine):
        with explained(engine), rehearsal.begin_nested():
            yield rehearsal
        return
    turns: Turns | None = engine.get_execution_options().get(_TURNS)
    with (
        turns.turn() if turns else nullcontext(),
        explained(engine),
        engine.connect().execution_options(**{WRITES: True}) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads, all of it as of one moment. Raises UnavailableError where the store is away."""
    if rehearsal := _rehearsal_of(engine):
        with explained(engine), rehearsal.begin_nested():
            yield rehearsal
        return
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if is_postgresql(engine) else {}
    with explained(engine), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def rehearsed(engine: Engine) -> Iterator[Engine]:
    """The store for one thread, in which all is done and at the end undone: nobody else sees anything of it.

    What its transactions lock others wait for until then; it waits for theirs for a second. Raises as `writing`.
    """
    with writing(engine) as connection:
        if is_postgresql(engine):
            connection.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
        yield engine.execution_options(**{_REHEARSED: connection})
        if (all_of_it := connection.get_transaction()) is not None:
            all_of_it.rollback()


def _rehearsal_of(engine: Engine) -> Connection | None:
    found: Connection | None = engine.get_execution_options().get(_REHEARSED)
    return found


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
        if _state_of(error) == _DISK_FULL:
            _full.add(engine.pool)
        fault = _fault_of(error, engine.url)
        if fault is None:
            raise
        raise fault from error


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
                time.sleep(_FIRST_WAIT_S * 2**tried * (0.5 + random()))  # noqa: S311 (no secret)
        return act(*args, **kwargs)

    return again


def lacks_room(engine: Engine, *, unasked: bool = False) -> str | None:
    """Why nothing new is kept: on PostgreSQL's disk there is no room. None where there is, or nobody met that.

    Only what grows a table fails then; rows are changed, and heartbeats heard, as before. So that a table grows is
    tried again, and undone, where a write of this process failed so, or `unasked`.
    """
    if not is_postgresql(engine) or not (unasked or engine.pool in _full):
        return None
    try:
        with writing(engine) as connection:
            for statement in _GROWS:
                connection.exec_driver_sql(statement)
    except (UnavailableError, DBAPIError) as error:
        if _state_of(error if isinstance(error, DBAPIError) else error.__cause__) == _DISK_FULL:
            return str(error)
    _full.discard(engine.pool)
    return None


def upsert(connection: Connection, table: Table) -> Insert:
    """An INSERT that knows ON CONFLICT, in the connection's dialect."""
    return postgresql.insert(table) if is_postgresql(connection) else sqlite.insert(table)


def bytewise(connection: Connection, column: ColumnElement[str]) -> ColumnElement[str]:
    """A text to order by as SQLite orders it: PostgreSQL's own order is that of its database's language."""
    return bytewise_of(column, postgresql=is_postgresql(connection))


def bytewise_of(column: ColumnElement[str], *, postgresql: bool) -> ColumnElement[str]:
    """The same, for a statement that is built before there is a connection."""
    return collate(column, "C") if postgresql else column


def is_postgresql(on: Engine | Connection) -> bool:
    """Whether the store is a PostgreSQL server."""
    return on.dialect.name == "postgresql"


def scrub(engine: Engine) -> None:
    """Make deleted rows unreadable in the files themselves: SQLite's log of old pages is written back and emptied.

    Pages were overwritten on deletion already (secure_delete). PostgreSQL leaves that to its vacuum.
    """
    if engine.dialect.name != "sqlite":
        return
    with explained(engine), engine.connect().execution_options(**{_NO_TRANSACTION: True}) as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _parsed_url(url: str) -> URL:
    """A store's address, PostgreSQL's with the one driver that is used. Raises UsageError, which never tells it."""
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        url = f"postgresql+psycopg{separator}{rest}"
    try:
        parsed = make_url(url)
        known = parsed.get_dialect().name
    except (ArgumentError, ImportError, ValueError):
        raise UsageError(
            "the store's address is not a database URL that can be used: say postgresql://user:password@host:5432/database"
            " (in a password @ is written %40, : is %3A and / is %2F) or sqlite:///folder/store.sqlite"
        ) from None
    if known not in ("sqlite", "postgresql"):
        raise UsageError(f"the store's address is not a database URL that can be used: {known} is not supported")
    return parsed


def place_of(url: URL) -> str:
    """A store's address for people, without user and password, wherever in the address they were."""
    if url.get_backend_name() == "sqlite":
        return url.database or ":memory:"
    host = url.host or _single(url.query.get("host")) or "localhost"
    port = url.port or _single(url.query.get("port")) or 5432
    return f"{host}:{port}/{url.database or ''}"


def _arguments(url: URL, settings: StoreSettings) -> dict[str, Any]:
    """What `create_engine` is given besides the address."""
    # A statement's values are people's data: no error and no log may show them.
    given: dict[str, Any] = {"hide_parameters": True}
    if url.get_backend_name() == "sqlite":
        return given | {"execution_options": {_TURNS: Turns(place_of(url), BUSY_SECONDS)}}
    pool = {
        "isolation_level": "READ COMMITTED",
        "pool_size": settings.pool,
        "max_overflow": settings.overflow,
        "pool_timeout": settings.pool_wait_s,
        "pool_pre_ping": True,
        "pool_use_lifo": True,
    }
    return given | pool | {"connect_args": _connect_args(url, settings)}


def _prepare(engine: Engine) -> None:
    """Make an engine's connections what the store expects. Raises UnavailableError where a file cannot be made."""
    if engine.dialect.name != "sqlite":
        return
    database = engine.url.database
    if database and database != ":memory:":
        try:
            make_private(Path(database))
        except OSError as error:
            raise UnavailableError(f"the store {database} cannot be made: {error.strerror}") from error
    event.listen(engine, "connect", _connect_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _fault_of(error: DBAPIError, url: URL) -> JobchimeError | None:
    """An engine's failure in one sentence, typed by what to do; None where it is a bug."""
    said = str(error.orig or "").strip().partition("\n")[0] or type(error).__name__
    state = _state_of(error)
    if state in _NOT_MIGRATED or any(sign in said for sign in ("no such table", "no such column")):
        sentence = (
            f"the store's tables are not those of this version ({said}): run `jobchime migrate`; where it finds nothing"
            " to do, somebody renamed or dropped one"
        )
        return UnavailableError(sentence, mend="migrate")
    if url.get_backend_name() == "sqlite":
        return explain(error.orig, Path(url.database or ":memory:")) if error.orig else None
    if state in _CONFLICTS:
        return ConflictError(f"two transactions of the store at {place_of(url)} stood in each other's way: do it again")
    if state in _TOO_LONG:
        return UnavailableError(f"the store at {place_of(url)} is busy: {_TOO_LONG[state]}; the work is tried again")
    if state == _DISK_FULL:
        sentence = f"the disk of the store at {place_of(url)} is full, and nothing new is kept"
        return UnavailableError(sentence, mend="disk")
    if state == _READ_ONLY:
        return UnavailableError(f"the store at {place_of(url)} takes no writes now: it is read-only")
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return UnavailableError(f"the store at {place_of(url)} is away: {said}")
    return None


def _state_of(error: BaseException | None) -> str | None:
    """What PostgreSQL calls an error by."""
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def _connect_args(url: URL, settings: StoreSettings) -> dict[str, Any]:
    """Time bounds as libpq takes them: https://www.postgresql.org/docs/current/libpq-connect.html."""
    sends = max(settings.silent_s // 3, 1)
    bounds: dict[str, Any] = {
        "application_name": "jobchime",
        "connect_timeout": settings.connect_timeout_s,
        "keepalives_idle": sends,
        "keepalives_interval": sends,
        "keepalives_count": 2,
        "tcp_user_timeout": settings.silent_s * 1_000,
        "options": (
            f"-c statement_timeout={int(settings.statement_timeout_s * 1_000)}"
            f" -c lock_timeout={int(settings.lock_timeout_s * 1_000)}"
            # What a stopped process began must not hold its locks for ever.
            f" -c idle_in_transaction_session_timeout={int(settings.statement_timeout_s * 1_000)}"
        ),
    }
    if "options" in url.query:
        bounds["options"] += f" {_single(url.query['options'])}"
    return {name: value for name, value in bounds.items() if name == "options" or name not in url.query}


def _connect_sqlite(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions on its own: it would do so late, and never IMMEDIATE.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}").close()
    use_wal(connection)
    for pragma in ("synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turned writer would fail at once, without waiting, if another had written in between.
    options = connection.get_execution_options()
    if not options.get(_NO_TRANSACTION, False):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITES, False) else "BEGIN")


def _single(value: str | tuple[str, ...] | None) -> str | None:
    return value[-1] if isinstance(value, tuple) else value
