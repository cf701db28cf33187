"""The first line of a "Who is hiring" comment: `Company | Role | Place | REMOTE | pay | link`, in any order.

What a part is, is told by what it holds: a link, a sum, a form of employment, a role of the taxonomy, a place. The
company is the part that begins the line, as custom has it, unless that part is of another kind. Its words are those
of that board's custom (`ONSITE`, `H1B`, `F/T`), in English in whatever language the comment is, so they stand here and
not in the lexicon, whose words are looked for in running text.
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
)
from services.rules.places.text import places_in_field
from services.rules.text import collapsed

Kind = Literal["link", "pay", "employment", "visa", "workplace", "role", "several", "place", "seat", "other"]

MOST_LINE = 1_000
"""Characters of a first line that are looked at."""
_MOST_PART = 150
"""Of a part that names something; a longer one is prose."""
_PARTINGS = (re.compile(r"[|｜¦]"), re.compile(r"\s//+\s|[•·]"), re.compile(r"\s[-–—]+\s"))
"""What stands between parts: the first of these that a line has."""
_DOMAIN = re.compile(r"(?:www\.)?(?:[\w-]+\.){1,5}[a-z]{2,10}(?:/\S*)?", re.IGNORECASE)
_PAY = re.compile(
    r"[$€£¥₹] ?\d|\d ?k?(?: ?[-–—] ?[$€£]?\d[\d.,]* ?k?)? ?(?:[€£$]|(?:usd|eur|gbp|chf|cad|aud|k)\b)"
    r"|\b(?:salary|compensation)\b",
    re.IGNORECASE,
)
_NO_PAY = re.compile(
    r"[$€£] ?\d[\d.,]* ?(?:M|B|mn|bn|million|billion)\b"
    r"|\b(?:seed|series [A-F]|fund(?:ed|ing)|raised|ARR|valuation|users|downloads)\b",
    re.IGNORECASE,
)
_SHARES = re.compile(r"\bequity\b|\bcompetitive\b|\boptions\b", re.IGNORECASE)
_EMPLOYMENT = re.compile(
    r"\b(?:full|part)[\s-]?time\b|\bF/?T\b|\bcontract(?:ors?|s)?\b|\bfreelance(?:rs?)?\b|\bpermanent\b"
    r"|\bintern(?:s|ships?)?\b|\bco-?ops?\b|\btemporary\b",
    re.IGNORECASE,
)
_VISA = re.compile(r"\bvisas?\b|\bH-?1B\b|\bsponsor(?:ship)?\b|\bcitizen(?:s|ship)?\b|\brelocation\b", re.IGNORECASE)
_WORKPLACE = re.compile(
    r"\bremote(?:ly)?\b|\bon-? ?sites?\b|\bhybrid\b|\bin-? ?(?:person|office)\b"
    r"|\bwork from home\b|\bWFH\b|\banywhere\b",
    re.IGNORECASE,
)
_NOT_REMOTE = re.compile(r"\b(?:no|not|non)[ -]remote\b", re.IGNORECASE)
_PARTLY = re.compile(r"\bpart(?:ly|ial(?:ly)?)?[ -]remote\b|\bhybrid\b", re.IGNORECASE)
_REMOTE = re.compile(r"\bremote(?:ly)?\b|\bwork from home\b|\bWFH\b|\banywhere\b", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"(?:\b(?:or|and)\b|[/+&,])?\s*(?:\bhybrid\b|\bon-? ?sites?\b|\bin-? ?(?:person|office)\b)\s*"
    r"(?:\b(?:or|and|in)\b|[/+&])?",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"[(\[]\s*[)\]]|[/+& ]+(?=\))")
_SEAT = re.compile(r"^\W{0,3}(?:HQ|headquarter(?:s|ed)?|offices?)\b", re.IGNORECASE)
_SEVERAL = re.compile(
    r"(?:multiple|various|several|many|all)\s+(?:\w+\s+)?(?:roles|positions|openings|jobs)|engineering|hiring",
    re.IGNORECASE,
)
_PAID_ROLE = re.compile(r"(?P<title>[^$€£¥₹\d:]{3,60}?)[\s(\[:–-]*[$€£¥₹] ?\d")
_FIRM = re.compile(
    r"\b(?:group|inc|labs?|studios?|gmbh|ltd|llc|company|technologies|systems|agency|ai)\.?$", re.IGNORECASE
)
_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]?\s*$")
_SAYS = re.compile(
    r"^(?:we at |at )?(?P<company>[^,.!?|(]{2,60}?)\s*(?:\([^)]{0,80}\)\s*)?,?\s"
    r"(?:is|are|am)\s(?:\w+\s){0,2}(?:hiring|looking|seeking|searching|recruiting|expanding)\b",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"(?:hi|hello|hey|we|i|you|they|there|who|anyone|my|our|\[hiring\])(?!\w)|\w+'(?:m|re)\b", re.IGNORECASE
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
        said = [part.text for part in self.parts if part.kind not in {"link", "role"} and _WORKPLACE.search(part.text)]
        if any(_REMOTE.search(_NOT_REMOTE.sub("", _PARTLY.sub("", text))) for text in said):
            return "remote"
        if any(map(_PARTLY.search, said)):
            return "hybrid"
        return "onsite" if said else None

    @property
    def places(self) -> tuple[str, ...]:
        """Where the work is, less words for other workplaces: `London (Hybrid)` is London, `Remote (US)` stays."""
        found = (
            _EMPTY.sub("", _ELSEWHERE.sub(" ", _PARTLY.sub(" ", text))) for text in self.texts("workplace", "place")
        )
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
        found = (_EMPLOYMENT.finditer(part.text) for part in self.parts if part.kind not in {"role", "link"})
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
    is_pay = _PAY.search(bare) is not None and not _NO_PAY.search(bare) and re.search(r"\d", bare) is not None
    if len(bare) > _MOST_PART:
        return "pay" if is_pay else "other"
    if is_pay:
        paid = _PAID_ROLE.match(bare)
        return "role" if paid and has_head(paid["title"]) else "pay"
    without = _WORKPLACE.sub("", _EMPLOYMENT.sub("", _ASIDE.sub("", LINK.sub("", bare)))).strip(AROUND + "/&+")
    if _SEVERAL.fullmatch(without):
        return "several"
    if without and names_a_role(without):
        return "role"
    for kind, pattern in _TOLD:
        if pattern.search(bare):
            return kind
    return "place" if places_in_field(bare) else "other"


_TOLD: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("seat", _SEAT),
    ("workplace", _WORKPLACE),
    ("employment", _EMPLOYMENT),
    ("visa", _VISA),
    ("pay", _SHARES),
)


def _company_at(parts: list[Part]) -> int | None:
    """Where the company stands; None where no part is one.

    A first part is the company whatever it holds, for firms are called after places and trades, but for a workplace, a
    form of employment, or a role that no other part names: of such a line the company stands later, or nowhere.
    """
    first = parts[0]
    has_roles = any(part.kind in {"role", "several"} for part in parts[1:])
    is_firm = " " not in first.text or _FIRM.search(first.text) is not None
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
    said = _SAYS.match(line)
    return "" if said is None or _NOBODY.match(said["company"]) else said["company"].strip(AROUND)


def _sought(line: str) -> tuple[Part, ...]:
    return tuple(Part(title, "role") for title in roles_sought(line))
