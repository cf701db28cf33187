"""Leaving by a link in a mail: nothing by looking, all at once by one click, and never for somebody else."""

import pytest

from services.notifier.domain.links import Purpose, slot_of
from services.notifier.domain.people import Subscriber
from services.runtime.errors import UsageError
from services.usecases.accounts import RETENTION
from tests.support.consenting import declared, paused
from tests.support.notifying import NOW, NotifierStore
from tests.support.portal import ServedPortal
from tests.support.serving import HOUR, LATE, LEASE, due, serve

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def status(store: NotifierStore, person: Subscriber) -> str:
    return store.subscribers.find(person.subscriber_id).status


def test_a_look_changes_nothing_and_shows_a_button(store: NotifierStore, ada: Subscriber, portal: ServedPortal) -> None:
    page = portal.get(portal.path("unsubscribe", ada))
    assert (page.status_code, status(store, ada)) == (200, "active")
    assert "Stop all job alerts" in page.text
    assert portal.client.head(portal.path("unsubscribe", ada)).status_code in (200, 405)
    assert status(store, ada) == "active"


def test_one_click_of_a_mail_program_needs_no_cookie_and_no_second_step(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    answer = portal.post(portal.path("unsubscribe", ada), **ONE_CLICK)
    assert (answer.status_code, status(store, ada)) == (200, "unsubscribed")
    assert "set-cookie" not in answer.headers
    assert "You are unsubscribed" in answer.text
    assert [(c.kind, c.origin) for c in store.subscribers.consents(ada.subscriber_id)] == [
        ("given", "operator"),
        ("withdrawn", "one-click"),
    ]


def test_who_has_left_is_told_what_is_kept_for_how_long_and_how_to_come_back(
    ada: Subscriber, portal: ServedPortal
) -> None:
    page = portal.post(portal.path("unsubscribe", ada), do="leave").text
    assert f"kept until you erase them, your mails for {RETENTION['mails']} days." in page
    assert "To come back at any time, follow this link once more, or sign in." in page


def test_one_click_may_come_as_multipart(store: NotifierStore, ada: Subscriber, portal: ServedPortal) -> None:
    fields = [("List-Unsubscribe", (None, "One-Click"))]
    assert portal.client.post(portal.path("unsubscribe", ada), files=fields).status_code == 200
    assert status(store, ada) == "unsubscribed"


def test_said_twice_it_is_kept_once(store: NotifierStore, ada: Subscriber, portal: ServedPortal) -> None:
    for _ in range(2):
        assert portal.post(portal.path("unsubscribe", ada), **ONE_CLICK).status_code == 200
    assert len(store.subscribers.consents(ada.subscriber_id)) == 2


def test_the_button_leaves_with_the_words_that_stood_on_it(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    portal.post(portal.path("unsubscribe", ada), do="leave")
    [_, left] = store.subscribers.consents(ada.subscriber_id)
    assert (left.origin, left.wording, left.at) == ("page", "Stop all job alerts", NOW)


def test_nothing_more_is_built_or_begun_after_the_answer(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    keys = [search.key for search in store.searches.all(ada.subscriber_id)]
    serve(store, NOW + 3 * HOUR, "one", keys=keys)
    [claimed] = store.deliveries.claim("worker", "folder", LATE, LEASE, 9)
    portal.post(portal.path("unsubscribe", ada), **ONE_CLICK)
    assert not store.deliveries.begin([claimed], LATE, LEASE)
    assert store.deliveries.states() == {"cancelled": 1}
    assert due(store, NOW + 48 * HOUR) == []


def test_whoever_unsubscribed_is_not_resumed_by_somebody_else(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    portal.post(portal.path("unsubscribe", ada), **ONE_CLICK)
    for act, how in ((store.subscribers.resume, declared(NOW, "resumed")), (store.subscribers.pause, paused(NOW))):
        with pytest.raises(UsageError, match="only they themselves"):
            act(ada.subscriber_id, how)


def test_a_pause_instead_and_a_change_of_mind_are_kept_too(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    path = portal.path("unsubscribe", ada)
    portal.post(path, **ONE_CLICK)
    portal.post(path, do="pause")
    assert status(store, ada) == "paused"
    assert "Your mails are paused" in portal.get(path).text
    portal.post(path, do="go-on")
    assert status(store, ada) == "active"
    portal.post(portal.path("manage", ada, slot_of(NOW)), do="pause")
    assert [(c.kind, c.origin, c.wording) for c in store.subscribers.consents(ada.subscriber_id)[1:]] == [
        ("withdrawn", "one-click", ""),
        ("paused", "page", "Only pause"),
        ("resumed", "page", "Mail me again"),
        ("paused", "page", "Pause all mails"),
    ]


@pytest.mark.parametrize("link", ["unsubscribe", "manage"])
@pytest.mark.parametrize(("left", "back"), [("leave", "again"), ("pause", "go-on")])
def test_who_comes_back_is_told_that_mails_come_again(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, link: Purpose, left: str, back: str
) -> None:
    gone = portal.post(portal.path("unsubscribe", ada), do=left).text
    assert "your mails come again" not in gone
    path = portal.path(link, ada, slot_of(NOW) if link == "manage" else "")
    page = portal.post(path, do=back)
    assert '<p class="done" role="status" tabindex="-1" autofocus>Done: your mails come again.</p>' in page.text
    assert status(store, ada) == "active"
    assert "your mails come again" not in portal.get(path).text


def test_why_they_leave_is_kept_with_it(store: NotifierStore, ada: Subscriber, portal: ServedPortal) -> None:
    path = portal.path("unsubscribe", ada)
    portal.post(path, **ONE_CLICK)
    assert portal.post(path, do="why", why="too_many").status_code == 200
    assert portal.post(path, do="why", why="a poem").status_code == 400
    assert store.subscribers.consents(ada.subscriber_id)[-1].why == "too_many"
    assert store.subscribers.export(ada.subscriber_id)["consents"][-1]["why"] == "too_many"


def test_one_search_is_left_and_the_others_go_on(store: NotifierStore, ada: Subscriber, portal: ServedPortal) -> None:
    go, python = store.searches.all(ada.subscriber_id)
    portal.post(portal.path("unsubscribe", ada), do="pause-search", search=go.search_id)
    assert [store.searches.get(search.search_id).paused for search in (go, python)] == [True, False]
    assert status(store, ada) == "active"


def test_nobody_reaches_the_searches_of_somebody_else(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    bob = store.person("bob")
    [search, _] = store.searches.all(ada.subscriber_id)
    answer = portal.post(portal.path("unsubscribe", bob), do="pause-search", search=search.search_id)
    assert answer.status_code == 404
    assert not store.searches.get(search.search_id).paused


def test_the_page_speaks_the_language_of_the_subscriber(store: NotifierStore, portal: ServedPortal) -> None:
    eva = store.person("eva", locale="de_AT")
    page = portal.get(portal.path("unsubscribe", eva), **{"Accept-Language": "es"})
    assert 'lang="de-AT"' in page.text
    assert "Alle Mails abbestellen" in page.text


@pytest.mark.parametrize(
    ("locale", "said"), [("de", "Du bist abgemeldet"), ("es", "Te has dado de baja"), ("en", "You are unsubscribed")]
)
def test_one_click_is_answered_in_the_language_of_the_subscriber(
    store: NotifierStore, portal: ServedPortal, locale: str, said: str
) -> None:
    eva = store.person("eva", locale=locale)
    for _ in range(2):
        # As a provider's server posts it, whose language says nothing.
        headers = {"Accept-Language": "fr"}
        answer = portal.client.post(portal.path("unsubscribe", eva), data=ONE_CLICK, headers=headers)
        assert (answer.status_code, f'lang="{locale}"' in answer.text, said in answer.text) == (200, True, True)


def test_somebody_erased_is_told_kindly_and_a_forged_token_is_not_found(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    path = portal.path("unsubscribe", ada)
    store.subscribers.erase(ada.subscriber_id, NOW)
    assert portal.post(path, **ONE_CLICK).status_code == 200
    gone = portal.get(path)
    assert (gone.status_code, "We send you nothing" in gone.text) == (410, True)
    forged = path[:-1] + ("a" if path[-1] != "a" else "b")
    for answer in (portal.get(forged), portal.post(forged, **ONE_CLICK), portal.get("/u/x"), portal.get("/nowhere")):
        assert answer.status_code == 404


def test_after_an_erasure_and_a_new_sign_up_no_old_link_acts(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    path = portal.path("unsubscribe", ada)
    store.subscribers.erase(ada.subscriber_id, NOW)
    again = store.person(now=NOW + HOUR)
    portal.post(path, **ONE_CLICK)
    assert status(store, again) == "active"


def test_a_form_without_sense_changes_nothing(store: NotifierStore, ada: Subscriber, portal: ServedPortal) -> None:
    path = portal.path("unsubscribe", ada)
    assert portal.post(path, do="dance").status_code == 400
    assert portal.client.post(path, content=b"").status_code == 400
    assert portal.client.post(path, content=b"x" * 20_000, headers={"content-type": "text/plain"}).status_code == 413
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert portal.client.post(path, content=b"--y", headers=broken).status_code == 400
    assert status(store, ada) == "active"


def test_who_said_why_is_thanked(store: NotifierStore, ada: Subscriber, portal: ServedPortal) -> None:
    path = portal.path("unsubscribe", ada)
    assert "Why do you leave?" in portal.post(path, do="leave").text
    page = portal.post(path, do="why", why="found").text
    assert ("Thank you for telling us why." in page, "Why do you leave?" in page) == (True, False)


def test_one_page_has_each_way_to_stop_and_less_than_all_is_done_by_it_too(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    link = portal.path("unsubscribe", ada)
    [search, *_] = store.searches.all(ada.subscriber_id)
    portal.post(link, do="weekly-search", search=search.search_id)
    assert store.searches.get(search.search_id).timing.cadence == "weekly"
    assert portal.post(link, do="pause-until", until="2020-01-01").status_code == 400
    assert status(store, ada) == "active"
    page = portal.post(link, do="pause-until", until="2026-08-01")
    assert (page.status_code, status(store, ada)) == (200, "paused")
    assert "August 1" in page.text
