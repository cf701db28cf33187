"""What makes one fitting job better than another, and by how much."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import PostingCore, Reach, Skill
from services.notifier.domain.judging import Judged, Ready
from services.notifier.domain.model import Part, PartCode
from services.notifier.domain.score import score
from tests.support.digests import NOON, PYTHON, digest, pay, posting, search

EITHER = Criteria(skills=SkillTerms(any=("Go", "Python")))
FLOOR = Criteria(salary_floor=SalaryFloor(amount=50_000, currency="EUR"))


def parts(criteria: Criteria, one: PostingCore) -> dict[PartCode, Part]:
    return {part.code: part for part in score(Judged(criteria, Ready(one)), NOON).parts}


def points(code: PartCode, criteria: Criteria, one: PostingCore) -> float:
    return parts(criteria, one)[code].points


def facts(code: PartCode, criteria: Criteria, one: PostingCore) -> dict[str, Any]:
    return dict(parts(criteria, one)[code].facts)


def test_a_core_skill_counts_more_than_one_in_passing() -> None:
    core = posting(skills=(Skill(name="Python", core=True),))
    passing = posting(skills=(Skill(name="Python"),))
    assert points("fit", PYTHON, core) == 50
    assert points("fit", PYTHON, passing) == 0
    assert points("fit", EITHER, core) == 35
    assert facts("fit", PYTHON, core) == {"asked": ("Python",), "core": ("Python",)}
    assert facts("fit", PYTHON, passing) == {"asked": ("Python",), "core": ()}


def test_all_asked_skills_are_weighed_by_how_many_are_core() -> None:
    both = Criteria(skills=SkillTerms(all=("Python", "PostgreSQL")))
    half = posting(skills=(Skill(name="Python", core=True), Skill(name="PostgreSQL")))
    assert points("fit", both, half) == 25


def test_a_skill_that_implies_the_asked_one_counts_as_it() -> None:
    asked = Criteria(skills=SkillTerms(any=("JavaScript",)))
    assert points("fit", asked, posting(skills=(Skill(name="React", core=True),))) == 50


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
    scored = score(Judged(PYTHON, Ready(posting(reach=reach))), NOON, (), preferred)
    [part] = (part for part in scored.parts if part.code == "preferred")
    assert (part.points, part.most, dict(part.facts)["named"]) == (given, 7, named)


def test_preferred_places_take_their_points_from_those_for_the_place() -> None:
    asked = PYTHON.model_copy(update={"places": ("PT", "ES")})
    job = Judged(asked, Ready(posting(reach=Reach(scope="listed", countries=("ES",)))))
    without, other, own = (score(job, NOON, (), preferred) for preferred in ((), ("PT",), ("ES",)))
    assert [part.points for part in without.parts if part.code in ("place", "preferred")] == [10]
    assert [part.points for part in other.parts if part.code in ("place", "preferred")] == [3, 0]
    assert [part.points for part in own.parts if part.code in ("place", "preferred")] == [3, 7]
    assert own.total == without.total == other.total + 7


PAYS = st.sampled_from([None, pay(None, 50_000), pay(None, 80_000), pay(None, 900_000)])
REACHES = st.sampled_from([Reach(), Reach(scope="worldwide"), Reach(scope="listed", countries=("PT",))])
NAMES = ("Apache Kafka", "Go", "PostgreSQL", "Python", "Rust")


@st.composite
def jobs(draw: st.DrawFn, name: str, core: frozenset[str]) -> PostingCore:
    """A job of which nothing but the skills is given, and the title, in which they do not stand."""
    return posting(
        name,
        title="Engineer",
        skills=tuple(Skill(name=name, core=name in core) for name in NAMES),
        salary=draw(PAYS),
        reach=draw(REACHES),
        posted_at=NOON - timedelta(days=draw(st.integers(0, 30))),
    )


@given(st.data())
def test_nothing_puts_a_job_that_only_mentions_what_is_asked_for_before_one_to_which_some_of_it_is_core(
    data: st.DataObject,
) -> None:
    draw = data.draw
    names = st.lists(st.sampled_from(NAMES), unique=True, max_size=3).map(tuple)
    terms = draw(st.builds(SkillTerms, all=names, any=names).filter(lambda some: some.all or some.any))
    criteria = Criteria(
        skills=terms,
        text=draw(st.sampled_from(["", "engineer", "aword1 OR bword1"])),
        places=draw(st.sampled_from([(), ("PT",)])),
        accept_unknown_place=True,
        salary_floor=draw(st.sampled_from([None, SalaryFloor(amount=50_000, currency="EUR")])),
        accept_undisclosed=True,
    )
    asked = sorted({*terms.all, *terms.any})
    core = frozenset(draw(st.lists(st.sampled_from(asked), unique=True, min_size=1)))
    asks, mentions = draw(jobs("b", core)), draw(jobs("a", frozenset()))
    preferred_places = draw(st.sampled_from([(), ("PT",), ("worldwide",)]))
    made = digest(mentions, asks, by=search(criteria=criteria, preferred_places=preferred_places))
    assert [item.posting for item in made.items] == [asks, mentions]


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
