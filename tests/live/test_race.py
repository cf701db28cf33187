"""Criteria and postings that fit each other, made at nearly the same time, under several workers.

JOBCHIME_RACES says how many pairs. `make test-races` is the long form, 1,000 with each index; it ends with its figures.
"""

import os
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.support.matcher_workers import Workers, matcher_workers
from tests.support.racing import pairs, race
from tests.support.truth_check import Pair

pytestmark = [pytest.mark.live, pytest.mark.decisive]

RACES = int(os.environ.get("JOBCHIME_RACES", "50"))
A_SECOND = 25


@pytest.mark.timeout(300 + RACES)
@pytest.mark.parametrize("index", ["memory", "elasticsearch"])
def test_whichever_comes_second_sees_the_first(tmp_path: Path, index: str) -> None:
    expected = Counter(pairs(range(RACES)))
    with matcher_workers(tmp_path, index) as workers:
        workers.start(2)
        race(workers, range(RACES), RACES / A_SECOND, random.Random(RACES))
        workers.until_done()
        found = Counter(workers.pairs())
    tell(index, found, expected, workers)
    assert found == expected
    assert workers.causes["forward"] > RACES / 10
    assert workers.causes["backfill"] > RACES / 10


def tell(index: str, found: Counter[Pair], expected: Counter[Pair], workers: Workers) -> None:
    """Print what it came to and, where JOBCHIME_RACES_FIGURES names a file, add it there."""
    line = (
        f"{f'races, {index}:':<28} {expected.total()} pairs, "
        f"missed {(expected - found).total()}, doubled {found.total() - len(found)}, "
        f"strange {len(found.keys() - expected.keys())}; "
        f"records of matches: forward {workers.causes['forward']}, backfill {workers.causes['backfill']}"
    )
    print("\n" + line, flush=True)
    if file := os.environ.get("JOBCHIME_RACES_FIGURES"):
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(line + "\n")
