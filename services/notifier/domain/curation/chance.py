"""The chance that a person accepts a job which fits their search: a logistic model of a few named facts.

A fact is 1 where nothing speaks against the job, and its weight is what log odds lose where it is 0: a fact that gets
better never lowers a chance. chance.json holds the weights, fitted by bench.fit_chance to what readers judged.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib import resources
from typing import Final, get_args

from schemas.criteria import Criteria
from schemas.posting import Condition, PostingCore, Seniority, Timezones
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.score import names_place, share_of_skills, taken_in
from services.notifier.domain.curation.wishes import Wish
from services.notifier.domain.weights import Against, Chance, ChanceFact, Doubt
from services.rules.languages.speaking import less_well
from services.rules.places.known import countries_of, country_of, is_group, is_subdivision
from services.rules.places.placing import WORLDWIDE, Allowed
from services.rules.places.towns import label_of, town_of
from services.rules.roles.affinity import CLOSE
from services.rules.skills.taxonomy import taxonomy

FACTS: Final[tuple[ChanceFact, ...]] = get_args(ChanceFact)
OFTEN: Final = 4
"""So often asked words are said where a job is about them."""
TAKEN_IN: Final = 0.5
"""What a wanted place is that a job takes in without naming it."""
UNTOLD: Final = 0.5
"""What a fact is where a posting does not tell what it is held against; where nothing is asked it is 1."""
LESS_WELL: Final = 0.5
"""What a language is that somebody speaks, but less well than is asked for."""
_STEPS: Final[Mapping[Seniority, float]] = {
    "intern": 2.0, "junior": 1.0, "mid": 0.0, "senior": 0.0, "lead": 0.5, "staff": 1.0, "principal": 1.5,
    "manager": 1.0, "director": 2.0, "executive": 3.0,
}  # fmt: skip
"""How far a level lies from that of most who do not say theirs."""
_MOST_STEPS: Final = 3.0
_EXPERIENCE: Final[Mapping[Seniority, float]] = {
    "intern": 0.0, "junior": 1.0, "mid": 3.0, "senior": 5.0, "lead": 6.0, "staff": 8.0, "principal": 9.0,
    "manager": 6.0, "director": 9.0, "executive": 13.0,
}  # fmt: skip
"""Years that a level stands for where a posting does not count them."""
_REACHED: Final[Mapping[Seniority, float]] = {
    "intern": 1.0, "junior": 1.0, "mid": 5.5, "senior": 9.0, "lead": 10.0, "staff": 11.0, "principal": 13.0,
    "manager": 10.0, "director": 16.0, "executive": 21.0,
}  # fmt: skip
"""Years up to which somebody who asks for a level may be expected to have them."""
_REACHED_BY_MOST: Final = 7.0
"""By who asks for none."""
_BEGINNERS: Final[frozenset[Seniority]] = frozenset({"intern", "junior", "mid"})
_MOST_YEARS: Final = 4.0
"""So many years too few are as bad as any more."""
_MOST_APART: Final = 6.0
"""So many years lie between levels that have nothing to do with each other."""
SHUT: Final = 0.5
"""What the share of a wanted group counts where somebody's own country is shut out."""
_MOST_HOURS: Final = 6.0
_MOST_PARTS: Final = 3
_ROUNDED: Final = 0.0001
"""No chance is rounded by more."""


@dataclass(frozen=True, slots=True)
class Model:
    """What log odds are where nothing speaks against a job, and what each fact takes from them at most."""

    best: float
    weights: tuple[float, ...]
    """In the order of `FACTS`; none below 0."""

    def log_odds(self, facts: Iterable[float]) -> float:
        """Added up in the order of the facts, so that it comes out the same on every machine."""
        odds = self.best
        for fact, weight in zip(facts, self.weights, strict=True):
            odds -= weight * (1.0 - fact)
        return odds


def chance_of(judged: JudgedPosting, wish: Wish) -> Chance:
    """The chance of a posting for a search and a person who give these signs, worked out once for all who do."""
    return judged.chance(wish, _chance)


def may_reach(least: float, judged: JudgedPosting, wish: Wish) -> bool:
    """Whether the chance may be that high: it is given up with the first fact that takes too much.

    For whoever is shown few of many, as `chance_of` tells of these.
    """
    left = model().best - _log_odds(least - _ROUNDED)
    facts = _facts(wish, judged.criteria, judged.ready)
    for fact, weight in zip(facts, model().weights, strict=False):
        left -= weight * (1.0 - fact)
        if left < 0.0:
            return False
    return True


def _log_odds(chance: float) -> float:
    """The inverse of `probability`."""
    return math.log(chance / (1.0 - chance)) if chance > 0.0 else -math.inf


def _chance(judged: JudgedPosting, wish: Wish) -> Chance:
    criteria, ready = judged.criteria, judged.ready
    facts = facts_of(wish, criteria, ready)
    # Where no post is open there is nothing to accept.
    closed = not wish.pools and any(one.kind == "pool" for one in ready.posting.conditions)
    value = 0.0 if closed else round(probability(model().log_odds(facts)), 4)
    # It holds no verdict: what holds it would go with the garbage alone.
    return Chance(value, partial(_against, facts, wish, criteria, ready))


def _against(facts: tuple[float, ...], wish: Wish, criteria: Criteria, ready: PostingFeatures) -> tuple[Against, ...]:
    costs = [
        (-round(lost, 3), place)
        for place, (value, weight) in enumerate(zip(facts, model().weights, strict=True))
        if (lost := weight * (1.0 - value)) > 0
    ]
    costs.sort()
    return tuple(Against(_doubt(FACTS[place], wish, criteria, ready), -lost) for lost, place in costs)


def tenth(chance: Chance) -> int:
    """Jobs of a higher tenth come first, whatever their score: a smaller difference is no more than a guess."""
    return math.floor(round(10.0 * chance.value, 3))


def probability(log_odds: float) -> float:
    """The logistic function."""
    return 1.0 / (1.0 + math.exp(-log_odds))


@cache
def model() -> Model:
    """The one that is shipped."""
    written = json.loads(resources.files("services.notifier.domain.curation").joinpath("chance.json").read_bytes())
    return Model(written["best"], tuple(written["weights"][fact] for fact in FACTS))


def facts_of(wish: Wish, criteria: Criteria, ready: PostingFeatures) -> tuple[float, ...]:
    """What speaks for a posting that fits criteria, in the order of `FACTS`; docs/relevance.md says each in words."""
    return tuple(_facts(wish, criteria, ready))


def _facts(wish: Wish, criteria: Criteria, ready: PostingFeatures) -> Iterator[float]:
    """The same, each worked out when it is asked for."""
    posting = ready.posting
    yield from _of_roles(wish, posting.roles)
    yield share_of_skills(criteria, ready) if criteria.skills.all or criteria.skills.any else 1.0
    yield _often(wish.terms, ready)
    yield float(not _other_tools(wish, criteria, ready))
    yield _place(wish, criteria, ready)
    yield _home(criteria.places, wish.home, ready.allowed)
    yield float(not _parts_of_country(wish, criteria, ready) and not _far_off(wish, criteria, ready.posting))
    yield _title_place(criteria.places, ready.title_places)
    yield _zone(wish.offset, posting.timezones)
    yield float(not criteria.workplace or posting.workplace != "unknown")
    yield float(bool(criteria.employment) or wish.level or not posting.offered or "full_time" in posting.offered)
    yield _level(wish, criteria, posting.seniority)
    yield _experience(wish.levels, ready)
    yield float(posting.language is None or posting.language in wish.languages)
    yield 0.0 if _unspoken(wish, ready) else LESS_WELL if less_well(wish.speaks, posting) else 1.0
    yield _hardest(wish, criteria, posting.conditions)[0]


def _of_roles(wish: Wish, given: tuple[str, ...]) -> tuple[float, float, float]:
    """The facts that a posting's roles decide, worked out once a wish: those that a search finds have few."""
    found = wish.of_roles.get(given)
    if found is None:
        found = wish.of_roles[given] = (*_role(wish, given), _searches(wish, given))
    return found


def _role(wish: Wish, given: tuple[str, ...]) -> tuple[float, float]:
    """How far a posting's roles come: into the family of a likely one, and near it.

    Where the search names no trade, those of the person's other searches are the likely ones.
    """
    likely = (wish.affinity,) if wish.affinity else wish.trades
    if not likely and wish.level:
        return (1.0, 1.0)
    if not likely or not given:
        return (1.0, UNTOLD)
    close, family, near = max(trade.to(given) for trade in likely), CLOSE["family"], CLOSE["near"]
    return (min(1.0, close / family), min(1.0, max(0.0, close - family) / (near - family)))


def _searches(wish: Wish, given: tuple[str, ...]) -> float:
    """How close a posting's roles are to what the person's searches mean: between the closest and their mean."""
    if not wish.trades:
        return UNTOLD
    if not given:
        return 1.0  # `_role` counts what is untold.
    close = [trade.to(given) for trade in wish.trades]
    return (max(close) + sum(close) / len(close)) / 2.0


def _other_tools(wish: Wish, criteria: Criteria, ready: PostingFeatures) -> tuple[str, ...]:
    """The tools that the title names, where tools are asked for and it names none of the asked skills."""
    if not wish.tools:
        return ()
    known, asked = taxonomy(), {*criteria.skills.all, *criteria.skills.any}
    named = [skill.name for skill in ready.posting.skills if skill.strength == "title"]
    tools = tuple(name for name in named if known.is_tool(name))
    return () if any(name in asked or not asked.isdisjoint(known.parents(name)) for name in named) else tools


def _often(terms: tuple[str, ...], ready: PostingFeatures) -> float:
    """How often asked words are said; in the title is enough."""
    if not terms or any(map(ready.title.holds, terms)):
        return 1.0
    return min(OFTEN, sum(ready.haystack.line.count(f" {term} ") for term in terms)) / OFTEN


def _place(wish: Wish, criteria: Criteria, ready: PostingFeatures) -> float:
    """Whether a wanted place is named, only taken in, or nothing is said."""
    if not criteria.places:
        return 1.0
    fits = taken_in(criteria, ready)
    named = any(names_place(ready, place) for place in fits) or wish.home in ready.hires
    return 1.0 if named else TAKEN_IN if fits else 0.0


@lru_cache(maxsize=16_384)
def _home(places: tuple[str, ...], home: str | None, allowed: Allowed) -> float:
    """Whether the narrowest places that are wanted are taken in, or else the home that they take in.

    Of groups alone it is the share of their countries, and half of it where their home is shut out.
    """
    if not places:
        return 1.0
    if not allowed.stated:
        return UNTOLD
    narrow = [place for place in places if not is_group(place) and place != WORLDWIDE]
    if narrow:
        return float(any(map(allowed.takes_in, narrow)))
    if home is not None and allowed.takes_in(home):
        return 1.0
    share = max(_share_of(place, allowed) for place in places)
    return share if home is None else share * SHUT


def _share_of(place: str, allowed: Allowed) -> float:
    countries = countries_of(place) if is_group(place) else ()
    return sum(map(allowed.takes_in, countries)) / len(countries) if countries else float(allowed.takes_in(place))


def _parts_of_country(wish: Wish, criteria: Criteria, ready: PostingFeatures) -> tuple[str, ...]:
    """The parts of a wanted country to which a posting keeps; none where one of them is asked for."""
    parts = ready.posting.reach.subdivisions
    if not parts or not criteria.places or any(part in criteria.places for part in parts):
        return ()
    return tuple(part for part in parts if country_of(part) in criteria.places or country_of(part) == wish.home)


def _far_off(wish: Wish, criteria: Criteria, posting: PostingCore) -> bool:
    """Whether work that is not remote lies far from what the person names of its country; `near` is judged itself."""
    if criteria.near or posting.workplace == "remote":
        return False
    towns = [town for number in posting.towns if (town := town_of(label_of(number) or ""))]
    return bool(towns) and not any(map(wish.localities.take_in, towns))


def _title_place(places: tuple[str, ...], named: Allowed | None) -> float:
    """0 where the title names places, and none that is wanted."""
    wanted = [place for place in places if place != WORLDWIDE]
    return float(named is None or not wanted or any(map(named.takes_in, wanted)))


def _zone(offset: float | None, asked: Timezones | None) -> float:
    """How far somebody's zone lies from the hours that a posting asks for; an hour is nothing."""
    away = _hours_away(offset, asked)
    return 1.0 if away <= 1.0 else max(0.0, 1.0 - away / _MOST_HOURS)


def _hours_away(offset: float | None, asked: Timezones | None) -> float:
    return 0.0 if offset is None or asked is None else max(asked.min - offset, offset - asked.max, 0.0)


def _hardest(wish: Wish, criteria: Criteria, conditions: tuple[Condition, ...]) -> tuple[float, Condition | None]:
    """The condition that the person meets the least, as far as one can tell, and how far they do.

    Shifts are none of them: of the judged jobs in shifts no fewer are wanted than of others.
    """
    met = ((_meets(wish, criteria, one), one) for one in conditions if one.kind != "shifts")
    return min(met, key=lambda one: (one[0], one[1].kind != "pool"), default=(1.0, None))


def _meets(wish: Wish, criteria: Criteria, condition: Condition) -> float:
    if condition.kind == "enrolment":
        return wish.studies
    if condition.kind == "pool":
        return float(wish.pools)
    return max((_is_at(wish, criteria.places, place) for place in condition.places), default=UNTOLD)


def _is_at(wish: Wish, places: tuple[str, ...], place: str) -> float:
    """Whether somebody lives at a place or asks for it; half where they do so of its country and of no part."""
    narrow = [wanted for wanted in places if not is_group(wanted) and wanted != WORLDWIDE]
    own = narrow or ([wish.lives] if wish.lives else [])
    parts = [part for part in wish.localities.parts if country_of(part) == _country(place)]
    if place in parts or any(place in (wanted, _country(wanted)) for wanted in own):
        return 1.0
    if parts and is_subdivision(place):
        return 0.0
    return UNTOLD if not own or _country(place) in own else 0.0


def _country(place: str) -> str:
    return country_of(place) if is_subdivision(place) else place


def _level(wish: Wish, criteria: Criteria, level: Seniority | None) -> float:
    """How near a level is to those that other searches of the person ask for, or else to that of most."""
    if criteria.seniority or level is None:
        return 1.0
    if wish.levels:
        apart = min(abs(_EXPERIENCE[level] - _EXPERIENCE[asked]) for asked in wish.levels)
        return 1.0 - min(1.0, apart / _MOST_APART)
    return 1.0 if wish.level else 1.0 - _STEPS[level] / _MOST_STEPS


def _experience(levels: frozenset[Seniority], ready: PostingFeatures) -> float:
    """How far the years that a posting asks for go beyond what the levels stand for which its person asks for."""
    level = ready.posting.seniority
    asked = max(ready.years, _EXPERIENCE[level] if level else 0.0)
    begins = not levels.isdisjoint(("intern", "junior")) and levels <= _BEGINNERS
    reached = _REACHED["junior"] if begins else max((_REACHED[one] for one in levels), default=_REACHED_BY_MOST)
    return 1.0 - min(1.0, max(0.0, asked - reached) / _MOST_YEARS)


def _doubt(fact: ChanceFact, wish: Wish, criteria: Criteria, ready: PostingFeatures) -> Doubt:
    """A fact with what it is about."""
    posting = ready.posting
    match fact:
        case "experience":
            return Doubt(fact, amount=ready.years or None)
        case "zone":
            return Doubt(fact, amount=_hours_away(wish.offset, posting.timezones))
        case "condition":
            _, condition = _hardest(wish, criteria, posting.conditions)
            kind, places = (condition.kind, condition.places) if condition else (None, ())
            return Doubt(fact, places, condition=kind)
        case _:
            return Doubt(fact, _about(fact, wish, criteria, ready)[:_MOST_PARTS])


def _about(fact: ChanceFact, wish: Wish, criteria: Criteria, ready: PostingFeatures) -> tuple[str, ...]:
    posting = ready.posting
    match fact:
        case "trade" | "near_role" | "searches" if wish.trades:
            return posting.roles[:1]
        case "technology":
            return _other_tools(wish, criteria, ready)
        case "form":
            return posting.offered
        case "region":
            return _parts_of_country(wish, criteria, ready)
        case "elsewhere":
            return ready.title_codes
        case "level":
            return (posting.seniority,) if posting.seniority else ()
        case "written":
            return (posting.language,) if posting.language else ()
        case "spoken":
            return _unspoken(wish, ready) or less_well(wish.speaks, posting)
        case _:
            return ()


def _unspoken(wish: Wish, ready: PostingFeatures) -> tuple[str, ...]:
    """The first languages of which there is no sign, where the work needs one of them or the title names them."""
    return next((codes for codes in ready.languages if wish.languages.isdisjoint(codes)), ())
