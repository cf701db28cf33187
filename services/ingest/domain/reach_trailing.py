"""Restrictions that follow their place: `US only`, `Germany-based candidates`, `Kenyan work permit`."""

import re
from collections.abc import Sequence
from functools import partial

from services.ingest.domain.findings import quote
from services.ingest.domain.reach_named import Excluded, Named
from services.ingest.domain.reach_words import ADDRESSED, NEGATED, PREFERRED, SMALL_PRINT, words
from services.ingest.domain.sections import ABOUT_US, Document
from services.rules.place_data import Sense
from services.rules.place_names import Found
from services.rules.places import PlaceMention

_BEHIND = re.compile(
    r"(?P<only>\W{0,2}(?:(?:-| )based )?(?:(?:residents?|citizens?|candidates?|applicants?|nationals?|locations?"
    r"|remote|time ?zones?)\W{0,2})?"
    r"\bonly\b(?!\s*:|\s?[-–—] to |\s(?:for|available|if|when|as|in)\b))"
    r"|(?P<based>\s?-?\s?based\b(?=\s+(?:\w+\s){0,2}?(?:candidates?|applicants?|talent|individuals?|contractors?"
    r"|freelancers?"
    r"|role|position|remote|employees?|only)\b|\W{0,2}(?:[,;)|•\n]|$)|permanent role))"
    r"|(?P<paper>\s+(?:citizen(?:s|ship)?|nationals?|nationality|passport|work(?:ing)? (?:permits?|authori[sz]ation"
    r"|visas?|eligibility"
    r"|rights?)|permanent residen(?:ts?|cy)|green card|right to work)\b)"
    r"|(?P<resident>\s+residents?\b|[- ]based (?:candidates?|applicants?)\b)",
    re.IGNORECASE,
)
_NOT_ELIGIBLE = re.compile(
    r"\W{0,3}(?:(?:residents?|candidates?|applicants?)\s)?(?:(?:are|is|will be)\s)?(?:not (?:be )?(?:eligible"
    r"|considered|accepted)|ineligible)",
    re.IGNORECASE,
)
_EXTRAS = re.compile(
    r"\b(?:insurance|plans?|401|fsa|hsa|account|stipend|coverage|pto|leave|holidays?|dental|medical|vision|match"
    r"|pension|equity"
    r"|bonus|discount\w*|benefits?|salary|pay|visa|sponsor\w*|clients?|customers?|market|shipping|users?)\b",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    r"(?:^|.*[\n•*|(,:–—-]\s*|.*\b(?:remote|full-time|fully|this|be|are|you['’]re|candidates?|a|an|for|to|is|position"
    r"|role|contract)[\s,]+)"
    r"(?:the )?$",
    re.IGNORECASE | re.DOTALL,
)
_NEEDED = re.compile(
    r"\b(?:must|require[ds]?|need|only|eligible|eligibility|valid|hold|have|possess|limited|open|accept\w*|need to)\b",
    re.IGNORECASE,
)
_ROLE_BEHIND = re.compile(r"\s+(?:\w+\s){0,2}(?:role|position|job|candidates?|applicants?)\b", re.IGNORECASE)
_AND = re.compile(r"\s?(?:,? (?:and|or)|&|/)\s?(?:the )?", re.IGNORECASE)
_ELSEWHERE = ABOUT_US | {"pay", "legal"}
_AROUND = 150


def trailing(document: Document, names: Sequence[Found], named: Named, excluded: Excluded) -> None:
    """Add to `named`, and to `excluded`, what the words behind the names of a text say.

    Papers (a passport, a permit) count where nothing else restricts: they are one way among others to be allowed.
    """
    text = document.text
    papers: list[tuple[Sense, Found, int]] = []
    for i, name in enumerate(names):
        if _NOT_ELIGIBLE.match(text, name.end):
            shut = [one for one in _list_to(text, names, i) if len(one.senses) == 1]
            excluded.add((one.senses[0].code for one in shut), partial(quote, "text", text, name.start, name.end))
            continue
        if len(name.senses) > 1 or name.senses[0].kind == "worldwide":
            continue
        behind = _BEHIND.match(text, name.end)
        if behind is None:
            continue
        sense, how = name.senses[0], behind.lastgroup
        if sense.kind == "demonym" and how != "paper":
            continue
        before = text[max(0, name.start - _AROUND) : name.start].rpartition("\n")[2].rpartition(". ")[2]
        if how in ("based", "resident", "only") and re.search(r"\bno[nt]?[\s-]+$", before, re.IGNORECASE):
            excluded.add([sense.code], partial(quote, "text", text, name.start, behind.end()))
            continue
        if not _restricts(document, how, name, before, behind.end()) or ADDRESSED.match(text, behind.end()):
            continue
        if how == "paper":
            papers.append((sense, name, behind.end()))
            continue
        if (
            i
            and how != "based"
            and len(names[i - 1].senses) == 1
            and _AND.fullmatch(text, names[i - 1].end, name.start)
        ):
            _take(text, named, names[i - 1].senses[0], names[i - 1], behind.end())
        _take(text, named, sense, name, behind.end())
    if not named.any_place:
        for sense, name, end in papers:
            _take(text, named, sense, name, end)


def _list_to(text: str, names: Sequence[Found], last: int) -> Sequence[Found]:
    """The names of the list that ends with one."""
    first = last
    while first and words().between.fullmatch(text, names[first - 1].end, names[first].start):
        first -= 1
    return names[first : last + 1]


def _restricts(document: Document, how: str | None, name: Found, before: str, end: int) -> bool:
    if NEGATED.search(before) or PREFERRED.search(before):
        return False
    of_role = how == "based" and _ROLE_BEHIND.match(document.text, end)
    if document.kind_at(name.start) in _ELSEWHERE and not of_role:
        return False
    if SMALL_PRINT.search(before):
        return False
    if how == "only":
        return not _EXTRAS.search(before) and not name.doubtful
    if how == "based":
        return bool(_BEGINS.fullmatch(before)) and not name.doubtful
    sentence = before + document.text[end : end + _AROUND].partition("\n")[0]
    return bool(_NEEDED.search(sentence)) and not _EXTRAS.search(before)


def _take(text: str, named: Named, sense: Sense, name: Found, end: int) -> None:
    kind = "country" if sense.kind == "demonym" else sense.kind
    mention = PlaceMention(sense.code, kind, name.start, name.end, text[name.start : name.end], sense.subdivision)
    if named.add((mention,), states=True):
        named.show(partial(quote, "text", text, name.start, end))
