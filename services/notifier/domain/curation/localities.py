"""Where within a country somebody would go to work: what their searches ask for or name, and where they live."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from schemas.criteria import Criteria
from services.rules.home import Home
from services.rules.places.distances import kilometres
from services.rules.places.known import country_of, find_places, is_subdivision
from services.rules.places.towns import Town, town_of, towns_in_sentence

_TO_WORK: Final = 80.0
"""Kilometres from a town that somebody names to where they would go to work."""


class Localities(NamedTuple):
    """Where within a country somebody would go to work, as far as a search asks for it or its name says it.

    Where they say that they live is such a place too.
    """

    towns: frozenset[Town] = frozenset()
    parts: frozenset[str] = frozenset()
    """Codes of states and the like."""

    def take_in(self, town: Town) -> bool:
        """Whether a town lies in or near one of them, as far as is known; any does in a country of which none is named.

        In which part of a country a town lies is known of few countries: in the others it may lie in one that is named.
        """
        near, parts = self._within(town.country)
        if not near and not parts:
            return True
        within = town.code in parts if town.state else not near
        return within or _near_any(near, town)

    def near(self, town: Town) -> bool:
        """Whether a town lies near one of them, be it beyond a border."""
        return _near_any(self.towns, town)

    def take_in_part(self, part: str) -> bool:
        """Whether a state or the like is named or may hold a named town; any does in a country of which none is."""
        country = country_of(part)
        towns, parts = self._within(country)
        named = {*parts, *(town.code for town in towns)}
        return not named or part in named or country in named

    def _within(self, country: str) -> tuple[list[Town], list[str]]:
        towns = [town for town in self.towns if town.country == country]
        return towns, [part for part in self.parts if country_of(part) == country]


def _near_any(centres: Iterable[Town], town: Town) -> bool:
    return any(kilometres(centre, town) <= _TO_WORK for centre in centres)


def together(several: Iterable[Localities]) -> Localities:
    """All of them."""
    several = tuple(several)
    return Localities(
        frozenset[Town]().union(*(localities.towns for localities in several)),
        frozenset[str]().union(*(localities.parts for localities in several)),
    )


@lru_cache(maxsize=4_096)
def localities_of(criteria: Criteria, name: str) -> Localities:
    """Towns that a search asks to be near or that its name says, as in "Sales in Bristol", and parts of countries."""
    near, named = filter(None, (town_of(circle.town) for circle in criteria.near)), _named_localities(name)
    return Localities(named.towns.union(near), named.parts.union(filter(is_subdivision, criteria.places)))


@lru_cache(maxsize=4_096)
def _named_localities(name: str) -> Localities:
    """Those that a search's name says; many are called alike."""
    parts = (place.code for place in find_places(name) if place.kind == "subdivision")
    return Localities(frozenset(towns_in_sentence(name, ())), frozenset(parts))


def localities_of_home(home: Home | None) -> Localities:
    """Where somebody lives; none where they say no town and no state."""
    if home is None:
        return Localities()
    return Localities(frozenset(filter(None, (home.town,))), frozenset(filter(None, (home.state,))))
