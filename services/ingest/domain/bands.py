"""The level that a pay band of the British health service stands for."""

import re
from collections.abc import Mapping
from typing import Final

from schemas.posting import Seniority
from services.rules.sections import Document

BAND_LEVELS: Final[Mapping[str, Seniority]] = {
    "6": "senior", "7": "lead", "8a": "lead", "8b": "principal", "8c": "principal", "8d": "principal", "9": "director",
}  # fmt: skip
"""By the national job profiles of Agenda for Change.

People stay in bands 2 to 5 for all their years in a trade (assistants, staff nurses), so these tell no level.
"""
_SERVICE: Final = re.compile(r"\bnhs\b|\bagenda for change\b|\bafc\b")
_IN_TITLE: Final = re.compile(r"\bband ?([2-9])([a-d])?\b")
_IN_TEXT: Final = re.compile(
    r"(?:\b(?:nhs|agenda for change|afc)(?: pay)?[ ,:(–-]{1,3}"
    r"|(?:^|\n)\W{0,3}(?:pay )?(?:band|grade) ?: ?(?:\w+ ){0,3}?)"
    r"band ?([2-9])([a-d])?\b"
)


def band_level(document: Document) -> tuple[Seniority, str, re.Match[str]] | None:
    """The level of the first band that the title tells, or else the text, as (level, "title" or "text", where).

    Of two bands ("Band 6/7") the lower one counts, as it is enough to be hired. Other employers have bands, too
    (councils, civil services), so the posting must name the health service or its pay scale.
    """
    if "band" not in document.title.lower() and "band" not in document.lowered:
        return None
    if not _SERVICE.search(document.lowered):
        return None
    for source, pattern, words in (("title", _IN_TITLE, document.title.lower()), ("text", _IN_TEXT, document.lowered)):
        match = pattern.search(words)
        if match is not None:
            level = BAND_LEVELS.get(match[1] + (match[2] or ("a" if match[1] == "8" else "")))
            return (level, source, match) if level else None
    return None
