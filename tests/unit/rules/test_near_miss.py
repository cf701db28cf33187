"""What a search misses by a little: one criterion that fails, and what would let the posting in."""

from typing import Any

import pytest

from schemas.criteria import Criteria, Nearby, RoleTerms, SkillTerms
from schemas.posting import PostingCore, Reach, Skill, Timezones
from services.rules.criteria import canonical
from services.rules.prepared import PreparedPosting
from services.rules.verdict import near_miss, verdict
from tests.support.judging import a_posting, floor, having, paying, skills

AUGSBURG = 2954172


def missed(criteria: Criteria, posting: PostingCore) -> tuple[str, str, Any] | None:
    """What lets it in: criterion, step and value."""
    found = near_miss(criteria, PreparedPosting(posting))
    return found and found.own


def mentioning(name: str, *others: str) -> PostingCore:
    return a_posting(skills=(Skill(name=name, strength="bonus"), *(Skill(name=other) for other in others)))


class TestLevel:
    @pytest.mark.parametrize(
        ("asked", "value", "lets_in"),
        [
            *((("mid",), "senior", "senior"), (("senior",), "mid", "mid"), (("mid", "senior"), "staff", "staff")),
            *((("lead",), "staff", "staff"), (("junior",), None, "mid"), (("junior",), "senior", None)),
            *((("manager",), "director", None), (("principal",), "executive", None)),
        ],
    )
    def test_one_level_is_near(self, asked: Any, value: Any, lets_in: str | None) -> None:
        found = missed(Criteria(seniority=asked), a_posting(seniority=value))
        assert found == (("seniority", "add", lets_in) if lets_in else None)


class TestRole:
    def test_a_neighbour_is_near_and_another_trade_is_not(self) -> None:
        asked = canonical(Criteria(roles=RoleTerms(any=("backend-engineer",))))
        assert missed(asked, a_posting(roles=("full-stack-engineer",))) == ("roles.any", "tolerate", None)
        assert missed(asked, a_posting(roles=("registered-nurse",))) is None
        assert missed(asked, a_posting()) is None


class TestTimezone:
    @pytest.mark.parametrize(("zones", "hours"), [((2, 4), 2.0), ((1.5, 9), 1.5), ((2.25, 4), None), ((0, 1), None)])
    def test_an_hour_beyond_the_tolerance_is_near(self, zones: tuple[float, float], hours: float | None) -> None:
        asked = Criteria(utc_offset=0.0, tolerance=1.0)
        job = a_posting(timezones=Timezones(min=zones[0], max=zones[1]))
        assert missed(asked, job) == (("timezone", "tolerate", hours) if hours else None)


class TestSkills:
    def test_one_missing_of_several_is_near_and_the_only_one_is_not(self) -> None:
        assert missed(skills(all=("Go", "Kafka")), having("Go")) == ("skills.all", "drop", "Kafka")
        assert missed(skills(all=("Go", "Kafka", "Rust")), having("Go")) is None
        assert missed(skills(all=("Go",)), having("Kafka")) is None

    def test_one_fewer_than_so_many_is_near(self) -> None:
        asked = ("Go", "JavaScript", "Kafka", "Rust")
        assert missed(skills(any=asked, at_least=3), having("Go", "React")) == ("skills.any", "fewer", 2)
        assert missed(skills(any=asked, at_least=3), having("Go")) is None
        assert missed(skills(any=asked), having("SQL")) is None

    def test_a_mention_is_near_unless_the_search_counts_it_as_a_match(self) -> None:
        assert missed(skills(all=("Go",)), mentioning("Go")) == ("skills.all", "accept", None)
        assert missed(skills(all=("Go", "Rust")), mentioning("Go", "Rust")) == ("skills.all", "accept", None)
        assert missed(skills(any=("Go", "Rust")), mentioning("Go")) == ("skills.any", "accept", None)
        assert missed(skills(any=("JavaScript",)), mentioning("React")) == ("skills.any", "accept", None)
        lax = Criteria(skills=SkillTerms(any=("Go",), mentions=True))
        assert verdict(lax, mentioning("Go")).outcome == "match"
        assert missed(lax, mentioning("Go")) is None

    def test_what_is_excluded_is_never_near(self) -> None:
        assert missed(skills(any=("Go",), none=("PHP",)), having("Go", "PHP")) is None


class TestPayAndDistance:
    def test_pay_is_near_as_the_verdict_has_it(self) -> None:
        asked = Criteria(salary_floor=floor(60_000), accept_undisclosed=False)
        assert missed(asked, paying({"EUR": 54_000})) == ("salary", "lower", 54_000)
        assert missed(asked, a_posting()) == ("salary", "accept", None)
        assert missed(asked, paying({"EUR": 53_000})) is None

    def test_half_as_far_again_is_near(self) -> None:
        job = a_posting(workplace="onsite", towns=(AUGSBURG,))
        assert missed(canonical(Criteria(near=(Nearby(town="Munich", km=40),))), job) == ("near", "tolerate", 57)
        assert missed(canonical(Criteria(near=(Nearby(town="Munich", km=30),))), job) is None


def test_two_that_fail_by_a_little_are_too_many() -> None:
    asked = Criteria(seniority=("mid",), salary_floor=floor(60_000))
    assert missed(asked, paying({"EUR": 55_000}, seniority="mid")) == ("salary", "lower", 55_000)
    assert missed(asked, a_posting(seniority="senior")) == ("seniority", "add", "senior")
    assert missed(asked, paying({"EUR": 55_000})) == ("salary", "lower", 55_000)
    both = paying({"EUR": 55_000}).model_copy(update={"seniority": "senior"})
    assert missed(asked, both) is None


def test_what_fails_by_much_besides_what_fits_or_what_is_closed_is_no_near_miss() -> None:
    asked = Criteria(seniority=("mid",), places=("DE",))
    here = Reach(scope="listed", countries=("DE",))
    assert missed(asked, a_posting(seniority="senior", reach=here)) is not None
    assert missed(asked, a_posting(seniority="mid", reach=here)) is None
    assert missed(asked, a_posting(seniority="senior", reach=Reach(scope="listed", countries=("PL",)))) is None
    assert missed(asked, a_posting(seniority="senior", reach=here, status="closed")) is None


def test_a_verdict_of_a_near_miss_keeps_its_facts_and_says_what_is_near() -> None:
    asked, job = Criteria(seniority=("mid",), skills=SkillTerms(any=("Go",))), having("Go", seniority="senior")
    by = near_miss(asked, PreparedPosting(job))
    assert by is not None
    before = verdict(asked, job)
    after = before.nearly(by)
    assert (before.outcome, after.outcome) == ("reject", "near")
    assert [reason.fit for reason in after.reasons] == ["yes", "near"]
    assert [reason.facts for reason in after.reasons] == [reason.facts for reason in before.reasons]
