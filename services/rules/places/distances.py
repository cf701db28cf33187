"""How far towns lie apart, and the cells of a grid by which indices narrow."""

import math
from functools import cache
from typing import Final

from services.rules.places.town_data import Town, towns

_RADIUS: Final = 6371.0088
"""Of the earth, in km: IUGG's mean."""
_SLACK: Final = 1.001
"""More than roundings make a radius longer."""


def kilometres(town: Town, other: Town) -> float:
    """How far two towns lie apart, along a great circle (haversine)."""
    north, south = math.radians(town.latitude), math.radians(other.latitude)
    east = math.radians(other.longitude - town.longitude)
    half = math.sin((south - north) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(east / 2) ** 2
    return 2 * _RADIUS * math.asin(math.sqrt(min(half, 1.0)))


def point(north: float, east: float) -> Town:
    """A place by its degrees of latitude and longitude alone, to be measured from."""
    return Town(0, "", "", None, north, east, 0)


def nearest_town(place: Town, within: float) -> Town | None:
    """The known town that is nearest to a place, at most so many kilometres away."""
    near = (town for cell in cells_round(place, within) for town in _by_cell().get(cell, ()))
    apart = min(((kilometres(place, town), town.id, town) for town in near), default=None)
    return apart[2] if apart and apart[0] <= within else None


@cache
def _by_cell() -> dict[str, list[Town]]:
    found: dict[str, list[Town]] = {}
    for town in towns().by_id.values():
        found.setdefault(cell_of(town), []).append(town)
    return found


def cell_of(town: Town) -> str:
    """The cell of a grid of one degree that a town lies in, by which indices narrow."""
    return f"{math.floor(town.latitude)}:{math.floor(town.longitude)}"


def cells_round(town: Town, km: float) -> tuple[str, ...]:
    """All cells that hold something within so many kilometres of a town, and perhaps some more."""
    angle = km / _RADIUS * _SLACK
    north = math.degrees(angle)
    across = math.sin(angle) / math.cos(math.radians(town.latitude))
    east = math.degrees(math.asin(across)) if across < 1 else 180.0
    rows = range(math.floor(max(town.latitude - north, -90)), math.floor(min(town.latitude + north, 90)) + 1)
    columns = range(math.floor(town.longitude - east), math.floor(town.longitude + east) + 1)
    return tuple(dict.fromkeys(f"{row}:{(column + 180) % 360 - 180}" for row in rows for column in columns))
