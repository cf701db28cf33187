"""Killed at each named point, and started again: no mail or letter without consent, none twice, all that is due.

A life dies at one point after the other, each at a time of its own drawn from the seed. `JOBCHIME_KILL_SEEDS` says how
many lives die at each point; `make test-kill` has 25.
"""

import json
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.faults.points_child import JOURNAL, PEOPLE, PLAN, addresses_of, new_place
from tests.support.kill_points import POINTS
from tests.support.letters import CONFIRM, SIGN_IN, LetterBox, SentLetter
from tests.support.stores import ENGINES
from tests.support.victims import Nursery

SEEDS = int(os.environ.get("JOBCHIME_KILL_SEEDS", "1"))
FIRST = int(os.environ.get("JOBCHIME_FAULTS_SEED", "16"))


class Killing:
    """Lives, one after the other, each in a place of its own; a life that dies is gone on with."""

    def __init__(self, engine: str, folder: Path, nursery: Nursery) -> None:
        self.engine, self.folder, self.nursery = engine, folder, nursery
        self.points = [name for name, point in POINTS.items() if engine == "sqlite" or not point.embedded]

    def live(self, seed: int, points: Sequence[str]) -> tuple[Counter[str], int]:
        """Live once without dying, then once dying at each of some points; where it died, and how many mails went."""
        passed, _, _ = self._live(f"whole {seed}", seed, {})
        chance = {point: random.Random(f"{point} {seed}") for point in points}
        # What only who comes back passes is passed once at least.
        kills = {point: chance[point].randint(1, max(passed[point], 1)) for point in points}
        _, died, mails = self._live(f"life {seed}", seed, kills)
        return died, mails

    def _live(self, name: str, seed: int, kills: Mapping[str, int]) -> tuple[Counter[str], Counter[str], int]:
        passed, died = Counter[str](), Counter[str]()
        with new_place(self.engine, self.folder / name) as place:
            plan = {"place": asdict(place) | {"folder": str(place.folder)}, "seed": seed, "kills": kills}
            while True:
                (self.folder / PLAN).write_text(json.dumps(plan | {"passed": passed}))
                self.nursery.start()
                status = self.nursery.outlive()
                assert status in (0, -signal.SIGKILL), (self.folder / "errors").read_text()[-4_000:]
                last = journal(place.folder)[-1]
                passed = Counter(last["passed"])
                if status == 0:
                    break
                died[last["point"]] += 1
            mails = len(checked(place.folder).sent)
        return passed, died, mails


@pytest.fixture(scope="module", params=ENGINES)
def killing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killing]:
    folder = tmp_path_factory.mktemp("killing")
    with Nursery("tests.faults.points_child", str(folder), request.param, errors=folder / "errors") as nursery:
        yield Killing(request.param, folder, nursery)


def journal(own: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (own / JOURNAL).read_text().splitlines()]


class Model:
    """What of a journal may follow what."""

    def __init__(self, own: Path) -> None:
        self.letters = LetterBox(own / "mails")
        self.asking: tuple[str, str] | None = None
        """Who is just asking for a letter, and how."""
        self.cut_short: set[str] = set()
        """Of whom it is not known whether a letter went out, and counts."""
        self.lacking: set[str] = set()
        """Who must have a letter by the end of the present act."""
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
            case "letter":
                at = datetime.fromisoformat(line["now"])
                self.letter(SentLetter(line["id"], line["kind"], line["to"], at, line["path"]))
            case "restart":
                self.cut_short |= {self.asking[1]} if self.asking else set()
                self.asking, self.lacking = None, set()
            case "begin":
                self.begin(line["act"], line["who"], datetime.fromisoformat(line["now"]))
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

    def letter(self, letter: SentLetter) -> None:
        """Nobody gets one who did not ask just now; who is not subscribed gets none but that which asks to confirm."""
        self.letters.take(letter)
        [who] = [who for who in PEOPLE if letter.to in addresses_of(who)]
        there, how = self.status[who] != "gone", self.asking[0] if self.asking else None
        wrong = {
            "that nobody asked for just now": self.asking != (how, who),
            "to who complained": letter.to in self.suppressed,
            "to another address": self.at[who] not in (None, letter.to),
            "that signs in who is not there": letter.kind == SIGN_IN and not there,
            "that asks to confirm who is there, or to sign in": letter.kind == CONFIRM and (there or how != "sign-up"),
        }
        self.wrong += [f"a letter {what}: {letter}" for what, is_so in wrong.items() if is_so]
        self.lacking.discard(who)

    def begin(self, act: str, who: str, now: datetime) -> None:
        if act in ("again", "go-on", "pause"):
            # By the link of a mail to a former address they get one to sign in by, and no more.
            self.asking = (act, who)
        if act in ("sign-up", "sign-in"):
            self.asking = (act, who)
            there, to = self.status[who] != "gone", self.at[who]
            if (there or act == "sign-up") and to and self.letters.may_get(to, now, self.suppressed):
                self.lacking |= {who} - self.cut_short
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
        if self.lacking:
            self.wrong.append(f"who asked for a letter got none: {self.lacking}")
        self.asking, self.lacking = None, set()
        if who and act != "restore":
            self.wants[who] = self.status[who] == "active"
            self.at[who] = self.at[who] or addresses_of(who)[0]

    def gone(self, who: str) -> None:
        if self.status[who] != "gone" and (address := self.at[who]):
            self.letters.forget(address)
        self.status[who], self.wants[who], self.at[who] = "gone", False, addresses_of(who)[0]
        self.got = {(own, job) for own, job in self.got if own != who}


def checked(own: Path) -> Model:
    model = Model(own)
    for line in journal(own):
        model.take(line)
    assert model.wrong == [], own
    assert model.owed == set(), f"what was due did not come: {own}"
    return model


@pytest.mark.slow(minutes=0.3)
@pytest.mark.decisive
def test_kills_at_each_point_mail_nobody_wrongly_and_lose_nothing(killing: Killing) -> None:
    kills, mails, seed = Counter[str](), 0, FIRST
    while left := [point for point in killing.points if kills[point] < SEEDS]:
        assert seed < FIRST + 4 * SEEDS, f"no life comes by {left}"
        died, sent = killing.live(seed, left)
        kills, mails, seed = kills + died, mails + sent, seed + 1
    print(f"\n{killing.engine}: {kills.total()} kills at {len(kills)} points, {mails} mails, none wrong, none twice,")
    print(f"none missing; {seed - FIRST} lives, seeds from {FIRST}; fewest at a point {min(kills.values())}")
