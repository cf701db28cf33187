"""Slots in any zone, at any moment since zones have rules."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifier.domain.schedule import latest_due, local_day, next_due, next_instant, zones
from tests.support.long_form import examples

moments = st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 1)).map(lambda at: at.replace(tzinfo=UTC))
zone_names = st.sampled_from(sorted(zones()))
hours = st.integers(0, 23)
LONGEST_GAP = timedelta(hours=24)


@given(moments, zone_names, hours)
@settings(max_examples=examples(400))
def test_a_daily_slot_is_later_and_at_the_local_hour_or_just_after_a_gap(at: datetime, name: str, hour: int) -> None:
    due = next_due("daily", hour, None, name, at)
    zone = ZoneInfo(name)
    local = due.astimezone(zone)
    assert due > at
    exact = (local.hour, local.minute, local.second) == (hour, 0, 0)
    before = (due - timedelta(seconds=1)).astimezone(zone)
    jumped = local.replace(tzinfo=None) - before.replace(tzinfo=None) > timedelta(seconds=1)
    assert exact or jumped


@given(moments, zone_names, hours)
@settings(max_examples=examples(400))
def test_no_slot_lies_between_the_latest_and_the_next(at: datetime, name: str, hour: int) -> None:
    latest = latest_due("daily", hour, None, name, at)
    upcoming = next_due("daily", hour, None, name, at)
    assert latest <= at < upcoming
    assert next_due("daily", hour, None, name, latest) == upcoming
    assert latest_due("daily", hour, None, name, upcoming) == upcoming
    assert upcoming - latest <= timedelta(days=1) + LONGEST_GAP


@given(moments, zone_names, hours)
@settings(max_examples=examples(300))
def test_each_local_day_has_at_most_one_slot_unless_the_day_before_lost_its_last_hours(
    at: datetime, name: str, hour: int
) -> None:
    first = next_due("daily", hour, None, name, at)
    second = next_due("daily", hour, None, name, first)
    zone = ZoneInfo(name)
    if first.astimezone(zone).date() == second.astimezone(zone).date():
        midnight, _ = local_day(second, name)
        assert first == midnight


@given(moments, zone_names, hours, st.integers(0, 6))
@settings(max_examples=examples(300))
def test_a_weekly_slot_is_a_daily_one_on_its_weekday(at: datetime, name: str, hour: int, weekday: int) -> None:
    due = next_due("weekly", hour, weekday, name, at)
    assert due > at
    assert due == latest_due("daily", hour, None, name, due)
    assert latest_due("weekly", hour, weekday, name, due) == due


@given(moments, zone_names, st.integers(0, 9))
@settings(max_examples=examples(300))
def test_an_instant_digest_comes_with_a_later_minute_or_the_next_local_day(at: datetime, name: str, sent: int) -> None:
    due_at = latest_due("instant", 0, None, name, at)
    again = next_instant(due_at, sent, name)
    start, end = local_day(due_at, name)
    assert start <= due_at < end
    assert again == (due_at + timedelta(minutes=1) if sent < 6 else end)
    assert again > due_at
