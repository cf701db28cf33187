"""What every sieve of past postings must do. An adapter joins by its factory."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from itertools import count

import pytest

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings, ElasticsearchSieve
from services.matcher.backtest import Far, OpenSieve
from services.matcher.ports import Sieve
from services.notifier.adapters.sql.windows.past_postings import SqlPastPostings
from services.rules.prepared import PreparedPosting
from services.rules.verdict import verdict
from services.runtime.elasticsearch.client import SearchEngine
from services.usecases.backtests import look_back, report_json, report_of
from tests.support import generate
from tests.support.engines import elasticsearch_of_my_own
from tests.support.judging import FETCHED, floor, having, paying
from tests.support.notifying import NotifierStore, arrival

Make = Callable[[Sequence[PostingCore]], Sieve]
"""A sieve over an index that holds some postings."""

LONG_AGO = FETCHED - timedelta(days=60)
GO_LEAD = Criteria.model_validate({"skills": {"all": ["Go"]}, "seniority": ["lead"]})


@pytest.fixture(scope="module", params=["open", pytest.param("elasticsearch", marks=pytest.mark.live)])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    if request.param == "open":
        yield lambda postings: OpenSieve()
        return
    with elasticsearch_of_my_own() as settings:
        patient = settings.model_copy(update={"timeout_s": 30.0})
        with closing(SearchEngine(patient)) as engine:
            numbers = count()

            def over(postings: Sequence[PostingCore]) -> Sieve:
                kind = f"postings{next(numbers)}"
                recent = ElasticsearchRecentPostings(engine, kind)
                recent.generations.ensure()
                recent.put(postings)
                recent.refresh()
                return ElasticsearchSieve(engine, kind, at_once=37)

            yield over


def asked_of(sieve: Sieve, criteria: Criteria, *postings: PostingCore) -> dict[str, Far]:
    return sieve.far(criteria, {posting.posting_id: posting.version for posting in postings})


def failed(criteria: Criteria, posting: PostingCore) -> int:
    """How many criteria a posting fails, were it open."""
    found = verdict(criteria, posting.model_copy(update={"status": "open"}))
    return sum(reason.fit != "yes" for reason in found.reasons)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_told_fails_two_criteria_and_has_those_core_skills(make: Make, seed: int) -> None:
    postings = generate.postings(60, seed)
    sieve = make(postings)
    by_id = {posting.posting_id: posting for posting in postings}
    for asked in generate.criteria(30, seed + 1, postings):
        for own, far in asked_of(sieve, asked, *postings).items():
            assert failed(asked, by_id[own]) >= 2, asked
            assert far.core == PreparedPosting(by_id[own]).core


def test_what_fits_all_or_fails_one_is_not_told(make: Make) -> None:
    fits, fails_one = having("Go", posting_id="fits", seniority="lead"), having("Go", posting_id="mid")
    assert asked_of(make([fits, fails_one]), GO_LEAD, fits, fails_one) == {}


def test_pay_that_nearly_fits_fails_and_pay_that_is_not_stated_does_as_it_is_asked(make: Make) -> None:
    nearly, silent = paying({"EUR": 95_000}), having("Go", posting_id="silent")
    sieve = make([nearly, silent])
    for accepting in (True, False):
        asked = Criteria(salary_floor=floor(100_000), accept_undisclosed=accepting, seniority=("lead",))
        fits = asked_of(sieve, asked, nearly, silent)
        assert set(fits) <= ({"p1"} if accepting else {"p1", "silent"})


def test_what_is_held_in_another_version_or_not_at_all_is_not_told(make: Make) -> None:
    edited = having("PHP", version=5)
    sieve = make([edited])
    for version in (4, 6):
        assert asked_of(sieve, GO_LEAD, edited.model_copy(update={"version": version})) == {}
    assert asked_of(sieve, GO_LEAD, having("PHP", posting_id="unknown")) == {}
    assert asked_of(sieve, GO_LEAD) == {}


def test_only_those_that_are_asked_for_are_told(make: Make) -> None:
    far = [having("PHP", posting_id=name) for name in ("asked", "not asked")]
    assert set(asked_of(make(far), GO_LEAD, far[0])) <= {"asked"}


@pytest.mark.parametrize("seed", range(2))
def test_a_backtest_is_the_same_by_every_sieve(make: Make, store: NotifierStore, seed: int) -> None:
    """Of what the index holds, holds no longer, holds in an older version, in a newer one, and holds besides."""
    postings = generate.postings(150, seed)
    newer = [posting.model_copy(update={"version": 2, "seniority": "lead"}) for posting in postings[:30]]
    stored = [*newer[:15], *postings[15:140]]
    store.matches.store(0, [arrival(offset, posting) for offset, posting in enumerate(stored)], generate.NOON)
    indexed = [*postings[:15], *newer[15:], *postings[30:100], *postings[140:]]
    sieve, past = make(indexed), SqlPastPostings(store.engine, page=40)
    since, until = generate.NOON - timedelta(days=9), generate.NOON - timedelta(days=1)
    for asked in generate.criteria(7, seed + 1, postings):
        pages = [
            report_json(report_of(look_back(asked, past, sieving, since, until), since, until), 1_000)
            for sieving in (OpenSieve(), sieve)
        ]
        assert pages[0] == pages[1]
        assert pages[0]["postings"] > 0
