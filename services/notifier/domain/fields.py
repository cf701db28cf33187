"""A field that somebody filled in, checked by itself; and what is said where it cannot be taken."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.rules.languages.speaking import SpokenLanguage

_MOST_DIGITS = 9
"""Of a number in a text: Python refuses to read very long ones."""


class FieldError(ValueError):
    """A field that cannot be taken, with one sentence that says why, and what a page says it by in another language."""

    def __init__(self, field: str, said: str, code: str = "", **values: object) -> None:
        """`code` names what is wrong, and `values` are what is said of it; empty where no page has words for it."""
        super().__init__(f"{field}: {said}")
        self.field = field
        self.said = said
        self.code = code
        self.values = values


def listed(value: Any, field: str, such: str, between: str = "[;,]") -> list[str | SpokenLanguage]:
    """The parts of a list, or of a text that has them with semicolons or commas between. Raises FieldError."""
    named = re.split(between, value) if isinstance(value, str) else [] if value is None else value
    if not isinstance(named, list | tuple) or not all(isinstance(name, str | SpokenLanguage) for name in named):
        raise FieldError(field, f"a list of {such} was expected")
    return [name for name in named if str(name).strip()]


def text_in(fields: Mapping[str, Any], field: str, default: str | None = None) -> str:
    """A text without spaces around it, or the default where there is none. Raises FieldError."""
    value = fields.get(field)
    if value is None or value == "":
        if default is None:
            raise FieldError(field, "it is missing", field)
        return default
    if not isinstance(value, str):
        raise FieldError(field, f"text was expected, not {type(value).__name__}")
    return value.strip()


def choice_in(fields: Mapping[str, Any], field: str, default: str, choices: Sequence[str]) -> str:
    """One of some words, however it is written. Raises FieldError."""
    chosen = text_in(fields, field, default).lower()
    if chosen not in choices:
        raise FieldError(field, f"{chosen!r} is not one of {', '.join(choices)}")
    return chosen


def number_of(value: Any, field: str, most: int, code: str = "") -> int:
    """A whole number, or a text of its digits. Raises FieldError."""
    if isinstance(value, str) and len(value.strip()) <= _MOST_DIGITS and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise FieldError(field, f"{value!r} is not a whole number from 0 to {most}", code, most=most)
    return value


def perhaps(meant: str | None, example: str) -> str:
    """What ends a sentence on a word that is not known: what was meant, else an example."""
    return f"; did you mean {meant}?" if meant else f", such as {example}"
