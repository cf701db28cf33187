"""Whether a posting's reach takes in the places of a search."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache

from schemas.criteria import Criteria
from schemas.posting import Reach
from services.rules.places.data import place_data
from services.rules.places.known import countries_of, country_of, is_country, is_group, is_subdivision

WORLDWIDE = "worldwide"


def deciding(criteria: Criteria) -> tuple[str, ...]:
    """The places that decide: `worldwide` says nothing more beside a real place, where every worldwide posting is
    welcome already unless it rules that place out.

    Whoever works from home is in one place, so that where only remote work is asked for `europe` says nothing more
    beside `PL` either.
    """
    return _deciding(criteria.places, works_from_home(criteria))


def works_from_home(criteria: Criteria) -> bool:
    """Whether a search asks for remote work alone, or for what may be that."""
    return "remote" in criteria.workplace and set(criteria.workplace) <= {"remote", "unknown"}


def narrowest(places: tuple[str, ...]) -> tuple[str, ...]:
    """Places without those that hold another one."""
    return tuple(place for place in places if not any(holds(place, other) for other in places if other != place))


def holds(outer: str, inner: str) -> bool:
    """Whether whatever takes in `inner` takes in `outer` too, so that beside it `inner` asks for nothing more."""
    if is_group(outer):
        if not is_group(inner):
            return (country_of(inner) if is_subdivision(inner) else inner) in countries_of(outer)
        # Two names of one set of countries hold each other: the first by name stays.
        mine, other = countries_of(outer), countries_of(inner)
        return other < mine or (other == mine and outer < inner)
    return is_country(outer) and is_subdivision(inner) and country_of(inner) == outer


@lru_cache(maxsize=8192)
def _deciding(places: tuple[str, ...], at_home: bool) -> tuple[str, ...]:
    named = tuple(place for place in places if place != WORLDWIDE)
    return (narrowest(named) if at_home else named) or places


@dataclass(frozen=True, slots=True)
class Allowed:
    """A reach with its groups expanded: the places where one may work from.

    A country named beside some of its subdivisions is narrowed to them: `US` with `US-CA` is California. What is
    excluded is excluded whatever else is said.
    """

    worldwide: bool
    stated: bool
    """Whether the posting says anything about its reach."""
    countries: frozenset[str]
    """Allowed as a whole."""
    subdivisions: frozenset[str]
    parts_of: frozenset[str]
    """Countries of which at least one subdivision is allowed."""
    shut_countries: frozenset[str]
    shut_subdivisions: frozenset[str]

    @classmethod
    def of(cls, reach: Reach) -> "Allowed":
        """Expand a reach."""
        return _allowed(reach)

    def takes_in(self, place: str) -> bool:
        """Whether one may work from a country, a subdivision, somewhere in a group, or, for `worldwide`, anywhere."""
        if place == WORLDWIDE:
            return self.worldwide
        if is_group(place):
            return any(self._takes_in_country(country) for country in countries_of(place))
        if is_subdivision(place):
            return self._takes_in_subdivision(place)
        return is_country(place) and self._takes_in_country(place)

    def rules_out(self, place: str) -> bool:
        """Whether an exclusion names this place, or the country that it lies in, or all of a group."""
        if is_group(place):
            return countries_of(place) <= self.shut_countries
        return place in self.shut_countries or place in self.shut_subdivisions or _country(place) in self.shut_countries

    def _takes_in_country(self, country: str) -> bool:
        if country in self.shut_countries:
            return False
        return self.worldwide or country in self.countries or country in self.parts_of

    def _takes_in_subdivision(self, subdivision: str) -> bool:
        country = country_of(subdivision)
        if subdivision in self.shut_subdivisions or country in self.shut_countries:
            return False
        return self.worldwide or country in self.countries or subdivision in self.subdivisions


def parts_of(country: str) -> str:
    """The term of every search for some subdivision of a country."""
    return f"{country}-*"


@lru_cache(maxsize=4096)
def places_taken_in(reach: Reach) -> tuple[str, ...] | None:
    """All that a stated reach takes in, by the rule of `Allowed`, a country's parts together as `parts_of` where it is
    taken in whole; None for all there is."""
    allowed = Allowed.of(reach)
    if allowed.worldwide and not allowed.shut_countries and not allowed.shut_subdivisions:
        return None
    data = place_data()
    whole = (frozenset(data.countries) if allowed.worldwide else allowed.countries) - allowed.shut_countries
    countries = whole | (allowed.parts_of - allowed.shut_countries)
    shut_in = {country_of(part) for part in allowed.shut_subdivisions}
    found = {*countries, *(parts_of(country) for country in whole - shut_in)}
    found.update(group for group in data.members if is_group(group) and not countries_of(group).isdisjoint(countries))
    found.update(part for part in allowed.subdivisions if allowed.takes_in(part))
    for country in whole & shut_in:
        found.update(part for part in _parts().get(country, ()) if part not in allowed.shut_subdivisions)
    if allowed.worldwide:
        found.add(WORLDWIDE)
    return tuple(sorted(found))


@cache
def _parts() -> dict[str, list[str]]:
    """Subdivisions by country."""
    found: dict[str, list[str]] = {}
    for code in place_data().subdivisions:
        found.setdefault(country_of(code), []).append(code)
    return found


def _country(place: str) -> str | None:
    return country_of(place) if is_subdivision(place) else None


def countries_in(codes: Collection[str]) -> frozenset[str]:
    """Countries, of themselves and of groups."""
    groups = (countries_of(code) for code in codes if is_group(code))
    return frozenset(code for code in codes if is_country(code)).union(*groups)


@lru_cache(maxsize=8192)
def _allowed(reach: Reach) -> Allowed:
    shut_countries = countries_in(reach.excluded)
    shut_subdivisions = frozenset(code for code in reach.excluded if is_subdivision(code))
    named = frozenset(code for code in reach.subdivisions if is_subdivision(code))
    narrowed = frozenset(map(country_of, named))
    subdivisions = named - shut_subdivisions
    whole = (countries_in(reach.countries) - narrowed) | countries_in(reach.groups)
    return Allowed(
        worldwide=reach.scope == "worldwide",
        stated=reach.scope != "unknown",
        countries=whole if reach.scope == "listed" else frozenset(),
        subdivisions=subdivisions if reach.scope == "listed" else frozenset(),
        parts_of=frozenset(map(country_of, subdivisions)) if reach.scope == "listed" else frozenset(),
        shut_countries=shut_countries,
        shut_subdivisions=shut_subdivisions,
    )
