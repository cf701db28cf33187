"""The phrases that may say where one may work from; data/reach.toml holds them."""

from collections.abc import Iterable
from itertools import product
from typing import Literal, NamedTuple, get_args

from services.ingest.domain.tables import table_of

CueKind = Literal[
    "placed",
    "living",
    "people",
    "allowed",
    "hiring",
    "remote",
    "shut",
    "except",
    "away",
    "outside",
    "moving",
    "label",
    "wide",
]


class Cue(NamedTuple):
    """A phrase in a text, from `start` to `end`."""

    kind: CueKind
    start: int
    end: int


def phrases() -> dict[str, CueKind]:
    """Every phrase in lower case, and its kind."""
    table = table_of("reach.toml")
    kinds: dict[str, CueKind] = {}
    for joined in table["joined"]:
        for first, second in product(joined["first"], joined["second"]):
            kinds |= dict.fromkeys(_spellings(f"{first} {second}"), joined["kind"])
    for kind in get_args(CueKind):
        for phrase in table["kinds"].get(kind, ()):
            kinds |= dict.fromkeys(_spellings(phrase), kind)
    return kinds


def _spellings(phrase: str) -> set[str]:
    return {phrase, phrase.replace("'", "’")}


def cues_among(lowered: str, found: Iterable[Cue]) -> list[Cue]:
    """Of phrases of whole words that overlap the first, and of those that begin at one place the longest.

    `found` are all phrases in a text in lower case, in any order.
    """
    cues: list[Cue] = []
    reached = 0
    for cue in sorted(found, key=lambda one: (one.start, -one.end)):
        if cue.start >= reached and _is_whole(lowered, cue.start, cue.end):
            reached = cue.end
            cues.append(cue)
    return cues


def _is_whole(lowered: str, start: int, end: int) -> bool:
    return not (lowered[start - 1 : start].isalnum() and lowered[start].isalnum()) and not (
        lowered[end : end + 1].isalnum() and lowered[end - 1].isalnum()
    )
