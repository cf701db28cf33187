"""What a rule found: a value and the words that decided it."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from schemas.posting import Evidence
from services.rules.text import collapsed

T = TypeVar("T")

MOST_EXCERPT = 200
_AROUND = 60


@dataclass(frozen=True, slots=True)
class Finding(Generic[T]):
    """A value with its evidence; a value that is null or unknown may have evidence too, of why it was refused."""

    value: T
    evidence: tuple[Evidence, ...] = ()


def evidence_of(source: str, text: str) -> Evidence:
    """Quote a field: white space collapsed, at most `MOST_EXCERPT` characters."""
    shown = collapsed(text[: MOST_EXCERPT * 2])
    if len(shown) > MOST_EXCERPT:
        shown = shown[: MOST_EXCERPT - 1] + "…"
    return Evidence.model_validate({"from": source, "text": shown})


def quote(source: str, text: str, start: int, end: int) -> Evidence:
    """Quote the words from `start` to `end` with a little of the line around them."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    left = max(line_start, start - _AROUND)
    right = min(line_end if line_end >= 0 else len(text), end + _AROUND)
    before = "…" if left > line_start else ""
    return evidence_of(source, before + text[left:right])
