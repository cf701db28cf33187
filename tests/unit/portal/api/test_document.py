"""The API's document is the one that is kept and lives with what was released, and its client examples work."""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docs.make_openapi import FILE, KEPT, lost, text
from services.notifier.domain.people import Subscriber
from services.settings.portal import PortalSettings
from tests.support.notifying import NotifierStore
from tests.support.portal import ServedPortal, served_portal
from tests.support.programs import token_for
from tests.support.waiting import until

pytestmark = pytest.mark.one_of("store")
"""What is shown stands above SQL, which other suites hold over both databases."""

PAGE = Path(__file__).parents[4] / "docs" / "api.md"
Document = dict[str, Any]


def released() -> Document:
    made: Document = json.loads(KEPT.read_text("utf-8"))
    return made


def test_the_document_is_the_one_that_is_kept_and_served(portal: ServedPortal) -> None:
    assert FILE.read_text("utf-8") == text(), "run `make schemas`"
    served = portal.get("/api/openapi.json")
    assert (served.status_code, served.json()) == (200, json.loads(text()))
    assert served.json()["openapi"].startswith("3.1")


def test_below_a_path_of_its_own_the_document_says_where_it_is(store: NotifierStore) -> None:
    with served_portal(store, PortalSettings(port=0), public_url="https://board.example/alerts") as portal:
        for path in ("/api/openapi.json", "/alerts/api/openapi.json"):
            assert portal.get(path).json()["servers"] == [{"url": "/alerts/api"}]
        assert portal.get("/alerts/api/v1/account").status_code == 401


def test_programs_of_the_released_document_can_live_with_the_present_one() -> None:
    assert lost(released(), json.loads(text())) == []


def drop_operation(document: Document) -> None:
    del document["paths"]["/v1/mails"]


def other_scope(document: Document) -> None:
    document["paths"]["/v1/mails"]["get"]["security"] = [{"token": ["export"]}]


def need_parameter(document: Document) -> None:
    [limit] = [
        parameter for parameter in document["paths"]["/v1/mails"]["get"]["parameters"] if parameter["name"] == "limit"
    ]
    limit["required"] = True


def drop_field(document: Document) -> None:
    del document["components"]["schemas"]["Mail"]["properties"]["subject"]


def need_field(document: Document) -> None:
    document["components"]["schemas"]["Note"]["properties"]["more"] = {"type": "string"}
    document["components"]["schemas"]["Note"]["required"].append("more")


def answer_otherwise(document: Document) -> None:
    answers = document["paths"]["/v1/mails"]["get"]["responses"]
    answers["204"] = answers.pop("200")


@pytest.mark.parametrize(
    "change", [drop_operation, other_scope, need_parameter, drop_field, need_field, answer_otherwise]
)
def test_what_programs_cannot_live_with_is_told(change: Callable[[Document], None]) -> None:
    changed = copy.deepcopy(released())
    change(changed)
    assert lost(released(), changed)


def test_growing_breaks_nothing() -> None:
    changed = copy.deepcopy(released())
    changed["components"]["schemas"]["Mail"]["properties"]["more"] = {"type": "string", "default": ""}
    changed["paths"]["/v1/more"] = changed["paths"]["/v1/mails"]
    assert lost(released(), changed) == []


def example(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return str(found)


@pytest.fixture
def environment(store: NotifierStore, portal: ServedPortal, ada: Subscriber) -> dict[str, str]:
    until(lambda: portal.get("/feed.json?skills=Python").status_code == 200, "the postings are read")
    base = str(portal.client.base_url).rstrip("/")
    return {**os.environ, "ALERTS_API": f"{base}/api/v1", "ALERTS_TOKEN": token_for(store, ada)}


def test_the_example_in_python_does_what_it_says(
    store: NotifierStore, ada: Subscriber, environment: dict[str, str]
) -> None:
    for _ in range(2):
        ran = subprocess.run(
            [sys.executable, "-c", example("python")], env=environment, capture_output=True, text=True, timeout=120
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        assert "1 of the last 30 days' 1 jobs fit" in ran.stdout
    searches = {search.name: search for search in store.searches.all(ada.subscriber_id)}
    assert sorted(searches) == ["Go work", "Python work", "Python, by my script"]
    assert searches["Python, by my script"].timing.hour == 18


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
def test_the_example_for_a_shell_does_what_it_says(environment: dict[str, str]) -> None:
    ran = subprocess.run(["sh", "-euc", example("sh")], env=environment, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert '"name":"Python work"' in ran.stdout
    assert '"criteria":{"skills":{"all":[],"any":["Go"]' in ran.stdout
