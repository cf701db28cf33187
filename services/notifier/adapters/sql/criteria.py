"""Criteria as the store keeps them: one row, one key and one growing version for all searches that ask the same."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from schemas.codec import decode, encode
from schemas.criteria import Criteria, CriteriaRecord
from schemas.sql.tables import criteria as table
from schemas.topics import CRITERIA
from services.notifier.adapters.sql.outbox import post
from services.notifier.adapters.sql.rows import draw, hold
from services.rules.criteria import criteria_id
from services.runtime.records import Outgoing

_SERIES = "criteria_key"


def join(connection: Connection, criteria: Criteria, now: datetime) -> int:
    """Add one search to canonical criteria, which are made or revived as needed; returns their key."""
    own_id = criteria_id(criteria)
    found = select(table.c.key).where(table.c.criteria_id == own_id)
    key = connection.execute(found).scalar_one_or_none()
    if key is None:
        # Looked up again under the series' lock: another may have made them since, and no number may be wasted.
        hold(connection, _SERIES)
        key = connection.execute(found).scalar_one_or_none()
    if key is None:
        key = draw(connection, _SERIES)
        document = encode(criteria).decode()
        connection.execute(
            insert(table).values(key=key, criteria_id=own_id, version=0, document=document, members=0, changed_at=now)
        )
    _change(connection, int(key), 1, now)
    return int(key)


def leave(connection: Connection, key: int, now: datetime) -> None:
    """Take one search away from criteria; those left with nobody are published as removed, and keep their key."""
    _change(connection, key, -1, now)


def _change(connection: Connection, key: int, members: int, now: datetime) -> None:
    """Bump the version under the row's lock and post the new state, so that versions are published in order."""
    change = (
        update(table)
        .where(table.c.key == key)
        .values(version=table.c.version + 1, members=table.c.members + members, changed_at=now)
        .returning(table.c.criteria_id, table.c.version, table.c.members, table.c.document)
    )
    row = connection.execute(change).one()
    record = CriteriaRecord(
        key=key,
        criteria_id=row.criteria_id,
        version=row.version,
        removed=row.members == 0,
        criteria=decode(Criteria, row.document.encode()),
    )
    post(connection, Outgoing(CRITERIA.name, str(key).encode("ascii"), encode(record)))
