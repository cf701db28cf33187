"""Which digests of the day ahead wait longest to be built, and how long, by the pace of the busiest hour of late."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, not_, select

from schemas.sql.tables import saved_searches, subscribers
from services.runtime.figures.hours import DAY, HOUR, hour_of, read_counts

DIGESTS_BUILT: Final = "digests_built"
"""Digests that ticks of notifiers built, to be sent or held."""
BUILDING_MS: Final = "building_ms"
"""Milliseconds that these ticks took, with handing over what they could."""
_LATELY: Final = 7 * DAY
_LEAST_BUILT: Final = 100
"""Of an hour: what few digests take is mostly the tick around them."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The digests of the next 24 hours that wait longest."""

    due_at: datetime
    digests: int
    """That fall due then."""
    takes_s: float
    """From then until the last of them is built and handed over, behind those that were due before."""
    each_s: float
    """What one digest took one notifier in the busiest hour of the last week."""
    notifiers: int
    """Those that build them."""


@dataclass(frozen=True, slots=True)
class DayAhead:
    """What falls due, and the pace by which it is foreseen."""

    due: tuple[tuple[datetime, int], ...] = ()
    """Times of the next 24 hours, in their order, with how many digests fall due. Instant searches fall due by what
    comes, and are left out."""
    each_s: float | None = None
    """What a digest took a notifier; None where too few were built of late."""

    def peak(self, now: datetime, waiting: int, notifiers: int) -> Peak | None:
        """By so many notifiers, which first build what is `waiting` now; None where nobody can tell."""
        if self.each_s is None or not notifiers:
            return None
        longest: Peak | None = None
        each_s = self.each_s / notifiers
        free_at = now + timedelta(seconds=waiting * each_s)
        for due_at, digests in self.due:
            if due_at <= now:
                continue
            free_at = max(due_at, free_at) + timedelta(seconds=digests * each_s)
            takes_s = (free_at - due_at).total_seconds()
            if longest is None or takes_s > longest.takes_s:
                longest = Peak(due_at, digests, takes_s, self.each_s, notifiers)
        return longest


def read_day_ahead(connection: Connection, now: datetime) -> DayAhead:
    """Within the caller's transaction; goes through all searches that fall due, a second for half a million."""
    if (each_s := _pace(connection, now)) is None:
        return DayAhead()
    searches = saved_searches.c
    query = (
        select(searches.next_due_at, func.count(searches.subscriber_id.distinct()).label("digests"))
        .join(subscribers, subscribers.c.subscriber_id == searches.subscriber_id)
        .where(
            searches.next_due_at > now,
            searches.next_due_at <= now + DAY,
            searches.cadence != "instant",
            not_(searches.paused),
            subscribers.c.status == "active",
        )
        .group_by(searches.next_due_at)
        .order_by(searches.next_due_at)
    )
    return DayAhead(tuple((row.next_due_at, int(row.digests)) for row in connection.execute(query)), each_s)


def _pace(connection: Connection, now: datetime) -> float | None:
    built, took = Counter[datetime](), Counter[datetime]()
    for count in read_counts(connection, hour_of(now) - _LATELY, (DIGESTS_BUILT, BUILDING_MS), HOUR):
        (built if count.measure == DIGESTS_BUILT else took)[count.begins] += count.number
    busiest, number = max(built.items(), key=lambda hour: hour[1], default=(now, 0))
    return took[busiest] / number / 1_000 if number >= _LEAST_BUILT else None
