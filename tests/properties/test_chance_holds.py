"""Chances over generated jobs: facts lie between 0 and 1, and a better fact never lowers a chance."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from schemas.criteria import Criteria, RoleTerms
from schemas.posting import PostingCore, Reach, Seniority, Workplace
from services.notifier.domain.curation.chance.facts import ALREADY, FACTS, facts_of, raised
from services.notifier.domain.curation.chance.levels import overqualified
from services.notifier.domain.curation.chance.model import (
    chance_of,
    may_reach,
    model,
    probability,
    roles_that_may_reach,
)
from services.notifier.domain.curation.chance.wanted_places import shuts_out
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.localities import Localities, localities_of
from services.notifier.domain.curation.wishes import Signs, roles_done, wish_of
from services.notifier.domain.model import DueSearch
from services.rules.home import home_read
from services.rules.places.towns import town_of
from services.rules.roles.affinity import affinity_of
from services.rules.roles.taxonomy import roles
from tests.support.digests import search
from tests.support.found_jobs import SEARCHES as FINDING
from tests.support.found_jobs import postings

SEARCHES = (
    *FINDING,
    search("Sales in Porto", Criteria()),
    search("Care", Criteria(roles=RoleTerms(any=("nurse", "care-assistant", "pharmacist")))),
    search("Data", Criteria(roles=RoleTerms(any=("data-engineer", "backend-engineer")), seniority=("junior",))),
    search("Nurse in Spain", Criteria(roles=RoleTerms(any=("nurse",)), visa_sponsorship=True)),
)
"""Some take several roles, and some ask for no place."""
SHARES = st.floats(0.0, 1.0)
TRADES = [affinity_of(Criteria(), name) for name in ("Nurse", "Data engineer", "Sales in Bristol")]
SIGNS = st.builds(
    Signs,
    st.sampled_from([(), ("de",), ("en", "pt")]),
    st.sampled_from([None, "Europe/Lisbon", "Asia/Kolkata"]),
    st.lists(st.sampled_from(TRADES), max_size=2, unique=True).map(tuple),
    st.frozensets(st.sampled_from(get_args(Seniority)), max_size=3),
    home=st.sampled_from([None, *map(home_read, ("Porto, PT", "Columbus, US-OH", "US-TX", "DE"))]),
    years=st.none() | st.integers(0, 60),
    done=st.sampled_from([(), ("nurse",), ("data-engineer", "paralegal")]).map(roles_done),
    knows=st.sampled_from([(), ("Python",), ("nursing", "SQL", "Go", "triage", "Kafka")]),
    avoids=st.sampled_from([(), ("Go",), ("sales", "on-call", "nurse")]),
    localities=st.sampled_from([Localities(), localities_of(Criteria(), "Nurse in Seattle")]),
)
_TOWNS = filter(None, map(town_of, ("Porto, PT", "Dayton, US-OH", "Seattle, US-WA")))
TOWNS = st.sampled_from([(), *((town.id,) for town in _TOWNS)])
"""Of a job: near some of those that somebody lives in or names, and far from others."""
WORDED = st.sampled_from(["", "You bring {}+ years of experience in this work.", "At least {} years of experience."])


@given(st.lists(SHARES, min_size=len(FACTS), max_size=len(FACTS)), st.integers(0, len(FACTS) - 1), SHARES)
def test_a_fact_that_gets_better_never_lowers_the_chance(facts: list[float], place: int, other: float) -> None:
    better, worse = list(facts), list(facts)
    better[place], worse[place] = max(facts[place], other), min(facts[place], other)
    assert model().log_odds(enumerate(better)) >= model().log_odds(enumerate(worse))


@given(postings(), st.sampled_from(SEARCHES), SIGNS, st.sampled_from(["remote", "hybrid", "onsite", "unknown"]))
def test_no_job_is_foreseen_for_who_asks_for_no_place_and_may_not_work_there_from_home(
    core: PostingCore, by: DueSearch, signs: Signs, workplace: Workplace
) -> None:
    elsewhere = next(country for country in ("CL", "NZ") if signs.home is None or signs.home.country != country)
    abroad = core.model_copy(
        update={"workplace": workplace, "towns": (), "reach": Reach(scope="listed", countries=(elsewhere,))}
    )
    wish = wish_of(by.criteria, by.name, signs)
    if signs.home is None or wish.stays_in is None:
        return
    assert chance_of(JudgedPosting(by.criteria, PostingFeatures(abroad)), wish).value == 0.0


@given(postings(), st.sampled_from(SEARCHES), SIGNS)
def test_facts_are_shares_and_what_speaks_against_adds_up(core: PostingCore, by: DueSearch, signs: Signs) -> None:
    ready, wish = PostingFeatures(core), wish_of(by.criteria, by.name, signs)
    facts = facts_of(wish, ready)
    assert len(facts) == len(FACTS)
    most = [1.0 + ALREADY.get(place, 0.0) * (place in {*raised(wish)}) for place in range(len(FACTS))]
    assert all(0.0 <= fact <= at_most for fact, at_most in zip(facts, most, strict=True))
    found = chance_of(JudgedPosting(by.criteria, ready), wish)
    assert (found.value == 0.0) == shuts_out(wish, ready)
    assert found.value < 1.0
    # What speaks for a job is no doubt, and lowers no cost of another.
    gains = sum(max(0.0, facts[place] - 1.0) * model().weights[place] for place in ALREADY)
    costs = sum(against.costs for against in found.against) - gains
    assert found.value == 0.0 or abs(found.value - probability(model().best - costs)) < 0.01


@given(
    postings(),
    st.lists(st.sampled_from([role.id for role in roles()]), max_size=3),
    st.sampled_from(SEARCHES),
    SIGNS,
    SHARES,
    TOWNS,
)
def test_what_its_roles_leave_out_cannot_reach_a_chance(
    core: PostingCore, given_roles: list[str], by: DueSearch, signs: Signs, least: float, towns: tuple[int, ...]
) -> None:
    ready = PostingFeatures(core.model_copy(update={"roles": tuple(given_roles), "towns": towns}))
    wish = wish_of(by.criteria, by.name, signs)
    likely = roles_that_may_reach(least, wish)
    value = chance_of(JudgedPosting(by.criteria, ready), wish).value
    reaches = value >= least
    just = roles_that_may_reach(value, wish)
    assert may_reach(value, ready, wish), "what it just reaches"
    assert just is None or not given_roles or not just.isdisjoint(given_roles)
    assert may_reach(least, ready, wish) or not reaches
    assert likely is None or not given_roles or not likely.isdisjoint(given_roles) or not may_reach(least, ready, wish)


@given(postings(), st.sampled_from(SEARCHES), SIGNS, WORDED, st.integers(0, 15))
def test_more_years_of_ones_own_never_lower_the_chance_but_of_what_asks_for_few_or_is_far_from_ones_work(
    job: PostingCore, by: DueSearch, signs: Signs, words: str, asked: int
) -> None:
    ready = PostingFeatures(job.model_copy(update={"description_text": words.format(asked)}))
    judged, own = JudgedPosting(by.criteria, ready), signs.years or 0
    wishes = [wish_of(by.criteria, by.name, signs._replace(years=years)) for years in (own, own + 3)]
    fewer, more = (chance_of(judged, wish).value for wish in wishes)
    too_many = overqualified(wishes[1], ready) < 1.0
    assert fewer <= more or too_many or (signs.done and signs.done.to(job.roles) < 1.0)


@given(postings(), st.sampled_from(SEARCHES), SIGNS)
def test_who_has_worked_as_what_a_job_is_wants_it_as_likely_as_who_does_not_say(
    job: PostingCore, by: DueSearch, signs: Signs
) -> None:
    judged = JudgedPosting(by.criteria, PostingFeatures(job))
    silent, own = (wish_of(by.criteria, by.name, signs._replace(done=roles_done(done))) for done in ((), job.roles))
    assert chance_of(judged, silent).value <= chance_of(judged, own).value


@given(postings(), st.sampled_from(SEARCHES), SIGNS, st.lists(st.sampled_from([role.id for role in roles()])))
def test_each_role_more_that_will_do_never_speaks_less_against_a_job(
    job: PostingCore, by: DueSearch, signs: Signs, more: list[str]
) -> None:
    wider = by.criteria.model_copy(
        update={"roles": RoleTerms(any=tuple(dict.fromkeys((*by.criteria.roles.any, *more))))}
    )
    ready, place = PostingFeatures(job), FACTS.index("breadth")
    before, after = (facts_of(wish_of(criteria, by.name, signs), ready)[place] for criteria in (by.criteria, wider))
    assert after <= before


@given(postings(), st.sampled_from(SEARCHES), SIGNS)
def test_a_home_that_is_said_tells_no_less_than_a_time_zone_and_both_the_same_of_work_at_home(
    job: PostingCore, by: DueSearch, signs: Signs
) -> None:
    ready, place = PostingFeatures(job), FACTS.index("home")
    lisbon = signs._replace(time_zone="Europe/Lisbon", home=None)
    said, by_zone, silent = (
        facts_of(wish_of(by.criteria, by.name, some), ready)[place]
        for some in (lisbon._replace(home=home_read("PT")), lisbon, lisbon._replace(time_zone=None))
    )
    assert said <= by_zone
    assert by.criteria.places or by_zone <= silent
    assert said == by_zone or not ready.allowed.takes_in("PT")


@given(postings(), st.sampled_from(SEARCHES), SIGNS)
def test_saying_nothing_of_oneself_is_in_no_doubt_for_it(job: PostingCore, by: DueSearch, signs: Signs) -> None:
    ready = PostingFeatures(job)
    silent, begins = (wish_of(by.criteria, by.name, signs._replace(home=None, years=years)) for years in (None, 0))
    place = FACTS.index("overqualified")
    assert facts_of(silent, ready)[place] == facts_of(begins, ready)[place] == 1.0
    shares = zip(FACTS, facts_of(silent, ready), facts_of(begins, ready), strict=True)
    assert all(fact == "experience" or before == after for fact, before, after in shares)


@given(postings(), st.sampled_from(SEARCHES), SIGNS, st.sampled_from(["Go", "sales", "platform"]))
def test_each_thing_more_that_somebody_avoids_never_makes_a_job_likelier(
    job: PostingCore, by: DueSearch, signs: Signs, more: str
) -> None:
    judged = JudgedPosting(by.criteria, PostingFeatures(job))
    before, after = (
        chance_of(judged, wish_of(by.criteria, by.name, signs._replace(avoids=avoids))).value
        for avoids in (signs.avoids, (*signs.avoids, more))
    )
    assert after <= before


@given(postings(), st.sampled_from(SEARCHES), SIGNS)
def test_a_job_that_names_all_that_somebody_can_do_is_likelier_and_one_that_names_nothing_of_it_less_likely(
    job: PostingCore, by: DueSearch, signs: Signs
) -> None:
    named = job.model_copy(update={"description_text": f"{job.description_text}\nwelding, rigging"})
    judged = JudgedPosting(by.criteria, PostingFeatures(named))
    all_named, silent, none_named = (
        chance_of(judged, wish_of(by.criteria, by.name, signs._replace(knows=knows))).value
        for knows in (("Welding", "rigging"), (), ("taxidermy", "falconry"))
    )
    assert none_named <= silent <= all_named
    assert none_named < all_named or all_named in (0.0, 1.0)
