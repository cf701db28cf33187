"""What stands beside the places that a sentence names: their state, and work from home that will do as well."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from services.rules.lexicon.builder import any_of
from services.rules.places.data import country_part, place_data
from services.rules.places.known import place_name
from services.rules.places.towns import CITY_STATES, Town, towns_meant
from services.rules.roles.taxonomy import roles
from services.rules.skills.taxonomy import taxonomy
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
    small, known = text.lower(), _choice()
    if towns and ways().or_remote.search(small):
        return True
    reached = 0
    for place in towns:
        remote = list(ways().wanted["remote"].finditer(small, reached, place.start))
        if remote and known.search(small, remote[-1].end(), place.start):
            return True
        reached = place.end
    return False


@cache
def _choice() -> re.Pattern[str]:
    return re.compile(any_of("joint.or", "joint.own.or"))


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
