"""When building begins: in time for each hour, never too early, and in the order of the hours."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.schedule import begins

START = datetime(2026, 7, 1, 6, tzinfo=UTC)
hours = st.dictionaries(st.integers(0, 12), st.integers(1, 200_000), min_size=1, max_size=6).map(
    lambda due: [(START + quarter * timedelta(minutes=15), due[quarter]) for quarter in sorted(due)]
)
paces = st.integers(0, 60_000).map(lambda ms: timedelta(milliseconds=ms))
leads = st.integers(1, 3_600).map(lambda s: timedelta(seconds=s))


@given(hours, paces, leads)
def test_no_hour_is_begun_too_early_and_none_after_one_that_is_later(
    due: list[tuple[datetime, int]], each: timedelta, longest: timedelta
) -> None:
    begun = begins(due, each, longest)
    assert len(begun) == len(due)
    for (due_at, _), begin in zip(due, begun, strict=True):
        assert due_at - longest <= begin <= due_at
    assert all(one <= other for one, other in pairwise(begun))


@given(hours, paces, leads)
def test_the_last_of_each_hour_is_built_by_then_wherever_the_longest_lead_lets_it(
    due: list[tuple[datetime, int]], each: timedelta, longest: timedelta
) -> None:
    begun = begins(due, each, longest)
    free_at = begun[0]
    for (due_at, digests), begin in zip(due, begun, strict=True):
        free_at = max(begin, free_at) + digests * each
        if free_at > due_at:
            at_bound = [hour for (hour, _), early in zip(due, begun, strict=True) if early == hour - longest]
            assert min(at_bound, default=due_at + longest) <= due_at, "it, or those before it, could begin earlier"


@given(hours, paces, leads, st.integers(1, 100_000))
def test_more_who_are_due_or_fewer_who_build_let_nothing_begin_later(
    due: list[tuple[datetime, int]], each: timedelta, longest: timedelta, more: int
) -> None:
    begun = begins(due, each, longest)
    crowded = [*due[:-1], (due[-1][0], due[-1][1] + more)]
    for other in (begins(crowded, each, longest), begins(due, 2 * each, longest)):
        assert all(sooner <= begin for sooner, begin in zip(other, begun, strict=True))


def test_few_begin_seconds_before_their_hour_and_nobody_of_no_pace_before_it() -> None:
    hour = START + timedelta(hours=2)
    lead = timedelta(minutes=30)
    assert begins([(hour, 8)], timedelta(milliseconds=100), lead) == [hour - timedelta(seconds=1)]
    assert begins([(hour, 8)], timedelta(), lead) == [hour]
    assert begins([(hour, 10**9)], timedelta(days=1), lead) == [hour - lead]
    assert begins([], timedelta(seconds=1), lead) == []


def test_a_few_before_a_crowd_begin_before_it_does() -> None:
    few, crowd = START, START + timedelta(minutes=15)
    begun = begins([(few, 8), (crowd, 15_000)], timedelta(milliseconds=80), timedelta(minutes=30))
    assert begun == [crowd - timedelta(minutes=25, seconds=0.8), crowd - timedelta(minutes=25)]
