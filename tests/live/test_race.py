"""Criteria and postings that fit each other, made at nearly the same time, under several workers.

JOBCHIME_RACES says how many pairs; 1,000 by `JOBCHIME_RACES=1000 make test-live`.
"""

import os
import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.criteria import Criteria, SkillTerms
from services.runtime.records import Outgoing
from tests.support.judging import having
from tests.support.matcher_workers import Workers, matcher_workers
from tests.support.matching import criteria_out, posting_out

pytestmark = pytest.mark.live

RACES = int(os.environ.get("JOBCHIME_RACES", "50"))
APART_S = 1.5
A_SECOND = 25


def asking(number: int) -> Criteria:
    return Criteria(skills=SkillTerms(all=("Go",)), text=f"job{number}")


def fitting(number: int) -> Outgoing:
    words = {"posting_id": f"p{number}", "description_text": f"job{number}"}
    return posting_out(having("Go", **words, fetched_at=datetime.now(UTC)))


def produce(workers: Workers, records: list[tuple[float, Outgoing]], began: float) -> None:
    """Produce each record at its time."""
    for at, record in sorted(records, key=lambda one: one[0]):
        time.sleep(max(began + at - time.monotonic(), 0))
        workers.producer.produce([record])


@pytest.mark.timeout(300 + RACES)
@pytest.mark.parametrize("index", ["memory", "elasticsearch"])
def test_whichever_comes_second_sees_the_first(tmp_path: Path, index: str) -> None:
    chance = random.Random(RACES)
    begins = [APART_S + chance.uniform(0, RACES / A_SECOND) for _ in range(RACES)]
    criteria = [(at, criteria_out(number, asking(number))) for number, at in enumerate(begins)]
    postings = [(at + chance.uniform(-APART_S, APART_S), fitting(number)) for number, at in enumerate(begins)]
    with matcher_workers(tmp_path, index) as workers:
        workers.start(2)
        began = time.monotonic() + 0.5
        threads = [threading.Thread(target=produce, args=(workers, some, began)) for some in (criteria, postings)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        workers.until_done()
        found = Counter(workers.pairs())
    assert found == Counter((number, f"p{number}") for number in range(RACES))
    assert workers.causes["forward"] > RACES / 10
    assert workers.causes["backfill"] > RACES / 10
