"""Areas that stand in a field where others have a town: councils and provinces, each by the town in which it sits."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib import resources

from services.rules.places.town_data import Town, labelled
from services.rules.text import fold


def seats_in(parts: Sequence[str], codes: Collection[str]) -> list[Town]:
    """The town of the first part that is an area of one of these states or countries: `Monash, Victoria`."""
    seats = (_seats().get(code, {}).get(fold(part)) for part in parts for code in codes)
    return [seat for seat in seats if seat][:1]


@cache
def _seats() -> Mapping[str, Mapping[str, Town]]:
    """By the code of what they lie in, and their folded name."""
    file = resources.files("services.rules.data").joinpath("places", "seats.toml")
    table: Mapping[str, Mapping[str, str]] = tomllib.loads(file.read_text("utf-8"))
    return {
        code: {fold(area): town for area, seat in areas.items() if (town := labelled(f"{seat}, {code}"))}
        for code, areas in table.items()
    }
