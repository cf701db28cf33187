"""A store that runs from another file than before is a copy, or was moved: that is remembered."""

import shutil
from datetime import timedelta
from pathlib import Path

from services.runtime.sql.own_file import OwnFile, end_copied, keep_own_file, read_own_file
from services.runtime.sql.store import open_store, reading
from tests.support.logs import NOON
from tests.support.stores import sqlite_url

HOUR = timedelta(hours=1)


def started(file: Path, hours: int, *, settled: bool = False) -> OwnFile:
    engine = open_store(f"sqlite:///{file}")
    try:
        keep_own_file(engine, file, NOON + hours * HOUR)
        if settled:
            end_copied(engine, NOON + hours * HOUR)
        with reading(engine) as connection:
            return read_own_file(connection)
    finally:
        engine.dispose()


def test_a_copy_is_known_by_its_file_and_the_one_that_it_was_made_of_is_not_told(tmp_path: Path) -> None:
    def kept(file: Path, hours: int) -> int | None:
        at = started(file, hours).copied_at
        return None if at is None else (at - NOON) // HOUR

    own = Path(sqlite_url(tmp_path).removeprefix("sqlite:///"))
    assert [kept(own, hours) for hours in (0, 1)] == [None, None]
    shutil.copy(own, tmp_path / "copy.sqlite")
    assert [kept(tmp_path / "copy.sqlite", hours) for hours in (2, 3)] == [2, 2]
    assert kept(own, 3) is None
    own.rename(tmp_path / "renamed.sqlite")
    assert kept(tmp_path / "renamed.sqlite", 4) is None


def test_each_start_says_of_itself_what_no_other_does_and_a_person_may_say_that_it_runs_alone(tmp_path: Path) -> None:
    own = Path(sqlite_url(tmp_path).removeprefix("sqlite:///"))
    first = started(own, 0)
    shutil.copy(own, tmp_path / "copy.sqlite")
    copy = started(tmp_path / "copy.sqlite", 1)
    assert len({first.run, copy.run, started(own, 2).run}) == 3
    assert copy.copied_at
    assert started(tmp_path / "copy.sqlite", 3, settled=True).copied_at is None
    assert started(tmp_path / "copy.sqlite", 4).copied_at is None
