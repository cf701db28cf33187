"""Databases of one's own on PostgreSQL: copies of one that the migrations have gone over, which costs them once."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

import schemas.sql
from services.runtime.store import migrate
from tests.support.engines import postgresql

_TEMPLATE = "jobchime_template_"
_LOCK = "SELECT pg_advisory_lock(hashtext('jobchime test databases'))"


@contextmanager
def store_of_my_own() -> Iterator[str]:
    """The URL of a fresh database with all tables, empty; it is dropped at the end, whoever is still connected."""
    with _database(template=True) as url:
        yield url


@contextmanager
def empty_database() -> Iterator[str]:
    """The URL of a fresh database without tables; it is dropped at the end."""
    with _database(template=False) as url:
        yield url


@contextmanager
def _database(*, template: bool) -> Iterator[str]:
    server, name = postgresql(), f"jobchime_test_{secrets.token_hex(6)}"
    with _administering(server) as connection:
        source = _template(server, connection) if template else "template1"
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{source}"'))
    try:
        yield _url(server, name)
    finally:
        with _administering(server) as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def _template(server: str, connection: Connection) -> str:
    """The database to copy, made where there is none of these migrations; those of others are dropped."""
    name = _TEMPLATE + _digest()
    there = connection.scalars(
        text("SELECT datname FROM pg_database WHERE datname LIKE :like"), {"like": _TEMPLATE + "%"}
    )
    templates = set(there)
    if name in templates:
        return name
    for old in templates:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)'))
    unfinished = f"jobchime_test_{secrets.token_hex(6)}"
    connection.execute(text(f'CREATE DATABASE "{unfinished}"'))
    try:
        _migrate(_url(server, unfinished))
        connection.execute(text(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"'))
    finally:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{unfinished}" WITH (FORCE)'))
    return name


def _migrate(url: str) -> None:
    engine = create_engine(url)
    try:
        migrate(engine)
    finally:
        engine.dispose()


def _digest() -> str:
    """Of all that the migrations are made of."""
    folder = Path(schemas.sql.__file__).parent
    files = sorted(folder.rglob("*.py"))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _url(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


@contextmanager
def _administering(server: str) -> Iterator[Connection]:
    """A connection outside transactions, one at a time among all tests: a template in use cannot be copied."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(_LOCK))
            yield connection
    finally:
        engine.dispose()
