"""What a sentence says of whoever writes it: for how many years they have done their work."""

import re
from functools import cache
from typing import Final, NamedTuple

from services.rules.lexicon.builder import any_of
from services.usecases.wishes.sentence import without_denial

_MOST: Final = 60
_SURELY: Final = 15
"""More years, by themselves, are as likely somebody's age."""
_BEFORE: Final = 40
"""Characters before years in which something may say that they are no experience."""


def years_of(sentence: str) -> tuple[int | None, str]:
    """The years of work that somebody says they have, and the sentence without them; None and all of it where none."""
    known = _patterns()
    for found in known.years.finditer(sentence):
        years = int(found["years"])
        before = sentence[max(0, found.start() - _BEFORE) : found.start()]
        if years > (_MOST if found["since"] or found["of"] else _SURELY) or known.else_before.search(before):
            continue
        if known.else_behind.match(sentence, found.end("year")):
            continue
        return years, f"{sentence[: found.start()].rstrip()} {sentence[found.end() :].lstrip()}".strip()
    return None, sentence


def begins(refused: str) -> bool:
    """Whether what is denied is experience of any kind: "no experience needed"."""
    return _patterns().knowing.fullmatch(without_denial(refused)) is not None


class _Patterns(NamedTuple):
    """What their words are for stands in rules/lexicon/meanings.toml, under `[experience]` and `[denial]`."""

    years: re.Pattern[str]
    else_before: re.Pattern[str]
    else_behind: re.Pattern[str]
    knowing: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    since, more, to = (any_of(f"experience.{name}") for name in ("since", "or_more", "to"))
    own = any_of("experience.own")
    return _Patterns(
        years=re.compile(
            rf"(?<![\w.,$€£-])(?P<since>{since} )?(?P<years>\d{{1,2}})"
            rf"(?: ?\+| {more})?(?: ?(?:-|–|{to}) ?\d{{1,2}})? ?\+? ?"
            rf"(?P<year>{any_of('experience.year')})(?!\w)['’]?(?P<of>(?: [\w'’]+)?? (?:d['’])?{own}(?!\w))?",
            re.IGNORECASE,
        ),
        else_before=re.compile(rf"{any_of('experience.else_before')}\W*(?:\w+\W+){{0,3}}$", re.IGNORECASE),
        else_behind=re.compile(rf"\W*{any_of('experience.else_behind')}", re.IGNORECASE),
        knowing=re.compile(
            rf"(?:{any_of('denial.kind_of_knowledge')} )?{own}(?: {any_of('denial.needed')})?", re.IGNORECASE
        ),
    )
