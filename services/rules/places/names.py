"""Names of places in a text, by Aho-Corasick over the text as written: one pass, few false hits.

Most texts are searched as bytes, one a character, at the beginnings of words alone: that is a fraction of the work.

A name is believed as it is listed, without its accents, or in capitals; groups also in lower case ("weltweit"). Three
sets of names: those that running text may hold; those of a field, which adds many more cities; and those of a field
that knows no capitals ("remote, germany").
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation, MatchKind

from services.rules.lexicon.builder import any_of
from services.rules.places.data import Sense, place_data

NameSet = Literal["text", "field", "lower"]


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A name or code in the text, with every place that it may mean."""

    start: int
    end: int
    senses: tuple[Sense, ...]
    name_end: int
    """Where the name itself ends, without the state or country that is joined to it."""
    doubtful: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class _Names:
    written: tuple[str, ...]
    senses: tuple[tuple[Sense, ...], ...]
    doubtful: tuple[bool, ...]
    automaton: BytesAhoCorasick
    """Of the names in letters of Latin-1, for the bytes that `_opened` makes."""
    alike: tuple[tuple[int, ...], ...]
    """By the number of a pattern of the automaton: the names that are the same as bytes."""


_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i"})
_SCRIPTS_WITHOUT_SPACES = "\u0e00"
"""From here on (Thai, Chinese, Japanese, Korean) a word needs no boundary; what lies before is written with spaces."""


@cache
def _names(name_set: NameSet) -> _Names:
    data = place_data()
    listed = data.text if name_set == "text" else (*data.text, *data.cities)
    senses: dict[str, list[Sense]] = {}
    doubtful: set[str] = set()
    for name, sense in listed:
        spellings = tuple(_spellings(name, sense, lower=name_set == "lower"))
        for pattern in spellings:
            known = senses.setdefault(pattern, [])
            if sense not in known:
                known.append(sense)
        if not data.doubtful.isdisjoint(map(str.lower, spellings)):
            doubtful.update(spellings)
    alike: defaultdict[bytes, list[int]] = defaultdict(list)
    for number, pattern in enumerate(senses):
        if opened := _opened(pattern):
            alike[opened].append(number)
    return _Names(
        written=tuple(senses),
        senses=tuple(tuple(found) if len(found) == 1 else _without_demonym(found) for found in senses.values()),
        doubtful=tuple(pattern in doubtful for pattern in senses),
        automaton=BytesAhoCorasick(
            list(alike), matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA
        ),
        alike=tuple(map(tuple, alike.values())),
    )


@cache
def _anywhere(name_set: NameSet) -> AhoCorasick:
    """Finds all names, in whatever letters, also inside what has no spaces between words."""
    written = list(_names(name_set).written)
    return AhoCorasick(written, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA)


_OPEN = bytes(code if chr(code).isalnum() or chr(code) in "_@$" else ord(" ") for code in range(256))


def _opened(text: str) -> bytes | None:
    """One byte a character, with a space in front, for every sign that a name may begin behind, and outside Latin-1.

    None for a text with letters outside Latin-1.
    """
    plain = text.encode("latin-1", "replace")
    if not text.isascii():
        at = plain.find(b"?")
        while at >= 0:
            if text[at].isalpha():
                return None
            at = plain.find(b"?", at + 1)
    return b" " + plain.translate(_OPEN)


def _spellings(name: str, sense: Sense, *, lower: bool) -> Iterator[str]:
    acronym = name.isupper() and len(name) <= 6
    if lower:
        if not acronym and sense.kind != "demonym":
            yield from _plainer(name.lower())
        return
    yield from _plainer(name)
    if acronym or sense.kind == "demonym":
        return
    yield from _plainer(name.upper())
    if sense.kind in ("group", "worldwide"):
        yield from _plainer(name.lower())
        yield from _plainer(name[0].upper() + name[1:])
    if sense.kind == "worldwide":
        yield name.title()


def _plainer(name: str) -> Iterator[str]:
    yield name
    if name.isascii():
        if "'" in name:
            yield name.replace("'", "’")
        return
    bare = "".join(char for char in unicodedata.normalize("NFD", name) if not unicodedata.combining(char))
    if name[0] < "\u0370":
        yield bare.translate(_LETTERS)
    if "'" in name:
        yield name.replace("'", "’")
    if "’" in name:
        yield name.replace("’", "'")


def _without_demonym(senses: Sequence[Sense]) -> tuple[Sense, ...]:
    places = tuple(sense for sense in senses if sense.kind != "demonym")
    return places or tuple(senses)


def names_in(text: str, name_set: NameSet) -> list[NameMatch]:
    """The names in a text, in order, none overlapping another; the longest where several begin at one place."""
    names = _names(name_set)
    found: list[NameMatch] = []
    for pattern, start, end in _hits(text, name_set):
        senses = names.senses[pattern]
        if not _whole_word(text, start, end) or _shouted(text, start, end):
            continue
        if senses[0].kind == "worldwide" and _within().match(text, end):
            continue
        found.append(NameMatch(start, end, senses, end, names.doubtful[pattern]))
    return found


def _hits(text: str, name_set: NameSet) -> Sequence[tuple[int, int, int]]:
    """The number, start and end of each name, leftmost longest, whether a whole word or not."""
    opened = _opened(text)
    if opened is None:
        return _anywhere(name_set).find_matches_as_indexes(text)
    names = _names(name_set)
    alike, written = names.alike, names.written
    longest: dict[int, tuple[int, int]] = {}
    for pattern, start, end in names.automaton.find_matches_as_indexes(opened, overlapping=True):
        for number in alike[pattern]:
            if text.startswith(written[number], start):
                longest[start] = (number, end - 1)  # of those from one place, the longest ends last
    hits: list[tuple[int, int, int]] = []
    reached = 0
    for start in sorted(longest):
        number, end = longest[start]
        if start >= reached:
            hits.append((number, start, end))
            reached = end
    return hits


@cache
def _within() -> re.Pattern[str]:
    """`work from anywhere in the US` is not worldwide."""
    return re.compile(rf"\s*,?\s*\(?{any_of('place.within')}\s(?!{any_of('place.world')})", re.IGNORECASE)


def _whole_word(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    if (before.isalnum() and _has_boundary(before, text[start])) or before in ("_", "@", "$"):
        return False
    if before == "." and text[start - 2 : start - 1].isalnum():
        return False
    if (after.isalnum() and _has_boundary(after, text[end - 1])) or after in ("_", "@"):
        return False
    # A hyphen may join ("London-based"); a dot before a letter makes a host name.
    return not (after == "." and text[end + 1 : end + 2].isalnum() and text[end - 1] != ".")


def _has_boundary(outer: str, inner: str) -> bool:
    """Whether a letter beside a name makes it part of a longer word: also in katakana, and before 語, a language."""
    if inner < _SCRIPTS_WITHOUT_SPACES or outer < _SCRIPTS_WITHOUT_SPACES:
        return True
    return outer in "語语" or (_is_katakana(outer) and _is_katakana(inner))


def _is_katakana(char: str) -> bool:
    return "\u30a0" <= char <= "\u30ff"


def _shouted(text: str, start: int, end: int) -> bool:
    """CONTACT US, JOIN US."""
    if text[start:end] != "US":
        return False
    before = re.search(r"\b([A-Z]{2,}['’]?[A-Z]*) $", text[max(0, start - 12) : start])
    return before is not None and before[1] not in ("IN", "THE", "REMOTE", "FROM", "OR", "AND", "EU", "UK", "NO", "NON")
