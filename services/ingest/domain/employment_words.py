"""The patterns that find a form of employment, made of the words of the languages; all read lower-case text."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from schemas.posting import Employment
from services.ingest.domain.lexicon import any_of

SPECIFIC_FIRST: Final[tuple[Employment, ...]] = (
    "internship", "freelance", "contract", "temporary", "part_time", "full_time",
)  # fmt: skip
"""Of several forms that are stated the most specific counts: a full-time contractor is on a contract."""
_IN_FIELDS: Final[tuple[tuple[str, Employment], ...]] = (
    ("student", "part_time"), ("internship", "internship"), ("freelance", "freelance"), ("part_time", "part_time"),
    ("contract", "contract"), ("temporary", "temporary"), ("full_time", "full_time"),
)  # fmt: skip
_PRICED_B2B: Final = r"\Ab2b(?=\W{1,3}(?:\d|pln|eur|usd|gbp))"
_IN_A_FIELD_OF_FACTS: Final = (
    r"(?=[ ]?(?:[|·/\n;.(–—]|,(?! (?:or|and|contract|freelance|temp|part|casual|intern))|-\s|$| with\b| offered"
    r"| contract\b| position\b| role\b))"
)
_BEFORE_FACTS: Final = (
    r"(?! (?:of|and|or)\b)(?= ?(?:$|[|·\n(–—]|\.\n|- |, ?(?:[\d£$€]|gbp|usd|eur|chf|remote|hybrid|on-?site|inside"
    r"|outside|full|part|long|short|initial|until|temps)))"
)


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
    forms["contract"] = f"{forms['contract']}|{_PRICED_B2B}"
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
            rf"(?:(?:^|\n)[^\w\n]{{0,6}}|[|·–—-] ?|, ?(?!freel|contr))(?P<form>{any_of('employment.alone')})"
            + _IN_A_FIELD_OF_FACTS
        ),
        leading=re.compile(rf"(?:^|\n)[^\w\n]{{0,6}}(?P<form>{any_of('employment.leading')}){_BEFORE_FACTS}"),
        tag=re.compile(r"#li-(full-?time|part-?time|contract)\b"),
        hours=re.compile(
            rf"(?<![\d-])(\d{{1,2}})(?:\s?{to}\s?(\d{{1,2}}))?(?:[.,]\d)?\+?[\s-]?{any_of('employment.hours')}"
            rf"[\s-]?(?:/|{any_of('employment.a_week')})?\s?{any_of('employment.week')}"
        ),
        hours_label=re.compile(
            rf"(?:{any_of('employment.hours_label')}|^hours|\nhours)\s?:\s?(?:ca\.? )?(\d{{1,2}})"
            rf"(?:\s?{to}\s?(\d{{1,2}}))?(?![\d:])"
        ),
        workload=re.compile(
            r"(?<![\d.,–-])(?P<share>0[.,]\d{1,2}|1[.,]0|\d\d0? ?%) ?fte\b"
            rf"|{any_of('employment.workload')}(?: ?: ?| {any_of('employment.of')} | )"
            rf"(?P<least>\d{{2,3}})(?: ?%? ?{to} ?(?P<most>\d{{2,3}}))? ?%"
        ),
    )
