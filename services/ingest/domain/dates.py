"""Dates in all the forms that feeds write them in."""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from services.ingest.domain.findings import Finding, evidence_of

_MILLISECONDS_FROM = 1e12
"""Below this a number is epoch seconds; 1e12 seconds is the year 33658 and 1e12 milliseconds is 2001."""
_FIRST_YEAR = 2000
_YEARS_AHEAD = {"posted_at": 1, "expires_at": 20}
_DIGITS = re.compile(r"\d{9,13}(?:\.\d+)?")
_ZONE_WORD = re.compile(r"\s*(?:UTC|GMT|Z)$", re.IGNORECASE)
_MOST_CHARACTERS = 64


def read_date(field: str, value: str | int | float | None, *, fetched_at: datetime) -> Finding[datetime | None]:
    """Read epoch seconds or milliseconds, ISO 8601 with or without offset, a date alone, or RFC 822; UTC.

    A time without a zone is taken as UTC, a date as its first moment. What cannot be read, or lies before 2000 or
    years after the fetch, is None, and the evidence says so. `field` is `posted_at` or `expires_at`.
    """
    if value is None or value == "":
        return Finding(None)
    read = _from_number(value) if isinstance(value, int | float) else _from_text(value.strip())
    shown = str(value)[:_MOST_CHARACTERS]
    if read is None:
        return Finding(None, (evidence_of(field, f"{shown}: not a date"),))
    if not _FIRST_YEAR <= read.year <= fetched_at.year + _YEARS_AHEAD.get(field, 1):
        return Finding(None, (evidence_of(field, f"{shown}: the year {read.year} cannot be meant"),))
    return Finding(read, (evidence_of(field, shown),))


def _from_number(value: float) -> datetime | None:
    if isinstance(value, bool) or not math.isfinite(value):
        return None
    seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _from_text(text: str) -> datetime | None:
    if not text or len(text) > _MOST_CHARACTERS:
        return None
    if _DIGITS.fullmatch(text):
        return _from_number(float(text))
    read = _from_iso(text) or _from_iso(_ZONE_WORD.sub("+00:00", text)) or _from_mail(text)
    if read is None:
        return None
    try:
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _from_iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _from_mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
