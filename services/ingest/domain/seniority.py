"""The level: from the title, then an explicit statement, then the board's field."""

import re
from collections.abc import Iterator, Sequence

from schemas.posting import Seniority
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.seniority_words import LADDER_LEVELS, LEVELS, NUMERAL_LEVELS, patterns
from services.ingest.domain.text.anchors import matches, stretches
from services.ingest.domain.text.sections import BOILERPLATE, Document

_EDGE = re.compile(r"\A\W+")


def read_seniority(draft: Draft, document: Document) -> Finding[Seniority | None]:
    """Decide the level; None where nothing names one.

    The first of two levels in a title counts; `Senior Manager` and `Associate Director` are one grade of two words,
    named by the second. Role names (Account Executive, Product Manager) are none, and a board's field that only
    repeats one says nothing; a manager of any kind who has people reporting to them by the text is one.
    """
    return (
        _from_title(document.title, "title")
        or _from_text(document)
        or _from_reports(document)
        or _from_fields(draft.seniority, document.title)
        or Finding(None)
    )


def _from_title(title: str, source: str) -> Finding[Seniority | None] | None:
    level = _level_in(title)
    return Finding(level, (evidence_of(source, title),)) if level else None


def _level_in(title: str) -> Seniority | None:
    known, words = patterns(), _EDGE.sub("", title.lower())
    if known.intern.search(words):
        return "intern"
    words = known.role_name.sub(lambda role: "_" * len(role[0]), words)
    grade, match = known.grade.search(words), known.title.search(words)
    if grade is not None and grade.lastgroup is not None and (match is None or match.start() >= grade.start()):
        return LEVELS[grade.lastgroup]
    if match is not None and match.lastgroup is not None:
        return LEVELS[match.lastgroup]
    numeral = known.numeral.search(title)
    if numeral is not None:
        return NUMERAL_LEVELS[numeral[1]]
    ladder = known.ladder.search(title)
    if ladder is not None and not known.support_line.search(title):
        return LADDER_LEVELS[ladder[1]]
    return None


def _from_text(document: Document) -> Finding[Seniority | None] | None:
    for match in _statements(document):
        source = match.lastgroup or ""
        words = match[source]
        level = _level_in(words) if source == "title" else _field_level(words)
        if level is not None and document.kind_at(match.start()) not in BOILERPLATE:
            return Finding(level, (quote("text", document.text, match.start(), match.end()),))
    return None


def _statements(document: Document) -> Iterator[re.Match[str]]:
    yield from matches(document, "seniority", patterns().stated, before=80, after=80)
    yield from matches(document, "title_line", patterns().title_line, before=20, after=100)


def _from_reports(document: Document) -> Finding[Seniority | None] | None:
    if not patterns().manager.search(document.title):
        return None
    for start, stop in stretches(document, "reports", before=60, after=40):
        match = patterns().reports.search(document.lowered, start, stop)
        if match is not None and document.kind_at(match.start()) not in BOILERPLATE:
            return Finding("manager", (quote("text", document.text, match.start(), match.end()),))
    return None


def _from_fields(fields: Sequence[Stated], title: str) -> Finding[Seniority | None] | None:
    for stated in fields:
        level = _field_level(stated.text)
        if level is None or (level in {"manager", "executive"} and _only_named(level, title)):
            continue
        return Finding(level, (evidence_of(stated.field, stated.text),))
    return None


def _only_named(level: str, title: str) -> bool:
    """Whether a field has its level from a role's name: Manager from a Product Manager."""
    words = patterns().role_name.findall(title.lower()) if level == "manager" else [title.lower()]
    return any(level in word for word in words)


def _field_level(text: str) -> Seniority | None:
    words = text.lower().replace("_", " ")
    return next((level for level, pattern in patterns().in_fields if pattern.search(words)), None)
