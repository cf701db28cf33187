"""The form of employment: from the title, then the text and the board's field, of which the more specific counts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final

from schemas.posting import Employment
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.lexicon import any_of
from services.ingest.domain.text.anchors import matches, stretches
from services.ingest.domain.text.sections import BOILERPLATE, Document

SPECIFIC_FIRST: Final[tuple[Employment, ...]] = (
    "internship", "freelance", "contract", "temporary", "part_time", "full_time",
)  # fmt: skip
"""Of several forms that are stated the most specific counts: a full-time contractor is on a contract."""
_IN_FIELDS: Final[tuple[tuple[str, Employment], ...]] = (
    ("student", "part_time"), ("internship", "internship"), ("freelance", "freelance"), ("part_time", "part_time"),
    ("contract", "contract"), ("temporary", "temporary"), ("full_time", "full_time"),
)  # fmt: skip
_BEFORE_A_SUM: Final = r"(?=\W{1,3}(?:\d|pln|eur|usd|gbp))"


@dataclass(frozen=True, slots=True)
class Patterns:
    """What each is for stands in data/lexicon/meanings.toml."""

    forms: tuple[tuple[Employment, re.Pattern[str]], ...]
    in_fields: tuple[tuple[Employment, re.Pattern[str]], ...]
    """Tried in this order."""
    student: re.Pattern[str]
    not_the_form: re.Pattern[str]
    label: re.Pattern[str]
    phrase: re.Pattern[str]
    """A sentence on the role; the whole match is then read for the forms that it names."""
    alone: re.Pattern[str]
    leading: re.Pattern[str]
    tag: re.Pattern[str]
    hours: re.Pattern[str]
    hours_label: re.Pattern[str]
    workload: re.Pattern[str]
    """What part of full-time it is: `0.8 FTE`, `Pensum: 80-100 %`."""


@cache
def patterns() -> Patterns:
    """The patterns, compiled once."""
    forms = {form: any_of(f"employment.{form}") for form in SPECIFIC_FIRST}
    forms["contract"] = rf"{forms['contract']}|\A{any_of('employment.priced')}{_BEFORE_A_SUM}"
    to = rf"(?:-|–|{any_of('employment.to')})"
    stated = rf"(?P<said>{any_of('employment.stated')})\s+(?:[\w-]+,?\s){{0,3}}?{any_of('employment.stated_form')}"
    return Patterns(
        forms=tuple((form, re.compile(pattern)) for form, pattern in forms.items()),
        in_fields=tuple((form, re.compile(any_of(f"employment.field.{kind}"))) for kind, form in _IN_FIELDS),
        student=re.compile(any_of("employment.student")),
        not_the_form=re.compile(any_of("employment.not_the_form")),
        label=re.compile(
            rf"(?:^|\n|[.•|] ?)\W{{0,3}}{any_of('employment.label')}\s{{0,2}}[:\-–\n]\s{{0,2}}(?P<value>[^\n]{{2,60}})"
        ),
        phrase=re.compile(rf"{any_of('employment.phrase')}|{stated}", re.MULTILINE),
        alone=re.compile(
            rf"(?:(?:^|\n)[^\w\n]{{0,6}}|[|·–—-] ?|, ?(?!{any_of('employment.not_in_list')}))"
            rf"(?P<form>{any_of('employment.alone')}){_in_a_field_of_facts()}"
        ),
        leading=re.compile(rf"(?:^|\n)[^\w\n]{{0,6}}(?P<form>{any_of('employment.leading')}){_before_facts()}"),
        tag=re.compile(r"#li-(full-?time|part-?time|contract)\b"),
        hours=re.compile(
            rf"(?<![\d-])(\d{{1,2}})(?:\s?{to}\s?(\d{{1,2}}))?(?:[.,]\d)?\+?[\s-]?{any_of('employment.hours')}"
            rf"[\s-]?(?:/|{any_of('employment.a_week')})?\s?{any_of('employment.week')}"
        ),
        hours_label=re.compile(
            rf"(?:{any_of('employment.hours_label')}|(?:^|\n){any_of('employment.hours_heading')})\s?:\s?"
            rf"(?:{any_of('employment.about')} )?(\d{{1,2}})"
            rf"(?:\s?{to}\s?(\d{{1,2}}))?(?![\d:])"
        ),
        workload=re.compile(
            rf"(?<![\d.,–-])(?P<share>0[.,]\d{{1,2}}|1[.,]0|\d\d0? ?%) ?{any_of('employment.fte', whole=False)}\b"
            rf"|{any_of('employment.workload')}(?: ?: ?| {any_of('employment.of')} | )"
            rf"(?P<least>\d{{2,3}})(?: ?%? ?{to} ?(?P<most>\d{{2,3}}))? ?%"
        ),
    )


def _in_a_field_of_facts() -> str:
    """Behind a form that stands by itself."""
    goes_on, behind = any_of("employment.goes_on"), any_of("employment.behind_alone")
    return rf"(?=[ ]?(?:[|·/\n;.(–—]|,(?! {goes_on})|-\s|$| {behind}))"


def _before_facts() -> str:
    """Behind a form that leads a list of facts."""
    facts = rf"(?:[\d£$€]|gbp|usd|eur|chf|{any_of('employment.facts')})"
    return rf"(?! {any_of('employment.not_leading')})(?= ?(?:$|[|·\n(–—]|\.\n|- |, ?{facts}))"


Forms = dict[Employment, Finding[Employment | None]]

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
    forms = {**_in_fields(draft.employment), **stated}
    if named:
        forms.setdefault("full_time", Finding("full_time", (evidence_of("title", document.title),)))
    if patterns().student.search(title) and not forms.keys() - {"full_time"}:
        return Finding("part_time", (evidence_of("title", document.title),))
    for form in SPECIFIC_FIRST:
        if form in forms:
            return forms[form]
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


def _in_fields(fields: Sequence[Stated]) -> Forms:
    for stated in fields:
        words = stated.text.lower().replace("_", " ")
        form = next((form for form, pattern in patterns().in_fields if pattern.search(words)), None)
        if form is not None:
            return {form: Finding(form, (evidence_of(stated.field, stated.text),))}
    return {}


def _in_text(document: Document) -> tuple[Forms, Finding[Employment | None] | None]:
    """What the text states; and if it offers both full-time and part-time, in place of both, a finding that says so."""
    forms: Forms = {}
    for start, end, words in _statements(document):
        for form in _forms_in(words) or _beside_studies(words):
            if form not in forms:
                forms[form] = Finding(form, (quote("text", document.text, start, end),))
    full, part = forms.get("full_time"), forms.get("part_time")
    if full is None or part is None:
        return forms, None
    rest = {form: finding for form, finding in forms.items() if form not in {"full_time", "part_time"}}
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
