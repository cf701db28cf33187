"""Draws the pairs that teach the chance of a job, or decide on it: `python -m bench.relevance.training POSTINGS.jsonl`.

Reads what `jobchime normalise` prints of the captures. Of what fits a search of a person, in strata by the chance that
is foreseen today, and of what is refused and looks wanted by its raw text; with `--deciding` for the people who decide.
Whoever has pairs keeps them: only people who were added since are drawn for. `--fits 31` draws so many of what fits a
person, in the same shares.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.relevance.captured import Captured, all_captured
from bench.relevance.draw import in_span, looks_wanted, same_job
from bench.relevance.fitting import Fitting, by_key, chance_of_fitting, fitting, postings_in
from bench.relevance.pairs import DECIDING_PAIRS, TRAINING_PAIRS, Pair, read_pairs, write_pairs
from bench.relevance.people import Group, Person, people
from schemas.posting import PostingCore

_LEAST: Final[Mapping[str, float]] = {"likely": 0.5, "possible": 0.2, "unlikely": 0.0}
"""From which chance on what fits is drawn for a stratum."""
_MOST: Final[Mapping[Group, Mapping[str, int]]] = {
    "training": {"likely": 8, "possible": 12, "unlikely": 4},
    "deciding": {"likely": 8, "possible": 8, "unlikely": 3},
}
"""How many: most where it is least sure; what one lacks, the others give."""
_REFUSED: Final[Mapping[str, int]] = {
    "title and place": 5,
    "title, place in body": 2,
    "body and place": 2,
    "title alone": 1,
    "around and place": 1,
}
"""The most of what is refused that are drawn for a person."""
_MOST_OF_EMPLOYER: Final = 3
_SEED: Final = 16


def draw(everybody: Sequence[Person], postings: Mapping[str, PostingCore], fits: int | None = None) -> list[Pair]:
    """Pairs of all people, the same for the same postings; `fits`: how many of what fits a person."""
    items = {key: item for key, item in all_captured().items() if key in postings and in_span(item.arrives)}
    return [pair for person in everybody for pair in _pairs_of(person, most_of(person.half, fits), postings, items)]


def most_of(group: Group, fits: int | None) -> dict[str, int]:
    """How many of each stratum are drawn of what fits: as many as usual, or the same shares of `fits`."""
    usual = _MOST[group]
    return {name: round(some * (fits or sum(usual.values())) / sum(usual.values())) for name, some in usual.items()}


def _pairs_of(
    person: Person, most: Mapping[str, int], postings: Mapping[str, PostingCore], items: Mapping[str, Captured]
) -> Iterator[Pair]:
    chance = random.Random(f"{_SEED} {person.name}")
    fits: dict[str, list[str]] = {name: [] for name in most}
    refused: dict[str, list[str]] = {name: [] for name in _REFUSED}
    taken = set[tuple[str, str]]()
    keys = chance.sample(sorted(items), len(items))
    for key in keys:
        job, found = same_job(items[key]), fitting(person, postings[key])
        if found and job not in taken:
            taken.add(job)
            fits[_stratum(found)].append(key)
    yield from _pairs(person, fits, _drawn(fits, most, items))
    for key in keys:
        job, stratum = same_job(items[key]), looks_wanted(person, items[key])
        if stratum and job not in taken:
            taken.add(job)
            refused[stratum].append(key)
    yield from _pairs(person, refused, {name: refused[name][:some] for name, some in _REFUSED.items()})


def _pairs(person: Person, strata: Mapping[str, Sequence[str]], some: Mapping[str, Sequence[str]]) -> Iterator[Pair]:
    for name, keys in some.items():
        yield from (Pair(person.name, key, name, round(len(strata[name]) / len(keys), 4)) for key in sorted(keys))


def _stratum(found: Sequence[Fitting]) -> str:
    likely = max(map(chance_of_fitting, found))
    return next(name for name, least in _LEAST.items() if likely >= least)


def _drawn(
    strata: Mapping[str, Sequence[str]], most: Mapping[str, int], items: Mapping[str, Captured]
) -> dict[str, list[str]]:
    """The first of each stratum, few of one employer while others have enough; then what is lacking, from any."""
    some: dict[str, list[str]] = {name: [] for name in strata}
    of_employer = Counter[str]()
    for cap in (_MOST_OF_EMPLOYER, 3 * _MOST_OF_EMPLOYER, sum(most.values())):
        for spare in (0, sum(most.values())):
            for name, keys in strata.items():
                for key in keys:
                    room = len(some[name]) < most[name] + spare and sum(map(len, some.values())) < sum(most.values())
                    company = items[key].company.casefold()
                    if room and key not in some[name] and of_employer[company] < cap:
                        some[name].append(key)
                        of_employer[company] += 1
    return some


def main() -> None:
    """Draw for people who have no pairs yet, and add theirs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("postings", type=Path)
    parser.add_argument("--deciding", action="store_true", help="for the people who decide")
    parser.add_argument("--fits", type=int, help="how many of what fits a person; usually 19 or 24")
    given = parser.parse_args()
    group: Group
    group, file = ("deciding", DECIDING_PAIRS) if given.deciding else ("training", TRAINING_PAIRS)
    drawn = read_pairs(file) if file.exists() else []
    have = {pair.person for pair in drawn}
    added = [person for person in people([group]) if person.name not in have]
    postings = by_key(postings_in(given.postings))
    pairs = draw(added, postings, given.fits)
    write_pairs([*drawn, *pairs], file)
    for person in added:
        print(f"{person.name:10} {dict(Counter(pair.stratum for pair in pairs if pair.person == person.name))}")
    print(f"{len(pairs)} pairs")


if __name__ == "__main__":
    main()
