"""What a pasted sentence, posting or CV asks for, and which skills it names by which sentence."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.criteria import Criteria, Nearby, RoleTerms, SalaryFloor, SkillTerms
from schemas.posting import Employment
from services.rules.criterion import CRITERIA
from services.rules.prepared import PreparedPosting
from services.rules.verdict import judge
from services.usecases.pasted import READ_FROM, asked_in
from services.usecases.wishes.named import skills_in
from services.usecases.wishes.posting import posting_in
from services.usecases.wishes.titles import Offer
from tests.support.long_form import examples
from tests.support.notifying import NOW

POSTING = """Harbour Labs
Senior Backend Engineer (Go) - Remote, Europe
We move boxes between ships, and our customers pay us in bitcoin.

What you will do
- Design services in Go. You will run them on k8s.
Requirements
- 5+ years of experience with Golang
- PostgreSQL
Nice to have
- Kafka
Salary: 80,000 - 100,000 EUR a year.
"""
CV = """Ada Lovelace
Senior Data Engineer, Lisbon, Portugal
ada@example.com, +351 912 345 678
Experience
2019-2024 Data Engineer at Acme: built pipelines with Python, Spark and Airflow on AWS
Skills: Python, Spark, dbt, Terraform
Languages: English (fluent), Portuguese (native)
"""


def criteria_in(text: str, currency: str) -> Criteria | None:
    asked = asked_in(text, currency, NOW)
    return asked.criteria if asked else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "remote Go work from Poland, 90k",
            {
                "skills": SkillTerms(any=("Go",)),
                "workplace": ("remote",),
                "places": ("PL",),
                "salary_floor": SalaryFloor(amount=90_000, currency="PLN"),
            },
        ),
        (
            "Full-time marketing manager in London, £60k+",
            {
                "roles": RoleTerms(any=("marketing-manager",), accept_unknown=False),
                "places": ("GB",),
                "near": (Nearby(town="London, GB", km=50),),
                "salary_floor": SalaryFloor(amount=60_000, currency="GBP"),
            },
        ),
        (
            "Krankenschwester in Teilzeit in Hamburg",
            {"roles": RoleTerms(any=("nurse",), accept_unknown=False), "employment": ("part_time",)},
        ),
        (
            "nurse in Leeds part-time",
            {
                "roles": RoleTerms(any=("nurse",), accept_unknown=False),
                "skills": SkillTerms(),
                "near": (Nearby(town="Leeds, GB", km=50),),
                "employment": ("part_time",),
            },
        ),
        (
            "site manager in Leeds, LEED",
            {"skills": SkillTerms(any=("LEED",)), "near": (Nearby(town="Leeds, GB", km=50),)},
        ),
        ("Python-Entwickler, Visum nötig", {"skills": SkillTerms(any=("Python",)), "visa_sponsorship": True}),
        ("Desarrollador Python, España, visa", {"skills": SkillTerms(any=("Python",)), "visa_sponsorship": True}),
        (
            POSTING,
            {
                "roles": RoleTerms(any=("backend-engineer",), accept_unknown=True),
                "skills": SkillTerms(any=("Go", "PostgreSQL")),
                "places": ("europe",),
                "near": (),
                "seniority": ("senior",),
                "salary_floor": SalaryFloor(amount=80_000, currency="EUR"),
            },
        ),
        (CV, {"roles": RoleTerms(any=("data-engineer",), accept_unknown=True), "places": ("PT",), "text": ""}),
    ],
    ids=[
        "sentence",
        "town and pay",
        "German",
        "town like a skill",
        "skill beside that town",
        "German visa",
        "Spanish",
        "posting",
        "CV",
    ],
)
def test_what_it_asks_for(text: str, expected: dict[str, object]) -> None:
    found = criteria_in(text, "PLN")
    assert found is not None
    assert {name: value for name, value in found if name in expected} == expected


def test_of_many_skills_one_is_not_enough() -> None:
    found = criteria_in(CV, "EUR")
    assert found is not None
    assert {"Python", "Spark", "Terraform"} <= set(found.skills.any)
    assert found.skills.at_least == 2


@pytest.mark.parametrize("text", ["", " \n ", "hello", "\0", "-" * 20_000])
def test_what_says_nothing_asks_for_nothing(text: str) -> None:
    assert asked_in(text, "EUR", NOW) is None


@pytest.mark.parametrize(
    ("text", "missed"),
    [("beekeeper", "beekeeper"), ("I am a dog groomer", "dog groomer"), ("I want a quiet life", "quiet life")],
)
def test_where_no_word_is_known_all_of_them_are_quoted(text: str, missed: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.criteria == Criteria()
    assert missed in ", ".join(asked.missed)


def test_each_skill_has_its_sentence_and_how_it_is_meant() -> None:
    named = {skill.name: skill for skill in skills_in(POSTING)}
    assert {
        name: skill.strength for name, skill in named.items() if name in ("Go", "PostgreSQL", "Kubernetes", "Kafka")
    } == {
        "Go": "title",
        "PostgreSQL": "required",
        "Kubernetes": "wanted",
        "Kafka": "bonus",
    }
    assert (named["Kubernetes"].before, named["Kubernetes"].said) == ("You will run them on ", "k8s")
    aside = next(skill for skill in named.values() if skill.strength is None)
    assert aside.before + aside.said + aside.after in POSTING


_TEXTS = st.lists(
    st.sampled_from(
        ["Go", "k8s.", "• Python\n", "\n\n", "Requirements:\n", "R&D", "<b>SQL</b>", "&amp;", "- ", "x" * 200]
    ),
    max_size=30,
)


@settings(max_examples=examples(60), deadline=None)
@given(st.one_of(_TEXTS.map(" ".join), st.text(max_size=400)))
def test_whatever_is_pasted_is_read_and_quoted_as_it_stands(text: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is None or asked.criteria != Criteria() or asked.missed or asked.offered
    for skill in skills_in(text):
        assert len(skill.before) + len(skill.after) <= 700
        assert not skill.said or skill.said.replace(" ", "") in text.replace(" ", "").replace("\n", "").replace(
            "\xa0", ""
        )


def test_each_proposal_has_the_words_that_it_was_read_from() -> None:
    asked = asked_in(POSTING, "EUR", NOW)
    assert asked
    said = {(proposal.field, proposal.skill): proposal.said for proposal in asked.proposals}
    assert said["skills", "Go"] == "Senior Backend Engineer (Go) - Remote, Europe"
    assert said["skills", "PostgreSQL"] == "PostgreSQL"
    title = "Senior Backend Engineer (Go) - Remote, Europe"
    assert (said["roles", ""], said["seniority", ""], said["workplace", ""]) == (title, title, title)
    assert said["salary_floor", ""].startswith("Salary: 80,000 - 100,000 EUR")
    skills = {*asked.criteria.skills.all, *asked.criteria.skills.any}
    assert {skill for field, skill in said if field == "skills"} == skills


def test_of_a_sentence_each_proposal_has_the_whole() -> None:
    sentence = "remote Go work from Poland, 90k"
    asked = asked_in(sentence, "EUR", NOW)
    assert asked
    assert {proposal.said for proposal in asked.proposals} == {sentence}
    assert asked.of_sentence
    text = "Go developer\n\nRequirements:\n- Go\n- 3 years of experience\n\nRemote from Poland."
    assert (posting := asked_in(text, "EUR", NOW))
    assert not posting.of_sentence


LEEDS, BERLIN, LYON = (Nearby(town=town, km=50) for town in ("Leeds, GB", "Berlin, DE", "Lyon, FR"))


@pytest.mark.parametrize(
    ("text", "workplaces", "near"),
    [
        ("nurse in Leeds, on site or hybrid, near home", ("hybrid", "onsite"), (LEEDS,)),
        ("Go engineer in Berlin, remote or hybrid", ("hybrid", "remote"), (BERLIN,)),
        ("Go-Entwicklerin in Berlin, von zu Hause oder vor Ort", ("onsite", "remote"), (BERLIN,)),
        ("Développeuse Python à Lyon, hybride ou télétravail", ("hybrid", "remote"), (LYON,)),
        ("analista de datos, desde casa o presencial", ("onsite", "remote"), ()),
        ("Sou analista de dados e quero trabalhar de casa", ("remote",), ()),
        ("nurse in Leeds, on site, not remote", ("onsite",), (LEEDS,)),
        ("Go in Berlin, hybrid only, no fully remote jobs", ("hybrid",), (BERLIN,)),
        ("nurse in Leeds, not remote", (), (LEEDS,)),
        # Work at the homes of others is a trade, and no way of working that somebody asks for.
        ("Aide à domicile ou auxiliaire de vie à Lyon", (), (LYON,)),
        ("infirmière à domicile, Lyon", (), (LYON,)),
        ("aide à domicile à Lyon, sur site", ("onsite",), (LYON,)),
        ("secrétaire à domicile", ("remote",), ()),
    ],
)
def test_a_sentence_may_want_several_ways_of_working_or_refuse_one(
    text: str, workplaces: tuple[str, ...], near: tuple[Nearby, ...]
) -> None:
    found = criteria_in(text, "EUR")
    assert found is not None
    assert (found.workplace, found.near) == (workplaces, near)


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted", "missed"),
    [
        ("Backend developer, Java but not PHP, Kafka", ("Java", "Kafka"), ("PHP",), ()),
        ("Programista Java, bez PHP", ("Java",), ("PHP",), ()),
        (
            "Entwickler, Java oder Kotlin, kein PHP, keine Nachtdienste",
            ("Java", "Kotlin"),
            ("PHP",),
            ("keine Nachtdienste",),
        ),
        ("data analyst, Excel, I have no experience with SQL", ("Excel",), (), ("no experience with SQL",)),
        ("Vaga no Brasil, Python", ("Python",), (), ()),
        ("Python work in non-profit research", ("Python",), (), ("non-profit research",)),
    ],
    ids=["but not", "Polish", "German", "no experience", "Portuguese in the", "non-profit"],
)
def test_what_a_sentence_refuses_is_not_asked_for(
    text: str, wanted: tuple[str, ...], unwanted: tuple[str, ...], missed: tuple[str, ...]
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.skills.any, asked.criteria.skills.none, asked.missed) == (wanted, unwanted, missed)


@pytest.mark.parametrize(
    ("text", "missed"),
    [
        ("Junior data analyst, remote from Kenya, SQL, no unpaid internships", ("no unpaid internships",)),
        ("Falconer in Reykjavik, 90k", ("Falconer",)),
        ("Falconer remote", ("Falconer",)),
        ("part-time owl keeper in Leeds", ("owl keeper",)),
        ("I am looking for remote work in Germany", ()),
        ("Nurse, part-time nights, in Leeds", ("nights",)),
        ("Krankenschwester in Köln, Nachtschicht", ("Nachtschicht",)),
        ("Not technical, support agent in Lagos", ("Not technical",)),
        ("I am looking for a job as a project manager in Leeds or London", ()),
        ("Je cherche un poste d'infirmière à Lyon, pas de nuits", ("pas de nuits",)),
        ("nurse in Leeds, not remote", ()),
        ("developer, within 12 hours", ("12 hours",)),
        ("full-time nurse in Leeds, 30 hours", ("30 hours",)),
        ("Nurse, 60,000 euros per year", ()),
        ("Remote, 60,000 euros per year", ()),
        ("20.000 euros al año", ()),
        ("25 Euro die Stunde", ()),
        ("Euro brutto, 40.000", ()),
        ("Falconer 25 Euro die Stunde", ("Falconer",)),
        ("something remote", ()),
        ("nurse, teacher or cook", ()),
        ("Nurse, construction or falconry in Leeds", ("falconry",)),
        ("depuis chez moi", ()),
        (POSTING, ()),
    ],
)
def test_what_of_a_sentence_no_criterion_takes_is_named(text: str, missed: tuple[str, ...]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.missed == missed
    assert "internship" not in asked.criteria.employment


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("full-time electrician in Leeds", ("full_time",)),
        ("Buchhalterin in Graz, Vollzeit oder 30 Stunden", ("full_time", "part_time")),
        ("Buchhalterin in Köln, Teilzeit, 20 Stunden", ("part_time",)),
        ("nurse in Leeds, 24 hour care", ()),
        ("full-time nurse in Leeds, 30 hours", ("full_time",)),
        ("nurse in Berlin, not 20 hours a week", ()),
        ("developer in Leeds, within 12 hours", ()),
        ("developer in Leeds, 12 hours of overlap", ()),
        ("nurse in Leeds 20 hours a week", ("part_time",)),
        ("Buchhalterin in Graz für 25 Std. pro Woche", ("part_time",)),
        ("nurse in Leeds, 20 or 30 hours", ("part_time",)),
        ("Go engineer in Berlin", ()),
    ],
)
def test_the_form_that_a_sentence_names_is_asked_for(text: str, forms: tuple[str, ...]) -> None:
    found = criteria_in(text, "EUR")
    assert found is not None
    assert found.employment == forms


@pytest.mark.parametrize(
    ("text", "places", "offset"),
    [
        ("Support agent in the Philippines, US hours", ("PH",), (-6.5, 2)),
        ("Support agent in Portugal, UK working hours", ("PT",), (0, 1)),
        ("Support agent in the Philippines, US shift", ("PH",), (-6.5, 2)),
        ("Support agent in the US, 30 hours", ("US",), (None, 0)),
    ],
)
def test_a_place_that_is_named_for_its_hours_is_none_to_work_from(
    text: str, places: tuple[str, ...], offset: tuple[float | None, float]
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.places, (asked.criteria.utc_offset, asked.criteria.tolerance)) == (places, offset)
    assert asked.missed == ()
    assert ("utc_offset" in {proposal.field for proposal in asked.proposals}) is (offset[0] is not None)


@pytest.mark.parametrize(
    ("text", "missed"),
    [
        ("developer, Africa hours", ("Africa hours",)),
        ("developer, worldwide hours, no PHP, no nights", ("worldwide hours", "no nights")),
        ("nurse, Germany time zones", ()),
    ],
)
def test_hours_of_which_no_zone_comes_are_named(text: str, missed: tuple[str, ...]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.missed, asked.criteria.utc_offset is None) == (missed, bool(missed))


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Paid internship in software, Warsaw", "software-engineer"),
        ("part-time nurse in Leeds", "nurse"),
        ("Comptable à Lyon, CDI", "accountant"),
    ],
)
def test_the_trade_of_a_sentence_is_read(text: str, role: str) -> None:
    found = criteria_in(text, "EUR")
    assert found is not None
    assert found.roles.any == (role,)


def test_each_town_of_a_sentence_is_meant_and_from_home_beside_one_too() -> None:
    two = criteria_in("Krankenschwester in München oder Augsburg", "EUR")
    assert two is not None
    assert {near.town for near in two.near} == {"Munich, DE", "Augsburg, DE"}
    either = criteria_in("Contable en Valencia o desde casa", "EUR")
    assert either is not None
    assert ([near.town for near in either.near], either.workplace) == (["Valencia, ES"], ())


@pytest.mark.parametrize(
    ("text", "skill", "role"),
    [
        ("Staff engineer, Go and Kubernetes", "Kubernetes", "devops-engineer"),
        ("Rust, remote, EU, 80k", "Rust", "backend-engineer"),
    ],
)
def test_a_role_that_a_skill_alone_suggests_is_not_asked_for(text: str, skill: str, role: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.offered, asked.criteria.roles) == ((Offer(role, skill),), RoleTerms())
    assert skill in asked.criteria.skills.any


@pytest.mark.parametrize(
    ("text", "roles", "near"),
    [
        ("Nurse in Leeds or London", ("nurse",), False),
        ("Go engineer, Kubernetes", ("backend-engineer",), True),
        ("Physician reviewer or medical director, from home", ("physician",), False),
        ("Store or restaurant manager in Chicago", ("restaurant-manager", "store-manager"), False),
        ("Electrician or plumber in Cork", ("electrician", "plumber"), False),
        ("sales or marketing manager in Porto", ("marketing-manager", "sales-manager"), False),
        ("Frontend- oder Backend-Entwickler in Köln", ("backend-engineer", "frontend-engineer"), False),
        ("Enfermera o auxiliar de clínica, Valencia", ("medical-assistant", "nurse"), False),
        ("Java developer or architect", ("backend-engineer", "software-architect"), False),
        ("teacher of maths or physics in Leeds", ("teacher",), False),
        ("Head of marketing or VP of Product Design", ("design-manager", "marketing-manager"), False),
        ("Electrician, plumber or welder in Cork", ("electrician", "plumber", "welder"), False),
        ("Electrician or plumber or welder", ("electrician", "plumber", "welder"), False),
        ("Electrician, plumber, welder", ("electrician", "plumber", "welder"), False),
        ("Koch, Kellner oder Elektriker in Wien", ("cook", "electrician", "waiter"), False),
        ("Nurse or falconer or cook", ("cook", "nurse"), False),
        ("Project manager, construction", ("project-manager",), False),
        ("SAP consultant in Leeds", ("enterprise-apps-consultant",), True),
        ("SAP Berater in München", ("enterprise-apps-consultant",), True),
        ("Salesforce administrator", ("business-systems-administrator",), True),
        ("Nurse or SAP consultant in Leeds", ("enterprise-apps-consultant", "nurse"), False),
        # A developer is one of software where nothing else is said of the work, in whatever words that is asked for.
        ("Entwickler in Berlin", ("software-engineer",), False),
        ("ontwikkelaar, thuiswerk", ("software-engineer",), False),
        ("I am a developer looking for work in Bonn", ("software-engineer",), False),
        ("ich suche eine Stelle als Entwickler", ("software-engineer",), False),
        ("développeuse à Lyon", ("software-engineer",), False),
        ("developer w Krakowie", ("software-engineer",), False),
        ("Entwickler für Maschinenbau", ("mechanical-engineer",), False),
        ("game developer", ("game-developer",), False),
        ("land developer in Leeds", (), False),
    ],
)
def test_each_trade_that_would_do_is_asked_for_and_one_of_a_tool_roughly(
    text: str, roles: tuple[str, ...], near: bool
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.roles.any, asked.criteria.roles.neighbours) == (roles, near)


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (
            "retention, growth, product marketing, London",
            # Retention alone is of customers, of staff or of nurses.
            ("growth-marketer", "product-marketing-manager"),
        ),
        (
            "English speaking jobs in customer service, back office, banking or fraud, Lisbon",
            ("customer-support-representative", "financial-advisor", "fraud-analyst", "operations-specialist"),
        ),
        (
            "administration, customer support, data entry, work from home",
            ("administrative-assistant", "customer-support-representative", "data-entry-clerk"),
        ),
        (
            "customer success, training or implementation for schools",
            ("customer-success-manager", "implementation-specialist", "learning-development-specialist"),
        ),
        # An editor is likelier, and not among people of marketing.
        ("SEO, content, email marketing - remote UK", ("content-marketer", "email-marketer", "seo-specialist")),
        ("SEO / content / email marketing", ("content-marketer", "email-marketer", "seo-specialist")),
        ("Werkstudent Marketing oder PR in München", ("communications-manager", "marketing-manager")),
        ("ventas, compras, logística, Bogotá", ("account-executive", "logistics-manager", "procurement-specialist")),
        # A control that is one of accounts, and no robot's.
        ("comptabilité, paie ou contrôle de gestion à Lyon", ("accountant", "payroll-specialist")),
        ("senior Java or Kotlin backend, Hamburg", ("backend-engineer",)),
    ],
)
def test_fields_of_work_in_which_nobody_is_named_are_trades_each_of_which_will_do_roughly(
    text: str, roles: tuple[str, ...]
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.roles.any, asked.criteria.roles.neighbours) == (roles, True)


def test_a_town_by_its_short_name_is_the_town_and_not_its_state_alone() -> None:
    asked = asked_in("internship in nyc", "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.places, asked.criteria.near) == (("US",), (Nearby(town="New York City, US-NY", km=50),))


@pytest.mark.parametrize(
    ("text", "towns"),
    [
        ("accountant in LA", ("Los Angeles, US-CA",)),
        ("marketing, LA or remote", ("Los Angeles, US-CA",)),
        ("nurse in Baton Rouge LA", ("Baton Rouge, US-LA",)),
        ("nurse, New Orleans, LA", ("New Orleans, US-LA",)),
        ("cocinero en la costa", ()),
        ("COCINERO EN LA COSTA", ()),
    ],
)
def test_short_for_a_town_is_what_stands_in_capitals_and_is_no_state_or_article(
    text: str, towns: tuple[str, ...]
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert tuple(near.town for near in asked.criteria.near) == towns


@pytest.mark.parametrize(
    ("text", "roles", "offered"),
    [
        ("virtual assistant or data entry", ("data-entry-clerk", "virtual-assistant"), ()),
        (
            "account executive, account manager, customer success, India",
            ("account-executive", "account-manager", "customer-success-manager"),
            (),
        ),
        ("paralegal, contract management", ("paralegal",), (Offer("contract-manager", "contract management"),)),
        (
            "nurse, patient support, case management",
            ("nurse",),
            (
                Offer("customer-support-representative", "patient support"),
                Offer("care-coordinator", "case management"),
            ),
        ),
        # A tool in a title tells it roughly, and the title without it tells it.
        ("embedded C++ engineer, robotics", ("embedded-engineer",), (Offer("robotics-engineer", "robotics"),)),
        # A field tells no trade of somebody who does not work in it.
        ("engineer, fintech or healthcare, London", (), (Offer("care-assistant", "healthcare"),)),
        ("machine lerning engineer", (), (Offer("production-worker", "machine"),)),
        ("property developer in Leeds", (), (Offer("real-estate-agent", "property"),)),
        # What a noun tells by itself, it tells of any word before it.
        ("bookeeper or payroll clerk", ("payroll-specialist",), ()),
        # A word that fields of many trades have names none of them.
        ("cuisine, service, plonge", ("cook",), (Offer("operations-specialist", "service"),)),
        ("Gastronomie, Service, Küche", ("cook", "waiter"), (Offer("operations-specialist", "Service"),)),
        ("service in Leeds", (), (Offer("operations-specialist", "service"),)),
        ("business, development", (), (Offer("business-analyst", "business"),)),
        ("strategy or operations, Berlin", ("operations-specialist",), (Offer("management-consultant", "strategy"),)),
        ("waiter or service in Berlin", ("waiter",), (Offer("operations-specialist", "service"),)),
        # Beside work by hand a shop's sales may be meant.
        (
            "Verkauf, Kasse, Lager",
            ("warehouse-worker",),
            (Offer("sales-assistant", "Verkauf"), Offer("account-executive", "Verkauf")),
        ),
        (
            "sales, warehouse, cleaning",
            ("cleaner", "warehouse-worker"),
            (Offer("sales-assistant", "sales"), Offer("account-executive", "sales")),
        ),
        (
            "sales, warehouse or driver",
            ("driver", "warehouse-worker"),
            (Offer("sales-assistant", "sales"), Offer("account-executive", "sales")),
        ),
        # The trade stands by itself before the field that it is done in, unless that is a branch of it.
        ("software engineer in energy", ("software-engineer",), (Offer("energy-engineer", "energy"),)),
        ("software engineer, energy", ("software-engineer",), (Offer("energy-engineer", "energy"),)),
        ("programmer in robotics", ("software-engineer",), (Offer("robotics-engineer", "robotics"),)),
        ("ingénieur logiciel dans l'énergie", ("software-engineer",), (Offer("energy-engineer", "l'énergie"),)),
        ("software engineer in machine learning", ("machine-learning-engineer",), ()),
        ("software engineer, embedded", ("embedded-engineer",), ()),
        ("engineer in energy", ("energy-engineer",), ()),
        # In a place of any trade none is asked for.
        ("anything in a museum or library, Amsterdam", (), ()),
    ],
)
def test_a_field_beside_a_trade_is_offered_unless_it_stands_in_a_list_of_trades(
    text: str, roles: tuple[str, ...], offered: tuple[Offer, ...]
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.roles.any, asked.offered) == (roles, offered)


@pytest.mark.parametrize(
    ("text", "roles", "towns"),
    [
        ("marketing in LA or NYC", ("marketing-manager",), 2),
        ("marketing in SF or LA, part-time", ("marketing-manager",), 2),
        ("developer Georgia, US", ("software-engineer",), 0),
        ("developer in Georgia, US", ("software-engineer",), 0),
        ("Entwickler Hamburg oder Bremen", ("software-engineer",), 2),
        ("manager Berlin", (), 1),
        ("cleaning jobs Leeds", ("cleaner",), 1),
        ("adjointe administrative télétravail Québec", ("administrative-assistant",), 0),
        # A skill that the sentence asks for already.
        ("HR in SF or LA", (), 2),
    ],
)
def test_a_trade_is_read_whatever_place_stands_beside_it(text: str, roles: tuple[str, ...], towns: int) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.roles.any, len(asked.criteria.near)) == (roles, towns)
    assert asked.missed == ()


@pytest.mark.parametrize(
    ("text", "forms", "missed"),
    [
        ("customer support, no internship", {"internship"}, ()),
        ("Analista, Madrid, sin prácticas ni turnos de noche", {"internship"}, ("Analista", "sin turnos de noche")),
        ("Analyst in Lyon, pas de stage, pas de CDD", {"internship", "contract"}, ("Analyst",)),
        ("designer in Lisbon, no freelance or contract work", {"freelance", "contract"}, ()),
        ("Buchhalterin in Leipzig, keine Zeitarbeit", {"temporary"}, ()),
        ("junior analyst, SQL, no unpaid internships", set(), ("no unpaid internships",)),
        ("Java developer, no PHP or night shifts", set(), ("no night shifts",)),
        ("Koch, ohne Praktikum und Zeitarbeit", {"internship", "temporary"}, ()),
        ("Nurse, no internship and no contract", {"internship", "contract"}, ()),
        ("Nurse, no nights and no contract", {"contract"}, ("no nights",)),
        ("Nurse, no nights and part-time", set(), ("no nights", "part-time")),
        ("Nurse, no nights and part-time or contract", set(), ("no nights", "part-time", "contract")),
        ("Koch, keine Nachtschicht und in Teilzeit", set(), ("keine Nachtschicht", "in Teilzeit")),
        ("Cuisinier à Lyon, pas de nuit et à temps partiel", set(), ("pas de nuit", "à temps partiel")),
        ("Enfermera, sin noches y a tiempo parcial", set(), ("sin noches", "a tiempo parcial")),
        ("Enfermeira, sem noites e a tempo parcial", set(), ("sem noites", "a tempo parcial")),
        ("Nurse in Leeds, no weekends and full-time", set(), ("no weekends", "full-time")),
        ("Nurse in Leeds, no internships and full-time", {"internship"}, ("full-time",)),
        ("Koch, kein Praktikum und in Vollzeit", {"internship"}, ("in Vollzeit",)),
        ("Java developer, not SAP and freelance only", set(), ("freelance only",)),
    ],
)
def test_a_form_that_a_sentence_refuses_is_left_out(text: str, forms: set[str], missed: tuple[str, ...]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (set(asked.criteria.employment), asked.missed) == (
        set(get_args(Employment)) - forms if forms else set(),
        missed,
    )
    assert asked.criteria.roles.none == ()


@pytest.mark.parametrize(
    "text",
    ["Paid internship in software, part-time, Warsaw", "Praktikum im Marketing, Teilzeit", "stage à temps partiel"],
)
def test_an_internship_may_be_part_time(text: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.employment, asked.missed) == (("internship", "part_time"), ())


def test_what_each_criterion_looks_at_is_read_from_a_text_but_what_nobody_pastes_a_wish_for() -> None:
    words, hours, written_in = "", "timezones", "language"
    skills = "skills"  # each by the sentence that names it
    assert {criterion.evidence for criterion in CRITERIA} == {*READ_FROM.values(), skills, words, hours, written_in}


@pytest.mark.parametrize("title", ["Project manager", "Data analyst", "Senior data engineer"])
def test_a_title_is_a_role_and_no_skill_besides(title: str) -> None:
    asked = criteria_in(title, "EUR")
    assert asked is not None
    assert asked.roles.any
    assert asked.skills == SkillTerms()


TITLES = ("Project manager", "Senior Python developer", "Data analyst", "Registered nurse", "Sales manager", "SRE")
WHERE = ("Berlin, Germany", "Remote, Poland only", "On site in Leeds, UK", "Remote from anywhere", "Lisbon, hybrid")
NEEDS = ("Python", "5 years of SQL", "Kubernetes", "project management", "Excel", "English at C1", "React", "nursing")
PAY = ("", "Salary: 60,000 - 75,000 EUR a year.", "We pay £45k.", "$40 an hour.")


@settings(max_examples=examples(25), deadline=None)
@given(
    st.sampled_from(TITLES),
    st.sampled_from(WHERE),
    st.lists(st.sampled_from(NEEDS), unique=True, max_size=6),
    st.sampled_from(PAY),
)
def test_what_a_posting_asks_for_finds_that_very_posting(title: str, where: str, needs: list[str], pay: str) -> None:
    listed = "".join(f"- {need}\n" for need in needs)
    text = f"{title}\nHarbour Works\n{where}\n" + (f"Requirements\n{listed}" if needs else "") + pay
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    found = judge(asked.criteria, PreparedPosting(posting_in(text, NOW)))
    assert found.outcome == "match", [reason for reason in found.reasons if reason.fit != "yes"]


@pytest.mark.parametrize(
    ("text", "home", "years"),
    [
        ("nurse in Manchester, 6 years", "Manchester, GB", 6),
        ("remote Go jobs from Leeds, 6+ years of experience", "Leeds, GB", 6),
        ("Krankenschwester in München mit 6 Jahren Berufserfahrung", "Munich, DE", 6),
        ("Lehrerin, seit 15 Jahren, Hamburg", "Hamburg, DE", 15),
        ("enfermera en Madrid con 6 años de experiencia", "Madrid, ES", 6),
        ("infirmière à Lyon, 10 ans d’expérience", "Lyon, FR", 10),
        ("enfermeiro em Lisboa, 3 anos", "Lisbon, PT", 3),
        ("electrician with 22 years experience, Leeds or Bradford", "", 22),
        ("warehouse worker in Leeds, no experience needed", "Leeds, GB", 0),
        ("Kellnerin in Graz, keine Berufserfahrung", "Graz, AT", 0),
        # As they are typed on a phone, in months, and told by the years that are behind one.
        ("Java developer, 15yrs exp, Leeds", "Leeds, GB", 15),
        ("15y exp python developer, Leeds", "Leeds, GB", 15),
        ("electrician 5years Leeds", "Leeds, GB", 5),
        ("nurse, 2.5 years experience, Leeds", "Leeds, GB", 2),
        ("nurse 18 months experience Leeds", "Leeds, GB", 1),
        ("nurse, 6 months of experience, Leeds", "Leeds, GB", 0),
        ("enfermera con 30 meses de experiencia en Madrid", "Madrid, ES", 2),
        ("pielęgniarka, 18 miesięcy doświadczenia, Kraków", "Kraków, PL", 1),
        ("worked as an accountant for the last 4 years, Leeds", "Leeds, GB", 4),
        ("Koch, in den letzten 4 Jahren in Wien", "Vienna, AT", 4),
        ("cuisinier ces 4 dernières années, Lyon", "Lyon, FR", 4),
        ("kok, de afgelopen 4 jaar, Utrecht", "Utrecht, NL", 4),
        ("worked with children for 6 years, nanny in Leeds", "Leeds, GB", 6),
        # An age, a contract, a benefit, time without work and a lack of one skill are no years of work.
        ("nurse in Leeds, I am 34 years old", "Leeds, GB", None),
        ("34 años, enfermera en Madrid", "Madrid, ES", None),
        ("childcare for kids aged 2 to 5 years, Leeds", "Leeds, GB", None),
        ("Erzieherin für Kinder von 3 bis 6 Jahren in Bonn", "Bonn, DE", None),
        ("Erzieherin für Kinder im Alter von 3 bis 6 Jahren in Bonn", "Bonn, DE", None),
        ("maestra per bambini da 3 a 6 anni a Roma", "Rome, IT", None),
        ("nauczycielka dla dzieci od 3 do 6 lat, Kraków", "Kraków, PL", None),
        ("teacher in Porto, 2 year contract", "Porto, PT", None),
        ("nurse in Leeds, 2 year fixed term", "Leeds, GB", None),
        ("teacher for 3 to 6 year olds in Leeds", "Leeds, GB", None),
        ("project manager in Leeds, 18 month contract", "Leeds, GB", None),
        ("unemployed for the last 2 years, warehouse worker in Leeds", "Leeds, GB", None),
        ("nurse in Leeds, 25 days of holiday a year", "Leeds, GB", None),
        ("Python developer in Leeds, no experience with Java", "Leeds, GB", None),
        ("returning after 5 years at home with kids, receptionist in Limerick", "Limerick, IE", None),
        ("5 years raising kids, receptionist in Limerick", "Limerick, IE", None),
        ("remote Go jobs from Poland above 90k", "", None),
    ],
)
def test_a_sentence_says_where_its_writer_lives_and_for_how_long_they_have_worked(
    text: str, home: str, years: int | None
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (str(asked.home or ""), asked.years) == (home, years)


def test_years_that_are_taken_are_not_quoted_as_missed_and_ask_for_nothing_else() -> None:
    plain, said = asked_in("nurse in Manchester", "EUR", NOW), asked_in("nurse in Manchester, 6 years", "EUR", NOW)
    assert plain is not None
    assert said is not None
    assert (said.criteria, said.missed) == (plain.criteria, ())


@pytest.mark.parametrize(
    "text",
    [
        "nurse for 8 years, now looking for junior data analyst jobs",
        "I've been a plumber for 12 years, live in Bristol, want part-time plumbing work",
        "Krankenschwester seit 8 Jahren, suche jetzt Stelle als Datenanalyst",
        "J'ai 8 ans d'expérience, développeur Python à Lyon",
        "enfermera durante 8 años, ahora busco trabajo de analista de datos",
        "infermiera da 8 anni, ora cerco lavoro come data analyst",
        "pielęgniarka od 8 lat, teraz szukam pracy jako analityk danych",
    ],
)
def test_words_that_tell_the_time_of_a_wish_are_not_quoted_as_missed(text: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.missed == ()


@pytest.mark.parametrize(
    ("text", "role", "years"),
    [
        ("nurse for 8 years, now looking for junior data analyst jobs", "data-analyst", None),
        ("I was a nurse for 8 years and want to become a data analyst", "data-analyst", None),
        ("looking for junior data analyst jobs, 8 years of experience as a nurse", "data-analyst", None),
        ("data analyst, career changer, 8 years as a nurse", "data-analyst", None),
        ("former teacher with 10 years experience, looking for project manager jobs", "project-manager", None),
        ("Krankenschwester seit 8 Jahren, suche jetzt Stelle als Datenanalyst", "data-analyst", None),
        ("infirmière depuis 8 ans, cherche un poste de data analyst junior", "data-analyst", None),
        ("enfermera durante 8 años, busco trabajo de analista de datos junior", "data-analyst", None),
        ("enfermeira há 8 anos, procuro vagas de analista de dados júnior", "data-analyst", None),
        ("infermiera da 8 anni, cerco lavoro come data analyst", "data-analyst", None),
        ("verpleegkundige met 8 jaar ervaring, op zoek naar werk als data analyst", "data-analyst", None),
        ("pielęgniarka od 8 lat, szukam pracy jako analityk danych", "data-analyst", None),
        ("career change: 12 years chef, now junior web developer", "web-developer", None),
        ("career changer, 5 years nurse, UX designer", "ux-designer", None),
        ("12 Jahre Koch, jetzt Junior Webentwickler", "web-developer", None),
        ("reconversion : 15 ans boulangère, maintenant développeuse web à Lyon", "web-developer", None),
        ("10 años de camarero, ahora administrativo en Sevilla", "administrative-assistant", None),
        ("12 anos cozinheiro, agora programador web júnior, remoto ou Braga", "web-developer", None),
        ("cuoco per 10 anni, ora sviluppatore web junior", "web-developer", None),
        ("10 jaar kok, nu webontwikkelaar", "web-developer", None),
        ("12 lat kucharz, teraz programista", "software-engineer", None),
        # Of the same work, or of work beside it.
        ("nurse, 5 years, now in Leeds", "nurse", 5),
        ("I'm now a nurse with 5 years experience", "nurse", 5),
        ("software engineer 5 years, now team lead", "engineering-manager", 5),
        ("nurse for 8 years, looking for nurse jobs in Leeds", "nurse", 8),
        ("nurse for 8 years, moving to Berlin", "nurse", 8),
        ("accountant for 6 years, looking for part-time work", "accountant", 6),
        ("paralegal for 4 years, looking for compliance officer jobs", "paralegal", 4),
        ("recruiter for 5 years, seeking sales or recruiter jobs", "recruiter", 5),
        ("software engineer for 5 years, looking for data engineer jobs", "data-engineer", 5),
    ],
)
def test_who_changes_their_trade_is_asked_for_the_new_one_and_has_no_years_in_it(
    text: str, role: str, years: int | None
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert role in asked.criteria.roles.any
    assert asked.years == years
    assert years or (asked.criteria.roles.any, asked.worked_as) == ((role,), ())


def test_a_field_is_the_trade_that_is_looked_for_too() -> None:
    asked = asked_in("Quereinsteiger: 8 Jahre Krankenpfleger, nun IT-Support in Köln", "EUR", NOW)
    assert asked is not None
    assert ("nurse" in asked.criteria.roles.any, asked.years, asked.worked_as) == (False, None, ())


@pytest.mark.parametrize(
    ("text", "refused", "skills"),
    [
        ("quiero trabajar de lo que sea menos comercial, media jornada, Sevilla", ("account-executive",), ()),
        ("anything but sales, part time, Leeds", ("account-executive",), ()),
        ("de lo que sea en Sevilla, media jornada", (), ()),
    ],
)
def test_who_takes_any_work_but_some_is_asked_for_no_skill_by_these_words(
    text: str, refused: tuple[str, ...], skills: tuple[str, ...]
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.roles.none, asked.criteria.skills.any, asked.missed) == (refused, skills, ())
    assert asked.criteria.near


@pytest.mark.parametrize(
    ("text", "home", "years"),
    [
        (CV, "Lisbon, PT", None),
        (
            "Thabo Dlamini\nDurban, South Africa\n+27 82 555 0101\nWarehouse supervisor with 6 years of experience.\n",
            "Durban, ZA",
            6,
        ),
        ("Paris Jones\nparis@example.com\n4 Quay Street, Leeds 12\nNurse, 3 years experience\n", "Leeds, GB", 3),
        (
            "Jo Doe\n2 Park Road, Leeds LS2 9JT\njo@example.com\nPlumber, 8 years experience\n2019-24 Acme, London\n",
            "Leeds, GB",
            8,
        ),
        ("Jo Doe\njo@example.com\nPlumber\n2012–2019 Kier, Leeds\n2019 - now Acme, London\nGas\n", "", None),
        ("Piet Smit\nKade 4, 1012 AB Amsterdam\npiet@example.com\nTimmerman\n", "Amsterdam, NL", None),
        # Postings say where to apply at their end, and ask for years.
        ("Plumber\nLeeds\n5 years of experience\nApply to jobs@example.com\n", "", None),
        (
            "Plumber in Leeds\njobs@example.com\n5 years of experience asked for.\nWe pay £30,000 a year.\nApply\n",
            "",
            None,
        ),
        (POSTING, "", None),
        ("Nurse\nLeeds\n3 years of experience\nDays\nPension\nParking\nApply to jobs@example.com\n", "", None),
    ],
)
def test_a_cv_says_where_its_owner_lives_and_their_years_and_a_posting_does_not(
    text: str, home: str, years: int | None
) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (str(asked.home or ""), asked.years) == (home, years)
    assert not home or [near.town for near in asked.criteria.near] == [home], "they look for work where they live"
    quoted = " ".join(proposal.said for proposal in asked.proposals if proposal.field in ("places", "near"))
    assert not home or not {"Street", "Road", "Kade", "9JT"}.intersection(quoted.split()), "their address is quoted"


@pytest.mark.parametrize(
    ("text", "knows"),
    [
        (CV, {"Python", "Spark", "Terraform"}),
        # Neither home nor years are said.
        ("Ada Lovelace\nada@example.com\nData Engineer\nSkills: Python, Terraform\n", {"Python", "Terraform"}),
        # Nor how to reach them.
        (
            "Data Engineer\nAcme, Leeds, 2019 - 2024\nPython and Terraform every day.\nKier 2015-2019\n",
            {"Python", "Terraform"},
        ),
        ("Data Engineer\nLeeds\nWe won prizes 2019 - 2024.\nYou know Python and Terraform.\n", set()),
        (POSTING, set()),
        ("Data engineer in Leeds, Python, Terraform", set()),
    ],
)
def test_a_cv_says_what_its_owner_can_do_whatever_else_it_leaves_out(text: str, knows: set[str]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert set(asked.knows) >= knows
    assert bool(asked.knows) == bool(knows)


@pytest.mark.parametrize(
    ("text", "missed"),
    [
        ("pâtissière à Lyon, 2200 € net par mois", ("net",)),
        ("Krankenschwester in München, 2500 € netto", ("netto",)),
        ("enfermera en Madrid, 1800 euros netos al mes", ("netos",)),
        (".net developer, 60k, net core", ()),
    ],
)
def test_pay_after_tax_is_said_not_to_be_what_postings_state(text: str, missed: tuple[str, ...]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.salary_floor is not None, asked.missed) == (True, missed)


@pytest.mark.parametrize("text", ["Chef", "Chef in London", "Sous Chef, Cork", "Chef, Dublin, 3 years"])
def test_a_title_is_no_tool_of_its_name_where_the_trade_has_none(text: str) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert (asked.criteria.roles.any, asked.criteria.roles.neighbours) == (("cook",), False)
    assert asked.criteria.skills.any == ()


def test_a_tool_stays_one_beside_a_trade_with_tools() -> None:
    found = criteria_in("DevOps engineer with Chef and Puppet", "EUR")
    assert found is not None
    assert found.skills.any == ("Chef", "Puppet")


def test_years_with_a_trade_beside_the_one_that_is_looked_for_say_that_trade() -> None:
    asked = asked_in("software engineer for 5 years, looking for data engineer jobs", "EUR", NOW)
    assert asked is not None
    assert asked.worked_as == ("software-engineer",)


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("motorista em Recife, R$ 3500 por mês", ()),
        ("contador home office, R$6.000", ()),
        ("cientista de dados, Python e R, R$ 9000", ("Python", "R")),
    ],
)
def test_pay_in_reais_asks_for_no_r(text: str, skills: tuple[str, ...]) -> None:
    asked = asked_in(text, "BRL", NOW)
    assert asked is not None
    assert (asked.criteria.skills.any, asked.criteria.salary_floor is not None) == (skills, True)


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("HR generalist, remote Canada, from 65000 CAD", ()),
        ("HR generalist, 65k CAD", ()),
        ("CAD designer, Toronto, 65k CAD", ("CAD",)),
    ],
)
def test_pay_in_canadian_dollars_asks_for_no_design_by_computer(text: str, skills: tuple[str, ...]) -> None:
    asked = asked_in(text, "CAD", NOW)
    assert asked is not None
    assert (asked.criteria.skills.any, asked.criteria.salary_floor is not None) == (skills, True)
