"""Sources and sending in the console: what each gave, a new one tried before it is added, and what holds mails."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.polling.schedule import Counts, SourceHealth
from services.ingest.settings import IngestSettings, SourceSettings
from services.notifier.mail_settings import MailSettings, WarmUpSettings
from services.runtime.pauses import SqlPauses
from services.settings import load_settings
from services.usecases import operators
from tests.support.console import ServedConsole, served_console
from tests.support.notifying import NOW
from tests.support.serving import DAY, HOUR

SOURCE = SourceSettings(name="board", url="https://board.example/feed")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "jobchime.toml"
    written.write_text('data = "."\n')
    return written


@pytest.fixture
def console(tmp_path: Path, file: Path) -> Iterator[ServedConsole]:
    warm_up = WarmUpSettings(since=date(2026, 6, 30), per_day=(100, 200, 400))
    ingest, mail = IngestSettings(sources=(SOURCE,)), MailSettings(warm_up=warm_up)
    with served_console(tmp_path, file=file, ingest=ingest, mail=mail) as made:
        made.now = NOW + HOUR
        made.sign_in()
        yield made


def post(console: ServedConsole, path: str, **fields: str) -> tuple[int, str]:
    answer = console.client.post(path, data=fields | {"token": console.form_token()})
    return answer.status_code, answer.text


def settle(console: ServedConsole, *, new: int = 0, failed: bool = False) -> None:
    health = SourceHealth("board", added_at=NOW - DAY, next_due=NOW + 5 * HOUR, last_attempt=NOW, last_success=NOW)
    ledger = SqlSourceLedger(console.installation.engine)
    ledger.settle(
        SourceHealth(
            health.source, health.added_at, health.next_due, NOW, NOW, failures=int(failed), last_error="HTTP 503"
        ),
        Counts(new=new),
    )


def test_what_a_source_gave_is_shown_by_day(console: ServedConsole) -> None:
    settle(console, new=1_200)
    settle(console, new=34)
    settle(console, failed=True)
    row = console.client.get("/sources").text.partition(">board</a>")[2].partition("</tr>")[0]
    assert "failing" in row
    assert ">1,234<" in row
    page = console.client.get("/sources/board").text
    assert "HTTP 503" in page
    assert '<th scope="row">01 Jul</th><td class="figure">1,234</td>' in page
    assert console.client.get("/sources/nowhere").status_code == 404


def test_a_source_is_polled_now_and_held_by_buttons(console: ServedConsole) -> None:
    settle(console)
    for act in ("poll source", "pause source", "resume source"):
        answer = console.client.post(
            "/do", data={"act": act, "about": "board", "back": "/sources/board", "token": console.form_token()}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/sources/board")
    health = SqlSourceLedger(console.installation.engine).health("board")
    assert health is not None
    assert health.next_due <= NOW
    assert [act.act for act in operators.latest(console.installation)] == [
        "resume source",
        "pause source",
        "poll source",
    ]
    assert post(console, "/do", act="poll source", about="nowhere")[0] == 400


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/enter", "/sources/a/../../x"])
def test_a_button_leads_to_pages_of_our_own_alone(console: ServedConsole, back: str) -> None:
    fields = {"act": "pause source", "about": "board", "back": back, "token": console.form_token()}
    assert console.client.post("/do", data=fields).headers["location"] == "/"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "/etc/passwd", "http://127.0.0.1:1/feed", "http://[::1]/"])
def test_what_is_not_on_the_web_is_neither_read_nor_added(console: ServedConsole, file: Path, url: str) -> None:
    before = file.read_text()
    for act in ("check", "add"):
        page = post(console, "/sources", act=act, url=url, name="new")[1]
        assert "Add it to the settings" not in page
        assert "root:" not in page
    assert file.read_text() == before
    assert load_settings(file).ingest.sources == ()


def test_what_holds_mails_is_shown_and_done(console: ServedConsole) -> None:
    page = console.client.get("/sending").text
    assert "2026-07-01 (today)" in page
    assert post(console, "/sending", act="check brake")[1].count("nothing speaks against sending") == 1
    pauses = SqlPauses(console.installation.engine)
    post(console, "/sending", act="stop letters")
    assert pauses.read().confirmations_stopped
    post(console, "/do", act="resume", about="sending", back="/sending")
    assert not pauses.read().confirmations_stopped
    post(console, "/do", act="pause", about="sending", back="/sending")
    assert "Paused by an operator" in console.client.get("/sending").text
    assert post(console, "/sending", act="explode")[0] == 400
    assert [act.act for act in operators.latest(console.installation)] == [
        "pause",
        "resume",
        "stop letters",
        "check brake",
    ]
