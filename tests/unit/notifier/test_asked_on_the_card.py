"""What a job asks for that its title does not say stands on its card, in one line; and what of it suits its reader."""

from dataclasses import replace

import pytest

from schemas.criteria import Criteria, Nearby, RoleTerms, SkillTerms
from schemas.posting import Condition, PostingCore, Skill, Strength
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.domain.curation.all_demands import demands_of
from services.notifier.domain.links import links_for
from services.notifier.domain.model import Digest
from services.notifier.domain.weights import Against, Chance, Doubt
from services.notifier.domain.wording.asks import Told, asks_line
from services.notifier.domain.wording.view import shown_job, why_briefly
from services.rules.home import home_meant
from services.rules.places.towns import town_of
from services.wording.catalogues import words_of
from services.wording.words import LANGUAGES
from tests.support.digests import SENDER, digest, posting, recipient, search

EN = words_of("en")
NURSES = search("Nurse", Criteria(roles=RoleTerms(any=("nurse",))))


def needing(text: str, *names: str, strength: Strength = "required", **changes: object) -> PostingCore:
    skills = tuple(Skill(name=name, strength=strength) for name in names)
    return posting(**({"description_text": text, "skills": skills, "title": "Engineer"} | changes))


def text_of(made: Digest) -> str:
    return " ".join(JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret")).text.split())


ALL = needing(
    "What you bring\n• At least 4 years of experience in support\n• A degree in Physics\n• Experience with Zendesk\n"
    "• Valid driver's license\n• Participate in our on-call rotation",
    "Zendesk",
    "Driver's License",
    title="Nurse",
    roles=("nurse",),
)
LINES = {
    "en": "Asks for 4 years of experience, a degree in Physics, a driving licence, Zendesk and on-call duty",
    "de": "Verlangt 4 Jahre Erfahrung, ein Studium in Physics, einen Führerschein, Zendesk und Rufbereitschaft",
    "es": "Pide 4 años de experiencia, un título universitario en Physics, un permiso de conducir, Zendesk y guardias",
    "fr": "Demande 4 ans d’expérience, un diplôme en Physics, un permis de conduire, Zendesk et des astreintes",
    "pt": "Pede 4 anos de experiência, curso superior em Physics, carteira de motorista, Zendesk e sobreaviso",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_a_text_asks_for_stands_in_one_line_of_a_card_and_among_the_details_of_a_page(language: str) -> None:
    made = digest(ALL, to=recipient(locale=language), by=NURSES)
    page = JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret"))
    assert LINES[language] in " ".join(page.text.split())
    assert LINES[language].replace("'", "&#39;") in page.html
    assert LINES[language] in shown_job(ALL, words_of(language)).details


def test_what_asks_for_nothing_has_no_such_line() -> None:
    assert asks_line(needing("You build things."), EN) == ""
    made = digest(posting())
    assert 'class="asks"' not in JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret")).html


@pytest.mark.parametrize(
    ("says", "line"),
    [
        ("• You hold an active Secret clearance", "asks for a security clearance"),
        ("• Degree in Law or Economics", "asks for a degree in Law or the like"),
        ("• Must work nights and weekends", "asks for work on weekends"),
        ("• Travel 40% of the time", "asks for up to 40% travel"),
        ("• Travel 5% of the time", ""),
        ("• At least 1 year of experience in support", ""),
    ],
)
def test_each_demand_is_told(says: str, line: str) -> None:
    assert asks_line(needing(f"You build things.\n{says}\nYou like it."), EN) == line


@pytest.mark.parametrize(
    ("says", "tools"),
    [
        ("• Experience with Zendesk and Jira", ("Zendesk", "Jira")),
        ("• Experience with Zendesk or Jira", ()),
        ("• Experience with tools such as Zendesk, Jira and Notion", ()),
        ("• Experience with ticketing tools (Zendesk)", ()),
        ("• Experience with Jira/Zendesk", ()),
        ("• Experience with Zendesk, Jira and other help desks", ()),
        ("• Experience with Zendesk is a valuable asset", ()),
        ("Preferences\n• Experience with Zendesk", ()),
        ("• Experience with Zendesk is a plus", ()),
        ("Nice to have\n• Experience with Zendesk", ()),
        ("Interview process\n• A test of your skills on Zendesk", ()),
        ("• No experience with Zendesk required", ()),
        ("We work with Zendesk", ()),
    ],
)
def test_a_tool_is_told_where_it_is_asked_for_and_nothing_else_will_do(says: str, tools: tuple[str, ...]) -> None:
    assert demands_of(needing(f"You help customers.\n{says}", "Zendesk", "Jira")).tools == tools


def test_a_tool_that_the_title_says_or_implies_or_that_is_on_every_desk_is_not_told() -> None:
    text = "• Experience with React, JavaScript and Excel"
    skills = (
        Skill(name="React", strength="title"),
        *(Skill(name=n, strength="required") for n in ("JavaScript", "Excel")),
    )
    assert demands_of(posting(title="React Developer", description_text=text, skills=skills)).tools == ()
    assert demands_of(needing("• Experience with Zendesk", "Zendesk", title="Zendesk Admin")).tools == ()
    assert demands_of(needing("• Experience with Zendesk", "Zendesk", strength="wanted")).tools == ()


def test_no_more_than_five_things_are_told_and_of_tools_three() -> None:
    tools = ("Zendesk", "Jira", "Confluence", "Salesforce")
    many = needing("• Experience with Zendesk, Jira, Confluence and Salesforce", *tools)
    assert asks_line(many, EN) == "asks for Zendesk, Jira and Confluence"
    full = many.model_copy(
        update={"description_text": f"{ALL.description_text}\n• Skills: Jira, Confluence, Salesforce"}
    )
    assert asks_line(full, EN).count(",") == 3


def test_an_enrolled_student_needs_no_degree() -> None:
    job = needing("• A degree in Physics", conditions=(Condition(kind="enrolment"),))
    assert asks_line(job, EN) == ""


def test_what_another_line_of_the_card_says_is_not_said_again() -> None:
    text = "• At least 5 years of experience in support\n• Experience with Zendesk and Jira"
    job = needing(text, "Zendesk", "Jira")
    against = (Doubt("experience", amount=5, own=1),)
    assert asks_line(job, EN, against) == "asks for Zendesk and Jira"
    assert asks_line(job, EN, (Doubt("overqualified", amount=5, own=15),)) == "asks for Zendesk and Jira"
    assert "5 years" in asks_line(job, EN, (Doubt("level", ("senior",)),))
    assert asks_line(job, EN, against, Told(("Asks for Zendesk",), asks=True)) == "also asks for Jira"
    assert asks_line(job, EN, against, Told(("Names ZenDesk, from what you can do",), ("ZenDesk",))) == "asks for Jira"
    made = digest(job, by=search("Zendesk", Criteria(skills=SkillTerms(any=("Zendesk",)))))
    said = text_of(made)
    assert "+ Asks for Zendesk Also asks for 5 years of experience and Jira" in said
    assert said.count("Zendesk") == 3, "in the reason, the subject and the name of the search"


def test_travel_that_speaks_against_a_job_is_said_once() -> None:
    job = needing("• Travel 40% of the time")
    assert asks_line(job, EN, (Doubt("travel", amount=40),)) == ""


def nursing(**changes: object) -> PostingCore:
    return posting(
        **({"title": "Nurse", "roles": ("nurse",), "skills": (), "workplace": "onsite", "towns": ()} | changes)
    )


def why(job: PostingCore, by: object = NURSES, **whom: object) -> tuple[str, ...]:
    return why_briefly(digest(job, to=recipient(**whom), by=by).items[0], EN)


def town(label: str) -> int:
    found = town_of(label)
    assert found is not None
    return found.id


FOUR = "You bring at least 4 years of experience in nursing."


def test_where_the_title_says_the_rest_a_card_says_that_the_job_is_near_and_years_suffice() -> None:
    job = nursing(towns=(town("Potsdam, DE"),), description_text=FOUR)
    home = home_meant("Berlin")
    assert why(job, home=home, years=6) == (
        "Is 27 km from where you live; asks for 4 years of experience, and you have 6",
    )
    assert why(job, home=home) == ("Is 27 km from where you live",)
    assert why(job, home=home_meant("Potsdam")) == ("Is in the town where you live",)
    assert why(job, years=3) == why(job, home=home_meant("Munich")) == why(job) == ()


def test_who_need_not_go_there_is_told_no_distance_and_who_asks_for_a_town_is_told_it_once() -> None:
    job = nursing(towns=(town("Potsdam, DE"),))
    home = home_meant("Berlin")
    assert why(job.model_copy(update={"workplace": "remote"}), home=home) == ()
    near = search("Near", Criteria(roles=RoleTerms(any=("nurse",)), near=(Nearby(town="Berlin, DE", km=40),)))
    assert why(job, near, home=home) == ("Is 27 km from Berlin",)


def test_years_that_suffice_stand_once_and_not_beside_a_better_reason() -> None:
    job = nursing(description_text=FOUR)
    made = digest(job, to=recipient(years=6), by=NURSES)
    assert text_of(made).count("4 years of experience") == 1
    skilled = search("Phone", Criteria(skills=SkillTerms(any=("Python",))))
    asked = nursing(description_text=FOUR, skills=(Skill(name="Python", strength="required"),))
    assert why(asked, skilled, years=6) == ("Asks for Python",)


def test_years_that_are_too_many_are_no_reason() -> None:
    job = nursing(description_text=FOUR)
    [item] = digest(job, to=recipient(years=20), by=NURSES).items
    against = Chance(0.5, lambda: [Against(Doubt("overqualified", amount=4, own=20), 1.3)])
    made = digest(job, to=recipient(years=20), by=NURSES)
    said = text_of(replace(made, items=(replace(item, chance=against),)))
    assert said.count("and you have 20") == 1
    assert "But: asks for 4 years of experience, and you have 20" in said


def test_words_that_a_role_is_called_by_are_no_reason_where_there_is_a_better_one() -> None:
    job = nursing(title="Ward Lead", description_text=f"{FOUR} You are a nurse and lead a ward.")
    words = search("Ward", Criteria(text="nurse"))
    assert why(job, words) == ("Says “nurse”",)
    assert why(job, words, years=6) == ("Asks for 4 years of experience, and you have 6",)
    told = nursing(title="Ward Lead", description_text=f"{FOUR} You are a nurse and know dialysis.")
    assert why(told, search("Ward", Criteria(text="dialysis")), years=6) == ("Says “dialysis”",)


def test_what_a_reader_can_do_is_told_once_also_where_something_speaks_against_the_job() -> None:
    job = nursing(
        title="Ward Lead",
        description_text="• Experience with Zendesk and Jira",
        skills=tuple(Skill(name=name, strength="required") for name in ("Zendesk", "Jira")),
    )
    made = digest(job, to=recipient(knows=("zendesk",)), by=NURSES)
    assert "+ Names zendesk, from what you can do Asks for Jira Posted" in text_of(made)
    against = Chance(0.5, lambda: [Against(Doubt("leading", ("manager",)), 1.3)])
    said = text_of(replace(made, items=(replace(made.items[0], chance=against),)))
    assert "+ Names zendesk, from what you can do But: you would lead people Asks for Jira" in said


def test_a_guessed_role_stands_beside_what_suits_the_reader_if_the_title_bears_it_out() -> None:
    backend = search("Backend", Criteria(roles=RoleTerms(any=("backend-engineer",))))
    job = nursing(title="Python Engineer", roles=("backend-engineer",), description_text=FOUR)
    years = "asks for 4 years of experience, and you have 6"
    assert why(job, backend, years=6) == (f"Seems to be a Backend Engineer job; {years}",)
    assert why(nursing(title="Ward Lead", description_text=FOUR), years=6) == (f"A{years[1:]}",)


def test_the_town_alone_is_a_reason_only_below_a_title_that_says_the_work() -> None:
    home, here = home_meant("Berlin"), {"towns": (town("Berlin, DE"),)}
    near = "s in the town where you live"
    assert why(nursing(**here), home=home) == (f"I{near}",)
    ward = nursing(title="Ward Lead", description_text="You are a nurse and lead a ward.", **here)
    assert why(ward, home=home) == ()
    assert why(ward, search("Ward", Criteria(text="nurse")), home=home) == ("Says “nurse”",)
