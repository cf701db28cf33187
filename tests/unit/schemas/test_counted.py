"""One of a thing is not called several."""

import pytest

from schemas.counted import counted


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (0, "source", "0 sources"),
        (1, "source", "1 source"),
        (1_200, "search", "1,200 searches"),
        (2, "body", "2 bodies"),
        (2, "day", "2 days"),
        (1, "delivery", "1 delivery"),
        (3, "dead letter", "3 dead letters"),
    ],
)
def test_a_noun_stands_in_the_number_that_is_told(number: int, noun: str, said: str) -> None:
    assert counted(number, noun) == said


def test_a_plural_of_its_own_is_given() -> None:
    assert counted(1, "poll in a row", "polls in a row") == "1 poll in a row"
    assert counted(2, "poll in a row", "polls in a row") == "2 polls in a row"
