"""Which days a demo simulates: those in which a folder of feeds posted most."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class BusiestDays:
    """Some days in a row that hold the most postings, and how many of all they hold."""

    start: datetime
    end: datetime
    """When the last of them was posted."""
    postings: int
    of: int
    """All postings, also those that do not say when they were posted."""

    def __str__(self) -> str:
        """`16 to 20 November 2026 hold 230 of 345 postings`."""
        first, last = self.start.date(), self.end.date()
        since = f"{first:%-d}" if (first.year, first.month) == (last.year, last.month) else f"{first:%-d %B}"
        since += f" {first:%Y}" if first.year != last.year else ""
        return f"{since} to {last:%-d %B %Y} hold {self.postings:,} of {self.of:,} postings"


def busiest_days(posted: Iterable[datetime | None], days: int) -> BusiestDays | None:
    """The `days` up to one of the postings that hold the most, of equal ones the newest; None where none says when.

    A first poll alerts to what was posted in the days before it alone, so that days of few postings would mail little.
    """
    every = list(posted)
    dated = sorted(moment for moment in every if moment is not None)
    span = timedelta(days=days)
    counts = [(place + 1 - bisect_right(dated, end - span), end) for place, end in enumerate(dated)]
    if not counts:
        return None
    postings, end = max(counts)
    return BusiestDays(end - span, end, postings, len(every))
