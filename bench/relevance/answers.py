"""What answers of a person tell of their other jobs: `python -m bench.relevance.answers POSTINGS.jsonl [--of GROUP]`.

Each person answers a few of one half of their judged pairs, drawn by chance, and the other half is foreseen by weights
that know nothing of them and by what they answered. Prints each way to draw and number of answers beside the same pairs
without any, in brackets how far apart both are (95 %, people drawn anew): shares alone, also of the unseen half.
"""

import argparse
import math
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Final, NamedTuple

from bench.fit_chance import DECIDING, MOST_WEIGHT, TEACHING, Row, average_precision, facts_of_all, fitted
from bench.relevance.figures import judged_pairs
from bench.relevance.fitting import by_key, chance_of_fitting, fitting, postings_in
from bench.relevance.pairs import PAIRS, Pair
from bench.relevance.people import Group
from schemas.posting import PostingCore
from services.notifier.domain.curation.chance.answers import answered, answered_job, worth_asking
from services.notifier.domain.curation.chance.model import probability
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.weights import AnswerKind

_FOLDS: Final = 13
_DRAWS: Final = 6
_PEOPLE_DRAWN: Final = 200
_LEAST_PAIRS: Final = 8
_BAR: Final = 0.4
_GROUPS: Final[Mapping[Group, Mapping[Group, Path]]] = {
    "training": TEACHING,
    "deciding": DECIDING,
    "unseen": {"unseen": PAIRS},
}
_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When all is said and foreseen: nothing has faded."""


@dataclass(frozen=True)
class Asked:
    """A judged pair, its job, and the log odds that are foreseen of it without its person."""

    row: Row
    ready: PostingFeatures
    odds: float


Pool = Sequence[Asked]
"""A half of one person's pairs, in an order drawn by chance."""


def _by_chance(pool: Pool, most: int, _: random.Random) -> Pool:
    return pool[:most]


def _at_the_door(pool: Pool, most: int, _: random.Random) -> Pool:
    """As a page asks: the least sure first, of other roles before more of one."""
    by_id = {asked.ready.posting.posting_id: asked for asked in pool}
    found = ((asked.ready, probability(asked.odds)) for asked in pool)
    return [by_id[ready.posting.posting_id] for ready in worth_asking(found, _BAR, most)]


def _in_mails(pool: Pool, most: int, _: random.Random) -> Pool:
    """Each job that is sent is answered."""
    return [asked for asked in pool if asked.odds >= _odds(_BAR)][:most]


def _pressed(pool: Pool, most: int, chance: random.Random) -> Pool:
    """Of what is sent half of the wrong and a fifth of the wanted: who minds says so sooner."""
    return [asked for asked in _in_mails(pool, most, chance) if chance.random() < (0.2 if asked.row.wanted else 0.5)]


_WAYS: Final[Mapping[str, Callable[[Pool, int, random.Random], Pool]]] = {
    "drawn by chance": _by_chance,
    "as the door asks": _at_the_door,
    "all that is sent": _in_mails,
    "pressed in mails": _pressed,
}
_ROWS: Final = (
    ("drawn by chance", 2), ("drawn by chance", 4), ("drawn by chance", 8), ("as the door asks", 2),
    ("as the door asks", 4), ("as the door asks", 6), ("all that is sent", 4), ("all that is sent", 8),
    ("pressed in mails", 8),
)  # fmt: skip


def asked_of(postings: Sequence[PostingCore], of: Mapping[Group, Path]) -> dict[str, list[Asked]]:
    """By person; those who teach are foreseen by thirteenths of them, others by all who teach."""
    teaching = _pairs(postings, TEACHING)
    if of is not TEACHING:
        model = fitted([row for row, _ in teaching])
        return _asked(_pairs(postings, of), lambda row: max(model.log_odds(enumerate(own)) for own in row.facts))
    names = sorted({row.person for row, _ in teaching})
    random.Random(7).shuffle(names)
    fold = {name: at % _FOLDS for at, name in enumerate(names)}
    models = [fitted([row for row, _ in teaching if fold[row.person] != at]) for at in range(_FOLDS)]
    return _asked(teaching, lambda row: max(models[fold[row.person]].log_odds(enumerate(own)) for own in row.facts))


def _pairs(postings: Sequence[PostingCore], files: Mapping[Group, Path]) -> list[tuple[Row, PostingFeatures]]:
    known, found = by_key(postings), list[tuple[Row, PostingFeatures]]()
    for group, file in files.items():
        for person, pair, said in judged_pairs(group, file):
            posting = known.get(pair.posting)
            # ADR 63 was drawn before anybody could say what they have worked as, can do or avoid.
            silent = person.silent
            fits = [fit for fit in fitting(silent, posting) if chance_of_fitting(fit) > 0] if posting else []
            if fits:
                facts = facts_of_all(fits)
                found.append((_row(pair, facts, wanted=said.verdict != "wrong"), fits[0].judged.ready))
    return found


def _row(pair: Pair, facts: tuple[tuple[float, ...], ...], *, wanted: bool) -> Row:
    return Row(pair.person, facts, wanted, min(MOST_WEIGHT, pair.weight), facts)


def _asked(pairs: Sequence[tuple[Row, PostingFeatures]], odds: Callable[[Row], float]) -> dict[str, list[Asked]]:
    by_person = defaultdict[str, list[Asked]](list)
    for row, ready in pairs:
        by_person[row.person].append(Asked(row, ready, odds(row)))
    return {name: own for name, own in by_person.items() if len(own) >= _LEAST_PAIRS}


def foreseen_after(answers: Pool, rest: Pool) -> list[Asked]:
    """The rest as it is foreseen once a person answered."""
    said = [answered_job(_kind_of(asked.row), asked.ready, _AT, probability(asked.odds)) for asked in answers]
    moves = [answered(said, asked.ready, _AT) for asked in rest]
    return [replace(asked, odds=asked.odds + (by.odds if by else 0.0)) for asked, by in zip(rest, moves, strict=True)]


def _kind_of(row: Row) -> AnswerKind:
    return "more_like" if row.wanted else "not_relevant"


class Figures(NamedTuple):
    """Of pairs as they are foreseen."""

    precision: float
    """The average one."""
    loss: float
    right: float
    """At the bar."""
    wanted: float
    """Of the wanted, above the bar."""
    at_half: float
    """The precision at half of the wanted."""


def figures_of(pairs: Sequence[Asked]) -> Figures:
    """Each pair counts for as many as it stands for."""
    ranked = sorted(pairs, key=lambda asked: -asked.odds)
    right = list(accumulate(asked.row.weight * asked.row.wanted for asked in ranked))
    of = list(accumulate(asked.row.weight for asked in ranked))
    above, half = (
        sum(asked.odds >= _odds(_BAR) for asked in ranked),
        next(at for at, found in enumerate(right) if found >= right[-1] / 2),
    )
    loss = sum(
        asked.row.weight * math.log1p(math.exp(-asked.odds if asked.row.wanted else asked.odds)) for asked in ranked
    )
    return Figures(
        average_precision([(asked.row, probability(asked.odds)) for asked in ranked]),
        loss / of[-1],
        right[above - 1] / of[above - 1],
        right[above - 1] / right[-1],
        right[half] / of[half],
    )


def _odds(chance: float) -> float:
    return math.log(chance / (1.0 - chance))


def main() -> None:
    """Print a row for each way to ask."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("postings", type=Path)
    parser.add_argument("--of", choices=_GROUPS, default="training", help="whose pairs; by default who teaches")
    given = parser.parse_args()
    people = asked_of(postings_in(given.postings), _GROUPS[given.of])
    print("| answers | most | mean | average precision | log loss | right | of the wanted | at half of the wanted |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for way, most in (("", 0), *_ROWS):
        before, after, answers = defaultdict[str, list[Asked]](list), defaultdict[str, list[Asked]](list), 0
        for name, own in people.items():
            for draw in range(_DRAWS):
                chance = random.Random(f"{draw} {name}")
                mixed = chance.sample(own, len(own))
                pool, rest = mixed[: len(own) // 2], mixed[len(own) // 2 :]
                some = _WAYS[way](pool, most, chance) if way else ()
                answers += len(some)
                before[name] += rest
                after[name] += foreseen_after(some, rest)
        cells = [way or "none", str(most or ""), f"{answers / len(people) / _DRAWS:.1f}" if way else ""]
        print(f"| {' | '.join([*cells, *_shown(before, after, compared=bool(way))])} |", flush=True)


def _shown(before: Mapping[str, Sequence[Asked]], after: Mapping[str, Sequence[Asked]], *, compared: bool) -> list[str]:
    whole = figures_of([asked for own in after.values() for asked in own])
    texts = [f"{value:.1%}" if name != "loss" else f"{value:.4f}" for name, value in whole._asdict().items()]
    if not compared:
        return texts
    names, chance = sorted(before), random.Random(15)
    apart = list[tuple[float, ...]]()
    for _ in range(_PEOPLE_DRAWN):
        some = chance.choices(names, k=len(names))
        old, new = (figures_of([asked for name in some for asked in of[name]]) for of in (before, after))
        apart.append(tuple(then - was for was, then in zip(old, new, strict=True)))
    found = list[str]()
    for name, text, values in zip(Figures._fields, texts, zip(*apart, strict=True), strict=True):
        drawn = sorted(values)
        low, high = drawn[int(len(drawn) * 0.025)], drawn[int(len(drawn) * 0.975)]
        said = f"{low:+.4f} to {high:+.4f}" if name == "loss" else f"{100 * low:+.1f} to {100 * high:+.1f}"
        found.append(f"{text} ({said})")
    return found


if __name__ == "__main__":
    main()
