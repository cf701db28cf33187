"""Whether a store in a file is the one that ran before, or a copy of it: two that run mail each reader twice."""

import json
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, select

from schemas.sql.tables import flags
from services.runtime.pauses import read_pauses
from services.runtime.sql.store import reading, retried, upsert, writing

_FLAG: Final = "store_file"


@retried
def keep_own_file(engine: Engine, file: Path, now: datetime) -> None:
    """Remember which file of its disk the store is, and since when that is another one.

    A copy has the same rows in another file, be it on this machine or on another one; so has one that was moved to
    another disk, which nobody can tell from here. Safe to repeat. Raises UnavailableError.
    """
    own = file.stat().st_ino
    with reading(engine) as connection:
        kept, restored = _kept(connection), read_pauses(connection).restored
    copied_at = now.isoformat() if kept and kept["inode"] != own else kept.get("copied_at")
    if restored:
        # It is held until somebody knows whose it is, and that is told.
        copied_at = None
    after = {"inode": own, "copied_at": copied_at}
    if after != kept:
        with writing(engine) as connection:
            row = upsert(connection, flags).values(name=_FLAG, value=json.dumps(after), changed_at=now)
            changed = {"value": row.excluded.value, "changed_at": row.excluded.changed_at}
            connection.execute(row.on_conflict_do_update(index_elements=[flags.c.name], set_=changed))


def read_copied(connection: Connection) -> datetime | None:
    """Since when the store runs from another file than before, in the caller's transaction; None: it always did."""
    at = _kept(connection).get("copied_at")
    return datetime.fromisoformat(str(at)) if at else None


def _kept(connection: Connection) -> dict[str, str | int | None]:
    value = connection.execute(select(flags.c.value).where(flags.c.name == _FLAG)).scalar_one_or_none()
    found: dict[str, str | int | None] = json.loads(value) if value else {}
    return found
