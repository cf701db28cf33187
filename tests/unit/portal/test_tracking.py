"""Jobs at home: saved by a link or a page, with notes and dates, until they close; and what was said, taken back."""

import re
from datetime import timedelta

import pytest

from schemas.posting import Company
from services.notifier.domain.people import Subscriber
from services.usecases import accounts
from services.usecases.installation import Installation
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import ServedPortal, settings_of
from tests.support.signed_in import Browser

JOB = posting("one").posting_id


@pytest.fixture
def browser(portal: ServedPortal, ada: Subscriber) -> Browser:
    return Browser(portal, ada)


def exported(store: NotifierStore, person: Subscriber) -> dict[str, list[dict[str, str]]]:
    return accounts.export(Installation(settings_of(), store.engine), person.subscriber_id)


def test_a_job_is_saved_by_its_link_after_a_press_and_once(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, browser: Browser
) -> None:
    path = portal.path("save", ada, JOB)
    assert "Save this job?" in portal.get(path).text
    assert exported(store, ada)["tracked_jobs"] == []
    for _ in range(2):
        assert "Saved. It is among your jobs" in portal.post(path, do="say").text
    [job] = exported(store, ada)["tracked_jobs"]
    assert (job["posting_id"], job["title"], job["company"]) == (JOB, "Python engineer, one", "Company one")
    assert "Python engineer, one" in browser.get("/home/jobs").text
    assert "<h1>This job is saved</h1>" in portal.get(path).text
    assert ">This job is saved</a>" in portal.get(portal.path("job", ada, JOB)).text
    assert "Undone: it is as it was before." in portal.post(path, do="undo").text
    assert exported(store, ada)["tracked_jobs"] == []


def test_what_one_writes_and_when_one_applied_are_kept(store: NotifierStore, ada: Subscriber, browser: Browser) -> None:
    assert browser.post("/home/jobs", do="save", job=JOB).headers["location"] == "/home/jobs"
    assert browser.post("/home/jobs", do="applied", job=JOB).status_code == 303
    assert "Applied on July 1, 2026" in browser.get("/home/jobs").text
    note = "Ask for Grace.\r\n<b>Three</b> references"
    assert browser.post("/home/jobs", do="note", job=JOB, note=note, applied_on="2026-06-28").status_code == 303
    [job] = exported(store, ada)["tracked_jobs"]
    assert (job["note"], job["applied_on"]) == ("Ask for Grace.\n<b>Three</b> references", "2026-06-28")
    page = browser.get("/home/jobs").text
    assert "Ask for Grace.\n&lt;b&gt;Three" in page
    assert "Applied on June 28, 2026" in page
    for wrong, said in ({"applied_on": "soon"}, "Write the day such as"), ({"note": "x" * 2_001}, "too long: 2000"):
        answer = browser.post("/home/jobs", **{"do": "note", "job": JOB} | wrong)
        assert (answer.status_code, said in answer.text) == (400, True)
    assert exported(store, ada)["tracked_jobs"] == [job]
    assert browser.post("/home/jobs", do="out", job=JOB).status_code == 303
    assert exported(store, ada)["tracked_jobs"] == []
    assert browser.post("/home/jobs", do="applied", job=JOB).status_code == 404


def test_what_one_saves_and_hides_says_more_and_less_of_its_kind(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, browser: Browser
) -> None:
    def said() -> list[tuple[str, bool]]:
        return [(one.kind, bool(one.job and one.job.foreseen)) for one, _ in store.feedback.said(ada.subscriber_id)]

    browser.post("/home/jobs", do="save", job=JOB)
    assert said() == [("more_like", True)]
    page = browser.get("/home/feedback").text
    assert "Saved or applied for on July 1, 2026, counts less each day until September 29, 2026" in page
    browser.post("/home/jobs", do="hide", job=JOB)
    assert said() == [("not_relevant", True)]
    browser.post("/home/jobs", do="show", hidden=posting("one").cluster.key)
    portal.post(portal.path("save", ada, JOB), do="say")
    assert said() == [("more_like", True)]
    browser.post("/home/jobs", do="out", job=JOB)
    assert said() == []


def test_a_saved_job_that_closes_or_is_forgotten_is_said_so(store: NotifierStore, browser: Browser) -> None:
    browser.post("/home/jobs", do="save", job=JOB)
    assert "This job is closed." not in browser.get("/home/jobs").text
    store.matches.store(0, [arrival(1, posting("one", status="closed", revision=2))], NOW)
    assert "This job is closed." in browser.get("/home/jobs").text
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM postings")
    page = browser.get("/home/jobs").text
    assert "Python engineer, one" in page
    assert "it is most likely closed" in page


def test_a_hidden_job_takes_its_note_along_and_is_shown_again(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    browser.post("/home/jobs", do="save", job=JOB)
    browser.post("/home/jobs", do="note", job=JOB, note="Too far")
    assert browser.post("/home/jobs", do="hide", job=JOB).status_code == 303
    kept = exported(store, ada)
    assert kept["tracked_jobs"] == []
    [said] = kept["feedback"]
    assert (said["kind"], said["note"], said["posting_id"]) == ("not_relevant", "Too far", JOB)
    page = browser.get("/home/jobs").text
    assert "Hidden on July 1, 2026" in page
    [hidden, *_] = re.findall(r'name="hidden" value="([^"]+)"', page)
    assert browser.post("/home/jobs", do="note-hidden", hidden=hidden, note="Much too far").status_code == 303
    assert exported(store, ada)["feedback"][0]["note"] == "Much too far"
    assert browser.post("/home/jobs", do="show", hidden=hidden).status_code == 303
    assert exported(store, ada)["feedback"] == []


def test_what_was_said_is_listed_with_what_it_changes_and_taken_back(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, browser: Browser
) -> None:
    [_, search] = store.searches.all(ada.subscriber_id)
    liked, other = posting("liked", title="Data engineer"), posting("other", title="Data engineer, nights")
    store.matches.store(0, [arrival(1, liked), arrival(2, other, (search.key,))], NOW)
    portal.post(portal.path("more", ada, liked.posting_id), do="say")
    page = browser.get("/home/feedback").text
    assert re.search("<li>Data engineer, nights .* up .* Data engineer[.]</li>", page)
    assert re.findall(r"\w+ \d+, \d{4}", page) == ["July 1, 2026", "September 29, 2026"]
    [value] = re.findall(r'name="kind" value="more_like"><input type="hidden" name="value" value="([^"]+)"', page)
    assert browser.post("/home/feedback", do="take-back", kind="more_like", value=value).status_code == 303
    assert store.feedback.said(ada.subscriber_id) == []
    assert "moves up" not in browser.get("/home/feedback").text


def test_what_feedback_leaves_out_of_the_next_mail_is_named(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, browser: Browser
) -> None:
    [_, search] = store.searches.all(ada.subscriber_id)
    wrong, hidden = posting("wrong", title="Data engineer"), posting("hidden", title="Tester")
    # Neither of these would be mailed whatever was said: one that no search found, and one that is closed.
    unfound, closed = posting("unfound", title="Nurse"), posting("closed", title="Welder", status="closed")
    found = (arrival(1 + at, job, (search.key,)) for at, job in enumerate((wrong, hidden, closed)))
    store.matches.store(0, [*found, arrival(4, unfound)], NOW)
    assert "is left out" not in browser.get("/home/feedback").text
    for job in (wrong, unfound, closed):
        portal.post(portal.path("irrelevant", ada, job.posting_id), do="say")
    portal.post(portal.path("hide", ada, hidden.posting_id), do="say")
    page = browser.get("/home/feedback").text
    assert re.search("<li>Data engineer is left out [^<]*</li>", page)
    assert re.search("<li>Tester is left out [^<]* Company hidden[.]</li>", page)
    assert page.count("is left out") == 2
    assert "Nothing at present." not in page
    [value] = [said.value for said, _ in store.feedback.said(ada.subscriber_id) if said.posting_id == wrong.posting_id]
    browser.post("/home/feedback", do="take-back", kind="not_relevant", value=value)
    assert "Data engineer is left out" not in browser.get("/home/feedback").text


def test_companies_are_hidden_by_name_or_link_and_shown_again(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, browser: Browser
) -> None:
    store.matches.store(0, [arrival(1, posting("two", company=Company(name="Nought & Sons")))], NOW)
    portal.post(portal.path("hide", ada, posting("two").posting_id), do="say")
    assert browser.post("/home/feedback", do="hide-company", company="  Dunmore   Optics ").status_code == 303
    page = browser.get("/home/feedback").text
    assert "Nought &amp; Sons" in page
    assert "Dunmore Optics" in page
    hidden = re.findall(r'name="kind" value="hidden_company"><input type="hidden" name="value" value="([^"]+)"', page)
    assert len(hidden) == 2
    for value in hidden:
        assert browser.post("/home/feedback", do="take-back", kind="hidden_company", value=value).status_code == 303
    assert store.feedback.said(ada.subscriber_id) == []
    answer = browser.post("/home/feedback", do="hide-company", company=" ")
    assert (answer.status_code, "Name the company" in answer.text) == (400, True)


def test_jobs_and_words_of_others_are_none_of_theirs_and_nothing_is_done_unasked(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, browser: Browser
) -> None:
    bob = store.person("bob")
    theirs = Browser(portal, bob)
    theirs.post("/home/jobs", do="save", job=JOB)
    assert browser.post("/home/jobs", do="note", job=JOB, note="mine").status_code == 404
    browser.post("/home/jobs", do="out", job=JOB)
    [job] = exported(store, bob)["tracked_jobs"]
    assert job["note"] == ""
    for path in ("/home/jobs", "/home/feedback"):
        assert portal.get(path).headers["location"] == "/sign-in"
        assert portal.post(path, do="save", job=JOB).headers["location"] == "/sign-in"
        assert browser.post(path, do="save", job=JOB, csrf="forged").status_code == 403
        assert browser.post(path, do="whatever").status_code == 400
    accounts.erase(Installation(settings_of(), store.engine), bob.subscriber_id, NOW)
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM tracked_jobs").scalar() == 0


def test_a_note_goes_along_from_saved_to_hidden_and_back(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, browser: Browser
) -> None:
    browser.post("/home/jobs", do="save", job=JOB)
    browser.post("/home/jobs", do="note", job=JOB, note="Ask for Grace", applied_on="")
    browser.post("/home/jobs", do="hide", job=JOB)
    portal.post(portal.path("save", ada, JOB), do="say")
    [job] = exported(store, ada)["tracked_jobs"]
    assert job["note"] == "Ask for Grace"


def test_who_takes_back_that_a_saved_job_is_not_relevant_says_again_what_saving_it_says(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, browser: Browser
) -> None:
    def said() -> list[tuple[str, str]]:
        return [(one.kind, one.job.kind) for one, _ in store.feedback.said(ada.subscriber_id) if one.job]

    browser.post("/home/jobs", do="save", job=JOB)
    [(_, saved_at)] = store.feedback.said(ada.subscriber_id)
    portal.now = NOW + timedelta(days=1)
    path = portal.path("irrelevant", ada, JOB)
    portal.post(path, do="say")
    assert said() == [("not_relevant", "not_relevant")]
    for _ in range(2):
        assert "Undone: it is as it was before." in portal.post(path, do="undo").text
        assert said() == [("more_like", "saved")]
    assert [at for _, at in store.feedback.said(ada.subscriber_id)] == [saved_at]
    browser.post("/home/jobs", do="out", job=JOB)
    assert said() == []
    portal.post(path, do="say")
    portal.post(path, do="undo")
    assert said() == [], "it is saved no more"


def test_the_page_of_a_saved_job_promises_more_like_it_only_while_it_says_so(
    ada: Subscriber, portal: ServedPortal
) -> None:
    path, moves = portal.path("save", ada, JOB), "for 90 days jobs like it move up"
    assert moves in portal.post(path, do="say").text
    portal.post(portal.path("irrelevant", ada, JOB), do="say")
    page = portal.get(path).text
    assert "Saved. It is among your jobs." in page
    assert moves not in page
