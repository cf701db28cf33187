"""Time zones that a posting asks for: standard-time offsets, hours from UTC."""

import re
from collections.abc import Sequence

from schemas.posting import Timezones
from services.ingest.domain.draft import Draft
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.sections import Document

# Summer names stand for the same zone: who writes EDT in July means EST in January. IST is India's, CST is America's,
# BST is Britain's, for these are what postings mean by them.
_OFFSETS: dict[str, float] = {
    "hst": -10, "akst": -9, "pst": -8, "pdt": -8, "pt": -8, "pacific": -8, "mst": -7, "mdt": -7, "mt": -7,
    "mountain": -7,
    "cst": -6, "cdt": -6, "ct": -6, "central": -6, "est": -5, "edt": -5, "et": -5, "eastern": -5, "ast": -4, "brt": -3,
    "art": -3, "utc": 0, "gmt": 0, "wet": 0, "bst": 0, "uk": 0, "cet": 1, "cest": 1, "central european": 1, "wat": 1,
    "eet": 2, "eest": 2, "sast": 2, "cat": 2, "eat": 3, "msk": 3, "gst": 4, "ist": 5.5, "sgt": 8, "pht": 8, "awst": 8,
    "jst": 9, "kst": 9, "aest": 10, "aedt": 10, "nzst": 12, "nzdt": 12,
}  # fmt: skip
_ABBREVIATION = (
    r"HST|AKST|P[SD]T|M[SD]T|C[SD]T|E[SD]T|CES?T|EES?T|BRT|ART|SAST|WAT|EAT|MSK|IST|SGT|PHT|AWST|JST"
    r"|KST|AE[SD]T|NZ[SD]T"
)
_AMERICAN = r"(?:Pacific|Mountain|(?<!Middle )Eastern|Central)"
_NAMED = (
    rf"(?:US |U\.S\. )?(?:{_AMERICAN}(?=(?:\s?(?:/|,|or|and|to|-)\s?(?:US )?{_AMERICAN}){{0,3}}"
    r"[ -](?:Standard |Daylight )?(?:[Tt]ime|hours|business|[Zz]one))|Central European(?= (?:Time|time|Summer"
    r"|business|hours|and)))"
    r"|BST|GMT|UTC|(?<=[a-z\d] )(?:ET|PT|CT|MT)\b"
)
_OFFSET = r"(?:UTC|GMT)\s?[+\-−–±]\s?\d{1,2}(?::30|\.5)?"
_ZONE = re.compile(rf"\b(?P<zone>{_OFFSET}|(?:{_ABBREVIATION})\b|{_NAMED})")
_CUE = re.compile(
    r"time ?-?zones?|\bhours?\b|overlap|working (?:day|time)|business (?:day|hours)|schedule|\bshifts?\b|compatible"
    r"|aligned|alignment"
    r"|availab|located (?:in|within)|\bbetween\b|\bwithin\b|core (?:time|hours)",
    re.IGNORECASE,
)
_NO_CUE = re.compile(
    r"deadline|applications? (?:close|received|must)|\bwebinar|response time|support hours|posted"
    r"|by \d",
    re.IGNORECASE,
)
_SPREAD = re.compile(
    r"(?:±|\+\s?/\s?-|\+-|plus or minus|within)\s?(?P<hours>\d{1,2}(?:\.5)?)\s?(?:h\b|hrs?\b|hours?)?", re.IGNORECASE
)
_WESTMOST, _EASTMOST = -12.0, 14.0
_STRAY, _ITS_NEIGHBOUR = 14.0, 13.0
_REACH = 60
_MOST_ZONES = 60
_ELSEWHERE = frozenset({"legal", "process", "about"})


def read_timezones(draft: Draft, document: Document) -> Finding[Timezones | None]:
    """Decide the zones: the title's, else the text's, else the least and most of the board's field."""
    for source, part in (("title", Document("", document.title)), ("text", document)):
        found = _stated(source, part)
        if found is not None:
            return found
    return _from_field(draft.timezones)


def _stated(source: str, document: Document) -> Finding[Timezones | None] | None:
    text = document.text
    offsets: list[float] = []
    evidence = []
    for count, match in enumerate(_ZONE.finditer(text)):
        if count == _MOST_ZONES:
            break
        spread = _spread(text, match)
        if source == "text" and not spread and not _is_asked_for(document, match):
            continue
        offset = _offset(match.group("zone"))
        if offset is None:
            continue
        offsets += [offset - spread, offset + spread]
        evidence.append(quote(source, text, match.start(), match.end()))
    if not offsets:
        return None
    zones = Timezones(min=max(min(offsets), _WESTMOST), max=min(max(offsets), _EASTMOST))
    return Finding(zones, tuple(evidence[:3]))


def _is_asked_for(document: Document, zone: re.Match[str]) -> bool:
    """Whether the sentence speaks of working hours, and not of a deadline or a webinar."""
    if document.kind_at(zone.start()) in _ELSEWHERE:
        return False
    left, right = document.sentence_at(zone.start(), zone.end())
    around = document.text[max(0, zone.start() - _REACH) : zone.end() + _REACH]
    return bool(_CUE.search(document.text, left, right)) and not _NO_CUE.search(around)


def _offset(zone: str) -> float | None:
    zone = zone.lower().removeprefix("u.s. ").removeprefix("us ").strip()
    numeric = re.fullmatch(r"(?:utc|gmt)\s?([+\-−–±])\s?(\d{1,2})(:30|\.5)?", zone)
    if numeric is None:
        return _OFFSETS.get(zone)
    sign, hours, half = numeric.groups()
    if sign == "±":
        return 0.0
    value = float(hours) + (0.5 if half else 0)
    value = -value if sign in "-−–" else value
    return value if _WESTMOST <= value <= _EASTMOST else None


def _spread(text: str, zone: re.Match[str]) -> float:
    """`CET ±2`, `within 3 hours of EST`, `UTC ± 4 hours`."""
    after = _SPREAD.match(text, zone.end() + (text[zone.end() : zone.end() + 1] in {" ", "("}))
    if after is None and "±" in zone.group():
        after = _SPREAD.search(zone.group())
    if after is None:
        before = text[max(0, zone.start() - 28) : zone.start()]
        close = re.search(
            r"(?:±|\+\s?/\s?-|within)\s?(?P<hours>\d{1,2})\s?(?:h|hrs?|hours?)\b[\w ]{0,14}$", before, re.IGNORECASE
        )
        return float(close.group("hours")) if close else 0.0
    return float(after.group("hours"))


def _from_field(offsets: Sequence[float]) -> Finding[Timezones | None]:
    """A set, whose one stray is known: Himalayas lists +14 beside each of America's zones."""
    kept = {offset for offset in offsets if _WESTMOST <= offset <= _EASTMOST}
    if len(kept) > 1 and _ITS_NEIGHBOUR not in kept:
        kept.discard(_STRAY)
    if not kept:
        return Finding(None)
    return Finding(
        Timezones(min=min(kept), max=max(kept)), (evidence_of("timezones", ", ".join(f"{o:g}" for o in sorted(kept))),)
    )
