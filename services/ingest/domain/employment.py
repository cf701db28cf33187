"""The forms of employment: from the title, then the text and the board's field, of which the more specific counts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from typing import Final, NamedTuple

from schemas.posting import Employment, Evidence, Form, Hours
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.text.anchors import matches, stretches
from services.rules.criterion.salary import PART_TIME_BELOW
from services.rules.lexicon.builder import any_of
from services.rules.sections import BOILERPLATE, Document

SPECIFIC_FIRST: Final[tuple[Form, ...]] = (
    "internship", "apprenticeship", "volunteer", "freelance", "contract", "temporary", "part_time", "full_time",
)  # fmt: skip
"""Of several forms that are stated the most specific counts: a full-time contractor is on a contract."""
_IN_FIELDS: Final[tuple[Form, ...]] = (
    "student", "apprenticeship", "internship", "volunteer", "freelance", "part_time", "contract", "temporary",
    "full_time",
)  # fmt: skip
_LEARNING: Final[tuple[Form, ...]] = ("internship", "apprenticeship")
_FULL_OR_PART: Final[tuple[Form, ...]] = ("full_time", "part_time")
"""Where both are offered."""
_KNOWN_BEFORE: Final[dict[Form, Employment]] = {
    "full_time": "full_time", "part_time": "part_time", "contract": "contract", "temporary": "temporary",
    "internship": "internship", "freelance": "freelance", "apprenticeship": "internship", "student": "part_time",
}  # fmt: skip
_AMOUNTS: Final = frozenset(_FULL_OR_PART)
_BEFORE_A_SUM: Final = r"(?=\W{1,3}(?:\d|pln|eur|usd|gbp))"


@dataclass(frozen=True, slots=True)
class Patterns:
    """What each is for stands in rules/lexicon/meanings.toml."""

    forms: tuple[tuple[Form, re.Pattern[str]], ...]
    any_form: re.Pattern[str]
    """Most words name none: one look tells it."""
    fixed_term: re.Pattern[str]
    in_fields: tuple[tuple[Form, re.Pattern[str]], ...]
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
    joint: re.Pattern[str]
    """Between two forms of which one is enough."""
    share: re.Pattern[str]
    """The same by itself in a title: `(80%)`."""


@cache
def patterns() -> Patterns:
    """The patterns, compiled once."""
    forms: dict[Form, str] = {form: any_of(f"employment.{form}") for form in SPECIFIC_FIRST}
    fixed_term = any_of("employment.fixed_term")
    priced = rf"\A{any_of('employment.priced')}{_BEFORE_A_SUM}"
    forms["contract"] = f"{forms['contract']}|{fixed_term}|{priced}"
    to = rf"(?:-|–|{any_of('employment.to')})"
    stated = rf"(?P<said>{any_of('employment.stated')})\s+(?:[\w-]+,?\s){{0,3}}?{any_of('employment.stated_form')}"
    return Patterns(
        forms=tuple((form, re.compile(pattern)) for form, pattern in forms.items()),
        any_form=re.compile("|".join(forms.values())),
        fixed_term=re.compile(fixed_term),
        in_fields=tuple((form, re.compile(any_of(f"employment.field.{form}"))) for form in _IN_FIELDS),
        student=re.compile(any_of("employment.student")),
        not_the_form=re.compile(f"{any_of('employment.managing')}|{any_of('employment.not_the_form')}"),
        label=re.compile(
            rf"(?:^|\n|[.•|] ?)\W{{0,3}}{any_of('employment.label')}\s{{0,2}}[:\-–\n]\s{{0,2}}(?P<value>[^\n]{{2,60}})"
        ),
        phrase=re.compile(
            rf"{any_of('employment.phrase')}|{any_of('employment.volunteering')}|{stated}"
            rf"|(?P<own>{any_of('employment.own_learning')})",
            re.MULTILINE,
        ),
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
        joint=re.compile(rf"[)\]]?\s{{0,2}}(?:/|{any_of('joint.or', 'joint.own.or', 'joint.either')})\s{{0,2}}[(\[]?"),
        share=re.compile(
            rf"(?<![\w.,–+-])(?P<least>\d0|[1-9]5|100)(?: ?%? ?{to} ?(?P<most>\d0|[1-9]5|100))? ?%"
            rf"(?! ?{any_of('employment.share_of_else')})(?=[ ]?(?:$|[)\]|,/·–-]|\()| {any_of('employment.workload')})"
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


Read = Finding[tuple[Form, ...]]
Forms = dict[Form, Read]

_COMPANY = frozenset({"about", "others", "legal"})
_SECOND_FORM = 14
"""Characters in which a second form may follow: `Full-time / part-time`."""
_FULL_TIME = range(35, 46)
_MOST_HOURS = 60
"""Of a week; more is no week of work."""
_LEAST_PART = 12
"""Hours of a week from which they are those of the job against a field that says full-time, as boards set it for all;
fewer are often of something else."""
_FULL_SHARE = 95
"""Percent of full-time from which it is called so."""


@dataclass(frozen=True, slots=True)
class Engagement:
    """What a posting says of how one would be employed."""

    forms: Finding[tuple[Form, ...]]
    """Those of which one is enough; of employment for a time the form of its time, then how much work it is."""
    hours: Hours | None
    known_before: Employment | None
    """What releases that know one form a posting read of it: of employment for a time the form of its time."""


class _Week(NamedTuple):
    """The hours of a week of work."""

    least: int
    most: int
    evidence: tuple[Evidence, ...]


def read_employment(draft: Draft, document: Document) -> Engagement:
    """Decide the forms; none where nothing is said. Permanent alone is not full-time."""
    title = document.title.lower()
    weeks = list(_weeks(document, title))
    hours = (Hours(min=week.least, max=week.most) for week in weeks if 0 < week.least <= week.most <= _MOST_HOURS)
    said = _Said(document, title, weeks, _forms_in(title), _in_text(document), _in_fields(draft.employment))
    form = _special(said)
    read = form or _amount(said)
    known = _KNOWN_BEFORE.get(read.value[0]) if len(read.value) == 1 else None
    if form is not None and _ends_by_a_day(form):
        amount = _amount(said)
        read = Finding((*form.value, *amount.value), tuple(dict.fromkeys((*form.evidence, *amount.evidence))))
    return Engagement(read, next(hours, None), known)


class _Said(NamedTuple):
    """What is said of forms, and where."""

    document: Document
    title: str
    weeks: Sequence[_Week]
    named: dict[Form, tuple[Form, ...]]
    """In the title."""
    stated: Forms
    in_fields: Forms

    @property
    def by_title(self) -> tuple[Evidence, ...]:
        return (evidence_of("title", self.document.title),)


def _special(said: _Said) -> Read | None:
    """The most specific form, if it is no amount of work alone; with what is offered instead of it."""
    named, by_title = said.named, said.by_title
    forms = {**said.in_fields, **said.stated}
    if patterns().student.search(said.title) and not named.keys() & set(_LEARNING):
        return forms.get("internship") or Finding(("student",), by_title)
    specific = next((form for form in named if form not in _AMOUNTS), None)
    if specific is not None:
        return Finding(named[specific], by_title)
    if "part_time" in named or patterns().share.search(said.title):
        return None
    for form in (*_LEARNING, "student", *SPECIFIC_FIRST):
        if form in forms and form not in _AMOUNTS:
            return forms[form]
    return None


def _ends_by_a_day(form: Read) -> bool:
    """Whether it is employment for a time, of which it can be told besides how much work it is."""
    said = " ".join(shown.text.lower().replace("_", " ") for shown in form.evidence)
    return form.value == ("temporary",) or (form.value == ("contract",) and bool(patterns().fixed_term.search(said)))


def _amount(said: _Said) -> Read:
    """How much work it is: full-time, part-time, or either."""
    named, in_fields, stated = said.named.keys() & _AMOUNTS, _amounts(said.in_fields), _amounts(said.stated)
    forms = {**in_fields, **stated}
    shared = next(map(_of_share, patterns().share.finditer(said.title)), ())
    if shared or "part_time" in named:
        return Finding(shared or said.named["part_time"], said.by_title)
    if stated.keys() >= set(_FULL_OR_PART):
        return _of_both(stated["full_time"], stated["part_time"], in_fields)
    if named:
        forms.setdefault("full_time", Finding(("full_time",), said.by_title))
    by_hours = [Finding(either, week.evidence) for week in said.weeks if (either := _of_hours(week))]
    short = not (named or stated) and all(_LEAST_PART <= week.most < PART_TIME_BELOW for week in said.weeks)
    if by_hours and short:
        return by_hours[0]
    stated_form = forms.get("part_time") or forms.get("full_time") or next(iter(by_hours), None)
    return stated_form or _from_workload(said.document) or Finding(())


def _amounts(forms: Forms) -> Forms:
    return {form: read for form, read in forms.items() if _AMOUNTS.issuperset(read.value)}


def _of_both(full: Read, part: Read, in_fields: Forms) -> Read:
    """Of a text that speaks of both: of two sentences one may be on others, and then the board's field decides."""
    if full.value == part.value or not in_fields:
        return Finding(_FULL_OR_PART, tuple(dict.fromkeys((*full.evidence, *part.evidence))))
    return next(iter(in_fields.values()))


def _forms_in(words: str) -> dict[Form, tuple[Form, ...]]:
    """The forms named in lower-case words, the most specific first, each with those that are offered beside it."""
    known = patterns()
    words = known.not_the_form.sub(" ", words)
    if not known.any_form.search(words):
        return {}
    places = {form: match.span() for form, pattern in known.forms if (match := pattern.search(words))}
    forms: dict[Form, tuple[Form, ...]] = {form: (form,) for form in places}
    if forms.keys() >= set(_FULL_OR_PART):
        forms.update(dict.fromkeys(_FULL_OR_PART, _FULL_OR_PART))
    for first, other in pairwise(sorted(places, key=lambda form: places[form])):
        if known.joint.fullmatch(words, places[first][1], places[other][0]):
            either = tuple(form for form in places if form in {*forms[first], *forms[other]})
            forms.update(dict.fromkeys(either, either))
    return forms


def _in_fields(fields: Sequence[Stated]) -> Forms:
    for stated in fields:
        words = stated.text.lower().replace("_", " ")
        form = next((form for form, pattern in patterns().in_fields if pattern.search(words)), None)
        if form is not None:
            return {form: Finding((form,), (evidence_of(stated.field, stated.text),))}
    return {}


def _in_text(document: Document) -> Forms:
    forms: Forms = {}
    for start, end, words in _statements(document):
        named = _forms_in(words)
        if not named and patterns().student.search(words):
            named = {"student": ("student",)}
        for form, either in named.items():
            if form not in forms:
                forms[form] = Finding(either, (quote("text", document.text, start, end),))
    return forms


def _statements(document: Document) -> Iterator[tuple[int, int, str]]:
    known = patterns()
    for start, stop in stretches(document, "employment", before=60, after=90):
        for match in known.label.finditer(document.lowered, start, stop):
            yield match.start("value"), match.end("value"), match["value"]
        for match in known.phrase.finditer(document.lowered, start, stop):
            if match["said"] or match["own"] or document.kind_at(match.start()) not in BOILERPLATE:
                yield match.start(), match.end(), "internship" if match["own"] else match[0]
        for match in chain.from_iterable(
            pattern.finditer(document.lowered, start, stop) for pattern in (known.alone, known.leading)
        ):
            if document.kind_at(match.start()) not in _COMPANY:
                end = match.end() + _SECOND_FORM
                yield match.start("form"), match.end(), document.lowered[match.start("form") : end].split("\n")[0]
        for match in known.tag.finditer(document.lowered, start, stop):
            yield match.start(), match.end(), match[1]


def _weeks(document: Document, title: str) -> Iterator[_Week]:
    """The hours of a week, as the title and the text tell them."""
    known = patterns()
    for match in known.hours.finditer(title):
        yield _Week(int(match[1]), int(match[2] or match[1]), (evidence_of("title", document.title),))
    for match in chain.from_iterable(
        matches(document, "employment", pattern, before=30, after=30) for pattern in (known.hours, known.hours_label)
    ):
        week = _Week(
            int(match[1]), int(match[2] or match[1]), (quote("text", document.text, match.start(), match.end()),)
        )
        # What a company says of all its jobs is its full week.
        ruled_out = _COMPANY if week.most in _FULL_TIME else BOILERPLATE
        if document.kind_at(match.start()) not in ruled_out:
            yield week


def _of_hours(week: _Week) -> tuple[Form, ...]:
    if 0 < week.most < PART_TIME_BELOW:
        return ("part_time",)
    if week.most not in _FULL_TIME:
        return ()
    return _FULL_OR_PART if 0 < week.least < PART_TIME_BELOW else ("full_time",)


def _from_workload(document: Document) -> Read | None:
    """From a share of full-time."""
    for match in matches(document, "employment", patterns().workload, before=30, after=30):
        if document.kind_at(match.start()) not in BOILERPLATE:
            return Finding(_of_share(match), (quote("text", document.text, match.start(), match.end()),))
    return None


def _of_share(match: re.Match[str]) -> tuple[Form, ...]:
    least, most = _percents(match)
    if least >= _FULL_SHARE:
        return ("full_time",)
    return _FULL_OR_PART if most >= _FULL_SHARE else ("part_time",)


def _percents(match: re.Match[str]) -> tuple[float, float]:
    share = match.groupdict().get("share")
    if share is None:
        return float(match["least"]), float(match["most"] or match["least"])
    percent = float(share.rstrip(" %")) if "%" in share else float(share.replace(",", ".")) * 100
    return percent, percent
