"""At home are the next mail, as it would be now, and those that were sent, as they were sent."""

import re
from datetime import timedelta
from html import unescape

import pytest

from services.notifier.adapters.sql.retention import KEEP_BODIES, forget_bodies
from services.notifier.domain.links import slot_of
from services.notifier.domain.model import Digest, FoundBy, Item
from services.notifier.domain.people import Subscriber
from services.notifier.ports import Receipt
from services.rules.verdict import verdict
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import ServedPortal
from tests.support.serving import DAY, HOUR, LEASE, closings, email_for
from tests.support.signed_in import Browser

DUE = NOW + 2 * HOUR


@pytest.fixture
def browser(portal: ServedPortal, ada: Subscriber) -> Browser:
    return Browser(portal, ada)


def mail(store: NotifierStore, title: str = "Senior engineer", days: int = 0) -> str:
    """Mail everybody who is due a job; gives the slot."""
    job, at = posting("one", title=title), DUE + days * DAY
    cut = store.windows.take_cut(at)
    for due in store.windows.claim_due("test", at, cut, LEASE, 100):
        searches = tuple(window.search for window in due.windows)
        found = (FoundBy(searches[0], verdict(searches[0].criteria, job)),)
        made = Digest(due.recipient, at, searches, (Item(job, found, 1.0),), (), 0, ())
        assert store.digests.commit(made, closings(due, cut, at), email_for(due.recipient.address, at), at)
    store.windows.release("test")
    return slot_of(at)


def next_one(page: str) -> str:
    """What a page says of the next mail: when it comes, and what is in it."""
    return page.partition("<section>")[2].partition("</section>")[0]


def test_while_mails_are_paused_until_a_day_the_day_is_named(browser: Browser) -> None:
    assert browser.post("/home", do="pause-until", until="2026-07-20").status_code == 303
    page = browser.get("/home/mails").text
    assert re.findall(r"\w+ \d+, \d{4}", page) == ["July 20, 2026"]
    assert browser.post("/home", do="pause").status_code == 303
    assert re.findall(r"\w+ \d+, \d{4}", browser.get("/home/mails").text) == []


def test_the_next_mail_is_shown_as_it_would_be_now_and_nothing_is_sent(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    [_, search] = store.searches.all(ada.subscriber_id)
    page = browser.get("/home/mails").text
    assert (next_one(page).count("<p>"), "<summary>" in page) == (2, False)
    assert browser.get("/home/mails/next").status_code == 410
    store.matches.store(0, [arrival(1, posting("two", title="Rust & Python engineer"), (search.key,))], NOW)
    page = browser.get("/home/mails").text
    [subject] = re.findall(r"<summary>(.*?)</summary>", page)
    assert "Rust & Python engineer" in unescape(subject)
    assert "Jul 1, 2026, 8:00" in page
    answer = browser.get("/home/mails/next")
    assert "Rust &amp; Python engineer" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "frame-ancestors 'self'" in policy
    assert store.digests.history() == []
    assert store.searches.all(ada.subscriber_id)[1] == search


def test_the_frame_shows_once_the_mail_that_the_page_named_and_then_the_newest(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    [_, search] = store.searches.all(ada.subscriber_id)
    store.matches.store(0, [arrival(1, posting("two", title="Rust engineer"), (search.key,))], NOW)
    assert "Rust engineer" in browser.get("/home/mails").text
    store.matches.store(0, [arrival(2, posting("three", title="Kotlin engineer"), (search.key,))], NOW)
    shown = [browser.get("/home/mails/next").text for _ in range(2)]
    assert [("Rust engineer" in mail, "Kotlin engineer" in mail) for mail in shown] == [(True, False), (True, True)]


def test_who_has_no_search_that_is_not_paused_is_told_so(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    for search in store.searches.all(ada.subscriber_id):
        store.searches.pause(search.search_id, NOW)
    page = browser.get("/home/mails").text
    assert (next_one(page).count("<p>"), "<summary>" in page) == (1, False)
    assert browser.get("/home/mails/next").status_code == 410


def test_what_was_sent_is_listed_newest_first_and_opened_as_it_was_mailed(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    slots = [mail(store, days=days) for days in range(3)]
    page = browser.get("/home/mails").text
    assert re.findall(r'href="/home/mails/(\d[^"]+)"', page) == slots[::-1]
    assert "Jul 3, 2026, 8:00" in page
    assert "about to be sent" in page
    opened = browser.get(f"/home/mails/{slots[1]}").text
    assert f'<iframe src="/home/mails/{slots[1]}/mail"' in opened
    assert "Python engineer, one" in opened
    [job] = re.findall(r'name="job" value="([^"]+)"', opened)
    assert browser.post("/home/jobs", do="save", job=job).status_code == 303
    assert "<em>This job is saved</em>" in browser.get(f"/home/mails/{slots[1]}").text
    kept = store.digests.due_at(ada.subscriber_id, DUE + DAY)
    assert kept is not None
    assert kept.email is not None
    assert browser.get(f"/home/mails/{slots[1]}/mail").text == kept.email.html


def test_a_mail_that_is_kept_no_more_is_told_by_its_jobs(
    store: NotifierStore, ada: Subscriber, browser: Browser, portal: ServedPortal
) -> None:
    slot = mail(store)
    [claimed] = store.deliveries.claim("test", "folder", DUE, LEASE, 9)
    assert store.deliveries.begin([claimed], DUE, LEASE)
    store.deliveries.accepted([(claimed.delivery_id, claimed.attempt, Receipt("theirs"))], DUE)
    assert " · sent" in browser.get("/home/mails").text
    assert forget_bodies(store.engine, DUE + KEEP_BODIES + timedelta(days=1)) == 1
    page = browser.get(f"/home/mails/{slot}").text
    assert "The mail itself is not kept for as long." in page
    assert "Python engineer, one" in page
    assert "<iframe" not in page
    assert browser.get(f"/home/mails/{slot}/mail").status_code == 410


def test_nobody_sees_the_mails_of_somebody_else(store: NotifierStore, ada: Subscriber, portal: ServedPortal) -> None:
    bob = store.person("bob")
    slot = mail(store)
    theirs = Browser(portal, bob)
    assert slot not in theirs.get("/home/mails").text
    for path in (f"/home/mails/{slot}", f"/home/mails/{slot}/mail", "/home/mails/whatever"):
        assert theirs.get(path).status_code == 410
        assert portal.get(path).headers["location"] == "/sign-in"


def test_beside_the_next_mail_stands_what_fits_and_would_be_left_out(
    store: NotifierStore, ada: Subscriber, browser: Browser, portal: ServedPortal
) -> None:
    [_, search] = store.searches.all(ada.subscriber_id)
    out = posting("out", title="Account executive", roles=("account-executive",), seniority="director")
    store.matches.store(0, [arrival(1, out, (search.key,))], NOW)
    said = next_one(browser.get("/home/mails").text)
    assert "So far nothing was found that is worth a mail." in said
    assert "1 job that fits, and that we doubt you would want" in said
    assert "Account executive" in said
    assert "Is at director level" in said
    _, page = re.findall(r'href="([^"]+)"', said)
    assert page == portal.path("job", ada, out.posting_id), "each leads to where one says more like this, or less"
    assert "More like this" in browser.get(page).text
    store.matches.store(0, [arrival(2, posting("in"), (search.key,))], NOW)
    assert "1 job that fits, and that we doubt you would want" in next_one(browser.get("/home/mails").text)
    assert "1 other job fits, but" in unescape(browser.get("/home/mails/next").text)
