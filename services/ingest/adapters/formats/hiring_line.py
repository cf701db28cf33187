"""The first line of a "Who is hiring" comment: `Company | Role | Place | REMOTE | pay | link`, in any order.

What a part is, is told by what it holds: a link, a sum, a form of employment, a role of the taxonomy, a place. The
company is the part that begins the line, as custom has it, unless that part is of another kind.
"""

import re
from dataclasses import dataclass
from typing import Literal

from services.ingest.adapters.formats.comment_titles import (
    AROUND,
    LINK,
    bare_title,
    has_head,
    names_a_role,
    roles_sought,
    words,
)
from services.rules.places.known import places_in_field
from services.rules.text import collapsed

Kind = Literal["link", "pay", "employment", "visa", "workplace", "role", "several", "place", "seat", "other"]

MOST_LINE = 1_000
"""Characters of a first line that are looked at."""
_MOST_PART = 150
"""Of a part that names something; a longer one is prose."""
_PARTINGS = (re.compile(r"[|｜¦]"), re.compile(r"\s//+\s|[•·]"), re.compile(r"\s[-–—]+\s"))
"""What stands between parts: the first of these that a line has."""
_DOMAIN = re.compile(r"(?:www\.)?(?:[\w-]+\.){1,5}[a-z]{2,10}(?:/\S*)?", re.IGNORECASE)
_PAY = r"[$€£¥₹] ?\d|\d ?k?(?: ?[-–—] ?[$€£]?\d[\d.,]* ?k?)? ?(?:[€£$]|(?:usd|eur|gbp|chf|cad|aud|k)\b)|{pay.rate}"
_NO_PAY = r"[$€£] ?\d[\d.,]* ?(?:(?:M|B|mn|bn)\b|{large})|{raised}"
_PAID_ROLE = re.compile(r"(?P<title>[^$€£¥₹\d:]{3,60}?)[\s(\[:–-]*[$€£¥₹] ?\d")
_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]?\s*$")
_EMPTY = re.compile(r"[(\[]\s*[)\]]|[/+& ]+(?=\))")
_EMPLOYMENT = (
    r"\bF/?T\b|{employment.full_time}|{employment.part_time}|{employment.internship}|{employment.freelance}"
    r"|{employment.contract}|{employment.temporary}|{employment}"
)
_VISA = r"{visa.papers}|{visa}"
_REMOTE = r"{workplace.title.remote}"
_WORKPLACE = rf"{_REMOTE}|{{onsite}}|{{workplace.field.hybrid}}"
_PARTLY = r"{partly_remote}|{workplace.field.hybrid}"
_ELSEWHERE = (
    r"(?:{joint.or}|{joint.and}|[/+&,])?\s*(?:{workplace.field.hybrid}|{onsite})\s*"
    r"(?:{joint.or}|{joint.and}|{place.within}|[/+&])?"
)
_SEAT = r"^\W{0,3}{seat}"
_FIRM = r"(?:{skill.company_form}|{firm})\.?$"
_SAYS = (
    r"^(?:{as_firm} )?(?P<company>[^,.!?|(]{2,60}?)\s*(?:\([^)]{0,80}\)\s*)?,?\s{is}\s(?:\w+\s){0,2}(?:{seeks}|{grows})"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the line, and what it is."""

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class HiringLine:
    """What a first line says."""

    line: str
    company: str
    link: str | None
    """The first address in it."""
    parts: tuple[Part, ...]
    """All but the company, in their order."""

    def texts(self, *kinds: Kind) -> tuple[str, ...]:
        """The parts of these kinds."""
        return tuple(part.text for part in self.parts if part.kind in kinds)

    @property
    def workplace(self) -> Literal["remote", "hybrid", "onsite"] | None:
        """The freest that the line offers, since people write `ONSITE or REMOTE`; None where it names none."""
        workplace = words(_WORKPLACE)
        said = [part.text for part in self.parts if part.kind not in {"link", "role"} and workplace.search(part.text)]
        if any(words(_REMOTE).search(words("{not_remote}").sub("", words(_PARTLY).sub("", text))) for text in said):
            return "remote"
        if any(map(words(_PARTLY).search, said)):
            return "hybrid"
        return "onsite" if said else None

    @property
    def places(self) -> tuple[str, ...]:
        """Where the work is, less words for other workplaces: `London (Hybrid)` is London, `Remote (US)` stays."""
        elsewhere, partly = words(_ELSEWHERE), words(_PARTLY)
        found = (_EMPTY.sub("", elsewhere.sub(" ", partly.sub(" ", text))) for text in self.texts("workplace", "place"))
        return tuple(place for text in found if (place := collapsed(text).strip(AROUND)))

    @property
    def titles(self) -> tuple[str, ...]:
        """The roles without the pay of each; else what says that there are several; else what is of no kind."""
        named = tuple(title for role in self.texts("role") if (title := bare_title(role)))
        # What has no noun of work beside others that have is a skill.
        return tuple(filter(has_head, named)) or named or self.texts("several") or self.texts("other")[:1]

    @property
    def pay(self) -> tuple[str, ...]:
        """Sums, those beside a role too."""
        return tuple(
            part.text
            for part in self.parts
            if part.kind == "pay" or (part.kind == "role" and _PAID_ROLE.match(part.text))
        )

    @property
    def employment(self) -> tuple[str, ...]:
        """Words for the form of employment, beside whatever else they stand; a title's are left to its reading."""
        found = (words(_EMPLOYMENT).finditer(part.text) for part in self.parts if part.kind not in {"role", "link"})
        return tuple(match[0] for matches in found for match in matches)

    @property
    def is_opening(self) -> bool:
        """Whether the line speaks of work by its form: it has parts, and one says something of a job."""
        return any(part.kind not in {"link", "other"} for part in self.parts)


def read_line(line: str) -> HiringLine:
    """Read a line of plain text. Linear in it."""
    line = collapsed(line)[:MOST_LINE].strip()
    link = LINK.search(line)
    address = link[0].rstrip(".,;") if link else None
    written = _split(line)
    if len(written) < 2:
        return HiringLine(line, _company_in_prose(line), address, _sought(line))
    parts = [Part(text, _kind(text)) for text in written]
    at = _company_at(parts)
    company = "" if at is None else _company(parts[at].text)
    return HiringLine(line, company, address, tuple(part for place, part in enumerate(parts) if place != at))


def _split(line: str) -> list[str]:
    for number, parting in enumerate(_PARTINGS):
        parts = [part.strip() for part in parting.split(line) if part.strip(AROUND)]
        # A dash stands in prose too: it parts a line only where there are several.
        if len(parts) > (2 if number == 2 else 1):
            return [part.strip("*_~ ") for part in parts]
    return [line]


def _kind(text: str) -> Kind:
    bare = text.strip(AROUND)
    if LINK.match(bare) or _DOMAIN.fullmatch(bare):
        return "link"
    is_pay = bool(words(_PAY).search(bare)) and not words(_NO_PAY).search(bare) and bool(re.search(r"\d", bare))
    if len(bare) > _MOST_PART:
        return "pay" if is_pay else "other"
    if is_pay:
        paid = _PAID_ROLE.match(bare)
        return "role" if paid and has_head(paid["title"]) else "pay"
    formless = words(_EMPLOYMENT).sub("", _ASIDE.sub("", LINK.sub("", bare)))
    without = words(_WORKPLACE).sub("", formless).strip(AROUND + "/&+")
    if words("{several}").fullmatch(without):
        return "several"
    if without and names_a_role(without):
        return "role"
    for kind, template in _TEMPLATES:
        if words(template).search(bare):
            return kind
    return "place" if places_in_field(bare) else "other"


_TEMPLATES: tuple[tuple[Kind, str], ...] = (
    ("seat", _SEAT),
    ("workplace", _WORKPLACE),
    ("employment", _EMPLOYMENT),
    ("visa", _VISA),
    ("pay", "{shares}"),
)


def _company_at(parts: list[Part]) -> int | None:
    """Where the company stands; None where no part is one.

    A first part is the company whatever it holds, for firms are called after places and trades, but for a workplace, a
    form of employment, or a role that no other part names: of such a line the company stands later, or nowhere.
    """
    first = parts[0]
    has_roles = any(part.kind in {"role", "several"} for part in parts[1:])
    is_firm = " " not in first.text or words(_FIRM).search(first.text) is not None
    if first.kind == "role" and not has_roles and not is_firm:
        return next((at for at, part in enumerate(parts) if part.kind == "other" and len(part.text) <= 60), None)
    return None if first.kind in {"workplace", "employment"} else 0


def _company(text: str) -> str:
    """A company's name without its address and what stands in brackets behind it; of an address alone its host."""
    bare = collapsed(LINK.sub(" ", text))
    while (shorter := _ASIDE.sub("", bare)) != bare:
        bare = shorter
    host = re.search(r"(?:https?://)?(?:www\.)?((?:[\w-]+\.){1,5}[a-z]{2,10})", text, re.IGNORECASE)
    return bare.strip(AROUND) or (host[1] if host else "")


def _company_in_prose(line: str) -> str:
    """The company of `Nimbus Fern is hiring a baker`; "" where the line names none so."""
    said = words(_SAYS).match(line)
    return "" if said is None or words("{nobody}").match(said["company"]) else said["company"].strip(AROUND)


def _sought(line: str) -> tuple[Part, ...]:
    return tuple(Part(title, "role") for title in roles_sought(line))
