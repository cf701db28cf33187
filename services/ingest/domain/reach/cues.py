"""The phrases that may say where one may work from: those under `[reach.phrase]` of each language."""

from collections.abc import Iterable
from typing import Literal, NamedTuple, get_args

from services.rules.lexicon.builder import phrases_of

CueKind = Literal[
    "placed", "living", "people", "allowed", "hiring", "remote", "shut", "except", "away", "outside", "moving", "label",
    "wide",
]  # fmt: skip
"""What each is for stands in rules/lexicon/meanings.toml. A phrase of two kinds is of the last of them."""


class Cue(NamedTuple):
    """A phrase in a text, from `start` to `end`."""

    kind: CueKind
    start: int
    end: int


def phrases() -> dict[str, CueKind]:
    """Every phrase in lower case, and its kind."""
    kinds: dict[str, CueKind] = {}
    for kind in get_args(CueKind):
        for phrase in phrases_of(f"reach.phrase.{kind}"):
            kinds |= dict.fromkeys((phrase, phrase.replace("'", "’")), kind)
    return kinds


def cues_among(lowered: str, phrases_found: Iterable[Cue]) -> list[Cue]:
    """Of phrases of whole words that overlap the first, and of those that begin at one place the longest.

    All phrases in a text in lower case are given, in any order.
    """
    cues: list[Cue] = []
    reached = 0
    for cue in sorted(phrases_found, key=lambda phrase: (phrase.start, -phrase.end)):
        if cue.start >= reached and _is_whole(lowered, cue.start, cue.end):
            reached = cue.end
            cues.append(cue)
    return cues


def _is_whole(lowered: str, start: int, end: int) -> bool:
    return not (lowered[start - 1 : start].isalnum() and lowered[start].isalnum()) and not (
        lowered[end : end + 1].isalnum() and lowered[end - 1].isalnum()
    )
