"""Chances over generated jobs: facts lie between 0 and 1, and a better fact never lowers a chance."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.posting import PostingCore
from services.notifier.domain.curation.chance import chance_of, model, probability
from services.notifier.domain.curation.facts import FACTS, facts_of
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.wishes import Signs, wish_of
from services.notifier.domain.model import DueSearch
from tests.support.found_jobs import SEARCHES, postings

SHARES = st.floats(0.0, 1.0)
SIGNS = st.builds(
    Signs, st.sampled_from([(), ("de",), ("en", "pt")]), st.sampled_from([None, "Europe/Lisbon", "Asia/Kolkata"])
)


@given(st.lists(SHARES, min_size=len(FACTS), max_size=len(FACTS)), st.integers(0, len(FACTS) - 1), SHARES)
def test_a_fact_that_gets_better_never_lowers_the_chance(facts: list[float], place: int, other: float) -> None:
    better, worse = list(facts), list(facts)
    better[place], worse[place] = max(facts[place], other), min(facts[place], other)
    assert model().log_odds(enumerate(better)) >= model().log_odds(enumerate(worse))


@given(postings(), st.sampled_from(SEARCHES), SIGNS)
def test_facts_are_shares_and_what_speaks_against_adds_up(one: PostingCore, by: DueSearch, signs: Signs) -> None:
    ready, wish = PostingFeatures(one), wish_of(by.criteria, by.name, signs)
    facts = facts_of(wish, ready)
    assert len(facts) == len(FACTS)
    assert all(0.0 <= fact <= 1.0 for fact in facts)
    found = chance_of(JudgedPosting(by.criteria, ready), wish)
    assert 0.0 < found.value < 1.0
    costs = sum(against.costs for against in found.against)
    assert abs(found.value - probability(model().best - costs)) < 0.01
