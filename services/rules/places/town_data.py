"""The table of towns shipped with the package (data/README.md), read once, on first use."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from services.rules.text import fold

LARGE: Final = 150
"""Thousands of people of a town that one names without what it lies in."""


@dataclass(frozen=True, slots=True)
class Town:
    """A town of 15,000 people or more, of western and central Europe of 5,000."""

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
    by_label: Mapping[str, Town]


@cache
def towns() -> Towns:
    """The table, loaded once."""
    text = resources.files("services.rules").joinpath("data/places/towns.tsv").read_text(encoding="utf-8")
    by_id: dict[int, Town] = {}
    first: dict[str, list[Town]] = {}
    other: dict[str, list[Town]] = {}
    for line in text.splitlines()[1:]:
        number, name, country, state, north, east, thousands, spellings = line.split("\t")
        town = Town(int(number), name, country, state or None, int(north) / 100, int(east) / 100, int(thousands))
        by_id[town.id] = town
        first.setdefault(fold(name), []).append(town)
        for spelling in spellings.split("|") if spellings else ():
            other.setdefault(fold(spelling), []).append(town)
    named = {
        name: (*_largest_first(first.get(name, ())), *_largest_first(other.get(name, ())))
        for name in {**first, **other}
    }
    return Towns(by_id, named, {town.label: town for town in by_id.values()})


def _largest_first(some: "list[Town] | tuple[()]") -> list[Town]:
    return sorted(some, key=lambda town: (-town.thousands, town.id))


def called(name: str) -> tuple[Town, ...]:
    """The towns of a name or spelling, the largest first."""
    return towns().named.get(fold(name.strip(" ."))) or called_loosely(name)


def called_loosely(name: str) -> tuple[Town, ...]:
    """Those of a name without its hyphens, dots and accents."""
    return _spelt_loosely().get(_loosely(fold(name)), ())


@cache
def _spelt_loosely() -> dict[str, tuple[Town, ...]]:
    """The same table by `_loosely`, for names that are not written as it has them."""
    found: dict[str, dict[Town, None]] = {}
    for name, called in towns().named.items():
        found.setdefault(_loosely(name), {}).update(dict.fromkeys(called))
    return {name: tuple(sorted(called, key=lambda town: -town.thousands)) for name, called in found.items()}


_HYPHEN: Final = re.compile(r"[-‐–./]\s*|\s+")
_SAINT: Final = {"saint": "st", "sainte": "ste", "sankt": "st"}


def _loosely(folded: str) -> str:
    """A folded name without hyphens, dots and accents, a saint for short: `Saint Etienne`, `St.-Étienne`."""
    plain = folded
    if not folded.isascii():
        plain = "".join(char for char in unicodedata.normalize("NFD", folded) if not unicodedata.combining(char))
    return " ".join(_SAINT.get(word, word) for word in _HYPHEN.split(plain) if word)
