"""A flag in its one row, and one that holds several values at once as JSON."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from schemas.sql.tables import flags
from services.runtime.sql.store import upsert


def read_flag(connection: Connection, name: str) -> dict[str, Any]:
    """Its values, by their names; empty where it was never set."""
    value = connection.execute(select(flags.c.value).where(flags.c.name == name)).scalar_one_or_none()
    found: dict[str, Any] = json.loads(value) if value else {}
    return found


def held_flag(connection: Connection, name: str, now: datetime) -> dict[str, Any]:
    """Its values, which nobody else changes until the caller's transaction ends."""
    row = upsert(connection, flags).values(name=name, value="{}", changed_at=now)
    connection.execute(row.on_conflict_do_nothing())
    value = connection.execute(select(flags.c.value).where(flags.c.name == name).with_for_update()).scalar_one()
    found: dict[str, Any] = json.loads(value)
    return found


def set_flag(connection: Connection, name: str, values: dict[str, Any], now: datetime) -> None:
    """Have it hold these, and nothing of before."""
    set_value(connection, name, json.dumps(values), now)


def set_value(connection: Connection, name: str, value: str, now: datetime) -> None:
    """Have a flag hold this, whether it was ever set or not."""
    row = upsert(connection, flags).values(name=name, value=value, changed_at=now)
    changed = {"value": row.excluded.value, "changed_at": row.excluded.changed_at}
    connection.execute(row.on_conflict_do_update(index_elements=[flags.c.name], set_=changed))
