"""Draws the pairs that teach the chance of a job: `python -m bench.relevance.training POSTINGS.jsonl`.

Reads what `jobchime normalise` prints of the captures. Of what fits a search of a person, in strata by the chance that
is foreseen today. Whoever has pairs keeps them: only people who were added since are drawn for.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.relevance.captured import Captured, all_captured
from bench.relevance.draw import in_span, same_job
from bench.relevance.fitting import Fitting, by_key, chance_of_fitting, fitting
from bench.relevance.pairs import TRAINING_PAIRS, Pair, read_pairs, write_pairs
from bench.relevance.people import Person, people
from schemas.posting import Posting, PostingCore

_FITS: Final[Mapping[str, tuple[float, int]]] = {"likely": (0.5, 8), "possible": (0.2, 12), "unlikely": (0.0, 4)}
"""From which chance on, and how many are drawn: most where it is least sure; what one lacks, the others give."""
_MOST_OF_EMPLOYER: Final = 3
_SEED: Final = 16


def draw(everybody: Sequence[Person], postings: Mapping[str, PostingCore]) -> list[Pair]:
    """Pairs of all people, the same for the same postings."""
    items = {key: item for key, item in all_captured().items() if key in postings and in_span(item.arrives)}
    return [pair for person in everybody for pair in _of(person, postings, items)]


def _of(person: Person, postings: Mapping[str, PostingCore], items: Mapping[str, Captured]) -> Iterator[Pair]:
    chance = random.Random(f"{_SEED} {person.name}")
    fits: dict[str, list[str]] = {name: [] for name in _FITS}
    taken = set[tuple[str, str]]()
    for key in chance.sample(sorted(items), len(items)):
        job, found = same_job(items[key]), fitting(person, postings[key])
        if found and job not in taken:
            taken.add(job)
            fits[_stratum(found)].append(key)
    for name, keys in _some(fits, {name: most for name, (_, most) in _FITS.items()}, items).items():
        yield from (Pair(person.name, key, name, round(len(fits[name]) / len(keys), 4)) for key in sorted(keys))


def _stratum(found: Sequence[Fitting]) -> str:
    likely = max(map(chance_of_fitting, found))
    return next(name for name, (least, _) in _FITS.items() if likely >= least)


def _some(
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
    drawn = read_pairs(TRAINING_PAIRS)
    have = {pair.person for pair in drawn}
    added = [person for person in people(["training"]) if person.name not in have]
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        postings = by_key(Posting.model_validate_json(line).core() for line in lines)
    pairs = draw(added, postings)
    write_pairs([*drawn, *pairs], TRAINING_PAIRS)
    for person in added:
        print(f"{person.name:10} {dict(Counter(pair.stratum for pair in pairs if pair.person == person.name))}")
    print(f"{len(pairs)} pairs")


if __name__ == "__main__":
    main()
