"""When a search is due whose times were changed: no date has two digests by it, and none goes without."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.model import Cadence
from services.notifier.domain.schedule import (
    MOST_INSTANT,
    due_after_change,
    due_after_serving,
    latest_due,
    next_due,
    next_instant,
)
from services.runtime.sql.ran_ahead import FURTHEST_DUE

HOUR = timedelta(hours=1)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "Pacific/Kiritimati")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def changed(hour: int, zone: str, now: str, due: str, served: str | None, weekday: int | None = None) -> str:
    cadence: Cadence = "daily" if weekday is None else "weekly"
    at = due_after_change(
        cadence,
        hour,
        weekday,
        zone,
        was=cadence,
        was_due_at=utc(due),
        served_at=utc(served) if served else None,
        now=utc(now),
    )
    return f"{at:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("hour", "now", "due", "served", "expected"),
    [
        # Served at 8 today: a later hour begins tomorrow.
        (18, "2026-07-01T10:00", "2026-07-02T08:00", "2026-07-01T08:00", "2026-07-02T18:00"),
        # Not served today yet: a later hour is today.
        (18, "2026-07-01T07:00", "2026-07-01T08:00", "2026-06-30T08:00", "2026-07-01T18:00"),
        # The new hour has passed today: today keeps the old one.
        (8, "2026-07-01T10:00", "2026-07-01T18:00", "2026-06-30T18:00", "2026-07-01T18:00"),
        # Due and not yet built: the new hour has passed, so it stays due.
        (7, "2026-07-01T08:00", "2026-07-01T08:00", "2026-06-30T08:00", "2026-07-01T08:00"),
        # Due and not yet built: the new hour is still to come today.
        (9, "2026-07-01T08:00", "2026-07-01T08:00", "2026-06-30T08:00", "2026-07-01T09:00"),
        # Never served: it is simply due at the next slot.
        (7, "2026-07-01T07:30", "2026-07-01T08:00", None, "2026-07-02T07:00"),
    ],
)
def test_another_hour(hour: int, now: str, due: str, served: str | None, expected: str) -> None:
    assert changed(hour, "UTC", now, due, served) == expected


def test_a_move_to_the_west_after_the_digest_of_the_day_is_served_on_the_next() -> None:
    """Eight in Berlin is past; eight in New York, the same day, would be the second of that day."""
    due, served = "2026-07-02T06:00", "2026-07-01T06:00"
    assert changed(8, "America/New_York", "2026-07-01T07:00", due, served) == "2026-07-02T12:00"


def test_a_move_to_the_east_past_the_hour_keeps_what_was_promised_for_the_day() -> None:
    """It is 17:00 in Sydney, where eight has passed: today's comes when it would have come in Berlin."""
    due, served = "2026-07-01T08:00", "2026-06-30T08:00"
    assert changed(8, "Australia/Sydney", "2026-07-01T07:00", due, served) == "2026-07-01T08:00"


@pytest.mark.parametrize(
    ("weekday", "now", "due", "served", "expected"),
    [
        # Served on Monday: Thursday is too soon after it, and the next one is taken.
        (3, "2026-06-29T10:00", "2026-07-06T08:00", "2026-06-29T08:00", "2026-07-09T08:00"),
        # To be served on Wednesday: the next Monday is twelve days after the last, so that Wednesday stands.
        (0, "2026-06-30T10:00", "2026-07-01T08:00", "2026-06-24T08:00", "2026-07-01T08:00"),
        # To be served on Wednesday: Friday of the same week.
        (4, "2026-06-30T10:00", "2026-07-01T08:00", "2026-06-24T08:00", "2026-07-03T08:00"),
        # Served on Monday: Sunday of the same week is six days later.
        (6, "2026-06-29T10:00", "2026-07-06T08:00", "2026-06-29T08:00", "2026-07-05T08:00"),
        # Due on Wednesday and not yet built: it is not put off to Tuesday.
        (1, "2026-07-01T08:00", "2026-07-01T08:00", "2026-06-24T08:00", "2026-07-01T08:00"),
    ],
)
def test_another_day_of_the_week(weekday: int, now: str, due: str, served: str, expected: str) -> None:
    assert changed(8, "UTC", now, due, served, weekday) == expected


@pytest.mark.parametrize(("was", "cadence"), [("instant", "daily"), ("daily", "instant"), ("instant", "weekly")])
def test_from_and_to_instant_it_is_due_at_the_next_slot(was: Cadence, cadence: Cadence) -> None:
    now = utc("2026-07-01T07:59")
    at = due_after_change(cadence, 8, 2, "UTC", was=was, was_due_at=now, served_at=now - HOUR, now=now)
    assert at == next_due(cadence, 8, 2, "UTC", now) == utc("2026-07-01T08:00")


@dataclass
class Reader:
    """Somebody with one daily search who changes their mind."""

    zone: str
    hour: int
    due: datetime
    served: list[tuple[datetime, str]] = field(default_factory=list)
    """Due times, and the zone that the reader was in then."""

    def change(self, zone: str, hour: int, now: datetime) -> None:
        last = self.served[-1][0] if self.served else None
        self.due = due_after_change(
            "daily", hour, None, zone, was="daily", was_due_at=self.due, served_at=last, now=now
        )
        self.zone, self.hour = zone, hour

    def tick(self, now: datetime) -> None:
        if self.due <= now:
            self.served.append((self.due, self.zone))
            self.due = next_due("daily", self.hour, None, self.zone, now)


def days_between_digests(changes: Sequence[tuple[int, str, int]]) -> list[int]:
    """Days from each digest to the next, by the reader's calendar, once they have waited and changed their mind."""
    now, zone = utc("2026-07-01T00:00"), changes[0][1] if changes else "UTC"
    reader = Reader(zone, 8, next_due("daily", 8, None, zone, now))
    for wait, to, hour in [*changes, (120, "", 0)]:
        for _ in range(wait):
            now += HOUR / 2
            reader.tick(now)
        reader.change(to or reader.zone, hour, now)
    return [
        (due.astimezone(ZoneInfo(zone)).date() - before.astimezone(ZoneInfo(zone)).date()).days
        for (before, _), (due, zone) in zip(reader.served, reader.served[1:], strict=False)
    ]


@given(
    st.sampled_from(ZONES),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 23)), max_size=12),
)
def test_whichever_hours_are_chosen_and_when_each_local_date_has_its_one_digest(
    zone: str, changes: list[tuple[int, int]]
) -> None:
    found = days_between_digests([(wait, zone, hour) for wait, hour in changes])
    assert set(found) <= {1}


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from(ZONES), st.integers(0, 23)), max_size=12))
def test_wherever_somebody_moves_no_local_date_has_two_digests_and_none_stays_away(
    changes: list[tuple[int, str, int]],
) -> None:
    assert all(1 <= days <= 3 for days in days_between_digests(changes))


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 6), st.integers(0, 23)), max_size=8))
def test_whichever_days_of_the_week_are_chosen_digests_keep_their_distance(changes: list[tuple[int, int, int]]) -> None:
    assert all(timedelta(days=3.5) <= apart <= timedelta(days=10.5) for apart in between_weekly_digests(changes))


def test_a_weekly_digest_is_not_put_off_for_ever_by_another_day_each_time_that_it_is_near() -> None:
    before_it_comes = [(0, 1, 0), (144, 4, 0), (144, 0, 0), (144, 2, 0), (48, 5, 0)]
    assert max(between_weekly_digests(before_it_comes)) <= timedelta(days=10.5)


def between_weekly_digests(changes: Sequence[tuple[int, int, int]]) -> list[timedelta]:
    """From each weekly digest to the next, where its day and hour are changed after so many hours each."""
    now, weekday, hour = utc("2026-07-01T00:00"), 0, 8
    due, served = next_due("weekly", hour, weekday, "UTC", now), list[datetime]()
    for wait, to, at in [*changes, (800, 0, 8)]:
        for _ in range(wait):
            now += HOUR
            if due <= now:
                served.append(due)
                due = due_after_serving("weekly", hour, weekday, "UTC", slot=due, now=now)
        weekday, hour = to, at
        last = served[-1] if served else None
        due = due_after_change("weekly", hour, weekday, "UTC", was="weekly", was_due_at=due, served_at=last, now=now)
    return [later - earlier for earlier, later in pairwise(served)]


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))
TIMES = st.tuples(st.sampled_from(("daily", "weekly")), st.integers(0, 23), st.integers(0, 6))


@given(MOMENTS, TIMES, st.lists(st.tuples(TIMES, st.sampled_from(ZONES), st.integers(0, 14 * 24)), max_size=5))
def test_no_search_is_due_later_than_a_clock_that_ran_ahead_is_told_by(
    now: datetime, times: tuple[Cadence, int, int], changes: Sequence[tuple[tuple[Cadence, int, int], str, int]]
) -> None:
    cadence, hour, weekday = times
    zone, served = "UTC", None
    due = next_due(cadence, hour, weekday, zone, now)
    for (other, hour, weekday), other_zone, hours in changes:
        assert due - now <= FURTHEST_DUE[cadence]
        now += timedelta(hours=hours)
        if due <= now:
            served = latest_due(cadence, times[1], times[2], zone, now)
            due = due_after_serving(cadence, times[1], times[2], zone, slot=served, now=now)
            assert due - now <= FURTHEST_DUE[cadence]
        due = due_after_change(other, hour, weekday, other_zone, was=cadence, was_due_at=due, served_at=served, now=now)
        cadence, times, zone = other, (other, hour, weekday), other_zone
    assert due - now <= FURTHEST_DUE[cadence]
    assert next_instant(now, MOST_INSTANT, zone) - now <= FURTHEST_DUE["instant"]
