"""Where in a text it is worth trying the rules of a field: near plain words that their statements hold."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick, Implementation

from services.ingest.domain.sections import Document
from services.ingest.domain.tables import table_of


@dataclass(frozen=True, slots=True)
class _Anchors:
    words: AhoCorasick
    groups: tuple[tuple[str, ...], ...]
    """The groups of each word, by its number."""


def stretches(document: Document, group: str, *, before: int, after: int) -> Iterator[tuple[int, int]]:
    """Give the stretches of the text around the group's words (data/anchors.toml), joined where they overlap.

    A rule of many phrases is tried there alone, which is what makes hundreds of postings a second possible.
    """
    last: tuple[int, int] | None = None
    for at in _hits(document.lowered).get(group, ()):
        start, stop = max(0, at - before), min(len(document.text), at + after)
        if last is not None and start <= last[1]:
            last = (last[0], stop)
            continue
        if last is not None:
            yield last
        last = (start, stop)
    if last is not None:
        yield last


def matches(
    document: Document, group: str, pattern: re.Pattern[str], *, before: int, after: int
) -> Iterator[re.Match[str]]:
    """Give the matches of a pattern for lower-case text in the stretches around the group's words."""
    for start, stop in stretches(document, group, before=before, after=after):
        yield from pattern.finditer(document.lowered, start, stop)


@lru_cache(maxsize=4)
def _hits(lowered: str) -> Mapping[str, list[int]]:
    """Where the words of each group begin; kept for the next rule that reads the same text."""
    anchors = _anchors()
    found: dict[str, list[int]] = {}
    for number, start, _ in anchors.words.find_matches_as_indexes(lowered, overlapping=True):
        for group in anchors.groups[number]:
            found.setdefault(group, []).append(start)
    for starts in found.values():
        starts.sort()
    return found


@cache
def _anchors() -> _Anchors:
    groups_of: dict[str, list[str]] = {}
    for group, words in table_of("anchors.toml").items():
        for word in words:
            groups_of.setdefault(word, []).append(group)
    automaton = AhoCorasick(list(groups_of), implementation=Implementation.DFA)
    return _Anchors(automaton, tuple(map(tuple, groups_of.values())))
