"""What towns cost: `python -m bench.near [--criteria 100000] [--share 10]`.

An index in memory of generated criteria, some of which ask for up to two of the 500 largest towns, within 10 to
100 km; the postings lie in these towns and are not remote. Hits are held against the truth for 20 postings. Prints ms a
posting and bytes a criterion with towns and without, and how much the cells of a town let through.
"""

import argparse
import random
import statistics
import time
from collections.abc import Sequence

from schemas.criteria import Criteria, Nearby
from schemas.posting import PostingCore
from services.matcher.adapters.memory.index import MemoryCriteriaIndex
from services.rules.criteria import canonical
from services.rules.criterion.near import near_fit
from services.rules.places.distances import cell_of, cells_round, kilometres
from services.rules.places.town_data import Town, towns
from services.rules.prepared import PreparedPosting
from services.rules.verdict import outcome_of
from tests.support import generate

_POSTINGS = 200
_JUDGED = 20


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--criteria", type=int, default=100_000)
    options.add_argument("--share", type=int, default=10, help="Per cent of the criteria that name towns.")
    asked = options.parse_args()
    chance = random.Random(7)
    largest = sorted(towns().by_id.values(), key=lambda town: -town.thousands)[:500]
    postings = [
        posting.model_copy(update={"towns": (chance.choice(largest).id,), "workplace": "hybrid"})
        for posting in generate.postings(_POSTINGS, seed=7)
    ]
    plain = [
        canonical(drawn.model_copy(update={"near": (), "languages": drawn.languages or ("en",)}))
        for drawn in generate.criteria(asked.criteria, 7, postings)
    ]
    near = [with_towns(drawn, chance, largest) if chance.random() < asked.share / 100 else drawn for drawn in plain]
    for named, criteria in (("without towns", plain), (f"{asked.share} % with towns", near)):
        index = MemoryCriteriaIndex("numba")
        index.apply(generate.records(criteria))
        took = [timed(index, posting) for _ in range(3) for posting in postings]
        print(f"{named}: {1000 * statistics.median(took):.2f} ms a posting, {index.nbytes / len(criteria):.1f} bytes")
        wrong = sum(differs(index, criteria, posting) for posting in postings[:_JUDGED])
        print(f"  postings of {_JUDGED} whose keys are not those of the truth: {wrong}")
    cells(largest)
    circle = (Nearby(town=largest[0].label, km=40),)
    began = time.perf_counter()
    for posting in postings:
        near_fit(circle, posting, accept_unknown=False)
    print(
        f"towns known: {len(towns().by_id):,}; one judged in {1e6 * (time.perf_counter() - began) / _POSTINGS:.1f} us"
    )


def with_towns(criteria: Criteria, chance: random.Random, largest: Sequence[Town]) -> Criteria:
    named = chance.sample(largest, chance.choice((1, 1, 2)))
    near = tuple(Nearby(town=town.label, km=chance.choice((10, 25, 40, 60, 100))) for town in named)
    return canonical(criteria.model_copy(update={"near": near}))


def timed(index: MemoryCriteriaIndex, posting: PostingCore) -> float:
    began = time.perf_counter()
    index.match([posting])
    return time.perf_counter() - began


def differs(index: MemoryCriteriaIndex, criteria: Sequence[Criteria], posting: PostingCore) -> bool:
    [found], prepared = index.match([posting]), PreparedPosting(posting)
    outcomes = [outcome_of(asked, prepared) for asked in criteria]
    matched = [key for key, outcome in enumerate(outcomes) if outcome == "match"]
    nearly = [key for key, outcome in enumerate(outcomes) if outcome == "near"]
    return found.keys.tolist() != matched or found.near.tolist() != nearly


def cells(largest: Sequence[Town]) -> None:
    """How many towns share a cell with a circle, for one that lies in it."""
    for km in (10, 40, 100):
        inside = through = count = 0
        for town in largest[:100]:
            found = set(cells_round(town, 1.5 * km))
            count += len(found)
            let = [other for other in towns().by_id.values() if cell_of(other) in found]
            through += len(let)
            inside += sum(kilometres(town, other) <= 1.5 * km for other in let)
        print(
            f"{km} km: {count / 100:.1f} cells, which let through {through / inside:.1f} times the towns that are near"
        )


if __name__ == "__main__":
    main()
