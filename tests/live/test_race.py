"""Searches and postings that fit each other, saved and pushed at nearly the same time, under several workers.

They begin where users do: in the store and at the push endpoint. JOBCHIME_RACES says how many pairs. `make test-races`
is the long form, 1,000 with each index; it ends with its figures.
"""

import os
import random
from collections import Counter
from pathlib import Path

import pytest

from schemas.criteria import Criteria, SkillTerms
from tests.support.racing import apart
from tests.support.truth_check import Pair
from tests.support.whole_stream import WholeStream, whole_stream

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.decisive]

RACES = int(os.environ.get("JOBCHIME_RACES", "50"))
A_SECOND = 10
ROUND = 50
"""Pairs after which all is let come to rest, so that on a slow machine too each comes when nothing waits."""


@pytest.mark.timeout(300 + 2 * RACES)
@pytest.mark.parametrize("index", ["memory", "elasticsearch"])
def test_whichever_comes_second_sees_the_first(tmp_path: Path, index: str) -> None:
    with whole_stream(tmp_path, index) as stream:
        expected = raced(stream)
        found, causes = Counter(stream.pairs()), stream.causes()
    tell(index, found, expected, causes)
    assert expected.total() == RACES
    assert found == expected
    assert min(causes["forward"], causes["backfill"]) > RACES / 25, "now the one came first and now the other"


def raced(stream: WholeStream) -> Counter[Pair]:
    """Save a search and push its posting for each number, up to 1.5 s apart; the pairs that they are."""
    keys: dict[int, int] = {}
    postings: dict[int, str] = {}

    def save(number: int) -> None:
        keys[number] = stream.save(number, Criteria(skills=SkillTerms(all=("Python",)), text=f"job{number}"))

    def push(number: int) -> None:
        postings[number] = stream.push(f"p{number}", f"You write Python. job{number}")

    stream.take_in(RACES)
    chance = random.Random(RACES)
    for first in range(0, RACES, ROUND):
        numbers = range(first, min(first + ROUND, RACES))
        apart(numbers, len(numbers) / A_SECOND, chance, save, push)
        stream.until_done()
    return Counter((keys[number], postings[number]) for number in range(RACES))


def tell(index: str, found: Counter[Pair], expected: Counter[Pair], causes: Counter[str]) -> None:
    """Print what it came to and, where JOBCHIME_RACES_FIGURES names a file, add it there."""
    line = (
        f"{f'races, {index}:':<28} {expected.total()} pairs, "
        f"missed {(expected - found).total()}, doubled {found.total() - len(found)}, "
        f"strange {len(found.keys() - expected.keys())}; "
        f"records of matches: forward {causes['forward']}, backfill {causes['backfill']}"
    )
    print("\n" + line, flush=True)
    if file := os.environ.get("JOBCHIME_RACES_FIGURES"):
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(line + "\n")
