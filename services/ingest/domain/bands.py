"""The level that a pay band of the British health service stands for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from schemas.posting import Seniority
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.rules.lexicon.builder import any_of
from services.rules.sections import Document

BAND_LEVELS: Final[Mapping[str, Seniority]] = {
    "6": "senior", "7": "lead", "8a": "lead", "8b": "principal", "8c": "principal", "8d": "principal", "9": "director",
}  # fmt: skip
"""By the national job profiles of Agenda for Change.

People stay in bands 2 to 5 for all their years in a trade (assistants, staff nurses), so these tell no level.
"""


@dataclass(frozen=True, slots=True)
class Patterns:
    """What their words are for stands in rules/lexicon/meanings.toml. They read lower-case text."""

    of_scale: re.Pattern[str]
    employer: re.Pattern[str]
    in_title: re.Pattern[str]
    in_text: re.Pattern[str]


@cache
def patterns() -> Patterns:
    """The patterns, compiled once."""
    band = rf"\b{_words('band')} ?([2-9])([a-d])?\b"
    scale = rf"\b{_words('scale')}[ ,:(–-]{{1,3}}"
    head = rf"(?:^|\n)\W{{0,3}}{_words('head')} ?: ?(?:\w+ ){{0,3}}?"
    return Patterns(
        of_scale=re.compile(
            rf"{any_of('seniority.pay_band.named_scale', 'seniority.pay_band.employer')}"
            rf"|(?:^|\n)\W{{0,3}}(?:[\w'’&.-]+ ){{1,6}}{_words('trust')}\W{{0,3}}(?:\n|\Z)"
        ),
        employer=re.compile(any_of("seniority.pay_band.own_name")),
        in_title=re.compile(band),
        in_text=re.compile(rf"(?:{scale}|{head}){band}"),
    )


def _words(name: str) -> str:
    return any_of(f"seniority.pay_band.{name}", whole=False)


def level_of_band(document: Document, company: str) -> Finding[Seniority | None] | None:
    """The level of the first band that the title tells, or else the text; None where no band tells one.

    Of two bands ("Band 6/7") the lower one counts, as it is enough to be hired. Other employers have bands, too
    (councils, music services), so the health service must be the employer, or the posting name its pay scale.
    """
    found, title = patterns(), document.title.lower()
    if not found.employer.search(company.lower()) and not found.of_scale.search(document.lowered):
        return None
    for source, pattern, words in (("title", found.in_title, title), ("text", found.in_text, document.lowered)):
        match = pattern.search(words)
        if match is not None:
            level = BAND_LEVELS.get(match[1] + (match[2] or ("a" if match[1] == "8" else "")))
            if level is None:
                return None
            if source == "title":
                return Finding(level, (evidence_of(source, document.title),))
            return Finding(level, (quote(source, document.text, match.start(), match.end()),))
    return None
