"""New stores of either engine, migrated, for suites that run on both."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Engine

from services.runtime.sql.revisions import migrate
from services.runtime.sql.store import open_store, scrub
from tests.support.postgresql import migrated_database

ENGINES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.live))
"""As parameters of a fixture, for `new_url` and `new_engine`."""


@contextmanager
def new_url(engine: str, folder: Path) -> Iterator[str]:
    """The address of a new store, gone at the end."""
    if engine == "sqlite":
        yield sqlite_url(folder)
        return
    with migrated_database() as url:
        yield url


@contextmanager
def new_engine(engine: str, folder: Path) -> Iterator[Engine]:
    """A new store, open, gone at the end."""
    with new_url(engine, folder) as url:
        made = open_store(url)
        try:
            yield made
        finally:
            made.dispose()


def sqlite_url(folder: Path) -> str:
    """The address of a new store in a file, copied from one that was migrated."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "store.sqlite").write_bytes(_migrated())
    return f"sqlite:///{folder / 'store.sqlite'}"


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "store.sqlite"
        engine = open_store(f"sqlite:///{file}")
        migrate(engine)
        scrub(engine)
        engine.dispose()
        return file.read_bytes()
