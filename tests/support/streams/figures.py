"""What a run came to, as the lines that it ends with."""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.support.streams.breaking import Breaking
from tests.support.streams.crowd import Crowd
from tests.support.streams.items import ItemTally
from tests.support.streams.pairs import BOUND, Expected, PairTally
from tests.support.streams.records import LetterTally
from tests.support.streams.workers import Supervisor


@dataclass
class Figures:
    """Lines, printed and, where JOBCHIME_FAULTS_FIGURES names a file, written to it."""

    lines: list[str]

    def add(self, name: str, said: object) -> None:
        self.lines.append(f"{name + ':':<28} {said}")

    def faults(self, supervisor: Supervisor, breaking: Breaking) -> None:
        kills = supervisor.kills
        busy = sum(kill.lag > 0 for kill in kills)
        ages = median(kill.age_s for kill in kills) if kills else 0
        self.add("kills (SIGKILL)", f"{len(kills)}: {_counted(Counter(kill.service for kill in kills))}")
        worked = sum(kill.worked for kill in kills)
        self.add("  of workers at work", f"{worked}; while records waited {busy}; median age {ages:.0f} s")
        self.add("stopped past the session", _counted(supervisor.freezes))
        self.add("second workers", f"joined {_counted(supervisor.joined)}; left {sum(supervisor.left.values())}")
        self.add("engines killed, restarted", _counted(breaking.restarted))
        self.add("engines away", ", ".join(f"{name} {seconds:.0f} s" for name, seconds in breaking.away_s.items()))
        ends = {service: ends for service, ends in supervisor.ends.items() if ends}
        self.add("ends of workers' own", ends or "none")

    def flow(self, raws: int, jobs: int, versions: int, again: int, crowd: Crowd, founding: int) -> None:
        self.add("postings", f"{jobs} in {versions} versions, of {raws} raw records; {again} normalised again")
        turns = _counted(crowd.turns)
        self.add("criteria", f"{founding} from the start, {len(crowd.members)} ever; meanwhile {turns}")
        self.add("people meanwhile", f"{_counted(crowd.acts)}; {crowd.tried_again} tries while the store was away")

    def pairs(self, tally: PairTally, expected: Expected) -> None:
        self.add("matches expected", tally.expected)
        self.add("matches found", tally.found)
        self.add("matches lost", tally.lost)
        self.add("matches doubled", tally.doubled)
        self.add("matches wrong", tally.wrong)
        self.add("pairs judged by the truth", f"{tally.judged}, differing {tally.differing}")
        self.add("criteria too broad", f"{len(expected.broad)}, which fit more than the {BOUND} that a window holds")

    def items(self, tally: ItemTally, mails: int) -> None:
        self.add("digest items expected", tally.expected)
        self.add("digest items found", tally.found)
        self.add("digest items sent", f"{tally.sent} in {mails} mails, strange {tally.strange}")
        self.add("digest items doubled", tally.doubled)

    def letters(self, tally: LetterTally) -> None:
        self.add("poison records", f"{tally.poison}, buried {tally.buried} in {tally.letters} dead letters")
        self.add("  by reason", _counted(tally.by_reason))

    def show(self) -> None:
        text = "\n".join(self.lines)
        print("\n" + text, flush=True)
        file = os.environ.get("JOBCHIME_FAULTS_FIGURES")
        if file:
            Path(file).write_text(text + "\n", encoding="utf-8")


def _counted(found: Mapping[Any, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(found.items())) or "none"
