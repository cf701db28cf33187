"""Places: ISO 3166 codes and named groups, from what people and feeds call them.

Countries are ISO 3166-1 alpha-2 ("DE"), subdivisions ISO 3166-2 ("US-CA"), groups lower case ("eu"), and "worldwide".
Cities are no places to search for: text may name them, and then they say which country.
"""

import re
from functools import cache

from babel import Locale, UnknownLocaleError
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from services.rules.lexicon.builder import any_of
from services.rules.places.data import PlaceKind, country_part, place_data
from services.rules.places.field import at_home, places_in_field
from services.rules.places.text import PlaceMention, find_places, kind_of
from services.rules.text import fold

__all__ = [
    "PlaceKind",
    "PlaceMention",
    "at_home",
    "canonical_place",
    "countries_of",
    "country_of",
    "find_places",
    "is_country",
    "is_group",
    "is_subdivision",
    "kind_of",
    "nearest_places",
    "place_name",
    "places_in_field",
]

WORLDWIDE = "worldwide"
_LONGEST = 200
"""Characters. No name of a place is longer, with what fields put around it."""
_NEAREST = 3

_CODE_BEHIND = re.compile(r"\(([A-Za-z]{2}(?:-[A-Za-z0-9]{1,3})?)\)\s*$")


def is_country(code: str) -> bool:
    """Whether a code is ISO 3166-1 alpha-2, or XK."""
    return code in place_data().countries


def is_subdivision(code: str) -> bool:
    """Whether a code is a country's first level in ISO 3166-2."""
    return code in place_data().subdivisions


def is_group(code: str) -> bool:
    """Whether a code is a named group of countries; `worldwide` is none."""
    return code != WORLDWIDE and code in place_data().members


def countries_of(group: str) -> frozenset[str]:
    """The countries of a group, ISO 3166-1 alpha-2; all of them for `worldwide`. Raises KeyError for anything else."""
    return place_data().members[group]


def country_of(subdivision: str) -> str:
    """The country that a subdivision belongs to. Raises ValueError for another code."""
    if not is_subdivision(subdivision):
        raise ValueError(f"{subdivision!r} is not a code of ISO 3166-2")
    return country_part(subdivision)


def canonical_place(text: str) -> str | None:
    """The code of what a whole field or a person calls a place, in any case and language.

    None for a city, for a name that means several places ("Georgia"), for several places, and for anything else.
    """
    if len(text) > _LONGEST:
        return None
    data = place_data()
    folded = fold(text)
    bare = folded.strip(" .,;:()[]")
    if bare in data.ambiguous:
        return None
    named = _code(text.strip()) or data.fields.get(folded) or data.fields.get(bare)
    coded = data.alpha3.get(bare.upper()) or _part_codes().get(bare)
    behind = _CODE_BEHIND.search(text)
    return named or coded or (_code(behind.group(1)) if behind else None) or _only_place(text)


def _code(text: str) -> str | None:
    data = place_data()
    if text.upper() in data.countries or text.upper() in data.subdivisions:
        return text.upper()
    return text.lower() if text.lower() in data.members else None


@cache
def _part_codes() -> dict[str, str]:
    """`tx`, `nsw`: codes of subdivisions in the countries that use them, as far as they are no country's."""
    data = place_data()
    codes: dict[str, str | None] = {}
    for code in data.subdivisions:
        country, _, part = code.partition("-")
        if country in data.coded and part not in data.countries:
            codes[part.lower()] = None if part.lower() in codes else code
    return {part: code for part, code in codes.items() if code}


def _only_place(text: str) -> str | None:
    """The one place that a composed field names: `California, USA`, `Germany (Remote)`."""
    found = find_places(text)
    if len(found) != 1 or found[0].kind == "city":
        return None
    rest = (text[: found[0].start], text[found[0].end :])
    return found[0].code if all(_around().fullmatch(part) for part in rest) else None


@cache
def _around() -> re.Pattern[str]:
    return re.compile(rf"[\W_]*(?:(?:{any_of('place.around', whole=False)}|100%)[\W_]*)*", re.IGNORECASE)


def nearest_places(text: str) -> tuple[str, ...]:
    """Names of known places for an unknown one, best first: what it may mean, where it lies, then the like spelt."""
    data = place_data()
    folded = fold(text[:_LONGEST])
    if not folded:
        return ()
    codes = list(data.ambiguous.get(folded, ()))
    for found in places_in_field(text[:_LONGEST]):
        codes += [found.subdivision, found.code] if found.subdivision else [found.code]
    spelt = [
        *process.extract(folded, _suggested(), scorer=OSA.normalized_similarity, limit=2 * _NEAREST, score_cutoff=0.6),
        *process.extract(folded, _suggested(), scorer=fuzz.WRatio, limit=2 * _NEAREST, score_cutoff=80.0),
    ]
    codes += [key for _, _, key in spelt]
    return tuple(dict.fromkeys(_disambiguated(code) for code in codes))[:_NEAREST]


@cache
def _suggested() -> dict[str, str]:
    """Code to folded English name, of what may be suggested."""
    data = place_data()
    parted = {country_part(sense.code) for _, sense in data.text if sense.kind == "subdivision"}
    parts = {code: name for code, name in data.subdivisions.items() if country_part(code) in parted}
    return {code: fold(name) for code, name in {**data.countries, **parts, **data.group_names}.items()}


def _disambiguated(code: str) -> str:
    name = place_name(code)
    return name if canonical_place(name) == code else f"{name} ({code})"


def place_name(code: str, locale: str = "en") -> str:
    """What to call a place in a language (BCP 47 or POSIX); English where the language has no name for it.

    A code that is not known is its own name.
    """
    data = place_data()
    english = data.countries.get(code) or data.subdivisions.get(code) or data.group_names.get(code) or code
    known = code if code in data.countries else data.group_locales.get(code)
    if known is None or locale == "en":
        return english
    return _territories(locale).get(known, english)


@cache
def _territories(locale: str) -> dict[str, str]:
    try:
        return dict(Locale.parse(locale.replace("-", "_")).territories)
    except (UnknownLocaleError, ValueError, TypeError):
        return {}
