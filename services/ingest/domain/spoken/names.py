"""Where a text names a language: by the names of CLDR in English and in the language of the text, and a few more."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind
from babel import Locale

from services.rules.lexicon.builder import LANGUAGES, any_of, spelled, written

CODES: Final = (
    "en", "de", "fr", "es", "pt", "it", "nl", "pl", "da", "sv", "no", "fi", "is", "cs", "sk", "hu", "ro", "bg", "el",
    "tr", "ru", "uk", "sr", "hr", "sl", "lt", "lv", "et", "ar", "he", "fa", "ur", "hi", "bn", "ta", "te", "mr", "gu",
    "pa", "kn", "ml", "ne", "si", "th", "vi", "id", "ms", "tl", "ko", "ja", "zh", "sw", "am", "zu", "af", "ca", "eu",
    "gl", "ga", "cy", "sq", "mk", "bs", "ka", "hy", "az", "kk", "uz", "mn", "km", "lo", "my",
)  # fmt: skip
"""ISO 639-1: the languages whose names are read."""
_CLDR: Final = {"tl": "fil"}
"""Keys of CLDR where they differ."""
CALLED: Final = ("en", "de", "fr", "es", "pt", "nl", "zh", "fa", "tl", "id", "no")
"""Languages that the lexicon has further names of."""
_OFFICIAL: Final = ("de", "fr", "it")
"""In Switzerland, where a second official language is any of these but that of the text."""
_BY_THEMSELVES: Final = ("de", "fr", "es", "it", "nl", "pl", "pt")
"""Languages that are read in any text by the name that they have in themselves: Deutsch."""
_SHORTEST: Final = 3
_ANCHORS: Final = ("bilingual", "trade")
"""Words beside which languages may be told by their codes alone."""
_LONGEST_UNLIKE: Final = 8


class Mention(NamedTuple):
    """A language, and where it is named; without a code a word beside which codes are read.

    Codes that a stroke joins are those of which one is enough.
    """

    code: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Names:
    """What the languages are called in texts of one language and in English."""

    automaton: AhoCorasick
    names: tuple[tuple[str, str, bool], ...]
    """By its number: a name in lower case, its code, and whether anything may follow within the word."""
    longest: int
    compound: re.Pattern[str]
    """What may be joined to a name: Deutschkenntnisse."""
    capital: frozenset[str]
    unlike: re.Pattern[str]
    """Ends what stands before a name that is ruled out: non-English."""

    def mentions(self, text: str, lowered: str, starts: Sequence[int] | None = None) -> Iterator[Mention]:
        """Give the names in a text in their order; `starts` are places at which alone there may be any."""
        found = self.automaton.find_matches_as_indexes(lowered) if starts is None else self._found_at(starts, lowered)
        for number, start, stop in found:
            name, code, opened = self.names[number]
            if start and lowered[start - 1].isalnum():
                continue
            if not opened and lowered[stop : stop + 1].isalnum() and not self.compound.match(lowered, stop):
                continue
            if (name in self.capital and text[start].islower()) or self.unlike.search(
                lowered, max(0, start - _LONGEST_UNLIKE), start
            ):
                continue
            yield Mention(code, start, stop)

    def _found_at(self, starts: Sequence[int], lowered: str) -> Iterator[tuple[int, int, int]]:
        """What a search of all the text finds: a place within a name that was found begins none."""
        find, reached = self.automaton.find_matches_as_indexes, 0
        for start in starts:
            at_once = find(lowered[start : start + self.longest]) if start >= reached else []
            if at_once and at_once[0][1] == 0:
                number, _, length = at_once[0]
                reached = start + length
                yield number, start, reached


@cache
def names_of(language: str) -> Names:
    """Give the names in one of the languages of the rules and in English."""
    languages = tuple(dict.fromkeys(("en", language)))
    known: dict[str, tuple[str, bool]] = {}
    for spoken in languages:
        for code in CODES:
            for form in _forms(str(Locale(spoken).languages.get(_CLDR.get(code, code), "")).lower(), spoken):
                known.setdefault(form, (code, False))
        called = ((f"called.{code}", code) for code in CALLED)
        second = ("called.second_official", "|".join(code for code in _OFFICIAL if code != spoken))
        for entry, code in (*called, second, *((anchor, "") for anchor in _ANCHORS)):
            for way in written(f"spoken.{entry}", spoken):
                known.update(
                    {spelling.rstrip("*").replace("-", " "): (code, spelling[-1] == "*") for spelling in spelled(way)}
                )
    for code in _BY_THEMSELVES:
        known.setdefault(str(Locale(code).languages[code]).lower(), (code, False))
    return Names(
        AhoCorasick(list(known), matchkind=MatchKind.LeftmostLongest),
        tuple((name, *meant) for name, meant in known.items()),
        max(map(len, known)),
        re.compile(any_of("spoken.compound", languages=languages, whole=False)),
        frozenset(way for spoken in languages for way in written("spoken.capital", spoken)),
        re.compile(any_of("spoken.unlike", languages=languages) + "[- ]$"),
    )


@cache
def names_in_any_language() -> tuple[str, ...]:
    """Give the names in all languages of the rules, in lower case."""
    return tuple(dict.fromkeys(name for language in LANGUAGES for name, _, _ in names_of(language).names))


def _forms(name: str, language: str) -> Iterator[str]:
    """A name as it stands, without its accents, and with each ending of the language."""
    if len(name) < _SHORTEST or " " in name:
        return
    endings = written("spoken.ending", language)
    for form in dict.fromkeys((name, _plain(name))):
        yield form
        stem = form[:-1] if form[-1] in endings else form
        yield from (stem + ending for ending in endings if len(stem) >= _SHORTEST)


def _plain(name: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", name) if not unicodedata.combining(sign))
