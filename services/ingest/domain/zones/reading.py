"""Time zones that a posting asks for: standard-time offsets, hours from UTC.

The title's, else the text's where a sentence speaks of working hours, else the board's field. What a text says of a
company's or a webinar's clock asks for nothing.
"""

import re
from collections.abc import Iterator, Sequence

from schemas.posting import Timezones
from services.ingest.domain.draft import Draft
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.text.sections import Document
from services.ingest.domain.zones.hours import hours_around
from services.ingest.domain.zones.named import EASTMOST, WESTMOST, Zone, zones_in
from services.rules.places import find_places

_CUE = re.compile(
    r"time ?-?zones?|\bhours?\b|overlap|working (?:day|time)|business (?:day|hours)|schedule|\bshifts?\b|compatible"
    r"|aligned"
    r"|alignment|availab|located (?:in|within)|\bbetween\b|\bwithin\b|core time|monday|\bmon\b|\bweekdays?\b"
    r"|\btimes?\b|zeit|stunden|\buhr\b|zwischen|fuseau|décalage|\bheures? d|horaires? d|\bentre\b|\bhusos?\b"
    r"|zona horaria"
    r"|horari|horári|\bhoras?\b|\bfuso\b|\borari|\bore \d|tijd|godzin|\bczas",
    re.IGNORECASE,
)
_CLOCKS = re.compile(
    r"\d\s?(?:[ap]\.?m\.?)?\s?(?:-|–|—|to|until|till|and)\s?\d{1,2}(?::\d\d)?\s?(?:[ap]\.?m\.?)?\s?\(?$", re.IGNORECASE
)
"""A range of hours right before a zone."""
_RANGE = re.compile(
    r"(?:UTC|GMT)\s?[+\-−–]\s?\d[\d:.h ]{0,5}(?:to|and|through|\.\.|[-–—/])\s?(?:UTC|GMT)?\s?[+\-−–]\s?\d"
    r"|(?:UTC|GMT) (?:to|and|through|[-–—]) (?:UTC|GMT)\s?[+\-−–]\s?\d",
    re.IGNORECASE,
)
_NO_CUE = re.compile(
    r"deadline|applications? (?:close|received|must)|\bwebinar|response time|support hours|posted|any time ?zones?"
    r"|all time ?zones"
    r"|(?:different|multiple|various|several|global) time ?zones|regardless of|teams? (?:is |are )?(?:spread "
    r"|distributed )?across|(?:effectively|collaborat\w*|communicat\w*) across"
    r"|\bspan(?:s|ning|ned)?\b|(?:distributed|spread) (?:across|over|between)|verteilt (?:über|auf)|réparti\w* (?:sur"
    r"|entre)"
    r"|distribuid\w* (?:entre|por|en)|bewerb(?:en|t|ung)|einsendeschluss|date limite|fecha límite|plazo de|data limite"
    r"|prazo de|\brtt\b|épargne|\binterviews? (?:take|happen|are held|run)"
    r"|\bby \d|\bcall us|\bclients? in\b|customers? in\b|stakeholders in",
    re.IGNORECASE,
)
_DEMAND = re.compile(
    r"\b(?:must|need(?:s|ed)? to|requires?|required|expected to|willing|able to|ability to|prepared to|will work"
    r"|(?:work|remote|hybrid) within|this role|may work|available|(?:working|work|core|shift) (?:hours|times?)"
    r"|hours:|shifts?:|schedule:|mon(?:day)?s?\b)",
    re.IGNORECASE,
)
"""What asks for hours also where a section is about the company, the process or the law."""
_SOFT_BEFORE = re.compile(
    r"\b(?:prefer\w*|preference|prioriti[sz]ing)\b[^.\n]{0,40}\b(?:candidates?|applicants?|people|someone|anyone"
    r"|(?<!us-)(?<!u\.s\.-)based|located)\b|\bideally\b",
    re.IGNORECASE,
)
_SOFT_BEHIND = re.compile(
    r"[^.\n;]{0,40}\b(?:is|be|are) (?:a plus|a bonus|ideal|an advantage)\b|[^.\n;]{0,40}\bnice to have\b", re.IGNORECASE
)
"""A wish about where one is. `Pacific time zone preferred` by itself still says which hours are worked."""
_WISHED_BEFORE = re.compile(r"\bprefer\w*:? (?:\w+ ){0,3}$", re.IGNORECASE)
_WISHED_BEHIND = re.compile(r"[\w /&-]{0,30}\bpreferred\b", re.IGNORECASE)
_NOT_NEEDED = re.compile(
    r"(?:\W{0,3}\b(?:time ?zones?|time|(?:working |business )?hours|schedule|shifts?|coverage|overlap|preferred|nice"
    r"|is|are|but|though|strictly)\b){0,6}\W{0,3}\bnot (?:an? )?(?:(?:strict|hard|firm) )?"
    r"(?:requirements?|required|mandatory|necessary)\b"
    r"|(?: ?\([^()\n]{1,16}\))?\W{0,4}(?:(?:while|though|although|but) )?(?:full|complete|total) "
    r"(?:coverage|overlap|alignment)[\w ]{0,30}(?:\bnot|n['’]t)\b",
    re.IGNORECASE,
)
"""Hours that one need not keep; behind them, also in the next sentence: "full coverage is not a requirement"."""
_STRAY, _ITS_NEIGHBOUR = 14.0, 13.0
_AROUND, _BESIDE = 60, 8
_MOST_ZONES = 60
_MOST_TITLE = 300
_ELSEWHERE = frozenset({"legal", "process", "about", "others"})


def read_timezones(draft: Draft, document: Document) -> Finding[Timezones | None]:
    """Decide the zones that an applicant has to be in or to work in."""
    return _in_title(document.title) or _in_text(document) or _from_field(draft.timezones)


def _in_title(title: str) -> Finding[Timezones | None] | None:
    zones = zones_in(title)[:_MOST_ZONES]
    wished = any(_is_wished_of_some(title, *_near(title, zone), zone) for zone in zones)
    return None if wished else _found("title", title, zones)


def _near(title: str, zone: Zone) -> tuple[int, int]:
    """A whole title, but of one that is no title."""
    return max(0, zone.start - _MOST_TITLE), min(len(title), zone.end + _MOST_TITLE)


def _in_text(document: Document) -> Finding[Timezones | None] | None:
    asked: list[Zone] = []
    for zone in zones_in(document.text)[:_MOST_ZONES]:
        if (asked and zone.start - asked[-1].end < _BESIDE) or _is_asked_for(document, zone):
            asked.append(zone)
    return _found("text", document.text, asked)


def _is_wished_of_some(text: str, left: int, right: int, zone: Zone) -> bool:
    """Whether a zone is preferred in a sentence that names a wider region: `EU, US - Eastern time preferred`.

    Whoever is elsewhere in the region works by another clock. A zone preferred by itself says which hours are worked.
    """
    wished = _WISHED_BEFORE.search(text, left, zone.start) or _WISHED_BEHIND.match(text, zone.end, right)
    return bool(wished) and any(mention.kind == "group" for mention in find_places(text[left:right]))


def _found(source: str, text: str, zones: Sequence[Zone]) -> Finding[Timezones | None] | None:
    if not zones:
        return None
    ends = [end for zone in zones for end in _ends(text, zone)]
    shown = tuple(quote(source, text, zone.start, zone.end) for zone in zones[:3])
    return Finding(Timezones(min=max(min(ends), WESTMOST), max=min(max(ends), EASTMOST)), shown)


def _ends(text: str, zone: Zone) -> Iterator[float]:
    less, more = hours_around(text, zone.start, zone.end)
    yield zone.least - less
    yield zone.most + more


def _is_asked_for(document: Document, zone: Zone) -> bool:
    """Whether the sentence speaks of working hours, and not of a deadline or a webinar."""
    text = document.text
    left, right = document.sentence_at(zone.start, zone.end)
    if _SOFT_BEFORE.search(text, left, zone.start) or _SOFT_BEHIND.match(text, zone.end):
        return False
    if _NOT_NEEDED.match(text, zone.end) or _is_wished_of_some(text, left, right, zone):
        return False
    if any(hours_around(text, zone.start, zone.end)):
        return True
    if document.kind_at(zone.start) in _ELSEWHERE and not _DEMAND.search(text, left, right):
        return False
    start = max(text.rfind("\n", max(0, zone.start - _AROUND), zone.start) + 1, zone.start - _AROUND, 0)
    around = text[start : zone.end + _AROUND].partition("\n")[0]
    if _NO_CUE.search(around):
        return False
    if _CLOCKS.search(text, max(0, zone.start - 24), zone.start) or _RANGE.search(around):
        return True
    return bool(_CUE.search(text, left, right))


def _from_field(offsets: Sequence[float]) -> Finding[Timezones | None]:
    """A set, whose one stray is known: Himalayas lists +14 beside each of America's zones."""
    kept = {offset for offset in offsets if WESTMOST <= offset <= EASTMOST}
    if len(kept) > 1 and _ITS_NEIGHBOUR not in kept:
        kept.discard(_STRAY)
    if not kept:
        return Finding(None)
    shown = evidence_of("timezones", ", ".join(f"{offset:g}" for offset in sorted(kept)))
    return Finding(Timezones(min=min(kept), max=max(kept)), (shown,))
