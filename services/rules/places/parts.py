"""Codes of a country's own parts behind a town, most of them codes of other places too.

`Curitiba, PR` is not in Puerto Rico, nor `Bergamo, BG` in Bulgaria: whoever writes so means the part that the town
lies in.
"""

from collections.abc import Iterable, Sequence

from services.rules.places.data import Sense, place_data
from services.rules.places.town_data import Town


def is_own_part(code: str, country: str, subdivision: str | None) -> bool:
    """Whether a code is of the part of its country that a town lies in; of one whose part is not known, of any part."""
    data, own = place_data(), f"{country}-{code}"
    if country in data.coded:
        return False
    if (province := data.provinces.get(own)) is not None:
        return subdivision in (None, province)
    if subdivision is not None:
        return own == subdivision
    return country in data.beside and own in data.subdivisions


def countries_by_part(code: str, towns: Iterable[Sense]) -> tuple[Sense, ...]:
    """The countries of towns behind which a code is of a part of their own."""
    found = {town.code for town in towns if town.kind == "city" and is_own_part(code, town.code, town.subdivision)}
    return tuple(Sense("country", country) for country in sorted(found))


def towns_by_part(code: str, called: Sequence[Town]) -> tuple[Town, ...]:
    """The towns of a name behind which a code is of a part of their own, where none lies elsewhere by that code."""
    if any(town.country == code or town.state == code for town in called):
        return ()
    return tuple(town for town in called if is_own_part(code, town.country, None))
