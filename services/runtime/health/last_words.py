"""Why workers last ended by themselves: a start must not wipe that out, as one that dies again may die of the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from services.runtime.sql.flag_rows import read_flag, set_flag

WITHOUT_A_WORD: Final = "without a word, as by `kill -9`, for want of memory or with its machine"
_FLAG: Final = "last_words"
_KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LastWords:
    """Of one worker that was not told to end."""

    worker: str
    at: datetime
    """Of one that was killed: when it was last heard of."""
    said: str


def keep_last_words(connection: Connection, worker: str, words: LastWords | None, now: datetime) -> None:
    """Have them known beside those of other workers, within the caller's transaction; None: it was told to end."""
    kept = dict(_kept(connection, now))
    before = kept.pop(worker, None)
    if words is not None:
        kept[worker] = words
    elif before is None:
        return
    said = {name: {"at": last.at.isoformat(), "said": last.said} for name, last in kept.items()}
    set_flag(connection, _FLAG, said, now)


def read_last_words(connection: Connection, now: datetime) -> tuple[LastWords, ...]:
    """The last of each worker within a day, in the caller's transaction."""
    return tuple(_kept(connection, now).values())


def _kept(connection: Connection, now: datetime) -> Mapping[str, LastWords]:
    found = {
        name: LastWords(name, datetime.fromisoformat(kept["at"]), kept["said"])
        for name, kept in read_flag(connection, _FLAG).items()
    }
    return {name: last for name, last in found.items() if abs(now - last.at) < _KEPT}
