"""An account over the API: facts read and changed by the version that was read, a pause, all that is kept."""

import pytest

from services.notifier.domain.people import Subscriber
from services.usecases import consent
from services.usecases.installation import Installation
from tests.support.notifying import NOW, NotifierStore
from tests.support.portal import ServedPortal, settings_of
from tests.support.programs import Program, problem_of

pytestmark = pytest.mark.one_of("store")
"""What is shown stands above SQL, which other suites hold over both databases."""


@pytest.fixture
def program(portal: ServedPortal, ada: Subscriber) -> Program:
    return Program(portal, ada)


def test_facts_are_changed_by_the_version_that_was_read(program: Program) -> None:
    answer = program.get("/account")
    assert answer.json() == {
        "address": "ada@example.com",
        "name": "Ada",
        "locale": "en",
        "time_zone": "UTC",
        "currency": "EUR",
        "speaks": [],
        "home": None,
        "years": None,
        "worked_as": [],
        "knows": [],
        "avoids": [],
        "selectivity": "usual",
        "status": "active",
        "paused_until": None,
        "token": "A script",
        "scopes": answer.json()["scopes"],
    }
    tag, change = answer.headers["etag"], {"name": "", "time_zone": "Europe/Berlin", "speaks": ["de", "en:fluent"]}
    assert program.ask("GET", "/account", headers={"If-None-Match": f'"other", {tag}'}).status_code == 304
    assert problem_of(program.ask("PATCH", "/account", change)) == (428, "no_precondition")
    changed = program.ask("PATCH", "/account", change, {"If-Match": tag})
    assert changed.json() == answer.json() | change
    said = {"knows": ["payroll", "Java"], "avoids": ["cold calling"]}
    assert program.ask("PATCH", "/account", said, {"If-Match": tag}).status_code == 412
    assert program.ask("PATCH", "/account", said, {"If-Match": "*"}).json() == answer.json() | change | said
    assert program.ask("PATCH", "/account", {"knows": [], "avoids": []}, {"If-Match": "*"}).json() == changed.json()
    assert changed.headers["etag"] == program.get("/account").headers["etag"] != tag
    assert problem_of(program.ask("PATCH", "/account", {"name": "Late"}, {"If-Match": tag})) == (412, "changed")
    assert program.ask("PATCH", "/account", {"name": "Now"}, {"If-Match": "*"}).json()["name"] == "Now"
    assert program.ask("GET", "/account", headers={"If-None-Match": tag}).status_code == 200


def test_a_field_that_cannot_be_taken_is_named(program: Program) -> None:
    for change, code in (
        ({"time_zone": "Berlin/Europe"}, "time_zone"),
        ({"currency": "XXY"}, "currency"),
        ({"locale": "klingon"}, ""),
        ({"speaks": ["Martian"]}, ""),
        ({"home": "Manchester"}, "town_several"),
        ({"address": "other@example.com"}, ""),
    ):
        answer = program.change("PATCH", "/account", change)
        assert problem_of(answer) == (422, "wrong_field"), change
        [fault] = answer.json()["errors"]
        assert (fault["field"], fault["code"]) == (next(iter(change)), code)
    assert program.get("/account").json()["address"] == "ada@example.com"


def test_where_they_live_and_for_how_long_they_have_worked_is_said_and_taken_back(program: Program) -> None:
    said = program.change("PATCH", "/account", {"home": "Cambridge, MA", "years": 6}).json()
    assert (said["home"], said["years"]) == ("Cambridge, US-MA", 6)
    kept = program.change("PATCH", "/account", {"years": 0}).json()
    assert (kept["home"], kept["years"]) == ("Cambridge, US-MA", 0)
    gone = program.change("PATCH", "/account", {"home": None, "years": None}).json()
    assert (gone["home"], gone["years"]) == (None, None)
    assert problem_of(program.change("PATCH", "/account", {"years": 61}))[0] == 422


def test_a_pause_is_begun_moved_and_ended_and_the_ledger_says_by_whom(
    store: NotifierStore, program: Program, ada: Subscriber
) -> None:
    paused = program.ask("PUT", "/account/pause", {"until": "2026-07-20"}).json()
    assert (paused["status"], paused["paused_until"]) == ("paused", "2026-07-20")
    for wrong in ("2026-07-01", "2028-01-01", "soon", "2026-13-01"):
        assert problem_of(program.ask("PUT", "/account/pause", {"until": wrong})) == (422, "wrong_field")
    assert program.ask("PUT", "/account/pause", {}).json()["paused_until"] is None
    for _ in range(2):
        assert program.ask("DELETE", "/account/pause").json()["status"] == "active"
    said = [
        (consent.kind, consent.origin, consent.wording) for consent in store.subscribers.consents(ada.subscriber_id)
    ][1:]
    assert said[0] == ("paused", "page", "By a program, “A script”: nothing until 2026-07-20")
    assert [kind for kind, _, _ in said] == ["paused", "paused", "resumed"]


def test_who_unsubscribed_is_not_mailed_again_by_a_program(
    store: NotifierStore, portal: ServedPortal, ada: Subscriber
) -> None:
    consent.unsubscribe(Installation(settings_of(), store.engine), ada.subscriber_id, "page", "Leave", NOW)
    program = Program(portal, ada)
    assert program.get("/account").json()["status"] == "unsubscribed"
    assert problem_of(program.ask("DELETE", "/account/pause")) == (409, "conflict")
    assert program.get("/account").json()["status"] == "unsubscribed"


def test_all_that_is_kept_is_given_and_nothing_of_others(
    store: NotifierStore, program: Program, portal: ServedPortal
) -> None:
    bob = store.person("bob")
    store.search(bob, "Of Bob")
    data = program.get("/account/export").json()
    assert data["subscriber"]["address"] == "ada@example.com"
    assert [token["name"] for token in data["api_tokens"]] == ["A script"]
    assert "bob" not in program.get("/account/export").text.casefold()
    assert program.token not in program.get("/account/export").text
