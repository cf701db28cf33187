"""The form of a search asks which kinds of jobs a person would take: a press leaves one out, without scripts too."""

import html
import re
from urllib.parse import parse_qsl

import pytest

from services.wording.words import LANGUAGES
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import ServedPortal, jobs_that_fit, served_portal
from tests.support.waiting import until

ASKED = {"skills": "Python", "currency": "EUR", "hour": "8", "cadence": "daily"}
KINDS = (("data-engineer", 7), ("backend-engineer", 3), ("data-analyst", 5), ("", 2))


@pytest.fixture
def kinds(store: NotifierStore) -> None:
    """Jobs of three kinds, and two that do not say what they are; there before the portal is."""
    jobs = [
        posting(
            f"{role or 'untold'} {at}",
            title=f"{role or 'Untold'} no. {at}",
            roles=(role,) if role else (),
            posted_at=NOW,
        )
        for role, many in KINDS
        for at in range(many)
    ]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 1)], NOW)


def read(portal: ServedPortal) -> None:
    until(lambda: "still being read" not in portal.post("/preview", **ASKED).text, "the postings are read")


def asked_of(page: str) -> dict[str, tuple[int, str]]:
    """The kinds on a page, each with how many fit and what its press sends."""
    listed = page.partition('<div class="kinds"')[2].partition("</ul>")[0]
    rows = re.findall(r"<li><span><strong>([^<]+)</strong> (\d+)</span>(.*?)</li>", listed, re.DOTALL)
    return {name: (int(fit), "".join(re.findall(r'value="([^"]*)"', rest))) for name, fit, rest in rows}


def press(page: str, said: str) -> str:
    """What a button sends, by what it says."""
    [sent] = re.findall(rf'name="instead" value="([^"]*)"[^>]*>{re.escape(said)}', page)
    return html.unescape(sent)


def test_a_press_leaves_a_kind_out_keeps_all_else_and_is_taken_back(kinds: None, portal: ServedPortal) -> None:
    read(portal)
    filled = {
        **ASKED,
        "address": "grace@example.com",
        "home": "Porto",
        "time_zone": "Europe/Lisbon",
        "hour": "17",
        "roles_none": "Nurse",
        "preferred_places": "Portugal",
        "stated_pay": "",
        "mentions": "1",
    }
    page = portal.post("/preview", **filled).text
    assert {name: fit for name, (fit, _) in asked_of(page).items()} == {
        "Data Engineer": 7,
        "Data Analyst": 5,
        "Backend Engineer": 4,
    }
    assert re.search("“data-analyst no. [0-4]”, “data-analyst no. [0-4]”", page)
    assert "2 more are something else, or do not say what they are." in page
    without = portal.post("/sign-up", **filled, instead=html.unescape(asked_of(page)["Data Analyst"][1])).text
    assert jobs_that_fit(without) == jobs_that_fit(page) - 5 == 13
    assert "Data Analyst" not in asked_of(without)
    form = without.partition('class="fields search"')[2]
    sent = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]* value="([^"]*)"', form))
    assert sent["roles_none"] in ("Data Analyst, Nurse", "Nurse, Data Analyst")
    for name in ("address", "home", "time_zone", "skills", "preferred_places"):
        assert sent[name] == filled[name]
    assert '<option value="17" selected>' in form
    assert 'name="mentions" value="1" checked' in form
    again = portal.post(
        "/sign-up", **filled, instead=press(without, 'Let it in again <span class="unseen">Data Analyst: 5 jobs')
    ).text
    assert jobs_that_fit(again) == 18
    assert (
        dict(parse_qsl(press(without, 'Let it in again <span class="unseen">Nurse: 0 jobs')))["roles_none"]
        == "Data Analyst"
    )


def test_of_two_titles_that_are_asked_for_one_is_dropped_and_the_last_is_no_question(
    kinds: None, portal: ServedPortal
) -> None:
    read(portal)
    asked = {**ASKED, "skills": "", "roles": "Data Analyst, Data Engineer"}
    page = portal.post("/preview", **asked).text
    dropped = dict(parse_qsl(html.unescape(asked_of(page)["Data Engineer"][1])))
    assert (dropped["roles"], dropped["roles_none"]) == ("Data Analyst", "Data Engineer")
    without = portal.post("/sign-up", **asked, instead=html.unescape(asked_of(page)["Data Engineer"][1])).text
    assert jobs_that_fit(without) == 5
    again = portal.post("/sign-up", **asked, instead=press(without, "Undo")).text
    assert (jobs_that_fit(again), {*asked_of(again)}) == (jobs_that_fit(page), {*asked_of(page)})
    page = portal.post("/preview", **{**asked, "roles": "Data Engineer", "neighbours": "1"}).text
    found = asked_of(page)
    assert found["Data Engineer"][1] == ""
    assert "roles_none=Backend+Engineer" in found["Backend Engineer"][1]
    assert "What you asked for" in page


def test_a_press_keeps_what_was_typed_since_the_page_was_made(kinds: None, portal: ServedPortal) -> None:
    read(portal)
    page = portal.post("/preview", **ASKED).text
    typed = {
        **ASKED,
        "places": "Portugal",
        "text": "data",
        "amount": "40000",
        "period": "month",
        "workplace.remote": "1",
    }
    without = portal.post("/sign-up", **typed, instead=html.unescape(asked_of(page)["Data Analyst"][1])).text
    form = without.partition('class="fields search"')[2]
    sent = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]* value="([^"]*)"', form))
    assert {name: sent[name] for name in ("places", "text", "amount", "skills", "roles_none")} == {
        "places": "Portugal", "text": "data", "amount": "40000", "skills": "Python", "roles_none": "Data Analyst",
    }  # fmt: skip
    assert '<option value="month" selected>' in form
    assert 'name="workplace.remote" value="1" checked' in form
    undone = portal.post("/sign-up", **{**typed, "roles_none": "Data Analyst"}, instead=press(without, "Undo")).text
    assert re.search(r'name="roles_none"[^>]* value=""', undone)
    assert re.search(r'name="places"[^>]* value="Portugal"', undone)


def test_a_kind_of_another_release_is_shown_and_cannot_be_left_out(store: NotifierStore) -> None:
    jobs = [posting(f"dream {at}", roles=("dream-weaver",), posted_at=NOW) for at in range(3)]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 1)], NOW)
    with served_portal(store) as portal:
        read(portal)
        page = portal.post("/preview", **ASKED).text
    assert asked_of(page)["dream-weaver"] == (3, "")
    assert "What you asked for" not in page


@pytest.mark.parametrize("asked", [{"text": "zeppelin"}, {"skills": "", "roles": "Data Analyst"}])
def test_where_nothing_or_one_kind_fits_nothing_is_asked(
    kinds: None, portal: ServedPortal, asked: dict[str, str]
) -> None:
    read(portal)
    page = portal.post("/preview", **ASKED | asked).text
    assert jobs_that_fit(page) in (0, 5)
    assert "Which of these would you take?" not in page


def test_titles_and_levels_that_would_open_more_are_added_by_a_press_and_said_once(
    store: NotifierStore,
) -> None:
    jobs = [
        posting(f"{role} {level} {at}", roles=(role,), seniority=level, posted_at=NOW)
        for role, level, many in (
            ("data-analyst", "senior", 3),
            ("data-scientist", "senior", 6),
            ("data-analyst", "lead", 7),
            ("data-analyst", "junior", 9),
        )
        for at in range(many)
    ]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 1)], NOW)
    asked = {**ASKED, "skills": "", "roles": "Data Analyst", "seniority.senior": "1"}
    with served_portal(store) as portal:
        read(portal)
        for path in ("/preview", "/preview/gains"):
            page = portal.post(path, **asked).text
            gains = page.partition('<div class="gains"')[2]
            assert "lead" not in re.findall(r"<button[^>]*>([^<]*)</button>", gains)
        page = portal.post("/preview", **asked).text
        assert "Junior: " not in page, "two levels below"
        for said, more in (("Data Scientist: 6 more", 6), ("Lead: 7 more", 7)):
            wider = portal.post("/sign-up", **asked, instead=press(page, said)).text
            assert jobs_that_fit(wider) == jobs_that_fit(page) + more
        few = portal.post("/preview", **{**asked, "seniority.lead": "1", "seniority.senior": ""}).text
        assert "Senior: fewer than 5 more" in few


def test_every_trade_that_one_word_names_is_offered_beside_what_is_near(store: NotifierStore) -> None:
    many = {"teacher": 1, "tutor": 9, "primary-teacher": 8, "special-education-teacher": 7, "kindergarten-teacher": 6}
    jobs = [posting(f"{role} {at}", roles=(role,), posted_at=NOW) for role, most in many.items() for at in range(most)]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 1)], NOW)
    asked = {**ASKED, "skills": "", "roles": "Lehrerin"}
    with served_portal(store) as portal:
        read(portal)
        page = portal.post("/preview", **asked).text
        assert jobs_that_fit(page) == 1
        assert "Tutor: 9 more" in page
        for said, more in (
            ("Primary Teacher: 8 more", 8),
            ("Special Education Teacher: 7 more", 7),
            ("Kindergarten Teacher: 6 more", 6),
        ):
            assert jobs_that_fit(portal.post("/sign-up", **asked, instead=press(page, said)).text) == 1 + more


def test_what_is_left_out_is_let_in_again_by_one_press_alone(kinds: None, portal: ServedPortal) -> None:
    read(portal)
    asked = {**ASKED, "roles_none": "Data Analyst"}
    assert "Let it in again" in portal.post("/preview", **asked).text
    for path in ("/preview", "/preview/gains"):
        gains = portal.post(path, **asked).text.partition('<div class="gains"')[2]
        assert not re.search(r"<button[^>]*>[^<]*Data Analyst", gains)


def test_beside_what_a_sentence_asked_for_it_stands_once_and_follows_what_is_typed(
    kinds: None, portal: ServedPortal
) -> None:
    read(portal)
    page = portal.post("/sign-up", do="read", pasted="Python", currency="EUR").text
    assert page.count("Which of these would you take?") == 1
    assert page.index('id="wished"') < page.index("Which of these would you take?") < page.index('name="address"')
    assert 'formaction="#wished"' in page.partition("Which of these would you take?")[2].partition("</ul>")[0]
    typed = portal.post("/preview", **ASKED, folded="1").text
    assert 'id="kinds" hx-swap-oob="true"' in typed
    assert typed.count("Which of these would you take?") == 1
    assert "hx-swap-oob" not in portal.post("/preview", **ASKED).text


def test_it_is_asked_in_each_language(kinds: None, portal: ServedPortal) -> None:
    read(portal)
    asked = {
        language: portal.client.post(
            "/preview", data=ASKED | {"roles_none": "Nurse"}, headers={"accept-language": language}
        )
        for language in LANGUAGES
    }
    headings = {
        language: tuple(re.findall(r"<h3[^>]*>([^<]*)</h3>", page.text)[:2]) for language, page in asked.items()
    }
    assert len(set(headings.values())) == len(LANGUAGES)
    assert headings["en"] == ("Which of these would you take?", "What you leave out")
