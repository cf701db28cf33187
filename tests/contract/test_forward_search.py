"""What every forward search of previews must find. An adapter joins by its factory."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings
from services.notifier.adapters.sql.windows.past_postings import SqlPastPostings
from services.rules.verdict import verdict
from services.runtime.elasticsearch.client import SearchEngine
from services.usecases.previews import ForwardSearch, IndexedPostings, SearchHit, StoredPostings
from tests.support import generate
from tests.support.engines import elasticsearch_of_my_own
from tests.support.judging import FETCHED, floor, having, paying, skills
from tests.support.notifying import arrival, new_store

Make = Callable[[Sequence[PostingCore]], ForwardSearch]
"""A forward search over some postings."""

GO = skills(all=("Go",))
DAY = timedelta(days=1)
WAYS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.live), pytest.param("index", marks=pytest.mark.live)]


@pytest.fixture(params=WAYS)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    if request.param == "index":
        yield from _index()
        return
    with new_store(request.param, tmp_path) as store:

        def over(postings: Sequence[PostingCore]) -> ForwardSearch:
            for offset, posting in enumerate(postings):
                store.matches.store(0, [arrival(offset, posting)], posting.fetched_at)
            return StoredPostings(SqlPastPostings(store.engine, page=7))

        yield over


def _index() -> Iterator[Make]:
    with elasticsearch_of_my_own() as settings:
        patient = settings.model_copy(update={"timeout_s": 30.0})
        with closing(SearchEngine(patient)) as engine:

            def over(postings: Sequence[PostingCore]) -> ForwardSearch:
                recent = ElasticsearchRecentPostings(engine)
                recent.generations.ensure()
                recent.put(postings)
                return IndexedPostings(recent, _Nowhere(), _nothing_told)

            yield over


class _Nowhere:
    def search(self, criteria: Criteria, since: datetime, most: int) -> Sequence[SearchHit]:
        raise AssertionError("the index answers")


def _nothing_told(sentence: str) -> None:
    raise AssertionError(sentence)


def ids(forward: ForwardSearch, asked: Criteria, since: datetime = FETCHED - 7 * DAY, most: int = 200) -> list[str]:
    return [hit.posting.posting_id for hit in forward.search(asked, since, most)]


@pytest.mark.parametrize("seed", range(2))
def test_it_finds_what_the_truth_accepts_wholly_or_nearly_the_newest_first(make: Make, seed: int) -> None:
    postings = generate.postings(80, seed)
    forward, since = make(postings), generate.NOON - 12 * DAY
    newest = sorted(
        sorted(postings, key=lambda posting: posting.posting_id), key=lambda posting: posting.seen_at, reverse=True
    )
    asked = generate.criteria(12, seed + 5, postings)  # of these several are near
    nearly = 0
    for criteria in asked:
        outcomes = [(posting, verdict(criteria, posting).outcome) for posting in newest if posting.seen_at >= since]
        expected = [
            (posting, outcome == "near")
            for posting, outcome in outcomes
            if outcome != "reject" and posting.status == "open"
        ]
        nearly += sum(near for _, near in expected)
        for most in (3, 200):
            assert [(hit.posting, hit.near) for hit in forward.search(criteria, since, most)] == expected[:most]
    assert nearly > 0


def test_a_sources_first_stock_is_found_too(make: Make) -> None:
    forward = make([having("Go", posting_id="stock", backlog=True), having("Go", posting_id="news")])
    assert ids(forward, GO) == ["news", "stock"]


def test_only_the_newest_version_counts_and_only_while_it_is_open(make: Make) -> None:
    other = FETCHED + timedelta(hours=1)
    forward = make(
        [
            having("Go", posting_id="closed"),
            having("Go", posting_id="changed"),
            having("PHP", posting_id="now Go"),
            having("Go", posting_id="closed", version=2, status="closed", fetched_at=other),
            having("PHP", posting_id="changed", version=2, fetched_at=other),
            having("Go", posting_id="now Go", version=2, fetched_at=other),
        ]
    )
    assert ids(forward, GO) == ["now Go"]


def test_what_was_seen_at_the_very_beginning_is_in_and_what_before_is_out(make: Make) -> None:
    since = FETCHED - 3 * DAY
    posted = {"in": since, "out": since - timedelta(microseconds=1)}
    forward = make([having("Go", posting_id=name, posted_at=at) for name, at in posted.items()])
    assert ids(forward, GO, since) == ["in"]


def test_what_pays_nearly_enough_or_does_not_say_is_told_as_near(make: Make) -> None:
    forward = make([paying({"EUR": 95_000}), having("Go", posting_id="silent")])
    asked = Criteria(salary_floor=floor(100_000), accept_undisclosed=False)
    assert {(hit.posting.posting_id, hit.near) for hit in forward.search(asked, FETCHED - DAY, 9)} == {
        ("p1", True),
        ("silent", True),
    }
