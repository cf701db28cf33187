"""Who signs up with an address that is subscribed, having forgotten or sharing a mailbox, keeps what they asked for."""

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html

from services.notifier.adapters.sql.people.doors import SIGN_IN_WITHIN
from services.notifier.domain.people import Subscriber
from tests.support.notifying import NotifierStore
from tests.support.portal import ServedPortal, served_portal

BASE = "https://alerts.example"
WISH = {"skills": "Kotlin", "places": "DE", "workplace.remote": "1", "time_zone": "UTC"}


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    return tmp_path / "mails"


@pytest.fixture
def portal(store: NotifierStore, mails: Path) -> Iterator[ServedPortal]:
    with served_portal(store, folder=mails, public_url=BASE) as made:
        yield made


def asks(portal: ServedPortal, mails: Path, person: Subscriber, **wish: str) -> str:
    """The link of the letter that a sign-up with their address has mailed."""
    assert portal.post("/sign-up", address=person.profile.address, **wish).status_code == 200
    portal.postman.join()
    [letter] = mails.glob("*.eml")
    message = email.message_from_bytes(letter.read_bytes(), policy=email.policy.default)
    text = message.get_body(("plain",))
    assert text is not None
    assert "Kotlin" not in text.get_content(), "whoever asked writes nothing into a letter"
    [link] = re.findall(rf"{BASE}(/s/\S+)", text.get_content())
    return str(link)


def test_once_signed_in_they_see_what_they_asked_for_in_a_form_and_nothing_is_saved_until_they_do(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    link = asks(portal, mails, ada, **WISH)
    before = len(store.searches.all(ada.subscriber_id))
    entered = portal.post(link, do="enter")
    page = portal.get(entered.headers["location"], Cookie=entered.headers["set-cookie"].partition(";")[0])
    fields = {field.name: field.value for field in html.fromstring(page.text).xpath("//main//input[@name]")}
    assert (fields["skills"], page.status_code) == ("Kotlin", 200)
    assert "checked" in re.findall(r'name="workplace.remote"[^>]*>', page.text)[0]
    assert len(store.searches.all(ada.subscriber_id)) == before


def test_who_asks_for_what_they_search_for_already_is_led_home(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    link = asks(portal, mails, ada, skills="Go", at_least="all")
    assert portal.post(link, do="enter").headers["location"].endswith("/home")


def test_the_link_acts_for_no_longer_than_one_that_signs_in_and_confirms_nothing(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, mails: Path
) -> None:
    link = asks(portal, mails, ada, **WISH)
    assert portal.get(link.replace("/s/", "/c/")).status_code == 410
    portal.now += SIGN_IN_WITHIN + timedelta(minutes=1)
    assert portal.post(link, do="enter").status_code == 410
