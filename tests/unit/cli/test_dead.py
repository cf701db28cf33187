"""`jobchime dead`: what is listed."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.topics import RAW
from services.ingest.events import dead_letter
from services.ingest.faults import FeedFault
from services.ingest.ports import Broken
from services.runtime.clock import FixedClock
from services.runtime.errors import PoisonError
from services.runtime.files.datadir import LOG_FILE
from services.runtime.letters.writing import letter_of
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Record
from tests.support.command_line import run


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An installation in whose log something died 40 days ago, and something else today."""
    file = tmp_path / "jobchime.toml"
    file.write_text('data = "data"\n')
    (tmp_path / "data").mkdir()
    clock = FixedClock(datetime.now(UTC) - timedelta(days=40))
    with SqliteLog(tmp_path / "data" / LOG_FILE, clock=clock) as log:
        for error in ("long ago", "today"):
            record = Record(RAW.name, 0, 1, b"key", b'{"source":"board"}', {}, clock.now())
            died = letter_of(record, PoisonError(error), attempts=1, consumer="normaliser", failed_at=clock.now())
            log.produce([died])
            clock.set(datetime.now(UTC))
    return file


@pytest.mark.parametrize("how", [(), ("--each",), ("--json",)])
def test_only_as_many_days_are_listed_as_were_asked_for(how: tuple[str, ...], config: Path) -> None:
    def listed(*days: str) -> str:
        return run("dead", "list", *how, *days, "-c", config).out

    assert ("long ago" in listed(), "today" in listed()) == (True, True)
    assert ("long ago" in listed("--days", "7"), "today" in listed("--days", "7")) == (False, True)


def names(config: Path, *options: str) -> list[str]:
    lines = run("dead", "list", "--json", *options, "-c", config).out.splitlines()
    return [json.loads(line)["error"] for line in lines]


def test_a_discarded_letter_is_listed_only_with_all_and_tells_why(config: Path) -> None:
    (letter, _) = [json.loads(line)["letter"] for line in run("dead", "list", "--json", "-c", config).out.splitlines()]
    done = run("dead", "discard", letter, "--reason", "the board has mended it", "-c", config)
    assert (done.code, done.out.partition(",")[0]) == (0, "1 discarded")
    assert names(config) == ["today"]
    assert names(config, "--all") == ["long ago", "today"]
    listed = run("dead", "list", "-c", config).out
    assert "long ago" not in listed
    assert "1 dead letter, and 1 discarded" in listed
    assert "discarded: the board has mended it" in run("dead", "list", "--all", "-c", config).out
    assert "the board has mended it" in run("dead", "show", letter, "-c", config).out


def test_letters_of_a_code_are_listed_and_seen_to_by_it(config: Path) -> None:
    with SqliteLog(config.parent / "data" / LOG_FILE) as log:
        broken = Broken(FeedFault("missing", "there is no title", "title"), "{}", "7")
        log.produce([dead_letter("board", broken, datetime.now(UTC))])
    listed = run("dead", "list", "-c", config).out
    assert [word in listed for word in ("missing", "title", "today")] == [True, True, True]
    assert names(config, "--code", "missing") == ["there is no title"]
    shown = json.loads(run("dead", "list", "--json", "--code", "missing", "-c", config).out)
    assert (shown["code"], shown["field"]) == ("missing", "title")
    misspelt = run("dead", "replay", "--code", "mising", "-c", config)
    assert (misspelt.code, "did you mean missing?" in misspelt.err) == (2, True)
    assert run("dead", "discard", "--code", "missing", "--reason", "mended", "-c", config).out.startswith("1 discarded")
    assert names(config) == ["long ago", "today"]


def test_discarding_asks_which_and_why(config: Path) -> None:
    assert "--reason" in run("dead", "discard", "raw.v1.dead:0:0", "-c", config).err
    nothing = run("dead", "discard", "--reason", "why not", "-c", config)
    assert (nothing.code, "say which" in nothing.err) == (2, True)


@pytest.mark.parametrize("which", [("--source", "board"), ("--error", "today"), ("--topic", "raw.v1")])
def test_many_are_discarded_at_once(which: tuple[str, str], config: Path) -> None:
    assert run("dead", "discard", *which, "--reason", "mended", "-c", config).code == 0
    assert "today" not in names(config)


def test_status_does_not_count_what_was_discarded(config: Path) -> None:
    def waiting() -> list[int]:
        found = json.loads(run("status", "--json", "-c", config).out)
        return [letter["waiting"] for letter in found["letters"]] + [topic["dead"] for topic in found["topics"]]

    assert sum(waiting()) == 4
    run("dead", "discard", "--topic", "raw.v1", "--reason", "mended", "-c", config)
    assert sum(waiting()) == 0


@pytest.mark.parametrize("words", [("replay",), ("discard", "--reason", "seen to")])
def test_what_would_be_done_to_every_letter_asks_which_and_names_the_options(
    words: tuple[str, ...], config: Path
) -> None:
    ran = run("dead", *words, "-c", config)
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert "say which: a letter, --topic, --source, --error or --code" in ran.err
