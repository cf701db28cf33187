"""What came of each source's polls, or pushes, in each of the last 24 hours, by what the store counted."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from services.runtime.figures.hours import (
    DAY,
    HOUR,
    SOURCE_FAILURES,
    SOURCE_POLLS,
    SOURCE_SEEN,
    SOURCE_UNREAD,
    SOURCE_YIELD,
    last_hours,
    read_counts,
)

SHOWN: Final = 24
_FIELDS: Final = {
    SOURCE_POLLS: "polls",
    SOURCE_SEEN: "seen",
    SOURCE_YIELD: "new",
    SOURCE_FAILURES: "failed",
    SOURCE_UNREAD: "unread",
}


@dataclass(frozen=True, slots=True)
class SourceHour:
    """One hour of one source."""

    begins: datetime
    polls: int = 0
    """Or requests that pushed."""
    seen: int = 0
    """Postings that its polls listed, those of each poll counted, or that were taken of its pushes."""
    new: int = 0
    """New or changed."""
    failed: int = 0
    """Polls, or pushes of which nothing was taken."""
    unread: int = 0
    """Rows that may be jobs, of which nothing could be read, or records of pushes that were refused."""


def read_source_hours(
    connection: Connection, now: datetime, names: Sequence[str]
) -> Mapping[str, tuple[SourceHour, ...]]:
    """By source, the present hour last; in the order of the names, within the caller's transaction."""
    begins = last_hours(now, SHOWN)
    found: defaultdict[tuple[str, datetime], Counter[str]] = defaultdict(Counter)
    for count in read_counts(connection, begins[0], tuple(_FIELDS), HOUR, names):
        found[count.part, count.begins][_FIELDS[count.measure]] += count.number
    return {name: tuple(SourceHour(hour, **found[name, hour]) for hour in begins) for name in names}


def read_source_faults(connection: Connection, now: datetime) -> Counter[str]:
    """By source, what failed and could not be read in that time: no more than those of which there is some."""
    faults = Counter[str]()
    for count in read_counts(connection, last_hours(now, SHOWN)[0], (SOURCE_FAILURES, SOURCE_UNREAD), DAY):
        faults[count.part] += count.number
    return faults
