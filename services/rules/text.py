"""Text: folding, words, and the small query language of a search's `text`."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import Final

from services.rules.inclusive import read_in_place, readings

_ACCENTS: Final = re.compile("[\u0300-\u036f]+")
"""Combining Diacritical Marks. Marks of other blocks are letters of their scripts: dakuten and vowel signs are kept."""
_PLAIN: Final = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
_LETTERS: Final = re.compile(f"[{''.join(_PLAIN)}]")
_MINUSES: Final = str.maketrans({"\u2212": "-", "\uff0d": "-", "\ufe63": "-"})
_QUOTES: Final = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02\u300c\u300d", '"'))
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, kana, Han and Hangul: written without spaces between words, or with endings run on."""
_SHORT: Final = 40
_MOST_MARKS: Final = 30
_MARKS_BEYOND: Final = range(0xE0000, 0xE1000)
_END_OF_FIELD: Final = "\0"
_OTHER_FORMS: Final = "\0\0"
"""Before what is written again by the words that a word for both genders stands for; each ends as a field does."""


def fold(text: str) -> str:
    """Fold to what comparing ignores case, width, accents and spacing by (Unicode NFKC, casefold). Idempotent."""
    if text.isascii():
        return " ".join(text.lower().split())
    # Nothing in it looks beyond white space, and most words of most texts are ASCII or come again.
    return " ".join(filter(None, [piece.lower() if piece.isascii() else folded_word(piece) for piece in text.split()]))


def blanked(text: str, *patterns: re.Pattern[str]) -> str:
    """The text with spaces in place of what the patterns find, one after another; all else stays where it stands."""
    for pattern in patterns:
        text = pattern.sub(lambda found: " " * len(found[0]), text)
    return text


def folded_word(word: str) -> str:
    """`fold` of what has no white space within."""
    return _folded_short(word) if len(word) <= _SHORT else _folded(word)


@lru_cache(maxsize=16_384)
def _folded_short(word: str) -> str:
    return _folded(word)


def _folded(word: str) -> str:
    folded = _fold_once(word)
    # Casefolding and composing can each make work for the other.
    while not folded.isascii() and (again := _fold_once(folded)) != folded:
        folded = again
    return folded


def collapsed(text: str) -> str:
    """Write white space as single spaces, with none at the ends."""
    # Of what is printable a space is the only white space: most texts need no splitting.
    return text.strip() if "  " not in text and text.isprintable() else " ".join(text.split())


def lowered(text: str) -> str:
    """Write a text in lower case, character for character."""
    return text.replace("İ", "I").lower()


@cache
def _mark_runs() -> re.Pattern[str]:
    """A longer run of combining marks than the Stream-Safe Text Format allows (UAX 15, section 13)."""
    marks = "".join(
        char for char in map(chr, chain(range(0x300, 0x20000), _MARKS_BEYOND)) if unicodedata.combining(char)
    )
    return re.compile(rf"([{marks}]{{{_MOST_MARKS}}})[{marks}]+")


def _fold_once(text: str) -> str:
    # Marks are put in their order by a sort that takes the square of their number.
    text = _mark_runs().sub(r"\1", text) if len(text) > _MOST_MARKS else text
    lowered = unicodedata.normalize("NFKC", text).casefold()
    bare = _LETTERS.sub(lambda letter: _PLAIN[letter[0]], _ACCENTS.sub("", unicodedata.normalize("NFD", lowered)))
    return collapsed(unicodedata.normalize("NFKC", bare))


@cache
def _word() -> re.Pattern[str]:
    """A word: a letter with its signs in unspaced scripts; `c++`, `c#` and `.net`; else letters, digits and marks."""
    # Between these ranges lie Han, private use and nothing; asking a million code points takes a tenth of a second.
    greek_on = map(chr, chain(range(0x0370, 0x20000), range(0xE0000, 0xE1000)))
    marks = "".join(char for char in greek_on if unicodedata.category(char) in ("Mn", "Mc"))
    unspaced = f"[{_UNSPACED}](?<=\\w)[{marks}]*"
    spaced = f"(?:(?![{_UNSPACED}])[^\\W_])(?:(?![{_UNSPACED}])[^\\W_]|[{marks}])*"
    return re.compile(rf"{unspaced}|(?<![^\W_])(?:[a-z](?:\+\+|\#)|\.net(?![^\W_]))|{spaced}")


_ASCII_WORD: Final = re.compile(r"(?<![a-z0-9])(?:[a-z](?:\+\+|#)|\.net(?![a-z0-9]))|[a-z0-9]+")


def words(text: str) -> list[str]:
    """The words of a text, folded. Punctuation separates; scripts without spaces give one word a letter."""
    folded = fold(text)
    # Typographic quotes and dashes alone do not call for the slower pattern.
    plain = folded.isascii() or not any(char.isalnum() for char in set(folded) if char > "\x7f")
    return _ASCII_WORD.findall(folded) if plain else _word().findall(folded)


def term_of(text: str) -> str:
    """The words of a text as a `Haystack` holds them."""
    return " ".join(words(text))


@dataclass(frozen=True, slots=True)
class Haystack:
    """A posting's words, ready for many queries."""

    line: str
    """Every word with a space on both sides; a mark between title and description, so that no phrase spans them.

    Behind both, what they say of people of both genders, by either word: of "Mitarbeiter/in" also `mitarbeiterin`.
    """

    @classmethod
    def of(cls, title: str, description: str) -> "Haystack":
        """Fold a title and a description."""
        said = (*words(title), _END_OF_FIELD, *words(description))
        again = dict.fromkeys(map(term_of, (*read_in_place(title), *read_in_place(description))))
        forms = (word for reading in again for word in (_END_OF_FIELD, *reading.split(" ")))
        return cls(" ".join(("", *said, *((_OTHER_FORMS, *forms) if again else ()), "")))

    def every_word(self) -> frozenset[str]:
        """The words, each once."""
        return frozenset(self.line.split()).difference((_END_OF_FIELD, _OTHER_FORMS))

    def holds(self, term: str) -> bool:
        """Whether a term (words with single spaces) occurs, as whole words in this order."""
        return f" {term} " in self.line

    @property
    def as_written(self) -> str:
        """Every word likewise, each as often as it stands there."""
        return self.line.partition(_OTHER_FORMS)[0]

    def times(self, term: str) -> int:
        """How often a term occurs; once where only another form of it does."""
        return self.as_written.count(f" {term} ") or int(self.holds(term))

    def traces(self) -> bytes:
        """1 at both `traces_of` a term that may occur: whoever looks for many passes over most that do not."""
        traces = bytearray(_TRACES)
        for word in self.line.split():
            traces[hash(word) % _TRACES] = 1
        return bytes(traces)


_TRACES: Final = 4_096
"""Most texts have some 300 words: one in 14 of those that a text does not have leaves the trace of one that it has."""


def traces_of(term: str) -> tuple[int, int]:
    """Those of its two longest words, mostly its rarest; others in each process."""
    longest = sorted(term.split(" "), key=len, reverse=True)
    return hash(longest[0]) % _TRACES, hash(longest[:2][-1]) % _TRACES


@dataclass(frozen=True, slots=True)
class TextQuery:
    """What a text must hold and must not: sorted terms, each one word or a phrase of words with single spaces."""

    wanted: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    either: tuple[tuple[str, ...], ...] = ()
    """Groups of alternatives, of each of which one is wanted."""

    @classmethod
    def parse(cls, text: str) -> "TextQuery":
        """Read `words "a phrase" one OR "the other" -excluded -"an excluded phrase"`; all that is wanted is needed.

        `OR`, in capitals, joins the terms on both of its sides, before anything else is joined; where one of them is
        missing or excluded, it says nothing. A word for both genders stands for either (`Mitarbeiter/in`). Never
        raises: an unclosed quote ends with the text; what holds no letter or digit is dropped. Words joined by other
        punctuation (`front-end`, `node.js`) are a phrase. Alternatives that decide nothing are left out, so that
        queries that ask the same are mostly equal.
        """
        return _parse(text)

    def __bool__(self) -> bool:
        return bool(self.wanted or self.excluded or self.either)

    def __str__(self) -> str:
        """The query in its one canonical spelling, which parses to an equal query."""
        groups = (f" {_OR} ".join(map(_quoted, group)) for group in self.either)
        return " ".join((*map(_quoted, self.wanted), *groups, *(f"-{_quoted(term)}" for term in self.excluded)))

    def missing(self, haystack: Haystack) -> tuple[str, ...]:
        """The wanted terms that do not occur, and the alternatives of which none does."""
        lacking = (group for group in self.either if not any(map(haystack.holds, group)))
        return tuple(
            dict.fromkeys((*(term for term in self.wanted if not haystack.holds(term)), *chain.from_iterable(lacking)))
        )

    def said(self, haystack: Haystack) -> tuple[str, ...]:
        """The wanted terms and alternatives that do occur; of alternatives those that are written so, if any is."""
        written = haystack.as_written
        met = ([*filter(haystack.holds, group)] for group in self.either)
        chosen = ([term for term in group if f" {term} " in written] or group for group in met)
        return tuple(dict.fromkeys((*filter(haystack.holds, self.wanted), *chain.from_iterable(chosen))))

    def present(self, haystack: Haystack) -> tuple[str, ...]:
        """The excluded terms that occur."""
        return tuple(term for term in self.excluded if haystack.holds(term))

    def fits_haystack(self, haystack: Haystack) -> bool:
        """Whether all wanted terms occur, one of each group, and no excluded one."""
        return (
            all(map(haystack.holds, self.wanted))
            and not any(map(haystack.holds, self.excluded))
            and all(any(map(haystack.holds, group)) for group in self.either)
        )

    def fits(self, title: str, description: str) -> bool:
        """`fits_haystack`, for a text that is asked once."""
        return self.fits_haystack(Haystack.of(title, description))


_OR: Final = "OR"
_TERM: Final = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)(?:"|$)|(?P<word>[^\s"]+))')


def _terms(text: str) -> Iterator[tuple[bool, frozenset[str]] | None]:
    """Each term by each of the words that it stands for, and whether it is excluded; None for an OR."""
    for found in _TERM.finditer(text.translate(_MINUSES).translate(_QUOTES)):
        if found["word"] == _OR and not found["minus"]:
            yield None
            continue
        said = found["phrase"] if found["phrase"] is not None else found["word"]
        terms = frozenset(filter(None, map(term_of, readings(said))))
        if terms:
            yield bool(found["minus"]), terms


def slip_in(text: str) -> str:
    """What in a query is surely a slip, in one sentence that says how to mend it; empty where nothing is.

    `TextQuery.parse` takes it all the same: queries of an earlier release are read as they always were.
    """
    plain = text.translate(_MINUSES).translate(_QUOTES)
    if plain.count('"') % 2:
        return 'a quote in the text is opened and not closed: put one on both sides of each phrase, as "front end"'
    found = list(_terms(text))
    for before, at, after in zip([None, *found], found, [*found[1:], None], strict=False):
        if at is None and (before is None or after is None or before[0] or after[0]):
            return "OR in the text stands between two terms, neither of them excluded: name both, or leave OR out"
    for term in _TERM.finditer(plain):
        if term["word"] in ("AND", "&&"):
            return f"leave {term['word']} out of the text: all that is named is needed anyway"
        if term["word"] == "NOT":
            return "in the text a minus before a word excludes it: write -word, not NOT word"
        if not term[0].strip("-"):
            return "a minus in the text stands right before the word or the phrase that it excludes, as -internship"
    return ""


@lru_cache(maxsize=4096)
def _parse(text: str) -> TextQuery:
    excluded: set[str] = set()
    groups: list[set[str]] = []
    follows_wanted = joins = False
    for found in _terms(text):
        if found is None:
            joins = follows_wanted
            continue
        minus, terms = found
        if minus:
            excluded |= terms
        elif joins:
            groups[-1] |= terms
        else:
            groups.append(set(terms))
        follows_wanted, joins = not minus, False
    decisive = _decisive(groups, excluded)
    return TextQuery(
        wanted=tuple(sorted(min(group) for group in decisive if len(group) == 1)),
        excluded=tuple(sorted(excluded)),
        either=tuple(sorted(tuple(sorted(group)) for group in decisive if len(group) > 1)),
    )


def _decisive(groups: Iterable[set[str]], excluded: set[str]) -> set[frozenset[str]]:
    """Groups without alternatives that are excluded, and without groups that another one satisfies.

    A group that is excluded as a whole stays as it is, so that nothing ever fits.
    """
    kept = {frozenset(group - excluded or group) for group in groups}
    return {group for group in kept if not any(other < group for other in kept)}


def _quoted(term: str) -> str:
    """A phrase in quotes; letters of unspaced scripts are run together again."""
    joined = re.sub(f"(?<=[{_UNSPACED}]) (?=[{_UNSPACED}])", "", term)
    return f'"{joined}"' if " " in joined else joined
