"""The index in Elasticsearch as its parts change: segments are written, refreshed, flushed and merged all the time.

What `tests/properties/test_memory_parts.py` is to the index in memory. JOBCHIME_EXAMPLES says how many examples.
"""

import os
import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.criteria import CriteriaRecord
from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex
from tests.support import generate
from tests.support.index_walk import changed, some_criteria, some_postings, walk
from tests.support.long_form import examples
from tests.support.search_indices import criteria_index_of_my_own, empty_criteria_index
from tests.support.strategies import seeds
from tests.support.truth import same_hits, true_hits

pytestmark = pytest.mark.live

EXAMPLES = int(os.environ.get("JOBCHIME_EXAMPLES", examples(8)))
CHANGES: tuple[tuple[str, dict[str, str]], ...] = (
    ("_refresh", {}),
    ("_flush", {}),
    ("_forcemerge", {"only_expunge_deletes": "true"}),
    ("_forcemerge", {"max_num_segments": "1"}),
    ("_cache/clear", {}),
)


def change(index: ElasticsearchCriteriaIndex) -> Callable[[random.Random], None]:
    """Have the server do one of what it does by itself, now and then."""

    def change_one(random_: random.Random) -> None:
        what, params = random_.choice(CHANGES)
        if random_.random() < 0.5:
            index.engine.ask("POST", f"/{index.generations.alias}/{what}", params=params)

    return change_one


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(seed=seeds, keys=st.sampled_from((5, 40, 200)), batch=st.integers(1, 30))
def test_the_hits_are_right_after_every_batch(seed: int, keys: int, batch: int) -> None:
    index = empty_criteria_index()
    walk(index, seed, keys, batch, change(index))


def test_a_merge_that_is_under_way_hides_nothing_and_revives_nothing() -> None:
    """Removals, changes and returns while segments are merged, which the server does beside them."""
    with criteria_index_of_my_own() as index:
        by_key, random_ = dict(enumerate(some_criteria())), random.Random(8)
        index.apply(generate.records(some_criteria()))
        merging = {"max_num_segments": "1", "wait_for_completion": "false"}
        for version in range(2, 42):
            index.engine.ask("POST", f"/{index.generations.alias}/_forcemerge", params=merging)
            records = [
                changed(random_, by_key, key, version, removed=random_.random() < 0.3)
                for key in random_.sample(range(len(some_criteria())), 10)
            ]
            index.apply(records)
            if version % 10 == 0:
                assert same_hits(index.match(some_postings()[:4]), true_hits(by_key, some_postings()[:4]))
        assert len(index) == len(by_key)


def test_keys_far_apart_are_held_like_others() -> None:
    spread = {key: some_criteria()[at] for at, key in enumerate(range(5, 2**32, 2**32 // 300))}
    index = empty_criteria_index()
    index.apply(
        [CriteriaRecord(key=key, criteria_id="", version=1, criteria=criteria) for key, criteria in spread.items()]
    )
    assert same_hits(index.match(some_postings()[:4]), true_hits(spread, some_postings()[:4]))
