"""Statements are compiled once a process, not once for each store that a test opens: they come out alike."""

from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_compiled: LRUCache[Any, Any] = LRUCache(5_000)


def compile_once(patch: pytest.MonkeyPatch) -> None:
    """What SQLAlchemy has compiled is found by its dialect: have all of one kind be the same, and keep it together."""
    for kind in (PGDialect_psycopg, SQLiteDialect_pysqlite):
        patch.setattr(kind, "__hash__", lambda own: hash(type(own)))
        patch.setattr(kind, "__eq__", lambda own, other: type(own) is type(other))
    patch.setattr("services.runtime.sql.store.create_engine", _created)


def _created(*address: Any, **given: Any) -> Engine:
    engine = create_engine(*address, **given)
    engine.update_execution_options(compiled_cache=_compiled)
    return engine
