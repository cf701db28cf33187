"""How good a fitting job is for a search: 100 points in five parts or six."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations
from typing import NamedTuple

from schemas.criteria import Criteria, SalaryFloor
from schemas.posting import PostingCore
from services.notifier.domain.curation.judging import JudgedPosting, LastingParts, PostingFeatures, Weight
from services.notifier.domain.curation.preferred_places import preferred_of, share_of
from services.notifier.domain.weights import FitFacts, FreshFacts, Part, PayFacts, PlaceFacts, PreferredFacts
from services.rules.criterion.salary import annual_floor
from services.rules.places.placing import WORLDWIDE, deciding
from services.rules.text import TextQuery

FIT_POINTS = 50.0
"""As many as all other parts have together: no pay makes up for skills that a job does not ask for."""
PAY_POINTS = 15.0
STATED_POINTS = 5.0
FRESH_POINTS = 20.0
PLACE_POINTS = 10.0
PREFERRED_POINTS = 7.0
"""Of those for the place, where a search prefers places: as much as five days of freshness."""

FRESH_FOR = timedelta(days=14)
PAY_BEST_AT = 0.5
"""A top half as high again as the floor earns all pay points."""
PLACE_INCLUDED = 0.8
"""A wanted place that the job takes in without naming it; named it is worth 1."""
ONE_OF_ANY = 0.7
"""One core skill of several in `any` is worth this; two or more are worth 1."""
IMPLIED = 0.5
"""What a core skill implies, to what is core by its own name.

No more than half: two that are implied are then worth what one is by name, and naming one of them never costs.
"""
NOTHING_ASKED = 0.5
_EXACTLY = 2
"""So many implied skills are sought among all pairs; more are taken as they come, which may find one less."""


class Implied(NamedTuple):
    """A skill of `any` that is not core itself, and a core skill that implies it and is not asked for."""

    name: str
    by: str


@dataclass(frozen=True, slots=True)
class Score:
    """The parts of a score: between 0 and 100 together."""

    parts: tuple[Part, ...]
    """In the order of docs/curation.md; `preferred` only where places are preferred."""

    @property
    def total(self) -> float:
        """Their sum, as `total` gives it."""
        of = {part.code: part.points for part in self.parts}
        place = of["place"] + of.get("preferred", 0.0)
        return total(Weight(of["fit"], of["pay"], of["stated"], place, 1.0), of["fresh"])


def score(judged: JudgedPosting, due_at: datetime, preferred_places: tuple[str, ...] = ()) -> Score:
    """Weigh a posting that fits criteria; only sums and products, so that it comes out the same on every machine."""
    fit, pay, stated, place = judged.parts(_lasting)
    counts = judged.weight(_weight).counts
    fresh = _fresh(judged.ready, due_at, counts)
    if not preferred_places:
        return Score((fit, pay, stated, fresh, place))
    rest = replace(place, points=_beside_preferred(place.points), most=_beside_preferred(place.most))
    return Score((fit, pay, stated, fresh, rest, _preferred(preferred_places, judged.ready, counts)))


def weight_of(judged: JudgedPosting, preferred_places: tuple[str, ...] = ()) -> Weight:
    """What is the same at any time for everybody with these criteria who prefers these places."""
    weight = judged.weight(_weight)
    if not preferred_places:
        return weight
    preferred = weight.counts * _preferred_points(preferred_places, judged.ready)
    return weight._replace(place=_beside_preferred(weight.place) + preferred)


def total(weight: Weight, fresh: float) -> float:
    """The sum of the parts, without what they rest on; `fresh` is what `fresh_points` gives.

    Rounded, so that equal jobs tie and the order falls to their fit and their dates.
    """
    # Added in the order of the parts: the last digit may depend on it.
    return round(weight.fit + weight.pay + weight.stated + weight.counts * fresh + weight.place, 3)


def _weight(criteria: Criteria, ready: PostingFeatures) -> Weight:
    counts = counts_for_all_else(criteria, ready)
    pay, stated = counts * _pay_points(criteria, ready), counts * _stated_points(ready)
    fit, place = FIT_POINTS * fit_share(criteria, ready), counts * _place_points(criteria, ready)
    return Weight(fit, pay, stated, place, counts)


def _lasting(judged: JudgedPosting) -> LastingParts:
    criteria, ready, weight = judged.criteria, judged.ready, weight_of(judged)
    return (
        Part("fit", weight.fit, FIT_POINTS, fit_facts(criteria, ready, weight.counts)),
        Part("pay", weight.pay, PAY_POINTS, _pay_facts(criteria, ready.posting)),
        Part("stated", weight.stated, STATED_POINTS),
        Part("place", weight.place, PLACE_POINTS, _place_facts(criteria, ready)),
    )


def states_pay(posting: PostingCore) -> bool:
    """Whether the posting names an amount."""
    return posting.salary is not None and (posting.salary.min is not None or posting.salary.max is not None)


def _pay_points(criteria: Criteria, ready: PostingFeatures) -> float:
    """How far the top lies above the floor; half of it for stated pay where no floor is set."""
    if criteria.salary_floor is None:
        return PAY_POINTS * NOTHING_ASKED * states_pay(ready.posting)
    amounts = _top_and_floor(criteria, ready.posting)
    if amounts is None:
        return 0.0
    top, floor, _ = amounts
    return PAY_POINTS * min(1.0, max(0.0, (top / floor - 1.0) / PAY_BEST_AT))


def _pay_facts(criteria: Criteria, posting: PostingCore) -> PayFacts | None:
    amounts = _top_and_floor(criteria, posting)
    if amounts is None:
        return None
    top, floor, asked = amounts
    return PayFacts(top, floor, asked.currency, asked.period)


def _top_and_floor(criteria: Criteria, posting: PostingCore) -> tuple[int, int, SalaryFloor] | None:
    """Of a year, in the floor's currency; None where there is nothing to hold against each other."""
    asked, salary = criteria.salary_floor, posting.salary
    if asked is None or salary is None or not states_pay(posting):
        return None
    floor, top = annual_floor(asked), salary.tops.get(asked.currency)
    return None if not floor or top is None else (top, floor, asked)


def _stated_points(ready: PostingFeatures) -> float:
    """All for pay that is stated, whatever it is."""
    return STATED_POINTS * states_pay(ready.posting)


def _fresh(ready: PostingFeatures, due_at: datetime, counts: float) -> Part:
    age = max(timedelta(0), due_at - ready.seen_at)
    return Part("fresh", counts * fresh_points(ready, due_at), FRESH_POINTS, FreshFacts(age.days))


def fresh_points(ready: PostingFeatures, due_at: datetime) -> float:
    """All for a job of today, falling evenly to 0 at 14 days."""
    age = max(timedelta(0), due_at - ready.seen_at)
    return FRESH_POINTS * max(0.0, 1.0 - age / FRESH_FOR)


def _place_facts(criteria: Criteria, ready: PostingFeatures) -> PlaceFacts | None:
    if not criteria.places:
        return None
    fits = taken_in(criteria, ready)
    return PlaceFacts(tuple(place for place in fits if names_place(ready, place)), fits)


def _place_points(criteria: Criteria, ready: PostingFeatures) -> float:
    """Whether the job names a wanted place, takes it in, or says nothing; half where no place is asked for."""
    if not criteria.places:
        return PLACE_POINTS * NOTHING_ASKED
    fits = taken_in(criteria, ready)
    named = any(names_place(ready, place) for place in fits)
    return PLACE_POINTS * (1.0 if named else PLACE_INCLUDED if fits else 0.0)


def _preferred(places: tuple[str, ...], ready: PostingFeatures, counts: float) -> Part:
    found = preferred_of(places, ready)
    facts = PreferredFacts(places, found.named, found.taken_in)
    return Part("preferred", counts * _preferred_points(places, ready), PREFERRED_POINTS, facts)


def _beside_preferred(points: float) -> float:
    """What is left of the points for the place where a search prefers places."""
    return points * (PLACE_POINTS - PREFERRED_POINTS) / PLACE_POINTS


def _preferred_points(places: tuple[str, ...], ready: PostingFeatures) -> float:
    """All where the job names a preferred place, half where it only takes one in."""
    return PREFERRED_POINTS * share_of(preferred_of(places, ready))


def taken_in(criteria: Criteria, ready: PostingFeatures) -> tuple[str, ...]:
    """The wanted places that the job takes in; none where it does not say from where."""
    allowed = ready.allowed
    return tuple(filter(allowed.takes_in, deciding(criteria))) if allowed.stated else ()


def names_place(ready: PostingFeatures, place: str) -> bool:
    return place == WORLDWIDE or place in ready.hires


def fit_share(criteria: Criteria, ready: PostingFeatures) -> float:
    """From 0 to 1: are the asked skills core to the job, in its title or requirements; asked words, in its title."""
    shares = _shares_of_skills(criteria, ready)
    if criteria.text:
        shares.append(1.0 if _in_title(criteria, ready) else 0.0)
    return sum(shares) / len(shares) if shares else NOTHING_ASKED


def share_of_skills(criteria: Criteria, ready: PostingFeatures, wanted: float = 0.0) -> float:
    """The same of the asked skills alone; `wanted`: the core ones that one is worth which is wanted and not core."""
    shares = _shares_of_skills(criteria, ready, wanted)
    return sum(shares) / len(shares) if shares else NOTHING_ASKED


def _shares_of_skills(criteria: Criteria, ready: PostingFeatures, wanted: float = 0.0) -> list[float]:
    skills, shares = criteria.skills, list[float]()
    if skills.all:
        shares.append(_worth(skills.all, ready, wanted) / len(skills.all))
    if skills.any:
        implied = IMPLIED * len(implied_of_any(criteria, ready))
        shares.append(_share_of_any(criteria, _worth(skills.any, ready, wanted) + implied))
    return shares


def _worth(asked: tuple[str, ...], ready: PostingFeatures, wanted: float) -> float:
    core = len(ready.core.intersection(asked))
    return core + wanted * len(ready.wanted.intersection(asked)) if wanted and ready.wanted else core


def counts_for_all_else(criteria: Criteria, ready: PostingFeatures) -> float:
    """The share for which all but the fit counts where the job only mentions the asked skills.

    It is what one skill that is implied would add to the fit, or of `all` a core one, whichever is less. All else
    together has as many points as the fit. So nothing puts such a job before one to which an asked skill is core, or
    whose core implies one.
    """
    skills = criteria.skills
    asked = (*skills.all, *skills.any)
    if not asked or not ready.core.isdisjoint(asked) or implied_of_any(criteria, ready):
        return 1.0
    of_all = 1.0 / len(skills.all) if skills.all else 1.0
    of_any = _share_of_any(criteria, IMPLIED) if skills.any else 1.0
    return min(of_all, of_any) / (bool(skills.all) + bool(skills.any) + bool(criteria.text))


def implied_of_any(criteria: Criteria, ready: PostingFeatures) -> tuple[Implied, ...]:
    """Skills of `any` that core skills imply, as many as count beside those that are core by name.

    Each core skill counts once: what is asked for itself implies nothing more, and no two are implied by one.
    """
    asked, core = criteria.skills.any, ready.core
    implied = ready.implied_by_core
    if not asked or not implied or implied.keys().isdisjoint(asked):
        return ()
    room = _most_of_any(criteria) - len(core.intersection(asked))
    own = {*asked, *criteria.skills.all}
    pairs = [Implied(name, by) for name in asked if name not in core for by in implied.get(name, ()) if by not in own]
    if room < 1 or not pairs:
        return ()
    if room > _EXACTLY:
        return _apart(pairs)[:room]
    two_apart = (two for two in combinations(pairs, 2) if len(_apart(two)) == 2)
    return (next(two_apart, None) if room > 1 else None) or (pairs[0],)


def _apart(pairs: Iterable[Implied]) -> tuple[Implied, ...]:
    """Pairs that share nothing with one before."""
    found: dict[str, Implied] = {}
    for pair in pairs:
        if pair.name not in found and all(pair.by != other.by for other in found.values()):
            found[pair.name] = pair
    return tuple(found.values())


def fit_facts(criteria: Criteria, ready: PostingFeatures, counts: float) -> FitFacts:
    """What the fit rests on."""
    asked, implied = (*criteria.skills.all, *criteria.skills.any), implied_of_any(criteria, ready)
    return FitFacts(
        asked,
        tuple(name for name in asked if name in ready.core),
        tuple(skill.name for skill in implied),
        tuple(skill.by for skill in implied),
        counts if counts < 1.0 else None,
        _in_title(criteria, ready) if criteria.text else None,
    )


def _most_of_any(criteria: Criteria) -> int:
    """So many of `any` are all: two, or as many as must be there; where only one is asked for, it is."""
    return min(max(2, criteria.skills.at_least), len(criteria.skills.any))


def _share_of_any(criteria: Criteria, worth: float) -> float:
    """For core ones of `any` that are worth so many; evenly between none, one and all."""
    most = _most_of_any(criteria)
    if worth >= most:
        return 1.0
    if most > 2:
        return worth / most
    for_one = ONE_OF_ANY if len(criteria.skills.any) > 1 else 1.0
    return for_one * worth if worth <= 1.0 else for_one + (1.0 - for_one) * (worth - 1.0)


def _in_title(criteria: Criteria, ready: PostingFeatures) -> bool:
    return TextQuery.parse(criteria.text).fits_haystack(ready.title)
