"""Webhooks at home: added and challenged, its secret shown once, tried, removed; nobody has another's."""

import re
from datetime import timedelta
from html import unescape

import pytest
from standardwebhooks.webhooks import Webhook as Receiver

from services.notifier.adapters.sql.webhooks.hooks import SqlWebhooks
from services.notifier.domain.people import Subscriber
from services.notifier.domain.webhooks import Attempt
from services.notifier.settings import WebhookSettings
from tests.support.notifying import NOW, NotifierStore
from tests.support.portal import ServedPortal
from tests.support.signed_in import Browser
from tests.support.webhooks import CHALLENGE, WAITS, Receiving, added, proven, webhooks_over

PAGE = "/home/webhooks"
HOSTILE = ("<script>alert(1)</script>", "{{ 7 * 7 }}", "\x00\x1b[31m\u202e", "ü" * 9_000, "\ud800", "a\r\nb", "")


@pytest.fixture
def browser(portal: ServedPortal, ada: Subscriber) -> Browser:
    return Browser(portal, ada)


def secrets(html: str) -> list[str]:
    return re.findall(r"whsec_[A-Za-z0-9+/=]+", unescape(html))


def test_one_is_added_challenged_and_proven_by_what_its_owner_read(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, browser: Browser
) -> None:
    assert "Add a webhook" in browser.get(PAGE).text
    made = browser.post(PAGE, do="add", address="https://receiver.example/jobs", search="")
    assert made.status_code == 200
    [secret] = secrets(made.text)
    assert secrets(browser.get(PAGE).text) == []
    receiving = Receiving()
    webhooks_over(store, receiving).tick(portal.now)
    [posted] = receiving.posted
    assert (posted.address, posted.event["type"]) == ("https://receiver.example/jobs", "webhook.challenge")
    sign_again = Receiver(secret).sign(posted.event_id, portal.now, posted.body.decode())
    assert posted.headers["webhook-signature"] == sign_again
    [hook] = SqlWebhooks(store.engine).all(ada.subscriber_id)
    wrong = browser.post(PAGE, do="prove", webhook=hook.webhook_id, challenge="a guess")
    assert wrong.status_code == 400
    assert "No challenge of the last day" in wrong.text
    assert 'value="a guess"' in wrong.text
    right = browser.post(PAGE, do="prove", webhook=hook.webhook_id, challenge=posted.event["data"]["challenge"])
    assert right.status_code == 303
    page = browser.get(PAGE).text
    assert "Try it" in page
    assert "A challenge" in page
    assert "taken" in page


def test_what_cannot_be_added_is_said_at_the_form(store: NotifierStore, ada: Subscriber, browser: Browser) -> None:
    for address, said in (
        ("http://receiver.example/", "https address"),
        ("receiver.example", "https address"),
        ("https://10.0.0.1/", "private network"),
        ("https://[::1]/", "private network"),
        ("https://169.254.169.254/latest", "private network"),
    ):
        refused = browser.post(PAGE, do="add", address=address)
        assert (refused.status_code, said in refused.text) == (400, True), address
    added(store, ada)
    again = browser.post(PAGE, do="add", address="https://receiver.example/jobs/hook")
    assert "already" in again.text
    assert browser.post(PAGE, do="add", address="https://a.example/", search="of nobody").status_code == 404
    assert browser.post(PAGE, do="nothing").status_code == 400
    assert len(SqlWebhooks(store.engine).all(ada.subscriber_id)) == 1


def test_why_no_answer_came_is_said_in_the_readers_language_alone(store: NotifierStore, portal: ServedPortal) -> None:
    ines = store.person("ines", locale="pt")
    proven(store, ines)
    SqlWebhooks(store.engine).ping(ines.subscriber_id, "hook", "msg_ping", NOW)
    said = "the host receiver.example cannot be found"
    webhooks_over(store, Receiving(lambda posted: Attempt(posted.at, 1, None, said, "no_host"))).tick(NOW)
    page = Browser(portal, ines).get(PAGE).text
    assert ("O host não foi encontrado." in page, said in page) == (True, False)


def test_an_answer_is_shown_as_text_and_whatever_it_holds(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, browser: Browser
) -> None:
    proven(store, ada)
    receiving = Receiving()
    for at, words in enumerate(HOSTILE):
        SqlWebhooks(store.engine).ping(ada.subscriber_id, "hook", f"msg_ping{at}", NOW + timedelta(hours=2 * at))
        receiving.says(500, words)
        webhooks_over(store, receiving).tick(NOW + timedelta(hours=2 * at))
        shown = browser.get(PAGE)
        assert shown.status_code == 200
        assert "<script>alert" not in shown.text
        assert "answered 500" in shown.text
        assert "A try" in shown.text


def test_a_new_secret_signs_beside_the_one_of_before_for_a_day(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal, browser: Browser
) -> None:
    proven(store, ada)
    [secret] = secrets(browser.post(PAGE, do="rotate", webhook="hook").text)
    assert "is signed with the secret of before too" in browser.get(PAGE).text
    receiving = Receiving()
    assert browser.post(PAGE, do="ping", webhook="hook").status_code == 303
    webhooks_over(store, receiving).tick(portal.now)
    assert len(receiving.posted[-1].headers["webhook-signature"].split()) == 2
    assert browser.post(PAGE, do="ping", webhook="hook").status_code == 303
    later = portal.now + timedelta(days=1)
    webhooks_over(store, receiving).tick(later)
    [signature] = receiving.posted[-1].headers["webhook-signature"].split()
    assert signature == Receiver(secret).sign(receiving.posted[-1].event_id, later, receiving.posted[-1].body.decode())


def test_one_that_was_shut_is_turned_on_again_and_one_is_removed(
    store: NotifierStore, ada: Subscriber, browser: Browser
) -> None:
    proven(store, ada)
    receiving, hooks = Receiving(), SqlWebhooks(store.engine)
    receiving.says(410)
    hooks.ping(ada.subscriber_id, "hook", "msg_ping", NOW)
    webhooks_over(store, receiving).tick(NOW)
    assert "It said that it is gone" in browser.get(PAGE).text
    assert browser.post(PAGE, do="turn-on", webhook="hook").status_code == 303
    assert hooks.all(ada.subscriber_id)[0].state == "active"
    assert browser.post(PAGE, do="remove", webhook="hook").status_code == 303
    assert hooks.all(ada.subscriber_id) == []
    assert "receiver.example" not in browser.get(PAGE).text


def test_nobody_reaches_the_webhooks_of_somebody_else(
    store: NotifierStore, portal: ServedPortal, browser: Browser
) -> None:
    bob = store.person("bob")
    search = store.search(bob)
    proven(store, bob, name="of-bob")
    added(store, bob, name="new-of-bob")
    for act in ("challenge", "ping", "rotate", "turn-on", "remove", "prove"):
        answer = browser.post(PAGE, do=act, webhook="of-bob", challenge=CHALLENGE)
        assert answer.status_code == 400, act
        assert secrets(answer.text) == []
    assert browser.post(PAGE, do="prove", webhook="new-of-bob", challenge=CHALLENGE).status_code == 400
    assert browser.post(PAGE, do="add", address="https://a.example/", search=search.search_id).status_code == 404
    assert "of-bob" not in browser.get(PAGE).text
    states = {hook.webhook_id: hook.state for hook in SqlWebhooks(store.engine).all(bob.subscriber_id)}
    assert states == {"of-bob": "active", "new-of-bob": "unproven"}


def test_what_asks_others_servers_is_limited_like_a_letter(browser: Browser, portal: ServedPortal) -> None:
    statuses = [browser.post(PAGE, do="add", address=f"https://a{at}.example/").status_code for at in range(11)]
    assert statuses[-1] == 429


def test_where_webhooks_are_off_there_is_no_page_and_nothing_is_posted(store: NotifierStore, ada: Subscriber) -> None:
    added(store, ada)
    receiving = Receiving()
    webhooks_over(store, receiving, WAITS.model_copy(update={"enabled": False})).tick(NOW)
    assert receiving.posted == []
    assert WebhookSettings().enabled
