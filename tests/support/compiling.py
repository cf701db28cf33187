"""Statements and routes are compiled once a process, not once for each store and portal: they come out alike."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant
from fastapi.utils import create_model_field
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_compiled: LRUCache[Any, Any] = LRUCache(5_000)
_analysed: dict[tuple[Any, ...], Dependant] = {}
_made: dict[tuple[Any, ...], Any] = {}


def compile_once(patch: pytest.MonkeyPatch) -> None:
    """What SQLAlchemy has compiled is found by its dialect: have all of one kind be the same, and keep it together.

    What FastAPI makes of the parameters of a route hangs on its path, its code and what these are.
    """
    for kind in (PGDialect_psycopg, SQLiteDialect_pysqlite):
        patch.setattr(kind, "__hash__", lambda own: hash(type(own)))
        patch.setattr(kind, "__eq__", lambda own, other: type(own) is type(other))
    patch.setattr("services.runtime.sql.store.create_engine", _created)
    patch.setattr("fastapi.routing.get_dependant", _dependant)
    patch.setattr("fastapi.routing.create_model_field", _field)


def _created(*address: Any, **given: Any) -> Engine:
    engine = create_engine(*address, **given)
    engine.update_execution_options(compiled_cache=_compiled)
    return engine


def _dependant(*, path: str, call: Callable[..., Any], **given: Any) -> Dependant:
    parameters = inspect.signature(call).parameters.values()
    taken = tuple((parameter.name, repr(parameter.annotation), repr(parameter.default)) for parameter in parameters)
    key = (path, getattr(call, "__code__", call), taken, repr(given))
    if key not in _analysed:
        _analysed[key] = get_dependant(path=path, call=call, **given)
    known = _analysed[key]
    return replace(known, call=call, dependencies=list(known.dependencies))


def _field(name: str, type_: Any, **given: Any) -> Any:
    key = (name, repr(type_), repr(given))
    if key not in _made:
        _made[key] = create_model_field(name=name, type_=type_, **given)
    return _made[key]
