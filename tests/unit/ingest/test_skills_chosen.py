"""Which of the skills that a posting mentions count, and which are core."""

from tests.support.drafting import normalised

TEXT = """
<h3>About us</h3><p>Our product is written in Haskell.</p>
<h3>What you will do</h3><ul><li>Build services with Kafka</li></ul>
<h3>Requirements</h3><ul><li>Five years of Python and PostgreSQL</li><li>Kubernetes is a plus</li></ul>
<h3>Nice to have</h3><ul><li>Terraform</li></ul>
<h3>Benefits</h3><p>A Figma account and Slack.</p>
"""


def chosen(title: str = "Engineer", html: str = TEXT, **stated: object) -> dict[str, bool]:
    return {skill.name: skill.core for skill in normalised(title, html, **stated).skills}


def test_required_skills_are_core_and_wished_for_ones_are_not() -> None:
    found = chosen()
    assert found["Python"]
    assert found["PostgreSQL"]
    assert not found["Kubernetes"]
    assert not found["Terraform"]


def test_skills_of_the_tasks_count_but_are_not_core() -> None:
    assert [core for name, core in chosen().items() if name.endswith("Kafka")] == [False]


def test_words_about_the_company_and_its_offer_are_no_skills() -> None:
    assert not {"Haskell", "Figma", "Slack"} & chosen().keys()


def test_a_skill_of_the_title_is_core() -> None:
    assert chosen("Terraform Engineer")["Terraform"]


def test_core_skills_come_first_and_each_skill_once() -> None:
    skills = normalised("Python Engineer", TEXT).skills
    assert [skill.core for skill in skills] == sorted((skill.core for skill in skills), reverse=True)
    assert len({skill.name for skill in skills}) == len(skills)


def test_a_text_without_headings_is_read_whole() -> None:
    assert {"Python", "Docker"} <= chosen(html="<p>You know Python and Docker.</p>").keys()


def test_tags_count_only_where_nothing_else_names_a_skill() -> None:
    assert "PHP" not in chosen(skills=("php",))
    assert chosen("Engineer", "<p>We make maps.</p>", skills=("php", "no-such-skill")) == {"PHP": False}
