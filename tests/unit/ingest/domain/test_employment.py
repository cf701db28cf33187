"""The form of employment: titles, texts and fields in eight languages."""

import pytest

from schemas.posting import Form, Hours
from tests.support.drafting import normalised
from tests.support.in_one_test import in_one_test
from tests.support.notations import notations

TITLES = [
    ("Nurse (Part-Time)", "part_time"),
    ("Physician - Per Diem", "part_time"),
    ("Translator, Freelance", "freelance"),
    ("Recruiter (6 month contract)", "contract"),
    ("Rental Agent, Seasonal", "temporary"),
    ("Counsel (Maternity Cover)", "temporary"),
    ("Design Intern", "internship"),
    ("Buchhalter in Teilzeit", "part_time"),
    ("Comptable à mi-temps", "part_time"),
    ("Pielęgniarka, pół etatu", "part_time"),
    ("Technicien en CDD", "contract"),
    ("Estágio em Marketing", "internship"),
    ("Contract Manager", None),
    ("Smart Contract Engineer", None),
    ("Contractor Success Manager", None),
    ("Growth Stage Investor", None),
]


@pytest.mark.parametrize(("title", "form"), TITLES)
def test_a_title_states_a_form_or_none(title: str, form: str | None) -> None:
    assert normalised(title).employment == form


TEXTS = [
    # English
    ("Employment type: Full-time", "full_time"),
    ("Type:Contract", "contract"),
    ("This is a remote, full-time W-2 role.", "full_time"),
    ("This position is a temporary role.", "temporary"),
    ("About the Harbour Fellowship\nAs part of your internship you will meet every team.", "internship"),
    ("About the Harbour Fellowship\nThe Fellowship is a 3-6 month internship program for beginners.", "internship"),
    ("Join our lab for a 4–6 month internship.", "internship"),
    ("Six months internship starting in May.", "internship"),
    ("You have done at least a 6 month internship before.", None),
    ("We have internship opportunities every six months.", None),
    ("Wir suchen dich für ein 3- bis 6-monatiges Praktikum.", "internship"),
    ("Znasz dobre praktyki programowania.", None),
    ("Du hast ein 6-monatiges Praktikum absolviert.", None),
    ("Im Rahmen deines Praktikums lernst du alle Teams kennen.", "internship"),
    ("Pendant votre stage, vous aidez toute l'équipe.", "internship"),
    ("Tijdens je stage leer je alle teams kennen.", "internship"),
    ("You mentor interns during the internship season.", None),
    ("You will join us on a contract basis.", "contract"),
    ("This is a contracting role.", "contract"),
    ("About us</p><p>This is a contracting role, fully remote.", "contract"),
    ("You know public contracting and its rules.", None),
    ("It is a 12 month fixed term contract.", "contract"),
    ("We prefer contract-to-hire relationships.", "contract"),
    ("You are engaged as an independent contractor (1099).", "contract"),
    ("We are looking for committed freelance writers.", "freelance"),
    ("A zero-hours contract.", "part_time"),
    ("Remote, Lisbon, Full Time, Entry Level", "full_time"),
    ("• Part-time offered", "part_time"),
    ("You work 39 hours per week.", "full_time"),
    ("You work 8-10 hours a week.", "part_time"),
    ("#LI-FullTime", "full_time"),
    ("Schedule: full-time or part-time", None),
    ("Permanent contract.", None),
    ("You review contracts and prepare 1099 filings.", None),
    ("You will work with international teams and internal tools.", None),
    ("Part-time, contract, or freelance roles may not be eligible for benefits.", None),
    ("5 years of full time experience", None),
    ("Previous freelance or remote work experience", None),
    ("You work with our contractor on the calendar.", None),
    ("Enjoy a casual work environment.", None),
    # German
    ("Anstellung in Vollzeit, unbefristet", "full_time"),
    ("Die Stelle ist in Teilzeit zu besetzen.", "part_time"),
    ("Die Stelle ist befristet auf zwei Jahre.", "contract"),
    ("In Vollzeit oder in Teilzeit", None),
    ("Auf Minijob-Basis oder als Minijob", "part_time"),
    # French
    ("Poste à temps plein", "full_time"),
    ("Contrat : CDI, temps partiel", "part_time"),
    ("Nous proposons un CDD de six mois.", "contract"),
    ("Un stage de six mois", "internship"),
    ("Poste en CDI", None),
    # Spanish
    ("Jornada completa", "full_time"),
    ("Contrato temporal de un año", "temporary"),
    ("Trabajo a tiempo parcial", "part_time"),
    # Portuguese
    ("Vaga em tempo integral", "full_time"),
    ("Regime: PJ", "contract"),
    ("Trabalho em meio período", "part_time"),
    ("Regime CLT", None),
    # Italian, Dutch, Polish
    ("Contratto a tempo determinato", "contract"),
    ("Een functie in deeltijd", "part_time"),
    ("Pełny etat", "full_time"),
    ("Umowa zlecenie", "contract"),
]


@in_one_test("text, form", TEXTS)
def test_a_text_states_a_form_or_none(text: str, form: str | None) -> None:
    assert normalised(html=f"<p>{text}</p>").employment == form


@in_one_test("text, form", notations("employment"))
def test_words_for_a_form_in_other_languages_and_by_themselves(text: str, form: str) -> None:
    html = "".join(f"<p>{line}</p>" for line in text.split("\\n"))
    assert normalised("Engineer", html).employment == (None if form == "-" else form)


FIELDS = [
    ("PER_DIEM", "part_time"),
    ("Werkstudent", "part_time"),
    ("fulltime_permanent", "full_time"),
    ("Temporary", "temporary"),
    ("Intern", "internship"),
    ("International", None),
    ("Befristet", "contract"),
    ("Unbefristet", None),
    ("Befristet oder unbefristet", None),
    ("Volunteer", None),
    ("Temps partiel", "part_time"),
    ("Intérim", "temporary"),
    ("Tempo pieno", "full_time"),
    ("Tempo integral", "full_time"),
    ("Temps plein", "full_time"),
    ("Deeltijd", "part_time"),
    ("Pełny etat", "full_time"),
    ("Niepełny etat", "part_time"),
    ("Saisonkraft", "temporary"),
    ("Other", None),
]


@pytest.mark.parametrize(("field", "form"), FIELDS)
def test_the_words_of_boards_for_forms(field: str, form: str | None) -> None:
    assert normalised(employment=field).employment == form


def test_of_text_and_field_the_more_specific_counts() -> None:
    contract = "<p>This is a contract position.</p>"
    assert normalised(html=contract, employment="Full Time").employment == "contract"
    assert normalised(html="<p>This is a full-time role.</p>", employment="Contractor").employment == "contract"
    assert normalised(html="<p>This is a part-time role.</p>", employment="Contract").employment == "contract"
    assert normalised(html="<p>We seek freelance editors.</p>", employment="Contract").employment == "freelance"
    both = "<p>Full-time or part-time position</p>"
    assert normalised(html=both, employment="Full Time").forms == ("full_time", "part_time")
    others = "<p>You are our first full-time hire.</p><p>We are supported by part-time staff in a part-time role.</p>"
    assert normalised(html=others, employment="Full Time").forms == ("full_time",)


def test_a_job_beside_ones_studies_is_part_time_unless_it_is_called_an_internship() -> None:
    assert normalised("Working Student Finance").employment == "part_time"
    assert normalised("Werkstudent Finance", employment="FullTime").employment == "part_time"
    assert normalised("Working Student Finance", employment="Intern").employment == "internship"


SEVERAL: list[tuple[str, tuple[Form, ...]]] = [
    ("Nurse, full or part time", ("full_time", "part_time")),
    ("Buchhalter in Voll- oder Teilzeit", ("full_time", "part_time")),
    ("Pflegefachperson 50-100 %", ("full_time", "part_time")),
    ("Pflegefachperson (80%)", ("part_time",)),
    ("Pflegefachperson 100%", ("full_time",)),
    ("Support Agent (100% remote)", ()),
    ("Aushilfe Empfang 10h/Woche", ("temporary", "part_time")),
    ("Technicien en CDD, temps plein", ("contract", "full_time")),
    ("Nurse (Fixed-term or Permanent), Part-time", ("contract", "part_time")),
    ("Assistant, 20 hours per week", ("part_time",)),
    ("Designer (contract or freelance)", ("freelance", "contract")),
    ("Developer, Freelance / Contract", ("freelance", "contract")),
    ("Contract Designer, Full-time", ("contract",)),
    ("Werkstudent Finance", ("student",)),
    ("Auszubildende Mechatronik", ("apprenticeship",)),
    ("Ausbildung Chemielaborant:in (m/w/d)", ("apprenticeship",)),
    ("Verkäufer (Ausbildung)", ("apprenticeship",)),
    ("Kaufmännische Ausbildung im Einzelhandel", ("apprenticeship",)),
    ("Dualer Student Wirtschaftsinformatik", ("apprenticeship",)),
    ("Ausbildung und Personalentwicklung, Leitung", ()),
    ("Leitung kaufmännische Ausbildung", ()),
    ("Ausbilder Metalltechnik", ()),
    ("Apprentice Electrician", ("apprenticeship",)),
    ("Civil Engineering Learnership", ("apprenticeship",)),
    ("Learnership Coordinator", ()),
    ("Volunteer English Mentor", ("volunteer",)),
    ("Volunteer Coordinator", ()),
    ("Freelancer Community Manager", ()),
    ("Manager of Freelancers", ()),
]


@pytest.mark.parametrize(("title", "forms"), SEVERAL)
def test_a_title_may_offer_several_forms_and_tells_learning_and_volunteering_apart(
    title: str, forms: tuple[Form, ...]
) -> None:
    assert normalised(title).forms == forms


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("We offer a part-time or full-time position.", ("full_time", "part_time")),
        ("You work 20 to 40 hours per week.", ("full_time", "part_time")),
        ("Pensum: 80-100 %", ("full_time", "part_time")),
        # Employment that ends by a day is full-time or part-time besides; who works for a firm of their own is neither.
        ("Vollzeit, befristet auf zwei Jahre", ("contract", "full_time")),
        ("It is a 12 month fixed term contract, 37.5 hours per week.", ("contract", "full_time")),
        ("Seasonal position, 20 hours per week.", ("temporary", "part_time")),
        ("Full-time, temporary", ("temporary", "full_time")),
        ("Contratto a tempo determinato, full time", ("contract", "full_time")),
        ("Contract role, full-time, outside IR35.", ("contract",)),
        ("Wir stellen dich befristet ein.", ()),
        ("This is an unpaid volunteer position.", ("volunteer",)),
        ("You get three volunteer days a year.", ()),
        ("We are looking for somebody to manage our freelancers.", ()),
        ("We are looking for a lead who coordinates freelancers.", ()),
    ],
)
def test_a_text_may_offer_several_forms(text: str, forms: tuple[Form, ...]) -> None:
    assert normalised(html=f"<p>{text}</p>").forms == forms


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("This post is for 22.5 hours a week.", ("part_time",)),
        ("This post is for 37.5 hours a week.", ("full_time",)),
        ("This full-time role has 15 hours a week of telephone duty.", ("full_time",)),
        ("People spend 10+ hours weekly on it.", ("full_time",)),
        ("One post has 15 hours a week, the other one has 37.5 hours a week.", ("full_time",)),
    ],
)
def test_the_hours_of_a_post_tell_more_than_a_field_that_calls_it_full_time(text: str, forms: tuple[str, ...]) -> None:
    assert normalised("Administrator", f"<p>{text}</p>", employment="FULL_TIME").forms == forms


@pytest.mark.parametrize(
    ("title", "text", "hours"),
    [
        ("Werkstudent (20h/Woche)", "", Hours(min=20, max=20)),
        ("Assistant", "You work 10-15 hours a week.", Hours(min=10, max=15)),
        ("Assistant", "Wochenstunden: 38", Hours(min=38, max=38)),
        ("Assistant", "Our support is open 80 hours a week.", None),
        ("Assistant", "A day has 24 hours.", None),
    ],
)
def test_the_hours_of_a_week_are_kept(title: str, text: str, hours: Hours | None) -> None:
    assert normalised(title, f"<p>{text}</p>").hours == hours
