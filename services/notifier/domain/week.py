"""How many postings matched on each of the last seven days, on the reader's calendar."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from services.notifier.domain.job_wording import seen_on
from services.notifier.domain.lines import zone_of
from services.notifier.domain.model import Candidate, DayCounts
from services.notifier.domain.windows import DueSubscriber, Found
from services.notifier.domain.words import Words

DAYS = 7
_LEAST_DAYS = 2
"""A plot of a single day tells nothing that the list does not."""


@dataclass(frozen=True, slots=True)
class ShownDay:
    """One bar of the plot."""

    name: str
    """`Mon`."""
    count: int
    height: int
    """0 to 100, the fullest day at 100; a day with any is seen."""


def matched_by_day(
    subscriber: DueSubscriber, found: Mapping[str, Found], candidates: Iterable[Candidate]
) -> DayCounts | None:
    """The distinct candidates that matched in a subscriber's due windows, by the day on which they were posted.

    None where a window holds more than are read of it, so that a count would be wrong.
    """
    windows = [found[window.search.search_id] for window in subscriber.windows if window.search.search_id in found]
    if any(one.more for one in windows):
        return None
    zone = zone_of(subscriber.recipient.time_zone)
    matched = frozenset[str]().union(*(one.matched for one in windows))
    fitting = [one.posting for one in candidates if one.posting.posting_id in matched]
    return tuple(sorted(Counter(seen_on(posting, zone) for posting in fitting).items()))


def week_of(counts: Iterable[DayCounts | None], due_at: datetime, zone: ZoneInfo) -> DayCounts:
    """The last seven days, the oldest first, from the counts of each window that was closed in them, and the present.

    Empty where one of them is not known, or too few days have any.
    """
    last = due_at.astimezone(zone).date()
    days: Counter[date] = Counter()
    for some in counts:
        if some is None:
            return ()
        days.update(dict(some))
    week = tuple((day, days[day]) for day in (last - timedelta(days=back) for back in reversed(range(DAYS))))
    return week if sum(count > 0 for _, count in week) >= _LEAST_DAYS else ()


def shown_week(week: DayCounts, words: Words) -> tuple[ShownDay, ...]:
    """The bars of a week."""
    most = max((count for _, count in week), default=0)
    return tuple(
        ShownDay(
            name=str(format_date(day, "ccc", locale=words.locale)).rstrip("."),
            count=count,
            height=-(-100 * count // most) if most else 0,
        )
        for day, count in week
    )


def first_day_of(due_at: datetime) -> datetime:
    """Since when windows must have been closed to count in the week of a digest; a day earlier than needed, at most."""
    return due_at - timedelta(days=DAYS)
