"""Who may come into the console, and that nobody else learns or does anything."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from pydantic import SecretStr, ValidationError

from services.console import app
from services.console.access import COOKIE, hash_password
from services.runtime.web.headers import HEADERS, WithHeaders
from services.settings.console import ConsoleSettings
from services.usecases import operators
from tests.support.console import TOKEN, ServedConsole, served_console
from tests.support.walking import open_browser

OPEN = ("/livez", "/readyz", "/enter")


@pytest.fixture
def console(tmp_path: Path) -> Iterator[ServedConsole]:
    with served_console(tmp_path) as made:
        yield made


def test_nobody_without_the_credential_reads_or_does_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By all its routes, whatever they are."""
    made: list[FastAPI] = []

    def kept(of: FastAPI, root: str) -> WithHeaders:
        made.append(of)
        return WithHeaders(of, root)

    monkeypatch.setattr(app, "WithHeaders", kept)
    with served_console(tmp_path) as console:
        document = made[0].openapi()
        forms = document["components"]["schemas"]
        assert len(document["paths"]) > 20
        for named, method, asked in [
            (path, *each) for path, all_ in document["paths"].items() for each in all_.items()
        ]:
            path = re.sub(r"{[^}]+}", "x", named)
            content = asked.get("requestBody", {}).get("content", {})
            form = next(
                (forms[body["schema"]["$ref"].rpartition("/")[2]]["properties"] for body in content.values()), {}
            )
            answer = console.client.request(method, path, data=dict.fromkeys(form, "x") or None)
            if path in OPEN:
                assert answer.status_code == (403 if method == "post" else 200)
            else:
                assert (answer.status_code, answer.text) in ((303, ""), (401, "")), f"{method} {path}"
        assert operators.latest(console.installation) == []


def test_the_token_opens_it_by_the_page_and_in_a_header(console: ServedConsole) -> None:
    assert console.sign_in("another token").status_code == 403
    assert COOKIE not in console.client.cookies
    assert console.sign_in().status_code == 303
    page = console.client.get("/")
    assert (page.status_code, "NOT WELL" in page.text) == (200, True)
    assert {name: page.headers.get(name) for name in HEADERS} == dict(HEADERS)
    console.client.cookies.clear()
    assert console.client.get("/", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert console.client.get("/", headers={"Authorization": "Bearer another"}).status_code == 401


@pytest.mark.parametrize(
    "page", ["/", "/runbook/jobchimesilent", "/letters?error=no+title&seen=true", "/sources/a%20b%3F", "/why?person=7"]
)
def test_who_signs_in_goes_on_to_the_page_that_was_asked_for(console: ServedConsole, page: str) -> None:
    led = console.client.get(page)
    assert (led.status_code, led.headers["location"]) == (303, f"/enter?next={quote(page, safe='')}")
    form = {"next": wanted_by(console.client.get(led.headers["location"]).text)}
    missed = console.client.post("/enter", data={"secret": "another token", **form})
    assert (missed.status_code, wanted_by(missed.text)) == (403, page)
    assert console.client.post("/enter", data={"secret": TOKEN, **form}).headers["location"] == page


def wanted_by(page: str) -> str:
    return unescape(page.partition('name="next" value="')[2].partition('"')[0])


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//elsewhere.example",
        "///elsewhere.example",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "/\t/elsewhere.example",
        "/%2F%2Felsewhere.example",
        "/%5Celsewhere.example",
        "/%09/elsewhere.example",
        "https://elsewhere.example/",
        "https:elsewhere.example",
        "javascript:alert(1)",
        "elsewhere.example",
        "/\r\nSet-Cookie: a=b",
        "/static/base.css",
        "/nothing/here",
        "/do",
        "/enter?next=%2Facts",
        "/stream/live",
        "/turns/7/live",
        "/livez",
        "/readyz",
        "/" + "x" * 1_999,
    ],
)
def test_signing_in_leads_to_no_place_but_a_page_of_this_console(console: ServedConsole, elsewhere: str) -> None:
    assert wanted_by(console.client.get("/enter", params={"next": elsewhere}).text) == ""
    done = console.client.post("/enter", data={"secret": TOKEN, "next": elsewhere})
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert [*done.cookies] == [COOKIE]
    form = {"act": "pause", "about": "matcher", "token": console.form_token(), "back": elsewhere[:200]}
    assert console.client.post("/do", data=form).headers["location"] == "/"


def test_a_browser_goes_from_an_alerts_link_over_the_sign_in_to_its_part_and_again_while_signed_in(
    console: ServedConsole,
) -> None:
    base = str(console.client.base_url).rstrip("/")
    with open_browser() as browser, browser.new_context() as context:
        tab = context.new_page()
        tab.goto(f"{base}/runbook#jobchimesilent")
        tab.get_by_label("Token or password").fill(TOKEN)
        tab.get_by_role("button", name="Sign in").click()
        tab.wait_for_url(f"{base}/runbook#jobchimesilent")
        pager = f'<a href="{base}/runbook/jobchimebehind">JobchimeBehind</a>'
        tab.route("https://pager.example/", lambda route: route.fulfill(body=pager, content_type="text/html"))
        tab.goto("https://pager.example/")
        tab.get_by_role("link").click()
        tab.wait_for_url(f"{base}/runbook#jobchimebehind")


def test_nobody_else_learns_what_is_wrong_with_a_form(console: ServedConsole) -> None:
    wrong = {"Authorization": "Bearer another", "Content-Type": "multipart/form-data"}
    right = wrong | {"Authorization": f"Bearer {TOKEN}"}
    assert console.client.post("/do", content=b"no form", headers=right).status_code == 400
    answers = [console.client.post("/do", data={"act": "pause"})]
    answers += [console.client.post("/do", content=b"no form", headers=wrong) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [303] + [401] * 10 + [429]


def test_a_password_opens_it_too(tmp_path: Path) -> None:
    settings = ConsoleSettings(port=0, password_hash=SecretStr(hash_password("correct horse")))
    with served_console(tmp_path, settings) as console:
        assert console.sign_in("wrong horse").status_code == 403
        assert console.sign_in("correct horse").status_code == 303
        assert console.client.get("/").status_code == 200


def test_without_a_credential_each_start_makes_one(tmp_path: Path) -> None:
    with served_console(tmp_path, ConsoleSettings(port=0)) as console:
        made = console.server.way_in.partition("#")[2]
        assert len(made) >= 32
        assert console.sign_in(made).status_code == 303
    with served_console(tmp_path, ConsoleSettings(port=0)) as again:
        assert again.sign_in(made).status_code == 403


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"host": "0.0.0.0"}, "anybody could read it"),
        ({"token": "short"}, "16 bytes or more"),
        ({"password_hash": "correct horse"}, "jobchime console --hash-password"),
        ({"host": "0.0.0.0", "user_header": "X-Remote-User"}, "user_header with proxies"),
    ],
)
def test_what_would_stand_open_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ConsoleSettings.model_validate(given)


def test_a_proxy_names_operators_and_nobody_else_does(tmp_path: Path) -> None:
    name = {"X-Remote-User": "grace"}
    trusted = ConsoleSettings(port=0, user_header="X-Remote-User", proxies=frozenset({"127.0.0.1"}))
    with served_console(tmp_path / "trusted", trusted) as console:
        assert console.client.get("/", headers=name).status_code == 200
        assert console.client.get("/").status_code == 303
    other = ConsoleSettings(port=0, user_header="X-Remote-User", proxies=frozenset({"192.0.2.1"}))
    with served_console(tmp_path / "other", other) as console:
        assert console.client.get("/", headers=name).status_code == 303


def test_a_password_is_not_found_by_trying(console: ServedConsole) -> None:
    tried = [console.sign_in(f"guess {at}").status_code for at in range(12)]
    assert tried == [403] * 10 + [429] * 2
    assert console.sign_in().status_code == 429


def test_a_session_ends_by_time_and_by_leaving(console: ServedConsole) -> None:
    console.sign_in()
    console.now += timedelta(hours=11)
    assert console.client.get("/").status_code == 200
    console.now += timedelta(hours=13)
    assert console.client.get("/").status_code == 303
    console.sign_in()
    session = console.client.cookies[COOKIE]
    assert console.client.post("/leave", data={"token": console.form_token()}).status_code == 303
    console.client.cookies.set(COOKIE, session)
    assert console.client.get("/").status_code == 303


def test_a_form_of_another_site_or_session_does_nothing(console: ServedConsole) -> None:
    console.sign_in()
    fields = {"act": "pause", "about": "matcher", "token": console.form_token()}
    assert console.client.post("/do", data=fields | {"token": "forged"}).status_code == 403
    assert console.client.post("/do", data=fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert operators.latest(console.installation) == []
