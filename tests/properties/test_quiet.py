"""Who looks for jobs and is sent none is told so in time, and once until a digest came, whatever comes when."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.quiet import FIRST, Quiet, tells
from services.notifier.domain.schedule import zones

START = datetime(2026, 1, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
BY_WHOLE_HOURS = sorted(zones() - {"Antarctica/Troll", "Pacific/Chatham", "NZ-CHAT"})
"""Clocks change on the hour and by one at most; at Troll by two, and at Chatham from a quarter to four to a quarter
to three: there fewer looks fall into the three hours, or one shows the hour before."""
LASTS = 200
_days = st.sets(st.integers(1, LASTS - 1), max_size=12)


def told_on(days: int, digests: set[int], changes: set[int], asked: set[int], unsent: set[int]) -> list[int]:
    """The days of a life on which they are told; `unsent`: those on which no mail goes out."""
    told: list[int] = []
    tried: list[int] = []
    for day in range(LASTS):
        now = START + day * DAY

        def last(of: set[int] | list[int], day: int = day) -> datetime | None:
            before = [at for at in of if at <= day]
            return START + max(before) * DAY if before else None

        begun = last(changes) or START
        noticed = last({*tried, *asked})
        if tells(Quiet(begun, last(digests), last(told), noticed, START.hour, "UTC"), days, now):
            tried.append(day)
            told += [] if day in unsent else [day]
    return tried


@given(st.integers(1, 60), _days, _days, _days, _days)
def test_never_twice_without_a_digest_between_and_never_too_soon(
    days: int, digests: set[int], changes: set[int], asked: set[int], unsent: set[int]
) -> None:
    told = told_on(days, digests, changes, asked, unsent)
    for before, after in pairwise(told):
        assert before in unsent or any(before < digest <= after for digest in digests)
        assert after - before >= max(days, FIRST.days)
    for day in told:
        came = [at for at in digests if at <= day]
        least = max(days, FIRST.days) if came else FIRST.days
        assert day - max([0, *came, *(at for at in changes if at <= day)]) >= least
        assert all(day - at >= max(days, FIRST.days) for at in asked if at <= day)


@given(st.integers(1, 60), _days)
def test_each_silence_that_lasts_is_told_on_its_day(days: int, digests: set[int]) -> None:
    told = set(told_on(days, digests, set(), set(), set()))
    ends = [*sorted(digests), LASTS]
    expected = {FIRST.days} if FIRST.days < ends[0] else set()
    days = max(days, FIRST.days)
    for begins, ended in pairwise(ends):
        # Who was just told waits as long again, however soon a digest came and no more after it.
        lately = max((day + days for day in expected if day <= begins), default=0)
        on = max(begins + days, lately)
        expected |= {on} if on < ended else set()
    assert told == expected


@given(st.integers(0, 23), st.sampled_from(BY_WHOLE_HOURS), st.integers(0, 364), st.integers(0, 59))
def test_it_is_told_in_the_hours_from_ones_own_on_and_on_each_day(hour: int, zone: str, day: int, minute: int) -> None:
    quiet, own = Quiet(START - 99 * DAY, None, None, None, hour, zone), ZoneInfo(zone)
    looks = [START + day * DAY + timedelta(hours=at, minutes=minute) for at in range(24)]
    told = [now.astimezone(own) for now in looks if tells(quiet, 1, now)]
    # Where clocks change within these hours one of them more or less has another name.
    assert 2 <= len(told) <= 3
    assert all((at.hour - hour) % 24 <= 3 for at in told)


@given(st.integers(1, 60))
def test_who_has_a_digest_each_week_is_told_nothing(days: int) -> None:
    assert told_on(days, {*range(0, LASTS, 7)}, set(), set(), set()) == []


@given(st.integers(0, LASTS))
def test_nobody_is_told_where_that_is_turned_off(day: int) -> None:
    assert not tells(Quiet(START, None, None, None, START.hour, "UTC"), 0, START + day * DAY)
