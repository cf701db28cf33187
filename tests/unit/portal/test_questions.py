"""At home somebody is asked whether they would take a few jobs; their answers count like those of mails."""

import html
import re
from collections.abc import Iterator

import pytest

from schemas.posting import Company
from services.notifier.domain.people import Subscriber
from services.usecases import accounts
from services.usecases.installation import Installation
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import ServedPortal, served_portal, settings_of
from tests.support.signed_in import Browser
from tests.support.waiting import until

TITLES = ("Python engineer, billing", "Python trainer", "Python developer, nights", "Python analyst", "Python tester")


@pytest.fixture
def portal(store: NotifierStore) -> Iterator[ServedPortal]:
    jobs = [
        posting(f"job{at}{place}", title=title, company=Company(name=f"Company {at}"), seniority="manager")
        for at, title in enumerate(TITLES)
        for place in ("", "-elsewhere")
    ]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 1)], NOW)
    with served_portal(store) as made:
        until(lambda: "still being read" not in made.post("/preview", skills="Python").text, "the postings are read")
        yield made


@pytest.fixture
def browser(portal: ServedPortal, ada: Subscriber) -> Browser:
    return Browser(portal, ada)


def asked(page: str) -> dict[str, str]:
    """Titles by the ids of the postings that a page asks about."""
    titles = re.findall(r"<fieldset><legend>(?:<a [^>]*>)?([^<]+)<", page)
    return dict(zip(re.findall(r'name="job\d" value="([^"]+)"', page), map(html.unescape, titles), strict=True))


def exported(store: NotifierStore, person: Subscriber) -> list[dict[str, str]]:
    said: list[dict[str, str]] = accounts.export(Installation(settings_of(), store.engine), person.subscriber_id)[
        "feedback"
    ]
    return said


@pytest.mark.parametrize("page", ["/home/answers", "/home/welcome"])
def test_unsure_jobs_are_asked_about_each_with_a_yes_and_a_no(browser: Browser, page: str) -> None:
    text = browser.get(page).text
    found = asked(text)
    assert 1 < len(found) <= 6
    assert set(found.values()) <= {*TITLES, "Python engineer, one"}
    assert text.count('type="radio"') == 2 * len(found)


def test_answers_are_kept_as_sayings_and_what_was_answered_is_not_asked_again(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    before = asked(browser.get("/home/answers").text)
    first, second, *_ = before
    sent = {"job1": first, "answer1": "yes", "job2": second, "answer2": "no", "job3": "gone", "answer3": "no"}
    assert browser.post("/home/answers", **sent).headers["location"] == "/home/answers"
    said = {entry["posting_id"]: entry["kind"] for entry in exported(store, ada)}
    assert said == {first: "more_like", second: "not_relevant"}
    page = browser.get("/home/answers").text
    assert asked(page).keys().isdisjoint((first, second))
    assert before[first] in browser.get("/home/feedback").text


def test_a_job_that_was_answered_is_not_asked_about_in_another_place(browser: Browser) -> None:
    found = asked(browser.get("/home/answers").text)
    for job in (job for job, title in found.items() if title in TITLES):
        browser.post("/home/answers", job1=job, answer1="yes" if found[job] == TITLES[0] else "no")
        assert found[job] not in asked(browser.get("/home/answers").text).values()


def test_what_answers_change_is_counted_and_taking_them_back_changes_it_back(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    found = asked(browser.get("/home/answers").text)
    *others, _ = found
    for job in others:
        browser.post("/home/answers", job1=job, answer1="no")
    counted = re.search(r"last 30 days: (\d+) fewer, (\d+) more", browser.get("/home/answers").text)
    assert counted, found
    assert (int(counted[1]) >= 1, counted[2]) == (True, "0")
    for entry in exported(store, ada):
        browser.post("/home/feedback", do="take-back", kind=entry["kind"], value=entry["value"])
    assert "fewer," not in browser.get("/home/answers").text


def test_what_is_no_answer_keeps_nothing(store: NotifierStore, ada: Subscriber, browser: Browser) -> None:
    first = next(iter(asked(browser.get("/home/answers").text)))
    assert browser.post("/home/answers", job1=first, answer1="perhaps").status_code == 303
    assert browser.post("/home/answers").status_code == 303
    assert exported(store, ada) == []


def test_noted_is_said_of_what_was_kept_alone(browser: Browser) -> None:
    first = next(iter(asked(browser.get("/home/answers").text)))
    for job, noted in (("gone", False), (first, True)):
        [done, *_] = browser.post("/home/answers", job1=job, answer1="no").headers["set-cookie"].split(";")
        assert ("Noted: your answers count from now on." in browser.get("/home/answers", done).text) == noted


def test_there_is_nothing_to_ask_where_nobody_searches(store: NotifierStore, ada: Subscriber, browser: Browser) -> None:
    for search in store.searches.all(ada.subscriber_id):
        store.searches.delete(search.search_id, NOW)
    assert "There is nothing to ask at present" in browser.get("/home/answers").text
    assert 'type="radio"' not in browser.get("/home/welcome").text
