"""A thousand sources at a glance: what is not well comes first, and no address shows a key."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.polling.listing import Shrunk
from services.ingest.domain.polling.schedule import Counts, SourceHealth
from services.runtime.files.datadir import STORE_FILE
from services.runtime.sql.revisions import migrate
from services.runtime.sql.store import open_store
from tests.support.collecting import DAY, HOUR, NOON
from tests.support.command_line import run

AT = ("--now", NOON.isoformat())


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A thousand sources, of which some are not well."""
    block = '[[ingest.sources]]\nname = "s{number:03}"\nurl = "https://board.example/{number}?token=hunter2"\n'
    file = tmp_path / "jobchime.toml"
    file.write_text('data = "data"\n' + "".join(block.format(number=number) for number in range(1_000)))
    engine = open_store(f"sqlite:///{tmp_path / 'data' / STORE_FILE}")
    migrate(engine)
    ledger = SqlSourceLedger(engine)
    fine = {"added_at": NOON - DAY, "last_attempt": NOON, "last_success": NOON - HOUR, "next_due": NOON + HOUR}
    for number in range(0, 1_000, 10):
        ledger.settle(SourceHealth(f"s{number:03}", **fine, counts=Counts(items=7)))
    ledger.settle(SourceHealth("s500", **fine, failures=1, last_error="answers 404"))
    ledger.settle(SourceHealth("s700", **fine, failures=3, hangs=3, last_error="too long"))
    ledger.settle(SourceHealth("s900", **fine, notes="59 listed, 0 taken: 59 past their end"))
    shrunk = Shrunk(NOON - HOUR, polls=2, listed=1, lacking=199)
    ledger.settle(SourceHealth("s990", **fine, counts=Counts(items=1), shrunk=shrunk))
    ledger.register(["s001"], NOON - HOUR)
    ledger.claim(["s001"], NOON - timedelta(seconds=90), most=1, worker="w", lease=timedelta(minutes=15))
    engine.dispose()
    return file


def test_what_is_not_well_comes_first_and_says_why(config: Path) -> None:
    lines = [line.split() for line in run("source", "list", "-c", config, *AT).out.splitlines() if line.strip()]
    assert lines[0][:3] == ["1,000", "sources:", "2"]
    rows = {line[0]: " ".join(line) for line in lines}
    named = [line[0] for line in lines if line[0].startswith("s") and line[0][1:].isdigit()]
    assert named[:4] == ["s001", "s700", "s500", "s990"]
    assert "hanging" in rows["s001"]
    assert "being asked for 90 s" in rows["s001"]
    assert "3 polls in a row ran out of time; too long" in rows["s700"]
    assert "failing" in rows["s500"]
    assert "shrunk" in rows["s990"]
    assert len(named) == 4 + 30
    assert lines[-1][:2] == ["…", "and"]
    everything = run("source", "list", "--all", "-c", config, *AT).out
    assert "59 listed, 0 taken: 59 past their end" in everything
    assert sum(line.lstrip().startswith("s") for line in everything.splitlines()) == 1_000 + 1


def test_programs_get_all_of_them_and_no_key(config: Path) -> None:
    said = run("source", "list", "--json", "-c", config, *AT).out
    rows = [json.loads(line) for line in said.splitlines()]
    assert len(rows) == 1_000
    assert (rows[0]["source"], rows[0]["state"], rows[1]["hangs"]) == ("s001", "hanging", 3)
    assert rows[0]["url"] == "https://board.example/1?token=…"
    assert "hunter2" not in said + run("config", "show", "--json", "-c", config).out


def test_an_operator_accepts_a_listing_that_shrank(config: Path) -> None:
    said = run("source", "accept", "s990", "-c", config)
    assert (said.code, "closes the 199 postings" in said.out) == (0, True)
    rows = [json.loads(line) for line in run("source", "list", "--json", "-c", config, *AT).out.splitlines()]
    assert {row["source"]: row["state"] for row in rows}["s990"] == "ok"
    refused = run("source", "accept", "s500", "-c", config)
    assert refused.code == 2
    assert "has not shrunk" in refused.err
    assert run("source", "accept", "nobody", "-c", config).code == 2
