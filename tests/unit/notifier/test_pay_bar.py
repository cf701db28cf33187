"""Pay against the floor."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.criteria import SalaryFloor
from schemas.posting import Salary
from services.notifier.domain.wording.pay_bar import FLOOR_AT, PayBar, pay_bar
from services.wording.catalogues import words_of
from tests.support.digests import pay

EN = words_of("en")
FLOOR = SalaryFloor(amount=80_000, currency="EUR")


def bar(salary: Salary | None, floor: SalaryFloor | None = FLOOR) -> PayBar:
    made = pay_bar(salary, floor, EN)
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("salary", "start", "end", "caption"),
    [
        (pay(80_000, 120_000), FLOOR_AT, 40, "50% above"),
        (pay(60_000, 72_000), 10, 16, "10% below"),
        (pay(None, 80_000), FLOOR_AT - 4, FLOOR_AT, "just at"),
        (pay(1_000_000, 2_000_000), 96, 100, "25 times"),
        (pay(None, 185_000), 72, 76, "2.3 times"),
        (pay(1, 2), 0, 4, "100% below"),
        (pay(50, 60, "USD", "hour"), 22, 30, "25% above"),
    ],
)
def test_a_bar_lies_on_a_scale_of_floors(salary: Salary, start: int, end: int, caption: str) -> None:
    made = bar(salary)
    assert (made.start, made.end) == (start, end)
    assert re.fullmatch(rf"(up to )?{caption} .* €80K", made.caption)


@pytest.mark.parametrize(
    ("salary", "floor"),
    [
        (None, FLOOR),
        (pay(60_000, 90_000), None),
        (Salary(period="year"), FLOOR),
        (pay(5_000, 6_000, "EUR", "project"), FLOOR),
        (pay(60_000, 90_000, None), FLOOR),
        (pay(60_000, 90_000), SalaryFloor(amount=5_000, currency="EUR", period="project")),
    ],
)
def test_what_cannot_be_held_against_a_floor_has_no_bar(salary: Salary | None, floor: SalaryFloor | None) -> None:
    assert pay_bar(salary, floor, EN) is None


def test_a_floor_by_the_hour_is_held_against_a_year_and_said_by_the_hour() -> None:
    made = bar(pay(60_000, 90_000), SalaryFloor(amount=30, currency="EUR", period="hour"))
    assert re.search("44% above .* €30 an hour$", made.caption)


@given(low=st.integers(1, 500_000), more=st.integers(0, 500_000), floor=st.integers(1, 500_000))
@example(low=25, more=0, floor=23)
def test_a_bar_fills_its_width_and_shows_pay_and_floor(low: int, more: int, floor: int) -> None:
    made = bar(pay(low, low + more), SalaryFloor(amount=floor, currency="EUR"))
    assert 0 <= made.start < made.end <= 100
    assert sum(width for _, width in made.pieces) == 100
    kinds = [kind for kind, _ in made.pieces]
    assert kinds.count("floor") == 1
    assert {"under", "paid"} & set(kinds)
    assert len(made.line) == 36
    assert made.line.count("┃") == 1
    assert "━" in made.line
    if low > floor * 1.05:
        assert "under" not in kinds
    if low + more < floor * 0.95:
        assert "paid" not in kinds
