"""Generated criteria against captured postings: the index equals the truth, pair by pair.

A part of what `python -m bench.truth` does in full with 1,000 of each.
"""

from collections import Counter

import pytest

from bench.truth import INDICES, IndexName
from tests.support.captured import captured_postings
from tests.support.generate import criteria, records
from tests.support.long_form import LONG
from tests.support.truth import judged


@pytest.mark.parametrize("which", ["memory", pytest.param("elasticsearch", marks=pytest.mark.live)])
def test_the_index_equals_the_truth_on_captured_postings(which: IndexName, capsys: pytest.CaptureFixture[str]) -> None:
    postings = captured_postings(180 if LONG else 90)
    asked = criteria(300, seed=11, models=postings)
    with INDICES[which]() as index:
        index.apply(records(asked))
        hits = index.match(postings)
    keyed, outcomes = dict(enumerate(asked)), Counter[str]()
    for posting, found in zip(postings, hits, strict=True):
        truth = judged(keyed, posting)
        assert found.keys.tolist() == truth["match"], posting.posting_id
        assert found.near.tolist() == truth["near"], posting.posting_id
        outcomes.update({outcome: len(keys) for outcome, keys in truth.items()})
    with capsys.disabled():
        print(f"\n{len(asked)} criteria x {len(postings)} captured postings, {which}: {dict(outcomes)}, all equal")
    assert outcomes["match"] > 0.01 * outcomes.total()
    assert outcomes["near"] > 0.001 * outcomes.total()
    assert outcomes["reject"] > 0.5 * outcomes.total()
