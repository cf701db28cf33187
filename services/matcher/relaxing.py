"""Criteria made to ask for less."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final

from schemas.criteria import Criteria
from services.rules.criterion import CRITERIA, CRITERION, Relaxation

_MOST_TOGETHER: Final = 3
_THE_WORK: Final = frozenset({"roles.any", "skills.all", "skills.any", "text"})
"""Without these together a search would ask for other work."""


def removals(criteria: Criteria) -> dict[str, Relaxation]:
    """For each criterion that asks for something, by its name, the same criteria without it."""
    return {criterion.name: criterion.without(criteria) for criterion in CRITERIA if criterion.asks(criteria)}


def steps(criteria: Criteria) -> tuple[Relaxation, ...]:
    """All smaller relaxations that can be told from the criteria alone."""
    return tuple(step for criterion in CRITERIA if criterion.asks(criteria) for step in criterion.steps(criteria))


def together(criteria: Criteria) -> Iterator[tuple[tuple[Relaxation, ...], ...]]:
    """All ways to do without two criteria at once, then those without three, but for those that say which work it is.

    Each relaxation is made of what the one before it asks for.
    """
    spared = [criterion.name for criterion in CRITERIA if criterion.asks(criteria) and criterion.name not in _THE_WORK]
    for size in range(2, _MOST_TOGETHER + 1):
        yield tuple(_without(names, criteria) for names in combinations(spared, size))


def _without(names: Iterable[str], criteria: Criteria) -> tuple[Relaxation, ...]:
    made: list[Relaxation] = []
    for name in names:
        made.append(CRITERION[name].without(made[-1].criteria if made else criteria))
    return tuple(made)
