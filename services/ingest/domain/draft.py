"""What every feed format is mapped to: the fields as stated, before any rule has read them.

A draft keeps what a source said apart from where it said it, so that the rules can weigh a title, a field and a text
against each other and leave evidence. Nothing here is interpreted: an empty field is one the source did not state.
"""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal

BandKind = Literal["base", "estimate", "ote", "bonus", "unknown"]


@dataclass(frozen=True, slots=True)
class Stated:
    """A value and the field of the feed that it stood in."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class PayBand:
    """Pay from structured fields. None is unstated, as is a 0 of a feed that writes 0 for that."""

    field: str
    min: Decimal | None
    max: Decimal | None
    currency: str | None
    period: str | None
    """As the feed spells it: `annual`, `per-year-salary`, `1 YEAR`, `HOUR`, ..."""
    kind: BandKind = "base"
    zone: str | None = None
    """The place or level that the band is for."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One posting as its source states it."""

    source_id: str
    title: str
    company: str
    url: str | None = None
    apply_url: str | None = None
    company_url: str | None = None
    html: str = ""
    """The description as markup, unescaped as often as the format asks for. Lists of requirements are part of it."""
    skills: tuple[Stated, ...] = ()
    """Tags, categories and skill lists: each one name."""
    restriction: tuple[Stated, ...] = ()
    """The board's restriction field: places that an applicant must be in. See `restriction_open`."""
    restriction_open: bool = False
    """The board's restriction field says, by its documented rule, that anybody anywhere may apply."""
    locations: tuple[Stated, ...] = ()
    """The posting's own locations, free text or country names and codes, `Berlin, Germany`."""
    headquarters: tuple[Stated, ...] = ()
    """The employer's seat: only ever lowers confidence."""
    workplace: tuple[Stated, ...] = ()
    """Statements of the workplace field: `remote`, `hybrid`, `onsite`, the strongest first."""
    timezones: tuple[float, ...] = ()
    """The hours from UTC that the board's field lists; a set, not a range."""
    pay: tuple[PayBand, ...] = ()
    pay_text: tuple[Stated, ...] = ()
    """Free-text pay fields."""
    seniority: tuple[Stated, ...] = ()
    employment: tuple[Stated, ...] = ()
    departments: tuple[Stated, ...] = ()
    language: str | None = None
    posted_at: str | int | float | None = None
    """As served; `services.ingest.domain.dates` reads it."""
    expires_at: str | int | float | None = None


STATED_FIELDS = tuple(field.name for field in fields(Draft) if field.type == tuple[Stated, ...])
"""Those that hold texts as they stood in fields of the feed."""
