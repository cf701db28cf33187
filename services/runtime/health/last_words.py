"""Why workers last ended by themselves: a start must not wipe that out, as one that dies again may die of the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from services.runtime.sql.flag_rows import held_flag, read_flag, set_flag

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
    if words is None and worker not in read_flag(connection, _FLAG):
        return
    # Workers may end at once, as where an engine that all need goes away: none wipes out what another says.
    kept = _lately(held_flag(connection, _FLAG, now), now)
    kept.pop(worker, None)
    if words is not None:
        kept[worker] = words
    said = {name: {"at": last.at.isoformat(), "said": last.said} for name, last in kept.items()}
    set_flag(connection, _FLAG, said, now)


def read_last_words(connection: Connection, now: datetime) -> tuple[LastWords, ...]:
    """The last of each worker within a day, in the caller's transaction."""
    return tuple(_lately(read_flag(connection, _FLAG), now).values())


def _lately(kept: Mapping[str, dict[str, str]], now: datetime) -> dict[str, LastWords]:
    found = {name: LastWords(name, datetime.fromisoformat(words["at"]), words["said"]) for name, words in kept.items()}
    return {name: last for name, last in found.items() if abs(now - last.at) < _KEPT}
