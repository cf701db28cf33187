"""Statements and routes are compiled once a process, not once for each store and portal: they come out alike."""

from collections.abc import Callable
from dataclasses import replace
from types import FunctionType
from typing import Any

import pytest
from fastapi.dependencies import models
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant, get_typed_return_annotation
from fastapi.utils import create_model_field
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_compiled: LRUCache[Any, Any] = LRUCache(5_000)
_analysed: dict[tuple[Any, ...], Dependant] = {}
_returned: dict[tuple[Any, ...], Any] = {}
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
    patch.setattr("fastapi.routing.get_typed_return_annotation", _return_annotation)
    for kind in ("gen", "async_gen", "coroutine"):
        name = f"_is_{kind}_callable_cached"
        patch.setattr(models, name, _by_code(getattr(models, name)))


def _created(*address: Any, **given: Any) -> Engine:
    engine = create_engine(*address, **given)
    engine.update_execution_options(compiled_cache=_compiled)
    return engine


def _dependant(*, path: str, call: Callable[..., Any], **given: Any) -> Dependant:
    if not isinstance(call, FunctionType):
        return get_dependant(path=path, call=call, **given)
    key = (path, call.__code__, repr((call.__annotations__, call.__defaults__, call.__kwdefaults__, given)))
    if key not in _analysed:
        _analysed[key] = get_dependant(path=path, call=call, **given)
    known = _analysed[key]
    return replace(known, call=call, dependencies=list(known.dependencies))


def _return_annotation(call: Callable[..., Any]) -> Any:
    if not isinstance(call, FunctionType):
        return get_typed_return_annotation(call)
    key = (call.__code__, repr(call.__annotations__.get("return")))
    if key not in _returned:
        _returned[key] = get_typed_return_annotation(call)
    return _returned[key]


def _by_code(classified: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Tell of what kind functions of the same code are once; one that is marked or wrapped, by itself."""
    known: dict[Any, bool] = {}

    def of(identity: Any) -> bool:
        call = identity.call
        if not isinstance(call, FunctionType) or call.__dict__:
            return classified(identity)
        if call.__code__ not in known:
            known[call.__code__] = classified(identity)
        return known[call.__code__]

    return of


def _field(name: str, type_: Any, **given: Any) -> Any:
    key = (name, repr(type_), repr(given))
    if key not in _made:
        _made[key] = create_model_field(name=name, type_=type_, **given)
    return _made[key]
