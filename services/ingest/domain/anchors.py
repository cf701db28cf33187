"""Where in a text it is worth trying the rules of a field: near plain words that their statements hold.

The phrases of the reach are found by the same pass over the text.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick, Implementation

from services.ingest.domain.reach_cues import Cue, CueKind, cues_among, phrases
from services.ingest.domain.sections import Document
from services.ingest.domain.tables import table_of


@dataclass(frozen=True, slots=True)
class _Anchors:
    words: AhoCorasick
    groups: tuple[tuple[str, ...], ...]
    """The groups of each word, by its number."""
    cues: tuple[CueKind | None, ...]
    """The kind of each that is a phrase of the reach, by its number."""


@dataclass(frozen=True, slots=True)
class _Hits:
    starts: Mapping[str, list[int]]
    """Where the words of each group begin, in order."""
    cues: list[Cue]


def stretches(document: Document, group: str, *, before: int, after: int) -> Sequence[tuple[int, int]]:
    """Give the stretches of the text around the group's words (data/anchors.toml), joined where they overlap.

    A rule of many phrases is tried there alone, which is what makes hundreds of postings a second possible.
    """
    return _stretches(document.lowered, group, before, after)


@lru_cache(maxsize=64)
def _stretches(lowered: str, group: str, before: int, after: int) -> Sequence[tuple[int, int]]:
    # Kept for the next pattern that is tried around the same words.
    found: list[tuple[int, int]] = []
    for at in _hits(lowered).starts.get(group, ()):
        start, stop = max(0, at - before), min(len(lowered), at + after)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], stop)
        else:
            found.append((start, stop))
    return found


def matches(
    document: Document, group: str, pattern: re.Pattern[str], *, before: int, after: int
) -> Iterator[re.Match[str]]:
    """Give the matches of a pattern for lower-case text in the stretches around the group's words."""
    for start, stop in stretches(document, group, before=before, after=after):
        yield from pattern.finditer(document.lowered, start, stop)


def cues_of(document: Document) -> list[Cue]:
    """The phrases of the text that may say where one may work from, in order, none overlapping another."""
    return _hits(document.lowered).cues


@lru_cache(maxsize=4)
def _hits(lowered: str) -> _Hits:
    """What a text holds of all words and phrases, by one pass; kept for the next rule that reads the same text."""
    anchors = _anchors()
    starts: defaultdict[str, list[int]] = defaultdict(list)
    cues: list[Cue] = []
    for number, start, end in anchors.words.find_matches_as_indexes(lowered, overlapping=True):
        for group in anchors.groups[number]:
            starts[group].append(start)
        if kind := anchors.cues[number]:
            cues.append(Cue(kind, start, end))
    for found in starts.values():
        found.sort()
    return _Hits(starts, cues_among(lowered, cues))


@cache
def _anchors() -> _Anchors:
    groups_of: defaultdict[str, list[str]] = defaultdict(list)
    for group, words in table_of("anchors.toml").items():
        for word in words:
            groups_of[word].append(group)
    kinds = phrases()
    words = list(dict.fromkeys((*groups_of, *kinds)))
    # A DFA is faster alone, but between postings its larger table falls out of the cache: a quarter slower there.
    automaton = AhoCorasick(words, implementation=Implementation.ContiguousNFA)
    return _Anchors(automaton, tuple(tuple(groups_of[word]) for word in words), tuple(map(kinds.get, words)))
