"""What a clock that ran ahead for a while leaves behind: times that no right clock can have written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, or_, select

from schemas.sql.tables import digests, flags, saved_searches
from services.runtime.sql.store import upsert

AHEAD: Final = timedelta(days=1)
"""What is later than it may be by so much was written while a clock ran ahead; by less, maybe before one was set back.

Clocks of machines differ by seconds, and one that is set back by hours changes no date's digest.
"""
FURTHEST_DUE: Final[Mapping[str, timedelta]] = {
    "instant": timedelta(hours=25),
    "daily": timedelta(hours=49),
    "weekly": timedelta(days=10, hours=13),
}
"""By cadence: how far ahead a search can be due: its slot after the next, or half a week after the next week's."""
CLOCKS_APART: Final = timedelta(minutes=10)
"""How far clocks of machines that are set may lie apart."""
_SLOTS_APART: Final = timedelta(hours=25)
"""How far ahead the next slot of a daily search is at most, but where a zone skips a date."""
_FLAG = "clock_ran_ahead"


@dataclass(frozen=True, slots=True)
class RanAhead:
    """What a clock left behind that had run ahead."""

    due_too_late: int = 0
    """Searches that are due later than they can be."""
    put_right: int = 0
    """Searches that were so, and were given the due times they should have, at `put_right_at`."""
    put_right_at: datetime | None = None
    until: datetime | None = None
    """The latest due time of these: the clock had run ahead almost to there."""


def is_ahead(at: ColumnElement[datetime], now: datetime, span: timedelta = timedelta()) -> ColumnElement[bool]:
    """Whether a time is later than `span` from now by more than clocks are set back."""
    return at > now + span + AHEAD


def is_due_too_late(now: datetime) -> ColumnElement[bool]:
    """Of a saved search: whether it is due later than it can be.

    That is so by its cadence alone; or, where a clock ran ahead by less than that shows, by a digest of theirs that was
    due in a time to come, or a change of the search then. A daily search that was served by less than a day ahead has
    had the digest of that date, and a weekly one that of its week.
    """
    search = saved_searches.c
    by_cadence = [
        and_(search.cadence == cadence, is_ahead(search.next_due_at, now, span))
        for cadence, span in FURTHEST_DUE.items()
    ]
    # What is due is looked up by its time first, whatever its cadence.
    clocked = and_(
        search.next_due_at > now + _SLOTS_APART,
        search.paused == false(),
        or_(*by_cadence, and_(search.cadence == "daily", _was_ahead(now + AHEAD))),
    )
    instant = and_(
        search.cadence == "instant",
        search.paused == false(),
        search.next_due_at > now + CLOCKS_APART,
        # A digest that is built ahead of its hour holds no instant search.
        _was_ahead(now + CLOCKS_APART, digests.c.instant),
    )
    return or_(clocked, instant)


def _was_ahead(of: datetime, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of a saved search: whether its due time comes of a digest, or a change, by a clock that was later than that."""
    search = saved_searches.c
    theirs = and_(digests.c.subscriber_id == search.subscriber_id, digests.c.outcome != "notice", *which)
    served = exists().where(theirs, digests.c.due_at > of, digests.c.due_at <= search.next_due_at)
    return or_(and_(search.changed_at > of, search.changed_at <= search.next_due_at), served)


def keep_put_right(connection: Connection, searches: int, until: datetime, now: datetime) -> None:
    """Keep that due times were put right, in the transaction that does it."""
    row = {"value": json.dumps({"searches": searches, "until": until.isoformat()}), "changed_at": now}
    insert = upsert(connection, flags).values(name=_FLAG, **row)
    connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=row))


def read_ran_ahead(connection: Connection, now: datetime) -> RanAhead:
    """What there is of it now, and what was put right last."""
    late = select(func.count()).select_from(saved_searches).where(is_due_too_late(now))
    number = int(connection.execute(late).scalar_one())
    kept = connection.execute(select(flags).where(flags.c.name == _FLAG)).one_or_none()
    if kept is None:
        return RanAhead(number)
    said = json.loads(kept.value)
    return RanAhead(number, int(said["searches"]), kept.changed_at, datetime.fromisoformat(said["until"]))
