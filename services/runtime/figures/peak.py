"""Which digests of the day ahead wait longest to be built, and how long, by the pace of the busiest hour of late."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from sqlalchemy import Connection, func, not_, select

from schemas.sql.tables import saved_searches, subscribers
from services.runtime.figures.hours import DAY, HOUR, hour_of, read_counts

DIGESTS_BUILT: Final = "digests_built"
"""Digests that ticks of notifiers built, to be sent or held."""
BUILDING_MS: Final = "building_ms"
"""Milliseconds that it took to build them; until 2026-12 with handing over what these ticks could."""
MAILS_HANDED_OVER: Final = "mails_handed_over"
HANDING_OVER_MS: Final = "handing_over_ms"
"""Milliseconds that it took notifiers to hand them over."""
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
    lead: timedelta = timedelta()
    """How long before they are due these begin, at the earliest."""

    def enough(self, within_s: float) -> int:
        """How many notifiers have the last of them handed over within so long."""
        lead_s = self.lead.total_seconds()
        return ceil(self.notifiers * (self.takes_s + lead_s) / (within_s + lead_s))


@dataclass(frozen=True, slots=True)
class DayAhead:
    """What falls due, and the pace by which it is foreseen."""

    due: tuple[tuple[datetime, int], ...] = ()
    """Times of the next 24 hours, in their order, with how many digests fall due. Instant searches fall due by what
    comes, and are left out."""
    each_s: float | None = None
    """What a digest took a notifier; None where too few were built of late."""
    handed_s: float = 0.0
    """What it took to hand a mail over; 0 where that is not known."""

    def peak(self, now: datetime, waiting: int, notifiers: int, lead: timedelta = timedelta()) -> Peak | None:
        """By so many notifiers, which first build what is `waiting` now; None where nobody can tell.

        `lead`: how long before they are due digests may be built.
        """
        if self.each_s is None or not notifiers:
            return None
        longest: Peak | None = None
        each_s, handed_s = self.each_s / notifiers, self.handed_s / notifiers
        free_at = now + timedelta(seconds=waiting * (each_s + handed_s))
        for due_at, digests in self.due:
            if due_at <= now:
                continue
            built_at = max(due_at - lead, free_at) + timedelta(seconds=digests * each_s)
            takes_s = max((built_at - due_at).total_seconds(), 0.0) + digests * handed_s
            if longest is None or takes_s > longest.takes_s:
                longest = Peak(due_at, digests, takes_s, self.each_s, notifiers, lead)
            free_at = built_at + timedelta(seconds=digests * handed_s)
        return longest


def read_day_ahead(connection: Connection, now: datetime, within: timedelta = DAY) -> DayAhead:
    """Within the caller's transaction; goes through all searches that fall due, a second for half a million.

    `within`: what falls due so soon alone.
    """
    if (each_s := _pace(connection, now, DIGESTS_BUILT, BUILDING_MS)) is None:
        return DayAhead()
    searches = saved_searches.c
    query = (
        select(searches.next_due_at, func.count(searches.subscriber_id.distinct()).label("digests"))
        .join(subscribers, subscribers.c.subscriber_id == searches.subscriber_id)
        .where(
            searches.next_due_at > now,
            searches.next_due_at <= now + within,
            searches.cadence != "instant",
            not_(searches.paused),
            subscribers.c.status == "active",
        )
        .group_by(searches.next_due_at)
        .order_by(searches.next_due_at)
    )
    due = tuple((row.next_due_at, int(row.digests)) for row in connection.execute(query))
    return DayAhead(due, each_s, _pace(connection, now, MAILS_HANDED_OVER, HANDING_OVER_MS) or 0.0)


def _pace(connection: Connection, now: datetime, measure: str, ms: str) -> float | None:
    """Seconds that one took in the busiest hour; None where it had too few."""
    numbers, took = Counter[datetime](), Counter[datetime]()
    for count in read_counts(connection, hour_of(now) - _LATELY, (measure, ms), HOUR):
        (numbers if count.measure == measure else took)[count.begins] += count.number
    busiest, number = max(numbers.items(), key=lambda hour: hour[1], default=(now, 0))
    return took[busiest] / number / 1_000 if number >= _LEAST_BUILT else None
