"""Where one must be for a job, in a form short enough to travel with its key."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Final

from schemas.posting import Reach, Workplace
from services.rules.lexicon.builder import any_of, phrases_of
from services.rules.places.data import country_part
from services.rules.places.known import canonical_place, find_places, is_country, is_subdivision
from services.rules.places.towns import towns_in_field
from services.rules.text import collapsed, words
from services.rules.titles import sells

MOST_TOWNS: Final = 8
_LONGEST: Final = 200
_MOST_READ: Final = 50

_REMOTE: Final = "r"


@dataclass(frozen=True, slots=True)
class Seat:
    """What a posting states of where one must be. Empty where it states nothing."""

    remote: bool = False
    """From anywhere within its reach."""
    towns: frozenset[str] = frozenset()
    """Hashes, four hexadecimal digits each; any one of them will do."""
    countries: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str) -> "Seat":
        """Read `str(seat)` back. Never raises: what it cannot read states nothing."""
        if text == _REMOTE:
            return cls(remote=True)
        towns, _, countries = text.partition(".")
        return cls(False, frozenset(_pieces(towns, 4)), frozenset(_pieces(countries, 2)))

    def __str__(self) -> str:
        if self.remote:
            return _REMOTE
        if not self.towns and not self.countries:
            return ""
        return f"{''.join(sorted(self.towns))}.{''.join(sorted(self.countries))}"

    def excludes(self, other: "Seat") -> bool:
        """Whether nobody could be where both want one to be; what is not stated excludes nothing."""
        if self.remote or other.remote:
            return self.remote != other.remote and bool(self.towns or self.countries or other.towns or other.countries)
        if self.towns and other.towns:
            return not self.towns & other.towns
        return bool(self.countries and other.countries and not self.countries & other.countries)

    def shares_a_town(self, other: "Seat") -> bool:
        """Whether both state one town."""
        return bool(self.towns & other.towns)


def seat_of(title: str, workplace: Workplace, reach: Reach, locations: Sequence[str]) -> Seat:
    """Where one must be: the towns among the stated locations, and the countries; for remote work, nowhere.

    Who sells from home is still of the one town that is stated: it is the market, unless the reach names several
    countries. A town outside the reach is one in which the job is advertised. Where the workplace is not stated, towns
    count and countries do not: a board's country is often where it advertises.
    """
    towns = _towns([location for location in locations if not _is_outside(location, reach)])
    if workplace == "remote":
        bound = len(towns) == 1 and sells(title) and len(reach.countries) < 2
        return Seat(towns=_hashed(towns)) if bound else Seat(remote=True)
    countries = reach.countries if workplace != "unknown" or towns else ()
    return Seat(False, _hashed(towns), frozenset(countries))


def _is_outside(location: str, reach: Reach) -> bool:
    """Whether a stated location names known towns, and each in another country than those of the reach."""
    if not reach.countries or reach.groups:
        return False
    named = towns_in_field(location[:_LONGEST])
    return bool(named) and all(country_part(town.code) not in reach.countries for town in named)


def _towns(locations: Sequence[str]) -> tuple[str, ...]:
    read = (_town(collapsed(location[:_LONGEST])) for location in locations[:_MOST_READ])
    return tuple({town: None for town in read if town})[:MOST_TOWNS]


@lru_cache(maxsize=8192)
def _town(location: str) -> str:
    """The first part of a location that names no country, state or group; empty where each does."""
    state = ""
    for part in _cut().split(location):
        bare = " ".join(word for word in words(part) if word not in _no_town())
        wide = canonical_place(bare) if bare else None
        if bare and wide is None and not _names_a_country(part):
            return bare
        # A city that is a state as well (Berlin, New York) is one where nothing narrower is named.
        state = state or (bare if is_subdivision(wide or "") else "")
    return state


@cache
def _no_town() -> frozenset[str]:
    return frozenset(word for phrase in phrases_of("place.no_town") for word in words(phrase))


@cache
def _cut() -> re.Pattern[str]:
    return re.compile(rf"\s*[,;/|()\[\]\u2022]\s*|\s+(?:{any_of('joint.and', 'joint.or')}|-|\u2013)\s+")


def _names_a_country(part: str) -> bool:
    """Whether a part of several words is of an office in a country: `Acme Japan`."""
    return " " in part.strip() and any(
        is_country(place.code) and place.kind == "country" for place in find_places(part)
    )


def _hashed(towns: Iterable[str]) -> frozenset[str]:
    return frozenset(blake2b(town.encode(), digest_size=2).hexdigest() for town in towns)


def _pieces(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text) - width + 1, width)]
