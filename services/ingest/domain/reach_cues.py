"""The phrases that may say where one may work from, found in one pass; data/reach.toml holds them."""

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from services.ingest.domain.tables import table_of

CueKind = Literal["placed", "living", "allowed", "hiring", "remote", "shut", "outside", "moving", "label", "wide"]


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase in a text, from `start` to `end`."""

    kind: CueKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Phrases:
    automaton: AhoCorasick
    kinds: tuple[CueKind, ...]


@cache
def _phrases() -> _Phrases:
    table = table_of("reach.toml")["kinds"]
    kinds: dict[str, CueKind] = {}
    for kind in get_args(CueKind):
        for phrase in table[kind]:
            for spelling in {phrase, phrase.replace("'", "’")}:
                kinds[spelling] = kind
    return _Phrases(
        AhoCorasick(list(kinds), matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA),
        tuple(kinds.values()),
    )


def cues_in(lowered: str) -> list[Cue]:
    """The phrases in a text in lower case, as whole words, in order; of those that begin at one place the longest."""
    phrases = _phrases()
    return [
        Cue(phrases.kinds[pattern], start, end)
        for pattern, start, end in phrases.automaton.find_matches_as_indexes(lowered)
        if not (lowered[start - 1 : start].isalnum() and lowered[start].isalnum())
        and not (lowered[end : end + 1].isalnum() and lowered[end - 1].isalnum())
    ]
