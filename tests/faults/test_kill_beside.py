"""The embedded form under SIGKILL while a process beside it reads: no posting lost or read twice, no process left.

The outbox relay publishes again what it had not yet marked when it was killed, so the log may have a raw posting twice;
the normaliser reads each that is there once.
"""

import os
import signal
from pathlib import Path

import pytest

from schemas.topics import POSTINGS, RAW
from services.ingest.app import make_normaliser
from services.runtime.files.datadir import LOG_FILE
from services.runtime.log.sqlite import SqliteLog
from tests.support.forking import Forked, fork
from tests.support.one_feed import settings_over
from tests.support.waiting import ended, until

POSTINGS_LISTED = 2_400
TEXT = "Bread and rolls by night in Porto, or remote within 2 hours of CET; Python, Go, 60,000 EUR a year. " * 4


def beside(running: Forked) -> list[int]:
    """The processes that it has started and that run."""
    tasks = Path(f"/proc/{running.pid}/task").glob("*/children")
    return [int(pid) for children in tasks for pid in children.read_text().split()]


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def read(folder: Path) -> int:
    """Postings that the normaliser has read."""
    if not (folder / "data" / LOG_FILE).exists():
        return 0
    with SqliteLog(folder / "data" / LOG_FILE) as log:
        return sum(log.ends(POSTINGS.name))


def all_are_read(folder: Path) -> bool:
    """Whether the log has each posting of the feed, and the normaliser has read all that it has."""
    with SqliteLog(folder / "data" / LOG_FILE) as log:
        if log.ends(POSTINGS.name) != log.ends(RAW.name):
            return False
        return len({raw.key for raw in log.read_all(RAW.name)}) == POSTINGS_LISTED


@pytest.mark.slow(minutes=2)
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="asks /proc for the processes that run")
def test_nothing_is_lost_and_no_process_left_where_either_is_killed(tmp_path: Path) -> None:
    texts = (f"{TEXT} {number}" for number in range(POSTINGS_LISTED))
    config = settings_over(tmp_path, texts, "reads_beside = true")
    running = fork("run", "-c", config, log=tmp_path / "log")
    try:
        until(lambda: bool(beside(running)), "a process is started")
        os.kill(beside(running)[0], signal.SIGKILL)
        before = read(tmp_path)
        until(lambda: read(tmp_path) > before, "ours reads on")
        running.kill()
        running.wait()
        assert not all_are_read(tmp_path)

        running = fork("run", "-c", config, log=tmp_path / "log")
        until(lambda: bool(beside(running)) or all_are_read(tmp_path), "it is started anew")
        left = beside(running)
        running.kill()
        running.wait()
        until(lambda: all(map(is_gone, left)), "it has ended with its parent", 30)

        running = fork("run", "-c", config, log=tmp_path / "log")
        until(lambda: all_are_read(tmp_path), "all are read")
        left = beside(running)
        running.terminate()
        assert ended(running) == 0
        assert all(map(is_gone, left))
    finally:
        running.kill()
        running.wait()
    with SqliteLog(tmp_path / "data" / LOG_FILE) as log:
        for partition, end in enumerate(log.ends(RAW.name)):
            raw = log.read(RAW.name, partition, 0, end)
            came = log.read(POSTINGS.name, partition, 0, end)
            expected = make_normaliser().handle(raw)
            assert [(of.key, of.value, of.headers) for of in came] == [
                (of.key, of.value, of.headers) for of in expected
            ]
