"""The document model that ours is measured beside returns what the truth accepts and nearly accepts."""

from collections.abc import Iterator

import pytest

from bench import corpus
from bench.terms_set import TermsSet
from schemas.criteria import Criteria, CriteriaRecord
from schemas.posting import PostingCore
from tests.support.engines import elasticsearch_of_my_own
from tests.support.truth import same_hits, true_hits

pytestmark = pytest.mark.live


@pytest.fixture
def model() -> Iterator[TermsSet]:
    with elasticsearch_of_my_own() as settings:
        found = TermsSet(settings.urls[0], f"{settings.prefix}-terms-set")
        found.create()
        yield found


def test_it_returns_what_the_truth_accepts(model: TermsSet) -> None:
    by_key: dict[int, Criteria] = dict(enumerate(corpus.criteria(3_000)))
    postings: list[PostingCore] = corpus.postings(20)
    model.load(
        CriteriaRecord(key=key, criteria_id=str(key), version=1, criteria=criteria) for key, criteria in by_key.items()
    )
    model.settle()
    expected = true_hits(by_key, postings)
    assert sum(answer.keys.size for answer in expected) > 200
    assert sum(answer.near.size for answer in expected) > 50
    assert same_hits(model.match(postings), expected)
