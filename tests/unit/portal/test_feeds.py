"""The newest jobs for criteria as Atom and JSON Feed: whole, dated, unchanged where nothing changed, and no flood."""

import re
from datetime import timedelta
from email.utils import format_datetime

import feedparser
import pytest

from services.notifier.domain.people import Subscriber
from tests.support.notifying import NOW, PYTHON, NotifierStore, arrival, posting
from tests.support.portal import ServedPortal
from tests.support.signed_in import Browser
from tests.support.waiting import until

HOUR = timedelta(hours=1)


@pytest.fixture
def jobs(store: NotifierStore) -> None:
    """Beside the one that is there a newer one with hostile words, and a closed one."""
    made = [
        posting("two", title="Python & <b>SQL</b>\x0b ]]> in Porto", fetched_at=NOW),
        posting("three", status="closed", fetched_at=NOW),
    ]
    store.matches.store(0, [arrival(at, job) for at, job in enumerate(made, 1)], NOW)


def read(portal: ServedPortal) -> None:
    until(lambda: portal.get("/feed.json?skills=Python").status_code == 200, "the postings are read")


def test_both_kinds_hold_what_is_open_and_fits_the_newest_first(jobs: None, portal: ServedPortal) -> None:
    read(portal)
    atom, json = portal.get("/feed.atom?skills=Python"), portal.get("/feed.json?skills=Python")
    assert atom.headers["content-type"] == "application/atom+xml"
    assert json.headers["content-type"] == "application/feed+json"
    parsed = feedparser.parse(atom.content)
    assert not parsed.bozo
    assert (parsed.version, parsed.feed.title) == ("atom10", "Python · Harbour Jobs")
    [first, second] = parsed.entries
    assert first.title == "Python & <b>SQL</b> ]]> in Porto · Company two"
    assert (first.link, second.link) == ("https://jobs.example.com/two", "https://jobs.example.com/one")
    assert first.updated == f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    feed = json.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["url"] for item in feed["items"]] == [first.link, second.link]
    assert [item["id"] for item in feed["items"]] == [first.id, second.id]
    assert feedparser.parse(portal.get("/feed.atom?skills=Rust").content).entries == []


@pytest.mark.parametrize("kind", ["atom", "json"])
def test_what_somebody_has_already_is_not_sent_again(jobs: None, portal: ServedPortal, kind: str) -> None:
    read(portal)
    path = f"/feed.{kind}?skills=Python"
    first = portal.get(path)
    tag, changed = first.headers["etag"], first.headers["last-modified"]
    assert changed == format_datetime(NOW, usegmt=True)
    for known in ({"If-None-Match": f'"x", W/{tag}'}, {"If-Modified-Since": changed}):
        again = portal.get(path, **known)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    earlier = format_datetime(NOW - HOUR, usegmt=True)
    for other in ({"If-None-Match": '"x"', "If-Modified-Since": changed}, {"If-Modified-Since": earlier}):
        assert portal.get(path, **other).status_code == 200
    for no_time in ("yesterday", "Mon, 01 Jan 2024 00:00:00 +99999999999999999999"):
        assert portal.get(path, **{"If-Modified-Since": no_time}).status_code == 200


def test_scripts_of_other_pages_may_read_it_and_caches_keep_it(portal: ServedPortal) -> None:
    read(portal)
    headers = portal.get("/feed.json?skills=Python").headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["cache-control"] == "public, max-age=300"


def test_what_is_unknown_or_asks_for_nothing_is_refused(portal: ServedPortal) -> None:
    read(portal)
    for query in ("", "?skill=Python", "?skills=", "?skills=pyhton", "?skills=Python&amount=much"):
        assert portal.get(f"/feed.atom{query}").status_code == 400
    assert "Did you mean Python" in portal.get("/feed.atom?skills=pyhton").text
    assert portal.get("/feed.rss?skills=Python").status_code == 404


def test_the_preview_leads_to_the_feed_of_what_is_typed(portal: ServedPortal) -> None:
    read(portal)
    form = {"skills": "Python", "places": "", "currency": "GBP", "amount": "", "time_zone": "Europe/Berlin"}
    page = portal.post("/preview", **form).text
    [path] = re.findall(r'href="(/feed\.atom\?[^"]+)"', page)
    assert "time_zone" not in path
    assert [entry.link for entry in feedparser.parse(portal.get(path.replace("&amp;", "&")).content).entries] == [
        "https://jobs.example.com/one"
    ]


def test_one_network_is_not_answered_without_end(portal: ServedPortal) -> None:
    read(portal)
    assert {portal.get("/feed.json?skills=Python").status_code for _ in range(70)} == {200, 429}


def test_feeds_of_many_people_are_answered_to_one_network_each_within_its_own_bound(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    read(portal)
    first, second = store.search(ada, name="first"), store.search(ada, name="second")
    for search in (first, second):
        store.searches.give_feed(search.search_id, f"key-of-{search.name}")
    assert {portal.get("/f/unknown.json").status_code for _ in range(70)} == {404, 429}
    assert {portal.get("/f/key-of-first.json").status_code for _ in range(70)} == {200, 429}
    assert portal.get("/f/key-of-second.atom").status_code == 200


def test_a_reader_leads_to_where_one_signs_up_for_the_same(jobs: None, portal: ServedPortal) -> None:
    read(portal)
    atom, json = (portal.get(f"/feed.{kind}?skills=Python") for kind in ("atom", "json"))
    assert feedparser.parse(atom.content).feed.link == json.json()["home_page_url"]
    page = portal.get(json.json()["home_page_url"])
    assert (page.status_code, 'value="Python"' in page.text) == (200, True)


def test_a_search_has_a_feed_at_a_secret_address_until_it_is_taken_back(
    store: NotifierStore, jobs: None, ada: Subscriber, portal: ServedPortal
) -> None:
    read(portal)
    browser = Browser(portal, ada)
    [search] = [search for search in store.searches.all(ada.subscriber_id) if search.criteria == PYTHON]
    assert browser.post("/home", do="make-feed", search=search.search_id).status_code == 303

    def paths() -> list[str]:
        return re.findall(r'href="(/f/[^"]+)"', browser.get("/home").text)

    [atom, json] = paths()
    parsed, answer = feedparser.parse(portal.get(atom).content), portal.get(json)
    assert parsed.feed.title == f"{search.name} · Harbour Jobs"
    assert [entry.link for entry in parsed.entries] == ["https://jobs.example.com/two", "https://jobs.example.com/one"]
    assert answer.headers["cache-control"] == "private, max-age=300"
    assert "access-control-allow-origin" not in answer.headers
    assert portal.get(json, **{"If-None-Match": answer.headers["etag"]}).status_code == 304
    browser.post("/home", do="make-feed", search=search.search_id)
    assert (portal.get(atom).status_code, portal.get(paths()[0]).status_code) == (404, 200)
    last = paths()[0]
    browser.post("/home", do="end-feed", search=search.search_id)
    assert (paths(), portal.get(last).status_code) == ([], 404)
    assert portal.get("/f/%00.atom").status_code == 404


def test_it_shows_what_a_mail_would_and_nothing_of_a_hidden_company(
    store: NotifierStore, jobs: None, ada: Subscriber, portal: ServedPortal
) -> None:
    read(portal)
    [search] = [search for search in store.searches.all(ada.subscriber_id) if search.criteria == PYTHON]
    store.searches.give_feed(search.search_id, "a-key")
    portal.post(portal.path("hide", ada, posting("two").posting_id), do="say")
    assert [item["url"] for item in portal.get("/f/a-key.json").json()["items"]] == ["https://jobs.example.com/one"]


def test_nobody_makes_a_feed_of_a_search_that_is_not_theirs(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    other = store.search(store.person("bob"))
    assert Browser(portal, ada).post("/home", do="make-feed", search=other.search_id).status_code == 404
    assert store.searches.get(other.search_id).feed_key is None
