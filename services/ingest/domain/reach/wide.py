"""Whether a text says that anybody anywhere may apply: plainly, or as a slogan, which counts where nothing else is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from schemas.posting import Evidence
from services.ingest.domain.findings import quote
from services.ingest.domain.reach.cues import Cue
from services.ingest.domain.reach.words import pattern_of, words
from services.ingest.domain.text.sections import ABOUT_US, Document

_BEFORE, _BEHIND = 80, 60


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What their words are for stands in data/lexicon/meanings.toml, under `[reach]`."""

    hires: re.Pattern[str]
    role: re.Pattern[str]
    slogan: re.Pattern[str]
    not_people: re.Pattern[str]
    place_behind: re.Pattern[str]
    leaves_out: re.Pattern[str]
    """`Worldwide, except Iran`: only who may apply has exceptions."""
    no: re.Pattern[str]
    """Begins a phrase that says it of restrictions."""


@cache
def _patterns() -> _Patterns:
    return _Patterns(
        hires=pattern_of(
            r"{hires}[^.\n]{0,40}$|{hiring_next} (?:\w+ ){0,3}$"
            r"|{welcomes}[^.\n]{0,45}{welcomed}[^.\n]{0,25}$|{applying}[^.\n]{0,30}$"
        ),
        role=pattern_of(r"{role_done}[^.\n]{0,60}?{done}[^.\n]{0,30}$|{role_is}[^.\n]{0,30}$"),
        slogan=pattern_of(
            r"{slogan}[\s\w,-]{0,18}$|(?:^|\n)[\W_]*{heading}\W{1,4}(?:{remote}\W{1,4})?$|{remote}\W{1,4}$"
        ),
        not_people=pattern_of(r"{not_people}[^.\n]{0,35}$"),
        place_behind=pattern_of(
            r"\s*,?\s*\(?{part_behind}(?=\s)(?!\s{clock_behind})|\s+(?:{from_to}\s)?\(?(?:UTC|GMT)\b"
            r"|\s+(?:{between_zones}|{wide_of_others})|[- ]{else}"
        ),
        leaves_out=pattern_of(r"[\s,(–—-]{1,3}{leaves_out}"),
        no=pattern_of(r"{no_place}\s"),
    )


@dataclass(frozen=True, slots=True)
class Wide:
    """What a text says on applicants from anywhere."""

    plain: Evidence | None = None
    """Who may apply: anybody."""
    slogan: Evidence | None = None
    """Work from anywhere."""


def read_wide(document: Document, cues: Iterable[Cue]) -> Wide:
    """Judge the words that may mean anywhere by what stands around them."""
    slogan: Evidence | None = None
    text, known = document.text, _patterns()
    for cue in cues:
        if known.place_behind.match(text, cue.end) or words().limited_behind.match(text, cue.end):
            continue
        before = _clause(text[max(0, cue.start - _BEFORE) : cue.start])
        if words().negated.search(before) or words().for_a_while.search(before):
            continue
        evidence = quote("text", text, cue.start, cue.end)
        left_out = not before.strip() and known.leaves_out.match(text, cue.end)
        if left_out or known.hires.search(before) or known.no.match(text, cue.start):
            return Wide(evidence, slogan)
        if known.not_people.search(before):
            continue
        if known.role.search(before) and document.kind_at(cue.start) not in ABOUT_US:
            return Wide(evidence, slogan)
        if slogan is None and known.slogan.search(before):
            slogan = evidence
    return Wide(None, slogan)


def _clause(before: str) -> str:
    for mark in (". ", "! ", "? ", "; ", "\n", "• "):
        before = before.rpartition(mark)[2]
    return before
