"""Waiting longer and longer, up to a ceiling."""

import pytest

from services.runtime.retry import RetryPolicy


def test_delays_double_up_to_the_ceiling() -> None:
    policy = RetryPolicy(first_s=1, factor=2, most_s=10)
    assert [policy.delay(failed) for failed in (1, 2, 3, 4, 5, 1_000_000)] == [1, 2, 4, 8, 10, 10]


def test_luck_moves_a_delay_by_the_jitter_and_no_more() -> None:
    policy = RetryPolicy(first_s=10, most_s=10, jitter=0.2)
    assert [policy.delay(1, luck) for luck in (0.0, 0.5)] == [8, 10]
    assert policy.delay(1, 0.999999) == pytest.approx(12)


@pytest.mark.parametrize(
    "wrong", [{"attempts": 0}, {"first_s": -1}, {"factor": 0.5}, {"first_s": 5, "most_s": 1}, {"jitter": 1.0}]
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        RetryPolicy(**wrong)
