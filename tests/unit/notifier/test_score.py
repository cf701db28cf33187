"""What makes one fitting job better than another, and by how much."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import PostingCore, Reach, Skill
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.score import score
from services.notifier.domain.weights import Part, PartCode, PreferredFacts
from tests.support.digests import NOON, PYTHON, pay, posting

EITHER = Criteria(skills=SkillTerms(any=("Go", "Python")))
FLOOR = Criteria(salary_floor=SalaryFloor(amount=50_000, currency="EUR"))


def parts(criteria: Criteria, job: PostingCore) -> dict[PartCode, Part]:
    return {part.code: part for part in score(JudgedPosting(criteria, PostingFeatures(job)), NOON).parts}


def points(code: PartCode, criteria: Criteria, job: PostingCore) -> float:
    return parts(criteria, job)[code].points


def facts(code: PartCode, criteria: Criteria, job: PostingCore) -> dict[str, Any]:
    found = parts(criteria, job)[code].facts
    return {} if found is None else {name: value for name, value in found._asdict().items() if value not in (None, ())}


def test_a_core_skill_counts_more_than_one_in_passing() -> None:
    core = posting(skills=(Skill(name="Python", core=True),))
    passing = posting(skills=(Skill(name="Python"),))
    assert points("fit", PYTHON, core) == 50
    assert points("fit", PYTHON, passing) == 0
    assert points("fit", EITHER, core) == 35
    assert facts("fit", PYTHON, core) == {"asked": ("Python",), "core": ("Python",)}
    assert facts("fit", PYTHON, passing) == {"asked": ("Python",), "counts": 0.5}


def test_all_asked_skills_are_weighed_by_how_many_are_core() -> None:
    both = Criteria(skills=SkillTerms(all=("Python", "PostgreSQL")))
    half = posting(skills=(Skill(name="Python", core=True), Skill(name="PostgreSQL")))
    assert points("fit", both, half) == 25


def core_to(*names: str) -> PostingCore:
    return posting(skills=tuple(Skill(name=name, core=True) for name in names))


@pytest.mark.parametrize(
    ("asked", "core", "given"),
    [
        (("JavaScript",), ("JavaScript",), 50),
        (("JavaScript",), ("React",), 25),
        (("Go", "JavaScript"), ("React",), 17.5),
        (("Go", "JavaScript"), ("JavaScript",), 35),
        (("JavaScript", "Python"), ("Django", "React"), 35),
        (("JavaScript", "Python"), ("Python", "React"), 42.5),
        (("JavaScript", "Python"), ("JavaScript", "Python", "React"), 50),
    ],
)
def test_a_skill_that_is_implied_counts_half_of_one_by_its_own_name(
    asked: tuple[str, ...], core: tuple[str, ...], given: float
) -> None:
    assert points("fit", Criteria(skills=SkillTerms(any=asked)), core_to(*core)) == given


@pytest.mark.parametrize(
    ("asked", "core", "given"),
    [
        (("JavaScript", "React"), ("React",), 35),
        (("JavaScript", "React"), ("Next.js",), 17.5),
        (("JavaScript", "React"), ("Next.js", "Vue"), 35),
        (("JavaScript", "React"), ("React", "Vue"), 42.5),
        (("Go", "JavaScript"), ("React", "Vue"), 17.5),
    ],
)
def test_one_skill_counts_for_one_asked_skill(asked: tuple[str, ...], core: tuple[str, ...], given: float) -> None:
    assert points("fit", Criteria(skills=SkillTerms(any=asked)), core_to(*core)) == given


def test_what_implies_and_what_is_implied_are_named_side_by_side() -> None:
    asked = Criteria(skills=SkillTerms(any=("Go", "JavaScript", "Python")))
    assert facts("fit", asked, core_to("Django", "React")) == {
        "asked": ("Go", "JavaScript", "Python"),
        "implied": ("JavaScript", "Python"),
        "by": ("React", "Django"),
    }


def test_nothing_is_implied_where_all_are_asked_for_nor_by_what_is_only_mentioned() -> None:
    both = Criteria(skills=SkillTerms(all=("JavaScript", "React")))
    job = posting(skills=(Skill(name="JavaScript"), Skill(name="React", core=True)))
    assert points("fit", both, job) == 25
    either = Criteria(skills=SkillTerms(any=("Go", "JavaScript")))
    mentioned = posting(skills=(Skill(name="React"),))
    assert points("fit", either, mentioned) == 0
    assert facts("fit", either, mentioned)["counts"] == 0.35


def test_words_in_the_title_count() -> None:
    asked = Criteria(text="python -java")
    assert points("fit", asked, posting(title="Python engineer")) == 50
    assert points("fit", asked, posting(title="Engineer", description_text="Some Python")) == 0
    assert facts("fit", asked, posting(title="Python engineer")) == {"in_title": True}


@pytest.mark.parametrize(("top", "given"), [(50_000, 0), (62_500, 7.5), (75_000, 15), (500_000, 15)])
def test_pay_earns_up_to_half_above_the_floor(top: int, given: float) -> None:
    job = posting(salary=pay(None, top))
    assert points("pay", FLOOR, job) == given
    assert facts("pay", FLOOR, job) == {"annual_top": top, "annual_floor": 50_000, "currency": "EUR", "period": "year"}


def test_pay_is_held_against_the_floor_in_its_currency_and_period() -> None:
    monthly = Criteria(salary_floor=SalaryFloor(amount=5_000, currency="USD", period="month"))
    assert points("pay", monthly, posting(salary=pay(None, 72_000))) == 15
    assert facts("pay", monthly, posting(salary=pay(None, 72_000)))["period"] == "month"


def test_without_a_floor_stated_pay_is_worth_half_and_silence_nothing() -> None:
    assert points("pay", PYTHON, posting(salary=pay(40_000, None))) == 7.5
    assert points("pay", PYTHON, posting()) == 0
    assert points("stated", PYTHON, posting(salary=pay(40_000, None))) == 5
    assert points("stated", PYTHON, posting()) == 0


@pytest.mark.parametrize(("days", "given"), [(-1, 20), (0, 20), (7, 10), (14, 0), (40, 0)])
def test_a_job_loses_its_freshness_over_two_weeks(days: int, given: float) -> None:
    job = posting(posted_at=NOON - timedelta(days=days))
    assert points("fresh", PYTHON, job) == given
    assert facts("fresh", PYTHON, job) == {"days": max(0, days)}


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


@pytest.mark.parametrize(
    ("preferred", "reach", "given", "named"),
    [
        (("PT",), Reach(scope="listed", countries=("PT", "ES")), 7, ("PT",)),
        (("eu",), Reach(scope="listed", countries=("PT", "US")), 7, ("PT",)),
        (("europe",), Reach(scope="listed", groups=("eu",)), 7, ("eu",)),
        (("US",), Reach(scope="listed", subdivisions=("US-CA",)), 7, ("US-CA",)),
        (("worldwide",), Reach(scope="worldwide"), 7, ("worldwide",)),
        (("PT",), Reach(scope="worldwide"), 3.5, ()),
        (("PT",), Reach(scope="listed", groups=("eu",)), 3.5, ()),
        (("US-CA",), Reach(scope="listed", countries=("US",)), 3.5, ()),
        (("PT",), Reach(scope="listed", groups=("eu",), excluded=("PT",)), 0, ()),
        (("PT",), Reach(scope="worldwide", excluded=("PT",)), 0, ()),
        (("US-NY",), Reach(scope="listed", countries=("US",), subdivisions=("US-CA",)), 0, ()),
        (("worldwide",), Reach(scope="listed", countries=("PT",)), 0, ()),
        (("PT", "ES"), Reach(scope="listed", countries=("FR",)), 0, ()),
        (("PT",), Reach(), 0, ()),
    ],
)
def test_a_job_in_a_preferred_place_goes_before_others(
    preferred: tuple[str, ...], reach: Reach, given: float, named: tuple[str, ...]
) -> None:
    scored = score(JudgedPosting(PYTHON, PostingFeatures(posting(reach=reach))), NOON, preferred)
    [part] = (part for part in scored.parts if part.code == "preferred")
    assert isinstance(part.facts, PreferredFacts)
    assert (part.points, part.most, part.facts.named) == (given, 7, named)


def test_preferred_places_take_their_points_from_those_for_the_place() -> None:
    asked = PYTHON.model_copy(update={"places": ("PT", "ES")})
    job = JudgedPosting(asked, PostingFeatures(posting(reach=Reach(scope="listed", countries=("ES",)))))
    without, other, own = (score(job, NOON, preferred) for preferred in ((), ("PT",), ("ES",)))
    assert [part.points for part in without.parts if part.code in ("place", "preferred")] == [10]
    assert [part.points for part in other.parts if part.code in ("place", "preferred")] == [3, 0]
    assert [part.points for part in own.parts if part.code in ("place", "preferred")] == [3, 7]
    assert own.total == without.total == other.total + 7


def test_the_total_is_the_sum_of_its_parts_none_of_which_goes_beyond_its_bound() -> None:
    best = Criteria(
        skills=SkillTerms(any=("Python", "PostgreSQL")),
        text="python",
        places=("PT",),
        salary_floor=SalaryFloor(amount=1, currency="EUR"),
    )
    job = posting(
        title="Python",
        skills=(Skill(name="Python", core=True), Skill(name="PostgreSQL", core=True)),
        salary=pay(None, 90_000),
        posted_at=NOON,
        reach=Reach(scope="listed", countries=("PT",)),
    )
    given = parts(best, job).values()
    assert sum(part.points for part in given) == 100
    assert all(part.points == part.most for part in given)
