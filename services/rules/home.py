"""Where somebody lives, as far as they say it: a town, or only a country or a part of one."""

from typing import NamedTuple

from services.rules.criterion.base import CriteriaError, quoted
from services.rules.criterion.near import label_meant
from services.rules.places.data import country_part, place_data
from services.rules.places.known import canonical_place, is_country, is_subdivision
from services.rules.places.towns import Town, is_itself, town_in_short, town_of, towns_meant
from services.rules.text import fold


class Home(NamedTuple):
    """`Cambridge, US-MA`, `US-MA` or `US`."""

    place: str
    """The narrowest code that is known to hold it: a country's (ISO 3166-1) or that of a part of one (ISO 3166-2)."""
    label: str | None = None
    """Of the town, as criteria name it; None where they name none."""

    def __str__(self) -> str:
        return self.label or self.place

    @property
    def country(self) -> str:
        """Its code."""
        return country_part(self.place)

    @property
    def state(self) -> str | None:
        """The code of the part of the country, such as `US-MA`, where the table of towns or their own word names it."""
        return self.place if is_subdivision(self.place) else None

    @property
    def town(self) -> Town | None:
        """None too where another release knows a town of that name, and this one does not."""
        return town_of(self.label) if self.label else None


def home_read(text: str) -> Home:
    """Undo `str`, whatever towns are known."""
    name, _, place = text.rpartition(", ")
    return Home(place, text if name else None)


def home_meant(said: str) -> Home:
    """What a person means by `Munich`, `Cambridge, MA`, `Texas` or `UK`.

    A town is meant as criteria name one. `Hamburg` is the town and not the part of a country that it lies in; `Jalisco`
    is the part, as a town that others spell so may lie outside it. Raises CriteriaError with the nearest towns, or with
    those that it may be.
    """
    text = " ".join(said.split())
    if town_of(text):
        return home_read(text)
    place = canonical_place(text)
    if place is not None and is_country(place):
        return Home(place)
    if place is None and (several := _namesakes(text)):
        given, near = quoted(text), "; ".join(several)
        raise CriteriaError(f"{given} may be {near}: name which is meant", "town_several", given=text, near=near)
    if place is None or not is_subdivision(place):
        return home_read(label_meant(text))
    if short := town_in_short(text):
        return home_read(short.label)
    match towns_meant(text):
        case (town,) if _lies_in(town, place, text):
            return home_read(town.label)
        case _:
            return Home(place)


def _namesakes(said: str) -> tuple[str, ...]:
    """A country and a part of another one that are called alike, as a person may write each: `GE` and `Georgia, US`."""
    data, name = place_data(), fold(said)
    countries = [code for code, called in data.countries.items() if fold(called) == name]
    parts = [code for code, called in data.subdivisions.items() if fold(called) == name]
    within = [written for code in parts if canonical_place(written := f"{said}, {country_part(code)}") == code]
    return (*countries, *within) if countries and within else ()


def _lies_in(town: Town, part: str, said: str) -> bool:
    """Whether a town that is meant by the name of a part of a country lies in it: known, or by its own name likely."""
    # In any language: "Geneva" is the town.
    names = (town.name, *place_data().town_names.get(town.label, {}).values())
    return is_itself(town, part) and (town.state is not None or fold(said) in map(fold, names))
