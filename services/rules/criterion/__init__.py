"""Every criterion that a search may ask by, described once.

Criteria and a prepared posting enter; fits, reasons, relaxations and canonical fields leave.
"""

from typing import Any, Final

from services.rules.criterion.base import CriteriaError, Criterion, Facts, Fit, Reason, Relaxation, Step
from services.rules.criterion.facet import FACETS, Facet, facets_mark
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
    "PLACE",
    "SKILLS_ANY",
    "CriteriaError",
    "Criterion",
    "Facet",
    "Facts",
    "Fit",
    "Reason",
    "Relaxation",
    "Step",
    "facets_mark",
]

SKILLS_ANY: Final = SkillsAny()
PLACE: Final = Place()
LANGUAGE: Final = Language()
CRITERIA: Final[tuple[Criterion[Any], ...]] = (
    RolesAny(),
    RolesNone(),
    SkillsAll(),
    SKILLS_ANY,
    SkillsNone(),
    Text(),
    PLACE,
    Near(),
    Timezone(),
    SalaryAbove(),
    *FACETS,
    LANGUAGE,
)
"""In the order in which reasons are given."""
CRITERION: Final[dict[str, Criterion[Any]]] = {criterion.name: criterion for criterion in CRITERIA}
