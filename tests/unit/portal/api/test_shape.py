"""Requests of any shape that the API's document allows, and of others: documented answers, nothing of anybody else."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi import checks
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from services.notifier.adapters.sql.people.tracked_jobs import SqlTrackedJobs
from services.notifier.domain.api_tokens import SCOPES
from services.notifier.domain.feedback import TrackedJob
from services.notifier.domain.links import slot_of
from services.notifier.domain.people import Subscriber
from services.portal.app import portal_app
from services.portal.postman import Postman
from services.runtime.web.headers import HEADERS
from services.usecases import accounts, feedback, tracker, webhooks
from services.usecases.installation import Installation
from services.usecases.live_previews import LivePreviews
from tests.support.hostile_words import UNREADABLE, WORDS
from tests.support.long_form import LONG, some
from tests.support.notifying import NOW, arrival, posting, sqlite_store
from tests.support.portal import settings_of
from tests.support.programs import token_for

EXAMPLES = 3 if LONG else 2
"""Requests of an operation, of each kind."""
JOB = posting("one").posting_id
_NOT_ASKED = [checks.positive_data_acceptance]
"""Whether a search or a day can be taken hangs on what is known, which no schema says."""
_CACHED = {"Cache-Control": "private, no-cache"}


BODIES: Mapping[str, Any] = {
    "PATCH /v1/account": {"name": "Mallory"},
    "PUT /v1/account/pause": {},
    "POST /v1/searches": {"name": "Mine", "criteria": {"skills": {"any": ["Go"]}}},
    "PUT /v1/searches/{search_id}": {"name": "Mine", "criteria": {"skills": {"any": ["Go"]}}},
    "PATCH /v1/searches/{search_id}": {"paused": True},
    "POST /v1/searches/{search_id}/copies": {},
    "POST /v1/readings": {"text": "Go"},
    "POST /v1/previews": {"criteria": {"skills": {"any": ["Go"]}}},
    "PUT /v1/saved-jobs/{job_id}": {"note": "Mine"},
    "POST /v1/feedback": {"kind": "more_like", "job_id": JOB},
    "PATCH /v1/feedback/{said_id}": {"note": "Mine"},
    "POST /v1/webhooks": {"address": "https://mine.example/hook"},
    "POST /v1/webhooks/{webhook_id}/proof": {"challenge": "a guess"},
}
"""What is sent in earnest, by operation."""


class Asked:
    """The portal's application, with somebody who has what each address names, however often it is taken away."""

    def __init__(self, folder: Path) -> None:
        self.store = sqlite_store(folder)
        made = settings_of(folder=folder / "mails", public_url="https://alerts.example")
        self.installation, self.postman = Installation(made, self.store.engine), Postman()
        self.live = LivePreviews(self.installation)
        self.app = portal_app(self.installation, lambda: NOW, self.postman, self.live)
        self.store.matches.store(0, [arrival(0, posting("one"))], NOW)
        self.live.refresh(NOW)
        self.networks = count()
        self.ada: Subscriber = self.store.person()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request as one of a network of its own, so that none meets the limit."""
        number = next(self.networks)
        await self.app({**scope, "client": (f"198.{number // 256 % 256}.{number % 256}.1", 1)}, receive, send)

    def search_id(self) -> str:
        """A search of theirs."""
        known = self.store.searches.all(self.ada.subscriber_id)
        return (known[0] if known else self.store.search(self.ada)).search_id


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    made = Asked(tmp_path)
    with made.postman:
        yield made
    made.store.engine.dispose()


def operations(asked: Asked) -> Iterator[Any]:
    document = schemathesis.openapi.from_asgi("/api/openapi.json", asked)
    for found in document.get_all_operations():
        yield found.ok()


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def ask(asked: Asked, operation: Any, mode: Any, statuses: Counter[int], data: st.DataObject) -> None:
    """Make a request of an operation, mostly of what is there, and look at its answer."""
    case = data.draw(operation.as_strategy(generation_mode=mode))
    known = {"search_id": asked.search_id(), "job_id": JOB}
    if mode is schemathesis.GenerationMode.POSITIVE:
        case.path_parameters |= {name: value for name, value in known.items() if name in case.path_parameters}
        case.headers = {**(case.headers or {}), "If-Match": "*"}
        if operation.label in BODIES and data.draw(st.sampled_from((True, False))):
            case.body = BODIES[operation.label]
        if operation.label == "GET /v1/saved-jobs/{job_id}":
            tracker.save(asked.installation, asked.ada.subscriber_id, JOB, NOW)
    answer = case.call(headers={"Authorization": f"Bearer {token_for(asked.store, asked.ada)}"})
    asked.installation.api_tokens.end(asked.ada.subscriber_id)
    statuses[answer.status_code] += 1
    case.validate_response(answer, excluded_checks=_NOT_ASKED)
    got = {name.lower(): ", ".join(values) for name, values in answer.headers.items()}
    wanted = dict(HEADERS) | (_CACHED if answer.status_code in (200, 201, 304) else {})
    assert {name: got.get(name.lower()) for name in HEADERS} == wanted


@pytest.mark.slow
def test_each_answer_is_documented_and_has_all_headers(asked: Asked) -> None:
    found: dict[str, Counter[int]] = {}
    for operation in operations(asked):
        statuses = found.setdefault(operation.label, Counter())
        for mode in schemathesis.GenerationMode:
            ask(asked, operation, mode, statuses)
    assert len(found) >= 33
    never = {label for label, statuses in found.items() if not {200, 201, 204} & set(statuses)}
    # Nothing is found of what has an id that nobody can guess: other tests ask for it.
    names = ("{mail_id}", "{said_id}", "{webhook_id}", "GET /v1/searches/{search_id}/feed")
    unguessed = {label for label in found if any(name in label for name in names)}
    assert never <= unguessed, {label: found[label] for label in never - unguessed}
    assert sum(statuses[500] for statuses in found.values()) == 0


def calls(asked: Asked, **ids: str) -> Iterator[tuple[str, str, Callable[[str], Any]]]:
    """Each operation with the scope that it needs, and a call of it with a token."""
    client = TestClient(asked, base_url="https://alerts.example", raise_server_exceptions=False)
    for operation in operations(asked):
        [[[scope]]] = [list(way.values()) for way in operation.definition.raw["security"]]
        path = operation.path
        nothing = dict.fromkeys(("search_id", "said_id", "mail_id", "webhook_id"), "nothing")
        for name, value in {"job_id": JOB, "kind": "skills", **nothing, **ids}.items():
            path = path.replace(f"{{{name}}}", value)

        def call(token: str, operation: Any = operation, path: str = path) -> Any:
            headers = {"If-Match": "*"} | ({"Authorization": f"Bearer {token}"} if token else {})
            body = BODIES.get(operation.label)
            return client.request(operation.method, f"/api{path}", headers=headers, json=body)

        yield operation.label, scope, call


def test_without_a_token_or_with_one_of_all_other_scopes_nothing_is_answered_or_done(asked: Asked) -> None:
    search_id = asked.search_id()
    before, seen = exported(asked, asked.ada), set[str]()
    for label, scope, call in calls(asked, search_id=search_id):
        seen.add(label)
        others = token_for(asked.store, asked.ada, [other for other in SCOPES if other != scope])
        assert [call(token).status_code for token in ("", "jobchime_", others)] == [401, 401, 403], label
        assert exported(asked, asked.ada) == before, label
        asked.installation.api_tokens.end(asked.ada.subscriber_id)
    assert len(seen) >= 33


def test_nothing_of_somebody_else_is_read_or_changed_by_any_id_of_theirs(asked: Asked) -> None:
    bob = asked.store.person("bob")
    theirs = asked.store.search(bob, "Of Bob alone")
    asked.store.searches.give_feed(theirs.search_id, "a key of Bob's")
    job = posting("one")
    SqlTrackedJobs(asked.store.engine).save(
        bob.subscriber_id, TrackedJob(JOB, job.title, "Company", "", "A note of Bob's", NOW, None)
    )
    feedback.say(asked.installation, bob.subscriber_id, "not_relevant", JOB, NOW)
    own = token_for(asked.store, bob)
    client = TestClient(asked, base_url="https://alerts.example")
    [said] = client.get("/api/v1/feedback", headers={"Authorization": f"Bearer {own}"}).json()["items"]
    asked.installation.api_tokens.end(bob.subscriber_id)
    hook = webhooks.add(asked.installation, bob, "https://bob.example/hook", "", NOW).webhook
    before = exported(asked, bob)
    ids = {"webhook_id": hook.webhook_id, "search_id": theirs.search_id, "said_id": said["id"], "mail_id": slot_of(NOW)}
    asked_for = Counter[int]()
    for label, _, call in calls(asked, **ids):
        answer = call(token_for(asked.store, asked.ada))
        asked.installation.api_tokens.end(asked.ada.subscriber_id)
        assert "Bob" not in answer.text, label
        if any(name in label for name in ids):
            assert answer.status_code == 404, label
        asked_for[answer.status_code] += 1
        assert exported(asked, bob) == before, label
    assert asked_for[404] >= 12
    assert asked_for[200] >= 10


def exported(asked: Asked, person: Subscriber) -> dict[str, Any]:
    """All that is kept about somebody but their tokens."""
    return {**accounts.export(asked.installation, person.subscriber_id), "api_tokens": []}


@pytest.mark.slow
def test_hostile_words_come_back_as_they_were_or_are_refused(asked: Asked) -> None:
    client = TestClient(asked, base_url="https://alerts.example")
    words = (*WORDS, *UNREADABLE, "a\0b", "</script><script>alert(1)</script>", "{{7*7}}", "\ud800")
    for word in some(words, 3):
        asked.installation.api_tokens.end(asked.ada.subscriber_id)
        headers = {"Authorization": f"Bearer {token_for(asked.store, asked.ada)}", "If-Match": "*"}
        headers["Content-Type"] = "application/json"
        saved = client.put(f"/api/v1/saved-jobs/{JOB}", headers=headers, content=json.dumps({"note": word}))
        assert saved.status_code in (200, 422), word
        if saved.status_code == 200:
            assert saved.json()["note"] == word.strip()
            assert client.get(f"/api/v1/saved-jobs/{JOB}", headers=headers).json() == saved.json()
        for method, path, body in (
            ("PATCH", "account", {"name": word}),
            ("PATCH", "account", {"time_zone": word, "currency": word}),
            ("POST", "searches", {"name": word, "criteria": {"text": word}}),
            ("POST", "searches", {"name": "x", "criteria": {"skills": {"any": [word]}, "places": [word]}}),
            ("POST", "searches", {"name": "x", "criteria": {word: word}, word: 1}),
            ("POST", "readings", {"text": word}),
            ("POST", "previews", {"criteria": {"text": word, "near": [{"town": word, "km": 5}]}}),
            ("POST", "feedback", {"kind": "hidden_company", "company": word}),
            ("PUT", "account/pause", {"until": word}),
        ):
            answer = client.request(method, f"/api/v1/{path}", headers=headers, content=json.dumps(body))
            assert answer.status_code in (200, 201, 409, 422), (path, word, answer.text)
            json.loads(answer.content)
