"""Criteria as the store keeps them: one row, one key and one growing version for all searches that ask the same.

Rows are locked in the order of their keys, after the series that new keys are drawn from: two that move between the
same criteria in opposite directions wait for each other and never both.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from schemas.codec import decode, digest_of, encode
from schemas.criteria import Criteria, CriteriaRecord
from schemas.headers import headers_of
from schemas.sql.tables import criteria as table
from schemas.sql.tables import outbox
from schemas.topics import CRITERIA
from services.notifier.adapters.sql.rows import chunks, draw, hold, to_json
from services.rules.criteria import criteria_id
from services.runtime.records import Outgoing
from services.runtime.sql.relay import OutboxRelay

KEYS = "criteria_key"
"""The series that keys are drawn from."""


def join(connection: Connection, criteria: Criteria, now: datetime, leaving: int | None = None) -> int:
    """Add one search to canonical criteria, which are made or revived as needed; returns their key.

    `leaving` is the key that the search had: it is left once the new one is joined.
    """
    own_id = criteria_id(criteria)
    found = select(table.c.key).where(table.c.criteria_id == own_id)
    key = connection.execute(found).scalar_one_or_none()
    if key is None:
        # Looked up again under the series' lock: another may have made them since, and no number may be wasted.
        hold(connection, KEYS)
        key = connection.execute(found).scalar_one_or_none()
    if key is None:
        key = draw(connection, KEYS)
        document = encode(criteria).decode()
        connection.execute(
            insert(table).values(key=key, criteria_id=own_id, version=0, document=document, members=0, changed_at=now)
        )
    left = () if leaving is None else (leaving,)
    lock_criteria(connection, (key, *left))
    _change(connection, key, 1, now)
    for other in left:
        _change(connection, other, -1, now)
    return int(key)


def leave(connection: Connection, keys: Iterable[int], now: datetime) -> None:
    """Take one search away from criteria, for each key; those left with nobody are published as removed.

    They keep their key.
    """
    for key in sorted(keys):
        _change(connection, key, -1, now)


def post_newest(connection: Connection, keys: Iterable[int]) -> None:
    """Post the present state of criteria anew, as it was posted when it came to be."""
    for some in chunks(sorted(set(keys))):
        for row in lock_criteria(connection, some):
            post(connection, record_of(row))


def lock_criteria(connection: Connection, keys: Sequence[int]) -> Sequence[Row[Any]]:
    """The rows of these keys, locked in their order."""
    # The key itself never changes, so that searches may refer to it meanwhile.
    rows = select(table).where(table.c.key.in_(keys)).order_by(table.c.key)
    return connection.execute(rows.with_for_update(key_share=True)).all()


def _change(connection: Connection, key: int, members: int, now: datetime) -> None:
    """Bump the version under the row's lock and post the new state, so that versions are published in order."""
    change = (
        update(table)
        .where(table.c.key == key)
        .values(version=table.c.version + 1, members=table.c.members + members, changed_at=now)
        .returning(*table.c)
    )
    post(connection, record_of(connection.execute(change).one()))


def record_of(row: Row[Any]) -> Outgoing:
    """The state that a row tells of."""
    record = CriteriaRecord(
        key=row.key,
        criteria_id=row.criteria_id,
        version=row.version,
        removed=row.members == 0,
        criteria=decode(Criteria, row.document.encode()),
    )
    return outgoing(record, row.changed_at)


def outgoing(record: CriteriaRecord, at: datetime) -> Outgoing:
    """A state of criteria as it is published."""
    value = encode(record)
    headers = headers_of(id=digest_of(CRITERIA.name, value), type=CRITERIA.name, source=OutboxRelay.name, at=at)
    return Outgoing(CRITERIA.name, str(record.key).encode("ascii"), value, headers)


def post(connection: Connection, record: Outgoing) -> None:
    """Write a record in the caller's transaction: it is published if, and only if, that commits."""
    headers = to_json(dict(record.headers))
    connection.execute(insert(outbox).values(topic=record.topic, key=record.key, value=record.value, headers=headers))
