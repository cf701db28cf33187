"""Requests of any shape, the OpenAPI document's and others: documented answers, all headers."""

import json
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi import checks
from sqlalchemy import insert
from starlette.types import Receive, Scope, Send

from schemas.sql.tables import digests
from services.notifier.adapters.sql.digests.delivery_steps import open_delivery
from services.notifier.adapters.sql.people.doors import NewAddress, SignUp
from services.notifier.adapters.sql.rows import pack_email
from services.notifier.domain.links import PATHS, slot_of, token
from services.notifier.domain.people import Subscriber
from services.portal.accounts.guard import COOKIE, Cookies
from services.portal.app import portal_app
from services.portal.postman import Postman
from services.runtime.sql.store import writing
from services.runtime.web.headers import HEADERS
from services.usecases.installation import Installation
from services.usecases.live_previews import LivePreviews
from tests.support.mail_events import EVENT_KEY, signed
from tests.support.notifying import NOW, SECRET, NotifierStore, arrival, posting, sqlite_store
from tests.support.portal import ServedPortal, settings_of
from tests.support.serving import email_for

BASE = "https://alerts.example"
WISH = {"address": "grace@example.com", "time_zone": "UTC", "locale": "en", "currency": "EUR"}
WISH |= {"search": {"name": "Python", "criteria": {"skills": {"any": ["Python"]}}, "cadence": "daily", "hour": 8}}
_NOT_ASKED = [checks.negative_data_rejection, checks.positive_data_acceptance]
"""Whether a form can be taken hangs on whose it is and what they have, which no schema says."""
FRAMED = ("/preview/mail", "/home/mails/next", "/home/mails/{slot}/mail")
FEEDS = ("/feed.{kind}", "/f/{key}.{kind}")
EXAMPLES = 10
"""Requests of an operation, of each kind."""


class Visited:
    """The portal's application, with somebody who has links, a session and a wish that waits, however often they go."""

    def __init__(self, folder: Path) -> None:
        self.store: NotifierStore = sqlite_store(folder)
        made = settings_of(folder=folder / "mails", public_url=BASE, sendgrid={"event_key": EVENT_KEY})
        self.installation = Installation(made, self.store.engine)
        self.postman = Postman()
        self.live = LivePreviews(self.installation)
        self.app = portal_app(self.installation, lambda: NOW, self.postman, self.live)
        self.job = posting("one")
        self.store.matches.store(0, [arrival(0, self.job)], NOW)
        self.networks, self.cookies = count(), Cookies(SECRET)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request as one of a network of its own, so that few meet the limit of forms."""
        number = next(self.networks)
        client = (f"198.{number // 256 % 256}.{number % 256}.1", 1)
        await self.app({**scope, "client": None if number % 50 == 0 else client}, receive, send)

    def person(self) -> Subscriber:
        known = self.store.subscribers.with_address("ada@example.com")
        if known is None:
            known = self.store.person()
            search = self.store.search(known)
            self.store.matches.store(0, [arrival(1, self.job, (search.key,))], NOW)
            made = {
                "digest_id": self.store.ids.digest_id(known.subscriber_id, NOW),
                "subscriber_id": known.subscriber_id,
                "due_at": NOW,
            }
            made |= {
                "outcome": "digest",
                "reason": "",
                "instant": False,
                "subject": "s",
                "dropped": zlib.compress(b"[]"),
                "body": pack_email(email_for("ada@example.com", NOW)),
            }
            with writing(self.store.engine) as connection:
                connection.execute(insert(digests).values(created_at=NOW, **made))
                open_delivery(
                    connection, known.subscriber_id, NOW, made["digest_id"], f"delivery {made['digest_id']}", NOW
                )
        if self.installation.doors.session("a session", NOW) is None:
            self.installation.doors.begin_session("a session", known.subscriber_id, "a browser", NOW)
        return known

    def cookie(self) -> str:
        """Of a browser that is signed in."""
        self.person()
        return f"{COOKIE}={self.cookies._session.dumps('a session')}"

    def csrf(self) -> str:
        """What a form of that browser carries."""
        session = self.installation.doors.session("a session", NOW)
        assert session is not None
        return self.cookies.form_token(session.key)

    def feed_key(self) -> str:
        """What the secret address of a feed ends in."""
        person = self.person()
        # Other requests add searches, and delete them.
        search = next(iter(self.store.searches.all(person.subscriber_id)), None) or self.store.search(person)
        self.store.searches.give_feed(search.search_id, "a key")
        return "a key"

    def token(self, letter: str) -> str:
        """A genuine token of a path; of those that act once a new one."""
        chance = next(self.networks)
        if letter == "s":
            self.installation.doors.keep_sign_in(f"link {chance}", self.person().subscriber_id, NOW)
            return f"link {chance}"
        if letter == "c":
            self.installation.doors.keep_sign_up(f"wish {chance}", SignUp("grace@example.com", WISH, "Yes"), NOW)
            return f"wish {chance}"
        if letter == "a":
            wanted = NewAddress(self.person().subscriber_id, f"ada.{chance}@example.com", "Yes")
            self.installation.doors.keep_new_address(f"address {chance}", wanted, NOW)
            return f"address {chance}"
        about = {"u": "", "m": slot_of(NOW), "r": slot_of(NOW)}.get(letter, self.job.posting_id)
        [purpose] = [purpose for purpose, path in PATHS.items() if path == letter]
        return token(SECRET, purpose, self.person().subscriber_id, about)


@pytest.fixture
def visited(tmp_path: Path) -> Iterator[Visited]:
    made = Visited(tmp_path)
    with made.postman:
        yield made
    made.store.engine.dispose()


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def ask(visited: Visited, operation: Any, mode: Any, statuses: Counter[int], data: st.DataObject) -> None:
    """Make a request of an operation, mostly with a genuine token and session, and look at its answer."""
    case = data.draw(operation.as_strategy(generation_mode=mode))
    chance, letter = zlib.crc32(repr((case.path_parameters, case.body)).encode()), case.path.split("/")[1]
    if "token" in case.path_parameters and chance % 5:
        case.path_parameters["token"] = visited.token(letter)
    if "search_id" in case.path_parameters and chance % 3:
        case.path_parameters["search_id"] = visited.store.searches.all(visited.person().subscriber_id)[0].search_id
    if "slot" in case.path_parameters and chance % 3:
        visited.person()
        case.path_parameters["slot"] = slot_of(NOW)
    if case.path in FEEDS:
        visited.live.refresh(NOW)
        if "key" in case.path_parameters and chance % 3:
            case.path_parameters["key"] = visited.feed_key()
        if letter == "f" or statuses[200] < 3:
            case.query = {"skills": "Python"} if letter != "f" else {}
    headers: dict[str, str] = {}
    if letter == "home" and chance % 5:
        headers["Cookie"] = visited.cookie()
        if isinstance(case.body, dict) and chance % 7:
            case.body["csrf"] = visited.csrf()
    if letter in "mnlhk" and isinstance(case.body, dict) and chance % 2:
        case.body["do"] = ("say", "pause")[letter == "m"]
    if case.path == "/home" and isinstance(case.body, dict) and chance % 2:
        case.body["do"] = "pause"
    if case.path.startswith("/home/search") and isinstance(case.body, dict) and chance % 2:
        # Of what is drawn for its many fields too little is in order.
        visited.person()
        case.body = {"csrf": visited.csrf(), "do": "preview", "text": "harbour"}
    if case.path == "/home/webhooks" and isinstance(case.body, dict) and chance % 2:
        case.body |= {"do": "add", "address": f"https://hooks.example/{chance}", "search": ""}
    if letter == "sign-in" and isinstance(case.body, dict) and chance % 2:
        case.body["address"] = WISH["address"]
    if letter == "sign-up" and isinstance(case.body, dict) and chance % 2:
        case.body |= {"address": WISH["address"], "text": "harbour", "time_zone": "UTC"}
        case.body |= {"amount": "", "cadence": "daily", "hour": "8", "currency": "EUR", "places": ""}
    if letter == "events" and isinstance(case.body, list | dict) and chance % 3:
        headers |= signed(json.dumps(case.body).encode(), NOW)
    answer = case.call(headers=headers)
    statuses[answer.status_code] += 1
    case.validate_response(answer, excluded_checks=_NOT_ASKED)
    got = {name.lower(): ", ".join(values) for name, values in answer.headers.items()}
    wanted = dict(HEADERS)
    if letter in ("sign-up", "read", "privacy") and got["x-robots-tag"] == "all":
        wanted["X-Robots-Tag"] = "all"
    if case.path in FRAMED and answer.status_code == 200:
        # A mail brings its styles along.
        wanted["Content-Security-Policy"] = got["content-security-policy"]
        assert "sandbox" in got["content-security-policy"]
    if case.path in FEEDS and answer.status_code == 200:
        # Readers keep a feed for a while, and what anybody may read scripts of other pages may.
        wanted["Cache-Control"] = f"{'private' if letter == 'f' else 'public'}, max-age=300"
        if letter != "f":
            wanted["Cross-Origin-Resource-Policy"] = "cross-origin"
    assert {name: got.get(name.lower()) for name in HEADERS} == wanted


@pytest.mark.slow(minutes=1)
def test_each_answer_is_documented_and_has_all_headers(visited: Visited) -> None:
    document = schemathesis.openapi.from_asgi("/openapi.json", visited)
    asked: dict[str, Counter[int]] = {}
    for found in document.get_all_operations():
        operation = found.ok()
        statuses = asked.setdefault(operation.label, Counter())
        # A path takes any text: what is wrong there cannot be told from what is right.
        for mode in schemathesis.GenerationMode if operation.body else [schemathesis.GenerationMode.POSITIVE]:
            ask(visited, operation, mode, statuses)
    assert len(asked) >= 20
    # What answers only failures was not asked in earnest. Who deleted their searches before has no next mail, which
    # `test_mails_at_home.py` asks for; which jobs a mail left out only its page says, as `test_left_out.py` asks.
    failed = {label for label, statuses in asked.items() if not {200, 303} & set(statuses)}
    assert failed <= {"GET /home/mails/next", "POST /r/{token}"}


def test_it_says_that_it_lives_and_nothing_else(portal: ServedPortal) -> None:
    for path in ("/livez", "/readyz"):
        answer = portal.get(path)
        assert (answer.status_code, answer.text) == (200, "ok\n")
