"""The truth: whether a posting fits criteria, with a reason for each criterion."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["match", "near", "reject"]
Fit = Literal["yes", "near", "no"]
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


@dataclass(frozen=True, slots=True)
class Reason:
    """What one criterion says of a posting."""

    criterion: Criterion
    fit: Fit
    text: str
    """One plain English sentence: `pays up to EUR 95,000 a year, above your floor of EUR 80,000`."""
    facts: tuple[tuple[str, str | int | float | tuple[str, ...]], ...] = ()
    """The same as data, for pages and other languages."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Match, near miss or rejection. A criterion that asks for nothing gives no reason."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
