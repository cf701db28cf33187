"""`jobchime dead`: what is listed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.topics import RAW
from services.runtime.clock import FixedClock
from services.runtime.datadir import LOG_FILE
from services.runtime.dead import letter_of
from services.runtime.errors import PoisonError
from services.runtime.log_sqlite import SqliteLog
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
            record = Record(RAW.name, 0, 1, b"key", b"value", {}, clock.now())
            died = letter_of(record, PoisonError(error), attempts=1, consumer="normaliser", failed_at=clock.now())
            log.produce([died])
            clock.set(datetime.now(UTC))
    return file


@pytest.mark.parametrize("how", [(), ("--each",), ("--json",)])
def test_only_as_many_days_are_listed_as_were_asked_for(how: tuple[str, ...], config: Path) -> None:
    def told(*days: str) -> str:
        return run("dead", "list", *how, *days, "-c", config).out

    assert ("long ago" in told(), "today" in told()) == (True, True)
    assert ("long ago" in told("--days", "7"), "today" in told("--days", "7")) == (False, True)
