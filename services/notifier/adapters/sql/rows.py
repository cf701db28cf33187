"""Small things that several tables need: numbers drawn in order, JSON that is always written alike, packed bodies."""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Text,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.types import TypeEngine

from schemas.codec import decode
from schemas.criteria import Criteria
from schemas.sql.tables import counters, subscribers
from services.notifier.ports import Email
from services.runtime.chunks import chunked
from services.runtime.sql.store import is_postgresql, upsert

T = TypeVar("T")

IN_CHUNK = 500
"""How many values one IN list holds: well below every engine's limit of bound parameters."""
Kind = type[Text] | type[BigInteger]


def draw(connection: Connection, name: str, first: int = 0) -> int:
    """The next number of a dense series. Its row is locked until the transaction ends: numbers commit in order."""
    insert = upsert(connection, counters).values(name=name, value=first)
    drawn = insert.on_conflict_do_update(
        index_elements=[counters.c.name], set_={"value": counters.c.value + 1}
    ).returning(counters.c.value)
    return int(connection.execute(drawn).scalar_one())


def hold(connection: Connection, name: str, first: int = 0) -> None:
    """Lock a series without drawing: whoever draws next waits until the transaction ends, and sees what it did."""
    insert = upsert(connection, counters).values(name=name, value=first - 1)
    locked = insert.on_conflict_do_update(index_elements=[counters.c.name], set_={"value": counters.c.value})
    connection.execute(locked)


def hold_person(connection: Connection, subscriber_id: str) -> Row[Any] | None:
    """A subscriber's row, locked: what concerns one person is decided one after the other. None where they are gone.

    Whoever locks a person's searches, or criteria, has locked the person first.
    """
    row = select(subscribers).where(subscribers.c.subscriber_id == subscriber_id)
    return connection.execute(row.with_for_update(key_share=True)).one_or_none()


def hold_people(connection: Connection, subscriber_ids: Iterable[str]) -> dict[str, Row[Any]]:
    """The same of several, by subscriber, locked in one order for all; those who are gone are left out."""
    found: dict[str, Row[Any]] = {}
    for some in chunks(sorted(subscriber_ids)):
        rows = select(subscribers).where(subscribers.c.subscriber_id.in_(some)).order_by(subscribers.c.subscriber_id)
        for row in connection.execute(rows.with_for_update(key_share=True)):
            found[row.subscriber_id] = row
    return found


@lru_cache(maxsize=8_192)
def criteria_in(document: str) -> Criteria:
    """Criteria as their table has them: the same object for the same text, so that what is made of it is shared."""
    return decode(Criteria, document.encode())


def chunks(values: Iterable[T], size: int = IN_CHUNK) -> Iterator[Sequence[T]]:
    """Cut into what one statement takes."""
    return chunked(values, size)


def to_json(value: Any) -> str:
    """One spelling for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def squeeze(text: str | bytes) -> bytes:
    """Compress. Equal text gives equal bytes on one build of zlib."""
    return zlib.compress(text.encode() if isinstance(text, str) else text, 6)


def packed(value: Any) -> bytes:
    """`squeeze` of `to_json`, by a library that writes the same of texts and whole numbers in a tenth of the time."""
    return squeeze(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))


def unsqueeze(data: bytes) -> bytes:
    """Undo `squeeze`."""
    return zlib.decompress(data)


def unpacked(column: bytes | None) -> Any:
    """Undo `packed`; None of a column that holds nothing."""
    return orjson.loads(unsqueeze(column)) if column else None


def given(connection: Connection, columns: dict[str, Kind], rows: Iterable[Sequence[str | int]]) -> FromClause:
    """The rows as a table with these columns."""
    document = orjson.dumps([dict(zip(columns, row, strict=True)) for row in rows]).decode()
    if is_postgresql(connection):
        typed = [column(name, kind) for name, kind in columns.items()]
        records = func.json_to_recordset(cast(literal(document, Text), JSON))
        return records.table_valued(*typed, name="given").render_derived(with_types=True)
    elements = func.json_each(literal(document, Text)).table_valued("value", name="each")
    fields = [_field(elements.c.value, name, kind()) for name, kind in columns.items()]
    return select(*fields).select_from(elements).cte("given")


def _field(value: ColumnElement[Any], name: str, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    return func.json_extract(value, literal(f"$.{name}", literal_execute=True), type_=kind).label(name)


def pack_email(email: Email) -> bytes:
    """An email as bytes to keep: sent again, it is the same email."""
    return packed(asdict(email) | {"date": email.date.isoformat()})


def unpack_email(data: bytes) -> Email:
    """Undo `pack_email`."""
    fields = orjson.loads(unsqueeze(data))
    headers = tuple((name, value) for name, value in fields["headers"])
    return Email(**fields | {"date": datetime.fromisoformat(fields["date"]), "headers": headers})
