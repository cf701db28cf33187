"""How a posting means each skill that it names."""

import pytest

from schemas.posting import Skill
from tests.support.drafting import normalised

HEADED = """
<h3>What you will do</h3><ul><li>Build services with Kafka</li></ul>
<h3>Requirements</h3><ul><li>Five years of Python</li><li>{item}</li></ul>
<h3>{wishes}</h3><ul><li>Terraform</li></ul>
"""


def strengths(html: str, title: str = "Engineer", **stated: object) -> dict[str, str]:
    return {skill.name.removeprefix("Apache "): skill.strength for skill in normalised(title, html, **stated).skills}


def headed(item: str = "You are kind", wishes: str = "Nice to have") -> dict[str, str]:
    return strengths(HEADED.format(item=item, wishes=wishes))


def test_each_section_says_how_its_skills_are_meant() -> None:
    assert strengths(HEADED.format(item="You are kind", wishes="Bonus points"), "Kubernetes Engineer") == {
        "Kubernetes": "title",
        "Python": "required",
        "Kafka": "wanted",
        "Terraform": "bonus",
    }


@pytest.mark.parametrize(
    ("heading", "meant"),
    [
        ("Nice to have", "bonus"),
        ("Bonus points if you have", "bonus"),
        ("Von Vorteil", "bonus"),
        ("Preferred qualifications", "wanted"),
        ("Desirable skills", "wanted"),
        ("Deseable", "wanted"),
    ],
)
def test_what_is_preferred_is_more_than_a_plus(heading: str, meant: str) -> None:
    assert headed(wishes=heading)["Terraform"] == meant


@pytest.mark.parametrize(
    ("item", "kotlin", "scala"),
    [
        ("Kotlin preferred, Scala a plus", "wanted", "bonus"),
        ("Ideally you know Kotlin, and Scala is a plus", "wanted", "bonus"),
        ("Knowledge of Kotlin is a plus; Scala is preferred", "bonus", "wanted"),
        ("3 years of Kotlin, Scala is a plus", "required", "bonus"),
        ("You know Kotlin well, Scala is not required", "required", "passing"),
        ("Scala is not a nice to have, and neither is Kotlin", "required", "required"),
    ],
)
def test_each_of_one_sentence_is_meant_as_its_own_words_say(item: str, kotlin: str, scala: str) -> None:
    found = headed(item)
    assert (found["Kotlin"], found["Scala"]) == (kotlin, scala)


def test_the_most_that_is_said_of_a_skill_counts() -> None:
    assert strengths("<h3>Nice to have</h3><ul><li>Kafka</li></ul><h3>Requirements</h3><ul><li>Kafka</li></ul>") == {
        "Kafka": "required"
    }


def test_a_tag_that_names_what_the_employer_is_about_is_of_the_employer() -> None:
    html = "<h3>About us</h3><p>We sell machine learning.</p><h3>Requirements</h3><ul><li>Python</li></ul>"
    assert strengths(html, skills=("machine learning",)) == {"Python": "required", "Machine Learning": "employer"}


def test_the_stack_of_the_team_is_wanted_wherever_it_stands() -> None:
    about = "<p>Our stack is Kotlin.</p><p>We sell to Scala shops.</p>"
    html = f"<h3>Requirements</h3><ul><li>Python</li></ul><h3>About us</h3>{about}"
    assert strengths(html) == {"Python": "required", "Kotlin": "wanted"}


def test_core_is_told_from_the_strength() -> None:
    assert [Skill(name="Go", strength=strength).core for strength in ("title", "required", "wanted")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(("core", "strength"), [(True, "required"), (False, None)])
def test_a_record_from_before_strengths_keeps_what_is_core(core: bool, strength: str | None) -> None:
    read = Skill.model_validate_json(f'{{"name": "Go", "core": {str(core).lower()}}}')
    assert (read.core, read.strength) == (core, strength)
    assert not read.mentioned, "it counts as it did"
    assert Skill.model_validate_json(read.model_dump_json()) == read
