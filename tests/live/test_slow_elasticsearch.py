"""What a slow Elasticsearch must not do: bring matching to a stand, by searches or by housekeeping."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from schemas.criteria import CriteriaRecord
from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex
from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings
from services.matcher.holdings import SharedHoldings
from services.matcher.settings import MatcherSettings
from services.rules.criteria import criteria_id
from services.runtime.clock import FixedClock
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.elasticsearch.refusals import SlowError
from services.runtime.elasticsearch.settings import ElasticsearchSettings
from tests.support import generate
from tests.support.engines import elasticsearch_of_my_own
from tests.support.judging import FETCHED, having, skills
from tests.support.slow_search import SlowWay, slow_way
from tests.support.truth import same_hits, true_hits

pytestmark = pytest.mark.live
OLD = FETCHED - timedelta(days=60)


@pytest.fixture
def settings() -> Iterator[ElasticsearchSettings]:
    with elasticsearch_of_my_own() as made:
        yield made


@pytest.fixture
def way(settings: ElasticsearchSettings) -> Iterator[SlowWay]:
    with slow_way(settings.urls[0]) as made:
        yield made


@pytest.fixture
def engine(settings: ElasticsearchSettings, way: SlowWay) -> Iterator[SearchEngine]:
    with closing(SearchEngine(settings.model_copy(update={"urls": (way.url,), "timeout_s": 2.0}))) as made:
        yield made


def test_where_many_postings_are_not_answered_in_time_fewer_are_asked_at_once(
    engine: SearchEngine, way: SlowWay
) -> None:
    index = ElasticsearchCriteriaIndex(engine)
    index.ensure()
    postings = generate.postings(60, seed=3)
    asked = dict(enumerate(generate.criteria(100, seed=4, models=postings)))
    index.apply(
        [
            CriteriaRecord(key=key, criteria_id=criteria_id(criteria), version=1, criteria=criteria)
            for key, criteria in asked.items()
        ]
    )
    way.most = 5
    assert same_hits(index.match(postings), true_hits(asked, postings))
    assert sum(count > 5 for count in way.searched) <= 1, "a batch waits in vain once"
    way.most, way.searched = 16, []
    for _ in range(3):
        index.match(postings)
    assert way.searched[-1] > 5, "what is quick again is asked as much again"


def test_where_not_even_one_posting_is_answered_for_that_is_said(engine: SearchEngine, way: SlowWay) -> None:
    index = ElasticsearchCriteriaIndex(engine)
    index.ensure()
    way.most = 0
    with pytest.raises(SlowError, match="in time"):
        index.match([having("Go") for _ in range(3)])


def test_what_is_old_is_forgotten_a_little_a_tick_and_then_not_looked_for_for_an_hour(engine: SearchEngine) -> None:
    clock = FixedClock(OLD)
    index, recent = ElasticsearchCriteriaIndex(engine, clock), ElasticsearchRecentPostings(engine)
    index.ensure()
    recent.generations.ensure()
    gone = skills(all=("Go",))
    index.apply([CriteriaRecord(key=1, criteria_id=criteria_id(gone), version=2, removed=True, criteria=gone)])
    recent.put([having("Go", posting_id=f"old {number}", posted_at=OLD) for number in range(1_200)])
    recent.put([having("Go", posting_id="new")])
    holdings = SharedHoldings(index, recent, MatcherSettings(), lambda: None)

    def left(now_days: int = 0) -> int:
        holdings.tick(FETCHED + timedelta(days=now_days))
        recent.refresh()
        return engine.count(recent.generations.alias)

    assert [left(), left(), left()] == [201, 1, 1]
    recent.put([having("Go", posting_id="old again", posted_at=OLD)])
    assert left() == 2, "within the hour nothing is looked for"
    assert index.entries([1]), "a removal outlasts whatever may come late"
    holdings.tick(FETCHED + timedelta(days=41))
    holdings.tick(FETCHED + timedelta(days=41))
    assert not index.entries([1])
