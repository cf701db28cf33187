"""Disks that are full, read-only, in the way or held: told in one sentence, and survived."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.runtime.backup import backup
from services.runtime.clock import FixedClock
from services.runtime.errors import UnavailableError
from services.runtime.files.datadir import LOG_FILE, STORE_FILE, locked
from services.runtime.letters.dead import DeadLetters
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Outgoing
from services.runtime.sql.sqlite import DamagedError, connect
from services.runtime.stages.embedded import EmbeddedRunner
from tests.support.logs import NEXT, NOON, TOPIC, Collecting, ManualTime, open_log, out, outs

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    with open_log(tmp_path) as log:
        yield log


def fill(log: SqliteLog) -> None:
    """Let the file grow no further, as a full disk does; SQLite's own limit gives the same SQLITE_FULL."""
    connection = log._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")


def free(log: SqliteLog) -> None:
    log._connection.execute("PRAGMA max_page_count = 1000000")


def one_sentence(error: BaseException) -> str:
    text = str(error)
    assert "\n" not in text
    assert "Traceback" not in text
    return text


def test_a_full_disk_refuses_the_whole_call_and_takes_it_later(log: SqliteLog) -> None:
    log.produce(outs(3))
    fill(log)
    large = [Outgoing(TOPIC, b"k", bytes(200_000)) for _ in range(3)]
    with pytest.raises(UnavailableError) as raised:
        log.produce(large)
    assert "the disk is full" in one_sentence(raised.value)
    assert log.ends(TOPIC) == (3,)
    assert len(log.read(TOPIC, 0, 0, 100)) == 3
    free(log)
    log.produce(large)
    assert log.ends(TOPIC) == (6,)


def test_the_runner_waits_for_space_says_so_and_loses_nothing(log: SqliteLog) -> None:
    log.produce([out(f"key {number}", "v" * 3_000) for number in range(200)])
    fill(log)
    time = ManualTime()
    service = Collecting(forward=NEXT)
    seen: list[str | None] = []

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        seen.append(runner.status().services[0].last_error)
        if len(seen) == 4:
            free(log)

    runner = EmbeddedRunner([service], log, clock=FixedClock(NOON), monotonic=time.monotonic, sleep=sleep)
    runner.drain()
    assert len(seen) == 4
    assert all("the disk is full" in str(error) for error in seen)
    assert log.ends(NEXT) == (200,)
    assert log.committed("collecting", TOPIC, 0) == 200
    assert list(DeadLetters(log).find()) == []
    assert runner.status().healthy


BOUNDED = """
import resource, sys
from pathlib import Path
from services.runtime.errors import UnavailableError
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Outgoing

log = SqliteLog(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
acknowledged = 0
try:
    while True:
        log.produce([Outgoing("raw.v1", b"k", bytes(10_000))])
        acknowledged += 1
except UnavailableError as error:
    print(acknowledged, error, sep="|")
"""


def test_what_was_acknowledged_before_the_disk_refused_is_there(tmp_path: Path) -> None:
    """The kernel refuses to let any file grow, whoever asks: the real thing, and root is bound by it too."""
    path = tmp_path / LOG_FILE
    ran = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(path)],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    acknowledged, _, sentence = ran.stdout.strip().partition("|")
    assert "disk" in sentence
    with SqliteLog(path) as log:
        assert len(list(log.read_all(TOPIC))) == int(acknowledged) > 5
        log.produce(outs(1))


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    for attempt in (
        lambda: SqliteLog(tmp_path / "data" / LOG_FILE),
        lambda: locked(tmp_path / "data").__enter__(),
    ):
        with pytest.raises(UnavailableError) as raised:
            attempt()
        assert str(tmp_path / "data") in one_sentence(raised.value)


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / LOG_FILE).mkdir()
    with pytest.raises(UnavailableError, match="cannot be opened"):
        SqliteLog(tmp_path / LOG_FILE)


def test_a_log_that_may_only_be_read_is_read_and_says_why_it_takes_nothing(log: SqliteLog) -> None:
    log.produce(outs(2))
    log._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(UnavailableError, match="cannot be written to"):
        log.produce(outs(1))
    assert len(list(log.read_all(TOPIC))) == 2


def test_a_log_held_by_another_process_for_too_long_is_told(tmp_path: Path) -> None:
    with SqliteLog(tmp_path / LOG_FILE, busy_s=0.05) as log, closing(connect(tmp_path / LOG_FILE)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnavailableError, match="held by another process"):
            log.produce(outs(1))
        other.execute("ROLLBACK")
        log.produce(outs(1))


def test_a_damaged_log_ends_the_runner_in_a_sentence_and_kills_no_record(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        log.produce([out(f"key {number}", "v" * 3_000) for number in range(200)])
    path = tmp_path / LOG_FILE
    pages = bytearray(path.read_bytes())
    pages[4096 * 8 :] = os.urandom(len(pages) - 4096 * 8)
    path.write_bytes(pages)
    with open_log(tmp_path) as log, pytest.raises(DamagedError, match="restore it from a backup") as raised:
        EmbeddedRunner([Collecting()], log, clock=FixedClock(NOON)).drain()
    one_sentence(raised.value)


def test_a_backup_onto_a_full_disk_leaves_no_half_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "data"
    with SqliteLog(folder / LOG_FILE) as log:
        log.produce([out(f"key {number}", "v" * 3_000) for number in range(50)])
    connect(folder / STORE_FILE).close()
    plain = sqlite3.connect

    def bounded(*args: object, **kwargs: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = plain(*args, **kwargs)
        connection.execute("PRAGMA max_page_count = 2")
        return connection

    monkeypatch.setattr("services.runtime.backup.sqlite3.connect", bounded)
    with pytest.raises(UnavailableError, match="the disk is full"):
        backup(folder, tmp_path / "b.zip", now=NOON)
    assert [file.name for file in tmp_path.iterdir()] == ["data"]
