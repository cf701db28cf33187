"""Every criterion that a search may ask by, described once.

Criteria and a prepared posting enter; fits, reasons, relaxations and canonical fields leave.
"""

from functools import cache
from hashlib import blake2b
from typing import Any, Final

from services.rules.criterion.base import (
    UNSAID,
    CriteriaError,
    Criterion,
    Facts,
    Fit,
    Narrowing,
    Reason,
    Relaxation,
    Step,
)
from services.rules.criterion.facet import FACETS, Facet
from services.rules.criterion.language import Language
from services.rules.criterion.near import Near
from services.rules.criterion.place import Place
from services.rules.criterion.role import RolesAny, RolesNone
from services.rules.criterion.salary import SalaryAbove
from services.rules.criterion.skills import SkillsAll, SkillsAny, SkillsNone
from services.rules.criterion.text import Text
from services.rules.criterion.timezone import Timezone

__all__ = [
    "CRITERIA",
    "CRITERION",
    "FACETS",
    "LANGUAGE",
    "NEAR",
    "PLACE",
    "ROLES_ANY",
    "ROLES_NONE",
    "SKILLS_ALL",
    "SKILLS_ANY",
    "UNSAID",
    "CriteriaError",
    "Criterion",
    "Facet",
    "Facts",
    "Fit",
    "Narrowing",
    "Reason",
    "Relaxation",
    "Step",
    "terms_mark",
]

ROLES_ANY: Final = RolesAny()
ROLES_NONE: Final = RolesNone()
SKILLS_ALL: Final = SkillsAll()
SKILLS_ANY: Final = SkillsAny()
PLACE: Final = Place()
NEAR: Final = Near()
LANGUAGE: Final = Language()
CRITERIA: Final[tuple[Criterion[Any], ...]] = (
    ROLES_ANY,
    ROLES_NONE,
    SKILLS_ALL,
    SKILLS_ANY,
    SkillsNone(),
    Text(),
    PLACE,
    NEAR,
    Timezone(),
    SalaryAbove(),
    *FACETS,
    LANGUAGE,
)
"""In the order in which reasons are given."""
CRITERION: Final[dict[str, Criterion[Any]]] = {criterion.name: criterion for criterion in CRITERIA}


@cache
def terms_mark() -> str:
    """A few characters that are others once another criterion is told by terms, or a facet has another value."""
    values = {facet.name: (*facet.values, *facet.further) for facet in FACETS}
    found = (
        f"{criterion.name}:{','.join(values.get(criterion.name, ()))}" for criterion in CRITERIA if criterion.by_terms
    )
    return blake2b(";".join(found).encode(), digest_size=4).hexdigest()
