"""What a search and its person give a sign of beside the criteria: likely roles, languages, and where they are."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.languages import get_official_languages

from schemas.criteria import Criteria, SalaryFloor
from schemas.posting import Seniority
from services.notifier.domain.curation.localities import (
    Localities,
    localities_of,
    localities_of_home,
    together,
)
from services.notifier.domain.model import Ask, DueSearch, Recipient
from services.notifier.domain.weights import Doubt
from services.rules.home import Home
from services.rules.languages.named import language_named
from services.rules.languages.speaking import SpokenLanguage
from services.rules.lexicon.builder import any_of
from services.rules.places.data import country_part
from services.rules.places.known import (
    countries_of,
    country_of,
    find_places,
    is_country,
    is_group,
    is_subdivision,
)
from services.rules.places.placing import WORLDWIDE, countries_in
from services.rules.places.towns import Town, town_of
from services.rules.roles.affinity import Affinity, affinity_of
from services.rules.roles.taxonomy import roles
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import TextQuery, term_of, words
from services.wording.lines import country_lived_in, standard_offset

_SURELY: Final = 0.6
"""From which weight on a role is surely meant."""


class Sought(NamedTuple):
    """What searches ask for by name: who would rather not do one kind of it says so for good."""

    stems: frozenset[str] = frozenset()
    """Of their names, words and skills, and of what the roles that they surely mean are called first."""
    roles: frozenset[str] = frozenset()
    """Those roles."""


class Signs(NamedTuple):
    """What a person's settings say of them."""

    languages: tuple[str, ...] = ()
    """Codes of those that they speak, and of the one that they read their mails in."""
    time_zone: str | None = None
    """IANA name."""
    trades: tuple[Affinity, ...] = ()
    """The likely roles of each of their searches that names a trade."""
    levels: frozenset[Seniority] = frozenset()
    """Those that any of their searches asks for."""
    localities: Localities = Localities()
    """Those of all their searches."""
    floors: tuple[SalaryFloor, ...] = ()
    """The least pay that each of their searches asks for which asks for any."""
    said: frozenset[str] = frozenset()
    """The stems of words by which any of their searches says what it looks for."""
    sought: Sought = Sought()
    """What all their searches ask for."""
    speaks: tuple[SpokenLanguage, ...] = ()
    home: Home | None = None
    """Where they live, as far as they say it."""
    years: int | None = None
    """For which they have done their work; None where they do not say."""
    done: Affinity = Affinity()
    """The roles that they have had, as far as they say so."""
    knows: tuple[str, ...] = ()
    """What they say that they can do, in their words."""
    avoids: tuple[str, ...] = ()
    """What they would rather not do, likewise."""

    @property
    def country(self) -> str | None:
        """Where they live: as they say it, else that of their time zone."""
        return country_lived_in(self.home, self.time_zone or "")


NO_SIGNS: Final = Signs()


class Costs(NamedTuple):
    """What facts take from the log odds, by their places, and what is left of these."""

    by_fact: Sequence[tuple[int, float]]
    left: float


@dataclass(frozen=True, slots=True)
class Wish:
    """What a search and its person give a sign of."""

    criteria: Criteria
    affinity: Affinity
    speaks: tuple[SpokenLanguage, ...]
    """What the person says that they speak."""
    languages: frozenset[str]
    """That they may speak: English, their locale's, those asked for or named, those of the countries asked for."""
    terms: tuple[str, ...]
    """Words and phrases that are asked for."""
    alternatives: int
    """The roles of which any will do, where neither a skill nor a word narrows them; else 1."""
    trades: tuple[Affinity, ...]
    """The likely roles of each search of the person that names a trade, of this one first."""
    tools: frozenset[str]
    """Those of the skills that it asks for which are tools."""
    level: bool
    """A level is asked for, in its field or by a word such as intern."""
    levels: frozenset[Seniority]
    """Those that it asks for; where it asks for none, those of the person's other searches."""
    places: tuple[str, ...]
    """Those that it asks for; of one that asks for towns alone their countries, for remote work is near every town."""
    home: str | None
    """The country that they live in, where the search asks for places beyond a country that take it in."""
    stays_in: str | None
    """The country that they live in, where the search asks for no place and for no help with a visa, and neither its
    name nor its words say another country."""
    says_home: bool
    """Whether they say where they live, and not their time zone alone."""
    offset: float | None
    """Of their time zone in standard time, hours from UTC; None where the search asks for one itself."""
    lives: str | None
    """The country that they live in, by their word or their time zone."""
    town: Town | None
    """Where they say that they live."""
    years: int | None
    """For which they say that they have done their work."""
    done: Affinity
    """The roles that they say they have had."""
    knows: tuple[str, ...]
    """What they say that they can do, in their words, each that says anything once."""
    avoids: tuple[str, ...]
    """What they would rather not do, in their words."""
    studies: float
    """1 where a word asks for work for students, half where internships are asked for: those take others too."""
    pools: bool
    """A word asks for postings where no post is open."""
    volunteers: bool
    """A word asks for work without pay."""
    travels: bool
    """A word asks for travelling."""
    localities: Localities
    """Those of all searches of the person, and where they live."""
    floors: tuple[SalaryFloor, ...]
    """Where it asks for no pay, the least that the person's other searches ask for."""
    said: frozenset[str]
    """The stems of words by which any search of the person says what it looks for."""
    sought: Sought
    """What all searches of the person ask for."""
    costs_of_roles: dict[tuple[str, ...], Costs] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `chance` makes of the roles of postings, by these: those that a search finds have few."""
    doubts_of_roles: dict[tuple[str, ...], tuple[Doubt, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """How it says them, by their places, likewise."""
    _in_doubt: list[int] = field(default_factory=list, init=False, repr=False, compare=False)

    def in_doubt(self, work_out: Callable[["Wish"], int]) -> int:
        """What `work_out` makes of it, which must be the same function each time."""
        if not self._in_doubt:
            self._in_doubt.append(work_out(self))
        return self._in_doubt[0]


class Wishes:
    """What each search of one person gives a sign of, worked out once."""

    def __init__(self, recipient: Recipient) -> None:
        self.of_whom = recipient
        self._signs = signs_of(recipient)
        self._found: dict[str, tuple[DueSearch, Wish]] = {}

    def of(self, search: DueSearch) -> Wish:
        """What one of their searches and they give a sign of."""
        found = self._found.get(search.search_id)
        if found is None or found[0] is not search:
            found = search, wish_of(search.criteria, search.name, self._signs)
            self._found[search.search_id] = found
        return found[1]


def signs_of(recipient: Recipient) -> Signs:
    """What somebody's settings say."""
    speaks = {language.code for language in recipient.speaks}
    languages = tuple(sorted({recipient.locale[:2].lower(), *speaks}))
    return Signs(
        languages,
        recipient.time_zone,
        *asked_together(recipient.asks),
        recipient.speaks,
        recipient.home,
        recipient.years,
        roles_done(recipient.worked_as),
        recipient.knows,
        recipient.avoids,
    )


@lru_cache(maxsize=4_096)
def _telling(knows: tuple[str, ...]) -> tuple[str, ...]:
    said = dict[str, str]()
    for words_of in knows:
        said.setdefault(term_of(words_of), words_of)
    return tuple(words_of for term, words_of in said.items() if term)


@lru_cache(maxsize=4_096)
def roles_done(worked_as: tuple[str, ...]) -> Affinity:
    """What somebody has worked as, as a search that asks for it would mean it."""
    return Affinity(tuple((role, 1.0) for role in worked_as))


def asked_together(
    asks: Iterable[Ask],
) -> tuple[tuple[Affinity, ...], frozenset[Seniority], Localities, tuple[SalaryFloor, ...], frozenset[str], Sought]:
    """The trades, levels, localities, least pay and words that somebody's searches name, and what they seek."""
    asks = tuple(asks)
    trades = dict.fromkeys(affinity_of(ask.criteria, ask.name) for ask in asks)
    levels = frozenset(level for ask in asks for level in ask.criteria.seniority)
    floors = dict.fromkeys(ask.criteria.salary_floor for ask in asks)
    localities = together(localities_of(ask.criteria, ask.name) for ask in asks)
    said = frozenset[str]().union(*(_stems_asked(ask.criteria, ask.name) for ask in asks))
    sought = _both(_sought(ask.criteria, ask.name) for ask in asks)
    return tuple(filter(None, trades)), levels, localities, tuple(filter(None, floors)), said, sought


def _stems_asked(criteria: Criteria, name: str) -> frozenset[str]:
    """The stems of a search's name, of its words and skills, and of all names of the roles that it surely means."""
    stems, means = _sought(criteria, name)
    return stems.union(*map(stems_of_role, means))


@lru_cache(maxsize=4_096)
def _sought(criteria: Criteria, name: str) -> Sought:
    query, known = TextQuery.parse(criteria.text), roles()
    means = [role for role, weight in affinity_of(criteria, name).weights if weight >= _SURELY and role in known]
    words_of = (name, *query.wanted, *(term for group in query.either for term in group), *criteria.skills.all)
    called = (titles[0] for role in means for titles in known[role].titles.values() if titles)
    stems = frozenset[str]().union(*map(_stems_of, (*words_of, *criteria.skills.any, *called)))
    return Sought(stems, frozenset(means))


def _both(some: Iterable[Sought]) -> Sought:
    stems, means = [frozenset[str]().union(*of) for of in zip(*some, strict=True)] or (frozenset(), frozenset())
    return Sought(stems, means)


@lru_cache(maxsize=4_096)
def _stems_of(term: str) -> frozenset[str]:
    """Of a name, a word or a skill; many ask for the same."""
    return frozenset(word.stem for word in roles().vocabulary.words(term))


@cache
def stems_of_role(role: str) -> frozenset[str]:
    """The stems of what a role is called, in all languages."""
    known = roles()
    titles = (title for titles in known[role].titles.values() for title in titles)
    return frozenset(word.stem for title in titles for word in known.vocabulary.words(title))


def wish_of(criteria: Criteria, name: str, signs: Signs = NO_SIGNS) -> Wish:
    """What criteria, the search's name and its person let one guess. Excluded words say nothing."""
    query = TextQuery.parse(criteria.text)
    terms = (*query.wanted, *(term for group in query.either for term in group))
    said = {*terms, *words(name)}
    languages = {"en", *signs.languages, *criteria.languages, *_named_languages(said)}
    places = _places(criteria)
    for place in places:
        country = country_of(place) if is_subdivision(place) else place
        if is_country(country):
            languages.update(_spoken_in(country))
    affinity = affinity_of(criteria, name)
    tools = frozenset(filter(taxonomy().is_tool, (*criteria.skills.all, *criteria.skills.any)))
    return Wish(
        criteria=criteria,
        affinity=affinity,
        alternatives=1 if terms or criteria.skills.all or criteria.skills.any else max(1, len(criteria.roles.any)),
        trades=tuple(dict.fromkeys(filter(None, (affinity, *signs.trades)))),
        tools=tools,
        speaks=signs.speaks,
        languages=frozenset(languages),
        terms=terms,
        level=bool(criteria.seniority) or any(map(roles().says_level, terms)),
        levels=frozenset(criteria.seniority) or signs.levels,
        places=places,
        home=_home(places, signs.country),
        stays_in=None if places or criteria.visa_sponsorship else _unless_abroad(signs.country, (name, *terms)),
        says_home=signs.home is not None,
        offset=_offset(signs.time_zone) if signs.time_zone and criteria.utc_offset is None else None,
        lives=signs.country,
        town=signs.home.town if signs.home else None,
        years=signs.years,
        done=signs.done,
        knows=_telling(signs.knows),
        avoids=signs.avoids,
        studies=1.0 if any(map(_asks_to_study, said)) else 0.5 if _learns(criteria) else 0.0,
        pools=any(map(_asks_for_pools, said)),
        volunteers=any(map(_asks_to_volunteer, (" ".join(query.wanted), *map(" ".join, query.either), name.lower()))),
        travels=any(map(_asks_to_travel, said)),
        localities=together((localities_of(criteria, name), signs.localities, localities_of_home(signs.home))),
        floors=() if criteria.salary_floor else signs.floors,
        said=signs.said | _stems_asked(criteria, name),
        sought=_both((signs.sought, _sought(criteria, name))),
    )


def _places(criteria: Criteria) -> tuple[str, ...]:
    """The places that a search gives a sign of."""
    towns = filter(None, (town_of(circle.town) for circle in criteria.near))
    return criteria.places or tuple(dict.fromkeys(town.country for town in towns))


def _unless_abroad(country: str | None, said: Iterable[str]) -> str | None:
    """A country; None where what is said names others and not it, as "Sales in Bristol" does."""
    named = frozenset[str]().union(*map(_countries_named, said)) if country else frozenset[str]()
    return None if named and country not in named else country


@lru_cache(maxsize=4_096)
def _countries_named(term: str) -> frozenset[str]:
    """Those of the places that it names, of a group all of them; the whole world is none."""
    codes = (place.code for place in find_places(term) if place.code != WORLDWIDE)
    return countries_in([code if is_group(code) else country_part(code) for code in codes])


def _named_languages(terms: Iterable[str]) -> Iterator[str]:
    """Languages that words name in English, as they do in "customer support in French"."""
    return (code for term in terms if (code := language_named(term)))


@lru_cache(maxsize=256)
def _spoken_in(country: str) -> tuple[str, ...]:
    """Codes of the languages of a country."""
    return tuple(code[:2] for code in get_official_languages(country, de_facto=True))


@lru_cache(maxsize=4_096)
def _asks_to_study(term: str) -> bool:
    return _patterns().study.search(term) is not None


@lru_cache(maxsize=4_096)
def _asks_for_pools(term: str) -> bool:
    return _patterns().pool.search(term) is not None


@lru_cache(maxsize=4_096)
def _asks_to_volunteer(said: str) -> bool:
    return any(not found["no"] for found in _patterns().volunteer.finditer(said))


@lru_cache(maxsize=4_096)
def _asks_to_travel(term: str) -> bool:
    return _patterns().travel.search(term) is not None


class _Patterns(NamedTuple):
    """By which a search asks for work of some condition."""

    study: re.Pattern[str]
    pool: re.Pattern[str]
    volunteer: re.Pattern[str]
    travel: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    study, pool, travel = (
        re.compile(any_of(name)) for name in ("condition.enrolment.wish", "condition.pool.wish", "travel.travelling")
    )
    refused = rf"(?P<no>{any_of('wish.never')} (?:\S+ )?)?"
    volunteer = re.compile(rf"{refused}{any_of('employment.volunteer', 'employment.volunteer_wish')}")
    return _Patterns(study, pool, volunteer, travel)


def _learns(criteria: Criteria) -> bool:
    return "internship" in criteria.employment or "intern" in criteria.seniority


def _home(places: tuple[str, ...], country: str | None) -> str | None:
    if country is None or not all(place == WORLDWIDE or is_group(place) for place in places):
        return None
    return country if any(place == WORLDWIDE or country in countries_of(place) for place in places) else None


@lru_cache(maxsize=512)
def _offset(time_zone: str) -> float | None:
    """In standard time; None for a zone that this machine does not know, which gives no sign."""
    try:
        return standard_offset(ZoneInfo(time_zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
