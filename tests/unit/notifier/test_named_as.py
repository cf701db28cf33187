"""How strongly a card says what was read of a posting: no more than its words do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.relevance.claims import lines_of
from schemas.criteria import Criteria, RoleTerms, SkillTerms
from schemas.posting import Seniority, Skill, Strength
from services.notifier.domain.model import Item
from services.notifier.domain.wording.named import is_called
from services.notifier.domain.wording.view import why_briefly
from services.rules.criterion.role import RoleFacts
from services.rules.lexicon.builder import LANGUAGES, phrases_of
from services.wording.catalogues import words_of
from tests.support.digests import digest, posting, search

EN = words_of("en")


def item_of(
    text: str, skill: str, strength: Strength = "required", language: str = "en", title: str = "Engineer"
) -> Item:
    job = posting(title=title, description_text=text, language=language, skills=(Skill(name=skill, strength=strength),))
    asked = Criteria(skills=SkillTerms(any=(skill,), mentions=True))
    [item] = digest(job, by=search(criteria=asked)).items
    return item


def why(text: str, skill: str, strength: Strength = "required", language: str = "en") -> str:
    return " / ".join(why_briefly(item_of(text, skill, strength, language), EN))


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("• Proficiency in related ML frameworks such as JAX, Pytorch and XLA.", "PyTorch"),
        ("• Proficiency in design tools like Figma, Sketch and Canva", "Figma"),
        ("• Proficiency in CRM tools (e.g., Salesforce, Gong) and sales software.", "Salesforce"),
        ("• Proficiency utilizing distributed SQL (e.g. PostgreSQL, Redis, MongoDB)", "PostgreSQL"),
        ("• Experience with distributed training infrastructures (Kubernetes, Slurm)", "Kubernetes"),
        ("• Strong proficiency with one or more programming languages (Ruby on Rails/React)", "React"),
        ("• Experience with at least one of Kafka, Pulsar and Kinesis", "Kafka"),
        ("• 2+ years of experience with C#, Angular (or) React, and databases", "React"),
        ("• Experience writing kernels for GPUs using CUDA, triton, etc", "CUDA"),
        ("• Experience with Spark, Flink and similar engines", "Spark"),
        ("• 5+ years of experience with frameworks such as Nodejs, React, Redux, Next or similar.", "React"),
        ("• Erfahrung mit Werkzeugen wie Figma, Sketch und Canva", "Figma"),
    ],
)
def test_of_an_open_list_a_skill_is_asked_for_or_the_like(text: str, skill: str) -> None:
    language = "de" if "Erfahrung" in text else "en"
    assert why(text, skill, language=language) == f"Asks for {skill} or the like"


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("• Deep knowledge of React, TypeScript and CSS", "React"),
        ("• Proficiency in Python and related ML frameworks such as JAX.", "Python"),
        ("• Experience with CRM systems (Salesforce required; Pardot, Outreach)", "Salesforce"),
        ("• You would like Kafka, and have knowledge of it", "Kafka"),
        ("• Experience with Java (Spring Boot) and microservices", "Spring Boot"),
        ("• Tools such as Docker help us. Proficiency in Terraform is what you bring.", "Terraform"),
    ],
)
def test_what_is_asked_for_by_itself_is_told_so(text: str, skill: str) -> None:
    assert why(text, skill) == f"Asks for {skill}"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "• 5 years of experience with Python or more"),
        ("de", "• 5 Jahre Erfahrung mit Python oder mehr"),
        ("es", "• 5 años de experiencia con Python o más"),
        ("fr", "• 5 ans d’expérience avec Python ou plus"),
        ("pt", "• 5 anos de experiência com Python ou mais"),
    ],
)
def test_more_of_the_same_is_nothing_else(language: str, text: str) -> None:
    assert why(text, "Python", language=language) == "Asks for Python"
    assert why(f"{text}, as the work needs it", "Python", language=language) == "Asks for Python"
    assert why(f"{text} xxxx", "Python", language=language) == "Asks for Python or the like"


def test_what_the_work_is_done_with_asks_for_nothing_where_something_else_does() -> None:
    duties = "• Design, build and keep running pipelines by Airflow and dbt for all of the company.\n"
    assert why(f"{duties}• Hands-on experience with Airflow or another orchestrator", "Airflow") == (
        "Asks for Airflow or the like"
    )
    assert why(f"{duties}• Hands-on experience with Airflow", "Airflow") == "Asks for Airflow"
    stack = "Our tech stack:\n• Postgres / Redis\n"
    assert why(f"{stack}Needed:\n• Experience with databases (e.g. Postgres, MySQL)", "PostgreSQL") == (
        "Asks for PostgreSQL or the like"
    )


def test_a_skill_of_the_title_is_asked_for_whatever_the_text_says() -> None:
    item = item_of("• Experience with Postgres, MySQL or Oracle", "PostgreSQL", "title", title="Postgres Engineer")
    assert why_briefly(item, EN) == ("Asks for PostgreSQL",)


TOOLS = ("Figma", "Docker", "Kubernetes", "Terraform", "PostgreSQL", "Salesforce", "Grafana")


@given(
    st.sampled_from(LANGUAGES).flatmap(
        lambda language: st.tuples(
            st.just(language), st.sampled_from(phrases_of("joint.such_as", languages=(language,)))
        )
    ),
    st.lists(st.sampled_from(TOOLS), min_size=2, max_size=5, unique=True),
    st.integers(0, 4),
)
def test_each_item_of_a_list_of_examples_is_one_of_several_in_each_language(
    opened: tuple[str, str], tools: list[str], at: int
) -> None:
    language, such_as = opened
    skill = tools[at % len(tools)]
    assert why(f"Xxxx {such_as.partition(' !< ')[0]} {', '.join(tools)}", skill, language=language) == (
        f"Asks for {skill} or the like"
    )
    assert why(f"Xxxx {', '.join(tools)}", skill, language=language) == f"Asks for {skill}"


@pytest.mark.parametrize(
    "text",
    [
        "We are not dogmatic, but our stack is mostly Go, PostgreSQL and Kubernetes.",
        "Responsibilities:\n• Leverage MongoDB, Postgres, and Redis",
        "Nice to have:\n• A cat\nYour work:\n• Keep Postgres up",
        "No word of it.",
    ],
)
def test_what_the_work_is_done_with_is_involved_and_not_wished_for(text: str) -> None:
    assert why(text, "PostgreSQL", "wanted") == "Involves PostgreSQL"


@pytest.mark.parametrize(
    "text",
    [
        "• 5+ years of databases, ideally Postgres",
        "• Databases (Postgres preferred)",
        "Preferred Skills:\n• A cat\n• Postgres, or another database",
        "• Postgres is a plus",
    ],
)
def test_what_is_preferred_is_wished_for(text: str) -> None:
    assert why(text, "PostgreSQL", "wanted") == "Would like PostgreSQL"


def test_what_implies_an_asked_skill_is_told_as_strongly() -> None:
    job = posting(
        title="Engineer",
        description_text="We use Redshift.",
        skills=(Skill(name="Amazon Redshift", strength="wanted"),),
    )
    [item] = digest(job, by=search(criteria=Criteria(skills=SkillTerms(any=("AWS",))))).items
    assert why_briefly(item, EN) == ("Involves Amazon Redshift, which implies AWS",)
    assert [line.claims for line in lines_of(item, EN)] == [("involves, by what implies it: AWS",)]


def role_item(title: str, role: str, asked: str = "", seniority: Seniority | None = None) -> tuple[str, ...]:
    wanted = Criteria(roles=RoleTerms(any=(asked or role,), near=True))
    job = posting(title=title, roles=(role,), skills=(), seniority=seniority)
    [item] = digest(job, by=search(criteria=wanted)).items
    return why_briefly(item, EN)


def test_a_role_that_the_title_does_not_call_so_is_told_as_a_guess() -> None:
    assert role_item("Academic Engagement Lead", "academic-advisor") == ("Seems to be an Academic Advisor job",)
    assert role_item("Strategic Accounts Manager", "account-manager") == ("Is an Account Manager job",)
    assert role_item("Account Manager", "account-manager") == ()
    backend = RoleFacts(
        ("full-stack-engineer",), ("backend-engineer",), (), ("backend-engineer",), ("full-stack-engineer",)
    )
    assert is_called(backend, "Senior Back-end Engineer")
    assert not is_called(backend, "Python Engineer")


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Ward Lead", "nurse"),
        ("HR and Payroll Desk", "administrative-assistant"),
        ("Controller (Manufacturing)", "production-worker"),
        ("Technical Manager", "care-assistant"),
    ],
)
def test_a_guess_that_the_title_does_not_bear_out_is_no_reason(title: str, role: str) -> None:
    assert role_item(title, role) == ()


def test_of_a_directors_job_no_role_is_guessed() -> None:
    assert role_item("Vice President, Finance", "finance-manager", seniority="director") == ()
    assert role_item("Accountant, Group Finance", "finance-manager") == ("Seems to be a Finance Manager job",)


@pytest.mark.parametrize(
    ("locale", "involves", "seems"),
    [
        ("de", "Hat mit PostgreSQL zu tun", "Ist wohl eine Stelle als "),
        ("es", "Tiene que ver con PostgreSQL", "Parece un puesto de "),
        ("fr", "A trait à PostgreSQL", "Semble être un poste de "),
        ("pt", "Envolve PostgreSQL", "Parece ser uma vaga de "),
    ],
)
def test_it_is_said_in_the_language_of_the_reader(locale: str, involves: str, seems: str) -> None:
    words = words_of(locale)
    assert why_briefly(item_of("We run Postgres.", "PostgreSQL", "wanted"), words) == (involves,)
    job = posting(title="Academic Engagement Lead", roles=("academic-advisor",))
    [item] = digest(job, by=search(criteria=Criteria(roles=RoleTerms(any=("academic-advisor",))))).items
    [line] = why_briefly(item, words)
    assert line.startswith(seems)


def test_a_claim_says_as_much_as_its_line() -> None:
    listed = item_of("• Experience with tools such as Figma and Sketch", "Figma")
    used = item_of("We run Postgres.", "PostgreSQL", "wanted")
    assert [line.claims for line in lines_of(listed, EN)] == [("asks for, or the like: Figma",)]
    assert [line.claims for line in lines_of(used, EN)] == [("involves: PostgreSQL",)]
