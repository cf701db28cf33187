"""What every feed format is mapped to: the fields as stated, before any rule has read them.

A draft keeps what a source said apart from where it said it, so that the rules can weigh a title, a field and a text
against each other and leave evidence. Nothing here is interpreted: an empty field is one the source did not state.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, Literal

from schemas.posting import Evidence, Workplace
from services.ingest.domain.findings import evidence_of

BandKind = Literal["base", "estimate", "ote", "bonus", "unknown"]


@dataclass(frozen=True, slots=True)
class Stated:
    """A value and the field of the feed that it stood in."""

    field: str
    text: str
    at: tuple[float, float] | None = None
    """Of a place, where it lies: degrees of latitude and longitude."""


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
    board_workplace: Workplace | None = None
    """What all jobs of the board are, `remote` where it lists no others: counts where a posting says nothing."""
    timezones: tuple[float, ...] = ()
    """The hours from UTC that the board's field lists; a set, not a range."""
    pay: tuple[PayBand, ...] = ()
    pay_text: tuple[Stated, ...] = ()
    """Free-text pay fields."""
    seniority: tuple[Stated, ...] = ()
    employment: tuple[Stated, ...] = ()
    departments: tuple[Stated, ...] = ()
    language: str | None = None
    """What it is written in."""
    languages: tuple[Stated, ...] = ()
    """What the board's field says that one must speak: names or codes."""
    posted_at: str | int | float | None = None
    """As served; `services.ingest.domain.dates` reads it."""
    expires_at: str | int | float | None = None


STATED_FIELDS = tuple(field.name for field in fields(Draft) if field.type == tuple[Stated, ...])
"""Those that hold texts as they stood in fields of the feed."""


_WRITTEN = tuple(
    field.name for field in fields(Draft) if field.name not in {*STATED_FIELDS, "html", "timezones", "pay"}
)
"""The other fields of which so much is read: names, addresses, dates."""


MOST_NAME = 10_000
"""Characters of a title or a company's name that are looked at; a posting keeps 300."""
MOST_URL = 4_000
"""Of an address; of a longer one nothing is left, since a part of it leads elsewhere."""
MOST_STATED = 200
"""Values of one field."""
MOST_VALUE = 2_000
"""Characters of one value; the longest of 2,731 captured postings has 300."""
MOST_FIELD = 20_000
"""Characters of all values of one field."""


def bounded(draft: Draft) -> tuple[Draft, tuple[Evidence, ...]]:
    """Cut a draft to its bounds, and say of each field what was left out."""
    if _is_short(draft):
        return draft, ()
    changes: dict[str, Any] = {}
    said: list[Evidence] = []
    for name, value in ((field.name, getattr(draft, field.name)) for field in fields(draft)):
        cut, why = _bounded(name, value)
        if why is not None:
            changes[name] = cut
            said.append(evidence_of(name, why))
    return (replace(draft, **changes), tuple(said)) if changes else (draft, ())


def _is_short(draft: Draft) -> bool:
    """Whether a draft is within the narrowest of its bounds, as nearly all are: nothing of it needs to be cut."""
    for name in _WRITTEN:
        value = getattr(draft, name)
        if isinstance(value, str) and len(value) > MOST_URL:
            return False
    for name in STATED_FIELDS:
        length = 0
        for stated in getattr(draft, name):
            length += len(stated.text)
        if length > MOST_VALUE or len(getattr(draft, name)) > MOST_STATED:
            return False
    return len(draft.timezones) <= MOST_STATED and len(draft.pay) <= MOST_STATED


def left_out(field: str, read: int, length: int) -> tuple[Evidence, ...]:
    """Say that a text is longer than what is read of it; nothing where it is not."""
    return (evidence_of(field, _share_read(read, length, "characters")),) if length > read else ()


def _bounded(name: str, value: Any) -> tuple[Any, str | None]:
    if isinstance(value, str) and name != "html":
        if name.endswith("url"):
            return None, f"an address of {len(value):,} characters is left out" if len(value) > MOST_URL else None
        return value[:MOST_NAME], _share_read(MOST_NAME, len(value), "characters") if len(value) > MOST_NAME else None
    if not isinstance(value, tuple):
        return value, None
    kept = tuple(_within(value[:MOST_STATED]))
    whole = sum(len(stated.text) for stated in value if isinstance(stated, Stated))
    read = sum(len(stated.text) for stated in kept if isinstance(stated, Stated))
    if len(kept) < len(value):
        return kept, _share_read(len(kept), len(value), "values")
    return kept, _share_read(read, whole, "characters") if read < whole else None


def _within(values: tuple[Any, ...]) -> Iterator[Any]:
    room = MOST_FIELD
    for stated in values:
        if not isinstance(stated, Stated):
            yield stated
            continue
        if room <= 0:
            return
        text = stated.text[: min(room, MOST_VALUE)]
        room -= len(text)
        yield stated if len(text) == len(stated.text) else replace(stated, text=text)


def _share_read(read: int, whole: int, what: str) -> str:
    return f"{read:,} of {whole:,} {what} are read"
