"""The rules of matching, over generated postings and criteria."""

import random
from collections import Counter
from itertools import combinations

from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.criteria import Criteria, SalaryFloor
from schemas.posting import PostingCore, Reach, Timezones
from services.rules.criteria import CriteriaError, canonical, criteria_id
from services.rules.criterion import CRITERIA
from services.rules.criterion.salary import salary_fit
from services.rules.criterion.timezone import timezone_fits
from services.rules.places.known import countries_of, is_country
from services.rules.places.placing import Allowed
from services.rules.prepared import PreparedPosting
from services.rules.skills.taxonomy import taxonomy
from services.rules.verdict import near_miss, outcome_of, verdict
from tests.support import generate
from tests.support.judging import a_posting, fit_of, floor, having, paying, skills
from tests.support.strategies import pairs, seeds

places = st.sampled_from((*generate.PLACES, *generate.STATES, *generate.GROUPS))
reaches = seeds.map(lambda seed: generate.reach_of(random.Random(seed)))
names = st.lists(st.sampled_from(generate.SKILLS), max_size=5)


@given(pairs())
def test_canonical_is_idempotent_and_changes_no_outcome(pair: tuple[Criteria, PostingCore]) -> None:
    asked, posting = pair
    try:
        found = canonical(asked)
    except CriteriaError:
        assume(False)
    assert canonical(found) == found
    assert criteria_id(canonical(found)) == criteria_id(found)
    assert Criteria.model_validate_json(found.model_dump_json()) == found
    assert verdict(found, posting).outcome == verdict(asked, posting).outcome


@given(pairs(), seeds)
def test_the_order_and_repeats_of_what_is_asked_do_not_matter(pair: tuple[Criteria, PostingCore], seed: int) -> None:
    asked, _ = pair
    random_ = random.Random(seed)

    def shuffled(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(random_.sample(values * 2, k=2 * len(values)))

    lists = {name: shuffled(getattr(asked.skills, name)) for name in ("all", "any", "none")}
    terms = asked.skills.model_copy(update=lists)
    other = asked.model_copy(update={"skills": terms, "places": shuffled(asked.places)})
    try:
        expected = criteria_id(canonical(asked))
    except CriteriaError:
        assume(False)
    assert criteria_id(canonical(other)) == expected


@given(pairs())
def test_the_outcome_is_the_worst_reason_and_each_criterion_speaks_once(pair: tuple[Criteria, PostingCore]) -> None:
    found = verdict(*pair)
    spoke = [reason.criterion for reason in found.reasons]
    assert len(set(spoke)) == len(spoke)
    fits = {reason.fit for reason in found.reasons}
    assert found.outcome == ("reject" if "no" in fits else "near" if "near" in fits else "match")
    assert all(reason.criterion in ("salary", "near") for reason in found.reasons if reason.fit == "near")


@given(names, names)
def test_all_is_a_subset_none_is_disjoint_any_is_an_overlap_with_parents(asked: list[str], named: list[str]) -> None:
    assume(asked)
    posting, wanted, has = having(*named), tuple(asked), set(named)
    implied = has.union(*(taxonomy().parents(name) for name in has))
    assert (fit_of(skills(all=wanted), posting, "skills.all") == "yes") is (set(asked) <= has)
    assert (fit_of(skills(none=wanted), posting, "skills.none") == "no") is bool(set(asked) & has)
    assert (fit_of(skills(any=wanted), posting, "skills.any") == "yes") is bool(set(asked) & implied)


@given(places, reaches)
def test_worldwide_takes_in_every_place_that_is_not_excluded(place: str, reach: Reach) -> None:
    allowed = Allowed.of(reach.model_copy(update={"scope": "worldwide"}))
    if not reach.excluded:
        assert allowed.takes_in(place)
    assert allowed.takes_in(place) is not allowed.rules_out(place)


@given(st.sampled_from(generate.GROUPS), reaches)
def test_a_group_is_wanted_as_any_of_its_countries(place: str, reach: Reach) -> None:
    allowed = Allowed.of(reach)
    assert allowed.takes_in(place) is any(allowed.takes_in(country) for country in countries_of(place))


@given(st.sampled_from(generate.STATES), reaches)
def test_what_takes_in_a_state_takes_in_its_country(place: str, reach: Reach) -> None:
    allowed = Allowed.of(reach)
    if allowed.takes_in(place):
        assert allowed.takes_in(place[:2])


@given(places, reaches)
def test_excluding_a_place_takes_it_out_and_lets_no_other_in(place: str, reach: Reach) -> None:
    before = Allowed.of(reach)
    after = Allowed.of(reach.model_copy(update={"excluded": (*reach.excluded, place)}))
    assert not after.takes_in(place)
    for other in (*generate.PLACES, *generate.STATES, *generate.GROUPS):
        assert before.takes_in(other) or not after.takes_in(other)


@given(places, st.sets(st.sampled_from(generate.PLACES)))
def test_listed_countries_take_in_exactly_themselves(place: str, listed: set[str]) -> None:
    assume(is_country(place))
    allowed = Allowed.of(Reach(scope="listed", countries=tuple(listed)))
    assert allowed.takes_in(place) is (place in listed)
    assert not allowed.takes_in("worldwide")


@given(st.lists(places, min_size=1, max_size=4), reaches, st.booleans())
def test_several_places_are_wanted_as_any_of_them(asked: list[str], reach: Reach, accept: bool) -> None:
    posting = a_posting(reach=reach)
    together = fit_of(Criteria(places=tuple(asked), accept_unknown_place=accept), posting, "place")
    each = [fit_of(Criteria(places=(place,), accept_unknown_place=accept), posting, "place") for place in asked]
    assert (together == "yes") is ("yes" in each)


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.booleans())
def test_salary_is_met_near_or_missed_by_the_floor_and_ninety_per_cent_of_it(need: int, top: int, accept: bool) -> None:
    fit = salary_fit(floor(need), accept, {"EUR": top})
    assert fit == ("yes" if top >= need else "near" if 10 * top >= 9 * need else "no")


@given(st.integers(1, 10**6), st.sampled_from(("year", "month", "week", "day", "hour")), st.integers(0, 10**9))
def test_a_floor_in_any_period_is_its_floor_in_a_year(amount: int, period: str, top: int) -> None:
    factor = {"year": 1, "month": 12, "week": 52, "day": 260, "hour": 2080}[period]
    stated = SalaryFloor(amount=amount, currency="EUR", period=period)
    assert salary_fit(stated, True, {"EUR": top}) == salary_fit(floor(amount * factor), True, {"EUR": top})


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_lower_floor_never_fits_worse(first: int, second: int) -> None:
    ranks = {"no": 0, "near": 1, "yes": 2}
    posting = paying({"EUR": 100_000})
    low, high = (fit_of(Criteria(salary_floor=floor(need)), posting, "salary") for need in sorted((first, second)))
    assert low is not None
    assert high is not None
    assert ranks[low] >= ranks[high]


quarters = st.integers(-48, 56).map(lambda quarter: quarter / 4)


@given(quarters, st.integers(0, 48).map(lambda quarter: quarter / 4), quarters, st.integers(0, 16))
def test_hours_fit_exactly_where_some_hour_of_the_day_does(
    offset: float, tolerance: float, low: float, span: int
) -> None:
    zones = Timezones(min=low, max=low + span / 4)
    inside = (low + step / 4 for step in range(span + 1))
    apart = min(min((offset - at) % 24, (at - offset) % 24) for at in inside)
    assert timezone_fits(offset, tolerance, zones) is (apart <= tolerance)


def test_the_generator_draws_matches_near_misses_and_rejections_often_and_asks_everything() -> None:
    postings = generate.postings(60, seed=7)
    found = generate.criteria(200, seed=8, models=postings)
    verdicts = [verdict(asked, posting) for asked in found for posting in postings]
    outcomes = [decision.outcome for decision in verdicts]
    assert outcomes.count("match") > 0.05 * len(outcomes)
    assert outcomes.count("near") > 0.01 * len(outcomes)
    assert outcomes.count("reject") > 0.4 * len(outcomes)
    # A rule that never decides alone is a rule that an index may get wrong unseen.
    refusals = ([reason.criterion for reason in decision.reasons if reason.fit == "no"] for decision in verdicts)
    alone = Counter(criteria[0] for criteria in refusals if len(criteria) == 1)
    often = {criterion for criterion, times in alone.items() if times >= 10}
    assert often == {"status", *(criterion.name for criterion in CRITERIA)}


def test_places_subsume_only_what_means_the_same() -> None:
    codes = (*generate.PLACES[:4], *generate.STATES[:2], "eu", "europe", "worldwide")
    random_ = random.Random(3)
    reaches = [generate.reach_of(random_) for _ in range(300)]
    for asked in combinations(codes, 3):
        kept = canonical(Criteria(places=asked))
        for reach in reaches:
            posting = a_posting(reach=reach)
            assert verdict(kept, posting).outcome == verdict(Criteria(places=asked), posting).outcome, (asked, reach)


@given(pairs())
def test_the_outcome_alone_is_that_of_the_verdict(pair: tuple[Criteria, PostingCore]) -> None:
    asked, posting = pair
    assert outcome_of(asked, PreparedPosting(posting)) == verdict(asked, posting).outcome


@given(pairs())
def test_a_near_miss_fails_one_criterion_and_fits_once_that_is_relaxed_as_it_says(
    pair: tuple[Criteria, PostingCore],
) -> None:
    asked, posting = pair
    before, prepared = verdict(asked, posting), PreparedPosting(posting)
    failed = [reason for reason in before.reasons if reason.fit != "yes"]
    found = near_miss(asked, prepared)
    if found is None:
        assert [reason.fit for reason in failed] != ["near"], "what indices know as near alone is a near miss"
        return
    assert [reason.criterion for reason in failed] == [found.criterion]
    assert verdict(found.criteria, posting).outcome == "match"
    others = [reason for reason in before.reasons if reason.criterion != found.criterion]
    after = {reason.criterion: reason.fit for reason in verdict(found.criteria, posting).reasons}
    assert all(after[reason.criterion] == reason.fit for reason in others)


def test_the_generator_draws_near_misses_by_every_criterion_that_has_them() -> None:
    postings = generate.postings(60, seed=7)
    found = generate.criteria(400, seed=8, models=postings)
    prepared = [PreparedPosting(posting) for posting in postings]
    missed = (near_miss(asked, posting) for asked in found for posting in prepared)
    assert Counter(miss.criterion for miss in missed if miss).keys() == {
        *("seniority", "roles.any", "timezone", "skills.all", "skills.any", "salary", "near")
    }


@given(pairs(), seeds)
def test_what_is_excluded_of_a_posting_keeps_it_out_lets_nothing_in_and_is_undone(
    pair: tuple[Criteria, PostingCore], seed: int
) -> None:
    asked, posting = pair
    try:
        before = canonical(asked)
    except CriteriaError:
        assume(False)
    prepared = PreparedPosting(posting)
    assume(outcome_of(before, prepared) != "reject")
    others = [PreparedPosting(generate.posting(random.Random(seed), number)) for number in range(10)]
    for criterion in CRITERIA:
        for value in criterion.excludable(before, prepared):
            after = canonical(criterion.excluding(before, value))
            # By pay or kilometres such a job may be nearly right, and that very one does not come again.
            assert criterion.fit(after, prepared) in (
                ("no", "near") if criterion.name in ("salary", "near") else ("no",)
            )
            assert canonical(criterion.allowing(after, value, criterion.replaced(before, value))) == before
            fitted = [posting for posting in others if criterion.fit(after, posting) != "no"]
            assert all(criterion.fit(before, posting) != "no" for posting in fitted)


def test_the_generator_draws_all_that_can_be_excluded() -> None:
    postings = [PreparedPosting(posting) for posting in generate.postings(60, seed=7)]
    found = [
        canonical(asked) for asked in generate.criteria(200, seed=8, models=[posting.posting for posting in postings])
    ]
    excludable = {
        criterion.name
        for asked in found
        for posting in postings
        for criterion in CRITERIA
        if outcome_of(asked, posting) != "reject" and any(criterion.excludable(asked, posting))
    }
    assert excludable == {
        "roles.none",
        "skills.none",
        "place",
        "near",
        "salary",
        "workplace",
        "seniority",
        "employment",
    }
