"""The chance that a person accepts a job which fits their search: a logistic model of a few named facts.

A fact of `facts.py` is 1 where nothing speaks against the job, and its weight is what log odds lose where it is 0: a
fact that gets better never lowers a chance. weights.json holds the weights, fitted by bench.fit_chance to what readers
judged.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache, partial
from importlib import resources
from typing import Final

from schemas.posting import PostingCore
from services.notifier.domain.curation.chance.conditions import hardest_condition, no_job
from services.notifier.domain.curation.chance.facts import (
    ALREADY,
    FACTS,
    OF_ROLES,
    by_closeness,
    hours_away,
    likely_of,
    may_be_in_doubt,
    of_roles,
    other_tools,
    raised,
    unsaid,
    unspoken_of,
)
from services.notifier.domain.curation.chance.levels import is_for_beginners, settled
from services.notifier.domain.curation.chance.own_words import avoided
from services.notifier.domain.curation.chance.wanted_places import (
    km_from_home,
    named_elsewhere,
    parts_of_country,
    shuts_out,
)
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.wishes import Costs, Wish
from services.notifier.domain.weights import Against, Answered, Chance, ChanceFact, Doubt
from services.rules.languages.speaking import less_well
from services.rules.roles.affinity import CLOSE

_About = Callable[[ChanceFact, Wish, PostingFeatures], Doubt]

_MOST_PARTS: Final = 3
_ROUNDED: Final = 0.0001
"""No chance is rounded by more."""


@dataclass(frozen=True)
class Model:
    """What log odds are where nothing speaks against a job, and what each fact takes from them at most."""

    best: float
    weights: tuple[float, ...]
    """In the order of `FACTS`; none below 0."""

    @cached_property
    def already(self) -> tuple[float, ...]:
        """What each adds before it is held against a job, where it may raise its chance; else 0."""
        return tuple(ALREADY.get(place, 0.0) * weight for place, weight in enumerate(self.weights))

    def log_odds(self, shares: Iterable[tuple[int, float]]) -> float:
        """By how far facts hold, in their order."""
        return self.less(self.best, shares)[1]

    def less(self, odds: float, shares: Iterable[tuple[int, float]]) -> tuple[list[tuple[int, float]], float]:
        """What each fact takes, by its place, and what is then left of log odds.

        Taken one after the other, so that it comes out the same on every machine.
        """
        costs = []
        for place, share in shares:
            lost = self.weights[place] * (1.0 - share)
            odds -= lost
            costs.append((place, lost))
        return costs, odds


def chance_of(judged: JudgedPosting, wish: Wish, answered: Answered | None = None) -> Chance:
    """The chance of a posting for a search and a person who give these signs, and said so much of jobs like it."""
    ready = judged.ready
    costs = _costs(wish, ready, -math.inf)
    odds = costs.left if answered is None else costs.left + answered.odds
    never = no_job(wish, ready.posting) or shuts_out(wish, ready)
    value = 0.0 if never else round(probability(odds), 4)
    # It holds no verdict: what holds it would go with the garbage alone.
    return Chance(value, partial(_against, costs.by_fact, wish, ready), answered, partial(_facts, costs.by_fact))


def may_reach(least: float, ready: PostingFeatures, wish: Wish) -> bool:
    """Whether the chance may be that high, whatever was said: it is given up with the first fact that takes too much.

    For whoever is shown few of many, as `chance_of` tells of these.
    """
    needed = _log_odds(least - _ROUNDED)
    return _costs(wish, ready, needed).left >= needed


def _costs(wish: Wish, ready: PostingFeatures, needed: float) -> Costs:
    """What each fact takes, in their order, as far as what is left is what is needed."""
    of_these = _costs_of_roles(wish, ready.posting.roles)
    left = of_these.left
    if left < needed:
        return of_these
    by_fact, weights = [*of_these.by_fact], model().weights
    for place, share_of in may_be_in_doubt(wish, ready):
        share = share_of(wish, ready)
        if share < 1.0:
            lost = weights[place] * (1.0 - share)
            left -= lost
            by_fact.append((place, lost))
            if left < needed:
                break
    return Costs(by_fact, left)


def _costs_of_roles(wish: Wish, given: tuple[str, ...]) -> Costs:
    found = wish.costs_of_roles.get(given)
    if found is None:
        by_fact, left = model().less(_best(wish), of_roles(wish, given))
        found = wish.costs_of_roles[given] = Costs(by_fact, left)
    return found


def _best(wish: Wish) -> float:
    """What log odds are where nothing speaks against a job, and all that may raise them does."""
    best, already = model().best, model().already
    for place in raised(wish):
        best += already[place]
    return best


def roles_that_may_reach(least: float, wish: Wish) -> frozenset[str] | None:
    """The roles of which a posting that tells its own must have one, or `may_reach` is false; None where any will do.

    For whoever looks through many by their roles.
    """
    likely, closeness = likely_of(wish), _least_closeness(least, _best(wish))
    if not likely or closeness is None:
        return None
    return frozenset[str]().union(*(trade.closer_than(closeness) for trade in likely))


@lru_cache(maxsize=64)
def _least_closeness(least: float, best: float) -> float | None:
    """How close roles must be at least, or a little less; None where the farthest will do."""
    left = best - _log_odds(least - _ROUNDED)

    def takes_too_much(close: float) -> bool:
        shares = zip(model().weights, by_closeness(close), strict=False)
        return sum(weight * (1.0 - share) for weight, share in shares) > left

    below, enough = 0.0, 1.0
    if not takes_too_much(below):
        return None
    while enough - below > _ROUNDED:
        middle = (below + enough) / 2.0
        below, enough = (middle, enough) if takes_too_much(middle) else (below, middle)
    return below


def _log_odds(chance: float) -> float:
    """The inverse of `probability`."""
    return math.log(chance / (1.0 - chance)) if chance > 0.0 else -math.inf


def _against(costs: Iterable[tuple[int, float]], wish: Wish, ready: PostingFeatures) -> Iterator[Against]:
    for lost, place in _by_costs(costs):
        yield Against(_of_roles_told(place, wish, ready) if place < OF_ROLES else _doubt(place, wish, ready), -lost)


def _facts(costs: Iterable[tuple[int, float]], least: float) -> list[ChanceFact]:
    return [FACTS[place] for lost, place in _by_costs(costs) if -lost >= least]


def _by_costs(costs: Iterable[tuple[int, float]]) -> list[tuple[float, int]]:
    """What facts take by themselves, below 0, and their places, the most telling first."""
    already = model().already
    costly = [(-round(lost - already[place], 3), place) for place, lost in costs if lost > already[place]]
    costly.sort()
    return costly


def tenth(chance: Chance) -> int:
    """Jobs of a higher tenth come first, whatever their score: a smaller difference is no more than a guess."""
    return math.floor(round(10.0 * chance.value, 3))


def probability(log_odds: float) -> float:
    """The logistic function."""
    return 1.0 / (1.0 + math.exp(-log_odds))


@cache
def model() -> Model:
    """The one that is shipped."""
    written = json.loads(resources.files(__package__).joinpath("weights.json").read_bytes())
    return Model(written["best"], tuple(written["weights"][fact] for fact in FACTS))


def _doubt(place: int, wish: Wish, ready: PostingFeatures) -> Doubt:
    """A fact with what it is about."""
    fact = FACTS[place]
    about = _ABOUT.get(fact)
    return about(fact, wish, ready) if about else _of_roles(fact)


def _of_roles_told(place: int, wish: Wish, ready: PostingFeatures) -> Doubt:
    """The same of a fact that roles decide, once a search and kinds of roles."""
    told = wish.doubts_of_roles.get(ready.posting.roles)
    if told is None:
        told = tuple(_doubt(own, wish, ready) for own in range(OF_ROLES))
        wish.doubts_of_roles[ready.posting.roles] = told
    return told[place]


def _of_role(fact: ChanceFact, wish: Wish, ready: PostingFeatures) -> Doubt:
    return _of_roles(fact, *ready.posting.roles[:1]) if wish.trades else _of_roles(fact)


@lru_cache(maxsize=4_096)
def _of_roles(fact: ChanceFact, *roles: str) -> Doubt:
    """A doubt that is about roles, or about nothing: few are made many times."""
    return Doubt(fact, roles)


def _of_searches(fact: ChanceFact, wish: Wish, ready: PostingFeatures) -> Doubt:
    """With what the person has worked as, where the job is not even near it."""
    doubt = _of_role(fact, wish, ready)
    far = wish.done and ready.posting.roles and wish.done.to(ready.posting.roles) < CLOSE["near"]
    if not far or not settled(wish.years):
        return doubt
    return doubt._replace(of=ready.posting.roles[:1], done=tuple(role for role, _ in wish.done.weights[:_MOST_PARTS]))


def _of_condition(fact: ChanceFact, wish: Wish, ready: PostingFeatures) -> Doubt:
    _, condition = hardest_condition(wish, ready.posting)
    return Doubt(fact, condition.places, condition=condition.kind) if condition else Doubt(fact)


def _of_home(fact: ChanceFact, wish: Wish, _: PostingFeatures) -> Doubt:
    """With the country that they live in, where no place is asked for."""
    return Doubt(fact, (wish.stays_in,)) if wish.stays_in else Doubt(fact)


def _of_experience(fact: ChanceFact, wish: Wish, ready: PostingFeatures) -> Doubt:
    asked, own = ready.years or None, wish.years
    return Doubt(fact, amount=asked, own=own if asked and own is not None and own < asked else None)


def _of_overqualified(fact: ChanceFact, wish: Wish, ready: PostingFeatures) -> Doubt:
    """With the years that its text asks for, if it does; of a job for beginners with the person's own alone."""
    if is_for_beginners(ready):
        return Doubt(fact, own=wish.years)
    return Doubt(fact, amount=ready.years, own=wish.years) if ready.years else Doubt(fact)


def _several(named: Callable[[Wish, PostingFeatures], tuple[str, ...]]) -> _About:
    return lambda fact, wish, ready: Doubt(fact, named(wish, ready)[:_MOST_PARTS])


def _single(named: Callable[[PostingCore], str | None]) -> _About:
    return lambda fact, _, ready: Doubt(fact, (found,) if (found := named(ready.posting)) else ())


_ABOUT: Final[Mapping[ChanceFact, _About]] = {
    "trade": _of_role,
    "near_role": _of_role,
    "searches": _of_searches,
    "neighbour": _of_role,
    "breadth": lambda fact, wish, _: Doubt(fact, amount=wish.alternatives),
    "title": _several(unsaid),
    "technology": _several(other_tools),
    "home": _of_home,
    "region": lambda fact, wish, ready: Doubt(
        fact, parts_of_country(wish, ready)[:_MOST_PARTS], amount=km_from_home(wish, ready)
    ),
    "elsewhere": _several(named_elsewhere),
    "zone": lambda fact, wish, ready: Doubt(fact, amount=hours_away(wish.offset, ready.posting.timezones)),
    "form": _several(lambda _, ready: ready.posting.offered),
    "level": _single(lambda posting: posting.seniority),
    "experience": _of_experience,
    "overqualified": _of_overqualified,
    "leading": _single(lambda posting: posting.seniority),
    "travel": lambda fact, _, ready: Doubt(fact, amount=ready.travel),
    "written": _single(lambda posting: posting.language),
    "spoken": _several(lambda wish, ready: unspoken_of(wish, ready) or less_well(wish.speaks, ready.posting)),
    "condition": _of_condition,
    "avoided": _several(lambda wish, ready: avoided(wish, ready)[1]),
}
"""What some facts are about; the others name nothing."""
