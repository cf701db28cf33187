"""Names of places in the reader's language."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from schemas.posting import Reach
from services.rules.places.data import country_part, place_data
from services.rules.places.known import countries_of, is_group, is_subdivision, place_name
from services.rules.places.towns import known_towns, town_name, town_of
from services.wording.lines import listed
from services.wording.words import Words, mark

_WITH_ARTICLE: Final = frozenset([
    "AE", "BS", "CF", "DO", "GB", "GM", "KM", "MH", "MV", "NL", "PH", "SB", "US",
    "eu", "eea", "americas", "middle-east", "nordics", "baltics", "balkans", "caribbean", "caucasus", "gcc", "cis",
])  # fmt: skip


@lru_cache(maxsize=4_096)
def _place_phrase(code: str, locale: str = "en") -> str:
    """A place's name with its article where English has one: `the Netherlands`, `Germany`."""
    name = place_name(code, locale)
    return f"the {name}" if code in _WITH_ARTICLE and locale.startswith("en") else name


GROUPS: Mapping[str, str] = {
    "worldwide": mark("anywhere"),
    "eea": mark("the European Economic Area"),
    "western-europe": mark("Western Europe"),
    "eastern-europe": mark("Eastern Europe"),
    "northern-europe": mark("Northern Europe"),
    "southern-europe": mark("Southern Europe"),
    "cee": mark("Central and Eastern Europe"),
    "central-europe": mark("Central Europe"),
    "emea": mark("Europe, the Middle East and Africa"),
    "middle-east": mark("the Middle East"),
    "mena": mark("the Middle East and North Africa"),
    "gcc": mark("the Gulf states"),
    "dach": mark("Germany, Austria and Switzerland"),
    "nordics": mark("the Nordic countries"),
    "scandinavia": mark("Scandinavia"),
    "benelux": mark("Benelux"),
    "baltics": mark("the Baltic states"),
    "balkans": mark("the Balkans"),
    "iberia": mark("Iberia"),
    "uk-and-ireland": mark("the UK and Ireland"),
    "sub-saharan-africa": mark("Sub-Saharan Africa"),
    "north-africa": mark("North Africa"),
    "west-africa": mark("West Africa"),
    "east-africa": mark("East Africa"),
    "southern-africa": mark("Southern Africa"),
    "central-asia": mark("Central Asia"),
    "apac": mark("Asia-Pacific"),
    "anz": mark("Australia and New Zealand"),
    "cis": mark("the CIS"),
    "schengen": mark("the Schengen area"),
    "visegrad": mark("the Visegrád countries"),
    "pacific-islands": mark("the Pacific islands"),
    "maghreb": mark("the Maghreb"),
    "caucasus": mark("the Caucasus"),
    "brics": mark("BRICS"),
    "five-eyes": mark("the Five Eyes countries"),
}
"""Groups that CLDR, and so Babel, has no name of."""
_MOST_PLACES = 4
_MOST_PARTS = 3
"""Parts of one country that are named one by one."""


def worth_naming(reach: Reach) -> tuple[str, ...]:
    """The places of a reach, as `each_once`."""
    return each_once((*reach.groups, *reach.countries, *reach.subdivisions))


@lru_cache(maxsize=8_192)
def each_once(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Groups, countries and parts of countries, each once: a place goes without saying beside a group that holds it, or
    beside parts of it."""
    groups, countries, parts = list[str](), list[str](), list[str]()
    for code in codes:
        (groups if is_group(code) else parts if is_subdivision(code) else countries).append(code)
    widest = [code for code in groups if not any(_ground(code) < _ground(other) for other in groups)]
    grouped = frozenset[str]().union(*map(_ground, widest))
    parted = set(map(country_part, parts))
    return (*widest, *(code for code in countries if code not in grouped and code not in parted), *parts)


def shares_ground(place: str, others: Iterable[str]) -> bool:
    """Whether a place and one of the others have a country in common."""
    return any(_ground(place) & _ground(other) for other in others)


def lies_in(place: str, others: Iterable[str]) -> bool:
    """Whether a place is one of the others or a part of one."""
    return any(
        other in (place, country_part(place)) or (is_group(other) and _ground(place) <= _ground(other))
        for other in others
    )


@lru_cache(maxsize=4_096)
def _ground(place: str) -> frozenset[str]:
    """The countries of a place. A code that is not known, as a later release may write, is one of its own."""
    return countries_of(place) if is_group(place) else frozenset({country_part(place)})


def place_in_words(code: str, words: Words) -> str:
    """A country, part of one, or group; parts of countries have English names only."""
    if code in GROUPS and code not in place_data().group_locales:
        return words.say(GROUPS[code])
    return _place_phrase(code, words.locale)


def town_in_words(label: str, words: Words) -> str:
    """A town as it is called in the reader's language, without what it lies in."""
    town = town_of(label)
    return town_name(town, words.language) if town else label


def towns_in_words(towns: Sequence[int], words: Words, own: Sequence[str] = (), *, abroad: bool = True) -> str:
    """`Augsburg, Germany`; of several, `Augsburg or Munich`, those in `own` places first; of many, how many more.

    `abroad`: whether the country of a single one is to be named.
    """
    known = known_towns(towns)
    known.sort(key=lambda town: _rank(town.code, own))
    if len(known) == 1 and abroad:
        town, where = town_name(known[0], words.language), place_name(known[0].code, words.locale)
        return town if town == where else f"{town}, {where}"
    return listed([town_name(town, words.language) for town in known], words, either=True, most=_MOST_PLACES)


def places_listed(codes: Iterable[str], words: Words, *, either: bool = False) -> str:
    """`Germany, Austria and Spain`; of many, how many more there are."""
    return listed([place_in_words(code, words) for code in codes], words, either=either)


def any_of(codes: Sequence[str], words: Words, own: Sequence[str] = ()) -> str:
    """`Germany, Austria or Spain`; of many, how many more there are; of many parts of one country, how many.

    `own` places stand first, in their order.
    """
    names = _names(codes, words, own)
    if len(names) <= _MOST_PLACES:
        return words.either(names)
    rest = len(names) - _MOST_PLACES + 1
    some = ", ".join(names[: _MOST_PLACES - 1])
    return words.count("{some} or {count} other place", "{some} or {count} other places", rest, some=some)


def _rank(code: str, own: Sequence[str]) -> int:
    """Where a place stands among `own` ones, else behind them; part of one counts as that."""
    return next((at for at, place in enumerate(own) if code == place or country_part(code) == place), len(own))


def _names(codes: Sequence[str], words: Words, own: Sequence[str]) -> list[str]:
    parts = Counter(country_part(code) for code in codes if is_subdivision(code) and code not in own)
    many = {country: count for country, count in parts.items() if count > _MOST_PARTS}
    alone = [code for code in codes if not is_subdivision(code) or code in own or country_part(code) not in many]
    named = [(_rank(code, own), place_in_words(code, words)) for code in alone]
    some = {country_part(code) for code in own if is_subdivision(code)}
    for country, count in many.items():
        named.append((_rank(country, own), _parts(country, count, words, more=country in some)))
    return [name for _, name in sorted(named, key=lambda entry: entry[0])]


def _parts(country: str, count: int, words: Words, *, more: bool) -> str:
    """How many parts of a country there are; `more`: beside some that are named."""
    name = place_in_words(country, words)
    if more:
        return words.count("{country} ({count} more region)", "{country} ({count} more regions)", count, country=name)
    return words.count("{country} ({count} region)", "{country} ({count} regions)", count, country=name)
