"""When mails last met what they depend on: that it is gone is another thing than that it was never there.

A portal at `mail.public_url`, which then is no matter of its network; what the sender's domain says of who may send.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine

from services.runtime.sql.flag_rows import read_flag, set_flag
from services.runtime.sql.store import reading, retried, writing

_WAY_IN: Final = "way_in_met"
_SENDER: Final = "sender_met"
_WAY_IN_EVERY: Final = timedelta(minutes=1)
_SENDER_EVERY: Final = timedelta(hours=1)
"""Kept no oftener."""


@retried
def keep_way_in_met(engine: Engine, url: str, now: datetime) -> None:
    """Say that a portal was met. Raises UnavailableError."""
    with reading(engine) as connection:
        before = read_way_in_met(connection, url)
    if before is None or not timedelta(0) <= now - before < _WAY_IN_EVERY:
        with writing(engine) as connection:
            set_flag(connection, _WAY_IN, {"url": url, "at": now.isoformat()}, now)


def read_way_in_met(connection: Connection, url: str) -> datetime | None:
    """When that was, in the caller's transaction; None where it never was at this address."""
    kept = read_flag(connection, _WAY_IN)
    return datetime.fromisoformat(kept["at"]) if kept.get("url") == url else None


@retried
def keep_sender_met(engine: Engine, sender: str, records: Collection[str], now: datetime) -> None:
    """Say which records of the sender's domain are there. Raises UnavailableError."""
    with reading(engine) as connection:
        before = read_sender_met(connection, sender)
    if any(not timedelta(0) <= now - before.get(record, now - _SENDER_EVERY) < _SENDER_EVERY for record in records):
        met = {name: at.isoformat() for name, at in before.items()} | dict.fromkeys(records, now.isoformat())
        with writing(engine) as connection:
            set_flag(connection, _SENDER, {"sender": sender, "met": met}, now)


def read_sender_met(connection: Connection, sender: str) -> Mapping[str, datetime]:
    """When each was there last, in the caller's transaction; of another sender nothing is known."""
    kept = read_flag(connection, _SENDER)
    return (
        {name: datetime.fromisoformat(at) for name, at in kept["met"].items()} if kept.get("sender") == sender else {}
    )
