"""Two things at once, or one cut short: nobody is mailed in between, and nothing is done by halves."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import event

from schemas.sql.doors import sessions
from services.notifier.adapters.sql.people.doors import SignUp, SqlDoors
from services.notifier.domain.consent import Consent
from services.notifier.domain.people import Subscriber
from services.portal.postman import Postman
from services.runtime.errors import UnavailableError
from services.usecases import consent, signing
from services.usecases.installation import Installation
from tests.support.at_once import at_once
from tests.support.notifying import NOW, NotifierStore, new_store
from tests.support.portal import ServedPortal, settings_of
from tests.support.stores import ENGINES

LEFT = Consent("withdrawn", NOW, "page", "Stop all job alerts")


@pytest.fixture(params=ENGINES)
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NotifierStore]:
    with new_store(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def doors(either: NotifierStore) -> SqlDoors:
    return SqlDoors(either.engine, either.ids)


def test_who_unsubscribed_and_would_rather_pause_is_served_at_no_moment_between(either: NotifierStore) -> None:
    ada = either.person()
    either.subscribers.unsubscribe(ada.subscriber_id, LEFT)
    seen: list[str] = []
    installation = Installation(settings_of(), either.engine)
    assert installation.ids  # which are asked for once, and looked for in the store then

    @event.listens_for(either.engine, "commit")
    def look(_: object) -> None:
        seen.append("committed")

    consent.pause(installation, ada.subscriber_id, "Only pause", NOW)
    event.remove(either.engine, "commit", look)
    assert len(seen) == 1, "one transaction: a cut, or a tick, between two would find them active"
    assert either.subscribers.find(ada.subscriber_id).status == "paused"
    assert [consent.kind for consent in either.subscribers.consents(ada.subscriber_id)] == [
        "given",
        "withdrawn",
        "paused",
    ]


def test_a_link_to_sign_in_that_is_cut_short_is_not_used_up(either: NotifierStore, doors: SqlDoors) -> None:
    ada = either.person()
    doors.keep_sign_in("link", ada.subscriber_id, NOW)

    def cut(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("INSERT INTO sessions"):
            raise UnavailableError("the store is away")

    event.listen(either.engine, "before_cursor_execute", cut)
    with pytest.raises(UnavailableError):
        doors.sign_in("link", "session", "", NOW)
    event.remove(either.engine, "before_cursor_execute", cut)
    assert doors.sign_in("link", "session", "", NOW) == ada.subscriber_id
    assert doors.sign_in("link", "another", "", NOW) is None


def test_a_link_that_is_pressed_often_at_once_signs_in_once(either: NotifierStore, doors: SqlDoors) -> None:
    ada = either.person()
    doors.keep_sign_in("link", ada.subscriber_id, NOW)
    found: list[str | None] = []
    at_once(*(lambda at=at: found.append(doors.sign_in("link", f"session {at}", "", NOW)) for at in range(6)))
    assert sorted(each is None for each in found) == [False] + [True] * 5
    assert len(doors.sessions_of(ada.subscriber_id, NOW)) == 1


def test_nobody_is_signed_in_as_somebody_erased(either: NotifierStore, doors: SqlDoors) -> None:
    ada = either.person()
    doors.keep_sign_in("link", ada.subscriber_id, NOW)
    either.subscribers.erase(ada.subscriber_id, NOW)
    doors.keep_sign_in("late", ada.subscriber_id, NOW)
    assert doors.sign_in("link", "session", "", NOW) is None
    assert doors.sign_in("late", "session", "", NOW) is None
    assert not doors.begin_session("session", ada.subscriber_id, "", NOW)


def test_signing_in_and_erasing_never_wait_for_each_other(either: NotifierStore, doors: SqlDoors) -> None:
    for at in range(8):
        ada = either.person(f"ada{at}")
        doors.keep_sign_in(f"link {at}", ada.subscriber_id, NOW)
        at_once(
            partial(either.subscribers.erase, ada.subscriber_id, NOW),
            partial(doors.sign_in, f"link {at}", f"session {at}", "", NOW),
        )
    with either.engine.connect() as connection:
        assert connection.execute(sessions.select()).all() == []


def test_a_confirmation_pressed_often_at_once_takes_one_person_and_one_search(
    either: NotifierStore, doors: SqlDoors
) -> None:
    installation = Installation(settings_of(), either.engine)
    for at in range(4):
        address = f"grace{at}@example.com"
        search = {"name": "Python", "criteria": {"skills": {"any": ["Python"]}}}
        wish = signing.wish_from({"address": address}, search)
        doors.keep_sign_up(f"token {at}", SignUp(address, wish.fields, "Yes"), NOW)
        at_once(*(lambda at=at: signing.confirm(installation, f"token {at}", NOW) for _ in range(5)))
        grace = either.subscribers.find(address)
        assert len(either.searches.all(grace.subscriber_id)) == 1
        assert len(either.subscribers.consents(grace.subscriber_id)) == 1


def test_one_click_of_somebody_who_is_erased_at_that_moment_is_done(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def erased_first(installation: Installation, own_id: str, *_: object) -> None:
        store.subscribers.erase(own_id, NOW)
        installation.subscribers.unsubscribe(own_id, LEFT)

    monkeypatch.setattr(consent, "unsubscribe", erased_first)
    answer = portal.post(portal.path("unsubscribe", ada), **{"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "We send you nothing" in answer.text) == (200, True)


def test_addresses_that_lead_to_one_mailbox_are_mailed_as_one(either: NotifierStore, doors: SqlDoors) -> None:
    assert doors.begin_letter("1", "sign_in", "ada@example.com", NOW)
    for number, address in enumerate(("ada+1@example.com", "a.da@example.com", "A.D.A+x+y@EXAMPLE.com")):
        assert not doors.begin_letter(f"2{number}", "sign_in", address, NOW)
    for number, address in enumerate(("ada@example.org", "adam@example.com")):
        assert doors.begin_letter(f"3{number}", "sign_in", address, NOW)


def test_a_portal_whose_letters_wait_for_ever_ends_nevertheless() -> None:
    gate = threading.Event()

    def wait() -> None:
        gate.wait()

    made = Postman(most_waiting=2, last_s=0.1)
    left = threading.Thread(target=lambda: made.__exit__(None, None, None), daemon=True)
    made.__enter__()
    for _ in range(9):
        made.later(wait)
    left.start()
    left.join(10)
    ended = not left.is_alive()
    gate.set()
    assert ended


def test_a_session_is_of_one_person_and_no_more_than_twenty_are_kept(either: NotifierStore, doors: SqlDoors) -> None:
    ada, bob = either.person(), either.person("bob")
    doors.begin_session("bob's", bob.subscriber_id, "", NOW)
    for at in range(25):
        doors.begin_session(f"ada's {at}", ada.subscriber_id, "", NOW + timedelta(minutes=at))
    assert len(doors.sessions_of(ada.subscriber_id, NOW + timedelta(hours=1))) == 20
    assert len(doors.sessions_of(bob.subscriber_id, NOW)) == 1
