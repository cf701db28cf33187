"""A program gets in by a token that is good and allows it, at a bounded rate, and by nothing else."""

import pytest
from limits import parse
from sqlalchemy import Engine

from services.notifier.domain.people import Subscriber
from services.runtime.web.headers import HEADERS
from services.settings.portal import PortalSettings
from services.usecases import api_tokens, consent
from services.usecases.installation import Installation
from tests.support.notifying import NOW, NotifierStore
from tests.support.portal import ServedPortal, served_portal, settings_of
from tests.support.programs import Program, problem_of, token_for
from tests.support.signed_in import Browser

# Whom a token is of no engine tells otherwise than the other: that is held by the contract of tokens.
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

PATH = "/api/v1/account"


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def test_no_token_a_forged_one_or_one_that_is_over_lets_nobody_in(
    store: NotifierStore, portal: ServedPortal, ada: Subscriber
) -> None:
    good = token_for(store, ada)
    assert portal.get(PATH, **bearer(good)).status_code == 200
    assert portal.get(PATH, Authorization=f"bearer  {good}").status_code == 200
    for given, error in (
        ("", ""),
        ("Basic YWRhOmFkYQ==", ""),
        ("Bearer", 'error="invalid_token"'),
        (f"Bearer {good[:-1]}0", 'error="invalid_token"'),
        (f"Bearer {good}x", 'error="invalid_token"'),
        ("Bearer jobchime_\xff'; DROP TABLE", 'error="invalid_token"'),
    ):
        answer = portal.client.get(PATH, headers={"Authorization": given.encode("latin-1")} if given else {})
        assert problem_of(answer) == (401, "unauthorized"), given
        assert answer.headers["www-authenticate"].startswith('Bearer realm="jobchime"')
        assert error in answer.headers["www-authenticate"]
        assert answer.headers["cache-control"] == "no-store"
    portal.now = NOW.replace(month=9)
    assert problem_of(portal.get(PATH, **bearer(good))) == (401, "unauthorized")


def test_a_browser_that_is_signed_in_gets_nothing_by_its_cookie(portal: ServedPortal, ada: Subscriber) -> None:
    browser = Browser(portal, ada)
    assert browser.get("/home").status_code == 200
    assert problem_of(browser.get(PATH)) == (401, "unauthorized")


def test_a_token_allows_what_its_scopes_say(portal: ServedPortal, ada: Subscriber) -> None:
    reader = Program(portal, ada, ["account:read"])
    assert reader.get("/account").json()["scopes"] == ["account:read"]
    for method, path in (("PATCH", "/account"), ("PUT", "/account/pause"), ("GET", "/account/export")):
        answer = reader.ask(method, path, {} if method != "GET" else None, {"If-Match": "*"})
        assert problem_of(answer) == (403, "out_of_scope")
        assert 'error="insufficient_scope", scope="' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("how", ["taken back", "unsubscribed", "signed out everywhere", "erased"])
def test_a_token_that_ends_shuts_its_program_out_at_once(
    store: NotifierStore, portal: ServedPortal, ada: Subscriber, how: str
) -> None:
    program, installation = Program(portal, ada), Installation(settings_of(), store.engine)
    assert program.get("/account").status_code == 200
    match how:
        case "taken back":
            api_tokens.end(installation, ada.subscriber_id)
        case "unsubscribed":
            consent.unsubscribe(installation, ada.subscriber_id, "page", "Leave", NOW)
        case "signed out everywhere":
            Browser(portal, ada).post("/home", do="sign-out-everywhere")
        case "erased":
            store.subscribers.erase(ada.subscriber_id, NOW)
    assert problem_of(program.get("/account")) == (401, "unauthorized")


def test_a_token_and_a_network_have_their_limits(
    store: NotifierStore, portal: ServedPortal, ada: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.portal.accounts.guard._TOKENS", (parse("5/minute"), parse("100/hour")))
    monkeypatch.setattr("services.portal.accounts.guard._PROGRAMS", (parse("20/minute"),))
    program = Program(portal, ada)
    answers = [program.get("/account") for _ in range(6)]
    assert {answer.status_code for answer in answers[:5]} == {200}
    assert problem_of(answers[5]) == (429, "too_many_requests")
    assert int(answers[5].headers["retry-after"]) > 0
    assert Program(portal, ada).get("/account").status_code == 200
    statuses = [portal.get(PATH, **bearer("jobchime_guess")).status_code for _ in range(20 - 6)]
    assert statuses[-1] == 429
    assert statuses[0] == 401
    assert problem_of(program.get("/account")) == (429, "too_many_requests")
    elsewhere = portal.get(PATH, **bearer(token_for(store, ada)), **{"X-Forwarded-For": "198.51.100.7"})
    assert elsewhere.status_code == 200


def test_all_answers_have_the_headers_of_the_portal_and_scripts_of_no_page_may_read_them(
    portal: ServedPortal, ada: Subscriber
) -> None:
    for answer in (
        Program(portal, ada).ask("GET", "/account", headers={"Origin": "https://evil.example"}),
        portal.get(PATH, Origin="https://evil.example"),
        portal.client.options(PATH, headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}),
    ):
        assert {name for name in HEADERS if name.lower() not in answer.headers} == set()
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_scripts_of_pages_that_settings_name_may_and_of_no_other(store: NotifierStore, ada: Subscriber) -> None:
    settings = PortalSettings(port=0, api_origins=("https://jobs.example.com",))
    with served_portal(store, settings) as portal:
        asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,if-match"}
        for origin, allowed in (("https://jobs.example.com", True), ("https://evil.example", False)):
            before = portal.client.options(PATH, headers={"Origin": origin, **asked})
            answer = Program(portal, ada).ask("GET", "/account", headers={"Origin": origin})
            for each in (before, answer):
                assert (each.headers.get("access-control-allow-origin") == origin) == allowed
                assert "access-control-allow-credentials" not in each.headers


def test_what_is_no_request_is_a_problem_too(portal: ServedPortal, ada: Subscriber) -> None:
    program = Program(portal, ada)
    assert problem_of(program.get("/nothing")) == (404, "missing")
    answer = program.ask("POST", "/account")
    assert problem_of(answer) == (405, "method")
    assert set(answer.headers["allow"].split(", ")) >= {"GET"}
    headers = bearer(program.token) | {"Content-Type": "application/json", "If-Match": "*"}
    for body, said in (
        (b"{", (400, "malformed")),
        (b"[" * 50_000, (400, "malformed")),
        (b'{"name": "\xff"}', (400, "malformed")),
        (b'{"name": 1}', (422, "wrong_field")),
        (b'{"nmae": "Ada"}', (422, "wrong_field")),
        (b'{"name": null}', (422, "wrong_field")),
        (b'{"name": "\\ud800"}', (422, "wrong_field")),
        (b'{"name": "a\\u0000b"}', (422, "wrong_field")),
        (b"[]", (422, "wrong_field")),
        (b" " * 70_000, (413, "too_large")),
    ):
        assert problem_of(portal.client.patch(PATH, content=body, headers=headers)) == said, body[:20]
    plain = headers | {"Content-Type": "text/plain"}
    assert problem_of(portal.client.patch(PATH, content=b'{"name": "Ada"}', headers=plain)) == (422, "wrong_field")
    assert program.get("/account").json()["name"] == ada.profile.name


def test_a_store_that_is_away_is_said_with_when_to_come_again(
    portal: ServedPortal, ada: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(portal, ada)

    def away(_: Engine) -> None:
        from services.runtime.errors import UnavailableError

        raise UnavailableError("the store is away at 10.1.2.3")

    monkeypatch.setattr("services.notifier.adapters.sql.people.doors.reading", away)
    answer = program.get("/account")
    assert problem_of(answer) == (503, "away")
    assert "10.1.2.3" not in answer.text
    assert answer.headers["retry-after"] == "5"
