"""How what a source gives goes on from poll to poll, so that one that gives nothing, or the same for ever, is known."""

from datetime import datetime

from schemas.giving import Giving


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
