"""Places in a field of places: what it is as a whole, in any language, else what it names in parts.

An address ends with its country, and all that it names lies there: `Halifax, GB` is not in Canada.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from services.rules.lexicon.builder import any_of
from services.rules.places.codes import state_codes
from services.rules.places.data import country_part, place_data
from services.rules.places.parts import towns_by_part
from services.rules.places.text import PlaceMention, find_places, kind_of
from services.rules.places.town_data import FAR_LARGER, LARGE, Town, called, towns
from services.rules.text import fold

_MOST_KEPT = 200
"""Characters of a field whose places are remembered: feeds repeat the same few thousand."""
_LAST = re.compile(r",\s*(?P<last>[^,]{2,60}?)[\s.]*$")


def places_in_field(text: str) -> tuple[PlaceMention, ...]:
    """Every place that a field of places names, in order."""
    return _remembered(text) if len(text) <= _MOST_KEPT else _in_one_country(text, find_places(text, cities=True))


@lru_cache(maxsize=8192)
def _remembered(text: str) -> tuple[PlaceMention, ...]:
    code = place_data().fields.get(fold(text))
    if code is None:
        return _in_one_country(text, find_places(text, cities=True))
    if code in place_data().subdivisions and (cities := find_places(text, cities=True)):
        return cities  # Hamburg and New York are cities before they are states
    return (PlaceMention(code, kind_of(code), 0, len(text), text),)


def at_home(place: PlaceMention, country: str | None) -> PlaceMention:
    """The town of a country that is called like one abroad, where nothing beside the name says which is meant.

    One that is far larger is meant wherever the reader is: `Paris` is not in Texas. So is one whose size
    is not known.
    """
    alone = place.kind == "city" and place.name_end in (0, place.end) and "," not in place.text
    if country is None or not alone or country_part(place.code) == country:
        return place
    namesakes = towns().named.get(fold(place.text), ())
    own, abroad = (max((town.thousands for town in _in(namesakes, of)), default=0) for of in (country, place.code))
    if not 0 < abroad <= own * FAR_LARGER:
        return place
    return _own(place, country, set(), set()) or place


def _in_one_country(text: str, mentions: Sequence[PlaceMention]) -> tuple[PlaceMention, ...]:
    """What lies in the country that ends an address, and that country where nothing else does.

    A list of countries or groups is no address. A large town abroad that has no namesake in the country is part of a
    list too, where a town of the country stands beside it: `London, Paris, FR`.
    """
    last = _LAST.search(text)
    country = _country(last["last"]) if last else None
    if last and country:
        country = _by_part(text[: last.start()], last["last"]) or country
    if last is None or country is None or any(mention.kind in ("group", "worldwide") for mention in mentions):
        return tuple(mentions)
    parts = [part for part in map(str.strip, _apart().split(text[: last.start()])) if part]
    if any(_country(part) not in (None, country) and not _is_town(part, country) for part in parts):
        return tuple(mentions)
    inside = [place for place in mentions if country_part(place.code) == country]
    states = {place.code for place in inside if place.kind == "subdivision"}
    listed = {fold(part) for part in parts} if any(place.kind == "city" for place in inside) else set[str]()
    kept = [own for place in mentions if (own := place if place in inside else _own(place, country, states, listed))]
    return tuple(kept) or (PlaceMention(country, "country", last.start("last"), last.end("last"), last["last"]),)


def _by_part(before: str, code: str) -> str | None:
    """The country of the town before a code that is of one of its parts: `Zollikofen, BE` is not in Belgium."""
    town = _apart().split(before)[-1].strip()
    return next((own.country for own in towns_by_part(code, called(town))), None)


def _own(abroad: PlaceMention, country: str, states: set[str], listed: set[str]) -> PlaceMention | None:
    """The place of the country, or of its states if any are named, that is called like one abroad; the one abroad where
    it is meant."""
    if abroad.kind != "city":
        return None
    name = fold(abroad.text[: (abroad.name_end or abroad.end) - abroad.start])
    namesakes = towns().named.get(name, ())
    if own := next((town for town in _in(namesakes, country) if not states or town.code in states), None):
        return replace(abroad, code=country, subdivision=own.code if own.state else None)
    large = any(town.thousands >= LARGE for town in _in(namesakes, abroad.code))
    return abroad if large and name in listed else None


def _in(found: Sequence[Town], country: str) -> Iterator[Town]:
    return (town for town in found if town.country == country)


def _is_town(part: str, country: str) -> bool:
    """Whether a country has a town that another language calls a country, `Poole, GB`; of states alone one is told by
    its state."""
    return country not in place_data().coded and any(_in(towns().named.get(fold(part), ()), country))


def _country(part: str) -> str | None:
    """The country, or the group, that a part of a field is as a whole; a code that may be a state's too is none."""
    if part in place_data().countries:
        return None if part in state_codes() else part
    code = place_data().fields.get(fold(part))
    if code is None:
        named = (place.code for place in find_places(part) if place.text == part and place.kind in ("country", "group"))
        code = next(named, None)
    return None if code in place_data().subdivisions else code


@cache
def _apart() -> re.Pattern[str]:
    joint = any_of("joint.and", "joint.or", "joint.own.and", "joint.own.or")
    return re.compile(rf"[,;|/\n•()&+]|\s[-–—]\s|\s{joint}\s", re.IGNORECASE)
