"""What somebody says of themself in their own words, checked: what they can do, and what they would rather not."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from services.notifier.domain.fields import FieldError, listed
from services.rules.lexicon.builder import LANGUAGES, any_of
from services.rules.skills.taxonomy import taxonomy

MOST_SAID: Final = 20
MOST_WORDS: Final = 60
"""Characters of one thing that somebody can do, or would rather not."""


def knows_of(value: Any) -> tuple[str, ...]:
    """Check what somebody can do, each once and in their order. Raises FieldError.

    A list, or a text; commas and semicolons part it either way, as they do in each form.
    """
    return _said_of(value, "knows", 'what they can do, such as ["Java", "payroll"]')


def avoids_of(value: Any) -> tuple[str, ...]:
    """Check what somebody would rather not do, likewise; without a "no" before it. Raises FieldError."""
    return _said_of(value, "avoids", 'what they would rather not do, such as ["cold calling"]', _refused)


def _said_of(value: Any, field: str, such: str, meant: Callable[[str], str] = str) -> tuple[str, ...]:
    said = dict[str, str]()
    for part in listed(value, field, such):
        for written in re.split("[;,]", str(part)):
            printable = "".join(char for char in written if char.isprintable() or char.isspace())
            words = meant(" ".join(printable.split()))
            if len(words) > MOST_WORDS:
                raise FieldError(field, f"{words[:MOST_WORDS]!r} goes on: {MOST_WORDS} characters each", "too_long")
            if words:
                said.setdefault(words.casefold(), words)
    if len(said) > MOST_SAID:
        raise FieldError(field, f"{len(said)} stand there, and {MOST_SAID} are the most", "most", most=MOST_SAID)
    return tuple(said.values())


def _refused(words: str) -> str:
    """What somebody refuses, without the "no" or "anything with" that many type by habit.

    A mail says that a job is about the rest.
    """
    found = _leads().match(words)
    if not found:
        return words
    # SEM is a skill, and "sem" Portuguese for without.
    may_name = found[0].isupper() or found.end() == len(words)
    return words if may_name and taxonomy().canonical(found[0].strip()) else words[found.end() :]


@cache
def _leads() -> re.Pattern[str]:
    """In any language: in which somebody writes is not known. "No-code" denies nothing, nor "zero hours"."""
    none_of = any_of("refusal.none_of", languages=LANGUAGES[1:])
    never = rf"(?:{none_of}|{any_of('wish.never')})(?:(?<=['’])|(?=\s|$))\s*"
    return re.compile(rf"(?:{never})?(?:{any_of('wish.anything')}\s+)?", re.IGNORECASE)
