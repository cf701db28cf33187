"""What every store of recent postings must do. An adapter joins by its factory."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given, settings

from schemas.criteria import Criteria
from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings
from services.matcher.adapters.memory.recent import MemoryRecentPostings
from services.matcher.ports import RecentPostings
from services.rules.verdict import verdict
from services.runtime.elasticsearch.client import SearchEngine
from tests.support import generate
from tests.support.engines import elasticsearch_of_my_own
from tests.support.judging import FETCHED, floor, having, paying, skills
from tests.support.long_form import examples
from tests.support.strategies import seeds

Make = Callable[[], RecentPostings]


@pytest.fixture(scope="module", params=["memory", pytest.param("elasticsearch", marks=pytest.mark.live)])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    if request.param == "memory":
        yield MemoryRecentPostings
        return
    with elasticsearch_of_my_own() as settings, closing(SearchEngine(settings)) as engine:
        numbers = count()

        def fresh() -> RecentPostings:
            recent = ElasticsearchRecentPostings(engine, f"postings{next(numbers)}")
            recent.generations.ensure()
            return recent

        yield fresh


GO = skills(all=("Go",))
LONG_AGO = FETCHED - timedelta(days=7)


def found(recent: RecentPostings, asked: Criteria = GO, most: int = 200) -> list[str]:
    recent.refresh()
    return [hit.posting.posting_id for hit in recent.search(asked, LONG_AGO, most)]


def test_what_is_put_is_visible_after_a_refresh_newest_first(make: Make) -> None:
    recent = make()
    recent.put([having("Go", posting_id="old", posted_at=FETCHED - timedelta(days=2))])
    recent.put([having("Go", posting_id="new"), having("PHP", posting_id="other")])
    assert found(recent) == ["new", "old"]


def test_at_most_so_many_come_and_those_are_the_newest(make: Make) -> None:
    recent = make()
    recent.put([having("Go", posting_id=f"p{n}", posted_at=FETCHED - timedelta(hours=n)) for n in range(9)])
    assert found(recent, most=3) == ["p0", "p1", "p2"]


def test_equally_new_ones_come_in_the_order_of_their_ids(make: Make) -> None:
    recent = make()
    recent.put([having("Go", posting_id=name) for name in ("b", "c", "a")])
    assert found(recent) == ["a", "b", "c"]


def test_the_bound_is_inclusive(make: Make) -> None:
    recent = make()
    recent.put(
        [
            having("Go", posting_id="at", posted_at=LONG_AGO),
            having("Go", posting_id="before", posted_at=LONG_AGO - timedelta(seconds=1)),
        ]
    )
    assert found(recent) == ["at"]


def test_the_newest_version_wins_whatever_comes_last(make: Make) -> None:
    recent = make()
    recent.put([having("Go", version=2, title="second")])
    recent.put([having("Rust", version=1, title="first"), having("PHP", version=2, title="same version again")])
    recent.refresh()
    assert [hit.posting.title for hit in recent.search(GO, LONG_AGO, 9)] == ["second"]


def test_a_closed_posting_leaves_and_is_not_reopened_by_an_older_version(make: Make) -> None:
    recent = make()
    recent.put([having("Go", version=1)])
    recent.put([having("Go", version=3, status="closed")])
    recent.put([having("Go", version=2)])
    assert found(recent) == []
    recent.put([having("Go", version=4)])
    assert found(recent) == ["p1"]


def test_near_misses_are_marked(make: Make) -> None:
    recent = make()
    recent.put([having("Go")])
    recent.refresh()
    hits = recent.search(Criteria(salary_floor=floor(1), accept_undisclosed=False), LONG_AGO, 9)
    assert [hit.near for hit in hits] == [True]


def test_backlog_is_found_for_previews_and_left_out_for_alerts(make: Make) -> None:
    recent = make()
    recent.put([having("Go", posting_id="news"), having("Go", posting_id="backlog", backlog=True)])
    assert found(recent) == ["backlog", "news"]
    alerted = recent.search(GO, LONG_AGO, 1, backlog=False)
    assert [hit.posting.posting_id for hit in alerted] == ["news"]


def test_what_is_forgotten_is_gone(make: Make) -> None:
    recent = make()
    recent.put([having("Go", posting_id="old", posted_at=LONG_AGO), having("Go", posting_id="new")])
    assert recent.forget(LONG_AGO + timedelta(seconds=1)) == 1
    assert recent.forget(LONG_AGO + timedelta(seconds=1)) == 0
    assert found(recent) == ["new"]


_Hits = list[list[tuple[str, bool]]]
"""Of each criteria: the ids that are found, and whether nearly."""


def _found_and_true(recent: RecentPostings, seed: int) -> tuple[_Hits, _Hits]:
    postings = generate.postings(40, seed)
    recent.put(postings)
    recent.refresh()
    since = generate.NOON - timedelta(days=7)
    newest = sorted(
        sorted(postings, key=lambda posting: posting.posting_id), key=lambda posting: posting.seen_at, reverse=True
    )
    several = generate.criteria(20, seed + 1, postings)
    hits = [
        [(hit.posting.posting_id, hit.near) for hit in of_search] for of_search in recent.search_each(several, since, 5)
    ]
    truth: _Hits = []
    for asked in several:
        outcomes = ((posting, verdict(asked, posting).outcome) for posting in newest if posting.seen_at >= since)
        truth.append(
            [(posting.posting_id, outcome == "near") for posting, outcome in outcomes if outcome != "reject"][:5]
        )
    return hits, truth


@settings(max_examples=examples(60))
@given(seed=seeds)
def test_a_search_in_memory_returns_what_the_truth_accepts(seed: int) -> None:
    hits, truth = _found_and_true(MemoryRecentPostings(), seed)
    assert hits == truth


@pytest.mark.parametrize("seed", range(8))
def test_a_search_returns_what_the_truth_accepts(make: Make, seed: int) -> None:
    hits, truth = _found_and_true(make(), seed)
    assert hits == truth


def test_a_search_goes_on_from_page_to_page(make: Make) -> None:
    """What only the truth can tell (a phrase that is excluded) is left out of many before enough are found."""
    recent = make()
    asked = Criteria(text='machine -"machine shop"')
    rejected = [
        having("Go", posting_id=f"a{n:04}", description_text="a machine shop", posted_at=FETCHED - timedelta(minutes=n))
        for n in range(1_100)
    ]
    fitting = [
        having("Go", posting_id=f"b{n}", description_text="a machine", posted_at=FETCHED - timedelta(minutes=n * 500))
        for n in range(3)
    ]
    recent.put([*rejected, *fitting])
    assert found(recent, asked, most=1_000) == ["b0", "b1", "b2"]
    assert found(recent, asked, most=2) == ["b0", "b1"]


def test_several_searches_are_answered_in_their_order(make: Make) -> None:
    recent = make()
    recent.put([having("Go", posting_id="go"), having("Rust", posting_id="rust")])
    recent.refresh()
    several = [skills(all=("Rust",)), skills(all=("PHP",)), GO] * 30
    hits = recent.search_each(several, LONG_AGO, 9)
    assert [[hit.posting.posting_id for hit in of_search] for of_search in hits] == [["rust"], [], ["go"]] * 30
    assert recent.search_each([], LONG_AGO, 9) == []


def test_odd_words_and_currencies_are_held_and_found(make: Make) -> None:
    recent = make()
    odd = having("Go", posting_id="odd", description_text="x" * 40_000 + " ordinary")
    paid = paying({"EUR.x": 5, "XTS": 2**70}).model_copy(update={"posting_id": "paid"})
    recent.put([odd, paid])
    assert found(recent, Criteria(text="ordinary")) == ["odd"]
    assert found(recent, Criteria(text="x" * 40_000)) == ["odd"]
    assert found(recent, Criteria(salary_floor=floor(9, "XTS"), accept_undisclosed=False)) == ["odd", "paid"]
