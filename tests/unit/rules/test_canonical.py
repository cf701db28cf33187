"""The canonical form of criteria."""

import pytest

from schemas.criteria import Criteria, SkillTerms
from schemas.posting import Reach
from services.rules.criteria import CriteriaError, canonical, criteria_id
from services.rules.prepared import PreparedPosting
from services.rules.verdict import outcome_of
from tests.support.digests import posting
from tests.support.judging import floor, skills


def test_skills_take_their_canonical_names_sorted_and_once() -> None:
    found = canonical(skills(all=("golang", "Go", "python"), none=("php",)))
    assert found.skills == SkillTerms(all=("Go", "Python"), none=("PHP",))


def test_an_unknown_skill_is_named_with_the_nearest_known() -> None:
    with pytest.raises(CriteriaError, match=r"'Pythn' is not a skill that is known here; did you mean Python"):
        canonical(skills(all=("Pythn",)))


def test_an_unknown_place_is_named_with_the_nearest_known() -> None:
    with pytest.raises(CriteriaError, match=r"'Germny' is not a place that is known here; did you mean Germany"):
        canonical(Criteria(places=("Germny",)))


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (("Germany", "DE", "de"), ("DE",)),
        (("US-CA", "US"), ("US", "US-CA")),
        (("eu", "DE"), ("DE", "eu")),
        (("DE", "GB"), ("DE", "GB")),
        (("eu", "GB"), ("GB", "eu")),
        (("worldwide", "DE"), ("DE",)),
        (("worldwide",), ("worldwide",)),
    ],
)
def test_a_place_beside_one_that_holds_it_stays_and_worldwide_beside_any_goes(
    asked: tuple[str, ...], kept: tuple[str, ...]
) -> None:
    assert canonical(Criteria(places=asked)).places == kept


def test_any_is_dropped_where_all_satisfies_it_already() -> None:
    assert canonical(skills(all=("React",), any=("JavaScript", "Go"))).skills == SkillTerms(all=("React",))


def test_of_some_skills_those_that_all_brings_count_towards_how_many_are_wanted() -> None:
    asked = skills(all=("React",), any=("JavaScript", "Go", "Rust"), at_least=2)
    assert canonical(asked).skills == SkillTerms(all=("React",), any=("Go", "Rust"), at_least=1)
    asked = skills(any=("JavaScript", "Go", "Rust"), at_least=2)
    assert canonical(asked).skills == SkillTerms(any=("Go", "JavaScript", "Rust"), at_least=2)


def test_more_of_some_skills_than_are_named_are_refused() -> None:
    with pytest.raises(CriteriaError, match="2 skills are named of which at least 3 are wanted: name more"):
        canonical(skills(any=("Go", "golang", "Rust"), at_least=3))


def test_mentions_say_nothing_where_no_skill_is_asked_for() -> None:
    asked = SkillTerms(none=("PHP",), mentions=True)
    assert canonical(Criteria(skills=asked, text="go")).skills == SkillTerms(none=("PHP",))
    asked = SkillTerms(any=("Go",), mentions=True)
    assert canonical(Criteria(skills=asked)).skills == asked


def test_text_is_written_in_one_way() -> None:
    assert canonical(Criteria(text='  React  -PHP "Front End"')).text == '"front end" react -php'


def test_what_only_qualifies_something_not_asked_for_is_dropped() -> None:
    asked = Criteria(text="go", accept_unknown_place=True, tolerance=3.0, accept_undisclosed=False)
    assert canonical(asked) == Criteria(text="go")


def test_a_set_that_names_everything_asks_for_nothing() -> None:
    asked = Criteria(text="go", workplace=("unknown", "remote", "onsite", "hybrid"))
    assert canonical(asked).workplace == ()


def test_a_tolerance_of_half_a_day_asks_for_nothing() -> None:
    assert canonical(Criteria(text="go", utc_offset=1.0, tolerance=12.0)) == Criteria(text="go")


def test_languages_are_codes() -> None:
    assert canonical(Criteria(languages=("English", "de-AT", "DE"))).languages == ("de", "en")


def test_a_floor_keeps_its_period() -> None:
    assert canonical(Criteria(salary_floor=floor(50, "eur", "hour"))).salary_floor == floor(50, "EUR", "hour")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (Criteria(), "asks for nothing"),
        (Criteria(text=" - ", accept_undisclosed=False), "asks for nothing"),
        (skills(all=("Go",), none=("golang",)), "Go is both asked for and excluded"),
        (skills(any=("Go", "Rust"), none=("Rust",)), "Rust is both asked for and excluded"),
        (Criteria(text="go -go"), '"go" is both asked for and excluded'),
        (Criteria(text="jane@example.com"), "email address"),
        (Criteria(text="jane ＠ example.com"), "email address"),
        (Criteria(text="jane (at) example.com"), "email address"),
        (Criteria(text="call +49 170 123-4567"), "phone number"),
        (Criteria(text="(030) 1234 5678 90"), "phone number"),
        (Criteria(text="go " * 300), "longer than 500 characters"),
        (Criteria(text="go", utc_offset=15.0), "between -12 and +14"),
        (Criteria(text="go", utc_offset=float("nan")), "between -12 and +14"),
        (Criteria(text="go", utc_offset=1.0, tolerance=-1.0), "tolerance"),
        (Criteria(salary_floor=floor(1, "euros")), "not a currency code"),
        (Criteria(salary_floor=floor(1, period="project")), "per project"),
        (Criteria(salary_floor=floor(10**13, period="hour")), "salary floor"),
        (Criteria(languages=("klingonese",)), "not a language code"),
    ],
)
def test_what_cannot_be_searched_for_is_refused_in_one_sentence(asked: Criteria, says: str) -> None:
    with pytest.raises(CriteriaError) as refused:
        canonical(asked)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["2024 2025", "c++ 17", "401k", "100 000", "24/7", "ISO 27001", "@"])
def test_numbers_that_are_no_phone_number_are_not_refused(text: str) -> None:
    assert "engineer" in canonical(Criteria(text=f"engineer {text}")).text


def test_the_id_of_equal_criteria_is_equal_and_fixed() -> None:
    first = canonical(skills(all=("golang", "Python")))
    assert criteria_id(first) == criteria_id(canonical(skills(all=("Python", "Go"))))
    assert criteria_id(first) != criteria_id(canonical(skills(any=("golang", "Python"))))
    # Stored with every saved search: it must not change by itself.
    assert criteria_id(first) == "95c04e791546a7864ad7e1ee92094acb"


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (("PL", "europe"), ("PL",)),
        (("US-KS", "US"), ("US-KS",)),
        (("worldwide", "americas", "latam"), ("latam",)),
        (("eu", "europe"), ("eu",)),
        (("DE", "latam"), ("DE", "latam")),
        (("europe",), ("europe",)),
    ],
)
def test_whoever_works_from_home_is_in_the_narrowest_place(asked: tuple[str, ...], kept: tuple[str, ...]) -> None:
    for workplace in (("remote",), ("remote", "unknown")):
        assert canonical(Criteria(places=asked, workplace=workplace)).places == kept


def test_whoever_comes_to_an_office_may_move_within_the_widest_place_and_looks_in_the_narrowest_first() -> None:
    both, wider = Criteria(places=("PL", "europe")), Criteria(places=("europe",))
    assert canonical(both).places == ("PL", "europe")
    for country, expected in (("PL", "match"), ("DE", "match"), ("BR", "reject")):
        there = PreparedPosting(posting(reach=Reach(scope="listed", countries=(country,)), workplace="hybrid"))
        assert outcome_of(canonical(both), there) == outcome_of(wider, there) == expected
