"""Which of the skills that a posting mentions count, and which are core."""

from dataclasses import replace

import pytest

from services.ingest.domain.normalise import normalise
from tests.support.drafting import RATES, a_draft, a_raw, normalised

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


@pytest.mark.parametrize(
    "html",
    [
        "<h3>Benefits</h3><ul><li>Kubernetes training</li></ul>",
        "<p>What we offer:</p><ul><li>AWS certification budget</li></ul>",
        "<p>Wir bieten:</p><ul><li>Kubernetes-Schulungen</li></ul>",
        "<p>We make maps.</p><h3>Nous offrons</h3><ul><li>Un budget pour des formations Docker</li></ul>",
    ],
)
def test_what_is_offered_is_no_skill_where_no_work_is_headed_either(html: str) -> None:
    assert chosen(html=html) == {}
    assert chosen("Terraform Engineer", html) == {"Terraform": True}
    assert chosen(html=html, skills=("php",)) == {"PHP": False}
    assert "Python" in chosen(html=f"<p>You know Python.</p>{html}")


def test_tags_count_only_where_nothing_else_names_a_skill() -> None:
    assert "PHP" not in chosen(skills=("php",))
    assert chosen("Engineer", "<p>We make maps.</p>", skills=("php", "no-such-skill")) == {"PHP": False}


def test_a_field_of_work_counts_where_experience_in_it_is_asked_for() -> None:
    html = "<h3>Requirements</h3><ul><li>{}</li></ul>"
    assert chosen(html=html.format("Three years of experience in accounting"))["Accounting"]
    assert chosen(html=html.format("Accounting background"))["Accounting"]
    assert "Accounting" not in chosen(html=html.format("You get on well with accounting and legal"))


def test_a_degree_s_subject_is_no_skill() -> None:
    html = "<h3>Requirements</h3><ul><li>Degree in statistics, data science or similar</li><li>Python</li></ul>"
    assert chosen(html=html) == {"Python": True}


@pytest.mark.parametrize(
    "asked",
    [
        "Esperienza pluriennale in accounting", "Doświadczenie w accounting", "Ruime ervaring met accounting",
        "Expérience confirmée en accounting", "Amplia experiencia en accounting", "Experiência sólida em accounting",
        "Mehrjährige Erfahrung im accounting",
    ],
)  # fmt: skip
def test_experience_in_a_field_of_work_is_asked_for_in_other_languages(asked: str) -> None:
    html = "<h3>Requirements</h3><ul><li>{}</li></ul>"
    assert chosen(html=html.format(asked)).get("Accounting")


@pytest.mark.parametrize(
    "company", ["Kubernetes S.p.A.", "Kubernetes Sp. z o.o.", "Kubernetes N.V.", "Kubernetes SARL"]
)
def test_an_employer_is_known_without_its_legal_form(company: str) -> None:
    draft = a_draft("Engineer", "<h3>What you will do</h3><p>You sell Kubernetes, our product, with Salesforce.</p>")
    found = normalise(replace(draft, company=company), raw=a_raw(), rates=RATES).skills
    assert [skill.name for skill in found] == ["Salesforce"]


def test_the_employer_s_own_product_is_no_skill_unless_it_is_asked_for() -> None:
    duties = "<h3>What you will do</h3><p>You sell Docker, our product, with Salesforce.</p>"
    asked = "<h3>Requirements</h3><ul><li>Experience with Docker</li></ul>"
    found = {
        html: [
            skill.name
            for skill in normalise(
                replace(a_draft("Engineer", html), company="Docker, Inc."), raw=a_raw(), rates=RATES
            ).skills
        ]
        for html in (duties, asked)
    }
    assert found == {duties: ["Salesforce"], asked: ["Docker"]}


def test_an_item_that_asks_counts_wherever_it_stands() -> None:
    html = "<h3>Our company</h3><p>We love Rust and Kotlin.</p><ul><li>Experience with Terraform is required</li></ul>"
    assert chosen(html=html + "<h3>Requirements</h3><p>See above.</p>") == {"Terraform": True}


def test_what_one_sentence_wishes_for_another_may_require() -> None:
    html = "<h3>Requirements</h3><p>You know Python well. Some Ansible is a plus. You have used PostgreSQL.</p>"
    assert chosen(html=html) == {"Python": True, "PostgreSQL": True, "Ansible": False}


def test_a_practice_that_a_tag_and_the_text_name_counts_in_any_section() -> None:
    html = "<h3>About us</h3><p>We are known for content strategy.</p><h3>Requirements</h3><p>Patience.</p>"
    assert chosen(html=html) == {}
    assert chosen(html=html, skills=("content-strategy",)) == {"Content Strategy": False}


def test_a_list_of_other_openings_says_nothing_of_this_one() -> None:
    html = "<h3>Requirements</h3><p>You know Figma.</p><h3>Other openings</h3><p>Java, Kotlin and Swift engineers</p>"
    assert chosen(html=html) == {"Figma": True}


def test_a_tag_does_not_make_a_skill_of_a_practice_of_other_openings() -> None:
    html = "<h3>Requirements</h3><p>You know Figma.</p><h3>Not your stack?</h3><p>We also need data engineering.</p>"
    assert chosen(html=html, skills=("data-engineering",)) == {"Figma": True}


def test_a_list_of_other_openings_says_neither_where_one_works_nor_what_is_paid() -> None:
    openings = "<h3>Other jobs at Acme</h3><p>Based in Brazil</p><p>Sales engineers: base $90,000</p>"
    draft = a_draft("Designer", f"<h3>Requirements</h3><p>You know Figma.</p>{openings}")
    posting = normalise(draft, raw=a_raw(), rates=RATES)
    assert (posting.reach.countries, posting.salary) == ((), None)


def test_the_tasks_say_what_it_takes_where_no_section_does() -> None:
    html = (
        "<h3>What you will do</h3><p>You build services with Kafka. Ansible is a plus.</p><h3>Benefits</h3><p>Tea.</p>"
    )
    assert chosen(html=html) == {"Kafka": True, "Ansible": False}


def test_an_opening_counts_where_it_speaks_of_the_work() -> None:
    html = (
        "<p>We make trains with Erlang. As our first marketer you will own email marketing.</p>"
        "<h3>Requirements</h3><p>You know HubSpot.</p>"
    )
    assert chosen(html=html) == {"HubSpot": True, "Email Marketing": False}


def test_a_line_that_names_the_place_ends_no_section() -> None:
    html = "<h3>Requirements</h3><ul><li>Python</li></ul><p>Location: Lisbon</p><ul><li>Terraform</li></ul>"
    assert chosen(html=html) == {"Python": True, "Terraform": True}


PLAIN = (
    "<h3>About us</h3><p>Churn is what we fear.</p>"
    "<h3>What you will do</h3><p>You keep the pipeline healthy, onboard teams and watch their adoption.</p>"
)


@pytest.mark.parametrize(
    ("title", "skills"),
    [
        ("Customer Success Manager", {"Customer Success", "Customer Onboarding", "Customer Adoption"}),
        ("Account Executive", {"Sales", "Pipeline Management"}),
        ("Carpenter", {"Carpentry"}),
    ],
)
def test_plain_words_mean_what_they_mean_in_the_field_of_the_title(title: str, skills: set[str]) -> None:
    assert set(chosen(title, PLAIN)) == skills


def test_of_a_long_list_of_skills_the_practices_named_once_among_the_duties_are_left_out() -> None:
    duties = "<h3>What you will do</h3><ul><li>Own test automation and incident response</li></ul>"
    tools = (
        "Python, Java, Rust, Kotlin, Scala, PHP, Ruby, Terraform, Ansible, Docker, Kubernetes, Kafka, PostgreSQL, "
        "MySQL, MongoDB, Redis, Elasticsearch, RabbitMQ, Django, Flask, React, Angular, GraphQL, Jenkins, "
        "Grafana, Prometheus"
    )
    short, long = (
        chosen(html=f"{duties}<h3>Requirements</h3><ul><li>{asked}</li></ul>") for asked in ("Python", tools)
    )
    assert {"Test Automation", "Incident Response"} <= short.keys()
    assert {"Test Automation", "Incident Response"} & long.keys() == {"Test Automation"}, "a term of art is kept"
    again = chosen(html=f"{duties}<h3>Requirements</h3><ul><li>{tools}, incident response</li></ul>")
    assert "Incident Response" in again


def test_a_field_that_is_all_an_item_says_is_asked_for() -> None:
    html = "<h3>Requirements</h3><ul><li>Accounting</li><li>Lending, as others do it</li></ul>"
    assert chosen(html=html) == {"Accounting": True}


def test_a_field_named_once_among_the_wishes_or_duties_is_left_out() -> None:
    named = "<li>Experience in accounting</li>"
    for heading in ("Nice to have", "What you will do"):
        html = f"<h3>Requirements</h3><ul><li>Python</li></ul><h3>{heading}</h3><ul>{named}</ul>"
        assert chosen(html=html) == {"Python": True}
        assert "Accounting" in chosen(html=html + "<p>Accounting matters.</p>")
    assert chosen(html="<p>You have experience in accounting.</p>") == {"Accounting": True}, (
        "without headings it counts"
    )


def test_of_a_long_list_of_skills_a_field_that_is_named_once_in_it_is_left_out() -> None:
    tools = "Python, Java, Rust, Kotlin, Scala, PHP, Ruby, Terraform, Ansible, Docker, Kubernetes, Kafka, PostgreSQL"
    more = ", MySQL, MongoDB, Redis, Django, Flask, Angular, GraphQL, Jenkins, Grafana, Prometheus, RabbitMQ, Elixir"
    asked = "<h3>Requirements</h3><ul><li>{}</li><li>{}</li></ul>"
    listed = "Knowledge of nice things: budgeting, accounting"
    assert "Accounting" in chosen(html=asked.format("Python", listed))
    assert "Accounting" not in chosen(html=asked.format(tools + ", MySQL, MongoDB, Redis, Django", listed))
    single = "Experience in accounting"
    assert "Accounting" in chosen(html=asked.format(tools, single))
    assert "Accounting" not in chosen(html=asked.format(tools + more, single))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Five years of PostgreSQL, ideally with Kafka", {"PostgreSQL": True, "Kafka": False}),
        ("Experience with Python; Scala preferred", {"Python": True, "Scala": False}),
        ("Experience with Python and Scala preferred", {"Python": False, "Scala": False}),
        ("Ideally, experience with Python", {"Python": False}),
    ],
)
def test_what_stands_before_a_wish_of_its_own_is_required(asked: str, found: dict[str, bool]) -> None:
    assert chosen(html=f"<h3>Requirements</h3><ul><li>{asked}</li></ul>") == found


def test_a_practice_is_required_in_an_item_or_where_the_sentence_asks_for_something() -> None:
    asked = "<h3>Requirements</h3><p>Test automation matters to us. You have experience with code review.</p>"
    assert chosen(html=asked) == {"Test Automation": False, "Code Review": True}
    assert chosen(html="<h3>Requirements</h3><ul><li>Test automation</li></ul>") == {"Test Automation": True}


def test_without_any_heading_only_what_a_sentence_asks_for_is_required() -> None:
    html = "<p>Our site runs on Django. We need three years of PostgreSQL.</p>"
    assert chosen(html=html) == {"Django": False, "PostgreSQL": True}


@pytest.mark.parametrize(
    "whom", ["with design, incident response and legal teams", "between incident response leaders"]
)
def test_the_practices_of_those_one_works_with_are_none_of_the_job(whom: str) -> None:
    html = f"<h3>What you will do</h3><ul><li>Plan releases {whom}</li><li>Own code review</li></ul>"
    assert chosen(html=html).keys() == {"Code Review"}


def test_what_one_must_have_at_home_is_not_core() -> None:
    home = "<li>A wired internet connection for Zoom calls is required</li>"
    assert chosen(html=f"<h3>Requirements</h3><ul><li>Python</li>{home}</ul>") == {"Python": True, "Zoom": False}


def test_initials_of_the_employer_are_no_skill() -> None:
    html = "<h3>What you will do</h3><ul><li>Tune SEO for AWS and its users</li></ul>"
    draft = replace(a_draft("Somebody", html), company="Alpine Window Systems Ltd")
    assert [skill.name for skill in normalise(draft, raw=a_raw(), rates=RATES).skills] == ["SEO"]


@pytest.mark.parametrize(
    ("html", "names"),
    [
        (
            "<h3>Anforderungen</h3><ul><li>Erfahrung in der Buchhaltung und im Projektmanagement</li></ul>",
            {"Accounting", "Project Management"},
        ),
        ("<h3>Dein Profil</h3><ul><li>Gute Kenntnisse der Datenmodellierung</li></ul>", {"Data Modeling"}),
        ("<h3>Profil recherché</h3><ul><li>Expérience en gestion de projets</li></ul>", {"Project Management"}),
        (
            "<h3>Vos missions</h3><ul><li>Assurer la facturation et le recouvrement</li></ul>",
            {"Invoicing", "Debt Collection"},
        ),
        (
            "<h3>Requisitos</h3><ul><li>Experiencia en atención al cliente y análisis de datos</li></ul>",
            {"Customer Support", "Data Analysis"},
        ),
        (
            "<h3>Requisitos</h3><ul><li>Vivência em gestão de estoque e modelagem de dados</li></ul>",
            {"Inventory Management", "Data Modeling"},
        ),
        ("<h3>Requisiti</h3><ul><li>Esperienza nella gestione dei progetti</li></ul>", {"Project Management"}),
        ("<h3>Vereisten</h3><ul><li>Ervaring met projectmanagement</li></ul>", {"Project Management"}),
        ("<h3>Wymagania</h3><ul><li>Doświadczenie w zarządzaniu projektami</li></ul>", {"Project Management"}),
    ],
)
def test_practices_are_known_by_their_names_in_the_languages_of_the_headings(html: str, names: set[str]) -> None:
    assert names <= chosen(html=html).keys()


def test_one_program_vouches_for_another_that_is_wanted_above_all() -> None:
    assert "Excel" in chosen(html="<h3>Anforderungen</h3><ul><li>Sicher in Word, insbesondere Excel</li></ul>")
    assert "Excel" in chosen(html="<h3>Requirements</h3><ul><li>You use PowerPoint and especially Excel</li></ul>")


def test_a_language_that_the_work_needs_is_a_skill_however_it_is_said() -> None:
    assert chosen(html="<h3>O que procuramos</h3><ul><li>Domínio da língua francesa</li></ul>")["French"]
    assert chosen(html="<h3>Wymagania</h3><ul><li>Biegła znajomość języka niemieckiego</li></ul>")["German"]
    assert chosen("Customer Support (Dutch speaking)", "<p>You answer our guests.</p>")["Dutch"]
    assert "German" not in chosen(html="<p>Our German customers write in their own language.</p>")
