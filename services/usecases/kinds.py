"""Kinds of jobs, by what they are first of all: which of them somebody would take, said as criteria."""

from typing import Final

from schemas.criteria import Criteria
from services.rules.criteria import canonical
from services.rules.criterion import FACETS, ROLES_ANY, ROLES_NONE, Relaxation
from services.rules.criterion.base import MOST_NAMES
from services.rules.criterion.facet import steps_apart
from services.rules.roles.taxonomy import roles

LEVEL: Final = next(facet for facet in FACETS if facet.name == "seniority")


def leaving_out(asked: Criteria, role: str) -> Criteria | None:
    """Canonical criteria without a kind of job; None where it is all that is asked for, or it cannot be excluded: for
    want of room, or since only another release knows it.

    One of several that are asked for is asked for no more as well: a job that is it first of all, and another one that
    is asked for besides, would else stay.
    """
    others = tuple(other for other in asked.roles.any if other != role)
    if role in asked.roles.any and not others:
        return None
    left = asked.model_copy(update={"roles": asked.roles.model_copy(update={"any": others})})
    has_room = len(asked.roles.none) < MOST_NAMES
    return canonical(ROLES_NONE.excluding(left, role)) if has_room and role in roles() else None


def taking_back(asked: Criteria, role: str) -> Criteria:
    """Canonical criteria that exclude a kind no more."""
    return canonical(ROLES_NONE.allowing(asked, role))


def taking_too(asked: Criteria, role: str) -> Criteria | None:
    """Canonical criteria that ask for one more role; None where no more can be."""
    return canonical(ROLES_ANY.adding(asked, role).criteria) if len(asked.roles.any) < MOST_NAMES else None


def is_next_level(made: Relaxation) -> bool:
    """Whether a relaxation asks for the level above or below those that are asked for, too."""
    if (made.criterion, made.step) != (LEVEL.name, "add"):
        return False
    return abs(steps_apart(LEVEL.asked(made.asked), str(made.value)) or 0) == 1


def is_far_level(made: Relaxation) -> bool:
    """Whether it asks for a level further off, too: nobody who asks for junior work means senior work."""
    if (made.criterion, made.step) != (LEVEL.name, "add"):
        return False
    return abs(steps_apart(LEVEL.asked(made.asked), str(made.value)) or 0) > 1


def lets_in_again(made: Relaxation) -> bool:
    """Whether a relaxation excludes fewer kinds."""
    return made.criterion == ROLES_NONE.name
