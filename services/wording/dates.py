"""Days in words, as the language writes them."""

import re
from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date, format_skeleton, format_time


@lru_cache(maxsize=1_024)
def day_in_words(day: date, locale: str, *, weekday: bool = False) -> str:
    """`November 3, 2026`; with its `weekday`, `Tuesday, November 3, 2026`."""
    return _first(str(format_date(day, "full" if weekday else "long", locale=locale)), day, locale)


@lru_cache(maxsize=1_024)
def day_of_year(day: date, locale: str, *, short: bool = False) -> str:
    """`November 3`, `3. November`; `short`: `Nov 3`."""
    return _first(str(format_skeleton("MMMd" if short else "MMMMd", day, locale=locale)), day, locale)


def moment_in_words(at: datetime, locale: str) -> str:
    """A time on the reader's own clock, as it is given: `Nov 3, 2026, 8:00 AM`."""
    day = _first(str(format_date(at, "medium", locale=locale)), at.date(), locale)
    return f"{day}, {format_time(at, 'short', locale=locale)}"


def _first(said: str, day: date, locale: str) -> str:
    """French counts the first of a month, `1er novembre`, which CLDR does not."""
    return re.sub(r"\b1\b", "1er", said, count=1) if day.day == 1 and locale.startswith("fr") else said
