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


@pytest.mark.timeout(300 + RACES)
@pytest.mark.parametrize("index", ["memory", "elasticsearch"])
def test_whichever_comes_second_sees_the_first(tmp_path: Path, index: str) -> None:
    with whole_stream(tmp_path, index) as stream:
        expected = raced(stream)
        stream.until_done()
        found, causes = Counter(stream.pairs()), stream.causes()
    tell(index, found, expected, causes)
    assert expected.total() == RACES
    assert found == expected
    assert causes["forward"] > RACES / 10
    assert causes["backfill"] > RACES / 10


def raced(stream: WholeStream) -> Counter[Pair]:
    """Save a search and push its posting for each number, up to 1.5 s apart; the pairs that they are."""
    keys: dict[int, int] = {}
    postings: dict[int, str] = {}

    def save(number: int) -> None:
        keys[number] = stream.save(number, Criteria(skills=SkillTerms(all=("Python",)), text=f"job{number}"))

    def push(number: int) -> None:
        postings[number] = stream.push(f"p{number}", f"You write Python. job{number}")

    stream.take_in(RACES)
    apart(range(RACES), RACES / A_SECOND, random.Random(RACES), save, push)
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
