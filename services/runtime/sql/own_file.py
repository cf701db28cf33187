"""Whether a store in a file is the one that ran before, or a copy of it: two that run mail each reader twice."""

from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine

from services.runtime.pauses import read_pauses
from services.runtime.sql.flag_rows import read_flag, set_flag
from services.runtime.sql.store import reading, retried, writing

_FLAG: Final = "store_file"


@retried
def keep_own_file(engine: Engine, file: Path, now: datetime) -> None:
    """Remember which file of its disk the store is, and since when that is another one.

    A copy has the same rows in another file, be it on this machine or on another one; so has one that was moved to
    another disk, which nobody can tell from here. Safe to repeat. Raises UnavailableError.
    """
    own = file.stat().st_ino
    with reading(engine) as connection:
        kept, restored = read_flag(connection, _FLAG), read_pauses(connection).restored
    copied_at = now.isoformat() if kept and kept["inode"] != own else kept.get("copied_at")
    if restored:
        # It is held until somebody knows whose it is, and that is told.
        copied_at = None
    after = {"inode": own, "copied_at": copied_at}
    if after != kept:
        with writing(engine) as connection:
            set_flag(connection, _FLAG, after, now)


def read_copied(connection: Connection) -> datetime | None:
    """Since when the store runs from another file than before, in the caller's transaction; None: it always did."""
    at = read_flag(connection, _FLAG).get("copied_at")
    return datetime.fromisoformat(str(at)) if at else None
