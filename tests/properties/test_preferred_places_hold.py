"""Preferred places: whatever is preferred, the same jobs fit the same searches; only their order moves, by so much."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from schemas.posting import Reach
from services.notifier.domain.curation.chance.model import tenth
from services.notifier.domain.curation.curate import curate
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.curation.preferred_places import preferred_of, share_of
from services.notifier.domain.curation.score import PREFERRED_POINTS
from services.notifier.domain.model import Candidate, Digest, DueSearch, Hold, Item
from services.rules.places.known import countries_of
from tests.support.digests import NOON, pay, posting, recipient
from tests.support.found_jobs import EVERYTHING, SEARCHES, Life, lives

PLACES = ("PT", "DE", "US", "US-CA", "eu", "europe", "worldwide")
PREFERENCES = st.lists(st.sampled_from(PLACES), unique=True, max_size=3).map(tuple)
REACHES = st.builds(
    Reach,
    scope=st.just("listed"),
    countries=st.lists(st.sampled_from(["PT", "DE", "US", "JP"]), unique=True, max_size=2).map(tuple),
    subdivisions=st.lists(st.sampled_from(["US-CA", "US-NY", "DE-BY"]), unique=True, max_size=2).map(tuple),
    groups=st.lists(st.sampled_from(["eu", "europe", "apac"]), unique=True, max_size=1).map(tuple),
    excluded=st.lists(st.sampled_from(["PT", "US", "US-NY"]), unique=True, max_size=1).map(tuple),
) | st.sampled_from([Reach(), Reach(scope="worldwide"), Reach(scope="worldwide", excluded=("PT",))])


def preferring(jobs: Sequence[Candidate], preferred: dict[str, tuple[str, ...]]) -> list[Candidate]:
    return [
        Candidate(job.posting, tuple(replace(by, preferred_places=preferred[by.search_id]) for by in job.searches))
        for job in jobs
    ]


@st.composite
def preferences(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """By search id."""
    return {search.search_id: draw(PREFERENCES) for search in SEARCHES}


@given(lives(), preferences())
def test_they_let_no_job_in_or_out_and_move_none_by_more_than_their_points(
    life: Life, preferred: dict[str, tuple[str, ...]]
) -> None:
    jobs, sent = life
    none = dict.fromkeys(preferred, ())
    plain = curate(recipient(), SEARCHES, preferring(jobs, none), sent, NOON, EVERYTHING)
    moved = curate(recipient(), SEARCHES, preferring(jobs, preferred), sent, NOON, EVERYTHING)
    assert plain.dropped == moved.dropped
    if isinstance(plain, Hold) or isinstance(moved, Hold):
        assert type(plain) is type(moved)
        return
    for before, after in ((plain.items, moved.items), (plain.near, moved.near)):
        assert _fitting(before) == _fitting(after)
        base = {item.posting.posting_id: item.score for item in before}
        for item in after:
            assert abs(item.score - base[item.posting.posting_id]) <= PREFERRED_POINTS + 0.001
        # A higher tenth of chance goes first, whatever the points.
        order = [(tenth(item.chance), base[item.posting.posting_id]) for item in after]
        for (likely, own), (later_likely, later) in combinations(order, 2):
            assert later_likely < likely or later <= own + 2 * PREFERRED_POINTS + 0.002


def _fitting(items: Sequence[Item]) -> dict[str, set[tuple[str, str]]]:
    """By posting: the searches that it fits, and how."""
    return {
        item.posting.posting_id: {(found.search.search_id, found.verdict.outcome) for found in item.found_by}
        for item in items
    }


@given(REACHES, PREFERENCES)
def test_a_place_counts_only_where_one_may_work_from_it(reach: Reach, preferred: tuple[str, ...]) -> None:
    ready = PostingFeatures(posting(reach=reach))
    found = preferred_of(preferred, ready)
    assert all(ready.allowed.takes_in(place) for place in (*found.named, *found.taken_in))
    assert set(found.named) <= ready.hires | {"worldwide"}
    assert set(found.taken_in) <= set(preferred)
    assert (share_of(found) > 0) == any(ready.allowed.takes_in(place) for place in preferred)


@given(REACHES, PREFERENCES, st.sampled_from(PLACES))
def test_whoever_prefers_more_gets_no_less(reach: Reach, preferred: tuple[str, ...], more: str) -> None:
    ready = PostingFeatures(posting(reach=reach))
    assert share_of(preferred_of((*preferred, more), ready)) >= share_of(preferred_of(preferred, ready))


@given(st.sampled_from(sorted(countries_of("eu"))))
def test_a_country_is_as_good_as_named_where_a_group_that_holds_it_is_preferred(country: str) -> None:
    ready = PostingFeatures(posting(reach=Reach(scope="listed", countries=(country,))))
    assert preferred_of(("eu",), ready).named == (country,)


@given(st.sampled_from(SEARCHES), st.permutations(["PT", "DE"]))
def test_of_two_like_jobs_the_one_in_a_preferred_place_comes_first(by: DueSearch, order: list[str]) -> None:
    criteria = by.criteria.model_copy(update={"places": ("PT", "DE"), "text": ""})
    asked = replace(by, preferred_places=("PT",), criteria=criteria)
    jobs = [
        Candidate(posting(place, salary=pay(None, 80_000), reach=Reach(scope="listed", countries=(place,))), (asked,))
        for place in order
    ]
    made = curate(recipient(), [asked], jobs, [], NOON)
    assert isinstance(made, Digest)
    assert [item.posting.reach.countries for item in made.items] == [("PT",), ("DE",)]
