"""What the other links in a mail do: feedback that can be undone, jobs, what had no room, searches; and their keys."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.domain.links import MANAGE_FOR, Purpose, links_for, slot_of
from services.notifier.domain.model import Digest, DueSearch, FoundBy, Item, Recipient, Sender, WaitingJob
from services.notifier.domain.people import Subscriber
from services.rules.signature import signature_of
from services.rules.verdict import verdict
from tests.support.notifying import NOW, PYTHON, SECRET, NotifierStore, arrival, posting
from tests.support.placed_digest import in_town
from tests.support.portal import ServedPortal, served_portal
from tests.support.serving import HOUR, LEASE, closings, email_for
from tests.support.waiting import until

FEEDBACK: tuple[Purpose, ...] = ("irrelevant", "more", "hide")
FORMER = b"the secret of last year, long enough"


@pytest.mark.parametrize("purpose", FEEDBACK)
def test_feedback_is_asked_for_kept_once_and_undone(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, purpose: Purpose
) -> None:
    path = portal.path(purpose, ada, posting("one").posting_id)
    asked = portal.get(path)
    assert (asked.status_code, store.feedback.said(ada.subscriber_id)) == (200, [])
    assert "Python engineer, one" in asked.text
    for _ in range(2):
        assert 'value="undo"' in portal.post(path, do="say").text
    assert len(store.feedback.said(ada.subscriber_id)) == 1
    for _ in range(2):
        assert 'value="undo"' not in portal.post(path, do="undo").text
    assert store.feedback.said(ada.subscriber_id) == []


def test_feedback_on_a_job_that_is_forgotten_says_so(ada: Subscriber, portal: ServedPortal) -> None:
    answer = portal.get(portal.path("irrelevant", ada, "long-gone"))
    assert (answer.status_code, "too old" in answer.text) == (410, True)


def test_a_job_is_shown_with_why_it_is_there_and_whether_it_is_open(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    path = portal.path("job", ada, posting("one").posting_id)
    page = portal.get(path).text
    assert "Asks for Python" in page
    assert "https://jobs.example.com/one" in page
    assert "This job is closed" not in page
    later = posting("one", status="closed", fetched_at=NOW + HOUR)
    store.matches.store(0, [arrival(1, later)], NOW + HOUR)
    closed = portal.get(path).text
    assert "This job is closed" in closed
    assert "https://jobs.example.com/one" not in closed


def test_what_a_stranger_wrote_is_shown_and_never_run(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    evil = posting("evil", title="<script>alert(1)</script>", url="javascript:alert(1)")
    store.matches.store(0, [arrival(1, evil)], NOW)
    page = portal.get(portal.path("job", ada, evil.posting_id)).text
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "javascript:" not in page


def test_what_had_no_room_is_listed_best_first_and_leads_to_each_job(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    more = [posting("two"), posting("three")]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(more, 1)], NOW)
    now = NOW + 3 * HOUR
    cut = store.windows.take_cut(now)
    [due] = store.windows.claim_due("test", now, cut, LEASE, 9)
    searches = tuple(window.search for window in due.windows)
    made = Digest(due.recipient, now, searches, (Item(posting("one"), (), 1.0),), (), 2, ())
    made = replace(made, rest=tuple(WaitingJob(job, searches[:1], 0.5) for job in more))
    assert store.digests.commit(made, closings(due, cut, now), email_for("ada@example.com", now), now)
    page = portal.get(portal.path("rest", ada, slot_of(now))).text
    assert 0 < page.index("Python engineer, two") < page.index("Python engineer, three")
    assert portal.path("job", ada, more[0].posting_id) in page
    assert portal.get(portal.path("rest", ada, slot_of(now + HOUR))).status_code == 410


@pytest.mark.parametrize("purpose", ["job", "save", "irrelevant", "more"])
def test_a_press_on_a_card_of_several_places_leads_on_to_the_other_places(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, purpose: Purpose
) -> None:
    berlin, munich, alone = (
        in_town(label, title="Data Engineer", company=company)
        for label, company in (("Berlin, DE", "Tidewater"), ("Munich, DE", "Tidewater"), ("Köln, DE", "Quillfeather"))
    )
    text = "Answer the telephone of the board and keep its calendar."
    another = berlin.model_copy(
        update={
            "posting_id": "another",
            "description_text": text,
            "cluster": berlin.cluster.model_copy(update={"signature": signature_of(text)}),
        }
    )
    jobs = [berlin, munich, alone, another]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(jobs, 1)], NOW)
    now = NOW + 3 * HOUR
    cut = store.windows.take_cut(now)
    [due] = store.windows.claim_due("test", now, cut, LEASE, 9)
    items = tuple(Item(job, (), 1.0, beside=job is munich) for job in jobs)
    made = Digest(due.recipient, now, tuple(window.search for window in due.windows), items, (), 0, ())
    assert store.digests.commit(made, closings(due, cut, now), email_for("ada@example.com", now), now)
    page = portal.get(portal.path(purpose, ada, berlin.posting_id)).text
    assert re.findall(r'<li><a href="([^"]*)">([^<]*)</a></li>', page) == [
        (portal.path(purpose, ada, munich.posting_id), "On site, Munich, Germany")
    ]
    assert "in other places" not in portal.get(portal.path(purpose, ada, alone.posting_id)).text


def test_searches_are_paused_and_let_go_on(store: NotifierStore, ada: Subscriber, portal: ServedPortal) -> None:
    path = portal.path("manage", ada, slot_of(NOW))
    [search, _] = store.searches.all(ada.subscriber_id)
    page = portal.get(path).text
    assert "Go work" in page
    assert f'href="/home/search/{search.search_id}">Change it<' in page
    portal.post(path, do="pause-search", search=search.search_id)
    assert store.searches.get(search.search_id).paused
    portal.post(path, do="resume-search", search=search.search_id)
    assert not store.searches.get(search.search_id).paused
    portal.post(path, do="pause")
    assert store.subscribers.find(ada.subscriber_id).status == "paused"
    portal.post(path, do="go-on")
    assert store.subscribers.find(ada.subscriber_id).status == "active"


def test_what_would_bring_more_is_told_where_a_mail_says_so(store: NotifierStore, portal: ServedPortal) -> None:
    bob = store.person("bob")
    search = store.search(bob, criteria=PYTHON.model_copy(update={"text": "zeppelin"}))
    path = portal.path("manage", bob, slot_of(NOW))
    until(lambda: "still being read" not in portal.get(f"{path}?more=1").text, "the postings are read")
    plain, page = portal.get(path).text, portal.get(f"{path}?more=1").text
    assert "What would find more" not in plain
    assert "No job of these days fits this, whatever else you ask for: “zeppelin”." in page
    assert re.search(r"<h3>What would find more</h3>.*?>Without[^<]+would be mailed, 1 more fits<", page, re.S)
    store.searches.pause(search.search_id, NOW)
    assert "What would find more" not in portal.get(f"{path}?more=1").text


def test_a_manage_link_expires_and_an_unsubscribe_link_does_not(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    path = portal.path("manage", ada, slot_of(NOW))
    portal.now = NOW + MANAGE_FOR
    assert portal.get(path).status_code == 200
    portal.now += timedelta(minutes=1)
    assert (portal.get(path).status_code, portal.post(path, do="pause").status_code) == (410, 410)
    assert store.subscribers.find(ada.subscriber_id).status == "active"
    portal.now += timedelta(days=3_650)
    assert portal.get(portal.path("unsubscribe", ada)).status_code == 200


@pytest.fixture
def rotated(store: NotifierStore) -> Iterator[ServedPortal]:
    until = NOW + timedelta(days=30)
    mail = {
        "link_secret": "the secret of this year, long enough",
        "former_link_secrets": [{"secret": FORMER.decode(), "until": until}, {"until": until}],
    }
    with served_portal(store, **mail) as made:
        yield made


def test_links_of_former_secrets_act_until_their_date(ada: Subscriber, rotated: ServedPortal) -> None:
    paths = [rotated.path("unsubscribe", ada, secret=FORMER), rotated.path("unsubscribe", ada)]
    assert [rotated.get(path).status_code for path in paths] == [200, 200]
    rotated.now += timedelta(days=30)
    assert [rotated.get(path).status_code for path in paths] == [404, 404]


@pytest.mark.parametrize("path", ["/", "/static/base.css", "/u/forged.aaaaaaaaaaaaaaaa", "/nowhere"])
def test_every_answer_carries_what_keeps_a_page_to_itself(portal: ServedPortal, path: str) -> None:
    headers = portal.get(path).headers
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["strict-transport-security"]
    assert headers["x-content-type-options"] == "nosniff"


def test_search_engines_know_of_pages_for_all_alone(ada: Subscriber, portal: ServedPortal) -> None:
    open_to_all = [portal.get(path).headers["x-robots-tag"] for path in ("/sign-up", "/read", "/privacy")]
    assert open_to_all == ["all"] * 3
    for path in (portal.path("unsubscribe", ada), "/home", "/sign-in", "/u/forged.aaaaaaaaaaaaaaaa"):
        assert portal.get(path).headers["x-robots-tag"] == "noindex, nofollow"


def test_a_file_is_kept_and_asked_for_again_without_its_body(portal: ServedPortal) -> None:
    file = portal.get("/static/base.css")
    assert file.headers["cache-control"] == "no-cache"
    again = portal.get("/static/base.css", **{"If-None-Match": file.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert portal.get("/sign-in").headers["cache-control"] == "no-store"


def test_a_path_of_the_public_address_may_be_left_on_by_a_proxy(store: NotifierStore, ada: Subscriber) -> None:
    with served_portal(store, public_url="https://board.example/alerts") as portal:
        path = portal.path("unsubscribe", ada)
        for prefix in ("", "/alerts"):
            page = portal.get(prefix + path)
            assert (page.status_code, "/alerts/static/base.css" in page.text) == (200, True)
            assert portal.get(f"{prefix}/static/base.css").status_code == 200


def test_a_token_never_stands_in_the_log(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, capfd: pytest.CaptureFixture[str]
) -> None:
    path = portal.path("unsubscribe", ada)
    portal.get(path)
    store.engine.dispose()
    portal.get(path)
    said = capfd.readouterr()
    assert path.rpartition("/")[2] not in said.out + said.err


def test_a_click_leads_on_to_what_the_store_has_of_a_job_and_is_a_sign_of_life(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    job = posting("one")
    link = portal.path("open", ada, job.posting_id)
    answer = portal.get(link)
    assert (answer.status_code, answer.headers["location"]) == (303, job.url)
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert store.subscribers.find(ada.subscriber_id).seen_at == NOW
    for forged in (f"{link}?to=https://evil.example", f"{link}/https://evil.example", "/o/https://evil.example"):
        found = portal.get(forged)
        assert "evil.example" not in found.headers.get("location", "")
    assert portal.get(portal.path("open", ada, "gone")).status_code == 410
    store.matches.store(0, [arrival(1, posting("two", url="javascript:alert(1)"))], NOW)
    answer = portal.get(portal.path("open", ada, posting("two").posting_id))
    assert answer.headers["location"].startswith("/j/"), "it leads nowhere out"


@pytest.mark.parametrize("clicks", [False, True])
def test_jobs_are_reached_by_the_portal_only_where_an_operator_says_so_and_leaving_never_is(clicks: bool) -> None:
    found = (FoundBy(DueSearch("s", "Python", "daily", PYTHON), verdict(PYTHON, posting("one"))),)
    item = Item(posting("one"), found, 1.0)
    reader = Recipient("ada", "ada@example.com", "", "UTC", "EUR", "en")
    digest = Digest(reader, NOW, (), (item,), (), 0, ())
    made = links_for(digest, "https://a.example", SECRET, clicks=clicks)
    mail = JinjaRenderer(Sender("Harbour Jobs", "a@harbour.example", "")).render(digest, made)
    assert all((item.posting.url in part) is not clicks for part in (mail.html, mail.text))
    assert bool(made.open) is clicks
    assert all("/o/" in link for link in made.open.values())
    assert "/u/" in made.unsubscribe


def test_what_a_posting_lists_is_a_list(store: NotifierStore, ada: Subscriber, portal: ServedPortal) -> None:
    text = "You will:\n• write Python\n• sail\n\nWrite to us."
    store.matches.store(0, [arrival(9, posting("listing", description_text=text))], NOW)
    page = portal.get(portal.path("job", ada, posting("listing").posting_id)).text
    assert "<ul><li>write Python</li><li>sail</li></ul>" in page
    assert "•" not in page
    assert re.findall(r'<p class="posting">([^<]*)</p>', page) == ["You will:", "Write to us."]
    assert 'href="/home"' in page
