"""Databases of PostgreSQL for tests: each new, migrated, and dropped at the end.

A commit in them does not wait for the disk: only a crash of the server could lose it, and the tests that kill servers
have `own_engines`.
"""

import atexit
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from services.runtime.sql.revisions import migrate
from services.runtime.sql.store import open_store
from tests.support.engines import postgresql

_LOCALE = "da-DK"
"""Danish sorts aa after z: whatever leans on the database's own order of texts is found out."""


@contextmanager
def empty_database() -> Iterator[str]:
    """The URL of a database without tables."""
    with _made(f"TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE '{_LOCALE}'") as url:
        yield url


@contextmanager
def migrated_database() -> Iterator[str]:
    """The URL of a database with all tables, copied from one that was migrated."""
    with _made(f'TEMPLATE "{_template()}"') as url:
        yield url


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


@cache
def _template() -> str:
    """The name of a migrated database that this process copies, dropped at its end."""
    made = empty_database()
    url = made.__enter__()
    atexit.register(made.__exit__, None, None, None)
    engine = open_store(url)
    migrate(engine)
    engine.dispose()
    return str(make_url(url).database)


@contextmanager
def _made(how: str) -> Iterator[str]:
    name = f"t{secrets.token_hex(8)}"
    _administer(f'CREATE DATABASE "{name}" {how}', f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    try:
        yield _url_of(name)
    finally:
        _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


def _url_of(name: str) -> str:
    url: URL = make_url(postgresql()).set(database=name)
    return url.render_as_string(hide_password=False)


def _administer(*statements: str) -> None:
    engine = create_engine(postgresql(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
