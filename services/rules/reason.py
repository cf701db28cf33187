"""What a criterion says of a posting, as a value."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from services.rules.fits import Fit

Criterion = Literal[
    "status",
    "skills.all",
    "skills.any",
    "skills.none",
    "text",
    "place",
    "timezone",
    "salary",
    "workplace",
    "seniority",
    "employment",
    "language",
]

Fact = tuple[str, str | int | float | tuple[str, ...]]

_NAMED: Final = 4
"""A sentence names this many things, and counts the rest."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What one criterion says of a posting."""

    criterion: Criterion
    fit: Fit
    text: str
    """One plain English sentence: `pays up to EUR 95,000 a year, above your floor of EUR 80,000`."""
    facts: tuple[Fact, ...] = ()
    """The same as data, for pages and other languages."""


def names_of(fact: object) -> tuple[str, ...]:
    """The names that a fact holds; none where there is no such fact, or one of another kind."""
    return fact if isinstance(fact, tuple) else ()


def yes_or_no(fits: bool) -> Fit:
    """A fit that cannot be near."""
    return "yes" if fits else "no"


def listed(things: Iterable[str], word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; of more than a sentence can bear, how many more there are."""
    named = list(things)
    if len(named) > _NAMED:
        named = [*named[: _NAMED - 1], f"{len(named) - _NAMED + 1} more"]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} {word} {named[-1]}"
