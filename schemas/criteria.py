"""criteria.v1: what to match on. It belongs to nobody."""

from pydantic import Field

from schemas.model import Model
from schemas.posting import Employment, Period, Seniority, Workplace


class SkillTerms(Model):
    """Canonical skill names: all of these, at least some of those, none of the last."""

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    at_least: int = Field(default=1, ge=1)
    """How many of `any`."""
    none: tuple[str, ...] = ()


class SalaryFloor(Model):
    """The least pay that will do."""

    amount: int = Field(gt=0)
    currency: str
    period: Period = "year"


class Criteria(Model):
    """What a posting must satisfy. An empty set or null asks for nothing.

    `services.rules.criteria.canonical` gives the one form that is stored, hashed and matched.
    """

    skills: SkillTerms = SkillTerms()
    text: str = ""
    """Words, "phrases", alternatives with OR, and -exclusions, over title and description."""
    places: tuple[str, ...] = ()
    """Where the subscriber may work from: ISO 3166-1, ISO 3166-2, a group's name, or `worldwide`; empty is any."""
    accept_unknown_place: bool = False
    utc_offset: float | None = None
    """Standard-time hours from UTC."""
    tolerance: float = 0.0
    """How many hours a posting's zones may lie from `utc_offset`."""
    salary_floor: SalaryFloor | None = None
    accept_undisclosed: bool = True
    workplace: tuple[Workplace, ...] = ()
    seniority: tuple[Seniority, ...] = ()
    employment: tuple[Employment, ...] = ()
    languages: tuple[str, ...] = ()
    """ISO 639-1: languages that a posting may be written in."""


class CriteriaRecord(Model):
    """criteria.v1 on the wire: the newest state of one key."""

    key: int = Field(ge=0, lt=2**32)
    criteria_id: str
    version: int
    """Bumped by each change; the index takes it as its external version."""
    removed: bool = False
    criteria: Criteria
