"""The stream's page: what is not well first, live, and what is done by its buttons is done and written down."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.runtime.pauses import read_pauses
from services.runtime.sql.store import reading
from services.usecases import operators
from tests.support.console import ServedConsole, served_console


@pytest.fixture
def console(tmp_path: Path) -> Iterator[ServedConsole]:
    with served_console(tmp_path) as made:
        made.sign_in()
        yield made


def held(console: ServedConsole) -> bool:
    with reading(console.installation.engine) as connection:
        return read_pauses(connection).holds("matcher")


def test_what_is_not_well_comes_first(console: ServedConsole) -> None:
    page = console.client.get("/").text
    assert page.index("NOT WELL") < page.index("jobchime does not run") < page.index("<h2>Services</h2>")


def test_a_button_pauses_and_lets_go_on_and_both_are_written_down(console: ServedConsole) -> None:
    for act, after in (("pause", True), ("resume", False)):
        done = console.client.post("/do", data={"act": act, "about": "matcher", "token": console.form_token()})
        assert (done.status_code, held(console)) == (303, after)
    assert [(act.operator, act.act, act.about) for act in operators.latest(console.installation)] == [
        ("operator", "resume", "matcher"),
        ("operator", "pause", "matcher"),
    ]
    assert "pause" in console.client.get("/acts").text


@pytest.mark.parametrize(("act", "about"), [("pause", "nothing"), ("explode", "matcher"), ("pause source", "nowhere")])
def test_what_cannot_be_done_is_said(console: ServedConsole, act: str, about: str) -> None:
    answer = console.client.post("/do", data={"act": act, "about": about, "token": console.form_token()})
    assert answer.status_code == 400
    [said] = re.findall(r'role="alert">([^<]+)<', answer.text)
    assert said.strip()


def test_the_page_comes_again_as_it_changes(console: ServedConsole) -> None:
    with console.client.stream("GET", "/stream/live") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        line = next(line for line in answer.iter_lines() if line)
    assert "NOT WELL" in json.loads(line.removeprefix("data: "))


def test_hostile_words_of_a_source_stay_words(console: ServedConsole) -> None:
    page = console.client.post(
        "/do", data={"act": "pause", "about": "<script>alert(1)</script>", "token": console.form_token()}
    )
    assert "<script>alert" not in page.text
