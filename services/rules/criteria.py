"""The canonical form of criteria: equal questions are written, hashed, stored and matched once."""

import json
import math
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final, TypeVar, get_args

from babel import Locale
from babel.numbers import list_currencies

from schemas.codec import digest_of
from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import Employment, Seniority, Workplace
from services.rules.fits import annual_floor
from services.rules.money import MOST
from services.rules.places import (
    canonical_place,
    countries_of,
    country_of,
    is_country,
    is_group,
    is_subdivision,
    nearest_places,
)
from services.rules.placing import concrete
from services.rules.skills import taxonomy
from services.rules.text import TextQuery

MOST_NAMES: Final = 100
"""Skills in one list, or places."""
MOST_TEXT: Final = 500
"""Characters."""

T = TypeVar("T", bound=str)

_ADDRESS: Final = re.compile(r"[^\s@]+\s?@\s?[^\s@]+|\b\w+\s?[(\[]at[)\]]\s?\w+", re.IGNORECASE)
_PHONE: Final = re.compile(r"(?<!\w)(?P<abroad>\+|00)?[\s(]*\d(?:[\s().\-/]{0,3}\d){6,}(?!\w)")
_DIGITS_AT_HOME: Final = 9
"""With a country code in front, seven digits are a phone number; without, fewer than nine may be years or pay."""


class CriteriaError(ValueError):
    """Criteria that cannot be searched for, with one sentence that says how to mend them."""


def canonical(criteria: Criteria) -> Criteria:
    """Give the one form of criteria that ask the same. Idempotent; never changes what matches.

    Skills take their canonical names; places their codes, without those that another one holds; sets are sorted and
    deduplicated, and one that names everything becomes empty; text is normalised; what only qualifies something that is
    not asked for goes back to its default. Raises CriteriaError.
    """
    offset, tolerance = _hours(criteria)
    places = concrete(place_codes(criteria.places))
    floor = _floor(criteria.salary_floor)
    found = Criteria(
        skills=_skills(criteria.skills),
        text=_text(criteria.text),
        places=places,
        accept_unknown_place=criteria.accept_unknown_place and bool(places),
        utc_offset=offset,
        tolerance=tolerance,
        salary_floor=floor,
        accept_undisclosed=criteria.accept_undisclosed or floor is None,
        workplace=_facet(criteria.workplace, get_args(Workplace)),
        seniority=_facet(criteria.seniority, get_args(Seniority)),
        employment=_facet(criteria.employment, get_args(Employment)),
        languages=tuple(sorted({_language(code) for code in criteria.languages})),
    )
    if found == Criteria():
        raise CriteriaError("the search asks for nothing: name a skill, a place, words or anything else")
    return found


def criteria_id(criteria: Criteria) -> str:
    """Hash canonical criteria: 32 hexadecimal digits, which stay when the model gains an optional field."""
    stated = criteria.model_dump(mode="json", exclude_defaults=True)
    return digest_of("criteria.v1", json.dumps(stated, sort_keys=True, separators=(",", ":"), ensure_ascii=True))


def _facet(asked: Iterable[T], every: tuple[T, ...]) -> tuple[T, ...]:
    """Sorted; naming every value asks for nothing."""
    found = tuple(sorted(set(asked)))
    return () if len(found) == len(every) else found


def _skills(asked: SkillTerms) -> SkillTerms:
    needed, any_of, unwanted = _names(asked.all), _names(asked.any), _names(asked.none)
    clash = (needed | any_of) & unwanted
    if clash:
        raise CriteriaError(f"{min(clash)} is both asked for and excluded: take it out of one of the two lists")
    known = taxonomy()
    satisfied = needed.union(*(known.parents(name) for name in needed))
    if any_of & satisfied:
        any_of = frozenset()
    return SkillTerms(all=tuple(sorted(needed)), any=tuple(sorted(any_of)), none=tuple(sorted(unwanted)))


def _names(asked: Iterable[str]) -> frozenset[str]:
    known = taxonomy()
    found = set()
    for name in asked:
        skill = known.canonical(name)
        if skill is None:
            raise CriteriaError(f"{_shown(name)} is not a skill that is known here{_perhaps(known.nearest(name))}")
        found.add(skill)
    return _few(found, "skills in one list")


def place_codes(asked: Iterable[str]) -> tuple[str, ...]:
    """The codes of places, sorted, without those that another one holds. Raises CriteriaError."""
    found = set()
    for place in asked:
        code = canonical_place(place)
        if code is None:
            raise CriteriaError(f"{_shown(place)} is not a place that is known here{_perhaps(nearest_places(place))}")
        found.add(code)
    codes = sorted(_few(found, "places"))
    return tuple(code for code in codes if not any(_holds(other, code) for other in codes if other != code))


def _holds(outer: str, inner: str) -> bool:
    """Whether whatever takes in `inner` takes in `outer` too, so that beside it `inner` asks for nothing more."""
    if is_group(outer):
        if not is_group(inner):
            return (country_of(inner) if is_subdivision(inner) else inner) in countries_of(outer)
        # Two names of one set of countries hold each other: the first by name stays.
        mine, other = countries_of(outer), countries_of(inner)
        return other < mine or (other == mine and outer < inner)
    return is_country(outer) and is_subdivision(inner) and country_of(inner) == outer


def _text(asked: str) -> str:
    if len(asked) > MOST_TEXT:
        raise CriteriaError(f"the text is longer than {MOST_TEXT} characters: keep the words that matter")
    plain = unicodedata.normalize("NFKC", asked)
    if _ADDRESS.search(plain):
        raise CriteriaError("the text holds what looks like an email address: leave it out, searches are anonymous")
    for found in _PHONE.finditer(plain):
        if found["abroad"] or sum(char.isdigit() for char in found[0]) >= _DIGITS_AT_HOME:
            raise CriteriaError("the text holds what looks like a phone number: leave it out, searches are anonymous")
    query = TextQuery.parse(asked)
    groups = ((term,) for term in query.wanted)
    clash = {group[0] for group in (*groups, *query.either) if set(group) <= set(query.excluded)}
    if clash:
        raise CriteriaError(f'"{min(clash)}" is both asked for and excluded: take one of the two out of the text')
    return str(query)


def _hours(criteria: Criteria) -> tuple[float | None, float]:
    """Offset and tolerance; nothing where every offset is near enough: none is farther than half a day."""
    offset, tolerance = criteria.utc_offset, criteria.tolerance
    if offset is None:
        return None, 0.0
    if not -12 <= offset <= 14:
        raise CriteriaError(f"an offset from UTC lies between -12 and +14 hours, not at {offset:g}")
    if not math.isfinite(tolerance) or tolerance < 0:
        raise CriteriaError(f"a tolerance is a number of hours from 0, not {tolerance:g}")
    return (None, 0.0) if tolerance >= 12 else (offset + 0.0, tolerance + 0.0)


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def _floor(floor: SalaryFloor | None) -> SalaryFloor | None:
    """The floor as the subscriber put it: nobody would know `50 an hour` again as 104,000 a year."""
    if floor is None:
        return None
    currency = floor.currency.strip().upper()
    if currency not in _currencies():
        raise CriteriaError(f"{_shown(floor.currency)} is not a currency code: use one like EUR, USD or INR")
    year = annual_floor(floor)
    if year is None:
        raise CriteriaError(
            "a floor per project cannot be held against yearly pay: give it per hour, day, month or year"
        )
    if floor.amount <= 0 or year > MOST:
        raise CriteriaError(f"a salary floor lies above 0 and at most at {MOST:,} a year")
    return SalaryFloor(amount=floor.amount, currency=currency, period=floor.period)


@cache
def _languages() -> dict[str, str]:
    """ISO 639-1 codes and English names, each to its code."""
    names = {code: str(name) for code, name in Locale("en").languages.items() if len(code) == 2}
    return {name.casefold(): code for code, name in names.items()} | {code: code for code in names}


def _language(asked: str) -> str:
    folded = asked.strip().casefold()
    code = _languages().get(folded) or _languages().get(re.split("[-_]", folded)[0])
    if code is None:
        raise CriteriaError(f"{_shown(asked)} is not a language code: use one like en, de or pt")
    return code


def _few(found: set[str], what: str) -> frozenset[str]:
    if len(found) > MOST_NAMES:
        raise CriteriaError(f"{len(found)} {what} are more than the {MOST_NAMES} that one search may hold")
    return frozenset(found)


def _shown(name: str) -> str:
    return repr(name if len(name) <= 60 else f"{name[:57]}...")


def _perhaps(nearest: tuple[str, ...]) -> str:
    return f"; did you mean {' or '.join(nearest)}?" if nearest else ""
