"""The ledger of consents: a row each change, whoever makes it, and what an operator may not undo by himself."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from schemas.sql.tables import consents, subscribers
from services.notifier.adapters.sql.people.consents import count_undeclared
from services.notifier.domain.consent import Consent, ConsentKind
from services.notifier.domain.fields import FieldError
from services.notifier.domain.people import Subscriber
from services.runtime.errors import UsageError
from services.runtime.sql.store import writing
from tests.support.consenting import declared, paused, resumed
from tests.support.notifying import NOW, NotifierStore

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def by_page(kind: ConsentKind, at: int, wording: str = "a button") -> Consent:
    return Consent(kind, NOW + at * HOUR, "page", wording)


def rows(store: NotifierStore, person: Subscriber) -> list[tuple[str, str]]:
    return [(row.kind, row.origin) for row in store.subscribers.consents(person.subscriber_id)]


def status(store: NotifierStore, person: Subscriber) -> str:
    return store.subscribers.find(person.subscriber_id).status


def asked_for(at: timedelta) -> Consent:
    """A resuming of an hour ago or so, as an operator declares that its person asked for it."""
    return replace(declared(NOW + at, "resumed"), given_at=NOW + at)


def test_each_change_is_a_row_with_time_origin_and_words_and_said_again_it_is_none(store: NotifierStore) -> None:
    ada = store.person("ada")
    own_id, people = ada.subscriber_id, store.subscribers
    for _ in range(2):
        people.pause(own_id, by_page("paused", 1, "Pause all mails"))
    for _ in range(2):
        people.resume(own_id, by_page("resumed", 2, "Mail me again"))
    for _ in range(2):
        people.unsubscribe(own_id, Consent("withdrawn", NOW + 3 * HOUR, "one-click", ""))
    for _ in range(2):
        people.pause(own_id, by_page("paused", 4, "Only pause"))
    for _ in range(2):
        people.unsubscribe(own_id, by_page("withdrawn", 5, "Stop all job alerts"))
    for _ in range(2):
        people.subscribe_again(own_id, by_page("given", 6, "Mail me again"))
    found = [(row.kind, row.at, row.origin, row.wording) for row in people.consents(own_id)[1:]]
    assert found == [
        ("paused", NOW + 1 * HOUR, "page", "Pause all mails"),
        ("resumed", NOW + 2 * HOUR, "page", "Mail me again"),
        ("withdrawn", NOW + 3 * HOUR, "one-click", ""),
        ("paused", NOW + 4 * HOUR, "page", "Only pause"),
        ("withdrawn", NOW + 5 * HOUR, "page", "Stop all job alerts"),
        ("given", NOW + 6 * HOUR, "page", "Mail me again"),
    ]


def test_what_an_operator_paused_he_resumes_by_himself(store: NotifierStore) -> None:
    ada = store.person("ada")
    store.subscribers.pause(ada.subscriber_id, paused(NOW))
    store.subscribers.resume(ada.subscriber_id, resumed(NOW + HOUR))
    assert rows(store, ada) == [("given", "operator"), ("paused", "operator"), ("resumed", "operator")]
    assert status(store, ada) == "active"


@pytest.mark.parametrize("origin", ["page", "silence"])
def test_who_paused_themselves_or_fell_silent_goes_on_by_their_own_word_alone(
    store: NotifierStore, origin: str
) -> None:
    ada = store.person("ada")
    own_id, people = ada.subscriber_id, store.subscribers
    people.pause(own_id, replace(by_page("paused", 48), origin=origin))
    with pytest.raises(FieldError, match="asked to go on"):
        people.resume(own_id, resumed(NOW + 3 * DAY))
    # Nor by pausing them once more, as if it were his own pause that he ends.
    people.pause(own_id, paused(NOW + 3 * DAY))
    with pytest.raises(FieldError, match="asked to go on"):
        people.resume(own_id, resumed(NOW + 3 * DAY))
    with pytest.raises(FieldError, match="before they paused"):
        people.resume(own_id, asked_for(DAY))
    people.declare(own_id, declared(NOW + 3 * DAY))
    with pytest.raises(FieldError, match="asked to go on"):
        people.resume(own_id, resumed(NOW + 3 * DAY))
    assert status(store, ada) == "paused"
    people.resume(own_id, asked_for(3 * DAY))
    assert (status(store, ada), rows(store, ada)[-1]) == ("active", ("resumed", "operator"))
    kept = people.consents(own_id)[-1]
    assert (kept.given_at, kept.wording != "", kept.source != "") == (NOW + 3 * DAY, True, True)
    assert people.find(own_id).seen_at == NOW + 3 * DAY, "who asked gave a sign of life"


def test_who_pauses_by_page_what_an_operator_paused_is_paused_by_their_own_wish(store: NotifierStore) -> None:
    ada = store.person("ada")
    store.subscribers.pause(ada.subscriber_id, paused(NOW))
    store.subscribers.pause(ada.subscriber_id, by_page("paused", 1))
    with pytest.raises(FieldError, match="asked to go on"):
        store.subscribers.resume(ada.subscriber_id, resumed(NOW + DAY))


def test_of_who_paused_before_that_was_kept_it_is_taken_for_their_own_wish(store: NotifierStore) -> None:
    """Also where the ledger has an older pause, by an operator, that was over when they paused again."""
    ada = store.person("ada")
    own_id, people = ada.subscriber_id, store.subscribers
    people.pause(own_id, paused(NOW))
    people.resume(own_id, resumed(NOW + HOUR))
    with writing(store.engine) as connection:
        own = update(subscribers).where(subscribers.c.subscriber_id == own_id)
        connection.execute(own.values(status="paused", changed_at=NOW + DAY))
    with pytest.raises(FieldError, match="asked to go on"):
        people.resume(own_id, resumed(NOW + 2 * DAY))
    people.resume(own_id, asked_for(2 * DAY))
    assert status(store, ada) == "active"


def test_an_operator_neither_pauses_nor_resumes_who_unsubscribed(store: NotifierStore) -> None:
    ada = store.person("ada")
    store.subscribers.unsubscribe(ada.subscriber_id, by_page("withdrawn", 1))
    for change in (
        lambda: store.subscribers.pause(ada.subscriber_id, paused(NOW + DAY)),
        lambda: store.subscribers.resume(ada.subscriber_id, asked_for(DAY)),
    ):
        with pytest.raises(UsageError, match="unsubscribed"):
            change()
    assert rows(store, ada) == [("given", "operator"), ("withdrawn", "page")]


def test_nobody_is_given_another_mailbox_without_a_declaration(store: NotifierStore) -> None:
    ada = store.person("ada")
    elsewhere = replace(ada.profile, address="ada@new.example")
    with pytest.raises(UsageError, match="confirmed there, or declared"):
        store.subscribers.change(ada.subscriber_id, elsewhere, NOW + HOUR)
    assert store.subscribers.find("ada@example.com") == ada
    store.subscribers.change(ada.subscriber_id, elsewhere, NOW + HOUR, declared(NOW + HOUR, "moved"))
    kept = store.subscribers.consents(ada.subscriber_id)[-1]
    assert (kept.kind, kept.origin, kept.source != "") == ("moved", "operator", True)


def test_who_is_served_without_a_word_on_their_consent_is_counted(store: NotifierStore) -> None:
    names = ("declared", "signed up", "migrated", "lost", "came back", "moved", "went on", "paused", "declared later")
    people = {name: store.person(name.replace(" ", ".")) for name in names}
    migrated = Consent("given", NOW, "operator", "", source="before declarations", given_at=NOW)
    with writing(store.engine) as connection:
        for name, person in people.items():
            if name != "declared":
                connection.execute(delete(consents).where(consents.c.subscriber_id == person.subscriber_id))
    for name, person in people.items():
        if name == "signed up":
            store.subscribers.declare(person.subscriber_id, by_page("given", 0))
        elif name not in ("declared", "lost"):
            store.subscribers.declare(person.subscriber_id, migrated)
    assert count_undeclared(store.engine) == 6
    own = {name: person.subscriber_id for name, person in people.items()}
    store.subscribers.unsubscribe(own["came back"], by_page("withdrawn", 1))
    store.subscribers.subscribe_again(own["came back"], by_page("given", 2))
    moved = replace(people["moved"].profile, address="moved@new.example")
    store.subscribers.change(own["moved"], moved, NOW, declared(NOW, "moved"))
    store.subscribers.pause(own["went on"], by_page("paused", 1))
    store.subscribers.resume(own["went on"], by_page("resumed", 2))
    store.subscribers.pause(own["paused"], paused(NOW))
    store.subscribers.declare(own["declared later"], declared(NOW))
    assert count_undeclared(store.engine) == 1, "who was migrated, is served, and said nothing"
    store.subscribers.resume(own["paused"], resumed(NOW))
    assert count_undeclared(store.engine) == 2, "that an operator has them go on says nothing of their consent"
