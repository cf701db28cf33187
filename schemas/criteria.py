"""criteria.v1: what to match on. It belongs to nobody."""

from pydantic import Field

from schemas.model import Model
from schemas.posting import Employment, Period, Seniority, Workplace


class SkillTerms(Model):
    """Canonical skill names: all of these, at least some of those, none of the last."""

    all: tuple[str, ...] = ()
    """A posting must have each of these."""
    any: tuple[str, ...] = ()
    """A posting must have one of these, or one that implies it, as React implies JavaScript."""
    at_least: int = Field(default=1, ge=1)
    """How many of `any`."""
    none: tuple[str, ...] = ()
    """A posting must have none of these, however it means them."""
    mentions: bool = False
    """Whether a skill of `all` or `any` counts that a posting only mentions: a bonus, the employer's, in passing."""


class RoleTerms(Model):
    """What jobs are, by the ids of `services.rules.roles` or by what people call them: one of these, none of those."""

    any: tuple[str, ...] = ()
    """A posting must be one of these."""
    none: tuple[str, ...] = ()
    """A posting must be none of these first of all; as a second role they do no harm."""
    neighbours: bool = False
    """Whether roles near those of `any` will do too."""
    accept_unknown: bool | None = None
    """Whether postings fit of which nothing says the role; unset, where skills or words are asked for as well."""


class SalaryFloor(Model):
    """The least pay that will do."""

    amount: int = Field(gt=0)
    """The least that the top of a posting's pay must come to."""
    currency: str
    """ISO 4217; pay in other currencies is converted."""
    period: Period = "year"
    """What the amount is for; `project` cannot be compared."""


class Nearby(Model):
    """A town and what lies around it."""

    town: str
    """As people call it; one that has namesakes with its country or state: `Cambridge, MA`."""
    km: int = Field(gt=0, le=300)
    """How far from it work that is not remote may be."""


class Criteria(Model):
    """What a posting must satisfy. An empty set or null asks for nothing.

    `services.rules.criteria.canonical` gives the one form that is stored, hashed and matched.
    """

    skills: SkillTerms = SkillTerms()
    """What a posting must ask for, and must not."""
    roles: RoleTerms = RoleTerms()
    """What the job must be, and must not."""
    text: str = ""
    """Words, "phrases", alternatives with OR, and -exclusions, over title and description."""
    places: tuple[str, ...] = ()
    """Where the subscriber may work from: ISO 3166-1, ISO 3166-2, a group's name, or `worldwide`; empty is any. Of
    remote work alone a place that holds another one (`["PL", "europe"]`) says nothing more."""
    accept_unknown_place: bool = False
    """Whether a posting fits that does not say where one may work from."""
    near: tuple[Nearby, ...] = ()
    """Towns of which work that is not remote must be within reach; empty is any."""
    accept_unknown_town: bool = False
    """Whether such work fits of which no town is told."""
    utc_offset: float | None = None
    """Standard-time hours from UTC."""
    tolerance: float = 0.0
    """How many hours a posting's zones may lie from `utc_offset`."""
    salary_floor: SalaryFloor | None = None
    """The least pay."""
    accept_undisclosed: bool = True
    """Whether a posting fits that does not say what it pays."""
    workplace: tuple[Workplace, ...] = ()
    """Where one works; empty is any."""
    seniority: tuple[Seniority, ...] = ()
    """Which levels; empty is any."""
    employment: tuple[Employment, ...] = ()
    """Which kinds of engagement; empty is any."""
    visa_sponsorship: bool = False
    """Whether the employer must sponsor a visa."""
    accept_unknown_visa: bool = True
    """Whether postings that say nothing of visas will do then."""
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
