"""The languages that a sentence says its writer speaks or works in: "support, fluent French", "recepcionista inglés".

Who names one writes in another, which they speak too: by the named one alone, jobs written in theirs were dropped.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

from babel import Locale

from services.ingest.domain.spoken.names import Mention, names_of
from services.ingest.domain.spoken.words import NAMES, SUPPORT, Word, WordKind, words_of
from services.rules.languages.speaking import LEVELS
from services.rules.lexicon.builder import LANGUAGES, any_of
from services.rules.roles.said import roles_as_said as roles
from services.rules.text import lowered
from services.usecases.wishes.fields import read_in
from services.usecases.wishes.sentence import is_idle

_ENGLISH: Final = "en"
_EDGES: Final = " ,;"
_JOINED: Final[frozenset[WordKind]] = NAMES | SUPPORT | {"and", "or", "slash", "title_with", "filling"}
"""Stand in one stretch with the names of languages."""
_BY_LANGUAGE: Final = "support"
"""A family of trades of which a language before one is spoken: "French customer support"."""


class SpokenIn(NamedTuple):
    """What is said, and the sentence without it."""

    wanted: str
    codes: tuple[str, ...] = ()
    """Of the languages that are named; ISO 639-1."""
    written_in: tuple[str, ...] = ()
    """Those that the names may be words of; none where it is told by nothing."""
    said: tuple[str, ...] = ()
    """The words that name them."""
    learned: tuple[str, ...] = ()
    """What somebody learns as yet, in their words."""


NOTHING_SPOKEN: Final = SpokenIn("")


def spoken_in(wanted: str) -> SpokenIn:
    """The languages that somebody says they speak; none beside a trade that is about a language, as a translator's."""
    small = lowered(wanted)
    if (learning := _learning(wanted, small)) is not None:
        return learning
    named = {language: _names(wanted, small, language) for language in LANGUAGES}
    most = max(map(len, named.values()))
    if not most:
        return SpokenIn(wanted)
    written_in = [language for language in LANGUAGES if len(named[language]) == most]
    # Names in English, and what a language calls itself, are known in each.
    language = written_in[0]
    read = {known: [*words_of(known).read(wanted, small, named[known], 0, len(wanted))] for known in written_in}
    if any(word.kind == "trade" for words in read.values() for word in words) and not any(
        map(_has_level, read.values())
    ):
        return SpokenIn(wanted)
    words, rest, codes, said = read[language], wanted, dict[str, None](), list[str]()
    for start, stop in reversed([*_runs(words, wanted)]):
        run = words[start:stop]
        codes = {**dict.fromkeys(word.code for word in run if word.kind in NAMES), **codes}
        said.insert(0, wanted[run[0].start : run[-1].stop])
        rest = f"{rest[: run[0].start].rstrip()} {rest[run[-1].stop :].lstrip()}".strip(" ,;")
    if not codes or not rest:
        return SpokenIn(wanted)
    if all(wanted[mention.start : mention.stop].lower() == _own(mention.code) for mention in named[language]):
        written_in = []
    elif _ENGLISH in written_in:
        written_in = [_ENGLISH]
    return SpokenIn(rest.replace(" ,", ","), tuple(codes), tuple(written_in), tuple(said))


def _has_level(words: Sequence[Word]) -> bool:
    """Whether a name has a level beside it, as no trade has: "kindergarten teacher, German B1"."""
    beside = ({word.kind, other.kind} for word, other in pairwise(words))
    return any(not kinds.isdisjoint(LEVELS) and not kinds.isdisjoint(NAMES) for kinds in beside)


def _learning(wanted: str, small: str) -> SpokenIn | None:
    """The same for a sentence without what it says of languages that somebody learns: "learning German"."""
    for found in _patterns().learning.finditer(small):
        for language in LANGUAGES:
            for mention in _names(wanted, small, language):
                if mention.start == found.end():
                    before, behind = wanted[: found.start()].rstrip(_EDGES), wanted[mention.stop :].lstrip(_EDGES)
                    others = spoken_in(f"{before}, {behind}".strip(_EDGES))
                    return others._replace(learned=(wanted[found.start() : mention.stop], *others.learned))
    return None


def names_languages_alone(said: str) -> bool:
    """Whether some words are of nothing but languages and how well one knows them."""
    small = lowered(said)
    for language in LANGUAGES:
        if named := _names(said, small, language):
            words = words_of(language).read(said, small, named, 0, len(said))
            if all(
                word.kind in _JOINED or word.kind == "comma" or is_idle(said[word.start : word.stop]) for word in words
            ):
                return True
    return False


def _names(wanted: str, small: str, language: str) -> list[Mention]:
    others = [found.span() for found in _patterns().no_language.finditer(small)]
    named = (mention for mention in names_of(language).mentions(wanted, small) if mention.code.isalpha())
    return [mention for mention in named if not any(start <= mention.start < end for start, end in others)]


def _own(code: str) -> str:
    return str(Locale(code).languages.get(code, "")).lower()


def _runs(words: Sequence[Word], wanted: str) -> Iterator[tuple[int, int]]:
    """Where stretches of words of languages begin and end, but those that only say where something is from."""
    start = 0
    while start < len(words):
        stop = start
        while stop < len(words) and words[stop].kind in _JOINED:
            stop += 1
        if any(word.kind in NAMES for word in words[start:stop]):
            first, last = _within(words, start, stop)
            if not _describes(words, first, last, wanted):
                yield first, last
        start = max(stop, start + 1)


def _within(words: Sequence[Word], start: int, stop: int) -> tuple[int, int]:
    """The same without what joins it to nothing: "in" of "recepcionista in Málaga inglés"."""
    kept = NAMES | SUPPORT | {"title_with"}
    while words[start].kind not in kept:
        start += 1
    while words[stop - 1].kind not in NAMES | SUPPORT:
        stop -= 1
    return start, stop


def _describes(words: Sequence[Word], start: int, stop: int, wanted: str) -> bool:
    """Whether a name is an adjective: of what follows in English, "German tax consultant", or of a restaurant."""
    if any(word.kind in SUPPORT or word.kind == "title_with" for word in words[start:stop]):
        return False
    begins, ends = words[start].start, words[stop - 1].stop
    small = lowered(wanted)
    if _patterns().described.match(small, ends) or _patterns().describing.search(small[:begins]):
        return True
    if stop == len(words):
        return False
    behind = read_in(wanted[ends:].split(",")[0]).roles
    if behind and roles()[behind[0]].family == _BY_LANGUAGE:
        return False
    if words[stop].kind == "others":
        return True
    in_english = any(mention.stop == ends for mention in _names(wanted, lowered(wanted), _ENGLISH))
    return in_english and bool(behind) and not wanted[:begins].strip()


class _Patterns(NamedTuple):
    learning: re.Pattern[str]
    """Right before a language."""
    no_language: re.Pattern[str]
    described: re.Pattern[str]
    """Right behind one."""
    describing: re.Pattern[str]
    """Right before one."""


@cache
def _patterns() -> _Patterns:
    described = any_of("wish.described")
    return _Patterns(
        learning=re.compile(rf"{any_of('wish.learning')}\s+"),
        no_language=re.compile(any_of("wish.no_language")),
        described=re.compile(rf"\s+{described}"),
        describing=re.compile(rf"{described}\s+$"),
    )
