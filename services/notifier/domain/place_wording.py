"""Names of places in the reader's language."""

from collections.abc import Mapping, Sequence

from services.notifier.domain.words import Words, mark
from services.rules.phrases import place_phrase
from services.rules.place_data import place_data

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
    "visegrad": mark("the Visegrád countries"),
    "pacific-islands": mark("the Pacific islands"),
    "maghreb": mark("the Maghreb"),
    "caucasus": mark("the Caucasus"),
    "brics": mark("BRICS"),
    "five-eyes": mark("the Five Eyes countries"),
}
"""Groups that CLDR, and so Babel, has no name of."""
_MOST_PLACES = 4


def place_in_words(code: str, words: Words) -> str:
    """A country, part of one, or group; parts of countries have English names only."""
    if code in GROUPS and code not in place_data().group_locales:
        return words.say(GROUPS[code])
    return place_phrase(code, words.locale)


def any_of(codes: Sequence[str], words: Words) -> str:
    """`Germany, Austria or Spain`; of many, how many more there are."""
    names = [place_in_words(code, words) for code in codes]
    if len(names) <= _MOST_PLACES:
        return words.either(names)
    rest = len(names) - _MOST_PLACES + 1
    some = ", ".join(names[: _MOST_PLACES - 1])
    return words.count("{some} or {count} other place", "{some} or {count} other places", rest, some=some)
