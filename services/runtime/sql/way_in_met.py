"""When what mails last met a portal at `mail.public_url`: that it no longer does is then no matter of its network."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine

from services.runtime.sql.flag_rows import read_flag, set_flag
from services.runtime.sql.store import reading, retried, writing

_FLAG: Final = "way_in_met"
_EVERY: Final = timedelta(minutes=1)
"""Kept no oftener."""


@retried
def keep_met(engine: Engine, url: str, now: datetime) -> None:
    """Say that it was met. Raises UnavailableError."""
    with reading(engine) as connection:
        before = read_way_in_met(connection, url)
    if before is None or not timedelta(0) <= now - before < _EVERY:
        with writing(engine) as connection:
            set_flag(connection, _FLAG, {"url": url, "at": now.isoformat()}, now)


def read_way_in_met(connection: Connection, url: str) -> datetime | None:
    """When that was, in the caller's transaction; None where it never was at this address."""
    kept = read_flag(connection, _FLAG)
    return datetime.fromisoformat(kept["at"]) if kept.get("url") == url else None
