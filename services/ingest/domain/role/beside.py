"""What stands beside a trade in a title and is no work: a place, a form of employment, a language."""

import re
from functools import cache
from typing import Final

from services.ingest.domain.employment import patterns
from services.rules.languages.named import language_named
from services.rules.lexicon.builder import any_of
from services.rules.text import lowered
from services.rules.titles import says_only_where

_SHARE: Final = re.compile(r"(?:\d{1,3}\s?[-–]\s?)?\d{1,3}\s?%")
_SIGNS: Final = " \t,;/-–—"


def says_no_work(part: str) -> bool:
    """Whether a part of a title says where, in which form, how much and in which languages, or nothing."""
    bare = _SHARE.sub(" ", part).strip(_SIGNS)
    return not bare or says_only_where(_without_languages(without_forms(bare)))


def without_forms(part: str) -> str:
    """A part of a title without forms of employment."""
    for found in reversed([*patterns().any_form.finditer(lowered(part))]):
        part = f"{part[: found.start()]} {part[found.end() :]}"
    return part.strip()


def _without_languages(part: str) -> str:
    """A part of a title without what the person sought speaks: "Bilingual", "Spanish-speaking"."""
    said = _speaking().sub(" ", lowered(part))
    return " ".join(word for word in said.split() if language_named(word.strip("()-/,")) is None)


@cache
def _speaking() -> re.Pattern[str]:
    return re.compile(any_of("title.speaking"))
