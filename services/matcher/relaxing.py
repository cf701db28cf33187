"""Criteria made to ask for less, and how near a posting came to one that it failed."""

from schemas.criteria import Criteria
from services.rules.criterion import CRITERIA, CRITERION, Reason, Relaxation


def removals(criteria: Criteria) -> dict[str, Relaxation]:
    """For each criterion that asks for something, by its name, the same criteria without it."""
    return {criterion.name: criterion.without(criteria) for criterion in CRITERIA if criterion.asks(criteria)}


def steps(criteria: Criteria) -> tuple[Relaxation, ...]:
    """All smaller relaxations that can be told from the criteria alone."""
    return tuple(step for criterion in CRITERIA if criterion.asks(criteria) for step in criterion.steps(criteria))


def distance(reason: Reason, kin: float = 0.0) -> float:
    """From 0, which just fails, to 1: only good for putting near ones before far ones.

    Each criterion measures in its own way. `kin` says how often, 0 to 1, the posting's skills go together with those
    of which any will do.
    """
    criterion = CRITERION.get(reason.criterion)
    far = criterion.distance(reason.facts, kin) if criterion else 1.0
    return min(1.0, max(0.0, far))
