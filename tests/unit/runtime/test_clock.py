"""Clocks."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.runtime.clock import FixedClock, SystemClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_fixed_clock_moves_only_when_told_and_never_back() -> None:
    clock = FixedClock(NOON)
    assert clock.now() == clock.now() == NOON
    assert clock.advance(timedelta(hours=1)) == clock.now() == NOON + timedelta(hours=1)
    with pytest.raises(ValueError, match="cannot be set back"):
        clock.set(NOON)


def test_times_are_utc_and_need_a_zone() -> None:
    clock = FixedClock(datetime(2026, 3, 1, 14, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now().tzinfo is UTC
    assert clock.now() == NOON
    with pytest.raises(ValueError, match="needs a zone"):
        FixedClock(datetime(2026, 3, 1))
    assert SystemClock().now().tzinfo is UTC
