"""The form of employment: from the title, then the board's field, then the text."""

import re
from collections.abc import Sequence

from schemas.posting import Employment
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.sections import Document

_WORDS: tuple[tuple[Employment, str], ...] = (
    ("internship", r"\bintern(?:ship)?s?\b|\bpraktik(?:um|ant)\w*|\bstagiaire\b|\bestágio\b|\bprácticas\b|\bstaż\b"),
    ("freelance", r"\bfreelanc(?:e|er|ers|ing)\b|\bfreiberuflich\b|\bself[- ]employed\b|\bautónomo\b"),
    ("contract", r"\bcontract(?:or|ors)?\b|\b1099\b|\bfixed[- ]term\b|\bb2b[- ]contract\b|\bbefristet\b|\bc2c\b"
                 r"|\bcorp[- ]to[- ]corp\b|\bcdd\b"),
    ("temporary", r"\btemp(?:orary)?\b|\bseasonal\b|\binterim\b|\btemporal\b|\b(?:maternity|parental"
                  r"|mat) (?:leave )?cover\b"),
    ("part_time", r"\bpart[- ]?time\b|\bteilzeit\b|\btemps partiel\b|\bmedia jornada\b|\bwerkstudent\w*"
                  r"|\bworking student\b"),
    ("full_time", r"\bfull[- ]?time\b|\bvollzeit\b|\btemps plein\b|\bjornada completa\b|\btempo integral\b"
                  r"|\bpełny etat\b"),
)  # fmt: skip
_PATTERNS = tuple((form, re.compile(words, re.IGNORECASE)) for form, words in _WORDS)
_ROLE_WORDS = re.compile(
    r"contracts? (?:manag|admin|special|complian|negoti|law|attorney|counsel|coordinat|analyst|officer|engineer)\w*"
    r"|(?:smart|data|government)[- ]contracts?"
    r"|internal|temp(?:orary)? staffing|contract (?:manufactur|research)\w*|commercial contracts?"
    r"|contractor (?:manage|compliance|payment)\w*",
    re.IGNORECASE,
)
"""Contracts and contractors that the work is about, not its form."""
_FIELD: tuple[tuple[Employment, str], ...] = (
    ("internship", r"intern|trainee|apprentice|student"),
    ("freelance", r"freelanc"),
    ("part_time", r"part"),
    ("contract", r"contract|fixed|b2b"),
    ("temporary", r"temp|season|per[ _-]?diem"),
    ("full_time", r"full"),
)
_LABEL = re.compile(
    r"(?:^|\n|[.•|] ?)\W{0,3}(?:employment(?: type)?|job type|contract type|type of (?:employment|contract)"
    r"|position type|job contract type"
    r"|time type|engagement(?: type)?|commitment|vertragsart|anstellungsart|type de contrat"
    r"|status)\s{0,2}[:\-–\n]\s{0,2}(?P<value>[^\n]{2,60})",
    re.IGNORECASE,
)
_PHRASE = re.compile(
    r"\b(?P<form>full[- ]?time|part[- ]?time|freelance|fixed[- ]term|temporary|contract)\b[\w\s,/()-]{0,30}?"
    r"\b(?:position|role|opportunity|job|basis|contract|employment|internship|engagement|assignment)\b"
    r"|\b(?:this is an?|work|hired|as an?|position is|role is|available)\s+(?:\w+\s){0,2}(?P<after>full[- ]?time"
    r"|part[- ]?time|freelanc\w+|independent contractor|contractor)\b"
    r"|#li-(?P<tag>full-?time|part-?time|contract)\b",
    re.IGNORECASE,
)
_OTHERS = frozenset({"about", "benefits", "legal", "process"})
_FEW_HOURS = re.compile(
    r"(?<![\d-])(\d{1,2})(?:\s?(?:-|–|to)\s?(\d{1,2}))?\+?\s?(?:hours|hrs|h)\s?(?:/|per|a|each)\s?week", re.IGNORECASE
)
_PART_TIME_BELOW = 30


def read_employment(draft: Draft, document: Document) -> Finding[Employment | None]:
    """Decide the form; None where nothing is said or two are offered. Permanent alone is not full-time."""
    return (
        _from_title(document.title)
        or _from_fields(draft.employment)
        or _from_label(document)
        or _from_phrases(document)
        or Finding(None)
    )


def _forms_in(text: str) -> list[Employment]:
    text = _ROLE_WORDS.sub(" ", text)
    return [form for form, pattern in _PATTERNS if pattern.search(text)]


def _from_title(title: str) -> Finding[Employment | None] | None:
    forms = [form for form in _forms_in(title) if form != "full_time"]
    return Finding(forms[0], (evidence_of("title", title),)) if forms else None


def _from_fields(fields: Sequence[Stated]) -> Finding[Employment | None] | None:
    for stated in fields:
        words = stated.text.lower()
        form = next((form for form, pattern in _FIELD if re.search(pattern, words)), None)
        if form is not None:
            return Finding(form, (evidence_of(stated.field, stated.text),))
    return None


def _from_label(document: Document) -> Finding[Employment | None] | None:
    for match in _LABEL.finditer(document.text):
        forms = _forms_in(match.group("value"))
        if "full_time" in forms and "part_time" in forms:
            return Finding(None, (quote("text", document.text, match.start("value"), match.end("value")),))
        if forms:
            return Finding(forms[0], (quote("text", document.text, match.start("value"), match.end("value")),))
    return None


def _from_phrases(document: Document) -> Finding[Employment | None] | None:
    found: dict[Employment, tuple[int, int]] = {}
    for match in _PHRASE.finditer(document.text):
        if document.kind_at(match.start()) in _OTHERS and not match.group("tag"):
            continue
        for form in _forms_in(match.group("form") or match.group("after") or match.group("tag")):
            found.setdefault(form, match.span())
    if not found:
        return _from_hours(document)
    evidence = tuple(quote("text", document.text, start, end) for start, end in found.values())
    if {"full_time", "part_time"} <= found.keys():
        return Finding(None, evidence[:3])
    form = next(form for form, _ in _PATTERNS if form in found)
    return Finding(form, (quote("text", document.text, *found[form]),))


def _from_hours(document: Document) -> Finding[Employment | None] | None:
    for match in _FEW_HOURS.finditer(document.text):
        most = int(match.group(2) or match.group(1))
        if 0 < most < _PART_TIME_BELOW and document.kind_at(match.start()) not in _OTHERS:
            return Finding("part_time", (quote("text", document.text, match.start(), match.end()),))
    return None
