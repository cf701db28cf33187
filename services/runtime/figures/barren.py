"""Whether a source that is polled well gives nothing, or the same for far longer than it ever did: by what is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from schemas.giving import Giving

WEEKS: Final = timedelta(weeks=3)
"""So long without any movement is no pause, of a source that moved for weeks before."""
MOVED_FOR: Final = timedelta(weeks=4)
MOVES: Final = 8
"""So many movements over so long tell how often a source moves."""
LONGER: Final = 4
"""Times the longest wait that it ever had between two movements."""


@dataclass(frozen=True, slots=True)
class Barren:
    """Why a source is taken to give nothing."""

    why: Literal["barren", "stale"]
    """`barren`: it lists nothing that is taken; `stale`: it lists the same for ever."""
    since: datetime
    longest: timedelta
    """It never took longer before."""

    @property
    def said(self) -> str:
        """As a remark beside the source."""
        return f"it {'lists nothing' if self.why == 'barren' else 'lists the same'} since {self.since:%Y-%m-%d %H:%M}Z"


def barren(giving: Giving, seen_at: datetime, silence: timedelta, accepted: datetime | None) -> Barren | None:
    """Decide it by what was seen last.

    `silence`: for how long the source may give nothing. `accepted`: when an operator said that it is right, which
    counts until something comes again.
    """
    if giving.nothing_since is not None:
        found, lasts = Barren("barren", giving.nothing_since, giving.longest), silence
    elif giving.moved_at is not None and _has_moved(giving):
        found, lasts = Barren("stale", giving.moved_at, giving.longest), max(WEEKS, LONGER * giving.longest, silence)
    else:
        return None
    if seen_at - found.since < lasts or (accepted is not None and accepted >= found.since):
        return None
    return found


def _has_moved(giving: Giving) -> bool:
    """Whether it moved often enough, for long enough, to tell how often it does."""
    if giving.began is None or giving.moved_at is None:
        return False
    return giving.moves >= MOVES and giving.moved_at - giving.began >= MOVED_FOR
