"""The index in memory, with parts so small that they are sorted in, merged and swept all the time."""

import random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.criteria import Criteria, CriteriaRecord
from services.matcher.adapters.memory import KernelName, MemoryCriteriaIndex, Sizes
from tests.support import generate
from tests.support.strategies import seeds
from tests.support.truth import same_hits, true_hits

MODELS = generate.postings(12, seed=5)
POOL = generate.criteria(400, seed=6, models=MODELS)
POSTINGS = MODELS[:4]

pytestmark = pytest.mark.parametrize("kernel", get_args(KernelName))

sizes = st.builds(
    Sizes,
    tail=st.integers(1, 6),
    piece=st.integers(1, 9),
    least_small=st.integers(2, 20),
    small_share=st.integers(1, 16),
    most_small=st.integers(2, 40),
)


@settings(max_examples=60, deadline=None)
@given(seed=seeds, sizes=sizes, keys=st.sampled_from((5, 40, 200)), batch=st.integers(1, 30))
def test_the_hits_are_right_after_every_batch(
    kernel: KernelName, seed: int, sizes: Sizes, keys: int, batch: int
) -> None:
    random_ = random.Random(seed)
    index, held = MemoryCriteriaIndex(kernel, sizes), dict[int, Criteria]()
    for at in range(10):
        records = []
        for number in range(batch):
            key, asked = random_.randrange(keys), random_.choice(POOL)
            removed = random_.random() < 0.3
            version = 1 + at * batch + number
            records.append(CriteriaRecord(key=key, criteria_id="", version=version, removed=removed, criteria=asked))
            held.pop(key, None)
            held |= {} if removed else {key: asked}
        index.apply(records)
        assert len(index) == len(held)
        if at % 3 == 0:
            assert same_hits(index.match(POSTINGS), true_hits(held, POSTINGS))
    assert same_hits(index.match(POSTINGS), true_hits(held, POSTINGS))


def test_a_merge_that_is_under_way_hides_nothing_and_revives_nothing(kernel: KernelName) -> None:
    """Removals, changes and returns between any two steps of a merge."""
    index = MemoryCriteriaIndex(kernel, Sizes(tail=4, piece=2, least_small=16, small_share=4, most_small=64))
    held = dict(enumerate(POOL))
    index.apply(generate.records(POOL))
    random_ = random.Random(8)
    for version in range(2, 400):
        key, asked = random_.randrange(400), random_.choice(POOL)
        removed = version % 3 == 0
        index.apply([CriteriaRecord(key=key, criteria_id="", version=version, removed=removed, criteria=asked)])
        held.pop(key, None)
        held |= {} if removed else {key: asked}
        if version % 20 == 0:
            assert same_hits(index.match(POSTINGS[:2]), true_hits(held, POSTINGS[:2]))
    assert len(index) == len(held)


def test_keys_far_apart_are_held_like_others(kernel: KernelName) -> None:
    index = MemoryCriteriaIndex(kernel, Sizes(tail=3, piece=2, least_small=4))
    spread = {key: POOL[at] for at, key in enumerate(range(5, 2**32, 2**32 // 300))}
    index.apply([CriteriaRecord(key=key, criteria_id="", version=1, criteria=one) for key, one in spread.items()])
    assert same_hits(index.match(POSTINGS), true_hits(spread, POSTINGS))
