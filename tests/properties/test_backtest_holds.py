"""What a backtest says of criteria, held against judging every posting by the criteria that it speaks of."""

from collections.abc import Sequence

from hypothesis import given, settings

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.matcher.backtest import Backtest, Past, backtest
from services.matcher.relaxing import removals, steps
from services.rules.criterion import Relaxation
from services.rules.places.placing import WORLDWIDE, deciding
from services.rules.verdict import verdict
from tests.support import generate
from tests.support.long_form import examples
from tests.support.strategies import seeds


def _matching(criteria: Criteria, postings: Sequence[PostingCore]) -> set[str]:
    opened = (posting.model_copy(update={"status": "open"}) for posting in postings)
    return {posting.posting_id for posting in opened if verdict(criteria, posting).outcome == "match"}


def _cases(seed: int) -> list[tuple[list[PostingCore], Criteria, Backtest]]:
    postings = generate.postings(40, seed)
    return [
        (postings, asked, backtest(asked, [Past(posting, posting.seen_at) for posting in postings]))
        for asked in generate.criteria(6, seed + 1, postings)
    ]


@settings(max_examples=examples(40))
@given(seeds)
def test_matches_and_near_misses_are_those_of_the_truth_and_close_ones_fail_one_criterion(seed: int) -> None:
    for postings, asked, found in _cases(seed):
        outcomes = {
            posting.posting_id: verdict(asked, posting.model_copy(update={"status": "open"})) for posting in postings
        }
        for tried, outcome in ((found.matches, "match"), (found.near, "near")):
            expected = {own for own, decision in outcomes.items() if decision.outcome == outcome}
            assert {past.posting.posting_id for past in tried} == expected
        failing = {
            own: [reason for reason in decision.reasons if reason.fit != "yes"] for own, decision in outcomes.items()
        }
        rejected = {
            own for own, decision in outcomes.items() if decision.outcome == "reject" and len(failing[own]) == 1
        }
        assert {past.posting.posting_id for past in found.close} == rejected
        assert found.judged == len(postings)


@settings(max_examples=examples(40))
@given(seeds)
def test_a_gain_is_exactly_what_the_relaxed_criteria_match_besides(seed: int) -> None:
    for postings, asked, found in _cases(seed):
        before = _matching(asked, postings)
        gains = [gain for cost in found.costs for gain in (cost.without, *cost.steps)]
        for gain in gains:
            assert len(set(gain.posting_ids)) == len(gain.posting_ids)
            assert set(gain.posting_ids) == _matching(gain.relaxation.criteria, postings) - before
        offered = {gain.relaxation.own for gain in gains}
        for step in steps(asked):
            assert step.own in offered or _matching(step.criteria, postings) <= before


@settings(max_examples=examples(40))
@given(seeds)
def test_relaxed_criteria_still_match_what_they_matched(seed: int) -> None:
    for postings, asked, found in _cases(seed):
        before = _matching(asked, postings)
        grown = [
            gain.relaxation
            for cost in found.costs
            for gain in cost.steps
            if not _turns_from_worldwide(asked, gain.relaxation)
        ]
        for relaxation in (*removals(asked).values(), *steps(asked), *grown):
            assert before <= _matching(relaxation.criteria, postings), relaxation.own


def _turns_from_worldwide(asked: Criteria, relaxation: Relaxation) -> bool:
    """Beside a real place `worldwide` says nothing more: what may be done anywhere but there is lost."""
    added = relaxation.criterion == "place" and relaxation.step == "add"
    return added and deciding(asked) == (WORLDWIDE,)


@settings(max_examples=examples(20))
@given(seeds)
def test_the_order_of_postings_does_not_matter(seed: int) -> None:
    postings = generate.postings(30, seed)
    asked = generate.criteria(1, seed + 1, postings)[0]
    forwards, backwards = (
        backtest(asked, [Past(posting, posting.seen_at) for posting in some]) for some in (postings, postings[::-1])
    )
    assert forwards.matches == backwards.matches
    assert [(cost.criterion, set(cost.without.posting_ids)) for cost in forwards.costs] == [
        (cost.criterion, set(cost.without.posting_ids)) for cost in backwards.costs
    ]
    assert [[gain.relaxation.own for gain in cost.steps] for cost in forwards.costs] == [
        [gain.relaxation.own for gain in cost.steps] for cost in backwards.costs
    ]
