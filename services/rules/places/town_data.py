"""The table of towns shipped with the package (data/README.md), read once, on first use."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

from services.rules.text import fold

LARGE: Final = 150
"""Thousands of people of a town that one names without what it lies in."""
SMALL: Final = 15
"""Of one below which names are as often something else: words, larger towns abroad, other parts of a country."""
_LEAST_LEAD: Final = 3
"""A town is meant without a word beside it where it has this many times the people of all its namesakes."""
FAR_LARGER: Final = 10
"""Times as many people as a namesake has that is not meant unless something tells it."""


class Town(NamedTuple):
    """A town that the table knows: of 15,000 people or more, in some of 5,000, in France and Australia of 1,000."""

    id: int
    """GeoNames'."""
    name: str
    country: str
    state: str | None
    """Where postings write `City, ST`: without the country."""
    latitude: float
    longitude: float
    thousands: int
    """Inhabitants."""

    @property
    def code(self) -> str:
        """The narrowest place that is known to hold it: `DE`, `US-MA`."""
        return f"{self.country}-{self.state}" if self.state else self.country

    @property
    def label(self) -> str:
        """What no other town is called: `Augsburg, DE`, `Cambridge, US-MA`."""
        return f"{self.name}, {self.code}"


@dataclass(frozen=True, slots=True)
class Towns:
    """All of them."""

    by_id: Mapping[int, Town]
    named: Mapping[str, tuple[Town, ...]]
    """By folded name or spelling, the largest first; who is called so by another spelling alone comes last."""


@cache
def towns() -> Towns:
    """The table, loaded once."""
    text = resources.files("services.rules").joinpath("data/places/towns.tsv").read_text(encoding="utf-8")
    named: dict[str, tuple[Town, ...]] = {}
    spelt: list[tuple[str, Town]] = []
    by_id: dict[int, Town] = {}
    for line in text.splitlines()[1:]:  # the largest first
        number, name, country, state, north, east, thousands, spellings = line.split("\t")
        town = Town(int(number), name, country, state or None, int(north) / 100, int(east) / 100, int(thousands))
        by_id[town.id] = town
        folded = fold(name)
        named[folded] = (*named.get(folded, ()), town)
        if spellings:
            spelt += [(spelling, town) for spelling in spellings.split("|")]
    for spelling, town in spelt:
        folded = fold(spelling)
        named[folded] = (*named.get(folded, ()), town)
    return Towns(by_id, named)


def labelled(label: str) -> Town | None:
    """The town with a label."""
    known = towns().named.get(fold(label.rpartition(", ")[0]), ())
    return next((town for town in known if town.label == label), None)


def likely(found: Sequence[Town]) -> tuple[Town, ...]:
    """Those that a name alone may mean, and no small town with a far larger namesake: `Paris` is not in Ontario."""
    most = max((town.thousands for town in found), default=0)
    return tuple(town for town in found if town.thousands >= SMALL or FAR_LARGER * max(town.thousands, 1) > most)


def leading(found: Sequence[Town]) -> tuple[Town, ...]:
    """The one that has several times the people of all others together, if there is one; its own name comes first."""
    if len(found) < 2:
        return tuple(found)
    first = max(found, key=lambda town: town.thousands)
    others = sum(town.thousands for town in found) - first.thousands
    return (first,) if first.thousands >= _LEAST_LEAD * others else ()


def called(name: str) -> tuple[Town, ...]:
    """The towns of a name or spelling, the largest first."""
    return towns().named.get(fold(name.strip(" ."))) or called_loosely(name)


def called_loosely(name: str) -> tuple[Town, ...]:
    """Those of a name without its hyphens, dots and accents; of none, the larger ones of it that are no city in the
    table: `Ilagan City`."""
    loose = _loosely(fold(name))
    if found := _spelt_loosely().get(loose) or towns().named.get(loose, ()):
        return found
    bare = loose.removesuffix(_CITY)
    return tuple(town for town in called_loosely(bare) if town.thousands >= SMALL) if bare != loose else ()


@cache
def _spelt_loosely() -> dict[str, tuple[Town, ...]]:
    """The same table by `_loosely`, for names that are not written as it has them."""
    found: dict[str, dict[Town, None]] = {}
    known = towns().named
    for name, called in known.items():
        if not (name.isascii() and name.isalpha()):  # else it is that name already
            loose = _loosely(name)
            found.setdefault(loose, dict.fromkeys(known.get(loose, ()))).update(dict.fromkeys(called))
    return {name: tuple(sorted(called, key=lambda town: -town.thousands)) for name, called in found.items()}


_HYPHEN: Final = re.compile(r"[-‐–./]\s*|\s+")
_SAINT: Final = {"saint": "st", "sainte": "ste", "sankt": "st", "sta": "santa", "sto": "santo"}
_CITY: Final = " city"


def _loosely(folded: str) -> str:
    """A folded name without hyphens, dots and accents, a saint in one form: `Saint Etienne`, `St.-Étienne`."""
    plain = folded
    if not folded.isascii():
        plain = "".join(char for char in unicodedata.normalize("NFD", folded) if not unicodedata.combining(char))
    return " ".join(_SAINT.get(word, word) for word in _HYPHEN.split(plain) if word)
