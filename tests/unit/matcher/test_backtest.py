"""Backtests and relaxed criteria, by examples."""

from datetime import timedelta

import pytest

from schemas.criteria import Criteria
from schemas.posting import PostingCore, Reach, Skill, Timezones
from services.matcher.backtest import Backtest, Past, backtest, newest_versions
from services.rules.criterion.base import Step
from services.rules.verdict import distance, verdict
from tests.support.judging import FETCHED, a_posting, floor, having, paying, reaching, skills


def _tested(criteria: Criteria, *postings: PostingCore) -> Backtest:
    return backtest(criteria, [Past(posting, posting.seen_at) for posting in postings])


def _gains(found: Backtest) -> dict[tuple[str, Step, str | int | float | None], int]:
    gains = [gain for cost in found.costs for gain in (cost.without, *cost.steps)]
    return {gain.relaxation.own: len(gain.posting_ids) for gain in gains}


def test_each_step_of_the_floor_says_how_many_it_lets_in() -> None:
    found = _tested(
        Criteria(salary_floor=floor(100_000), accept_undisclosed=False),
        *(
            paying(
                {"EUR": top},
            ).model_copy(update={"posting_id": str(top)})
            for top in (120_000, 95_000, 82_000, 40_000)
        ),
        a_posting(posting_id="silent"),
    )
    assert _gains(found) == {
        ("salary", "without", None): 4,
        ("salary", "lower", 80_000): 2,
        ("salary", "lower", 90_000): 1,
        ("salary", "accept", None): 1,
    }


def test_skills_that_go_together_with_the_asked_ones_are_tried_and_those_of_every_job_are_not() -> None:
    def job(number: int, *names: str) -> PostingCore:
        own = tuple(Skill(name=name, core=True) for name in names)
        return a_posting(posting_id=f"p{number}", skills=own)

    jobs = [job(number, "Java", "Kotlin", "English") for number in range(4)]
    jobs += [job(10 + number, "Kotlin", "English") for number in range(3)]
    jobs += [job(20 + number, "Figma", "English") for number in range(9)]
    gains = _gains(_tested(skills(any=("Java",)), *jobs))
    assert gains["skills.any", "add", "Kotlin"] == 3
    assert not [value for _, _, value in gains if value in ("Figma", "English")]


def test_places_that_nearly_fitting_jobs_name_are_tried() -> None:
    found = _tested(
        Criteria(places=("DE",)),
        reaching(countries=("AT",)).model_copy(update={"posting_id": "at"}),
        reaching(countries=("AT", "CH")).model_copy(update={"posting_id": "at and ch"}),
        reaching(groups=("latam",)).model_copy(update={"posting_id": "latam"}),
        reaching("unknown").model_copy(update={"posting_id": "unknown"}),
        reaching("worldwide").model_copy(update={"posting_id": "worldwide"}),
    )
    gains = _gains(found)
    assert gains["place", "add", "AT"] == 2
    assert gains["place", "add", "latam"] == 1
    assert gains["place", "accept", None] == 1
    assert gains["place", "without", None] == 4
    assert [match.posting.posting_id for match in found.matches] == ["worldwide"]


def test_a_job_that_fails_two_criteria_costs_neither_of_them() -> None:
    asked = Criteria(workplace=("remote",), seniority=("senior",))
    found = _tested(asked, a_posting(workplace="onsite", seniority="junior"))
    assert found.close == ()
    assert set(_gains(found).values()) == {0}


def test_a_job_that_has_closed_since_would_have_matched_and_is_marked() -> None:
    found = _tested(skills(all=("Go",)), having("Go", status="closed"))
    assert [(match.closed, match.verdict.outcome) for match in found.matches] == [(True, "match")]


def test_each_posting_counts_by_its_newest_version_and_its_first_sight() -> None:
    old = having("Go", version=1, posted_at=FETCHED - timedelta(days=3))
    new = having("Rust", version=2, posted_at=FETCHED - timedelta(days=1))
    for order in ([old, new], [new, old]):
        assert newest_versions(order) == [Past(new, old.seen_at)]


@pytest.mark.parametrize(
    ("asked", "near", "far"),
    [
        (Criteria(salary_floor=floor(100)), paying({"EUR": 95}), paying({"EUR": 60})),
        (
            Criteria(utc_offset=1.0),
            a_posting(timezones=Timezones(min=2, max=2)),
            a_posting(timezones=Timezones(min=-8, max=-8)),
        ),
        (Criteria(seniority=("senior",)), a_posting(seniority="mid"), a_posting(seniority="intern")),
        (Criteria(seniority=("senior",)), a_posting(seniority="junior"), a_posting(seniority="executive")),
        (skills(all=("Go", "Kafka")), having("Go"), having("PHP")),
        (Criteria(places=("DE",)), reaching("unknown"), a_posting(reach=Reach(scope="listed", countries=("US",)))),
        (Criteria(workplace=("remote",)), a_posting(), a_posting(workplace="onsite")),
    ],
)
def test_what_just_fails_is_nearer_than_what_fails_by_far(asked: Criteria, near: PostingCore, far: PostingCore) -> None:
    distances = [distance(verdict(asked, posting).reasons[0]) for posting in (near, far)]
    assert 0 <= distances[0] < distances[1] <= 1
