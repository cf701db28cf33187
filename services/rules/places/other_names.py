"""What people call towns that the table has under another name: in other languages, and in short."""

import tomllib
from functools import cache
from importlib import resources

from services.rules.places.data import place_data
from services.rules.places.town_data import Town, called, labelled
from services.rules.text import fold


def town_abroad(said: str) -> Town | None:
    """The town that other languages call so, as Italians call Athens `Atene`, where no town has that name."""
    return next(iter(() if called(said) else called_abroad(said)), None)


def called_abroad(said: str) -> tuple[Town, ...]:
    """The same, among towns of any name."""
    known = labelled(_names_abroad().get(fold(said.strip(" .")), ""))
    return (known,) if known else ()


@cache
def _names_abroad() -> dict[str, str]:
    """Labels by folded name, of the larger town where two are called alike."""
    named = ((label, name) for label, own in place_data().town_names.items() for name in own.values())
    known = sorted(named, key=lambda pair: town.thousands if (town := labelled(pair[0])) else 0)
    return {fold(name): label for label, name in known}


def town_in_short(said: str) -> Town | None:
    """The large town that a person means by `NYC`, `CDMX` or `Mexiko-Stadt`."""
    label = _short_names().get(fold(said))
    return labelled(label) if label else None


@cache
def _short_names() -> dict[str, str]:
    file = resources.files("services.rules.data").joinpath("places", "short_names.toml")
    given: dict[str, list[str]] = tomllib.loads(file.read_text("utf-8"))
    return {fold(name): label for label, names in given.items() for name in names}
