"""An index of criteria through batches of edits, removals and returns, held to the truth on the way."""

import random
from collections.abc import Callable, Sequence
from functools import cache

from schemas.criteria import Criteria, CriteriaRecord
from schemas.posting import PostingCore
from services.matcher.ports import CriteriaIndex
from tests.support import generate
from tests.support.truth import same_hits, true_hits

_BATCHES = 10
_REMOVED = 0.3


@cache
def some_postings() -> Sequence[PostingCore]:
    return generate.postings(12, seed=5)


@cache
def some_criteria() -> Sequence[Criteria]:
    """Drawn after those postings; made where they are asked for, since whoever collects tests imports this."""
    return generate.criteria(400, seed=6, models=some_postings())


def changed(
    random_: random.Random, expected: dict[int, Criteria], key: int, version: int, *, removed: bool
) -> CriteriaRecord:
    """Have a key ask something else, or nothing any more, and keep the books of what must be held."""
    asked = random_.choice(some_criteria())
    expected.pop(key, None)
    expected |= {} if removed else {key: asked}
    return CriteriaRecord(key=key, criteria_id="", version=version, removed=removed, criteria=asked)


def walk(
    index: CriteriaIndex,
    seed: int,
    keys: int,
    batch: int,
    between: Callable[[random.Random], None] = lambda random_: None,
) -> None:
    """Apply batches of so many records over so many keys; `between` is called after each, before the index is asked."""
    random_, expected, postings = random.Random(seed), dict[int, Criteria](), some_postings()[:4]
    for at in range(_BATCHES):
        first = 1 + at * batch
        records = [
            changed(random_, expected, random_.randrange(keys), version, removed=random_.random() < _REMOVED)
            for version in range(first, first + batch)
        ]
        index.apply(records)
        between(random_)
        assert len(index) == len(expected)
        if at % 3 == 0:
            assert same_hits(index.match(postings), true_hits(expected, postings))
    assert same_hits(index.match(postings), true_hits(expected, postings))
