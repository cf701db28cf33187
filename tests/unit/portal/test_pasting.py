"""A pasted text fills the form, or is read aloud; nothing of it is kept or logged."""

import re
from html import unescape
from io import StringIO

import pytest
from sqlalchemy import func, select

from schemas.sql.base import metadata
from services.notifier.domain.people import Subscriber
from services.runtime.logging import configure_logging
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import ServedPortal, jobs_that_fit
from tests.support.signed_in import Browser
from tests.support.waiting import until

SENTENCE = "remote Go jobs from Poland above 90k"
POSTING = """Backend Engineer
Requirements
- Golang
- We ask for <b>k8s</b> & more.
A secret word: zeppelin-4711
"""


def rows(store: NotifierStore) -> dict[str, int]:
    with store.engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def values(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input id="f-([^"]+)" name="[^"]+" maxlength="\d+" value="([^"]*)"', page))


def test_a_sentence_fills_the_form(portal: ServedPortal) -> None:
    page = portal.post("/sign-up", do="read", pasted=SENTENCE, currency="PLN")
    assert page.status_code == 200
    filled = values(page.text)
    assert (filled["skills"], filled["places"], filled["amount"], filled["currency"]) == (
        "Go",
        "Poland",
        "90000",
        "PLN",
    )
    assert 'name="workplace.remote" value="1" checked' in page.text
    assert "take out what you do not want" in page.text
    assert SENTENCE not in re.sub(r"<q>[^<]*</q>", "", page.text.replace(f"or: {SENTENCE}", ""))


def test_what_a_sentence_asks_for_is_said_in_one_line_above_the_address_until_a_field_is_wrong(
    portal: ServedPortal,
) -> None:
    page = portal.post("/sign-up", do="read", pasted=SENTENCE, currency="PLN").text
    said = re.search(r'<strong>You look for:</strong> ([^<]+)</p>.*<details class="all">', page, re.DOTALL)
    assert said
    assert said[1].startswith("Go · Poland · remote · at least ")
    assert page.index("You look for:") < page.index('name="address"')
    looser = portal.post("/sign-up", do="preview", folded="1", skills="Go").text
    assert "<strong>You look for:</strong> Go</p>" in looser
    for wrong in ({"skills": "no such skill"}, {"do": "preview", "folded": "", "skills": "Go"}, {"skills": ""}):
        assert '<details class="all">' not in portal.post("/sign-up", **{"folded": "1", **wrong}).text


def test_what_a_sentence_says_of_its_writer_stands_where_that_is_asked_unless_they_said_it_otherwise(
    portal: ServedPortal,
) -> None:
    said = "nurse in Manchester, 6 years"
    page = portal.post("/sign-up", do="read", pasted=said, currency="GBP").text
    assert (values(page)["home"], values(page)["years"]) == ("Manchester, GB", "6")
    assert "Not understood" not in page
    # In sight, once, and above the address: the fields of the search are folded.
    assert page.index("</details>\n<fieldset") < page.index('name="home"') < page.index('name="address"')
    assert page.count('name="home"') == page.count('name="years"') == 1
    own = portal.post("/sign-up", do="read", pasted=said, currency="GBP", home="Leeds", years="9").text
    assert (values(own)["home"], values(own)["years"]) == ("Leeds", "6"), "as they wrote last"
    silent = portal.post("/sign-up", do="read", pasted="nurse", currency="GBP", home="Leeds", years="9").text
    assert (values(silent)["home"], values(silent)["years"]) == ("Leeds", "9")
    explicit = portal.post("/sign-up", do="read", pasted="I live in Poland, nurse in Leeds", home="Leeds").text
    assert values(explicit)["home"] == "Poland", "as they wrote last"
    again = {**values(page), "pasted": "nurse in Leeds, 7 years"}
    mended = portal.post("/sign-up", **again | {"do": "read"}).text
    assert (values(mended)["home"], values(mended)["years"]) == ("Leeds, GB", "7"), "a sentence that is written anew"
    assert (values(page)["worked_as"], values(silent)["worked_as"]) == ("Nurse", ""), "with years alone"
    changed = portal.post("/sign-up", **again | {"do": "read", "pasted": "paralegal in Leeds, 7 years"}).text
    assert values(changed)["worked_as"] == "Paralegal"
    posting = "Nurse\nManchester\n\n- 6 years of experience"
    posted = portal.post("/sign-up", do="read", pasted=posting, currency="GBP").text
    assert (values(posted)["home"], values(posted)["years"]) == ("", "")


def test_the_languages_of_a_sentence_stand_where_one_says_what_one_speaks(portal: ServedPortal) -> None:
    page = portal.post("/sign-up", do="read", pasted="support agent in Lisbon, fluent French").text
    assert values(page)["speaks"] == "English, French"
    assert "Not understood" not in page
    own = portal.post("/sign-up", do="read", pasted="Kellner in Wien, Englisch", speaks="tr").text
    assert values(own)["speaks"] == "German, English", "as they wrote last"
    silent = portal.post("/sign-up", do="read", pasted="waiter in Vienna", speaks="tr").text
    assert values(silent)["speaks"] == "tr"
    nobody = portal.post("/sign-up", do="read", pasted="waiter in Vienna").text
    assert "Languages that you speak" not in nobody, "it is asked for on the page that follows"


def test_a_cv_fills_what_its_person_can_do_and_a_posting_or_a_sentence_nothing(portal: ServedPortal) -> None:
    cv = "Ada Lovelace\nada@example.com\nLeeds, GB\nNurse, 6 years\n\nSkills\n- Java\n- Kubernetes\n- Phlebotomy"
    page = portal.post("/sign-up", do="read", pasted=cv, currency="GBP", avoids="crypto").text
    assert {"Java", "Kubernetes"} <= set(values(page)["knows"].split(", "))
    assert values(page)["avoids"] == "crypto"
    typed = ", ".join(["payroll", "java", *(f"skill {number}" for number in range(16))])
    both = portal.post("/sign-up", do="read", pasted=cv, currency="GBP", knows=typed).text
    known = values(both)["knows"].split(", ")
    assert (known[:18], "Java" in known, len(known)) == (typed.split(", "), False, 20), "behind what they typed"
    for text in (POSTING, "Java developer in Leeds"):
        told = portal.post("/sign-up", do="read", pasted=text, currency="GBP", knows="payroll").text
        assert values(told)["knows"] == "payroll"


def test_each_wish_shows_the_words_that_it_was_read_from(portal: ServedPortal) -> None:
    page = portal.post("/sign-up", do="read", pasted=POSTING, currency="EUR").text
    assert re.search(
        r'<li data-name="Kubernetes">Kubernetes: <q>We ask for &lt;b&gt;k8s&lt;/b&gt; &amp; more\.</q></li>', page
    )
    assert re.search(r'<input id="f-skills"[^>]+aria-describedby=" ?r-skills"', page)
    assert re.search(r'<ul class="read" id="r-roles">\s*<li><q>Backend Engineer</q></li>', page)
    assert '<ul class="read"' not in portal.get("/sign-up").text


def test_what_of_a_sentence_no_field_takes_is_quoted_and_a_guess_is_asked_for_by_who_presses_it(
    portal: ServedPortal,
) -> None:
    said = "Staff engineer, Go and Kubernetes, remote in Germany, no <b>night shifts</b>"
    page = portal.post("/sign-up", do="read", pasted=said, currency="EUR").text
    assert re.findall(r"<q>([^<]*)</q>", page) == ["&lt;b&gt;night shifts&lt;/b&gt;"]
    assert "You name Kubernetes, so it may be this job title, which is not asked for: DevOps Engineer." in page
    assert values(page)["roles"] == ""
    pressed = re.search(r'name="instead" value="([^"]+)"[^>]*>Ask for DevOps Engineer<', page)
    assert pressed
    assert values(portal.post("/sign-up", instead=unescape(pressed[1])).text)["roles"] == "DevOps Engineer"
    known = portal.post("/sign-up", do="read", pasted="Backend engineer, Go", currency="EUR").text
    assert "Ask for" not in known
    assert "Not understood" not in known


def test_a_sentence_that_names_no_trade_is_asked_which_work_above_what_it_filled(portal: ServedPortal) -> None:
    page = portal.post("/sign-up", do="read", pasted="anything with falcons in Leeds", currency="GBP").text
    asked = page.index("Which work do you look for?")
    assert "jobs of every trade fit" in page
    assert asked < page.index('name="roles"') < page.index('<details class="all">'), "in sight, and once"
    assert page.count('name="roles"') == 1
    pressed = re.search(r'name="instead" value="([^"]+)"[^>]*>Only jobs that name “falcons”<', page)
    assert pressed
    by_words = portal.post("/sign-up", **values(page), instead=unescape(pressed[1])).text
    assert (values(by_words)["text"], values(by_words)["towns"]) == ("falcons", "Leeds, GB")
    assert "Which work do you look for?" not in by_words
    added = portal.post("/sign-up", do="preview", roles="Nurse", towns="Leeds, GB").text
    assert "Which work do you look for?" not in added
    assert "jobs of every trade" not in added
    assert "Which work do you look for?" not in portal.get("/sign-up").text, "nothing is asked for yet"


def test_a_text_that_asks_for_nothing_leaves_the_form_as_it_is(portal: ServedPortal) -> None:
    page = portal.post("/sign-up", do="read", pasted="a quiet life", skills="Go").text
    assert "found nothing in that text" in page
    assert values(page)["skills"] == "Go"


def test_a_posting_is_read_aloud(portal: ServedPortal) -> None:
    page = portal.post("/read", pasted=POSTING).text
    assert re.search(r"<dt>Kubernetes</dt>\s*<dd>We ask for &lt;b&gt;<mark>k8s</mark>&lt;/b&gt; &amp; more\.<br>", page)
    assert re.search(r"<small>[^<]*“k8s”[^<]*</small>", page)
    assert re.findall(r"<h2>([^<]+)</h2>", page)[:1] == ["Required"]
    nothing = portal.post("/read", pasted="a quiet life").text
    assert re.search(r'<p role="status"[^>]*>[^<]+</p>', nothing)
    assert "<dl" not in nothing
    assert portal.get("/read").status_code == 200


@pytest.mark.parametrize("path", ["/read", "/sign-up"])
def test_nothing_of_it_is_kept_or_logged(store: NotifierStore, portal: ServedPortal, path: str) -> None:
    lines, before = StringIO(), rows(store)
    configure_logging(json=True, stream=lines)
    assert portal.post(path, pasted=POSTING, do="read").status_code == 200
    portal.postman.join()
    assert rows(store) == before
    assert "zeppelin" not in lines.getvalue()


@pytest.mark.parametrize("path", ["/read", "/sign-up"])
def test_a_text_may_be_long_and_not_endless(portal: ServedPortal, path: str) -> None:
    assert portal.post(path, pasted="Python. " * 5_000, do="read").status_code == 200
    assert portal.post(path, pasted="x" * 70_000, do="read").status_code == 413


@pytest.mark.parametrize("said", ["東京でソフトウェアエンジニア、リモート", "разработчик, Москва"])
def test_what_is_written_in_letters_that_nobody_reads_is_told_which_languages_are(
    portal: ServedPortal, said: str
) -> None:
    page = portal.post("/sign-up", do="read", pasted=said, currency="EUR").text
    told = re.findall(r'<p class="done" role="status"[^>]*>([^<]*)', page)
    assert "English, German" in told[0]
    # No posting names a whole sentence.
    assert 'name="instead"' not in page
    assert "English, German" not in portal.post("/sign-up", do="read", pasted="infirmière à Genève").text


def test_of_a_text_in_other_letters_what_is_known_fills_the_form(portal: ServedPortal) -> None:
    page = portal.post("/sign-up", do="read", pasted="Python エンジニア 東京", currency="EUR").text
    assert values(page)["skills"] == "Python"
    assert "English, German" in page


def test_one_press_reads_a_misspelt_sentence_as_it_may_have_been_meant(portal: ServedPortal) -> None:
    page = portal.post("/sign-up", do="read", pasted="acountant in Dubai", address="ada@example.com").text
    assert "Did you mean this?" in page
    form = page[page.index("Did you mean this?") - 800 : page.index("Yes, read it so")]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    assert (fields["pasted"], fields["address"]) == ("accountant in Dubai", "ada@example.com")
    meant = portal.post("/sign-up", do="read", **fields).text
    assert "Did you mean this?" not in meant
    assert values(meant)["roles"] == "Accountant"
    assert 'value="ada@example.com"' in meant
    assert "Only jobs that name" not in page


@pytest.fixture
def nurses(store: NotifierStore) -> None:
    """Five jobs for nurses, of which three name work at night in one language or another."""
    said = ("Night shift.", "Wir suchen für den Nachtdienst.", "You work nights.", "Weekends.", "By day.")
    jobs = [
        posting(f"nurse {at}", title="Nurse", roles=("nurse",), description_text=text, posted_at=NOW)
        for at, text in enumerate(said)
    ]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 1)], NOW)


@pytest.mark.parametrize(
    ("text", "pressed", "fit"),
    [
        ("nurse, nights only", "Only jobs that name work at night", 2),
        ("Krankenschwester Nachtdienst", "Only jobs that name work at night", 3),
        ("nurse, no nights", "Leave out jobs that name work at night", 3),
        ("nurse, Night shift", "Only jobs that name work at night", 2),
        ("nurse, weekend shifts", "Only jobs that name work at weekends", 1),
        ("enfermera, no nights or weekends", "Leave out jobs that name work at weekends", 4),
    ],
)
def test_hours_of_work_are_searched_by_words_at_one_press(
    nurses: None, portal: ServedPortal, text: str, pressed: str, fit: int
) -> None:
    until(lambda: "still being read" not in portal.post("/preview", skills="Python").text, "the postings are read")
    page = portal.post("/sign-up", do="read", pasted=text, currency="EUR").text
    press = re.search(rf'name="instead" value="([^"]+)"[^>]*>{pressed}<', page)
    assert press
    assert jobs_that_fit(portal.post("/sign-up", **values(page), instead=unescape(press[1])).text) == fit


@pytest.fixture
def travelling(store: NotifierStore) -> None:
    """Another job for nurses, who travel."""
    abroad = posting("nurse abroad", title="Nurse", roles=("nurse",), description_text="Travel to clinics.")
    store.matches.store(0, [arrival(9, abroad)], NOW)


def test_at_home_one_press_leaves_out_jobs_that_name_what_a_sentence_refuses(
    nurses: None, travelling: None, ada: Subscriber, portal: ServedPortal
) -> None:
    until(lambda: "still being read" not in portal.post("/preview", skills="Python").text, "the postings are read")
    browser = Browser(portal, ada)
    page = browser.post("/home/search", pasted="nurse, no travel", do="read", currency="EUR").text
    assert jobs_that_fit(page) == 6
    press = re.search(
        r'1 of the 6 jobs that fit names it:\s*<button[^>]*name="instead" value="([^"]+)"[^>]*>'
        r"Leave out jobs that name “travel”<",
        page,
    )
    assert press
    pressed = browser.post("/home/search", **values(page), instead=unescape(press[1])).text
    assert (jobs_that_fit(pressed), values(pressed)["text"]) == (5, "-travel")
    undo = re.search(r'name="instead" value="([^"]+)"[^>]*>Undo<', pressed)
    assert undo
    undone = browser.post("/home/search", **values(pressed), instead=unescape(undo[1])).text
    assert (jobs_that_fit(undone), values(undone)["text"]) == (6, "")
    assert "Leave out jobs that name" not in portal.post("/sign-up", pasted="nurse, no travel", do="read").text


def test_what_a_sentence_refuses_is_what_they_would_rather_not_do_at_sign_up(portal: ServedPortal) -> None:
    page = portal.post("/sign-up", do="read", pasted="nurse, no gambling, no travel", avoids="Gambling, sales").text
    assert values(page)["avoids"] == "Gambling, sales, travel"
    assert "You would rather not, as it stands below:" in page
    assert "Not understood" not in page
