"""A data folder that nobody can write to is told of with why, in place of a process that does not run."""

import os
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from services.overview.stream import gather
from services.overview.stream.model import DATA_FOLDER
from services.runtime.files.datadir import LOG_FILE
from services.runtime.log.sqlite import SqliteLog
from services.runtime.sql.sqlite import connect
from services.settings import Settings
from services.usecases.overview import watcher

MIB = 1 << 20


@pytest.mark.parametrize(
    ("flags", "free", "said"),
    [
        (0, 9 * MIB, None),
        (0, MIB, "its disk is full (1 MiB are free), and nothing is written: free some space"),
        (os.ST_RDONLY, 9 * MIB, "it is mounted read-only, as after a fault of the disk: see the system's log,"),
    ],
)
def test_why_nothing_is_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: int, free: int, said: str | None
) -> None:
    disk = SimpleNamespace(f_flag=flags, f_bavail=free // 4_096, f_frsize=4_096)
    with watcher(Settings(data=tmp_path)) as stream:
        monkeypatch.setattr(os, "statvfs", lambda folder: disk)
        reasons = [engine.said for engine in stream.look().engines if engine.name == DATA_FOLDER]
    assert [why.startswith(said or "") for why in reasons] == [True] * (said is not None)


def test_a_log_that_another_process_holds_is_told_of_though_it_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gather, "_PATIENCE_S", 0.1)
    path = tmp_path / LOG_FILE
    with SqliteLog(path), closing(connect(path)) as other, watcher(Settings(data=tmp_path)) as stream:

        def said() -> list[str]:
            return [engine.said for engine in stream.look().engines if engine.name == "log" and not engine.reachable]

        assert said() == []
        other.execute("BEGIN IMMEDIATE")
        [why] = said()
        assert why.startswith(f"{path} is held by another process: `fuser` names it")
        other.execute("ROLLBACK")
        assert said() == []
