"""The form of a search asks for everything that criteria can, and says kindly what it cannot take."""

import re
from collections.abc import Mapping

import pytest

from schemas.criteria import Criteria, Nearby, RoleTerms, SalaryFloor, SkillTerms
from services.portal.reading import reading
from services.portal.search_form import CHOICES, DEFAULTS, search_fields, search_of
from services.rules.criterion import FACETS
from services.usecases.errors import WrongFieldError
from services.wording.catalogues import words_of
from tests.support.long_form import met
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import ServedPortal, served_portal
from tests.support.waiting import until

WORDS = words_of("en")


def asked(**given: str) -> Criteria:
    wanted = search_of({**DEFAULTS, **given}, WORDS)
    assert wanted is not None
    return wanted.criteria


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"skills": "k8s, golang"}, {"skills": SkillTerms(any=("Go", "Kubernetes"))}),
        (
            {"skills": "Go, Rust, Zig", "at_least": "2"},
            {"skills": SkillTerms(any=("Go", "Rust", "Zig"), at_least=2)},
        ),
        ({"skills": "Go, Rust", "at_least": "all"}, {"skills": SkillTerms(all=("Go", "Rust"))}),
        (
            {"skills": "Go", "skills_all": "Kafka", "skills_none": "PHP", "mentions": "1"},
            {"skills": SkillTerms(any=("Go",), all=("Kafka",), none=("PHP",), mentions=True)},
        ),
        (
            {"skills": "Fraud, Waste and Abuse; Go"},
            {"skills": SkillTerms(any=("Fraud, Waste and Abuse", "Go"))},
        ),
        (
            {"roles": "backend developer", "roles_none": "data analyst", "neighbours": "1"},
            {
                "roles": RoleTerms(
                    any=("backend-engineer",), none=("data-analyst",), neighbours=True, accept_unknown=False
                )
            },
        ),
        (
            {"roles": "nurse", "unknown_role": "yes"},
            {"roles": RoleTerms(any=("nurse",), accept_unknown=True)},
        ),
        ({"places": "Polska, Europe"}, {"places": ("PL", "europe")}),
        ({"places": "Poland", "unknown_place": "1"}, {"places": ("PL",), "accept_unknown_place": True}),
        (
            {"towns": "Berlin, DE, Cambridge, MA", "km": "25"},
            {"near": (Nearby(town="Berlin, DE", km=25), Nearby(town="Cambridge, US-MA", km=25))},
        ),
        (
            {"towns": "Augsburg; Kraków (100 km)", "unknown_town": "1"},
            {
                "near": (Nearby(town="Augsburg, DE", km=50), Nearby(town="Kraków, PL", km=100)),
                "accept_unknown_town": True,
            },
        ),
        (
            {"amount": "90k", "currency": "pln", "period": "month", "stated_pay": "1"},
            {
                "salary_floor": SalaryFloor(amount=90_000, currency="PLN", period="month"),
                "accept_undisclosed": False,
            },
        ),
        ({"workplace.remote": "1", "workplace.hybrid": "1"}, {"workplace": ("hybrid", "remote")}),
        (
            {"seniority.senior": "1", "employment.contract": "1"},
            {"seniority": ("senior",), "employment": ("contract",)},
        ),
        ({"languages": "German, en"}, {"languages": ("de", "en")}),
        ({"permanent": "1"}, {"permanent": True}),
        ({"visa": "1", "stated_visa": "1"}, {"visa_sponsorship": True, "accept_unknown_visa": False}),
        ({"tolerance": "2", "time_zone": "Europe/Warsaw"}, {"utc_offset": 1.0, "tolerance": 2.0}),
        ({"tolerance": "0", "utc_offset": "-3:30"}, {"utc_offset": -3.5}),
        ({"tolerance": "1.5", "utc_offset": "UTC+5.75"}, {"utc_offset": 5.75, "tolerance": 1.5}),
        ({"text": 'rust "machine learning" -internship'}, {"text": '"machine learning" rust -internship'}),
    ],
    ids=lambda each: " ".join(each),
)
def test_each_field_asks_for_its_criterion(given: Mapping[str, str], expected: Mapping[str, object]) -> None:
    found = asked(**given)
    assert {name: value for name, value in found if name in expected} == expected
    left = {name: getattr(Criteria(), name) for name in expected}
    assert found.model_copy(update=left) == Criteria()


@pytest.mark.parametrize("written", ["60000", "60,000", "60.000", "60 000", "60\u00a0000", "60'000", "60k", " 60 K "])
def test_an_amount_may_be_written_as_people_write_it(written: str) -> None:
    assert asked(amount=written).salary_floor == SalaryFloor(amount=60_000, currency="EUR")


@pytest.mark.parametrize(
    ("written", "currency"),
    [
        ("30.000 €", "EUR"),
        ("€30k", "EUR"),
        ("30.000,00 €", "EUR"),
        ("30\u202f000 €", "EUR"),
        ("30 000 EUR", "EUR"),
        ("30'000 CHF", "CHF"),
        ("R$ 30.000", "BRL"),
        ("30.000 R$", "BRL"),
        ("30 mil", "PLN"),
        ("30.000", "PLN"),
        ("$30k", "USD"),
    ],
)
def test_a_sign_beside_an_amount_says_its_currency(written: str, currency: str) -> None:
    assert asked(amount=written, currency="PLN").salary_floor == SalaryFloor(amount=30_000, currency=currency)


def test_a_dollar_is_that_of_the_country_which_is_asked_for_else() -> None:
    assert asked(amount="$30k", currency="CAD").salary_floor == SalaryFloor(amount=30_000, currency="CAD")


def test_a_search_that_nobody_named_is_named_by_as_many_whole_names_as_there_is_room_for() -> None:
    roles = "Data Analyst, Data Engineer, Data Scientist, Machine Learning Engineer"
    given = {**DEFAULTS, "roles": roles}
    assert search_fields(given, words_of("en"))["name"] == "Data Analyst, Data Engineer, Data Scientist"


@pytest.mark.parametrize("fault", [{}, {"skills": "Kubernets"}], ids=["preview", "fault"])
def test_the_button_leads_to_what_it_finds_or_to_what_is_wrong(portal: ServedPortal, fault: dict[str, str]) -> None:
    assert 'value="preview" class="quiet" formaction="#result"' in portal.get("/sign-up").text
    page = portal.post("/sign-up", **{"do": "preview", "skills": "Go", **fault}).text
    [led_to] = re.findall(r'<(?:p|h2)[^>]* id="result"[^>]* tabindex="-1"[^>]*>([^<]+)<', page)
    assert ("Did you mean" in led_to) == bool(fault)


@pytest.mark.parametrize("written", ["60,00", "1.5", "much", "-5", "6e4", "60,000,00", "k"])
def test_an_amount_that_may_be_another_is_asked_for_again(written: str) -> None:
    with pytest.raises(WrongFieldError) as raised:
        asked(amount=written)
    assert raised.value.code == "amount"


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"skills": "Kubernets"}, "skills", "Did you mean Kubernetes"),
        ({"skills": "Go", "at_least": "3"}, "skills", "at least 3 of fewer skills"),
        ({"roles": "bakend engineer"}, "roles", "Backend Engineer"),
        ({"roles": "data"}, "roles", "may be any of these: "),
        ({"places": "Munich"}, "places", "Did you mean "),
        ({"towns": "Muenhcen"}, "towns", "Did you mean "),
        ({"towns": "Cambridge"}, "towns", "Cambridge, US-MA"),
        ({"languages": "Klingonish"}, "languages", "not a language that we know"),
        ({"amount": "60000", "currency": "QQQ"}, "currency", "not the code of a currency"),
        ({"amount": "10", "period": "year"}, "amount", "less than any job pays"),
        ({"tolerance": "1", "utc_offset": "noon"}, "utc_offset", "+1 or -3:30"),
        ({"text": "call 0176 1234567"}, "text", "searches are anonymous"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, dict) else each,
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    portal: ServedPortal, given: dict[str, str], field: str, said: str
) -> None:
    page = portal.post("/sign-up", address="grace@example.com", time_zone="UTC", **given)
    assert page.status_code == 400
    [fault] = re.findall(r'<p class="fault" id="result" role="alert"[^>]*>([^<]+)</p>', page.text)
    assert said in fault
    assert re.search(rf'<input id="f-{field}"[^>]*aria-invalid="true" aria-describedby="result"', page.text)


def test_what_was_asked_for_stands_in_the_form_again_and_what_is_under_more_is_open(portal: ServedPortal) -> None:
    simple = portal.post("/sign-up", do="preview", skills="Go", **{"workplace.remote": "1"}).text
    assert '<details class="more">' in simple
    assert 'name="workplace.remote" value="1" checked' in simple
    # How roles that are not told are taken is carried on, and seen by nobody there.
    read = portal.post("/sign-up", do="read", pasted="Nurse in Leeds, on site").text
    assert 'name="unknown_role" value="no"' in read
    assert '<details class="more">' in read
    page = portal.post("/sign-up", do="preview", skills="Go", **{"seniority.lead": "1", "tolerance": "2.5"}).text
    assert '<details class="more" open>' in page
    assert 'name="seniority.lead" value="1" checked' in page
    assert '<option value="2.5" selected>' in page


def test_each_facet_may_be_chosen_by_its_values_but_visas_which_are_two_boxes() -> None:
    assert {facet.name: facet.values for facet in FACETS if facet.name not in ("visa", "permanent")} == CHOICES
    assert {"visa", "stated_visa", "permanent"} <= set(DEFAULTS)


def test_each_field_that_is_read_stands_on_the_page_but_how_choosy_mails_are(portal: ServedPortal) -> None:
    page = portal.get("/sign-up").text  # Nobody is asked for that who was not mailed yet: a form at home carries it.
    named = re.findall(r'<(?:input|select|textarea)\b[^>]* name="([^"]+)"', page)
    assert DEFAULTS.keys() - {"selectivity"} <= set(named)


def test_a_posting_is_quoted_beside_the_fields_that_it_filled_and_a_sentence_is_not() -> None:
    sentence, posted = "remote Go work from Poland", "Go developer\n\nRequirements:\n- Go\n\nRemote from Poland."
    quoted = reading({**DEFAULTS, "pasted": posted}, WORDS, NOW).proposals
    assert "skills" in {proposal.field for proposal in quoted}
    assert reading({**DEFAULTS, "pasted": sentence}, WORDS, NOW).proposals == ()


def test_each_field_has_a_label_and_no_two_share_an_id(portal: ServedPortal) -> None:
    page = portal.get("/sign-up").text
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    labelled = set(re.findall(r'<label for="([^"]+)"', page))
    assert {f"f-{name}" for name in re.findall(r'<(?:input|select|textarea) id="f-([^"]+)"', page)} == labelled


@pytest.mark.parametrize(
    ("language", "currency"), [("en-US,en", "USD"), ("de-CH", "CHF"), ("pt-BR", "BRL"), ("de", "EUR"), ("", "EUR")]
)
def test_pay_is_asked_for_in_what_people_are_paid_in_there(portal: ServedPortal, language: str, currency: str) -> None:
    page = portal.get("/sign-up", **{"Accept-Language": language}).text
    assert f'name="currency" maxlength="3" value="{currency}"' in page


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "' OR 1=1 --",
    "\u202edlrow",
    "\x1b[31m",
    "a\nb",
    "nan",
    "-1",
    "1e400",
    "\u0661\u0662",
    "9" * 400,
    "x" * 5_000,
    ";" * 200,
    "," * 200,
    "(" * 300 + "1 km)",
    "(1 km)",
    "\ud7ff😀",
    "%00",
)


FORMS = ("/preview", "/preview/mail", "/sign-up")


@pytest.mark.parametrize("name", DEFAULTS)
def test_hostile_words_in_any_field_get_an_answer_and_do_nothing(portal: ServedPortal, name: str) -> None:
    """Words in each field, by one of the forms in turn: all read the fields by the same code."""
    first = list(DEFAULTS).index(name)
    for number, word in enumerate(met(first, HOSTILE, 3), start=first):
        form = {"skills": "Python", "address": "grace@example.com", "time_zone": "UTC", "amount": "60000", name: word}
        path = FORMS[number % len(FORMS)]
        answer = portal.client.post(path, data=form | {"do": "preview"})
        assert answer.status_code in (200, 400), (path, word)
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "49" not in answer.text or word != "{{7*7}}"


def test_what_hardly_narrows_is_named_where_too_much_fits(store: NotifierStore) -> None:
    jobs = [arrival(at, posting(f"many-{at}")) for at in range(1, 621)]
    store.matches.store(0, jobs, NOW)
    with served_portal(store) as portal:
        until(lambda: "still being read" not in portal.post("/preview", skills="Python").text, "the postings are read")
        page = portal.post("/preview", skills="Python", skills_none="PHP").text
        [advice] = re.findall(r"</h2>\s*<p>([^<]+)</p>", page)
        assert "Nearly everything fits this: Python · Not PHP." in advice
