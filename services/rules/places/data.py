"""The table of places shipped with the package (data/README.md), read once, on first use."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

PlaceKind = Literal["country", "subdivision", "group", "worldwide", "city", "demonym"]
"""A demonym is what people and papers of a country are called: no place, but it tells one in `Kenyan work permit`."""


@dataclass(frozen=True, slots=True)
class Sense:
    """One place that a name may mean. A city has the country's code, and its subdivision where that is known."""

    kind: PlaceKind
    code: str
    subdivision: str | None = None

    @property
    def narrowest(self) -> str:
        """The subdivision where there is one, else the code."""
        return self.subdivision or self.code

    def within(self, outer: "Sense") -> bool:
        """Whether this place lies in another, and is narrower than it."""
        if outer.kind == "country":
            return self.kind in ("subdivision", "city") and country_part(self.code) == outer.code
        return outer.kind == "subdivision" and self.kind == "city" and self.subdivision == outer.code


@dataclass(frozen=True, slots=True)
class PlaceData:
    """Codes and names: English names by code; names of whole fields, folded; names that running text may hold."""

    countries: Mapping[str, str]
    subdivisions: Mapping[str, str]
    group_names: Mapping[str, str]
    group_locales: Mapping[str, str]
    """CLDR's code of a group, by which Babel knows its name in other languages."""
    members: Mapping[str, frozenset[str]]
    fields: Mapping[str, str]
    """What a folded name means that is a whole field."""
    ambiguous: Mapping[str, tuple[str, ...]]
    text: tuple[tuple[str, Sense], ...]
    cities: tuple[tuple[str, Sense], ...]
    """Further cities, which fields may hold, but whose names running text often uses otherwise."""
    doubtful: frozenset[str]
    """Folded names that text also uses for people, firms or common words."""
    never: frozenset[str]
    """Folded names of towns that fields use for something else."""
    lone: Mapping[str, str]
    """What a folded name of several cities means with nothing beside it; "" is nothing."""
    alpha3: Mapping[str, str]
    coded: frozenset[str]
    """Countries whose subdivisions postings name by code: CA, NSW."""
    beside: frozenset[str]
    """Others in which a code of a part stands behind a town: `Curitiba, PR`."""
    provinces: Mapping[str, str]
    """By code the subdivision that holds a province, of countries where that is what stands behind a town: `IT-MI`."""
    capitals: frozenset[str]
    """Labels of towns after which a part of their country is called, that stands behind a town: `Getafe, Madrid`."""
    town_names: Mapping[str, Mapping[str, str]]
    """By label of a town and language what it is called, where that is not the name of the table of towns."""


def country_part(code: str) -> str:
    """The country in a code: US of US-CA and of US."""
    return code.partition("-")[0]


def _sense(kind: PlaceKind, code: str) -> Sense:
    if kind != "city":
        return Sense(kind, code)
    return Sense("city", country_part(code), code if "-" in code else None)


@cache
def place_data() -> PlaceData:
    """The table, loaded once."""
    source = resources.files("services.rules").joinpath("data/places.json")
    raw = json.loads(source.read_text(encoding="utf-8"))
    groups = raw["groups"]
    return PlaceData(
        countries=raw["countries"],
        subdivisions=raw["subdivisions"],
        group_names={code: group["name"] for code, group in groups.items()},
        group_locales={code: group["locale"] for code, group in groups.items() if "locale" in group},
        members={code: frozenset(group["countries"]) for code, group in groups.items()},
        fields=raw["fields"],
        ambiguous={name: tuple(codes) for name, codes in raw["ambiguous"].items()},
        text=tuple((name, _sense(kind, code)) for name, kind, code in raw["text"]),
        cities=tuple((name, _sense(kind, code)) for name, kind, code in raw["cities"]),
        doubtful=frozenset(raw["doubtful"]),
        never=frozenset(raw["never"]),
        lone=raw["lone"],
        alpha3=raw["alpha3"],
        coded=frozenset(raw["coded"]),
        beside=frozenset(raw["beside"]),
        provinces=raw["provinces"],
        capitals=frozenset(raw["capitals"]),
        town_names=raw["town_names"],
    )
