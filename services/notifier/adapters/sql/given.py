"""Rows that a statement is given, to join with: one parameter, however many there are, so that it is compiled once."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Text,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.types import TypeEngine

from services.runtime.sql.store import is_postgresql

Kind = type[Text] | type[BigInteger]


def given(connection: Connection, columns: dict[str, Kind], rows: Iterable[Sequence[str | int]]) -> FromClause:
    """The rows as a table with these columns."""
    document = json.dumps([dict(zip(columns, row, strict=True)) for row in rows])
    if is_postgresql(connection):
        typed = [column(name, kind) for name, kind in columns.items()]
        records = func.json_to_recordset(cast(literal(document, Text), JSON))
        return records.table_valued(*typed, name="given").render_derived(with_types=True)
    each = func.json_each(literal(document, Text)).table_valued("value", name="each")
    fields = [_field(each.c.value, name, kind()) for name, kind in columns.items()]
    return select(*fields).select_from(each).cte("given")


def _field(value: ColumnElement[Any], name: str, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    return func.json_extract(value, literal(f"$.{name}", literal_execute=True), type_=kind).label(name)
