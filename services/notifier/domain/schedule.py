"""When a saved search is due, on slots of local clocks through every change of these; and how long before it is built.

A slot is the hour asked for on one local date. Where the clocks skip that hour it is the first moment after the gap;
where they repeat it, its first pass. A date that a zone skipped altogether has no slot.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from services.notifier.domain.model import Cadence

MOST_INSTANT = 6
"""Digests with instant searches in one local day; what is over waits for the next."""

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_HALF_WEEK = _WEEK / 2
_MINUTE = timedelta(minutes=1)
_SEARCHED_DAYS = 23
"""Three weeks and a day on either side: more than a weekly slot can be away, even where its date was skipped."""
_SPARE = 1.25
"""Held against a pace that is a mean of other mornings, and against what a notifier does between its ticks."""
_NO_PLACES = frozenset({"Factory", "localtime", "posixrules"})


@cache
def zones() -> frozenset[str]:
    """The IANA names that a subscriber may have."""
    return frozenset(available_timezones()) - _NO_PLACES


def next_due(cadence: Cadence, hour: int, weekday: int | None, time_zone: str, after: datetime) -> datetime:
    """The first slot strictly after a moment, in UTC; of instant searches the next full minute.

    `hour` is 0 to 23; `weekday` (0 is Monday) counts for weekly alone. Raises ValueError for what is no schedule.
    """
    zone = _checked(cadence, hour, weekday, time_zone)
    if cadence == "instant":
        return _minute(after) + _MINUTE
    start = after.astimezone(zone).date() - _DAY
    for ahead in range(_SEARCHED_DAYS):
        slot = _slot(start + ahead * _DAY, hour, weekday if cadence == "weekly" else None, zone)
        if slot is not None and slot > after:
            return slot
    raise AssertionError(f"no {cadence} slot in {time_zone} after {after.isoformat()}")


def due_after_serving(
    cadence: Cadence, hour: int, weekday: int | None, time_zone: str, *, slot: datetime, now: datetime
) -> datetime:
    """When a search that was just served for a slot is due again, in UTC; not for instant searches.

    The slot may be of another weekday than the present one: a weekly slot too soon after it is passed over. Raises
    ValueError for what is no schedule.
    """
    due = next_due(cadence, hour, weekday, time_zone, now)
    while cadence == "weekly" and due - slot < _HALF_WEEK:
        due = next_due(cadence, hour, weekday, time_zone, due)
    return due


def due_after_change(
    cadence: Cadence,
    hour: int,
    weekday: int | None,
    time_zone: str,
    *,
    was: Cadence,
    was_due_at: datetime,
    served_at: datetime | None,
    now: datetime,
) -> datetime:
    """When a search is due whose cadence, hour, weekday or time zone have just become these, in UTC.

    `was` and `was_due_at` are its cadence and due time until now, `served_at` the due time of its last digest. Each
    local date of a daily search keeps its one digest, and those of a weekly search lie half a week apart or more: a
    slot too soon after the last is passed over, and the old due time stands where it would be left out otherwise.
    Raises ValueError for what is no schedule.
    """
    due = next_due(cadence, hour, weekday, time_zone, now)
    if "instant" in (cadence, was):
        return due
    zone, by_week = _zone(time_zone), cadence == was == "weekly"

    def apart(earlier: datetime, later: datetime) -> bool:
        """Whether two digests would not be one too many."""
        if by_week:
            return later - earlier >= _HALF_WEEK
        return earlier.astimezone(zone).date() < later.astimezone(zone).date()

    while served_at is not None and not apart(served_at, due):
        due = next_due(cadence, hour, weekday, time_zone, due)
    if served_at is not None and not apart(served_at, was_due_at):
        return due
    if by_week and was_due_at > now and served_at is not None:
        # However often it is changed, it is put off by no more than half a week: what comes too soon after the old due
        # time is passed over once that is served.
        return due if due - served_at <= _WEEK + _HALF_WEEK else min(due, was_due_at)
    if not apart(was_due_at, due):
        return due
    owed = was_due_at <= now or (served_at is not None and cadence == was)
    return was_due_at if owed else due


def latest_due(cadence: Cadence, hour: int, weekday: int | None, time_zone: str, now: datetime) -> datetime:
    """The last slot at or before a moment, in UTC: however many were missed, this one is served for all."""
    zone = _checked(cadence, hour, weekday, time_zone)
    if cadence == "instant":
        return _minute(now)
    start = now.astimezone(zone).date() + _DAY
    for back in range(_SEARCHED_DAYS):
        slot = _slot(start - back * _DAY, hour, weekday if cadence == "weekly" else None, zone)
        if slot is not None and slot <= now:
            return slot
    raise AssertionError(f"no {cadence} slot in {time_zone} before {now.isoformat()}")


def next_instant(due_at: datetime, sent_today: int, time_zone: str, most: int = MOST_INSTANT) -> datetime:
    """When instant searches may be served again, `sent_today` digests of this local day being out: UTC."""
    if sent_today < most:
        return _minute(due_at) + _MINUTE
    return local_day(due_at, time_zone)[1]


def waits_until(cadence: Cadence, next_due_at: datetime, now: datetime) -> datetime | None:
    """When an instant search is served again whose mails of the day are out; None where any minute may serve it."""
    return next_due_at if cadence == "instant" and next_due_at > now + _MINUTE else None


def local_day(at: datetime, time_zone: str) -> tuple[datetime, datetime]:
    """The local day that holds a moment, half-open, in UTC: 23, 24 or 25 hours as a rule."""
    zone = _zone(time_zone)
    day = at.astimezone(zone).date()
    return _moment(day, 0, zone), _moment(day + _DAY, 0, zone)


def begins(due: Sequence[tuple[datetime, int]], each: timedelta, longest: timedelta) -> list[datetime]:
    """Of due times in their order, each with how many digests fall due: when building for it begins.

    Those of an earlier time come first, so that a few before a crowd begin before it does. `each`: what a digest takes
    all notifiers together. None begins earlier than `longest` before its time, nor earlier than it has to.
    """
    begun: list[datetime] = []
    for due_at, digests in reversed(due):
        takes = timedelta(seconds=min(_SPARE * digests * each.total_seconds(), longest.total_seconds()))
        latest = min(due_at, begun[-1]) if begun else due_at
        begun.append(max(latest - takes, due_at - longest))
    return begun[::-1]


def _slot(day: date, hour: int, weekday: int | None, zone: ZoneInfo) -> datetime | None:
    if weekday is not None and day.weekday() != weekday:
        return None
    if _moment(day, 0, zone).astimezone(zone).date() != day:
        return None
    return _moment(day, hour, zone)


@lru_cache(maxsize=4_096)
def _moment(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """The first moment at which the local clock shows that hour or, having skipped it, a later one."""
    local = datetime.combine(day, time(hour), zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    # In a gap, fold=0 reads the time by the offset before it and fold=1 by that after it (PEP 495): the clocks changed
    # in between, at a whole second.
    before, after = local.replace(fold=1).astimezone(UTC), moment
    old = before.astimezone(zone).utcoffset()
    while (span := (after - before) // timedelta(seconds=1)) > 1:
        middle = before + timedelta(seconds=span // 2)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def _checked(cadence: Cadence, hour: int, weekday: int | None, time_zone: str) -> ZoneInfo:
    if not 0 <= hour <= 23:
        raise ValueError(f"an hour lies between 0 and 23, not at {hour}")
    if cadence == "weekly" and (weekday is None or not 0 <= weekday <= 6):
        raise ValueError("a weekly search needs a weekday: 0 (Monday) to 6 (Sunday)")
    return _zone(time_zone)


def _zone(time_zone: str) -> ZoneInfo:
    if time_zone not in zones():
        raise ValueError(f"{time_zone} is not an IANA time zone, such as Europe/Berlin")
    return ZoneInfo(time_zone)
