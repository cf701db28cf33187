"""An index of criteria through batches of edits, removals and returns, held to the truth on the way."""

import random
from collections.abc import Callable

from schemas.criteria import Criteria, CriteriaRecord
from services.matcher.ports import CriteriaIndex
from tests.support import generate
from tests.support.truth import same_hits, true_hits

_MODELS = generate.postings(12, seed=5)
POOL = generate.criteria(400, seed=6, models=_MODELS)
POSTINGS = _MODELS[:4]
_BATCHES = 10
_REMOVED = 0.3


def changed(
    random_: random.Random, held: dict[int, Criteria], key: int, version: int, *, removed: bool
) -> CriteriaRecord:
    """Have a key ask something else, or nothing any more, and keep the books of what must be held."""
    asked = random_.choice(POOL)
    held.pop(key, None)
    held |= {} if removed else {key: asked}
    return CriteriaRecord(key=key, criteria_id="", version=version, removed=removed, criteria=asked)


def walk(
    index: CriteriaIndex,
    seed: int,
    keys: int,
    batch: int,
    between: Callable[[random.Random], None] = lambda random_: None,
) -> None:
    """Apply batches of so many records over so many keys; `between` is called after each, before the index is asked."""
    random_, held = random.Random(seed), dict[int, Criteria]()
    for at in range(_BATCHES):
        first = 1 + at * batch
        records = [
            changed(random_, held, random_.randrange(keys), version, removed=random_.random() < _REMOVED)
            for version in range(first, first + batch)
        ]
        index.apply(records)
        between(random_)
        assert len(index) == len(held)
        if at % 3 == 0:
            assert same_hits(index.match(POSTINGS), true_hits(held, POSTINGS))
    assert same_hits(index.match(POSTINGS), true_hits(held, POSTINGS))
