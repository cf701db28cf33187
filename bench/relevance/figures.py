"""What judgements say of a run: shares with their intervals, for everybody, a person or a cause."""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Final

from bench.relevance.judgements import ClaimJudgement, Judgement, Verdict, read
from bench.relevance.pairs import Pair, read_pairs
from bench.relevance.people import LABELS, Group, Person, people
from bench.relevance.run import Sent

_GAIN: Final[Mapping[Verdict, float]] = {"good": 2.0, "acceptable": 1.0, "wrong": 0.0}
_IN_TIME: Final = timedelta(days=7, hours=12)
"""A week, and the half day by which the ticks of a run are late at most."""
_DRAWS: Final = 2_000
_CUT: Final = 10
_SAYS_MORE: Final[Mapping[str, tuple[str, ...]]] = {
    "asks for, or the like": ("asks for",),
    "would like": ("asks for",),
    "involves": ("asks for", "asks for, or the like", "would like"),
    "mentions": ("asks for", "asks for, or the like", "would like", "involves"),
    "seems": ("is",),
    "would like, by what implies it": ("asks for, by what implies it",),
    "involves, by what implies it": ("asks for, by what implies it", "would like, by what implies it"),
    "mentions, by what implies it": (
        "asks for, by what implies it",
        "would like, by what implies it",
        "involves, by what implies it",
    ),
}
"""Of each claim about a skill or a role, those that say more of it."""


@dataclass(frozen=True)
class Share:
    """A share of some weight, with a 95 % interval."""

    right: float
    of: float
    low: float = math.nan
    high: float = math.nan

    @property
    def value(self) -> float:
        return self.right / self.of if self.of else math.nan


@dataclass(frozen=True)
class Mail:
    """The jobs of one mail in their order."""

    person: str
    at: datetime
    jobs: tuple[Sent, ...]


@dataclass(frozen=True)
class Judged:
    """A run beside what was judged; of each pair the verdict of its first reader."""

    sent: Sequence[Sent]
    pairs: Sequence[Pair]
    verdicts: Mapping[tuple[str, str], Judgement]
    claims: Mapping[tuple[str, str, str], bool]
    arrivals: Mapping[str, datetime]

    @cached_property
    def mails(self) -> tuple[Mail, ...]:
        """What was sent, mail by mail."""
        jobs = sorted((job for job in self.sent if not job.near), key=lambda job: (job.person, job.mailed_at, job.rank))
        mails = groupby(jobs, key=lambda job: (job.person, job.mailed_at))
        return tuple(Mail(*key, tuple(group)) for key, group in mails)

    def verdict(self, job: Sent) -> Verdict | None:
        """What was judged of a job for whom it was sent to, if anything."""
        judgement = self.verdicts.get((job.person, job.posting))
        return judgement.verdict if judgement else None

    @cached_property
    def unjudged(self) -> list[Sent]:
        """Jobs that were sent and that nobody judged."""
        return [job for mail in self.mails for job in mail.jobs if self.verdict(job) is None]

    def precision(self, mail: Mail) -> Iterable[float]:
        """1 for each job that was judged good or acceptable, 0 for each wrong one."""
        return (float(verdict != "wrong") for job in mail.jobs if (verdict := self.verdict(job)))

    def top(self, mail: Mail) -> Iterable[float]:
        """The same of the first job."""
        return list(self.precision(Mail(mail.person, mail.at, mail.jobs[:1])))

    def nothing(self, mail: Mail) -> Iterable[float]:
        """1 where a mail that was judged whole holds nothing acceptable."""
        verdicts = [self.verdict(job) for job in mail.jobs]
        return () if None in verdicts else [float(set(verdicts) == {"wrong"})]

    def gain(self, mail: Mail) -> Iterable[float]:
        """NDCG@10 of a mail that was judged whole and holds something that is wanted."""
        verdicts = [self.verdict(job) for job in mail.jobs]
        gains = [_GAIN[verdict] for verdict in verdicts if verdict]
        best = _discounted(sorted(gains, reverse=True))
        return [_discounted(gains) / best] if best and len(gains) == len(verdicts) else ()

    def true_lines(self, mail: Mail) -> Iterable[float]:
        """1 for each line all of whose claims are true, 0 for one with an untrue claim; of others nothing."""
        for job in mail.jobs:
            for line in job.why:
                said = [self._true(job, claim) for claim in line.claims]
                if False in said:
                    yield 0.0
                elif said and None not in said:
                    yield 1.0

    def _true(self, job: Sent, claim: str) -> bool | None:
        """What was judged of a claim; one that says less of a skill than a true one is true too."""
        kind, _, skill = claim.partition(": ")
        more = (self.claims.get((job.person, job.posting, f"{word}: {skill}")) for word in _SAYS_MORE.get(kind, ()))
        return True if any(more) else self.claims.get((job.person, job.posting, claim))

    @cached_property
    def sent_in_time(self) -> frozenset[tuple[str, str]]:
        """The pairs of which the job was sent within a week of its arrival."""
        first: dict[tuple[str, str], datetime] = {}
        for mail in self.mails:
            for job in mail.jobs:
                first.setdefault((job.person, job.posting), mail.at)
        return frozenset(key for key, at in first.items() if at - self.arrivals[key[1]] <= _IN_TIME)

    def recall(self) -> dict[str, list[tuple[float, float]]]:
        """Of each person, the weight of every wanted pair and what of it was sent within a week of its arrival."""
        by_person: dict[str, list[tuple[float, float]]] = {}
        for pair in self.pairs:
            judgement = self.verdicts.get((pair.person, pair.posting))
            if judgement is None or judgement.verdict == "wrong":
                continue
            in_time = (pair.person, pair.posting) in self.sent_in_time
            by_person.setdefault(pair.person, []).append((pair.weight * in_time, pair.weight))
        return by_person

    def by_person(self, measure: Callable[[Mail], Iterable[float]]) -> dict[str, list[tuple[float, float]]]:
        """What a measure gives of each mail, by person, each with weight 1."""
        found: dict[str, list[tuple[float, float]]] = {}
        for mail in self.mails:
            found.setdefault(mail.person, []).extend((value, 1.0) for value in measure(mail))
        return found

    def causes(self) -> Counter[str]:
        """Why those that were sent and wrong were wrong."""
        wrong = {(job.person, job.posting) for mail in self.mails for job in mail.jobs if self.verdict(job) == "wrong"}
        return Counter(str(self.verdicts[key].cause) for key in wrong)


def share(by_person: Mapping[str, Sequence[tuple[float, float]]], seed: int = 15) -> Share:
    """The share over all, with an interval by drawing people anew: mails of one person are alike."""
    sums = [(sum(part for part, _ in own), sum(of for _, of in own)) for own in by_person.values() if own]
    if not sums:
        return Share(0, 0)
    chance = random.Random(seed)
    drawn = sorted(ratio(chance.choices(sums, k=len(sums))) for _ in range(_DRAWS))
    low, high = drawn[int(_DRAWS * 0.025)], drawn[int(_DRAWS * 0.975)]
    return Share(sum(part for part, _ in sums), sum(of for _, of in sums), low, high)


def ratio(sums: Sequence[tuple[float, float]]) -> float:
    """What the parts come to, of what they are parts of."""
    return sum(part for part, _ in sums) / sum(of for _, of in sums)


def agreement(first: Mapping[tuple[str, str], Judgement], second: Iterable[Judgement]) -> tuple[int, float, float]:
    """Pairs that two have read, the share in which both say wanted or both say wrong, and Cohen's kappa of it."""
    both = [
        (first[key].verdict != "wrong", other.verdict != "wrong")
        for other in second
        if (key := (other.person, other.posting)) in first
    ]
    if not both:
        return 0, math.nan, math.nan
    same = sum(mine == theirs for mine, theirs in both) / len(both)
    mine, theirs = (sum(said[number] for said in both) / len(both) for number in (0, 1))
    by_chance = mine * theirs + (1 - mine) * (1 - theirs)
    return len(both), same, (same - by_chance) / (1 - by_chance) if by_chance < 1 else 1.0


def verdicts_of(said: Iterable[object]) -> dict[tuple[str, str], Judgement]:
    """The first judgement of each pair."""
    verdicts: dict[tuple[str, str], Judgement] = {}
    for judgement in said:
        if isinstance(judgement, Judgement):
            verdicts.setdefault((judgement.person, judgement.posting), judgement)
    return verdicts


def verdicts_about(group: Group) -> dict[tuple[str, str], Judgement]:
    """What readers said first of each pair of some people."""
    return verdicts_of(read(LABELS / f"judgements-{group}.jsonl"))


def judged_pairs(group: Group, file: Path) -> Iterator[tuple[Person, Pair, Judgement]]:
    """The pairs in a file that readers judged for some people."""
    verdicts, everybody = verdicts_about(group), {person.name: person for person in people([group])}
    for pair in read_pairs(file):
        said = verdicts.get((pair.person, pair.posting))
        if pair.person in everybody and said is not None:
            yield everybody[pair.person], pair, said


def claims_of(said: Iterable[object]) -> dict[tuple[str, str, str], bool]:
    """What was judged of each claim."""
    return {
        (judgement.person, judgement.posting, judgement.claim): judgement.true
        for judgement in said
        if isinstance(judgement, ClaimJudgement)
    }


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains[:_CUT], start=1))
