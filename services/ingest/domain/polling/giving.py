"""What a source has given over its polls, so that one that gives nothing, or the same for ever, is known."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Giving:
    """What is kept of all its polls."""

    nothing_since: datetime | None = None
    """Its first poll in a row that listed nothing, or nothing that is taken; None once one listed something."""
    began: datetime | None = None
    """Its first poll that listed something."""
    moved_at: datetime | None = None
    """Its last poll of which something was new, changed or gone; at first when it began."""
    moves: int = 0
    """Polls that found it moved since it began."""
    longest: timedelta = timedelta()
    """The longest time between two such."""


def given(before: Giving, now: datetime, *, listed: bool, moved: bool, whole: bool, unchanged: bool) -> Giving:
    """After one poll more.

    `whole`: its listing arrived whole, without which that nothing is listed says nothing. `unchanged`: the source said
    that it is as before, in which case nothing was listed anew, be it empty or not.
    """
    nothing = before.nothing_since
    if listed:
        nothing = None
    elif whole and not unchanged:
        nothing = nothing or now
    if not (listed or moved):
        return Giving(nothing, before.began, before.moved_at, before.moves, before.longest)
    if before.began is None or before.moved_at is None:
        return Giving(nothing, began=now, moved_at=now)
    if not moved:
        return Giving(nothing, before.began, before.moved_at, before.moves, before.longest)
    longest = max(before.longest, now - before.moved_at)
    return Giving(nothing, before.began, max(now, before.moved_at), before.moves + 1, longest)
