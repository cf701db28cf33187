"""What nobody means well by: each request gets an answer with all headers, and the store stays as it was."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request

from services.notifier.adapters.mail.sendgrid_events import TIMESTAMP
from services.notifier.domain.people import Subscriber
from services.portal.accounts.guard import FormGuard
from services.runtime.errors import UnavailableError
from services.runtime.web import bodies
from services.runtime.web.headers import HEADERS
from services.usecases import links
from tests.support.mail_events import EVENT_KEY, body_of, signed
from tests.support.notifying import NOW, NotifierStore, new_store
from tests.support.portal import ServedPortal, served_portal
from tests.support.signed_in import Browser
from tests.support.stores import ENGINES

pytestmark = pytest.mark.one_of("either")
"""What is shown stands above SQL, which other suites hold over both databases."""

WISH = {"address": "grace@example.com", "skills": "Python", "time_zone": "UTC"}


@pytest.fixture(params=ENGINES)
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NotifierStore]:
    with new_store(request.param, tmp_path) as made:
        yield made


@pytest.mark.parametrize("path", ["/u/%00", "/u/a%00b.c", "/m/%ED%A0%80.x", "/s/%00", "/c/%00", "/h/~%00.b.c", "/%00"])
def test_no_path_is_too_strange_for_an_answer(either: NotifierStore, path: str) -> None:
    with served_portal(either) as portal:
        for answer in (portal.get(path), portal.post(path, do="leave")):
            assert answer.status_code in (200, 400, 404, 405, 410)


def test_what_no_store_can_keep_is_left_out_of_a_form(either: NotifierStore, tmp_path: Path) -> None:
    with served_portal(either, folder=tmp_path / "mails") as portal:
        part = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
        fields = WISH | {"text": "a\\ud800b\\x00c", "_charset_": "unicode_escape", "skills": ""}
        parts = "".join(part.format(name, value) for name, value in fields.items())
        kind = "multipart/form-data; boundary=x; charset=unicode_escape"
        answer = portal.client.post("/sign-up", content=parts + "--x--\r\n", headers={"content-type": kind})
        assert answer.status_code in (200, 400)
        assert portal.post("/sign-up", **WISH | {"text": "a\0b"}).status_code == 200
        portal.postman.join()
        with either.engine.connect() as connection:
            kept = "".join(connection.exec_driver_sql("SELECT wanted FROM sign_ups").scalars())
        assert "\\u0000" not in kept
        assert "\\ud800" not in kept


@pytest.mark.parametrize("field", ["amount", "hour"])
def test_a_number_of_thousands_of_digits_is_a_wrong_field(portal: ServedPortal, field: str) -> None:
    answer = portal.post("/sign-up", **WISH | {field: "9" * 5_000})
    assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)


@pytest.mark.parametrize("timestamp", ["999999999999", "99999999999", "0", "-1", "x" * 9_999, "\u00b2"])
def test_events_of_any_year_are_refused_and_break_nothing(store: NotifierStore, timestamp: str) -> None:
    body = body_of([])
    with served_portal(store, sendgrid={"event_key": EVENT_KEY}) as portal:
        headers = {name.encode(): value.encode() for name, value in signed(body, NOW).items()}
        headers[TIMESTAMP.encode()] = timestamp.encode()
        assert portal.client.post("/events/sendgrid", content=body, headers=headers).status_code == 403


@pytest.mark.parametrize("origin", ["http://[", "null", "", "https://evil.example", "//"])
def test_an_origin_that_is_none_of_ours_is_refused(portal: ServedPortal, origin: str) -> None:
    answer = portal.client.post("/sign-in", data={"address": "a@b.example"}, headers={"Origin": origin})
    assert answer.status_code == 403


def test_each_page_can_be_asked_for_its_head(store: NotifierStore, ada: Subscriber, portal: ServedPortal) -> None:
    for path in (
        "/sign-in",
        "/sign-up",
        "/static/base.css",
        portal.path("unsubscribe", ada),
        portal.path("manage", ada),
    ):
        plain = {"Accept-Encoding": "identity"}
        head, got = portal.client.head(path, headers=plain), portal.get(path, **plain)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["content-length"] == str(len(got.content))
    assert store.subscribers.find(ada.subscriber_id).status == "active"


def test_a_last_slash_leads_nowhere_else(ada: Subscriber, portal: ServedPortal) -> None:
    path = portal.path("unsubscribe", ada)
    answer = portal.get(f"{path}/", Host="evil.example")
    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_what_fails_carries_all_headers_too(
    ada: Subscriber, portal: ServedPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error, status in ((RuntimeError("a bug"), 500), (UnavailableError("the store is away"), 503)):

        def fail(*_: object, failing: Exception = error) -> None:
            raise failing

        monkeypatch.setattr(links, "searches", fail)
        answer = portal.get(portal.path("unsubscribe", ada))
        assert answer.status_code == status
        assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)


def test_a_form_that_comes_in_drops_is_broken_off(portal: ServedPortal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "_FORM_S", 0.3)
    url = portal.client.base_url
    with socket.create_connection((str(url.host), url.port or 0), timeout=60) as connection:
        connection.sendall(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\naddress=")
        assert connection.recv(100).startswith(b"HTTP/1.1 408 ")


def _request(peer: str, *lines: str) -> Request:
    headers = Headers(raw=[(b"x-forwarded-for", line.encode()) for line in lines])
    return Request({"type": "http", "headers": headers.raw, "client": (peer, 1)})


def _flooded(guard: FormGuard, request: Request) -> bool:
    try:
        guard.check(request, limited=True)
    except HTTPException as error:
        return error.status_code == 429
    return False


@pytest.mark.parametrize(
    "forwarded",
    [
        lambda made_up: (made_up, "203.0.113.9"),  # a line of the proxy's own below the client's
        lambda made_up: (f"{made_up}, 203.0.113.9",),
        lambda made_up: (f"{made_up}, 203.0.113.9, 127.0.0.1",),
        lambda made_up: (f"{made_up}, 203.0.113.9:5123",),
        lambda made_up: (f"{made_up}, ::ffff:203.0.113.9",),
        lambda made_up: (f"{made_up}, 203.0.113.9, nonsense, 203.0.113.77",),
    ],
)
def test_nobody_makes_up_a_network_for_themselves(forwarded: object) -> None:
    guard = FormGuard("", frozenset({"127.0.0.1"}))
    assert callable(forwarded)
    flooded = [_flooded(guard, _request("127.0.0.1", *forwarded(f"198.51.{at}.1"))) for at in range(12)]
    assert flooded == [False] * 10 + [True] * 2


@pytest.mark.parametrize(
    ("network", "other"), [("::ffff:203.0.113.9", "::ffff:198.51.100.9"), ("[2001:db8::1]:9", "2001:db9::1")]
)
def test_one_network_is_not_taken_for_another(network: str, other: str) -> None:
    guard = FormGuard("", frozenset({"127.0.0.1"}))
    for _ in range(12):
        _flooded(guard, _request("::ffff:127.0.0.1", network))
    assert _flooded(guard, _request("127.0.0.1", network))
    assert not _flooded(guard, _request("::ffff:127.0.0.1", other))


def test_a_failure_is_told_in_the_language_of_whose_pages_they_are(store: NotifierStore, portal: ServedPortal) -> None:
    browser = Browser(portal, store.person("zoe", locale="fr"))
    headers = {"Cookie": browser.cookie, "Accept-Language": "en-US"}
    for path, status in (
        ("/home/search/none", 404), ("/no-such-page", 404), ("/u/forged.aaaa", 404), ("/privacy", 200), ("/read", 200),
    ):  # fmt: skip
        page = portal.client.get(path, headers=headers)
        assert (page.status_code, '<html lang="fr"' in page.text) == (status, True), path
    for sent, status in (({"do": "dance"}, 400), ({"do": "pause", "csrf": "forged"}, 403), ({"do": "x" * 20_000}, 413)):
        csrf = re.findall(r'name="csrf" value="([^"]+)"', portal.client.get("/home", headers=headers).text)[0]
        page = portal.client.post("/home", data={"csrf": csrf} | sent, headers=headers)
        assert (page.status_code, '<html lang="fr"' in page.text) == (status, True), sent


def test_each_kind_of_failure_says_what_helps_against_it(ada: Subscriber, portal: ServedPortal) -> None:
    browser = Browser(portal, ada)
    erased = browser.post("/home", do="erase")
    assert (erased.status_code, "Tick the box first" in erased.text) == (400, True)
    assert "made before you last signed in" in browser.post("/home", do="pause", csrf="forged").text
    assert "shorten it" in browser.post("/home", do="x" * 20_000).text
    said = [portal.post("/sign-in", address="x@example.com").text for _ in range(11)]
    assert "wait a minute" in said[-1]


def test_whoever_is_signed_in_and_opens_pages_all_the_time_is_asked_to_wait_on_each_and_can_leave(
    either: NotifierStore,
) -> None:
    ada = either.person()
    with served_portal(either) as portal:
        browser = Browser(portal, ada)
        [token, *_] = re.findall(r'name="csrf" value="([^"]+)"', browser.get("/home").text)
        answers = [browser.get("/home/tokens").status_code for _ in range(120)]
        assert (answers[118], answers[119]) == (200, 429)
        paths = portal.get("/openapi.json").json()["paths"]
        pages = [re.sub(r"{.*?}", "x", path) for path in paths if path.startswith("/home") and "get" in paths[path]]
        assert len(pages) > 8
        assert {page: browser.get(page).status_code for page in pages} == dict.fromkeys(pages, 429)
        assert browser.get("/home").headers["Retry-After"] == "60"
        assert browser.post("/home", csrf=token, do="erase", sure="1").status_code == 200
