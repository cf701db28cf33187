"""Whether a store in a file is the one that ran before, or a copy of it: two that run mail each reader twice."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine

from services.runtime.pauses import read_pauses
from services.runtime.sql.flag_rows import read_flag, set_flag
from services.runtime.sql.store import reading, retried, writing

RUN: Final = "jobchime-run"
"""The header by which a portal says over the store of which start it is."""
_FLAG: Final = "store_file"


@dataclass(frozen=True, slots=True)
class OwnFile:
    """Of a store that is a file; empty of any other."""

    run: str = ""
    """Made anew by each start, so that a copy says another one than its original as soon as it runs."""
    copied_at: datetime | None = None
    """Since when it is another file than before, as after a restore and on some file systems too.

    None: it always was this one, or somebody said that it runs alone.
    """


@retried
def keep_own_file(engine: Engine, file: Path, now: datetime) -> None:
    """Say at a start which run this is, and remember since when the store is another file of its disk than before.

    Raises UnavailableError.
    """
    own = file.stat().st_ino
    with reading(engine) as connection:
        kept, restored = read_flag(connection, _FLAG), read_pauses(connection).restored
    copied_at = now.isoformat() if kept and kept["inode"] != own else kept.get("copied_at")
    if restored:
        # It is held until somebody knows whose it is, and that is told.
        copied_at = None
    with writing(engine) as connection:
        set_flag(connection, _FLAG, {"inode": own, "copied_at": copied_at, "run": secrets.token_hex(8)}, now)


@retried
def end_copied(engine: Engine, now: datetime) -> None:
    """Somebody knows that it runs alone: it is told no more. Raises UnavailableError."""
    with writing(engine) as connection:
        kept = read_flag(connection, _FLAG)
        if kept.get("copied_at"):
            set_flag(connection, _FLAG, kept | {"copied_at": None}, now)


def read_own_file(connection: Connection) -> OwnFile:
    """What is known of it, in the caller's transaction."""
    kept = read_flag(connection, _FLAG)
    at = kept.get("copied_at")
    return OwnFile(str(kept.get("run", "")), datetime.fromisoformat(str(at)) if at else None)
