"""When a source is polled next, and how it fares."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from schemas.giving import Giving
from services.ingest.domain.polling.listing import Shrunk

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
"""A failing source is asked at least this often, unless its own interval is longer."""
SPREAD = 0.1
"""How far, as a share, chance moves a poll, so that sources added together do not stay in step."""
LONGEST_WISH = timedelta(days=1)
"""The longest Retry-After that is followed: a slip of a server must not silence a source for good."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a conditional request asks with (RFC 9110, section 13); of files, a fingerprint in `etag`."""

    etag: str | None = None
    last_modified: str | None = None
    request: str | None = None
    """What was asked: they hold for nothing else."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What one poll came to."""

    items: int = 0
    """Postings listed, repeats left out."""
    new: int = 0
    changed: int = 0
    """Changed or open again."""
    closed: int = 0
    skipped: int = 0
    broken: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How a source fares."""

    source: str
    added_at: datetime
    next_due: datetime
    last_attempt: datetime | None = None
    last_success: datetime | None = None
    listed_at: datetime | None = None
    """Its last listing that arrived whole."""
    settled_at: datetime | None = None
    """The end of its backlog: its first poll that came to an end by itself."""
    failures: int = 0
    """In a row."""
    last_error: str | None = None
    """One sentence; kept after the next success, as what to look at."""
    format: str | None = None
    """The format last found."""
    validators: Validators = field(default_factory=Validators)
    counts: Counts = field(default_factory=Counts)
    """Of the last success."""
    notes: str = ""
    """What there was to say of the last poll, beside its error."""
    asked_since: datetime | None = None
    """When the poll in hand began; None while there is none."""
    hangs: int = 0
    """Polls in a row that its server let run out of time."""
    shrunk: Shrunk | None = None
    """Of a listing that lacks suspiciously much; None while it does not."""
    shrunk_accepted: datetime | None = None
    """An operator's word for the shrinking that began then. Written by `SqlSourceLedger.accept_shrunk` alone."""
    giving: Giving = field(default_factory=Giving)
    giving_accepted: datetime | None = None
    """When an operator said that what is odd in it is right. Written by `SqlSourceLedger.accept_giving` alone."""

    @property
    def failing(self) -> bool:
        return self.failures > 0


def next_due(
    now: datetime, *, every: timedelta, failures: int, chance: float, retry_after: timedelta | None = None
) -> datetime:
    """When to poll next: the source's interval; while it fails, from a minute on doubling; never before it asked to be.

    `chance` lies between 0 and 1 and moves the time by up to a tenth either way.
    """
    wait = every
    if failures:
        doublings = min(failures - 1, 20)
        wait = min(FIRST_RETRY * 2**doublings, max(every, LONGEST_RETRY))
    wait *= 1 + SPREAD * (2 * chance - 1)
    if retry_after is not None:
        wait = max(wait, min(retry_after, LONGEST_WISH))
    return now + wait


def pause_before_retry(attempt: int, chance: float) -> timedelta:
    """How long to wait before the next attempt within one poll: 1 s doubling, less up to half by chance."""
    return timedelta(seconds=2.0**attempt * (1 - chance / 2))


def retry_after(header: str | None, at: datetime) -> timedelta | None:
    """Read a Retry-After header, seconds or a date (RFC 9110, section 10.2.3), as a wait from `at`; None if neither."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), LONGEST_WISH.total_seconds()))
    until = http_date(text)
    return None if until is None else max(until - at, timedelta())


def http_date(text: str | None) -> datetime | None:
    """Read an HTTP date (RFC 9110, section 5.6.7); None if it is none."""
    if not text:
        return None
    try:
        value = parsedate_to_datetime(text)
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError, TypeError):
        return None


def silent_since(health: SourceHealth, now: datetime, silence: timedelta) -> datetime | None:
    """Since when a source has given nothing, if that is too long; None while it is not."""
    since = health.last_success or health.added_at
    return since if now - since >= silence else None
