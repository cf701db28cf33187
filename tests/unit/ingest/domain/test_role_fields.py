"""Level, form of employment, workplace, time zones and language."""

import pytest

from tests.support.drafting import normalised

LEVELS = [
    ("Senior Data Engineer", "senior"),
    ("Sr. Product Manager", "senior"),
    ("Junior/Mid Developer", "junior"),
    ("Staff Software Engineer", "staff"),
    ("Principal Customer Success Manager", "principal"),
    ("Lifecycle Lead", "lead"),
    ("Engineering Manager, Maps", "manager"),
    ("Senior Manager Biostatistics", "manager"),
    ("Manager, Payroll", "manager"),
    ("Senior Engineering Manager", "senior"),
    ("Associate Director, Finance", "director"),
    ("Head of Lending", "director"),
    ("Chief Technology Officer (CTO)", "executive"),
    ("Vice President of Sales", "executive"),
    ("Working Student Accounting", "intern"),
    ("Hochschulpraktikant/-in Recht 80-100 %", "intern"),
    ("Lernende/r Kauffrau/Kaufmann EFZ", "intern"),
    ("Lernende Organisation: Berater (m/w/d)", None),
    ("Pré-stage en soins infirmiers", "intern"),
    ("Stagista ufficio acquisti", "intern"),
    ("PhD University Grad Machine Learning Engineer", "junior"),
    ("Ingénieur logiciel senior", "senior"),
    ("Infirmier-ère chef-fe de gériatrie", "manager"),
    ("Chef-fe d'unité de soins", "manager"),
    ("Chef-fe de projet électricité", None),
    ("Chef-fe de clinique", None),
    ("Account Executive", None),
    ("Product Marketing Manager", None),
    ("Staff Writer", None),
    ("Member of Technical Staff", None),
    ("Chief of Staff", None),
    ("Executive Assistant", None),
    ("Lead Generation Specialist", None),
    ("Mid-Market Account Manager", None),
]


@pytest.mark.parametrize(("title", "level"), LEVELS)
def test_the_level_of_a_title(title: str, level: str | None) -> None:
    assert normalised(title).seniority == level


def test_the_title_beats_a_statement_and_that_beats_the_field() -> None:
    text = "<p>Experience level: entry</p>"
    assert normalised("Senior Engineer", text, seniority="Mid-level").seniority == "senior"
    assert normalised("Engineer", text, seniority="Mid-level").seniority == "junior"
    assert normalised("Engineer", seniority="Mid-level").seniority == "mid"
    assert normalised("Engineer", seniority="Any").seniority is None


FORMS = [
    ({"employment": "FullTime"}, "full_time"),
    ({"employment": "Part-time"}, "part_time"),
    ({"employment": "CONTRACTOR"}, "contract"),
    ({"employment": "Regular"}, None),
    ({"employment": "Permanent"}, None),
    ({"title": "Tester (12-month Contract)", "employment": "FullTime"}, "contract"),
    ({"title": "Freelance Translator", "employment": "Contractor"}, "freelance"),
    ({"title": "Contracts Manager"}, None),
    ({"title": "B2B Sales Representative"}, None),
    ({"html": "<p>Employment Type: Part-Time</p>"}, "part_time"),
    ({"html": "<p>Job Type: Full-Time/Part-Time</p>"}, None),
    ({"html": "<p>This is a full-time position.</p>"}, "full_time"),
    ({"html": "<h3>Benefits</h3><p>Full-time employees get a full-time position coach.</p>"}, None),
    ({"html": "<p>You commit to 6-10 hours per week.</p>"}, "part_time"),
    ({}, None),
]


@pytest.mark.parametrize(("stated", "form"), FORMS)
def test_the_form_of_employment(stated: dict[str, str], form: str | None) -> None:
    assert normalised(**stated).employment == form


WORKPLACES = [
    ({"workplace": "remote"}, "remote"),
    ({"workplace": "onsite"}, "onsite"),
    ({"workplace": "remote", "html": "<p>You spend two days a week in our office.</p>"}, "hybrid"),
    ({"workplace": "onsite", "title": "Counsel (Europe Remote)"}, "remote"),
    ({"workplace": "onsite", "html": "<p>We are a remote-first company.</p>"}, "onsite"),
    ({"html": "<p>We are a remote-first company.</p>"}, "remote"),
    ({"html": "<p>This position is fully remote.</p>"}, "remote"),
    ({"html": "<p>We are 5 days a week in the office.</p>"}, "onsite"),
    ({"html": "<p>#LI-Hybrid</p>"}, "hybrid"),
    ({"locations": "Remote - US"}, "remote"),
    ({"html": "<p>Work from anywhere for four weeks a year.</p>"}, "unknown"),
    ({"title": "Remote Sensing Scientist"}, "unknown"),
    ({"title": "Hybrid Cloud Architect"}, "unknown"),
    ({}, "unknown"),
]


@pytest.mark.parametrize(("stated", "workplace"), WORKPLACES)
def test_the_workplace(stated: dict[str, str], workplace: str) -> None:
    assert normalised(**stated).workplace == workplace


ZONES = [
    ({"timezones": (-10.0, -9.0, -8.0, -5.0, 14.0)}, (-10, -5)),
    ({"timezones": (13.0, 14.0)}, (13, 14)),
    ({"timezones": (5.5,)}, (5.5, 5.5)),
    ({"timezones": (14.0,)}, (14, 14)),
    ({"timezones": (99.0,)}, None),
    ({"title": "Coordinator | EST Hours", "timezones": (2.0,)}, (-5, -5)),
    ({"html": "<p>Remote, CET ±2hrs</p>"}, (-1, 3)),
    ({"html": "<p>You work within 3 hours of EST.</p>"}, (-8, -2)),
    ({"html": "<p>Time zone: GMT-5 to GMT+3</p>"}, (-5, 3)),
    ({"html": "<p>Working hours overlap with PDT.</p>"}, (-8, -8)),
    ({"title": "Engineer (Eastern or Central Time Zone Preferred)"}, (-6, -5)),
    ({"html": "<p>The webinar starts at 10am EST, applications close by 5 EST.</p>"}, None),
    ({"html": "<p>Middle Eastern time management</p>"}, None),
    ({}, None),
]


@pytest.mark.parametrize(("stated", "zones"), ZONES)
def test_the_time_zones(stated: dict[str, object], zones: tuple[float, float] | None) -> None:
    found = normalised(**stated).timezones
    assert (found and (found.min, found.max)) == zones


ENGLISH = (
    "We are looking for a data engineer who likes to build reliable pipelines and who writes clear documentation. "
)
GERMAN = "Wir suchen eine Person, die gerne verlässliche Werkzeuge baut und die sich in unserem Team wohl fühlt. "


def test_the_language_is_that_of_the_text_whatever_the_title_says() -> None:
    assert normalised("Entwickler (m/w/d)", f"<p>{ENGLISH * 3}</p>").language == "en"
    assert normalised("Developer", f"<p>{GERMAN * 3}</p>", language="en").language == "de"


def test_a_mixed_text_has_no_language() -> None:
    assert normalised(html=f"<p>{ENGLISH * 9}</p><p>{GERMAN * 9}</p>").language is None


def test_a_short_text_has_the_language_that_the_board_states_if_any() -> None:
    assert normalised(html="<p>Python, SQL</p>").language is None
    assert normalised(html="<p>Python, SQL</p>", language="fr").language == "fr"
