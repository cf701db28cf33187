"""What stands beside the places that a sentence names: their state, and work from home that will do as well."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from services.rules.lexicon.builder import any_of
from services.rules.places.data import country_part, place_data
from services.rules.places.known import PlaceMention, canonical_place, country_of, is_subdivision, place_name
from services.rules.places.towns import CITY_STATES, Town, town_in_short, town_of_mention, towns_meant
from services.rules.roles.taxonomy import roles
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import fold
from services.usecases.wishes.ways import ways


class NamedPlace(NamedTuple):
    start: int
    end: int
    code: str
    """Of a town its country's, or its state's where that is known."""
    town: Town | None = None
    """None where the table lacks it."""
    is_town: bool = True
    km: int | None = None
    """Of an area, round its town."""


def place_of_mention(mention: PlaceMention, text: str = "") -> NamedPlace:
    """A place, or a town, which "São Paulo" is before it is a state; but "au Québec" is the province."""
    led, part = _patterns().part_before.search(text[: mention.start]), canonical_place(mention.text) or ""
    if led and is_subdivision(part):
        return NamedPlace(led.start(), mention.end, part, is_town=False)
    town = town_of_mention(mention) or (town_in_short(mention.text) if mention.kind == "city" else None)
    if mention.kind == "subdivision" and town is None:
        called = (town for town in towns_meant(mention.text) if fold(town.name) == fold(mention.text))
        town = next((town for town in called if town.code in (mention.code, country_of(mention.code))), None)
    code = town.code if town else mention.subdivision if mention.kind == "city" else mention.code
    return NamedPlace(
        mention.start, mention.end, code or mention.code, town, is_town=mention.kind == "city" or bool(town)
    )


def without_towns_within(text: str, named: Sequence[NamedPlace]) -> list[NamedPlace]:
    """Each place but a town beside a wider one that will do as well, all of which is wanted: "Lyon or in France"."""
    wider = [place for place in named if not place.is_town]
    between = (
        (town, text[town.end : place.start]) for place in wider for town in named if holds(place.code, town.code)
    )
    within = {town for town, joint in between if town.is_town and _patterns().or_in.fullmatch(joint)}
    return [place for place in named if place not in within]


def without_own_states(text: str, named: Sequence[NamedPlace]) -> list[NamedPlace]:
    """Each place but the state behind its town, beyond which one works from home: "Tampa Florida or remote"."""
    found: list[NamedPlace] = []
    for place in named:
        town = found[-1].town if found else None
        joint = text[found[-1].end : place.start].strip() if found else ""
        if town and not place.is_town and joint in ("", ",") and place.code in (town.code, town.country):
            found[-1] = found[-1]._replace(end=place.end)
        else:
            found.append(place)
    return found


def region_beside_remote(text: str, named: Sequence[NamedPlace]) -> NamedPlace | None:
    """The state or country in which one works, where work from home beyond it will do: "Texas or remote US".

    What is open to all who live beyond it is open to whoever lives there. Of a city the town is meant.
    """
    small = text.lower()
    for at, place in enumerate(named):
        remote = ways().or_remote.search(small, place.end)
        if place.town or remote is None or small[place.end : remote.start()].strip(" ,"):
            continue
        if all(holds(other.code, place.code) for other in named[at + 1 :]):
            return place
        if place.code in CITY_STATES and (town := next(iter(towns_meant(place_name(place.code))), None)):
            return place._replace(town=town, is_town=True)
    return None


def holds(wide: str, code: str) -> bool:
    """Whether a place is another one, or the country or part of the world that it lies in."""
    country = country_part(code)
    return wide in (code, country) or country in place_data().members.get(wide, ())


def is_beside_remote(text: str, towns: Sequence[NamedPlace]) -> bool:
    """Whether there is an "or" between work from home and a town: "Leeds or remote", "remote in Spain or Malaga"."""
    small, known = text.lower(), _patterns().choice
    if towns and ways().or_remote.search(small):
        return True
    reached = 0
    for place in towns:
        remote = list(ways().wanted["remote"].finditer(small, reached, place.start))
        if remote and known.search(small, remote[-1].end(), place.start):
            return True
        reached = place.end
    return False


class _Patterns(NamedTuple):
    choice: re.Pattern[str]
    or_in: re.Pattern[str]
    """Between a place and a wider one that will do as well."""
    part_before: re.Pattern[str]
    """Ends right before the name of a part of a country, which may be a town's too."""


@cache
def _patterns() -> _Patterns:
    choice, leads = any_of("joint.or", "joint.own.or"), any_of("place.town_before", "wish.leads", "wish.idle")
    return _Patterns(
        choice=re.compile(choice),
        or_in=re.compile(rf",? {choice} (?:{leads} )*", re.IGNORECASE),
        part_before=re.compile(rf"(?<!\w){any_of('wish.part_before')} $", re.IGNORECASE),
    )


def tools_with_capitals(words: Iterable[str]) -> dict[str, str]:
    """Of words those that begin with a capital and are the name of a tool, which a town may have too."""
    named = ((word, taxonomy().canonical(word)) for word in words if word[0].isupper())
    return {word: name for word, name in named if name and taxonomy().is_tool(name)}


@cache
def words_of_titles() -> frozenset[str]:
    """Those of titles of several words, in small letters, and each with the word before it."""
    called = (title for role in roles() for titles in role.titles.values() for title in titles)
    words = [title.lower().split() for title in called if " " in title]
    pairs = (f"{before} {word}" for some in words for before, word in pairwise(some))
    return frozenset([*(word for some in words for word in some), *pairs])
