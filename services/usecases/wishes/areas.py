"""Areas that a sentence names and that are no places of criteria, as counties: a search asks for a circle in each."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from services.rules.lexicon.builder import any_of
from services.rules.places.known import PlaceMention
from services.rules.places.towns import Town, town_of, towns_meant
from services.rules.text import fold
from services.usecases.wishes.beside_places import NamedPlace


class _Area(NamedTuple):
    town: Town
    km: int
    is_only: bool
    """Whether no town is called so."""


def areas_in(text: str, mentions: Sequence[PlaceMention], countries: Collection[str]) -> Iterator[NamedPlace]:
    """The areas that a text names, but what is a town where its writer is, or has its state behind it.

    `countries`: those that the text names, and where its writer is: "Kent" is a county in England, a town in Ohio.
    """
    for found in _names().finditer(text):
        area = _areas()[fold(found["name"])]
        has_state = any(m.start == found.start("name") and m.name_end < m.end for m in mentions)
        if not has_state and (area.town.country in countries or (area.is_only and not mentions)):
            yield NamedPlace(found.start(), found.end(), area.town.code, area.town, km=area.km)


@cache
def _areas() -> Mapping[str, _Area]:
    known = ((name, town_of(area["town"]), area["km"]) for name, area in _table().items())
    return {fold(name): _Area(town, km, not towns_meant(name)) for name, town, km in known if town}


@cache
def _names() -> re.Pattern[str]:
    """Any of them, with its accents or without: the text is folded by who looks it up."""
    names = sorted(_table(), key=len, reverse=True)
    spelt = "|".join(re.escape(form) for name in names for form in dict.fromkeys((name, fold(name))))
    return re.compile(rf"(?<![\w-])(?:{any_of('wish.county')} )?(?P<name>{spelt})(?![\w-])", re.IGNORECASE)


@cache
def _table() -> Mapping[str, Any]:
    file = resources.files("services.rules.data").joinpath("places", "areas.toml")
    return tomllib.loads(file.read_text("utf-8"))
