"""Every 202 of the push endpoint survives a SIGKILL, whenever it comes; and what is sent again does not double."""

import http.client
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from schemas.codec import decode
from schemas.raw import RawPosting
from services.runtime.log.sqlite import SqliteLog
from tests.support.long_form import LONG
from tests.support.pushing import Answer, Client, posting

SEED = int(os.environ.get("JOBCHIME_FAULTS_SEED", "20"))
LIVES = 8 if LONG else 2
ROOT = Path(__file__).parents[2]


class Served:
    """A child that serves."""

    def __init__(self, folder: Path, *, dies: bool = False) -> None:
        command = [sys.executable, "-m", "tests.faults.push_child", str(folder), "dies" if dies else "lives"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        while line and not line.strip().isdigit():
            line = self.process.stdout.readline()
        self.client = Client(int(line))

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def sent(folder: Path) -> list[RawPosting]:
    with SqliteLog(folder / "log.sqlite") as log:
        return [decode(RawPosting, record.value) for record in log.read_all("raw.v1")]


def attempt(client: Client, rows: list[dict[str, object]]) -> Answer | None:
    """An answer, or None where the server died meanwhile."""
    try:
        return client.push(rows, timeout=10)
    except (OSError, http.client.HTTPException, ValueError):
        return None


@pytest.mark.slow
def test_what_was_answered_is_there_after_kills_at_random(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    acknowledged: dict[str, str] = {}
    number = 0
    for _ in range(LIVES):
        served = Served(tmp_path)
        killer = threading.Timer(0.1 + chance.random() * 0.8, served.kill)
        killer.start()
        while True:
            rows = [posting(f"{number + at}") for at in range(chance.choice((1, 3, 40, 250)))]
            answer = attempt(served.client, rows)
            if answer is None:
                break
            assert answer.status == 202, answer
            acknowledged |= {record["id"]: record["posting_id"] for record in answer.body["records"]}
            number += len(rows)
        killer.join()
        there = {raw.source_id: raw.posting_id for raw in sent(tmp_path)}
        lost = acknowledged.keys() - there.keys()
        assert not lost, f"seed {SEED}: {len(lost)} of {len(acknowledged)} answered for are lost"
    served = Served(tmp_path)
    try:
        for first in range(0, number, 500):
            again = attempt(served.client, [posting(str(at)) for at in range(first, min(first + 500, number))])
            assert again is not None
            assert set(again.outcomes()) == {"unchanged"}
    finally:
        served.kill()
    print(f"{len(acknowledged)} answered with 202 over {LIVES} kills, 0 lost (seed {SEED})")


def test_a_kill_between_log_and_ledger_sends_it_once_more_and_never_loses_it(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [posting("1"), posting("2")]
    dying = Served(tmp_path, dies=True)
    assert attempt(dying.client, rows) is None
    assert dying.process.wait() == -signal.SIGKILL
    dying.kill()
    served = Served(tmp_path)
    try:
        again = attempt(served.client, rows)
        assert again is not None
        assert (again.status, again.outcomes()) == (202, ["changed", "changed"])
        once_more = attempt(served.client, rows)
        assert once_more is not None
        assert once_more.outcomes() == ["unchanged", "unchanged"]
    finally:
        served.kill()
    found = sent(tmp_path)
    assert Counter(raw.source_id for raw in found) == {"1": 2, "2": 2}
    assert len({raw.content_hash for raw in found if raw.source_id == "1"}) == 1
