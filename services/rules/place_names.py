"""Names of places in a text, by Aho-Corasick over the text as written: one pass, no folding, few false hits.

A name is believed as it is listed, without its accents, or in capitals; groups also in lower case ("weltweit"). Three
sets of names: those that running text may hold; those of a field, which adds many more cities; and those of a field
that knows no capitals ("remote, germany").
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from services.rules.place_data import Sense, place_data

NameSet = Literal["text", "field", "lower"]


@dataclass(frozen=True, slots=True)
class Found:
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
    automaton: AhoCorasick
    senses: tuple[tuple[Sense, ...], ...]
    doubtful: tuple[bool, ...]


_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i"})
_SCRIPTS_WITHOUT_SPACES = "\u0e00"
"""From here on (Thai, Chinese, Japanese, Korean) a word needs no boundary; what lies before is written with spaces."""


@cache
def _names(which: NameSet) -> _Names:
    data = place_data()
    listed = data.text if which == "text" else (*data.text, *data.cities)
    senses: dict[str, list[Sense]] = {}
    doubtful: set[str] = set()
    for name, sense in listed:
        spellings = tuple(_spellings(name, sense, lower=which == "lower"))
        for pattern in spellings:
            known = senses.setdefault(pattern, [])
            if sense not in known:
                known.append(sense)
        if not data.doubtful.isdisjoint(map(str.lower, spellings)):
            doubtful.update(spellings)
    return _Names(
        automaton=AhoCorasick(
            list(senses), matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA
        ),
        senses=tuple(tuple(found) if len(found) == 1 else _without_demonym(found) for found in senses.values()),
        doubtful=tuple(pattern in doubtful for pattern in senses),
    )


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


def names_in(text: str, which: NameSet) -> list[Found]:
    """The names in a text, in order, none overlapping another; the longest where several begin at one place."""
    names = _names(which)
    found: list[Found] = []
    for pattern, start, end in names.automaton.find_matches_as_indexes(text):
        senses = names.senses[pattern]
        if not _whole_word(text, start, end) or _shouted(text, start, end):
            continue
        if senses[0].kind == "worldwide" and _WITHIN.match(text, end):
            continue
        found.append(Found(start, end, senses, end, names.doubtful[pattern]))
    return found


_WITHIN = re.compile(r"\s*,?\s*\(?(?:(?:with)?in|across|inside|throughout)\s(?!the world)", re.IGNORECASE)
"""`work from anywhere in the US` is not worldwide."""


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
