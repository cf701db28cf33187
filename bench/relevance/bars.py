"""What another bar, or a mail that waits for company, would give: `python -m bench.relevance.bars POSTINGS.jsonl`.

Reads what `jobchime normalise` prints of the captures. Each job is foreseen by weights that know nothing of its person,
and everybody is mailed once a day. Of the people who may be looked at: the seen half, those who teach and those who
decide. Prints what each selectivity brings them, then shares over all of them by other rules, and how far each lies
from the bars of today, with 95 % intervals.
"""

import argparse
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from bench.fit_chance import LOOKED_AT, fitted, rows_of
from bench.relevance.captured import all_captured
from bench.relevance.draw import in_span, same_job
from bench.relevance.figures import judged_pairs, verdicts_about
from bench.relevance.fitting import by_key, chance_of_fitting, fitting, postings_in
from bench.relevance.pairs import read_pairs
from bench.relevance.people import people
from bench.relevance.run import SPANS
from schemas.posting import PostingCore
from services.notifier.domain.curation.chance.facts import facts_of
from services.notifier.domain.curation.chance.model import probability
from services.notifier.domain.curation.curate import DEFAULTS
from services.notifier.domain.selectivity import SELECTIVITIES, Selectivity, bar_for

_DAY: Final = timedelta(days=1)
_WEEK: Final = 7
_DRAWS: Final = 1_000


class Rule(NamedTuple):
    """When a job is sent."""

    bar: float
    """The chance that it must have."""
    mail: float = 0.0
    """How likely a mail must hold something wanted, for it to go out at once."""
    days: int = 0
    """How long jobs wait for company else."""
    then_sent: bool = True
    """Whether they go out alone after that."""

    def __str__(self) -> str:
        if not self.mail:
            return f"bar {self.bar:.0%}"
        then = "then sent" if self.then_sent else "then dropped"
        return f"bar {self.bar:.0%}, a mail from {self.mail:.0%} on, else {self.days} days, {then}"


def _rule_of(selectivity: Selectivity) -> Rule:
    """What waits longer than a week, while it is fresh, comes too late to count."""
    job, mail = (bar_for(selectivity, least) for least in (DEFAULTS.least_chance, DEFAULTS.least_mail_chance))
    return Rule(job, mail, _WEEK - 1, then_sent=False)


_TODAY: Final = _rule_of("usual")
_RULES: Final = (
    _TODAY,
    *(Rule(bar) for bar in (0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)),
    *(Rule(0.45, 0.6, days) for days in (3, 6)),
    *(Rule(bar, 0.5, days, then_sent=False) for bar in (0.35, 0.4, 0.45) for days in (0, 6, 13)),
    *(Rule(bar, 0.55, 6, then_sent=False) for bar in (0.35, 0.4, 0.45)),
    *(Rule(bar, 0.6, 6, then_sent=False) for bar in (0.35, 0.45)),
)


@dataclass(frozen=True)
class FittingPair:
    """A job that fits a search of somebody."""

    day: date
    """On which it may be mailed."""
    chance: float
    wanted: bool | None
    """None where nobody judged it."""
    weight: float
    """How many pairs it stands for."""
    job: tuple[str, str]
    """What its copies have in common."""


def found_by_person(postings: Sequence[PostingCore]) -> dict[str, list[FittingPair]]:
    """What fits each person whole, in the order in which it comes."""
    known = {key: posting for key, posting in by_key(postings).items() if in_span(all_captured()[key].arrives)}
    keys = sorted(known, key=lambda key: (all_captured()[key].arrives, key))
    rows = list(rows_of(postings))
    found: defaultdict[str, list[FittingPair]] = defaultdict(list)
    for group, file in LOOKED_AT.items():
        verdicts = verdicts_about(group)
        weights = {(pair.person, pair.posting): pair.weight for pair in read_pairs(file)}
        for person in people([group]):
            model = fitted([row for row in rows if row.person != person.name])
            for key in keys:
                fits = [fit for fit in fitting(person, known[key]) if fit.judged.outcome == "match"]
                odds = [model.log_odds(enumerate(facts_of(fit.wish, fit.judged.ready))) for fit in fits]
                if not odds or not max(map(chance_of_fitting, fits)):
                    continue
                item, chance = all_captured()[key], probability(max(odds))
                said = verdicts.get((person.name, key))
                wanted = said.verdict != "wrong" if said else None
                weight = weights.get((person.name, key), 0.0)
                found[person.name].append(
                    FittingPair((item.arrives + _DAY).date(), chance, wanted, weight, same_job(item))
                )
    return found


def mails_of(found: Iterable[FittingPair], rule: Rule) -> Iterator[tuple[date, list[FittingPair]]]:
    """What one person is mailed by a rule, mail by mail."""
    arriving: defaultdict[date, list[FittingPair]] = defaultdict(list)
    once = set[tuple[str, str]]()
    for job in found:
        if job.chance >= rule.bar and job.job not in once:
            once.add(job.job)
            arriving[job.day].append(job)
    waiting = list[FittingPair]()
    for day in sorted({day + late * _DAY for day in arriving for late in range(rule.days + 1)}):
        waiting += arriving.get(day, [])
        likely = 1.0 - math.prod(1.0 - job.chance for job in waiting)
        due = any((day - job.day).days >= rule.days for job in waiting)
        if waiting and (likely >= rule.mail or (due and rule.then_sent)):
            yield day, waiting
            waiting = []
        waiting = [job for job in waiting if (day - job.day).days < rule.days]


class Shares(NamedTuple):
    """What a rule gives."""

    precision: float
    nothing: float
    recall: float
    mails: float
    lone: float
    """Of these, with one job."""
    jobs: float


def shares_of(mails: Iterable[Sequence[tuple[date, Sequence[FittingPair]]]], wanted: float) -> Shares:
    """Over what some people are mailed, who want pairs of so much weight."""
    right = judged = nothing = whole = sent = number = lone = jobs_sent = 0.0
    for day, jobs in (mail for own in mails for mail in own):
        said = [job.wanted for job in jobs if job.wanted is not None]
        number, lone, jobs_sent = number + 1, lone + (len(jobs) == 1), jobs_sent + len(jobs)
        right, judged = right + sum(said), judged + len(said)
        sent += sum(job.weight for job in jobs if job.wanted and (day - job.day).days < _WEEK)
        if len(said) == len(jobs):
            whole, nothing = whole + 1, nothing + (not any(said))
    return Shares(right / judged, nothing / whole, sent / wanted, number, lone, jobs_sent)


def _wanted() -> Mapping[str, float]:
    """The weight of what each person wants, whether it fits or not."""
    wanted: defaultdict[str, float] = defaultdict(float)
    for group, file in LOOKED_AT.items():
        for _, pair, said in judged_pairs(group, file):
            if said.verdict != "wrong":
                wanted[pair.person] += pair.weight
    return wanted


def main() -> None:
    """Print a row for each selectivity, and one for each other rule."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("postings", type=Path)
    given = parser.parse_args()
    postings = postings_in(given.postings)
    found, wanted = found_by_person(postings), _wanted()
    names, seen = sorted(wanted), [person.name for person in people(["seen"])]
    chance = random.Random(15)
    draws = [chance.choices(names, k=len(names)) for _ in range(_DRAWS)]

    def shares(mails: Mapping[str, Sequence[tuple[date, list[FittingPair]]]], some: Sequence[str]) -> Shares:
        return shares_of((mails[name] for name in some), sum(wanted[name] for name in some))

    weeks = sum((last - first).days + 1 for first, last in SPANS) / _WEEK
    print("| selectivity | bars | jobs a week | mails a week | right | of the wanted | mails with nothing |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for selectivity in SELECTIVITIES:
        rule = _rule_of(selectivity)
        of = shares({name: list(mails_of(found.get(name, ()), rule)) for name in names}, names)
        a_week = [f"{number / len(names) / weeks:.2f}" for number in (of.jobs, of.mails)]
        cells = [
            f"{rule.bar:.0%}, {rule.mail:.0%}",
            *a_week,
            *(f"{part:.0%}" for part in (of.precision, of.recall, of.nothing)),
        ]
        print(f"| `{selectivity}` | {' | '.join(cells)} |")
    print()
    by_rule = {rule: {name: list(mails_of(found.get(name, ()), rule)) for name in names} for rule in _RULES}
    before = [shares(by_rule[_TODAY], some) for some in draws]
    print("| | mails | with one job | precision | nothing acceptable | recall | seen half |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for rule, mails in by_rule.items():
        whole, own = shares(mails, names), shares(mails, seen)
        apart = [Shares(*map(float.__sub__, shares(mails, some), old)) for some, old in zip(draws, before, strict=True)]
        drawn = zip(*apart, strict=True)
        cells = [f"{share:.0%} ({_interval(values)})" for share, values in zip(whole, drawn, strict=True)]
        cells_of_rule = [f"{rule}", f"{whole.mails:.0f}", f"{whole.lone:.0f}", *cells[:3]]
        print(f"| {' | '.join(cells_of_rule)} | {own.precision:.0%}, {own.nothing:.0%}, {own.recall:.0%} |")


def _interval(values: Iterable[float]) -> str:
    drawn = sorted(values)
    low, high = drawn[int(len(drawn) * 0.025)], drawn[int(len(drawn) * 0.975)]
    return f"{100 * low:+.0f} to {100 * high:+.0f}"


if __name__ == "__main__":
    main()
