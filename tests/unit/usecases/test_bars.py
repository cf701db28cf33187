"""Whether the bars are where they should be, by what readers judged of what passed them."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.usecases.bars import (
    FEWEST_JUDGED,
    FEWEST_READERS,
    STEP,
    Judged,
    band_of,
    bounds,
    checked,
    holds,
    interval,
)

USUAL = 0.4


def judged(chance: float, accepted: int, refused: int, readers: int = FEWEST_READERS) -> list[Judged]:
    return [Judged(chance, at < accepted, at % readers) for at in range(accepted + refused)]


BARS = st.integers(0, 100).map(lambda per_cent: per_cent / 100)
JUDGEMENTS = st.lists(
    st.builds(judged, st.integers(0, 100).map(lambda n: n / 100), st.integers(0, 60), st.integers(0, 60)), max_size=8
).map(lambda some: [pair for each in some for pair in each])


def test_jobs_above_the_bar_that_are_seldom_accepted_raise_it_to_where_they_are() -> None:
    some = judged(0.45, 4, 26) + judged(0.55, 20, 20)
    found = checked(0.4, USUAL, some)
    assert (found.standing, found.to) == ("raise", 0.5)
    assert (found.above.judged, found.above.accepted, found.above.readers) == (30, 4, FEWEST_READERS)
    assert found.above.foreseen == pytest.approx(0.45)
    both = judged(0.45, 4, 26) + judged(0.55, 5, 35)
    assert checked(0.4, USUAL, both).to == 0.6, "what is known not to be worth it between the two is passed over"


def test_jobs_above_the_bar_that_are_accepted_as_foreseen_leave_it() -> None:
    assert checked(0.4, USUAL, judged(0.45, 14, 16)).standing == "keep"


def test_jobs_above_the_bar_that_are_accepted_more_than_any_there_was_foreseen_lower_it() -> None:
    found = checked(0.4, USUAL, judged(0.45, 27, 3))
    assert (found.standing, found.to) == ("lower", 0.3)
    assert checked(0.05, USUAL, judged(0.1, 27, 3)).to == 0.0


def test_a_bar_is_not_lowered_to_what_was_tried_and_not_worth_it() -> None:
    found = checked(0.4, USUAL, judged(0.45, 27, 3) + judged(0.35, 2, 38))
    assert found.standing == "keep"
    assert found.below is not None
    assert (found.below.least, found.below.accepted) == (0.3, 2)


def test_a_bar_that_was_raised_for_a_chance_foreseen_too_high_is_not_raised_again() -> None:
    assert checked(0.5, USUAL, judged(0.55, 42, 58)).standing == "keep"
    assert checked(0.5, USUAL, judged(0.55, 20, 80)).standing == "raise"


def test_who_asks_less_of_jobs_than_is_usual_is_held_to_that() -> None:
    assert checked(0.2, USUAL, judged(0.25, 25, 75)).standing == "keep"


@pytest.mark.parametrize(
    "some",
    [
        [],
        judged(0.45, 0, FEWEST_JUDGED - 1),
        judged(0.45, 0, 200, readers=FEWEST_READERS - 1),
        judged(0.65, 0, 200) + judged(0.35, 0, 200),
    ],
)
def test_few_judgements_or_those_of_few_or_of_others_say_nothing(some: Sequence[Judged]) -> None:
    assert checked(0.4, USUAL, some).standing == "too_few"


def test_where_all_is_sent_there_is_no_bar_to_move() -> None:
    assert checked(0.0, USUAL, judged(0.05, 0, 200)).standing == "none"


def test_the_interval_is_wilsons() -> None:
    assert interval(1, 10) == pytest.approx((0.0179, 0.4042), abs=0.0001)
    assert interval(5, 10) == pytest.approx((0.2366, 0.7634), abs=0.0001)
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(0, 10)[0] == 0.0
    assert interval(10, 10)[1] == 1.0


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_the_interval_holds_the_share_and_more_judgements_narrow_it(number: int, part: float) -> None:
    accepted = round(number * part)
    low, high = interval(accepted, number)
    assert 0.0 <= low <= accepted / number + 1e-9
    assert accepted / number - 1e-9 <= high <= 1.0
    closer = interval(4 * accepted, 4 * number)
    assert closer[1] - closer[0] < high - low


@given(BARS, st.floats(0, 1))
def test_each_chance_lies_in_one_band_and_the_bar_parts_two(bar: float, chance: float) -> None:
    found = bounds(bar)
    assert sum(holds(*ends, chance) for ends in found) == 1
    assert bar in {edge for ends in found for edge in ends}
    assert all(0.0 < below - least <= STEP + 1e-9 for least, below in found)


@given(BARS, BARS, JUDGEMENTS)
def test_advice_that_was_followed_is_not_taken_back_or_repeated_upwards(
    bar: float, usual: float, some: list[Judged]
) -> None:
    first = checked(bar, usual, some)
    then = checked(first.to, usual, some)
    if first.standing == "raise":
        assert first.to > bar
        assert then.standing not in ("raise", "lower")
    elif first.standing == "lower":
        assert first.to < bar
        assert then.standing != "raise"
    else:
        assert first.to == bar


@given(BARS, JUDGEMENTS)
def test_more_that_was_accepted_never_raises_the_bar(bar: float, some: list[Judged]) -> None:
    better = [Judged(pair.chance, pair.accepted or bool(at % 2), pair.reader) for at, pair in enumerate(some)]
    assert checked(bar, USUAL, better).to <= checked(bar, USUAL, some).to


@given(BARS, JUDGEMENTS)
def test_the_order_of_judgements_changes_nothing(bar: float, some: list[Judged]) -> None:
    forwards, other = checked(bar, USUAL, some), checked(bar, USUAL, some[::-1])
    assert (forwards.standing, forwards.to, forwards.above) == (other.standing, other.to, other.above)


def test_a_band_counts_its_own_alone() -> None:
    some = judged(0.3, 1, 1) + judged(0.3999, 1, 0) + judged(0.4, 1, 0) + judged(1.0, 1, 0)
    assert band_of(0.3, 0.4, some).judged == 3
    assert band_of(0.9, 1.0, some).judged == 1
