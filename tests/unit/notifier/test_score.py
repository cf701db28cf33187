"""What makes one fitting job better than another, and by how much."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import PostingCore, Reach, Salary, Skill
from services.notifier.domain.judging import Ready
from services.notifier.domain.model import Part, PartCode
from services.notifier.domain.score import score
from tests.support.digests import NOON, PYTHON, pay, posting

FLOOR = Criteria(salary_floor=SalaryFloor(amount=50_000, currency="EUR"))


def parts(criteria: Criteria, one: PostingCore) -> dict[PartCode, Part]:
    return {part.code: part for part in score(criteria, Ready(one), NOON).parts}


def points(code: PartCode, criteria: Criteria, one: PostingCore) -> float:
    return parts(criteria, one)[code].points


def facts(code: PartCode, criteria: Criteria, one: PostingCore) -> dict[str, Any]:
    return dict(parts(criteria, one)[code].facts)


def test_a_core_skill_counts_more_than_one_in_passing() -> None:
    core = posting(skills=(Skill(name="Python", core=True),))
    passing = posting(skills=(Skill(name="Python"),))
    assert points("fit", PYTHON, core) == 35
    assert points("fit", PYTHON, passing) == 0
    assert facts("fit", PYTHON, core) == {"asked": ("Python",), "core": ("Python",)}
    assert facts("fit", PYTHON, passing) == {"asked": ("Python",), "core": ()}


def test_all_asked_skills_are_weighed_by_how_many_are_core() -> None:
    both = Criteria(skills=SkillTerms(all=("Python", "PostgreSQL")))
    half = posting(skills=(Skill(name="Python", core=True), Skill(name="PostgreSQL")))
    assert points("fit", both, half) == 25


def test_a_skill_that_implies_the_asked_one_counts_as_it() -> None:
    asked = Criteria(skills=SkillTerms(any=("JavaScript",)))
    assert points("fit", asked, posting(skills=(Skill(name="React", core=True),))) == 35


def test_words_in_the_title_count() -> None:
    asked = Criteria(text="python -java")
    assert points("fit", asked, posting(title="Python engineer")) == 50
    assert points("fit", asked, posting(title="Engineer", description_text="Some Python")) == 0
    assert facts("fit", asked, posting(title="Python engineer")) == {"in_title": 1}


@pytest.mark.parametrize(("top", "given"), [(50_000, 0), (62_500, 7.5), (75_000, 15), (500_000, 15)])
def test_pay_earns_up_to_half_above_the_floor(top: int, given: float) -> None:
    one = posting(salary=pay(None, top))
    assert points("pay", FLOOR, one) == given
    assert facts("pay", FLOOR, one) == {"annual_top": top, "annual_floor": 50_000, "currency": "EUR"}


def test_pay_is_held_against_the_floor_in_its_currency_and_period() -> None:
    monthly = Criteria(salary_floor=SalaryFloor(amount=5_000, currency="USD", period="month"))
    assert points("pay", monthly, posting(salary=pay(None, 72_000))) == 15


def test_without_a_floor_stated_pay_is_worth_half_and_silence_nothing() -> None:
    assert points("pay", PYTHON, posting(salary=pay(40_000, None))) == 7.5
    assert points("pay", PYTHON, posting()) == 0
    assert points("stated", PYTHON, posting(salary=pay(40_000, None))) == 5
    assert points("stated", PYTHON, posting()) == 0


@pytest.mark.parametrize(("days", "given"), [(-1, 20), (0, 20), (7, 10), (14, 0), (40, 0)])
def test_a_job_loses_its_freshness_over_two_weeks(days: int, given: float) -> None:
    one = posting(posted_at=NOON - timedelta(days=days))
    assert points("fresh", PYTHON, one) == given
    assert facts("fresh", PYTHON, one) == {"days": max(0, days)}


@pytest.mark.parametrize(
    ("places", "reach", "given"),
    [
        (("PT",), Reach(scope="listed", countries=("PT", "ES")), 10),
        (("PT",), Reach(scope="listed", groups=("eu",)), 8),
        (("PT",), Reach(scope="worldwide"), 8),
        (("worldwide",), Reach(scope="worldwide"), 10),
        (("PT",), Reach(), 0),
        ((), Reach(scope="worldwide"), 5),
    ],
)
def test_a_job_that_names_a_wanted_place_goes_before_one_that_takes_it_in(
    places: tuple[str, ...], reach: Reach, given: float
) -> None:
    asked = Criteria(places=places, accept_unknown_place=True)
    assert points("place", asked, posting(reach=reach)) == given


PAYS = st.sampled_from([None, pay(None, 50_000), pay(None, 80_000), pay(None, 900_000)])
ASIDE = (Skill(name="Python"), Skill(name="Go"))
ONE_CORE = (Skill(name="Python", core=True), Skill(name="Go"))
ALL_CORE = (Skill(name="Python", core=True), Skill(name="Go", core=True))


@given(
    terms=st.sampled_from([SkillTerms(any=("Python", "Go")), SkillTerms(all=("Python",))]),
    floor=st.sampled_from([None, SalaryFloor(amount=50_000, currency="EUR")]),
    paid=PAYS,
    other=PAYS,
    days=st.integers(0, 30),
)
def test_no_pay_puts_a_job_that_mentions_a_skill_before_one_that_asks_for_it(
    terms: SkillTerms, floor: SalaryFloor | None, paid: Salary | None, other: Salary | None, days: int
) -> None:
    criteria, posted = Criteria(skills=terms, salary_floor=floor), NOON - timedelta(days=days)
    asks = parts(criteria, posting(skills=ONE_CORE, salary=paid, posted_at=posted))
    mentions = parts(criteria, posting(skills=ASIDE, salary=other, posted_at=posted))
    assert sum(part.points for part in asks.values()) > sum(part.points for part in mentions.values())


def test_a_job_to_which_all_is_core_stands_before_any_that_only_mentions_it() -> None:
    criteria = Criteria(skills=SkillTerms(all=("Python", "Go")), places=("PT",), accept_unknown_place=True)
    worst = posting(skills=ALL_CORE, posted_at=NOON - timedelta(days=30), reach=Reach())
    here = Reach(scope="listed", countries=("PT",))
    best = posting(skills=ASIDE, salary=pay(None, 900_000), posted_at=NOON, reach=here)
    assert sum(part.points for part in parts(criteria, worst).values()) >= sum(
        part.points for part in parts(criteria, best).values()
    )


def test_the_total_is_the_sum_of_its_parts_none_of_which_goes_beyond_its_bound() -> None:
    best = Criteria(
        skills=SkillTerms(any=("Python", "PostgreSQL")),
        text="python",
        places=("PT",),
        salary_floor=SalaryFloor(amount=1, currency="EUR"),
    )
    one = posting(
        title="Python",
        skills=(Skill(name="Python", core=True), Skill(name="PostgreSQL", core=True)),
        salary=pay(None, 90_000),
        posted_at=NOON,
        reach=Reach(scope="listed", countries=("PT",)),
    )
    given = parts(best, one).values()
    assert sum(part.points for part in given) == 100
    assert all(part.points == part.most for part in given if part.code != "feedback")
