"""criteria.v1: what to match on. It belongs to nobody."""

from pydantic import Field

from schemas.model import Model
from schemas.posting import Employment, Period, Seniority, Workplace


class SkillTerms(Model):
    """Canonical skill names: all of these, at least some of those, none of the last."""

    all: tuple[str, ...] = ()
    """A posting must ask for each of these."""
    any: tuple[str, ...] = ()
    """A posting must ask for one of these, or for a skill that implies one, as React implies JavaScript."""
    at_least: int = Field(default=1, ge=1)
    """How many of `any` a posting must ask for."""
    none: tuple[str, ...] = ()
    """A posting must not name any of these, in whatever way."""
    mentions: bool = False
    """Whether skills of `all` and `any` count that a posting only mentions: as a bonus, as the employer's, or in
    passing."""


class RoleTerms(Model):
    """What jobs are, by the ids of `services.rules.roles` or by what people call them: one of these, none of those."""

    any: tuple[str, ...] = ()
    """A posting must have one of these roles."""
    none: tuple[str, ...] = ()
    """A posting's first role must not be one of these. Its second role may be."""
    neighbours: bool = False
    """Whether roles near those of `any` fit too."""
    accept_unknown: bool | None = None
    """Whether postings fit whose role is unknown. Unset: they fit if the search asks for skills or words as well."""


class SalaryFloor(Model):
    """The least pay that will do."""

    amount: int = Field(gt=0)
    """The highest pay of a posting must be at least this."""
    currency: str
    """ISO 4217. Pay in other currencies is converted."""
    period: Period = "year"
    """What the amount is paid for. `project` is refused, since it cannot be compared."""


class Nearby(Model):
    """A town and what lies around it."""

    town: str
    """The town's name. If several towns share it, add the country or state: `Cambridge, MA`."""
    km: int = Field(gt=0, le=300)
    """How far from the town the work may be."""


class Criteria(Model):
    """What a posting must satisfy. An empty set or null asks for nothing.

    `services.rules.criteria.canonical` gives the one form that is stored, hashed and matched.
    """

    skills: SkillTerms = SkillTerms()
    """The skills that a posting must ask for, and those that it must not name."""
    roles: RoleTerms = RoleTerms()
    """The roles that a posting must have, and must not have."""
    text: str = ""
    """What title and description must say: words, "phrases", alternatives with OR, and -exclusions.

    A word for both genders (`Mitarbeiter/in`) is found by either word and asks for either.
    """
    places: tuple[str, ...] = ()
    """Where the subscriber may work from: ISO 3166-1, ISO 3166-2, a group's name, or `worldwide`. Empty: anywhere. If a
    search asks for remote work only, a place that contains another listed one adds nothing (`["PL", "europe"]`)."""
    accept_unknown_place: bool = False
    """Whether a posting fits that does not say where one may work from."""
    near: tuple[Nearby, ...] = ()
    """Work that is not remote must be in reach of one of these towns. Empty: any town."""
    accept_unknown_town: bool = False
    """Whether such work fits if its town is unknown."""
    utc_offset: float | None = None
    """The subscriber's hours from UTC, in standard time."""
    tolerance: float = 0.0
    """How many hours a posting's time zones may be away from `utc_offset`."""
    salary_floor: SalaryFloor | None = None
    """The least pay."""
    accept_undisclosed: bool = True
    """Whether a posting fits that does not state its pay."""
    workplace: tuple[Workplace, ...] = ()
    """Whether the work is remote, hybrid or onsite. Empty: any."""
    seniority: tuple[Seniority, ...] = ()
    """Which levels fit. Empty: any."""
    employment: tuple[Employment, ...] = ()
    """Which kinds of employment fit. Empty: any."""
    permanent: bool = False
    """Whether no posting fits that says that its work ends, or is no employment: fixed-term, temporary, an internship,
    work on one's own account. One that says nothing of that fits."""
    visa_sponsorship: bool = False
    """Whether the employer must sponsor a visa."""
    accept_unknown_visa: bool = True
    """Whether postings then fit that say nothing about visas."""
    languages: tuple[str, ...] = ()
    """The languages that a posting may be written in, by ISO 639-1. Empty: any."""


class CriteriaRecord(Model):
    """criteria.v1 on the wire: the newest state of one key."""

    key: int = Field(ge=0, lt=2**32)
    criteria_id: str
    version: int
    """Bumped by each change; the index takes it as its external version."""
    removed: bool = False
    criteria: Criteria
