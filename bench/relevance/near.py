"""How likely near misses are wanted: `python -m bench.relevance.near POSTINGS.jsonl [--draw]`.

Reads what `jobchime normalise` prints of the captures. Of the people who may be looked at: what fits no search of
theirs whole and misses one by a little, as digests take near misses, and is not unlikely. `--draw` draws twelve at most
for whoever has none; without it, what was judged of them is printed by what they miss, and by bar.
"""

import argparse
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from bench.fit_chance import LOOKED_AT
from bench.relevance.captured import Captured, all_captured
from bench.relevance.draw import in_span, same_job
from bench.relevance.figures import verdicts_about, verdicts_of
from bench.relevance.fitting import by_key, nearly_fitting, postings_in
from bench.relevance.judgements import read
from bench.relevance.pairs import NEAR_PAIRS, Pair, read_pairs, write_pairs
from bench.relevance.people import LABELS, Person, people
from schemas.posting import PostingCore

_LEAST: Final = 0.2
"""Nobody is sent what is less likely, however few jobs there are."""
_MOST: Final = 12
_SEED: Final = 43


class NearMiss(NamedTuple):
    """A job that misses a search of somebody by a little."""

    posting: str
    missed: str
    """The criterion."""
    chance: float


def near_misses_of(
    person: Person, postings: Mapping[str, PostingCore], items: Mapping[str, Captured]
) -> Iterator[NearMiss]:
    """The likeliest way in which each posting nearly fits somebody, once a job."""
    taken = set[tuple[str, str]]()
    for key, posting in postings.items():
        found = nearly_fitting(person, posting)
        job = same_job(items[key])
        if found and found[1] >= _LEAST and job not in taken:
            taken.add(job)
            yield NearMiss(key, *found)


def _draw(postings: Mapping[str, PostingCore], items: Mapping[str, Captured]) -> list[Pair]:
    drawn = read_pairs(NEAR_PAIRS) if NEAR_PAIRS.exists() else []
    have = {pair.person for pair in drawn}
    for person in people(tuple(LOOKED_AT)):
        if person.name not in have:
            found = [near.posting for near in near_misses_of(person, postings, items)]
            some = random.Random(f"{_SEED} {person.name}").sample(found, min(_MOST, len(found)))
            drawn += (Pair(person.name, key, "near miss", round(len(found) / len(some), 4)) for key in sorted(some))
    return drawn


def _print(postings: Mapping[str, PostingCore], items: Mapping[str, Captured]) -> None:
    weights = {(pair.person, pair.posting): pair.weight for pair in read_pairs(NEAR_PAIRS)}
    near_verdicts = verdicts_of(read(LABELS / "judgements-near.jsonl"))
    found = list[tuple[NearMiss, bool, float]]()
    for group in LOOKED_AT:
        verdicts = near_verdicts | verdicts_about(group)
        for person in people([group]):
            for near in near_misses_of(person, postings, items):
                pair = person.name, near.posting
                if pair in weights and pair in verdicts:
                    found.append((near, verdicts[pair].verdict != "wrong", weights[pair]))
    print("| missed | chance | near misses | wanted |\n|---|---|---:|---:|")
    for missed in sorted({near.missed for near, _, _ in found}):
        for low, high in ((0.2, 0.3), (0.3, 0.4), (0.4, 0.6), (0.6, 1.0)):
            some = [
                (wanted, weight)
                for near, wanted, weight in found
                if near.missed == missed and low <= near.chance < high
            ]
            if some:
                of = sum(weight for _, weight in some)
                share = sum(weight for wanted, weight in some if wanted) / of
                print(f"| {missed} | {low:.0%} to {high:.0%} | {len(some)} | {share:.0%} |")


def main() -> None:
    """Draw, or print what was judged."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("postings", type=Path)
    parser.add_argument("--draw", action="store_true")
    given = parser.parse_args()
    items = all_captured()
    postings = {key: core for key, core in by_key(postings_in(given.postings)).items() if in_span(items[key].arrives)}
    if given.draw:
        write_pairs(_draw(postings, items), NEAR_PAIRS)
    else:
        _print(postings, items)


if __name__ == "__main__":
    main()
