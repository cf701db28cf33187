"""Criteria and postings that fit each other, made at nearly the same time, under several workers.

JOBCHIME_RACES says how many pairs; `JOBCHIME_RACES=1000 make test-live` is the long form.
"""

import os
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.support.matcher_workers import matcher_workers
from tests.support.racing import pairs, race

pytestmark = [pytest.mark.live, pytest.mark.decisive]

RACES = int(os.environ.get("JOBCHIME_RACES", "50"))
A_SECOND = 25


@pytest.mark.timeout(300 + RACES)
@pytest.mark.parametrize("index", ["memory", "elasticsearch"])
def test_whichever_comes_second_sees_the_first(tmp_path: Path, index: str) -> None:
    with matcher_workers(tmp_path, index) as workers:
        workers.start(2)
        race(workers, range(RACES), RACES / A_SECOND, random.Random(RACES))
        workers.until_done()
        found = Counter(workers.pairs())
    assert found == Counter(pairs(range(RACES)))
    assert workers.causes["forward"] > RACES / 10
    assert workers.causes["backfill"] > RACES / 10
