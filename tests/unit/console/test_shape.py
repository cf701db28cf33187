"""Requests of any shape: nobody without the credential gets past the sign-in, and with it no look breaks anything."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.console import app
from services.runtime.files.datadir import LOG_FILE
from services.runtime.log.sqlite import SqliteLog
from services.runtime.web.headers import HEADERS, WithHeaders
from services.usecases import operators
from tests.support.console import TOKEN, ServedConsole, served_console
from tests.support.long_form import examples

OPEN = {"GET /livez", "GET /readyz", "GET /enter", "POST /enter"}
ENDLESS = "GET /stream/live"
"""Its answer has no end: `test_stream.py` reads its beginning."""


class Shaped:
    """A console with the document of its routes, whatever they are."""

    def __init__(self, console: ServedConsole, document: dict[str, Any]) -> None:
        self.console, self.session = console, requests.Session()
        self.operations = [found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations()]

    def ask(self, case: Any, headers: dict[str, str]) -> Any:
        base = str(self.console.client.base_url)
        return case.call(base_url=base, session=self.session, headers={**headers}, allow_redirects=False)


@pytest.fixture
def shaped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shaped]:
    made: list[FastAPI] = []

    def kept(of: FastAPI, root: str) -> WithHeaders:
        made.append(of)
        return WithHeaders(of, root)

    monkeypatch.setattr(app, "WithHeaders", kept)
    with SqliteLog(tmp_path / LOG_FILE), served_console(tmp_path) as console:
        found = Shaped(console, made[0].openapi())
        with found.session:
            yield found


@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
@given(data=st.data())
def ask(shaped: Shaped, operation: Any, mode: Any, headers: dict[str, str], got: Counter[int], data: Any) -> None:
    case = data.draw(operation.as_strategy(generation_mode=mode))
    answer = shaped.ask(case, headers)
    got[answer.status_code] += 1
    said = {name.lower(): ", ".join(values) for name, values in answer.headers.items()}
    assert {name: said.get(name.lower()) for name in HEADERS} == dict(HEADERS)
    if answer.status_code in (303, 401) and not headers:
        assert (answer.text, urlsplit(said.get("location", "/enter"))[:3]) == ("", ("", "", "/enter"))


def asked(shaped: Shaped, operation: Any, **headers: str) -> Counter[int]:
    got = Counter[int]()
    # A path takes any text: what is wrong there cannot be told from what is right.
    named = operation.body or operation.query
    for mode in schemathesis.GenerationMode if named else [schemathesis.GenerationMode.POSITIVE]:
        ask(shaped, operation, mode, headers, got)
    return got


def test_without_the_credential_no_request_of_any_shape_gets_past_the_sign_in(shaped: Shaped) -> None:
    found = {operation.label: set(asked(shaped, operation)) for operation in shaped.operations}
    assert len(found) > 25
    assert {label: found.pop(label) for label in sorted(OPEN) if label.startswith("GET")} == {
        "GET /enter": {200},
        "GET /livez": {200},
        "GET /readyz": {200},
    }
    assert found.pop("POST /enter") <= {400, 403, 429}
    assert {label: got for label, got in found.items() if not got <= {303, 401}} == {}
    assert operators.latest(shaped.console.installation) == []


def test_with_the_credential_no_look_of_any_shape_breaks_anything(shaped: Shaped) -> None:
    looks = [each for each in shaped.operations if each.method.upper() == "GET" and each.label != ENDLESS]
    found = {each.label: asked(shaped, each, Authorization=f"Bearer {TOKEN}") for each in looks}
    assert len(found) > 15
    assert {label: got for label, got in found.items() if any(status >= 500 for status in got)} == {}
    # What leads only elsewhere, or names what is not there, was asked for in earnest all the same.
    assert sum(200 in got for got in found.values()) >= 12
    assert operators.latest(shaped.console.installation) == []
