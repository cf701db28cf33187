"""When a digest is due, on the days when clocks change and on all others."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifier.domain.schedule import latest_due, local_day, next_due, next_instant, zones


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily(hour: int, time_zone: str, after: str) -> str:
    return next_due("daily", hour, None, time_zone, utc(after)).strftime("%Y-%m-%dT%H:%M")


def test_a_daily_search_is_due_at_its_hour_on_the_local_clock() -> None:
    assert daily(8, "Asia/Kolkata", "2026-07-01T00:00") == "2026-07-01T02:30"


def test_a_slot_is_strictly_later_than_the_moment_asked_about() -> None:
    assert daily(8, "UTC", "2026-07-01T08:00") == "2026-07-02T08:00"
    assert daily(8, "UTC", "2026-07-01T07:59:59.999999") == "2026-07-01T08:00"


def test_an_hour_that_the_clocks_skip_is_served_at_the_first_moment_after_the_gap() -> None:
    assert daily(2, "Europe/Berlin", "2026-03-28T12:00") == "2026-03-29T01:00"  # 03:00 summer time


def test_an_hour_that_the_clocks_repeat_is_served_once_at_its_first_pass() -> None:
    assert daily(2, "Europe/Berlin", "2026-10-24T12:00") == "2026-10-25T00:00"  # 02:00 summer time
    assert daily(2, "Europe/Berlin", "2026-10-25T00:00") == "2026-10-26T01:00"


def test_a_gap_of_half_an_hour_is_left_at_its_end() -> None:
    due = next_due("daily", 2, None, "Australia/Lord_Howe", utc("2026-10-03T00:00"))
    assert due.astimezone(ZoneInfo("Australia/Lord_Howe")).strftime("%m-%d %H:%M") == "10-04 02:30"


def test_a_gap_at_midnight_moves_hour_0_to_one_o_clock_of_the_same_day() -> None:
    due = next_due("daily", 0, None, "Africa/Cairo", utc("2026-04-23T12:00"))
    assert due.astimezone(ZoneInfo("Africa/Cairo")).strftime("%m-%d %H:%M") == "04-24 01:00"


def test_a_gap_in_the_last_hour_of_a_day_moves_its_slot_to_midnight() -> None:
    nuuk = ZoneInfo("America/Nuuk")
    first = next_due("daily", 23, None, "America/Nuuk", utc("2026-03-28T12:00"))
    second = next_due("daily", 23, None, "America/Nuuk", first)
    assert first.astimezone(nuuk).strftime("%m-%d %H:%M") == "03-29 00:00"
    assert second.astimezone(nuuk).strftime("%m-%d %H:%M") == "03-29 23:00"


def test_a_day_that_a_zone_skipped_has_no_slot() -> None:
    apia = ZoneInfo("Pacific/Apia")
    before = next_due("daily", 8, None, "Pacific/Apia", utc("2011-12-29T12:00"))
    after = next_due("daily", 8, None, "Pacific/Apia", before)
    assert before.astimezone(apia).date() == date(2011, 12, 29)
    assert after.astimezone(apia).date() == date(2011, 12, 31)


def test_a_weekly_search_is_due_on_its_weekday_where_the_subscriber_is() -> None:
    due = next_due("weekly", 6, 0, "Pacific/Auckland", utc("2026-07-01T00:00"))
    assert due == utc("2026-07-05T18:00")  # Monday 06:00 there is Sunday in UTC


def test_a_weekly_search_whose_day_was_skipped_waits_for_the_next_week() -> None:
    due = next_due("weekly", 8, 4, "Pacific/Apia", utc("2011-12-27T00:00"))
    assert due.astimezone(ZoneInfo("Pacific/Apia")).date() == date(2012, 1, 6)


def test_after_an_outage_only_the_latest_missed_slot_counts() -> None:
    now = utc("2026-07-10T09:15")
    assert latest_due("daily", 8, None, "UTC", now) == utc("2026-07-10T08:00")
    assert latest_due("daily", 10, None, "UTC", now) == utc("2026-07-09T10:00")
    assert latest_due("weekly", 8, 2, "UTC", now) == utc("2026-07-08T08:00")
    assert latest_due("instant", 0, None, "UTC", utc("2026-07-10T09:15:42")) == utc("2026-07-10T09:15")


def test_instant_searches_may_come_again_with_the_next_minute() -> None:
    assert next_instant(utc("2026-07-10T09:15"), 5, "UTC") == utc("2026-07-10T09:16")


def test_after_six_instant_digests_the_rest_waits_for_the_next_local_day() -> None:
    assert next_instant(utc("2026-07-10T09:15"), 6, "America/Denver") == utc("2026-07-11T06:00")


def test_a_local_day_has_23_or_25_hours_when_clocks_change() -> None:
    short = local_day(utc("2026-03-29T12:00"), "Europe/Berlin")
    long = local_day(utc("2026-10-25T12:00"), "Europe/Berlin")
    assert short[1] - short[0] == timedelta(hours=23)
    assert long[1] - long[0] == timedelta(hours=25)


@pytest.mark.parametrize(
    ("cadence", "hour", "weekday", "time_zone"),
    [
        ("daily", 24, None, "UTC"),
        ("daily", -1, None, "UTC"),
        ("weekly", 8, None, "UTC"),
        ("weekly", 8, 7, "UTC"),
        ("daily", 8, None, "Mars/Olympus"),
        ("daily", 8, None, "../etc/passwd"),
    ],
)
def test_what_is_no_schedule_is_refused(cadence, hour, weekday, time_zone) -> None:
    with pytest.raises(ValueError):
        next_due(cadence, hour, weekday, time_zone, utc("2026-07-01T00:00"))


def test_every_zone_has_one_slot_a_day_all_year() -> None:
    """Each clock, each day of 2026: one slot, in order, at the local hour or, in a gap, at the moment after it."""
    start, end = utc("2025-12-30T12:00"), utc("2026-12-31T12:00")
    half_days = [start + number * timedelta(hours=12) for number in range(740)]
    # Many names share one clock; each clock is followed once.
    clocks = {tuple(at.astimezone(ZoneInfo(name)).utcoffset() for at in half_days): name for name in sorted(zones())}
    for name in clocks.values():
        zone = ZoneInfo(name)
        due, before = next_due("daily", 2, None, name, start), None
        while due < end:
            local = due.astimezone(zone)
            assert local.hour == 2 or _in_gap(local, 2, zone), (name, due)
            if before is not None:
                assert local.date() - before == timedelta(days=1), (name, due)
            before, due = local.date(), next_due("daily", 2, None, name, due)


def _in_gap(local: datetime, hour: int, zone: ZoneInfo) -> bool:
    asked = datetime(local.year, local.month, local.day, hour, tzinfo=zone)
    skipped = asked.astimezone(UTC).astimezone(zone).hour != hour
    just_before = (local.astimezone(UTC) - timedelta(seconds=1)).astimezone(zone)
    return skipped and just_before.hour < hour
