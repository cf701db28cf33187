"""Whether a title names school years that are all of primary school: "Year 1 to 6", "Second Grade", "KS1/KS2"."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from services.rules.lexicon.builder import any_of, composed, numbers, phrases_of

_LAST: Final = {"year": 6, "grade": 5, "nth": 5, "stage": 2, "from_k": 6}
"""The last that is primary: years of Britain and Australia, American grades (from 6 on: middle school), key stages."""


def seeks_primary_teacher(title: str) -> bool:
    """Whether a title seeks a teacher, and every school year that it names is one of primary school."""
    said = title.casefold()
    teacher, years, graded = _patterns()
    if not teacher.search(said):
        return False
    named = [
        (kind, int(number) if number.isdigit() else _words()[number])
        for found in years.finditer(said)
        for kind, several in found.groupdict().items()
        if kind != "grade" or not graded.search(said)
        for number in re.findall(r"\d+|[a-z]{3,}", several or "")
        if number.isdigit() or number in _words()
    ]
    return bool(named) and all(number <= _LAST[kind] for kind, number in named)


@cache
def _words() -> Mapping[str, int]:
    ordinals = {word: at for at, word in enumerate(phrases_of("school.ordinal"), 1)}
    return {**numbers(), **ordinals}


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What a teacher is called; school years, in groups by their kind that hold their numbers; what else has grades."""
    number = rf"(?:\d{{1,2}}|{any_of('school.number')})(?!\w)"
    ordinal = rf"(?:\d{{1,2}}{any_of('school.ending', whole=False)}|{any_of('school.ordinal')})"
    joined = rf"(?:\s?[-–—/,&+]\s?|\s{any_of('school.to', 'joint.and', 'joint.or')}\s)"
    several, ordinals = (rf"{one}(?:{joined}{one})*" for one in (number, ordinal))
    school_years = re.compile(
        composed(
            "school",
            rf"(?<!\d[ -])(?:{{year}}[ -]?(?P<year>{several})|{{grade}}[ -]?(?P<grade>{several})"
            rf"|(?:{{stage}} ?|\bks)(?P<stage>{several})|\bp?k{joined}(?P<from_k>\d{{1,2}})(?!\w)"
            rf"|(?P<nth>{ordinals})[ -]{{grade}})",
        )
    )
    return re.compile(any_of("school.teacher")), school_years, re.compile(any_of("school.graded"))
