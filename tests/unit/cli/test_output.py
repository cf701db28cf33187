"""Nothing that a stranger wrote steers the terminal that it is printed on, by whatever way a command prints."""

import io
import json
import logging
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
import typer
from hypothesis import given
from hypothesis import strategies as st
from rich.live import Live
from rich.table import Table
from rich.text import Text

from schemas.topics import RAW
from services.cli.output import Cleaned, console, guarded, print_json, table
from services.runtime.clock import FixedClock
from services.runtime.errors import PoisonError
from services.runtime.files.datadir import LOG_FILE
from services.runtime.letters.writing import letter_of
from services.runtime.log.sqlite import SqliteLog
from services.runtime.logging import configure_logging
from services.runtime.printable import escaped, json_text, printable
from services.runtime.records import Record
from tests.support.command_line import run

HOSTILE = "a\x1b[2J\x1b]0;owned\x07b\x9b31mc\rd\x00e\u202egnp\u2066f\u2028g\x7fh"
ALLOWED = "\n\t"


def steering(text: str) -> set[str]:
    """What of a text steers a terminal."""
    return {
        sign for sign in text if sign not in ALLOWED and (not sign.isprintable() and sign != "\xad" and _steers(sign))
    }


def _steers(sign: str) -> bool:
    return (
        ord(sign) < 0x20
        or 0x7F <= ord(sign) < 0xA0
        or sign in "\u061c\u200e\u200f"
        or "\u2028" <= sign <= "\u202e"
        or ("\u2066" <= sign <= "\u2069")
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def draw_over_itself(text: str) -> None:
    with Live(console=console(), auto_refresh=False) as live:
        live.update(Cleaned(Text(text, "red")), refresh=True)


WAYS: tuple[Callable[[str], object], ...] = (
    print,
    typer.echo,
    lambda text: typer.echo(text, err=True),
    lambda text: print(text, file=sys.stderr),
    lambda text: sys.stdout.write(text),
    lambda text: sys.stdout.writelines([text]),
    lambda text: console().print(text, markup=False),
    lambda text: console().print(Text(text, "red")),
    lambda text: console().print(table(text, ("a", text), [(text, text)])),
    lambda text: console().print(Table(text)),
    lambda text: console(error=True).print(text, markup=False),
    lambda text: print_json({text: text}),
    lambda text: draw_over_itself(text),
    lambda text: structlog.get_logger().warning(text, error=text, errors=[text], inner={text: text}),
    lambda text: logging.getLogger("some.library").error("%s", text),
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
def test_no_way_of_printing_lets_through_what_steers(way: Callable[[str], object], stream: type[io.StringIO]) -> None:
    out = stream()
    with redirect_stdout(out), redirect_stderr(out), guarded():
        configure_logging(level="warning")
        way(HOSTILE)
        configure_logging(level="error", stream=io.StringIO())
    # Less the colours that we chose ourselves; what was hostile has lost its escape.
    shown = re.sub(r"\x1b\[(\?25[hl]|[0-9;]*[mAK])", "", out.getvalue()).replace("\r", "")
    assert "a" in shown
    assert steering(shown) == set()


@given(st.text())
def test_json_keeps_its_data(text: str) -> None:
    assert json.loads(json_text({"it": text})) == {"it": text}
    assert json.loads(escaped(json.dumps([text], ensure_ascii=False, indent=1))) == [text]
    assert steering(json_text(text)) == set()


@given(st.text())
def test_text_without_steering_is_left_as_it_is(text: str) -> None:
    assert steering(printable(text)) == set()
    if not steering(text):
        assert printable(text) == text


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An installation with a dead letter of somebody hostile, and a feed and postings of theirs."""
    file = tmp_path / "jobchime.toml"
    file.write_text('data = "data"\n')
    (tmp_path / "data").mkdir()
    clock = FixedClock(datetime.now(UTC))
    with SqliteLog(tmp_path / "data" / LOG_FILE, clock=clock) as log:
        record = Record(RAW.name, 0, 1, HOSTILE.encode(), HOSTILE.encode(), {"source": HOSTILE}, clock.now())
        log.produce([letter_of(record, PoisonError(HOSTILE), attempts=1, consumer=HOSTILE, failed_at=clock.now())])
    item = {"id": "1", "title": HOSTILE, "company": HOSTILE, "url": "https://a.example/1", "description": HOSTILE}
    (tmp_path / "feed.jsonl").write_text(json.dumps(item) + "\n")
    return file


@pytest.mark.parametrize(
    "words",
    [
        ("dead", "list"),
        ("dead", "list", "--all"),
        ("dead", "list", "--json"),
        ("dead", "show", "{letter}"),
        ("dead", "show", "{letter}", "--json"),
        ("dead", "list", "--topic", HOSTILE),
        ("status",),
        ("status", "--json"),
        ("source", "check", "{feed}"),
        ("normalise", "{feed}"),
        ("search", "add", HOSTILE, "{feed}"),
        ("subscriber", "show", HOSTILE),
        (HOSTILE,),
    ],
)
def test_no_command_prints_what_steers(words: tuple[str, ...], config: Path) -> None:
    listed = run("dead", "list", "--json", "-c", config).out
    letter = json.loads(listed)["letter"]
    given = [word.replace("{letter}", letter).replace("{feed}", str(config.parent / "feed.jsonl")) for word in words]
    takes_config = words[0] not in ("normalise", HOSTILE) and words[:2] != ("source", "check")
    ran = run(*given, *(("-c", config) if takes_config else ()))
    assert ran.out + ran.err
    assert "Traceback" not in ran.err
    assert steering(ran.out + ran.err) == set()
