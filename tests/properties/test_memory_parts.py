"""The index in memory, with parts so small that they are sorted in, merged and swept all the time."""

import random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.criteria import CriteriaRecord
from services.matcher.adapters.memory.index import KernelName, MemoryCriteriaIndex, Sizes
from tests.support import generate
from tests.support.index_walk import changed, some_criteria, some_postings, walk
from tests.support.long_form import examples
from tests.support.strategies import seeds
from tests.support.truth import same_hits, true_hits

pytestmark = pytest.mark.parametrize("kernel", get_args(KernelName))

sizes = st.builds(
    Sizes,
    memtable=st.integers(1, 6),
    piece=st.integers(1, 9),
    least_small=st.integers(2, 20),
    small_share=st.integers(1, 16),
    most_small=st.integers(2, 40),
)


@settings(max_examples=examples(60))
@given(seed=seeds, sizes=sizes, keys=st.sampled_from((5, 40, 200)), batch=st.integers(1, 30))
def test_the_hits_are_right_after_every_batch(
    kernel: KernelName, seed: int, sizes: Sizes, keys: int, batch: int
) -> None:
    walk(MemoryCriteriaIndex(kernel, sizes), seed, keys, batch)


def test_a_merge_that_is_under_way_hides_nothing_and_revives_nothing(kernel: KernelName) -> None:
    """Removals, changes and returns between any two steps of a merge."""
    index = MemoryCriteriaIndex(kernel, Sizes(memtable=4, piece=2, least_small=16, small_share=4, most_small=64))
    by_key = dict(enumerate(some_criteria()))
    index.apply(generate.records(some_criteria()))
    random_ = random.Random(8)
    for version in range(2, 400):
        index.apply([changed(random_, by_key, random_.randrange(400), version, removed=version % 3 == 0)])
        if version % 20 == 0:
            assert same_hits(index.match(some_postings()[:2]), true_hits(by_key, some_postings()[:2]))
    assert len(index) == len(by_key)


def test_keys_far_apart_are_held_like_others(kernel: KernelName) -> None:
    index = MemoryCriteriaIndex(kernel, Sizes(memtable=3, piece=2, least_small=4))
    spread = {key: some_criteria()[at] for at, key in enumerate(range(5, 2**32, 2**32 // 300))}
    index.apply(
        [CriteriaRecord(key=key, criteria_id="", version=1, criteria=criteria) for key, criteria in spread.items()]
    )
    assert same_hits(index.match(some_postings()[:4]), true_hits(spread, some_postings()[:4]))
