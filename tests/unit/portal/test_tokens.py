"""Tokens at home: made once they say what they may do, shown once, seen with their last use, taken back."""

import re
from datetime import timedelta

import pytest

from services.notifier.domain.people import Subscriber
from services.usecases import api_tokens
from services.usecases.installation import Installation
from tests.support.notifying import NOW, NotifierStore
from tests.support.portal import ServedPortal, settings_of
from tests.support.signed_in import Browser

MAKE = {"do": "make", "name": "My script", "searches:read": "1", "days": "30"}


@pytest.fixture
def browser(portal: ServedPortal, ada: Subscriber) -> Browser:
    return Browser(portal, ada)


@pytest.fixture
def installation(store: NotifierStore) -> Installation:
    return Installation(settings_of(), store.engine)


def token_in(page: str) -> str:
    [text] = re.findall(r"<code>(jobchime_\w+)</code>", page)
    return text


def test_a_token_is_shown_once_and_lets_its_program_in(
    ada: Subscriber, browser: Browser, installation: Installation
) -> None:
    assert 'name="key"' not in browser.get("/home/tokens").text
    made = browser.post("/home/tokens", **MAKE | {"jobs:write": "1"})
    assert (made.status_code, made.headers["cache-control"]) == (200, "no-store")
    text = token_in(made.text)
    page = browser.get("/home/tokens").text
    assert text not in page
    assert "My script" in page
    assert "Good until July 31, 2026 · not used yet" in page
    found = api_tokens.whose(installation, text, NOW)
    assert found is not None
    token, person = found
    assert (token.scopes, person.subscriber_id) == (("searches:read", "jobs:write"), ada.subscriber_id)
    assert "last used on July 1, 2026" in browser.get("/home/tokens").text
    assert api_tokens.whose(installation, text, NOW + timedelta(days=30)) is None


def test_a_form_without_sense_makes_none_and_says_why(browser: Browser) -> None:
    for wrong, said in (
        ({"name": "  "}, "Give the program a name"),
        ({"searches:read": ""}, "Say what the program may do"),
        ({"days": "36500"}, "One of the fields cannot be taken"),
        ({"name": "x" * 121}, "One of the fields cannot be taken"),
    ):
        answer = browser.post("/home/tokens", **MAKE | wrong)
        assert (answer.status_code, said in answer.text) == (400, True), wrong
    assert 'name="key"' not in browser.get("/home/tokens").text
    for _ in range(20):
        assert browser.post("/home/tokens", **MAKE).status_code == 200
    assert "as many tokens as one may have" in browser.post("/home/tokens", **MAKE).text


def test_tokens_are_taken_back_by_their_owner_alone(
    store: NotifierStore, portal: ServedPortal, browser: Browser, installation: Installation
) -> None:
    texts = [token_in(browser.post("/home/tokens", **MAKE).text) for _ in range(3)]
    [key, *_] = re.findall(r'name="key" value="(\w+)"', browser.get("/home/tokens").text)
    theirs = Browser(portal, store.person("bob"))
    theirs.post("/home/tokens", do="end", key=key)
    theirs.post("/home/tokens", do="end-all")
    assert browser.post("/home/tokens", do="end", key="").status_code == 400
    assert browser.post("/home/tokens", do="end-all", csrf="forged").status_code == 403
    assert all(api_tokens.whose(installation, text, NOW) for text in texts)
    assert browser.post("/home/tokens", do="end", key=key).headers["location"] == "/home/tokens"
    assert sum(api_tokens.whose(installation, text, NOW) is not None for text in texts) == 2
    browser.post("/home/tokens", do="end-all")
    assert not any(api_tokens.whose(installation, text, NOW) for text in texts)


def test_signing_out_everywhere_shuts_programs_out_too(browser: Browser, installation: Installation) -> None:
    text = token_in(browser.post("/home/tokens", **MAKE).text)
    browser.post("/home", do="sign-out-everywhere")
    assert api_tokens.whose(installation, text, NOW) is None
