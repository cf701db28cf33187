"""The chance that a person accepts a job which fits their search: a logistic model of a few named facts.

A fact is 1 where nothing speaks against the job, and its weight is what log odds lose where it is 0: a fact that gets
better never lowers a chance. chance.json holds the weights, fitted by bench.fit_chance to what readers judged.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final, get_args

from babel import Locale
from babel.languages import get_official_languages

from schemas.criteria import Criteria
from schemas.posting import Seniority
from services.notifier.domain.curation.judging import Judged, Ready
from services.notifier.domain.curation.score import names_place, share_of_skills, taken_in
from services.notifier.domain.model import Against, Chance, ChanceFact, Recipient
from services.rules.affinity import CLOSE, Affinity, affinity_of
from services.rules.places import countries_of, country_of, is_country, is_group, is_subdivision
from services.rules.placing import WORLDWIDE, Allowed
from services.rules.speaking import needs_of
from services.rules.text import TextQuery, words

FACTS: Final[tuple[ChanceFact, ...]] = get_args(ChanceFact)
OFTEN: Final = 4
"""So often asked words are said where a job is about them."""
TAKEN_IN: Final = 0.5
"""What a wanted place is that a job takes in without naming it."""
UNTOLD: Final = 0.5
"""What a fact is where a posting does not tell what it is held against; where nothing is asked it is 1."""
_STEPS: Final[Mapping[Seniority, float]] = {
    "intern": 2.0, "junior": 1.0, "mid": 0.0, "senior": 0.0, "lead": 0.5, "staff": 1.0, "principal": 1.5,
    "manager": 1.0, "director": 2.0, "executive": 3.0,
}  # fmt: skip
"""How far a level lies from that of most who do not say theirs."""
_MOST_STEPS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What a search and its person give a sign of."""

    affinity: Affinity
    languages: frozenset[str]
    """That they may speak: English, their locale's, those asked for or named, those of the countries asked for."""
    terms: tuple[str, ...]
    """Words and phrases that are asked for."""


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


def chance_of(judged: Judged, wish: Wish) -> Chance:
    """The chance of a posting for a search and a person who give these signs, worked out once for all who do."""
    return judged.chance(wish, _chance)


def languages_of(recipient: Recipient) -> tuple[str, ...]:
    """Codes of the languages that somebody says they speak, and of the one that they read their mails in."""
    return tuple(sorted({recipient.locale[:2].lower(), *(language.code for language in recipient.speaks)}))


def _chance(judged: Judged, wish: Wish) -> Chance:
    facts, known = facts_of(wish, judged.criteria, judged.ready), model()
    costs = [
        Against(fact, round(weight * (1.0 - value), 3), _said(fact, wish, judged.ready))
        for fact, value, weight in zip(FACTS, facts, known.weights, strict=True)
        if weight * (1.0 - value) > 0
    ]
    costs.sort(key=lambda one: (-one.costs, FACTS.index(one.fact)))
    return Chance(round(probability(known.log_odds(facts)), 4), tuple(costs))


def tenth(chance: Chance) -> int:
    """Jobs of a higher tenth come first, whatever their score: a smaller difference is no more than a guess."""
    return math.floor(round(10.0 * chance.value, 3))


def probability(log_odds: float) -> float:
    """The logistic function."""
    return 1.0 / (1.0 + math.exp(-log_odds))


@cache
def model() -> Model:
    """The one that is shipped."""
    told = json.loads(resources.files("services.notifier.domain.curation").joinpath("chance.json").read_bytes())
    return Model(told["best"], tuple(told["weights"][fact] for fact in FACTS))


@lru_cache(maxsize=4_096)
def wish_of(criteria: Criteria, name: str, speaks: tuple[str, ...] = ()) -> Wish:
    """What criteria, the search's name and what its person speaks let one guess. Excluded words say nothing."""
    query = TextQuery.parse(criteria.text)
    terms = (*query.wanted, *(term for group in query.either for term in group))
    languages = {"en", *speaks, *criteria.languages, *_named_languages((*terms, *words(name)))}
    for place in criteria.places:
        country = country_of(place) if is_subdivision(place) else place
        if is_country(country):
            languages.update(code[:2] for code in get_official_languages(country, de_facto=True))
    return Wish(affinity_of(criteria, name), frozenset(languages), terms)


def _named_languages(terms: Iterable[str]) -> Iterator[str]:
    """Languages that words name in English, as they do in "customer support in French"."""
    return (code for term in terms if (code := _names_of_languages().get(term)))


@cache
def _names_of_languages() -> Mapping[str, str]:
    return {name.lower(): code for code, name in Locale("en").languages.items() if len(code) == 2}


def facts_of(wish: Wish, criteria: Criteria, ready: Ready) -> tuple[float, ...]:
    """What speaks for a posting that fits criteria, in the order of `FACTS`; docs/relevance.md says each in words."""
    posting = ready.posting
    return (
        *_role(wish.affinity, ready),
        share_of_skills(criteria, ready) if criteria.skills.all or criteria.skills.any else 1.0,
        *_said_of_work(wish.terms, ready),
        _place(criteria, ready),
        _home(criteria.places, ready.allowed),
        _title_place(criteria.places, ready.title_places),
        float(not criteria.workplace or posting.workplace != "unknown"),
        1.0 if criteria.seniority or not posting.seniority else 1.0 - _STEPS[posting.seniority] / _MOST_STEPS,
        float(posting.language is None or posting.language in wish.languages),
        float(not _unspoken(wish, ready)),
    )


def _role(affinity: Affinity, ready: Ready) -> tuple[float, float, float]:
    """How far a posting's roles come: into the family of a likely one, near it, and to itself."""
    if not affinity or not ready.posting.roles:
        return (1.0, UNTOLD, UNTOLD)
    close, family, near = affinity.to(ready.posting.roles), CLOSE["family"], CLOSE["near"]
    return (
        min(1.0, close / family),
        min(1.0, max(0.0, close - family) / (near - family)),
        max(0.0, close - near) / (1.0 - near),
    )


def _said_of_work(terms: tuple[str, ...], ready: Ready) -> tuple[float, float]:
    """Whether asked words stand in the title, and how often they are said, which where they do is enough."""
    if not terms or any(map(ready.title.holds, terms)):
        return (1.0, 1.0)
    return (0.0, min(OFTEN, sum(ready.haystack.line.count(f" {term} ") for term in terms)) / OFTEN)


def _place(criteria: Criteria, ready: Ready) -> float:
    """Whether a wanted place is named, only taken in, or nothing is said."""
    if not criteria.places:
        return 1.0
    fits = taken_in(criteria, ready)
    return 1.0 if any(names_place(ready, place) for place in fits) else TAKEN_IN if fits else 0.0


@lru_cache(maxsize=16_384)
def _home(places: tuple[str, ...], allowed: Allowed) -> float:
    """Whether the narrowest places that are wanted are taken in: of groups alone, which share of their countries."""
    if not places:
        return 1.0
    if not allowed.stated:
        return UNTOLD
    narrow = [place for place in places if not is_group(place) and place != WORLDWIDE]
    if narrow:
        return float(any(map(allowed.takes_in, narrow)))
    return max(_share_of(place, allowed) for place in places)


def _share_of(place: str, allowed: Allowed) -> float:
    countries = countries_of(place) if is_group(place) else ()
    return sum(map(allowed.takes_in, countries)) / len(countries) if countries else float(allowed.takes_in(place))


def _title_place(places: tuple[str, ...], named: Allowed | None) -> float:
    """0 where the title names places, and none that is wanted."""
    wanted = [place for place in places if place != WORLDWIDE]
    return float(named is None or not wanted or any(map(named.takes_in, wanted)))


def _said(fact: ChanceFact, wish: Wish, ready: Ready) -> str:
    posting = ready.posting
    if fact in ("trade", "near_role", "same_role"):
        return posting.roles[0] if wish.affinity and posting.roles else ""
    if fact == "level":
        return posting.seniority or ""
    if fact == "written":
        return posting.language or ""
    if fact == "spoken":
        return "/".join(_unspoken(wish, ready))
    return ""


def _unspoken(wish: Wish, ready: Ready) -> tuple[str, ...]:
    """The first languages, one of which the work needs, of which there is no sign."""
    return next((need.any for need in needs_of(ready.posting) if not wish.languages.intersection(need.any)), ())
