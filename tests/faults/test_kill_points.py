"""Killed at each named point, and started again: no mail or letter without consent, none twice, all that is due.

Whatever the point, what was answered is so afterwards, and what was cut short is done by doing it again: `Model` says
of each line of the journal what may follow it. A life dies at one point after the other, each at a time of its own
drawn from the seed; what it does not come by any more, another one dies at the first time. `JOBCHIME_KILL_SEEDS` says
how many seeds there are; `make test-kill` has 25, each with a whole life before, which tells how often it comes by. In
the short form SQLite has all, each at its first time, and PostgreSQL, where both are tried, one of six.
"""

import json
import os
import random
import signal
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.faults.points_child import JOURNAL, PEOPLE, PLAN, addresses_of, new_place
from tests.support.kill_points import POINTS
from tests.support.letters import CONFIRM, NEW_ADDRESS, SIGN_IN, LetterBox, SentLetter
from tests.support.long_form import LONG, some
from tests.support.stores import ENGINES
from tests.support.victims import Nursery

SEEDS = int(os.environ.get("JOBCHIME_KILL_SEEDS", "1"))
FIRST = int(os.environ.get("JOBCHIME_FAULTS_SEED", "16"))
SHARED = os.environ.get("JOBCHIME_LIVE") == "1" and not LONG


class Killing:
    """Lives, one after the other, each in a place of its own; a life that dies is gone on with."""

    def __init__(self, engine: str, folder: Path, nursery: Nursery) -> None:
        self.engine, self.folder, self.nursery = engine, folder, nursery
        points = [name for name, point in POINTS.items() if not point.embedded]
        if SHARED and engine != "sqlite":
            points = [*some(points, 6)]
        self.points = points + [name for name, point in POINTS.items() if point.embedded and engine == "sqlite"]

    def die(self, seed: int, points: Collection[str], passed: Mapping[str, int]) -> tuple[Counter[str], int]:
        """Live once, dying at each of some points; where it died, and how many mails went.

        `passed`: how often a whole life comes by; what only who comes back does is come by once at least.
        """
        chance = {point: random.Random(f"{point} {seed}") for point in points}
        kills = {point: chance[point].randint(1, max(passed.get(point, 0), 1)) for point in points}
        _, died, mails = self._live(f"life {seed}", seed, kills)
        return died, mails

    def whole(self, seed: int) -> Counter[str]:
        """Live once without dying; how often it came by each point."""
        return self._live(f"whole {seed}", seed, {})[0]

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


Stands = dict[str, tuple[str, str, bool]]
"""By who is subscribed: the status, the address, and whether what they search for is served."""
LEAVES_A_DOUBT = "after SENDING, before the mail"
"""Without it nobody comes by a doubt that is disproved."""
LEAVING = ("one-click", "pause", "pause-search", "erase", "restore")
CHANGES = ("come-in", "confirm", "answer", "again", "go-on", "resume-search", *LEAVING)
"""Acts in whose course somebody may be mailed already, or no more."""
LETTERS = ("come-in", "sign-up", "sign-in", "move", "again", "go-on", "pause", "resume-search")
"""Acts that may have a letter come: by the link of a mail to a former address, one to sign in by and no more."""
LEAVES = (*LEAVING, "events", "flood")
"""Acts after which what was due may not come."""


class Model:
    """What of a journal may follow what."""

    def __init__(self, own: Path) -> None:
        self.stands: Stands = {}
        self.there: set[str] = set()
        """Who is subscribed, also of those who were cut short as they came in."""
        self.letters = LetterBox(own / "mails")
        self.cut_short: set[str] = set()
        """Of whom it is not known whether a letter went out, and counts."""
        self.lacking: set[str] = set()
        """Who must have a letter by the end of the present act."""
        self.acting = ""
        """Who is just saying something: it may be so by now, or not."""
        self.at_work = ""
        self.number = 0
        self.suppressed: set[str] = set()
        self.owed: set[tuple[str, str]] = set()
        self.sent: set[str] = set()
        self.got: set[tuple[str, str]] = set()
        self.asked: set[str] = set()
        self.moves: dict[str, set[int]] = {who: set() for who in PEOPLE}
        """The acts of changing an address."""
        self.notices: Counter[str] = Counter()
        """How often it was told where they were mailed before."""
        self.untold: set[tuple[int, str]] = set()
        """The act, and the address."""
        self.told_before_done: set[tuple[int, str]] = set()
        self.hooked: set[str] = set()
        """Who has a webhook that is proven."""
        self.owed_events: set[tuple[str, str]] = set()
        self.event_ids: dict[tuple[str, str], str] = {}
        """By who and job: what its event was known by, each time that it came."""
        self.waits = False
        """Whether a dump was just restored: nothing is mailed before it is told who opted out since."""
        self.wrong: list[str] = []

    def take(self, line: dict[str, Any]) -> None:
        match line["what"]:
            case "mail":
                [who] = [who for who in PEOPLE if line["to"] in addresses_of(who)]
                getattr(self, line["kind"])(who, line)
                self.sent.add(line["delivery"])
            case "letter":
                at = datetime.fromisoformat(line["now"])
                self.letter(SentLetter(line["id"], line["kind"], line["to"], at, line["path"]))
            case "event":
                self.event(line["who"], line)
            case "begin":
                self.begin(line["act"], line["who"], line["number"], datetime.fromisoformat(line["now"]))
            case "restart":
                self.restart(line["stands"])
            case "done":
                self.done(line["act"], line["who"], line["outcome"], line["stands"])
            case "erased":
                self.gone(line["who"])
            case "restored" | "replayed":
                self.waits = line["what"] == "restored"

    def hold(self, line: dict[str, Any], wrong: Mapping[str, bool]) -> None:
        each = {"twice": line["delivery"] in self.sent, "to who complained": line["to"] in self.suppressed}
        each |= {"from a dump that does not know who left": self.waits, **wrong}
        self.wrong += [f"{what}: {line}" for what, is_so in each.items() if is_so]

    def digest(self, who: str, line: dict[str, Any]) -> None:
        wanted = self.acting == who and self.at_work in CHANGES
        jobs = {(who, job) for job in line["jobs"]}
        wrong = {
            "without consent, paused, or after they left": not (wanted or self.serves(who)),
            "to a former address": self.has_moved(who, line["to"]),
            "a job twice": bool(jobs & self.got),
        }
        self.hold(line, wrong)
        self.got |= jobs
        self.owed -= jobs

    def event(self, who: str, line: dict[str, Any]) -> None:
        """An event may come again, by the id that it had, as who kills cannot tell whether it went out."""
        wanted = self.acting == who and self.at_work in CHANGES
        own = (who, line["job"])
        wrong = {
            "an event without consent, paused, or after they left": not (wanted or self.serves(who)),
            "an event by another id": self.event_ids.setdefault(own, line["id"]) != line["id"],
            "an event from a dump that does not know who left": self.waits,
        }
        self.wrong += [f"{what}: {line}" for what, is_so in wrong.items() if is_so]
        self.owed_events.discard(own)

    def question(self, who: str, line: dict[str, Any]) -> None:
        unconfirmed = self.stands.get(who, ("gone",))[0] == "unconfirmed" or self.at_work == "declare"
        wrong = {
            "a question to who did not have to be asked": not unconfirmed,
            "a question to a former address": self.has_moved(who, line["to"]),
            "a question again": who in self.asked,
        }
        self.hold(line, wrong)
        self.asked.add(who)

    def moved(self, who: str, line: dict[str, Any]) -> None:
        """Where they were mailed before is told, once a move."""
        self.notices[who] += 1
        self.hold(line, {"told of no move": self.notices[who] > len(self.moves[who])})
        self.untold = {(number, address) for number, address in self.untold if address != line["to"]}
        self.told_before_done |= {(self.number, line["to"])} if self.acting == who and self.at_work == "move" else set()

    def letter(self, letter: SentLetter) -> None:
        """Nobody gets one who did not ask just now; who is not subscribed gets none but that which asks to confirm."""
        self.letters.take(letter)
        [who] = [who for who in PEOPLE if letter.to in addresses_of(who)]
        moves, there = letter.kind == NEW_ADDRESS, who in self.there
        wrong = {
            "that nobody asked for just now": self.acting != who or self.at_work not in LETTERS,
            "to who complained": letter.to in self.suppressed,
            "to another address": not moves and letter.to != self.address_of(who),
            "that confirms an address that nobody wants": moves and self.at_work != "move",
            "that signs in who is not there": letter.kind == SIGN_IN and not there,
            "that asks to confirm who is there, or to sign in": letter.kind == CONFIRM
            and (there or self.at_work not in ("come-in", "sign-up")),
        }
        self.wrong += [f"a letter {what}: {letter}" for what, is_so in wrong.items() if is_so]
        self.lacking.discard(who)

    def address_of(self, who: str) -> str:
        return self.stands[who][1] if who in self.stands else addresses_of(who)[0]

    def serves(self, who: str) -> bool:
        status, _, serves = self.stands.get(who, ("gone", "", False))
        return status == "active" and serves

    def has_moved(self, who: str, address: str) -> bool:
        moving = self.acting == who and self.at_work in ("address", "move")
        return who in self.stands and self.stands[who][1] != address and not moving

    def begin(self, act: str, who: str, number: int, now: datetime) -> None:
        self.at_work, self.acting, self.number = act, who, number
        if act == "move":
            self.moves[who].add(number)
        may = self.letters.may_get(self.address_of(who), now, self.suppressed) if who else False
        if may and (act == "sign-up" or (act == "sign-in" and who in self.there)):
            self.lacking |= {who} - self.cut_short
        if act in LEAVES:
            self.owed = {(own, job) for own, job in self.owed if own != who}
            self.owed_events = {(own, job) for own, job in self.owed_events if own != who}
            self.untold = {(number, to) for number, to in self.untold if to not in addresses_of(who)}

    def restart(self, stands: Stands) -> None:
        """What was answered before is so still, of all but who was just saying something."""
        self.cut_short |= {self.acting} if self.at_work in LETTERS else set()
        self.lacking, self.there = set(), set(stands)
        before, now = ({who: own for who, own in some.items() if who != self.acting} for some in (self.stands, stands))
        self.wrong += [f"{before} became {now}"] if before != now else []

    def done(self, act: str, who: str, outcome: Any, stands: Stands) -> None:
        if act in ("erase", "restore"):
            self.gone(who)
        elif act in ("events", "flood"):
            self.suppressed |= set(outcome)
        elif act == "lift":
            self.suppressed -= set(outcome)
        elif act == "move" and outcome and outcome != self.stands[who][1]:
            before = self.stands[who][1]
            self.untold |= {(self.number, before)} - self.told_before_done if before not in self.suppressed else set()
        elif act == "webhook" and outcome:
            self.hooked.add(who)
        if self.lacking:
            self.wrong.append(f"who asked for a letter got none: {self.lacking}")
        self.acting = self.at_work = ""
        self.stands, self.there, self.lacking = stands, set(stands), set()
        if act == "job":
            job, *there = outcome
            due = {(own, job) for own in there if self.serves(own) and stands[own][1] not in self.suppressed}
            self.owed |= due
            self.owed_events |= {(own, job) for own, job in due if own in self.hooked}

    def gone(self, who: str) -> None:
        if who in self.there:
            # To their former addresses, too, or not: how many letters these got may be forgotten.
            self.cut_short |= {who} if self.moves[who] or self.address_of(who) != addresses_of(who)[0] else set()
            for address in addresses_of(who):
                self.letters.forget(address)
        self.stands.pop(who, None)
        self.there.discard(who)
        self.asked.discard(who)
        self.got = {(own, job) for own, job in self.got if own != who}
        self.hooked.discard(who)
        self.owed_events = {(own, job) for own, job in self.owed_events if own != who}
        self.event_ids = {own: event_id for own, event_id in self.event_ids.items() if own[0] != who}


def checked(own: Path) -> Model:
    model = Model(own)
    for line in journal(own):
        model.take(line)
    assert model.wrong == [], own
    assert model.owed == set(), f"what was due did not come: {own}"
    assert model.owed_events == set(), f"what was due was not posted: {own}"
    assert model.untold == set(), f"an old address was not told: {own}"
    return model


@pytest.mark.slow(minutes=2)
@pytest.mark.timeout(3_600)
@pytest.mark.decisive
@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
def test_kills_at_each_point_mail_nobody_wrongly_and_lose_nothing(killing: Killing, seed: int) -> None:
    passed, kills, mails, lives = killing.whole(seed) if LONG else {}, Counter[str](), 0, 0
    while left := [point for point in killing.points if not kills[point]]:
        assert lives < 12, f"no life comes by {left}"
        died, sent = killing.die(seed + 1_000 * lives, {*left, LEAVES_A_DOUBT}, {} if lives else passed)
        kills, mails, lives = kills + died, mails + sent, lives + 1
    said = f"{kills.total()} kills at {len(kills)} points, {mails} mails, none wrong, none twice, none missing"
    print(f"\n{killing.engine}, seed {seed}: {said}; {lives} lives")
