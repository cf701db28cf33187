"""Databases of PostgreSQL for tests: each as if new, migrated, and gone at the end.

To copy and drop one takes a hundred times as long as to delete what a test has stored, so a migrated one is emptied,
given another name and handed to the next test; not where a test has changed its tables, or filled many pages.

A commit in them does not wait for the disk: only a crash of the server could lose it, and the tests that kill servers
have `own_engines`.
"""

import atexit
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import psycopg
from sqlalchemy.engine import URL, make_url

from schemas.sql import metadata
from schemas.sql.tables import flags
from services.runtime.sql.revisions import migrate
from services.runtime.sql.store import open_store
from tests.support.engines import postgresql

_LOCALE = "da-DK"
"""Danish sorts aa after z: whatever leans on the database's own order of texts is found out."""


_EMPTY = f"TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE '{_LOCALE}'"
_MOST_GROWN = 4 * 1024 * 1024
"""Bytes; where a test wrote more, the next would read through the pages that it left."""
_DEFINITIONS = r"""
SELECT md5(string_agg(line, ' ' ORDER BY line)) FROM (
    SELECT (c.oid, relname, relkind)::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
    UNION ALL SELECT (attrelid, attname, attnum, attnotnull, atttypid)::text FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT (oid, conname, convalidated)::text FROM pg_constraint
    UNION ALL SELECT (indexrelid, indisvalid)::text FROM pg_index
    UNION ALL SELECT (oid, tgname, tgenabled)::text FROM pg_trigger
    UNION ALL SELECT (oid, nspname)::text FROM pg_namespace WHERE nspname NOT LIKE 'pg\_t%'
    UNION ALL SELECT (oid, proname)::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT (setrole, setconfig)::text FROM pg_db_role_setting
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION ALL SELECT version_num FROM alembic_version
    UNION ALL SELECT (xmin, flags)::text FROM flags WHERE name = 'store_written_as'
) AS of_all(line)
"""
_OTHERS = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
_OTHERS += "WHERE datname = current_database() AND pid <> pg_backend_pid()"
# The one row that a new store holds knows by which transaction it was written, so it stays as it is.
_DELETES = [
    f"DELETE FROM {table.name}" + (" WHERE name <> 'store_written_as'" if table is flags else "")
    for table in reversed(metadata.sorted_tables)
]
_EMPTYING = "; ".join([*_DELETES, "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"])

_free: list[str] = []
"""Names of migrated databases of this process that nobody uses."""


@contextmanager
def empty_database() -> Iterator[str]:
    """The URL of a database without tables."""
    name = _created(_EMPTY)
    try:
        yield _url_of(name)
    finally:
        _drop(name)


@contextmanager
def migrated_database() -> Iterator[str]:
    """The URL of a database with all tables, which holds what one that was just migrated does."""
    name = _renamed(_free.pop()) if _free else _created(f'TEMPLATE "{_template().name}"')
    try:
        yield _url_of(name)
    finally:
        if _emptied(name):
            _free.append(name)
        else:
            _drop(name)


def dumped(url: str, *options: str) -> bytes:
    """A dump of a database, as an operator makes it."""
    return subprocess.run(["pg_dump", *_where(url), *options], check=True, capture_output=True).stdout


def restored(dump: bytes, url: str) -> None:
    """Run a dump of statements in another database. Raises CalledProcessError."""
    command = ["psql", "-q", "-v", "ON_ERROR_STOP=1", *_where(url)]
    subprocess.run(command, input=dump, check=True, capture_output=True)


def _where(url: str) -> list[str]:
    server = make_url(url)
    return ["-h", str(server.host), "-p", str(server.port), "-U", str(server.username), "-d", str(server.database)]


@dataclass(frozen=True, slots=True)
class _Template:
    name: str
    definitions: str
    bytes: int


@cache
def _template() -> _Template:
    """The migrated database that this process copies, dropped with the copies at its end."""
    name = _created(_EMPTY)
    atexit.register(_drop, name)
    engine = open_store(_url_of(name))
    migrate(engine)
    engine.dispose()
    with _connected(name) as connection:
        made = _Template(name, _definitions(connection), _size(connection))
    atexit.register(_drop_free)
    return made


def _drop_free() -> None:
    for name in _free:
        _drop(name)


def _emptied(name: str) -> bool:
    """Make a database what it was when it was copied; whether that could be done by deleting rows."""
    made = _template()
    try:
        with _connected(name) as connection:
            connection.execute(_OTHERS)
            if _definitions(connection) != made.definitions or _size(connection) > made.bytes + _MOST_GROWN:
                return False
            connection.execute(_EMPTYING)
    except psycopg.Error:  # A test may have done anything to it.
        return False
    return True


def _definitions(connection: psycopg.Connection) -> str:
    return _single(connection, _DEFINITIONS)


def _size(connection: psycopg.Connection) -> int:
    return int(_single(connection, "SELECT pg_database_size(current_database())"))


def _single(connection: psycopg.Connection, query: str) -> str:
    found = connection.execute(query).fetchone()
    assert found is not None
    return str(found[0])


def _connected(name: str) -> psycopg.Connection:
    """For one transaction, without what SQLAlchemy asks a server first; to be entered."""
    return psycopg.connect(_libpq(make_url(_url_of(name))))


def _created(how: str) -> str:
    name = _new_name()
    _administer(f'CREATE DATABASE "{name}" {how}', f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    return name


def _renamed(name: str) -> str:
    """What a test left running knows the name that was."""
    new = _new_name()
    _administer(f'ALTER DATABASE "{name}" RENAME TO "{new}"')
    return new


def _drop(name: str) -> None:
    _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


def _new_name() -> str:
    return f"t{secrets.token_hex(8)}"


def _url_of(name: str) -> str:
    url: URL = make_url(postgresql()).set(database=name)
    return url.render_as_string(hide_password=False)


def _administer(*statements: str) -> None:
    with psycopg.connect(_libpq(make_url(postgresql())), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _libpq(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
