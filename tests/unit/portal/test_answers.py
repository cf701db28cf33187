"""Whether somebody wants mails: a button says so, a look does not; what is a sign of life, and what is none."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from schemas.sql.tables import subscribers
from services.notifier.domain.consent import Consent
from services.notifier.domain.links import Purpose, slot_of
from services.notifier.domain.people import Status, Subscriber, profile_of
from services.runtime.sql.store import writing
from tests.support.consenting import declared
from tests.support.notifying import NOW, NotifierStore, posting
from tests.support.portal import ServedPortal

SLOT = slot_of(NOW)


def asked(store: NotifierStore, person: Subscriber, status: Status = "active") -> None:
    with writing(store.engine) as connection:
        own = update(subscribers).where(subscribers.c.subscriber_id == person.subscriber_id)
        connection.execute(own.values(status=status, asked_at=NOW))


@pytest.mark.parametrize("locale", ["en", "de", "es"])
@pytest.mark.parametrize(
    ("status", "button"),
    [
        ("unconfirmed", {"en": "send me job alerts", "de": "schickt mir Stellenmails", "es": "quiero recibir alertas"}),
        ("active", {"en": "keep them coming", "de": "schickt sie weiter", "es": "seguir recibiéndolas"}),
        ("paused", {"en": "Mail me again", "de": "Schickt mir wieder", "es": "Volver a recibir"}),
        ("unsubscribed", {"en": "Mail me again", "de": "Schickt mir wieder", "es": "Volver a recibir"}),
    ],
)
def test_a_button_answers_in_the_readers_language_and_its_words_are_kept(
    store: NotifierStore, portal: ServedPortal, status: Status, button: dict[str, str], locale: str
) -> None:
    ada = store.person(locale=locale)
    asked(store, ada, status)
    link = portal.path("answer", ada, SLOT)
    for _ in range(2):
        page = portal.get(link)
        assert (page.status_code, button[locale] in page.text) == (200, True)
    assert len(store.subscribers.consents(ada.subscriber_id)) == 1, "a scanner of mail looked"
    assert button[locale] not in portal.post(link, do="yes").text
    found = store.subscribers.find(ada.subscriber_id)
    assert (found.status, found.asked_at) == ("active", None)
    [_, kept] = store.subscribers.consents(ada.subscriber_id)
    assert (kept.kind, kept.origin, button[locale] in kept.wording) == ("given", "page", True)
    assert portal.post(link, do="yes").status_code == 200
    assert len(store.subscribers.consents(ada.subscriber_id)) == 2, "said again it changes nothing"


def test_a_form_that_says_something_else_answers_nothing(store: NotifierStore, portal: ServedPortal) -> None:
    ada = store.person()
    asked(store, ada, "unconfirmed")
    link = portal.path("answer", ada, SLOT)
    assert {portal.post(link, do=do).status_code for do in ("", "no")} == {400}
    assert portal.post(portal.path("manage", ada, SLOT).replace("/m/", "/y/"), do="yes").status_code == 404
    assert portal.post(portal.path("unsubscribe", ada), do="go-on").status_code == 400
    assert store.subscribers.find(ada.subscriber_id).status == "unconfirmed"


def test_who_has_not_confirmed_and_leaves_is_unsubscribed(store: NotifierStore, portal: ServedPortal) -> None:
    ada = store.person()
    asked(store, ada, "unconfirmed")
    assert portal.post(portal.path("unsubscribe", ada), **{"List-Unsubscribe": "One-Click"}).status_code == 200
    assert store.subscribers.find(ada.subscriber_id).status == "unsubscribed"
    assert store.subscribers.consents(ada.subscriber_id)[-1].origin == "one-click"


@pytest.mark.parametrize(
    ("purpose", "about", "counts"),
    [
        ("manage", SLOT, True),
        ("rest", SLOT, True),
        ("job", posting("one").posting_id, True),
        ("irrelevant", posting("one").posting_id, True),
        ("unsubscribe", "", False),
        ("answer", SLOT, False),
    ],
)
def test_to_follow_a_link_is_a_sign_of_life_but_not_one_that_scanners_find_in_a_question(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, purpose: Purpose, about: str, counts: bool
) -> None:
    asked(store, ada)
    link = portal.path(purpose, ada, about)
    portal.client.head(link)
    assert store.subscribers.find(ada.subscriber_id).seen_at is None, "nobody read it"
    portal.get(link)
    found = store.subscribers.find(ada.subscriber_id)
    assert (found.seen_at == NOW, found.asked_at is None) == (counts, counts)
    portal.now += timedelta(hours=5)
    portal.get(link)
    assert store.subscribers.find(ada.subscriber_id).seen_at == (NOW if counts else None), "kept to the day"
    portal.now += timedelta(days=1)
    portal.get(link)
    assert store.subscribers.find(ada.subscriber_id).seen_at == (portal.now if counts else None)


def test_a_forged_link_is_no_sign_of_life(store: NotifierStore, ada: Subscriber, portal: ServedPortal) -> None:
    assert portal.get(portal.path("manage", ada, SLOT, secret=b"another secret, of others")).status_code == 404
    assert store.subscribers.find(ada.subscriber_id).seen_at is None


def test_a_visit_of_who_has_not_confirmed_confirms_nothing(store: NotifierStore, portal: ServedPortal) -> None:
    ada = store.person()
    asked(store, ada, "unconfirmed")
    page = portal.get(portal.path("manage", ada, SLOT))
    assert "have not confirmed yet" in page.text
    found = store.subscribers.find(ada.subscriber_id)
    assert (found.status, found.asked_at) == ("unconfirmed", NOW)
    portal.post(portal.path("manage", ada, SLOT), do="again")
    [button] = re.findall(r'name="do" value="again"><button[^>]*>([^<]+)</button>', page.text)
    assert store.subscribers.consents(ada.subscriber_id)[-1].wording == button
    assert store.subscribers.find(ada.subscriber_id).status == "active"


def test_after_an_erasure_and_a_new_sign_up_an_old_question_answers_nothing(
    store: NotifierStore, portal: ServedPortal
) -> None:
    ada = store.person()
    link = portal.path("answer", ada, SLOT)
    store.subscribers.erase(ada.subscriber_id, NOW)
    again = store.subscribers.add(
        profile_of({"address": ada.profile.address}), NOW + timedelta(seconds=1), declared(NOW + timedelta(seconds=1))
    )
    store.subscribers.unsubscribe(again.subscriber_id, Consent("withdrawn", NOW, "page", ""))
    assert portal.post(link, do="yes").status_code == 410
    assert store.subscribers.find(again.subscriber_id).status == "unsubscribed"
