"""Towns: what people and postings call them, told apart by what stands beside the name.

A town is known by GeoNames' id, and by a label that no other one has: `Cambridge, US-MA`.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache, lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.rules.lexicon.builder import any_of
from services.rules.places.codes import state_codes
from services.rules.places.data import country_part, place_data
from services.rules.places.distances import kilometres
from services.rules.places.known import (
    PlaceMention,
    canonical_place,
    find_places,
    is_country,
    is_subdivision,
    places_in_field,
)
from services.rules.places.other_names import called_abroad, town_abroad, town_in_short
from services.rules.places.parts import is_own_part, towns_by_part
from services.rules.places.seats import seats_in
from services.rules.places.told import codes_beside, codes_of, several_beside
from services.rules.places.town_data import LARGE, SMALL, Town, called, called_loosely, labelled, leading, likely, towns
from services.rules.text import fold

__all__ = [
    "CITY_STATES",
    "Town",
    "is_itself",
    "is_named",
    "label_of",
    "nearest_towns",
    "town_abroad",
    "town_in_short",
    "town_name",
    "town_of",
    "town_of_mention",
    "towns_in_field",
    "towns_in_sentence",
    "towns_meant",
]

MOST: Final = 8
"""Towns that a posting may keep."""
_LONGEST: Final = 200
_NEAREST: Final = 3
CITY_STATES: Final = frozenset({"GI", "HK", "LU", "MC", "MO", "SG"})
"""Countries whose name means a town too."""
_PARTS: Final = re.compile(r"\s*[,()\[\]:]\s*|\s+[-–—]\s+")
_STATE_BEHIND: Final = re.compile(r"(?<=[a-zà-ÿ.])[ -](?=[A-Z]{2,3}(?:\s+\d{4,5})?(?:$|,))")
"""`Sydney NSW`, `Barueri-SP, Brasil`."""
_PART: Final = 100.0
"""Kilometres between a town and the one after which the part is called that it lies in."""
_MOST_WORDS: Final = 4
_SHORTEST: Final = 4
"""Letters of a name; fewer are a code."""


def town_of(label: str) -> Town | None:
    """The town with a label."""
    return labelled(label)


def label_of(number: int) -> str | None:
    """The label of an id; None where a later release knows more towns."""
    town = towns().by_id.get(number)
    return town.label if town else None


def known_towns(numbers: Iterable[int]) -> list[Town]:
    """The towns with these ids, in their order; a later release may know more of them."""
    known = towns().by_id
    return [known[number] for number in numbers if number in known]


def town_name(town: Town, language: str) -> str:
    """What a town is called in a language (ISO 639-1); its name in the table where no other is known."""
    return place_data().town_names.get(town.label, {}).get(language, town.name)


def is_named(town: Town, text: str) -> bool:
    """Whether a text calls a town by its name in any language."""
    names = {fold(name) for name in (town.name, *place_data().town_names.get(town.label, {}).values())}
    words = "|".join(map(re.escape, sorted(names)))
    return re.search(rf"(?<!\w)(?:{words})(?!\w)", fold(text)) is not None


def towns_meant(said: str) -> tuple[Town, ...]:
    """What a person may mean by `Munich`, `Cambridge, MA` or `Halle, Germany`: one town, several, or none."""
    if known := town_of(said):
        return (known,)
    if len(said) > _LONGEST:
        return ()
    name, _, beside = said.partition(",")
    found = called(name) or called_abroad(name)
    told = beside.strip()
    found = _within(found, frozenset[str]().union(*map(codes_of, beside.split(",")))) if told else likely(found)
    if meant := leading(found):
        return meant
    own = tuple(town for town in found if fold(town.name).startswith(fold(name)))
    return own or found


def nearest_towns(said: str) -> tuple[str, ...]:
    """Labels of the towns that are spelt most like an unknown one."""
    known = towns().named
    spelt = process.extract(fold(said.partition(",")[0][:_LONGEST]), known.keys(), scorer=OSA.normalized_similarity,
                            limit=_NEAREST, score_cutoff=0.6)  # fmt: skip
    return tuple(dict.fromkeys(known[name][0].label for name, _, _ in spelt))


def towns_in_field(text: str, countries: Collection[str] = ()) -> tuple[Town, ...]:
    """The towns that a field of places names, in order.

    `countries` are those of the posting, which tell namesakes apart where nothing in the field does.
    """
    return _in_field(text, tuple(sorted(countries))) if len(text) <= _LONGEST else ()


@lru_cache(maxsize=8192)
def _in_field(text: str, countries: tuple[str, ...]) -> tuple[Town, ...]:
    found: dict[Town, None] = {}
    for item in _items().split(text):
        parts = [item] if called(item) else list(filter(None, map(_bare, _PARTS.split(_STATE_BEHIND.sub(", ", item)))))
        found.update(dict.fromkeys(_in_item(parts, countries) or _among_words(text, item, countries)))
    places = places_in_field(text)
    if all(
        place.kind != "city" for place in places
    ):  # `Houston, MS`, where states stand beside names of none of theirs
        states = {place.code for place in places if place.kind == "subdivision"}
        parted = set(map(country_part, states)) & place_data().coded
        found = {town: None for town in found if town.country not in parted or town.code in states}
    return tuple(found)[:MOST]


def _among_words(text: str, item: str, countries: tuple[str, ...]) -> list[Town]:
    """The town that a part of a field names among other words: `Nimbus Minsk`, `Auckland CBD`, `NYC Office`.

    No small one; none outside the countries of the field or posting, and only a large one where there are none; none
    whose name goes on, and none beside another state than its own. A hospital is in the town that it is called after
    only if that is the one of its name: `Riverside Methodist Hospital` is not in California.
    """
    wide = {place.code for place in places_in_field(text) if place.kind in ("country", "subdivision")}
    within = {*map(country_part, wide), *countries}
    mentions = find_places(item, cities=True)
    states = {mention.code for mention in mentions if mention.kind == "subdivision"}
    found = []
    for mention in mentions:
        town = town_of_mention(mention) or _in_other_words(mention)
        if town is None or town.thousands < SMALL or not states <= {town.code}:
            continue
        if fold(item) in place_data().doubtful and not item.isupper():
            continue
        if _goes_on_before().search(item[: mention.start]) or _goes_on().match(item, mention.end):
            continue
        if _organisation().match(item, mention.end) and _has_namesake(town):
            continue
        if town.country in within or (not within and town.thousands >= LARGE):
            found.append(town)
    return found


def _has_namesake(town: Town) -> bool:
    """Whether its country has another town of its name."""
    return sum(other.country == town.country for other in called(town.name)) > 1


@cache
def _organisation() -> re.Pattern[str]:
    return re.compile(rf"(?: \w+){{0,2}} {any_of('place.organisation')}", re.IGNORECASE)


def _in_other_words(mention: PlaceMention) -> Town | None:
    """The town of a city that the table has under another name: `Jakarta Barat`, `Krakowie`."""
    name = mention.text[: (mention.name_end or mention.end) - mention.start]
    return town_in_short(name) if mention.kind == "city" else None


@cache
def _goes_on_before() -> re.Pattern[str]:
    return re.compile(rf"{any_of('place.name_before')} $", re.IGNORECASE)


@cache
def _goes_on() -> re.Pattern[str]:
    """A name that goes on is another one: `Sutton-in-Ashfield`, `801 S Milwaukee Ave`."""
    return re.compile(
        rf"-{any_of('place.name_joint')}-| {any_of('place.name_behind')}| (?:\w+ )?{any_of('place.street')}",
        re.IGNORECASE,
    )


@cache
def _items() -> re.Pattern[str]:
    joint = any_of("joint.and", "joint.or", "joint.own.and", "joint.own.or")
    return re.compile(rf"\s*[;|/\n•]\s*|\s+{joint}\s+|\s+&\s+")


@cache
def _frame() -> re.Pattern[str]:
    return re.compile(rf"{any_of('place.frame')}|\b\d{{1,6}}\b|\b\d{{1,2}}[a-zè]{{1,3}}\b|[^\w\s.'-]", re.IGNORECASE)


@cache
def _named_after() -> re.Pattern[str]:
    before, article = any_of("place.town_before"), any_of("place.town_article")
    return re.compile(rf"{before}\s+(?:{article}\s+)?(?P<name>[A-ZÀ-Þ][\w'’.-]+(?:[ -][\w'’-]+){{0,3}})")


def _bare(part: str) -> str:
    if part in state_codes():
        return part  # IN is no word
    return " ".join(_frame().sub(" ", part).split())


def _in_item(parts: Sequence[str], countries: tuple[str, ...]) -> list[Town]:
    """A town, with what it lies in beside it; or several, where what stands beside one is another."""
    codes = codes_beside(parts)
    lists_towns = all(not codes_of(part) or _is_town_itself(part) for part in parts)
    found: list[Town] = []
    for part, behind in zip(parts, (*parts[1:], ""), strict=False):
        own, wide = called(part) or _called_in_other_words(part), canonical_place(part)
        if wide is not None:
            if any(town.code == wide for town in found):
                continue  # `Buffalo, New York`
            beside = frozenset[str]().union(*(codes_of(other) for other in parts if other != part))
            by_code = behind in state_codes()
            own = tuple(
                town
                for town in own
                if is_itself(town, wide)
                or (_is_namesake(town, wide, beside) and (by_code or town.thousands >= SMALL or is_country(wide)))
            )
            if by_code and not is_own_part(behind, country_part(wide), wide):
                own = _within(own, codes_of(behind))  # `Vienna, VA`
        elif len(parts) > 1 and part.isupper() and len(part) <= 3:
            continue
        if not codes:
            meant = _alone(part, own, countries)
        else:
            meant = _within(own, codes) or (() if wide else _within(called_loosely(part), codes))
            if not meant and not wide and lists_towns:
                # What stands beside it are towns that are called as their country or state: `London, Berlin, Paris`.
                meant = tuple(town for town in _alone(part, own, countries) if town.thousands >= LARGE)
        if not meant and not wide:
            meant = next(filter(None, (towns_by_part(code, own) for code in parts if code != part)), ())
        if meant:
            found.append((leading(meant) or meant)[0])
    kept = [
        town
        for before, town in zip((None, *found), found, strict=False)
        if not _is_part_of(before, town) and (codes or not _is_namesake_abroad(before, town))
    ]
    return kept or seats_in(parts, codes or several_beside(parts))


def _is_town_itself(part: str) -> bool:
    """Whether a part names a country or a part of one after its town: `Berlin`, `New York`, `Singapore`."""
    wide = canonical_place(part)
    return wide is not None and any(is_itself(town, wide) for town in called(part))


def _is_part_of(before: Town | None, capital: Town) -> bool:
    """Whether the name of a town is of the part of its country that the town before it lies in: `Getafe, Madrid`."""
    capitals = place_data().capitals
    if before is None or before == capital or before.label in capitals or capital.label not in capitals:
        return False
    return before.country == capital.country and kilometres(before, capital) <= _PART


def _is_namesake_abroad(before: Town | None, town: Town) -> bool:
    """Whether a name behind a town is rather of the part that this lies in than of a smaller town of another country,
    where nothing tells the country: `Trujillo, La Libertad`.
    """
    return before is not None and before.country != town.country and town.thousands < min(LARGE, before.thousands)


def _called_in_other_words(part: str) -> tuple[Town, ...]:
    mentions = [mention for mention in find_places(part, cities=True) if mention.text == part]
    return tuple(filter(None, map(_in_other_words, mentions)))


def towns_in_sentence(text: str, countries: Collection[str]) -> tuple[Town, ...]:
    """The towns in which a sentence says that work is done, of countries that are known."""
    mentions = find_places(text)
    found = dict.fromkeys(town for mention in mentions if (town := town_of_mention(mention)))
    if found or not countries:
        return tuple(found)[:MOST]
    for match in _named_after().finditer(text):
        words = match["name"].rstrip(".'’").split(" ")
        codes = frozenset(countries).union(
            m.code for m in mentions if m.kind == "subdivision" and m.start <= match.end() + 2 and m.end > match.end()
        )
        for count in range(min(len(words), _MOST_WORDS), 0, -1):
            name = " ".join(words[:count])
            meant = () if _is_a_word(name) else _within(called(name), codes)
            if meant and meant[0].thousands < SMALL and (name in place_data().never or words[count : count + 1]):
                continue
            if meant and fold(meant[0].name).startswith(fold(words[0])[:3]):
                found[meant[0]] = None
                break
    return tuple(found)[:MOST]


def town_of_mention(mention: PlaceMention) -> Town | None:
    """The town that a text names; None where it names another place, or a town that the table lacks."""
    if mention.kind != "city" and not (mention.kind == "subdivision" and "," in mention.text):  # `Washington, D.C.`
        return None
    name = mention.text[: (mention.name_end or mention.end) - mention.start].partition(",")[0]
    return next(iter(_within(called(name), frozenset({mention.subdivision or mention.code, mention.code}))), None)


def is_itself(town: Town, wide: str) -> bool:
    """Whether a name of a country or a part of one, such as `New York` or `Hamburg`, may mean this town too."""
    if is_subdivision(wide):
        return town.code == wide or (town.state is None and town.country == country_part(wide))
    return wide in CITY_STATES and town.country == wide


def _is_namesake(town: Town, wide: str, beside: frozenset[str]) -> bool:
    """Whether a town, with what it lies in beside it, is called like a country abroad in some language, `Poole, GB`,
    `Lebanon, PA`, or like another state of its country: `Delaware, OH`. In a country with states these must tell it, a
    small town by their code: `California, Maryland` lists states."""
    if town.code not in beside or len(town.name) < _SHORTEST:
        return False
    if is_subdivision(wide):
        states = {code for code in beside if is_subdivision(code)}
        return country_part(wide) == town.country and wide not in states and len(states) == 1
    return country_part(wide) not in set(map(country_part, beside))


def _within(found: Sequence[Town], codes: frozenset[str]) -> tuple[Town, ...]:
    """Those in the states that are named, else in the countries, the largest first.

    With another state of its country beside it only a large one is meant, as of a list: `New Albany, Ohio, USA` is none
    in Indiana.
    """
    narrow = tuple(town for town in found if town.state and town.code in codes)
    told = {country_part(code) for code in codes if is_subdivision(code)} & place_data().coded
    return narrow or tuple(
        town for town in found if town.country in codes and (town.country not in told or town.thousands >= LARGE)
    )


def _alone(part: str, found: Sequence[Town], countries: tuple[str, ...]) -> tuple[Town, ...]:
    """What a name means with nothing beside it, among the posting's countries where there are any."""
    inside = tuple(town for town in likely(found) if not countries or town.country in countries)
    lone = place_data().lone.get(fold(part)) if len(inside) > 1 else None
    if lone == "" or fold(part) in place_data().never or (_is_a_word(part) and not countries):
        return ()
    if lone and (meant := tuple(town for town in inside if town.code in (lone, country_part(lone)))):
        return meant[:1]
    return leading(inside)


def _is_a_word(name: str) -> bool:
    return fold(name) in place_data().doubtful or len(name) < _SHORTEST
