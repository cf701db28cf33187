"""When a source is polled next."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.polling.schedule import (
    SourceHealth,
    next_due,
    pause_before_retry,
    retry_after,
    silent_since,
)
from tests.support.collecting import DAY, HOUR, NOON

EVERY = timedelta(minutes=30)
CHANCE = st.floats(0, 1, exclude_max=True)


@given(chance=CHANCE)
def test_a_well_source_is_polled_at_its_interval_give_or_take_a_tenth(chance: float) -> None:
    wait = next_due(NOON, every=EVERY, failures=0, chance=chance) - NOON
    assert EVERY * 0.9 <= wait <= EVERY * 1.1


@given(failures=st.integers(1, 10_000), chance=CHANCE, every=st.timedeltas(timedelta(seconds=1), 30 * DAY))
def test_a_failing_source_waits_between_a_minute_and_the_longer_of_an_hour_and_its_interval(
    failures: int, chance: float, every: timedelta
) -> None:
    wait = next_due(NOON, every=every, failures=failures, chance=chance) - NOON
    assert timedelta(seconds=54) <= wait <= max(every, HOUR) * 1.1


def test_waits_double_with_each_failure() -> None:
    waits = [next_due(NOON, every=DAY, failures=count, chance=0.5) - NOON for count in range(1, 5)]
    assert [wait.total_seconds() / 60 for wait in waits] == [1, 2, 4, 8]


def test_a_wish_to_be_left_alone_holds_but_for_a_day_at_most() -> None:
    def due(wish: timedelta) -> timedelta:
        return next_due(NOON, every=EVERY, failures=1, chance=0.5, retry_after=wish) - NOON

    assert due(5 * HOUR) == 5 * HOUR
    assert due(timedelta(seconds=1)) == timedelta(minutes=1)
    assert due(900 * DAY) == DAY


@given(attempt=st.integers(0, 9), chance=CHANCE)
def test_the_pause_within_a_poll_doubles_less_up_to_half(attempt: int, chance: float) -> None:
    assert 2**attempt / 2 <= pause_before_retry(attempt, chance).total_seconds() <= 2**attempt


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta()),
        (format_datetime(NOON + HOUR, usegmt=True), HOUR),
        (format_datetime(NOON - HOUR, usegmt=True), timedelta()),
        ("9" * 5000, DAY),
        (None, None),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("1.5", None),
        ("²", None),
        ("Mon, 99 Mar 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, wait: timedelta | None) -> None:
    assert retry_after(header, NOON) == wait


def test_a_source_is_silent_since_its_last_success_or_since_it_was_added() -> None:
    never = SourceHealth("board", added_at=NOON, next_due=NOON)
    assert silent_since(never, NOON + DAY, DAY) == NOON
    assert silent_since(never, NOON + DAY - HOUR, DAY) is None
    once = SourceHealth("board", added_at=NOON, next_due=NOON, last_success=NOON + HOUR)
    assert silent_since(once, NOON + DAY, DAY) is None
    assert silent_since(once, NOON + DAY + HOUR, DAY) == NOON + HOUR


@given(text=st.text(max_size=60))
def test_no_header_breaks_the_reading(text: str) -> None:
    wait = retry_after(text, NOON)
    assert wait is None or wait >= timedelta()
