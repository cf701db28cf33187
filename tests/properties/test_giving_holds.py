"""What is kept of a source's polls, and when it is taken to give nothing or the same for ever."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.giving import Giving, read, stood_still, written
from services.ingest.domain.polling.giving import Polled
from services.ingest.domain.polling.giving import given as given_after
from services.runtime.figures.amiss import LONGER, MOVED_FOR, MOVES, REPLACED_POLLS, WEEKS, amiss
from tests.support.collecting import DAY, HOUR, NOON

SILENCE = DAY


@dataclass(frozen=True)
class Poll:
    after: timedelta
    listed: bool
    moved: bool
    whole: bool
    unchanged: bool
    new: int = 0
    unread: int = 0


POLLS = st.lists(
    st.builds(
        Poll,
        st.timedeltas(timedelta(minutes=1), timedelta(days=9)),
        st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.just(0), st.integers(0, 9),
    ),
    max_size=60,
)  # fmt: skip


def through(polls: list[Poll], giving: Giving = Giving(), now: datetime = NOON) -> tuple[Giving, datetime]:  # noqa: B008 (frozen)
    for poll in polls:
        now += poll.after
        giving = given_after(giving, now, polled_of(poll, max(poll.listed, poll.new)))
    return giving, now


def polled_of(poll: Poll, listed: int) -> Polled:
    return Polled(listed, 0, poll.new, poll.unread, moved=poll.moved, whole=poll.whole, unchanged=poll.unchanged)


def kept(giving: Giving) -> Giving:
    """As whoever tells of sources finds it in the store."""
    return read(written(giving))


def every(hours: int, times: int, *, listed: bool = True, moved: bool = False, unchanged: bool = False) -> list[Poll]:
    return [Poll(hours * HOUR, listed, moved, True, unchanged)] * times


@given(POLLS)
def test_it_lists_nothing_since_the_first_whole_poll_after_the_last_that_listed_something(polls: list[Poll]) -> None:
    giving, _ = through(polls)
    now, since = NOON, None
    for poll in polls:
        now += poll.after
        if poll.listed:
            since = None
        elif poll.whole and not poll.unchanged and since is None:
            since = now
    assert giving.nothing_since == since


@given(POLLS)
def test_the_longest_wait_is_that_between_two_movements(polls: list[Poll]) -> None:
    giving, _ = through(polls)
    now, moved = NOON, []
    for poll in polls:
        now += poll.after
        if poll.moved or (poll.listed and not moved):
            moved.append(now)
    waits = [later - earlier for earlier, later in pairwise(moved)]
    assert giving.longest == max(waits, default=timedelta())
    assert (giving.began, giving.moved_at) == ((moved[0], moved[-1]) if moved else (None, None))
    assert giving.moves == len(waits)


@given(POLLS)
def test_one_that_is_told_of_gave_nothing_for_longer_than_its_silence_or_ever_before(polls: list[Poll]) -> None:
    giving, now = through(polls)
    found = amiss(kept(giving), now, SILENCE, None)
    if found is None:
        return
    assert now - found.since >= SILENCE
    assert amiss(kept(giving), now, SILENCE, found.since) is None, "an operator has said that it is right"
    assert amiss(kept(giving), now, SILENCE, found.since - HOUR) == found, "that was said of another time"
    if found.why == "stale":
        assert stood_still(found.since, now) >= max(WEEKS, LONGER * giving.longest)
        assert giving.moves >= MOVES
        assert giving.nothing_since is None


@given(POLLS)
def test_one_that_has_just_moved_is_not_told_of(polls: list[Poll]) -> None:
    giving, now = through([*polls, Poll(HOUR, listed=True, moved=True, whole=True, unchanged=False)])
    assert amiss(kept(giving), now, SILENCE, None) is None


def test_a_listing_that_is_past_its_end_is_told_at_once_and_one_of_a_few_after_its_silence() -> None:
    def found(ended: int, after: timedelta, *, unchanged: bool = False) -> int | None:
        polled = Polled(0, ended, 0, 0, moved=False, whole=True, unchanged=False)
        giving = given_after(Giving(), NOON, polled)
        if unchanged:
            giving = given_after(giving, NOON, Polled(0, 0, 0, 0, moved=False, whole=True, unchanged=True))
        trouble = amiss(kept(giving), NOON + after, SILENCE, None)
        return trouble and trouble.number

    assert [found(9, timedelta()), found(9, SILENCE), found(10, timedelta())] == [None, 9, 10]
    assert found(10, timedelta(), unchanged=True) == 10
    all_ended = given_after(Giving(), NOON, Polled(0, 50, 0, 0, moved=False, whole=True, unchanged=False))
    well = given_after(all_ended, NOON, Polled(1, 49, 0, 0, moved=False, whole=True, unchanged=False))
    assert (amiss(well, NOON + HOUR, SILENCE, None), well.ended) == (None, 0)


def test_an_empty_listing_is_told_after_its_silence_and_not_before() -> None:
    for polls, said in ((24, False), (25, True)):
        giving, now = through(every(1, polls, listed=False))
        found = amiss(kept(giving), now, SILENCE, None)
        assert (found is not None) == said
    assert found is not None
    assert (found.why, found.since) == ("barren", NOON + HOUR)


def test_answers_of_304_make_a_full_listing_no_empty_one_and_an_empty_one_no_full_one() -> None:
    full, now = through([*every(1, 1), *every(1, 48, listed=False, unchanged=True)])
    assert amiss(kept(full), now, SILENCE, None) is None
    empty, now = through([*every(1, 1, listed=False), *every(1, 48, listed=False, unchanged=True)])
    found = amiss(kept(empty), now, SILENCE, None)
    assert found is not None
    assert found.why == "barren"


def test_one_that_moved_for_weeks_and_stands_is_told_after_three() -> None:
    alive = every(96, MOVES, moved=True)
    assert MOVES * 4 * DAY >= MOVED_FOR
    for days, said in ((20, False), (21, True)):
        giving, now = through([*every(1, 1), *alive, *every(24, days)])
        found = amiss(kept(giving), now, SILENCE, None)
        assert (found is not None and found.why == "stale") == said


def test_the_turn_of_the_year_is_no_standstill_of_what_is_polled_as_it_is_none_of_its_longest_wait() -> None:
    moved_at = datetime(2026, 12, 15, tzinfo=UTC)
    giving = Giving(began=moved_at - 5 * MOVED_FOR, moved_at=moved_at, moves=MOVES, longest=2 * DAY)
    for until, said in ((datetime(2027, 1, 20, tzinfo=UTC), False), (datetime(2027, 1, 22, tzinfo=UTC), True)):
        assert (amiss(giving, until, SILENCE, None) is not None) is said, until


def test_one_that_seldom_moved_or_for_a_short_time_is_never_told_to_stand() -> None:
    for moved in (every(96, MOVES - 1, moved=True), every(24, MOVES, moved=True)):
        giving, now = through([*every(1, 1), *moved, *every(24, 400)])
        assert amiss(kept(giving), now, SILENCE, None) is None


def test_one_that_once_stood_for_six_weeks_is_told_after_four_times_as_long() -> None:
    seldom = [*every(24 * 42, 1, moved=True), *every(96, MOVES, moved=True)]
    for days, said in ((4 * 42 - 1, False), (4 * 42, True)):
        giving, now = through([*every(1, 1), *seldom, *every(24, days)])
        assert (amiss(kept(giving), now, SILENCE, None) is not None) == said


@pytest.mark.parametrize(
    ("listed", "unread", "amiss_now"), [(20, 500, True), (90, 10, False), (89, 11, True), (20, 9, False)]
)
def test_many_rows_that_cannot_be_read_are_told_at_once_and_few_are_not(
    listed: int, unread: int, amiss_now: bool
) -> None:
    rows = Poll(HOUR, listed=True, moved=False, whole=True, unchanged=False, unread=unread)
    giving = given_after(Giving(), NOON, polled_of(rows, listed))
    found = amiss(kept(giving), NOON, SILENCE, None)
    assert (found is not None) == amiss_now
    if found is not None:
        assert (found.why, found.since, found.number) == ("unread", NOON, unread)
        assert "nothing can be read of" in found.said


def test_rows_that_cannot_be_read_are_told_with_since_when_and_until_they_can_be() -> None:
    bad = Poll(HOUR, listed=True, moved=False, whole=True, unchanged=False, unread=500)
    away = Poll(HOUR, listed=False, moved=False, whole=False, unchanged=False)
    giving, now = through([*every(1, 1), bad, bad, *every(1, 2, listed=False, unchanged=True), away])
    found = amiss(kept(giving), now, SILENCE, None)
    assert found is not None
    assert found.since == NOON + 2 * HOUR, "that nothing changed, or nothing was heard, tells nothing new"
    assert amiss(kept(giving), now, SILENCE, found.since) is None, "an operator has said that it is right"
    good, now = through(every(1, 1), giving, now)
    assert amiss(kept(good), now, SILENCE, None) is None
    again, now = through([bad], good, now)
    assert amiss(kept(again), now, SILENCE, found.since) is not None


def test_listings_of_which_hardly_anything_was_known_are_told_after_some_polls_in_a_row() -> None:
    new = Poll(HOUR, listed=True, moved=True, whole=True, unchanged=False, new=20)
    for polls in range(1, 6):
        giving, now = through([*every(1, 1), *[new] * polls])
        found = amiss(kept(giving), now, SILENCE, None)
        assert (found is not None) == (polls >= REPLACED_POLLS)
    assert found is not None
    assert (found.why, found.since, found.number) == ("replaced", NOON + 2 * HOUR, 5)
    known, now = through(every(1, 1, moved=True), giving, now)
    assert amiss(kept(known), now, SILENCE, None) is None


def test_a_first_listing_and_a_few_new_postings_are_no_listing_that_was_replaced() -> None:
    first = Poll(HOUR, listed=True, moved=True, whole=True, unchanged=False, new=20)
    assert through([first])[0].replaced == 0
    few = replace(first, new=9)
    assert through([*every(1, 1), *[few] * 9])[0].replaced == 0


def test_what_an_earlier_release_kept_says_nothing_of_rows() -> None:
    giving = read('{"nothing_since": null, "began": null, "moved_at": null, "moves": 3, "longest": "P1D", "later": 1}')
    assert (giving.moves, giving.unread_since, giving.replaced) == (3, None, 0)
