"""The form of employment: from the title, then the text and the board's field, of which the more specific counts."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from schemas.posting import Employment
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.employment_words import SPECIFIC_FIRST, patterns
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.text.anchors import matches, stretches
from services.ingest.domain.text.sections import BOILERPLATE, Document

Found = dict[Employment, Finding[Employment | None]]

_COMPANY = frozenset({"about", "others", "legal"})
_SECOND_FORM = 14
"""Characters in which a second form may follow: `Full-time / part-time`."""
_PART_TIME_BELOW = 30
_FULL_TIME = range(35, 46)
_FULL_SHARE = 95
"""Percent of full-time from which it is called so."""


def read_employment(draft: Draft, document: Document) -> Finding[Employment | None]:
    """Decide the form; None where nothing is said or two are offered. Permanent alone is not full-time."""
    title = document.title.lower()
    named = _forms_in(title)
    if named and named[0] != "full_time":
        return Finding(named[0], (evidence_of("title", document.title),))
    stated, both = _in_text(document)
    found = {**_in_fields(draft.employment), **stated}
    if named:
        found.setdefault("full_time", Finding("full_time", (evidence_of("title", document.title),)))
    if patterns().student.search(title) and not found.keys() - {"full_time"}:
        return Finding("part_time", (evidence_of("title", document.title),))
    for form in SPECIFIC_FIRST:
        if form in found:
            return found[form]
    return both or _from_hours(document) or _from_workload(document) or Finding(None)


def _forms_in(words: str) -> list[Employment]:
    """The forms named in lower-case words, the most specific first; neither of full-time and part-time, if both."""
    known = patterns()
    words = known.not_the_form.sub(" ", words)
    forms = [form for form, pattern in known.forms if pattern.search(words)]
    if {"full_time", "part_time"} <= set(forms):
        return [form for form in forms if form not in {"full_time", "part_time"}]
    return forms


def _beside_studies(words: str) -> list[Employment]:
    return ["part_time"] if patterns().student.search(words) else []


def _in_fields(fields: Sequence[Stated]) -> Found:
    for stated in fields:
        words = stated.text.lower().replace("_", " ")
        form = next((form for form, pattern in patterns().in_fields if pattern.search(words)), None)
        if form is not None:
            return {form: Finding(form, (evidence_of(stated.field, stated.text),))}
    return {}


def _in_text(document: Document) -> tuple[Found, Finding[Employment | None] | None]:
    """What the text states; and if it offers both full-time and part-time, in place of both, a finding that says so."""
    found: Found = {}
    for start, end, words in _statements(document):
        for form in _forms_in(words) or _beside_studies(words):
            if form not in found:
                found[form] = Finding(form, (quote("text", document.text, start, end),))
    full, part = found.get("full_time"), found.get("part_time")
    if full is None or part is None:
        return found, None
    rest = {form: finding for form, finding in found.items() if form not in {"full_time", "part_time"}}
    return rest, Finding(None, (*full.evidence, *part.evidence))


def _statements(document: Document) -> Iterator[tuple[int, int, str]]:
    known = patterns()
    for start, stop in stretches(document, "employment", before=60, after=90):
        for match in known.label.finditer(document.lowered, start, stop):
            yield match.start("value"), match.end("value"), match["value"]
        for match in known.phrase.finditer(document.lowered, start, stop):
            if match["said"] or document.kind_at(match.start()) not in BOILERPLATE:
                yield match.start(), match.end(), match[0]
        for match in chain.from_iterable(
            pattern.finditer(document.lowered, start, stop) for pattern in (known.alone, known.leading)
        ):
            if document.kind_at(match.start()) not in _COMPANY:
                end = match.end() + _SECOND_FORM
                yield match.start("form"), match.end(), document.lowered[match.start("form") : end].split("\n")[0]
        for match in known.tag.finditer(document.lowered, start, stop):
            yield match.start(), match.end(), match[1]


def _from_hours(document: Document) -> Finding[Employment | None] | None:
    for match in chain.from_iterable(
        matches(document, "employment", pattern, before=30, after=30)
        for pattern in (patterns().hours, patterns().hours_label)
    ):
        most = int(match[2] or match[1])
        form = _form_of_hours(most)
        if form and document.kind_at(match.start()) not in (_COMPANY if form == "full_time" else BOILERPLATE):
            return Finding(form, (quote("text", document.text, match.start(), match.end()),))
    return None


def _form_of_hours(most: int) -> Employment | None:
    if 0 < most < _PART_TIME_BELOW:
        return "part_time"
    return "full_time" if most in _FULL_TIME else None


def _from_workload(document: Document) -> Finding[Employment | None] | None:
    """From a share of full-time; none where it may be full-time or less."""
    for match in matches(document, "employment", patterns().workload, before=30, after=30):
        if document.kind_at(match.start()) in BOILERPLATE:
            continue
        least, most = _percents(match)
        if least >= _FULL_SHARE or most < _FULL_SHARE:
            form: Employment = "full_time" if least >= _FULL_SHARE else "part_time"
            return Finding(form, (quote("text", document.text, match.start(), match.end()),))
    return None


def _percents(match: re.Match[str]) -> tuple[float, float]:
    share = match["share"]
    if share is None:
        return float(match["least"]), float(match["most"] or match["least"])
    percent = float(share.rstrip(" %")) if "%" in share else float(share.replace(",", ".")) * 100
    return percent, percent
