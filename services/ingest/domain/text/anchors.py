"""Where in a text it is worth trying the rules of a field: near plain words that their statements hold.

The phrases of the reach, and the words that say how a sentence speaks, are found by the same pass over the text.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal, NamedTuple, get_args

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from services.ingest.domain.reach.cues import Cue, CueKind, cues_among, phrases
from services.ingest.domain.spoken.names import names_in_any_language
from services.rules.lexicon.builder import LANGUAGES, entries_of, phrases_of, spelled, written
from services.rules.sections import Document
from services.rules.skills.text import FOREIGN, haystack_of

LineKind = Literal["asks", "optional", "prefers", "denies", "degree", "speaks", "role", "equipment"]

_BEFORE_A_WORD: Final = (" ", "\n", "(")
_BEHIND_A_WORD: Final = (" ", "\n", ".", ",")


@cache
def line_cues() -> dict[LineKind, tuple[str, ...]]:
    """Give what each kind is found by: plain text, with a sign before and behind it where a word begins or ends."""
    return {
        kind: tuple(
            dict.fromkeys(
                cue
                for language in LANGUAGES
                for way in written(f"sentence.{kind}", language)
                for phrase in spelled(way)
                for cue in _cues(phrase)
            )
        )
        for kind in get_args(LineKind)
    }


def _cues(way: str) -> list[str]:
    text = way.strip("*").replace("\\", "").replace("_", " ")
    befores = ("",) if way.startswith("*") else _BEFORE_A_WORD
    if text.endswith("$"):
        return [f"{before}{text.removesuffix('$')}\n" for before in befores]
    behinds = _BEHIND_A_WORD if way[-1].isalnum() else ("",)
    return [f"{before}{text}{behind}" for before in befores for behind in behinds]


NAMES_OF_LANGUAGES: Final = "names_of_languages"
_ANY_SIGN = bytes((FOREIGN,))
LineCue = tuple[int, tuple[LineKind, ...]]
"""Where it stands, and all that it says."""


class _Word(NamedTuple):
    """A word or phrase, and what it is sought for."""

    written: str
    groups: tuple[str, ...]
    cue: CueKind | None
    """Its kind, if it is a phrase of the reach."""


@dataclass(frozen=True, slots=True)
class _Anchors:
    automaton: BytesAhoCorasick
    meant: tuple[tuple[tuple[LineKind, ...], tuple[_Word, ...]], ...]
    """By the number of a pattern: what it says of its sentence, and the words that are the same as bytes."""
    signs: tuple[tuple[str, CueKind], ...]
    """Phrases of one sign that as a byte is like most other signs."""


@dataclass(frozen=True, slots=True)
class _Hits:
    starts: Mapping[str, list[int]]
    """Where the words of each group begin, in order."""
    cues: list[Cue]
    lines: list[LineCue]


@lru_cache(maxsize=64)
def stretches(document: Document, group: str, *, before: int, after: int) -> Sequence[tuple[int, int]]:
    """Give the stretches of the text around the group's words (`[anchor]` of each language), joined where they overlap.

    A rule of many phrases is tried there alone, which is what makes hundreds of postings a second possible. Kept for
    the next pattern that is tried around the same words.
    """
    found: list[tuple[int, int]] = []
    length = len(document.text)
    for at in _hits(document).starts.get(group, ()):
        start, stop = max(0, at - before), min(length, at + after)
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


def starts_of(document: Document, group: str) -> Sequence[int]:
    """Where the group's words begin, in order."""
    return _hits(document).starts.get(group, ())


def holds(document: Document, group: str, start: int, stop: int) -> bool:
    """Whether a word of the group begins in a stretch of the text."""
    return any(start <= at < stop for at in _hits(document).starts.get(group, ()))


def cues_of(document: Document) -> list[Cue]:
    """The phrases of the text that may say where one may work from, in order, none overlapping another."""
    return _hits(document).cues


def line_cues_of(document: Document) -> list[LineCue]:
    """The words that say how their sentence speaks, in order."""
    return _hits(document).lines


@lru_cache(maxsize=64)
def _hits(document: Document) -> _Hits:
    """What a text holds of all words and phrases, by one pass; kept for the next rule that reads the same text."""
    anchors, lowered = _anchors(), document.lowered
    meant = anchors.meant
    starts: defaultdict[str, list[int]] = defaultdict(list)
    cues: list[Cue] = []
    lines: list[LineCue] = []
    for number, start, end in anchors.automaton.find_matches_as_indexes(haystack_of(document.text), overlapping=True):
        said, words = meant[number]
        if said:
            lines.append((start, said))
        for phrase, groups, kind in words:
            if not lowered.startswith(phrase, start):
                continue  # alike as bytes alone: a hyphen for a space
            for group in groups:
                starts[group].append(start)
            if kind:
                cues.append(Cue(kind, start, end))
    for sign, kind in anchors.signs:
        cues += [Cue(kind, *found.span()) for found in re.finditer(sign, lowered)] if sign in lowered else ()
    for found in starts.values():
        found.sort()
    lines.sort()
    return _Hits(starts, cues_among(lowered, cues), lines)


def anchor_words() -> dict[str, list[str]]:
    """Give the words of each group, in lower case."""
    groups = entries_of("anchor")
    words = {group: [word.replace("_", " ") for word in phrases_of(f"anchor.{group}")] for group in groups}
    return {**words, "tag": ["#li-", "#li_", "#bi-"], NAMES_OF_LANGUAGES: list(names_in_any_language())}


@cache
def _anchors() -> _Anchors:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for group, anchors in anchor_words().items():
        for anchor in anchors:
            groups[anchor].append(group)
    kinds = phrases()
    signs = {sign: kind for sign, kind in kinds.items() if haystack_of(sign) == _ANY_SIGN}
    words: defaultdict[bytes, list[_Word]] = defaultdict(list)
    for phrase in dict.fromkeys((*groups, *(phrase for phrase in kinds if phrase not in signs))):
        words[haystack_of(phrase)].append(_Word(phrase, tuple(groups[phrase]), kinds.get(phrase)))
    lines: defaultdict[bytes, list[LineKind]] = defaultdict(list)
    for kind, cues in line_cues().items():
        for cue in cues:
            lines[haystack_of(cue)].append(kind)
    patterns = list(dict.fromkeys((*words, *lines)))
    return _Anchors(
        # A DFA is faster alone, but between postings its larger table falls out of the cache.
        BytesAhoCorasick(patterns, matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA),
        tuple((tuple(lines.get(pattern, ())), tuple(words.get(pattern, ()))) for pattern in patterns),
        tuple(signs.items()),
    )
