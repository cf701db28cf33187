"""Fits the chance that a job is accepted to what readers judged: `python -m bench.fit_chance POSTINGS.jsonl [--write]`.

Reads what `jobchime normalise` prints of the captures, and the judgements of the seen half and of the people who teach.
Prints how well people that were left out are foreseen, at which bar, and the weights; `--write` puts these into
weights.json. `--deciding` prints how well the people are foreseen by whom changes are decided, and to whom nothing is
fitted; `--silent` how well all are where nobody says what they have worked as, can do or avoid. Weights are fitted to
that, since they must hold for who says nothing. Each pair counts for as many as it stands for.
"""

import argparse
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from bench.relevance.figures import judged_pairs
from bench.relevance.fitting import Fitting, by_key, chance_of_fitting, fitting, postings_in
from bench.relevance.pairs import DECIDING_PAIRS, PAIRS, TRAINING_PAIRS
from bench.relevance.people import Group
from schemas.posting import PostingCore
from services.notifier.domain.curation import chance
from services.notifier.domain.curation.chance.facts import FACTS, facts_of
from services.notifier.domain.curation.chance.model import Model, probability

Numbers = npt.NDArray[np.float64]

EXPECTED: Final = 1.0
"""What a fact costs where judgements say nothing of it."""
STIFFNESS: Final = 2.0
"""How many judgements an expectation weighs as much as."""
MOST_WEIGHT: Final = 5.0
"""One judgement stands for no more pairs than so many."""
TEACHING: Final[Mapping[Group, Path]] = {"seen": PAIRS, "training": TRAINING_PAIRS}
DECIDING: Final[Mapping[Group, Path]] = {"deciding": DECIDING_PAIRS}
HELD: Final[Mapping[str, float]] = {"known": 1.5, "avoided": 1.25}
"""Weights of what few would say of themself, chosen by hand: those of who says nothing do not move with them."""
LOOKED_AT: Final[Mapping[Group, Path]] = {**TEACHING, **DECIDING}
"""All whose judgements may be looked at."""
_STEPS: Final = 400
_ROUNDS: Final = 4


@dataclass(frozen=True)
class Row:
    """A judged pair that fits: the facts of each search that it fits, whether it is wanted, how many it stands for."""

    person: str
    facts: tuple[tuple[float, ...], ...]
    wanted: bool
    weight: float
    silent: tuple[tuple[float, ...], ...]
    """The facts where they say nothing of what they have worked as, can do or avoid: weights are fitted to these."""


def rows_of(postings: Sequence[PostingCore], files: Mapping[Group, Path] = TEACHING) -> Iterator[Row]:
    """The judged pairs of some people, by default of those that teach, that the rules of today let through."""
    known = by_key(postings)
    for group, file in files.items():
        for person, pair, judged in judged_pairs(group, file):
            if (posting := known.get(pair.posting)) is None:
                continue
            fits = fitting(person, posting)
            silent = fitting(person.silent, posting) if person.silent != person else fits
            # What is never sent teaches nothing.
            both = [(said, unsaid) for said, unsaid in zip(fits, silent, strict=True) if chance_of_fitting(unsaid) > 0]
            if both:
                facts = facts_of_all(fit for fit, _ in both)
                unsaid = facts_of_all(fit for _, fit in both)
                yield Row(pair.person, facts, judged.verdict != "wrong", min(MOST_WEIGHT, pair.weight), unsaid)


def facts_of_all(found: Iterable[Fitting]) -> tuple[tuple[float, ...], ...]:
    """The facts of a posting for each search that it fits."""
    return tuple(facts_of(fit.wish, fit.judged.ready) for fit in found)


def fitted(rows: Sequence[Row]) -> Model:
    """The likeliest weights, none below 0, drawn towards `EXPECTED`: accelerated projected gradient (FISTA)."""
    wanted = np.array([float(row.wanted) for row in rows])
    share = np.array([row.weight for row in rows])
    share /= share.mean()
    found = Model(1.0, (EXPECTED,) * len(FACTS))
    for _ in range(_ROUNDS):
        # The search that a pair suits best is another one under other weights.
        best = [max(row.silent, key=lambda facts: found.log_odds(enumerate(facts))) for row in rows]
        columns = np.column_stack([np.ones(len(rows)), np.array(best) - 1.0])
        found = _descended(columns, wanted, share)
    return found


def _descended(columns: Numbers, wanted: Numbers, share: Numbers) -> Model:
    step = 1.0 / (0.25 * float((share[:, None] * columns**2).sum()) + STIFFNESS)
    expected = np.array([0.0, *(EXPECTED for _ in FACTS)])
    stiff = np.array([0.0, *(STIFFNESS for _ in FACTS)])
    now, ahead, pace = expected.copy(), expected.copy(), 1.0
    for _ in range(_STEPS):
        wrong_by = share * (1.0 / (1.0 + np.exp(-(columns @ ahead))) - wanted)
        then = ahead - step * (columns.T @ wrong_by + stiff * (ahead - expected))
        then[1:] = np.maximum(0.0, then[1:])
        next_pace = (1.0 + math.sqrt(1.0 + 4.0 * pace * pace)) / 2.0
        ahead = then + (pace - 1.0) / next_pace * (then - now)
        now, pace = then, next_pace
    weights = zip(FACTS, now[1:], strict=True)
    return Model(round(float(now[0]), 3), tuple(HELD.get(fact, round(float(weight), 3)) for fact, weight in weights))


def foreseen(rows: Sequence[Row]) -> list[float]:
    """The chance of each row by a model that knows nothing of its person."""
    models = {
        person: fitted([row for row in rows if row.person != person]) for person in sorted({row.person for row in rows})
    }
    return [_chance_of(row, models[row.person]) for row in rows]


def _chance_of(row: Row, model: Model) -> float:
    return probability(max(model.log_odds(enumerate(facts)) for facts in row.facts))


def _print(rows: Sequence[Row], chances: Sequence[float]) -> None:
    both = list(zip(rows, chances, strict=True))
    loss = -sum(row.weight * math.log(value if row.wanted else 1 - value) for row, value in both)
    people, wanted = len({row.person for row in rows}), _weight(row for row in rows if row.wanted)
    print(f"{len(rows)} pairs of {people} people, {sum(row.wanted for row in rows)} wanted; ", end="")
    print(f"log loss {loss / _weight(rows):.3f}; average precision {average_precision(both):.1%}")
    print("| foreseen | pairs | mean foreseen | accepted |\n|---|---:|---:|---:|")
    for low in range(0, 10, 2):
        some = [(row, value) for row, value in both if low <= value * 10 < low + 2]
        if some:
            of = _weight(row for row, _ in some)
            mean = sum(row.weight * value for row, value in some) / of
            accepted = _weight(row for row, _ in some if row.wanted) / of
            print(f"| {low * 10} to {low * 10 + 20} % | {len(some)} | {mean:.0%} | {accepted:.0%} |")
    print("| bar | sent | right | of the wanted | F0.5 |\n|---|---:|---:|---:|---:|")
    for bar in (0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7):
        sent = [row for row, value in both if value >= bar]
        right = _weight(row for row in sent if row.wanted)
        if right:
            precision, recall = right / _weight(sent), right / wanted
            score = 1.25 * precision * recall / (0.25 * precision + recall)
            print(f"| {bar:.0%} | {len(sent)} | {precision:.0%} | {recall:.0%} | {score:.2f} |")


def average_precision(both: Sequence[tuple[Row, float]]) -> float:
    """The mean of the precision down to each wanted pair, the likeliest first; those of one chance go together."""
    right = sent = found = 0.0
    for _, group in groupby(sorted(both, key=lambda pair: -pair[1]), key=lambda pair: pair[1]):
        rows = [row for row, _ in group]
        wanted = _weight(row for row in rows if row.wanted)
        right, sent = right + wanted, sent + _weight(rows)
        found += wanted * right / sent
    return found / right if right else math.nan


def _weight(rows: Iterable[Row]) -> float:
    return sum(row.weight for row in rows)


def _as_said(rows: Iterable[Row], *, silent: bool) -> list[Row]:
    return [replace(row, facts=row.silent) if silent else row for row in rows]


def main() -> None:
    """Fit, and print or write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("postings", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--deciding", action="store_true", help="foresee those who decide")
    parser.add_argument(
        "--silent", action="store_true", help="as if nobody said what they have worked as, can do or avoid"
    )
    given = parser.parse_args()
    postings = postings_in(given.postings)
    rows = _as_said(rows_of(postings), silent=given.silent)
    model = fitted(rows)
    if given.deciding:
        deciding = _as_said(rows_of(postings, DECIDING), silent=given.silent)
        _print(deciding, [_chance_of(row, model) for row in deciding])
        return
    _print(rows, foreseen(rows))
    fields = {"best": model.best, "weights": dict(zip(FACTS, model.weights, strict=True))}
    print(json.dumps(fields))
    if given.write:
        Path(chance.__file__).with_name("weights.json").write_text(
            json.dumps(fields, indent=2) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
