"""The levels that a sentence names: a posting is of one, who looks for work may want several, or refuse one."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

from schemas.posting import PostingCore, Seniority
from services.rules.lexicon.builder import any_of
from services.rules.roles.taxonomy import roles
from services.usecases.wishes.sentence import choices_in, choices_of, without_idle

_OF_MANAGERS: Final[tuple[Seniority, ...]] = ("manager", "director", "executive")
_MOST_WORDS: Final = 2
Reader = Callable[[str], PostingCore]
"""Reads words as a posting."""


def levels_of(wanted: str, whole: PostingCore, read: Reader) -> tuple[Seniority, ...]:
    """The level of the whole, that of each part which names nothing else, and those on both sides of an "or"."""
    found = [whole.seniority] if whole.seniority else []
    parts = [*choices_of(wanted), *_beside_choices(wanted)]
    found += [level for part in parts if (level := _level(part, read))]
    return tuple(dict.fromkeys(found))


def levels_refused(part: str, read: Reader) -> tuple[Seniority, ...]:
    """The levels that a refusal names, without the word that says so: "senior roles", "people management".

    Beneath a junior is an intern alone.
    """
    if any(_patterns()["managing"].fullmatch(said.lower()) for said in (part, without_idle(part))):
        return _OF_MANAGERS
    level = _level(part, read)
    if level == "junior":
        return ("intern", "junior")
    return (level,) if level else ()


def _level(part: str, read: Reader) -> Seniority | None:
    """The level that a few words name, and nothing else."""
    bare = without_idle(part)
    if _patterns()["executive"].fullmatch(bare.lower()):
        return "executive"
    if not bare or len(re.split(r"[\s-]", bare)) > _MOST_WORDS:
        return None
    reading = read(bare)
    leads = reading.seniority in ("lead", *_OF_MANAGERS) and not reading.roles  # "team lead", "VP"
    return reading.seniority if leads or roles().says_level(bare) else None


def _beside_choices(wanted: str) -> Iterator[str]:
    """The words right before and right behind each "or"."""
    for before, _, behind in choices_in(wanted):
        yield from before.split()[-1:]
        yield from wanted[behind:].split()[:1]


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(any_of(f"wish.{name}")) for name in ("managing", "executive")}
