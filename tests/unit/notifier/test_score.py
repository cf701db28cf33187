"""What makes one fitting job better than another."""

from datetime import timedelta

import pytest

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import Skill
from services.notifier.domain.score import score
from tests.support.digests import NOON, PYTHON, pay, posting

FLOOR = Criteria(salary_floor=SalaryFloor(amount=50_000, currency="EUR"))


def test_a_core_skill_counts_more_than_one_in_passing() -> None:
    core = posting(skills=(Skill(name="Python", core=True),))
    passing = posting(skills=(Skill(name="Python"),))
    assert score(PYTHON, core, NOON).fit > score(PYTHON, passing, NOON).fit == 0


def test_all_asked_skills_are_weighed_by_how_many_are_core() -> None:
    both = Criteria(skills=SkillTerms(all=("Python", "PostgreSQL")))
    half = posting(skills=(Skill(name="Python", core=True), Skill(name="PostgreSQL")))
    assert score(both, half, NOON).fit == 20


def test_a_skill_that_implies_the_asked_one_counts_as_it() -> None:
    asked = Criteria(skills=SkillTerms(any=("JavaScript",)))
    assert score(asked, posting(skills=(Skill(name="React", core=True),)), NOON).fit > 0


def test_words_in_the_title_count() -> None:
    asked = Criteria(text="python -java")
    assert score(asked, posting(title="Python engineer"), NOON).fit == 40
    assert score(asked, posting(title="Engineer"), NOON).fit == 0


@pytest.mark.parametrize(("top", "points"), [(50_000, 0), (62_500, 12.5), (75_000, 25), (500_000, 25)])
def test_pay_earns_up_to_half_above_the_floor(top: int, points: float) -> None:
    assert score(FLOOR, posting(salary=pay(None, top)), NOON).pay == points


def test_pay_is_held_against_the_floor_in_its_currency_and_period() -> None:
    monthly = Criteria(salary_floor=SalaryFloor(amount=5_000, currency="USD", period="month"))
    assert score(monthly, posting(salary=pay(None, 72_000)), NOON).pay == 25


def test_without_a_floor_stated_pay_is_worth_half_and_silence_nothing() -> None:
    assert score(PYTHON, posting(salary=pay(40_000, None)), NOON).pay == 12.5
    assert score(PYTHON, posting(), NOON).pay == 0


@pytest.mark.parametrize(("days", "points"), [(-1, 25), (0, 25), (7, 12.5), (14, 0), (40, 0)])
def test_a_job_loses_its_freshness_over_two_weeks(days: int, points: float) -> None:
    assert score(PYTHON, posting(posted_at=NOON - timedelta(days=days)), NOON).fresh == points


def test_the_total_is_the_sum_of_its_parts_and_at_most_a_hundred() -> None:
    best = PYTHON.model_copy(update={"text": "python", "salary_floor": SalaryFloor(amount=1, currency="EUR")})
    skills = (Skill(name="Python", core=True),)
    found = score(best, posting(title="Python", skills=skills, salary=pay(None, 90_000), posted_at=NOON), NOON)
    assert found.total == found.fit + found.pay + found.fresh + found.stated == 94
