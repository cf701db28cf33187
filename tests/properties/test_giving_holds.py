"""What is kept of a source's polls, and when it is taken to give nothing or the same for ever."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from schemas.giving import Giving, read, written
from services.ingest.domain.polling.giving import given as given_after
from services.runtime.figures.barren import LONGER, MOVED_FOR, MOVES, WEEKS, barren
from tests.support.collecting import DAY, HOUR, NOON

SILENCE = DAY


@dataclass(frozen=True)
class Polled:
    after: timedelta
    listed: bool
    moved: bool
    whole: bool
    unchanged: bool


POLLS = st.lists(
    st.builds(
        Polled,
        st.timedeltas(timedelta(minutes=1), timedelta(days=9)),
        st.booleans(), st.booleans(), st.booleans(), st.booleans(),
    ),
    max_size=60,
)  # fmt: skip


def through(polls: list[Polled], giving: Giving = Giving(), now: datetime = NOON) -> tuple[Giving, datetime]:  # noqa: B008 (frozen)
    for one in polls:
        now += one.after
        giving = given_after(giving, now, listed=one.listed, moved=one.moved, whole=one.whole, unchanged=one.unchanged)
    return giving, now


def kept(giving: Giving) -> Giving:
    """As whoever tells of sources finds it in the store."""
    return read(written(giving))


def every(hours: int, times: int, *, listed: bool = True, moved: bool = False, unchanged: bool = False) -> list[Polled]:
    return [Polled(hours * HOUR, listed, moved, True, unchanged)] * times


@given(POLLS)
def test_it_lists_nothing_since_the_first_whole_poll_after_the_last_that_listed_something(polls: list[Polled]) -> None:
    giving, _ = through(polls)
    now, since = NOON, None
    for one in polls:
        now += one.after
        if one.listed:
            since = None
        elif one.whole and not one.unchanged and since is None:
            since = now
    assert giving.nothing_since == since


@given(POLLS)
def test_the_longest_wait_is_that_between_two_movements(polls: list[Polled]) -> None:
    giving, _ = through(polls)
    now, moved = NOON, []
    for one in polls:
        now += one.after
        if one.moved or (one.listed and not moved):
            moved.append(now)
    waits = [later - earlier for earlier, later in pairwise(moved)]
    assert giving.longest == max(waits, default=timedelta())
    assert (giving.began, giving.moved_at) == ((moved[0], moved[-1]) if moved else (None, None))
    assert giving.moves == len(waits)


@given(POLLS)
def test_one_that_is_told_of_gave_nothing_for_longer_than_its_silence_or_ever_before(polls: list[Polled]) -> None:
    giving, now = through(polls)
    found = barren(kept(giving), now, SILENCE, None)
    if found is None:
        return
    assert now - found.since >= SILENCE
    assert barren(kept(giving), now, SILENCE, found.since) is None, "an operator has said that it is right"
    assert barren(kept(giving), now, SILENCE, found.since - HOUR) == found, "that was said of another time"
    if found.why == "stale":
        assert now - found.since >= max(WEEKS, LONGER * giving.longest)
        assert giving.moves >= MOVES
        assert giving.nothing_since is None


@given(POLLS)
def test_one_that_has_just_moved_is_not_told_of(polls: list[Polled]) -> None:
    giving, now = through([*polls, Polled(HOUR, listed=True, moved=True, whole=True, unchanged=False)])
    assert barren(kept(giving), now, SILENCE, None) is None


def test_an_empty_listing_is_told_after_its_silence_and_not_before() -> None:
    for polls, told in ((24, False), (25, True)):
        giving, now = through(every(1, polls, listed=False))
        found = barren(kept(giving), now, SILENCE, None)
        assert (found is not None) == told
    assert found is not None
    assert (found.why, found.since) == ("barren", NOON + HOUR)


def test_answers_of_304_make_a_full_listing_no_empty_one_and_an_empty_one_no_full_one() -> None:
    full, now = through([*every(1, 1), *every(1, 48, listed=False, unchanged=True)])
    assert barren(kept(full), now, SILENCE, None) is None
    empty, now = through([*every(1, 1, listed=False), *every(1, 48, listed=False, unchanged=True)])
    found = barren(kept(empty), now, SILENCE, None)
    assert found is not None
    assert found.why == "barren"


def test_one_that_moved_for_weeks_and_stands_is_told_after_three() -> None:
    alive = every(96, MOVES, moved=True)
    assert MOVES * 4 * DAY >= MOVED_FOR
    for days, told in ((20, False), (21, True)):
        giving, now = through([*every(1, 1), *alive, *every(24, days)])
        found = barren(kept(giving), now, SILENCE, None)
        assert (found is not None and found.why == "stale") == told


def test_one_that_seldom_moved_or_for_a_short_time_is_never_told_to_stand() -> None:
    for moved in (every(96, MOVES - 1, moved=True), every(24, MOVES, moved=True)):
        giving, now = through([*every(1, 1), *moved, *every(24, 400)])
        assert barren(kept(giving), now, SILENCE, None) is None


def test_one_that_once_stood_for_six_weeks_is_told_after_four_times_as_long() -> None:
    seldom = [*every(24 * 42, 1, moved=True), *every(96, MOVES, moved=True)]
    for days, told in ((4 * 42 - 1, False), (4 * 42, True)):
        giving, now = through([*every(1, 1), *seldom, *every(24, days)])
        assert (barren(kept(giving), now, SILENCE, None) is not None) == told
