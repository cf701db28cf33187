"""Criteria made to ask for less."""

from schemas.criteria import Criteria
from services.rules.criterion import CRITERIA, Relaxation


def removals(criteria: Criteria) -> dict[str, Relaxation]:
    """For each criterion that asks for something, by its name, the same criteria without it."""
    return {criterion.name: criterion.without(criteria) for criterion in CRITERIA if criterion.asks(criteria)}


def steps(criteria: Criteria) -> tuple[Relaxation, ...]:
    """All smaller relaxations that can be told from the criteria alone."""
    return tuple(step for criterion in CRITERIA if criterion.asks(criteria) for step in criterion.steps(criteria))
