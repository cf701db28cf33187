"""Killed at a named point, and started again: no mail without consent, none twice, all that is due.

`JOBCHIME_KILL_SEEDS` says how many lives die at each point; `make test-kill` has 25.
"""

import json
import os
import random
import shutil
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.faults.points_child import JOURNAL, PASSED, PEOPLE, PLAN, POINTS, addresses_of, make_place
from tests.support.victims import Nursery

SEEDS = int(os.environ.get("JOBCHIME_KILL_SEEDS", "1"))
FIRST = int(os.environ.get("JOBCHIME_FAULTS_SEED", "16"))


class Killing:
    """Lives, one after the other, each in a folder of its own."""

    def __init__(self, folder: Path, nursery: Nursery) -> None:
        self.folder, self.nursery = folder, nursery
        self._passed: dict[int, dict[str, int]] = {}

    def live(self, name: str, seed: int, kill: tuple[str, int] | None) -> Path:
        """Begin a life, or go on with one that died; the folder."""
        own = self.folder / name
        if not own.exists():
            make_place(own)
        (self.folder / PLAN).write_text(json.dumps({"folder": str(own), "seed": seed, "kill": kill}))
        self.nursery.start()
        status = self.nursery.outlive()
        assert status == (-signal.SIGKILL if kill else 0), (self.folder / "errors").read_text()[-4_000:]
        return own

    def passed(self, point: str, seed: int) -> int:
        """How often a life passes a point that does not die."""
        if seed not in self._passed:
            own = self.live(f"whole {seed}", seed, None)
            checked(own)
            self._passed[seed] = json.loads((own / PASSED).read_text())
            shutil.rmtree(own)
        return self._passed[seed].get(point, 0)


@pytest.fixture(scope="module")
def killing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killing]:
    folder = tmp_path_factory.mktemp("killing")
    with Nursery("tests.faults.points_child", str(folder), errors=folder / "errors") as nursery:
        yield Killing(folder, nursery)


def journal(own: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (own / JOURNAL).read_text().splitlines()]


class Model:
    """What of a journal may follow what."""

    def __init__(self) -> None:
        self.wants: dict[str, bool | None] = dict.fromkeys(PEOPLE, False)
        """None while it is being said: it may be so by now, or not."""
        self.status = dict.fromkeys(PEOPLE, "gone")
        self.at: dict[str, str | None] = {who: addresses_of(who)[0] for who in PEOPLE}
        self.suppressed: set[str] = set()
        self.owed: set[tuple[str, str]] = set()
        self.sent: set[str] = set()
        self.got: set[tuple[str, str]] = set()
        self.wrong: list[str] = []

    def take(self, line: dict[str, Any]) -> None:
        match line["what"]:
            case "mail":
                self.mail(line["to"], line["delivery"], line["jobs"])
            case "begin":
                self.begin(line["act"], line["who"])
            case "done":
                self.done(line["act"], line["who"], line["outcome"])
            case "erased":
                self.gone(line["who"])

    def mail(self, to: str, delivery: str, jobs: list[str]) -> None:
        [who] = [who for who in PEOPLE if to in addresses_of(who)]
        wrong = {
            "without consent, paused, or after they left": self.wants[who] is False,
            "to who complained": to in self.suppressed,
            "to a former address": self.at[who] not in (None, to),
            "twice for a window": delivery in self.sent,
            "a job twice": any((who, job) in self.got for job in jobs),
        }
        self.wrong += [f"{what}: {delivery} to {to}" for what, is_so in wrong.items() if is_so]
        self.sent.add(delivery)
        self.got |= {(who, job) for job in jobs}
        self.owed -= {(who, job) for job in jobs}

    def begin(self, act: str, who: str) -> None:
        if act in ("one-click", "pause", "erase", "restore", "confirm", "again", "go-on"):
            self.wants[who] = None
        if act in ("one-click", "pause", "erase", "restore", "events"):
            self.owed = {(own, job) for own, job in self.owed if own != who}
        if act == "address":
            self.at[who] = None

    def done(self, act: str, who: str, outcome: Any) -> None:
        before = self.status.get(who)
        if act == "confirm" and outcome and before in ("gone", "unsubscribed"):
            self.status[who] = "active"
        elif act == "one-click" and outcome:
            self.status[who] = "unsubscribed"
        elif (act == "again" and outcome and before in ("unsubscribed", "paused")) or (act == "go-on" and outcome):
            self.status[who] = "active"
        elif act == "pause" and outcome:
            self.status[who] = "paused"
        elif act in ("erase", "restore"):
            self.gone(who)
        elif act == "events":
            self.suppressed |= set(outcome)
        elif act == "lift":
            self.suppressed -= set(outcome)
        elif act == "address" and outcome:
            self.at[who] = outcome
        elif act == "job":
            job, *there = outcome
            self.owed |= {(own, job) for own in there if self.wants[own] and self.at[own] not in self.suppressed}
        if who and act != "restore":
            self.wants[who] = self.status[who] == "active"
            self.at[who] = self.at[who] or addresses_of(who)[0]

    def gone(self, who: str) -> None:
        self.status[who], self.wants[who], self.at[who] = "gone", False, addresses_of(who)[0]
        self.got = {(own, job) for own, job in self.got if own != who}


def checked(own: Path) -> Model:
    model = Model()
    for line in journal(own):
        model.take(line)
    assert model.wrong == [], own
    assert model.owed == set(), f"what was due did not come: {own}"
    return model


@pytest.mark.slow(minutes=0.03)
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_a_point_mails_nobody_wrongly_and_loses_nothing(killing: Killing, point: str) -> None:
    mails = kills = 0
    for seed in count(FIRST):
        passed = killing.passed(point, seed)
        if passed:
            own = killing.live(f"life {seed}", seed, (point, random.Random(f"{point} {seed}").randint(1, passed)))
            killing.live(f"life {seed}", seed, None)
            kills, mails = kills + 1, mails + len(checked(own).sent)
            shutil.rmtree(own)
        if kills == SEEDS:
            break
        assert seed < FIRST + 4 * SEEDS, "most lives should pass each point"
    print(f"{point}: {kills} kills, {mails} mails, none wrong, none twice, none missing (seeds from {FIRST})")
