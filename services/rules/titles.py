"""What a title says of the work, without what it says of the applicant's gender, the workplace and the place."""

import re
from functools import cache, lru_cache
from typing import Final

from services.rules.lexicon.builder import any_of, entries_of, phrases_of
from services.rules.places.known import canonical_place, find_places
from services.rules.text import collapsed, fold, words

_CUT: Final = re.compile(r"\s*[()\[\]|@,]\s*|\s+[-\u2013\u2014]\s+|\s*[\u2013\u2014]\s*|(?<=\w)-\s+|:\s+")
_FLAGS: Final = re.compile("[\U0001f1e6-\U0001f1ff]+")
_SPACES: Final = re.compile(r"\s\s+")
_LONGEST_PLACE: Final = 60
_OPENING: Final = "([{"
_CLOSING: Final = ")]}"
_DASHES: Final = "-–—|/"
_PARTING: Final = f" ,;{_DASHES}"
"""What parts the things within brackets, or of a title."""
_CLINGING: Final = frozenset(",;:.!?)]}")
"""No space stands before them."""


@cache
def genders() -> re.Pattern[str]:
    """What a title says of the applicant's gender: `(m/f/d)`, `(all genders)`, the end of `Entwickler*in`."""
    letter, behind = any_of("gender.letter"), any_of("gender.letter", "gender.letter_behind")
    return re.compile(
        rf"[(\[{{]?\s*(?:{any_of('gender.all')}|{letter}(?:\s*[/|*,.·]\s*{behind})+)\s*[)\]}}]?"
        rf"|(?P<ending>(?<=\w)(?:(?:[*:_·•]|/-?|\(){any_of('gender.ending', whole=False)}\)?"
        rf"|-{any_of('gender.hyphened', whole=False)}(?:-s)?)(?!\w))",
        re.IGNORECASE,
    )


def without_genders(title: str) -> str:
    """A title without what stands in it for the applicant's gender: `Koch, Berlin` of `Koch (m/w/d), Berlin`.

    The end of a word stays, as of `Buchhalter:in`, and so do brackets that hold something else too.
    """
    for found in reversed(list(genders().finditer(title))):
        if found["ending"] is None:
            title = _cut_out(title, found)
    return title


def _cut_out(title: str, found: re.Match[str]) -> str:
    before, gone, behind = title[: found.start()].rstrip(), found[0].strip(), title[found.end() :]
    opened, closed = gone[0] in _OPENING, gone[-1] in _CLOSING
    if opened and not closed:
        return f"{before} {gone[0]}{behind.lstrip(_PARTING)}"
    if closed and not opened:
        return f"{before.rstrip(_PARTING)}{gone[-1]}{behind}"
    if before[-1:] in _DASHES and behind.lstrip()[:1] in _DASHES:
        behind = behind.lstrip()[1:]
    return f"{before}{behind}" if behind[:1] in _CLINGING else f"{before} {behind}"


@cache
def _no_work() -> frozenset[str]:
    return frozenset(phrases_of("title.no_work"))


@cache
def _spellings() -> dict[str, str]:
    """By a way of writing the one that it is compared as."""
    return {
        way: spelling.replace("_", " ")
        for spelling in entries_of("spelling")
        for way in phrases_of(f"spelling.{spelling}")
    }


def sells(title: str) -> bool:
    """Whether a title is of work that brings in customers."""
    return _of_market("sells").search(fold(title)) is not None


@cache
def _of_market(kind: str) -> re.Pattern[str]:
    return re.compile(any_of(f"market.{kind}"))


def works_a_market(title: str) -> bool:
    """Whether a title is of work for the customers of one place, whose name is then part of the work.

    `Account Executive, Nordics` and `Country Manager - Spain` are other jobs than those of their neighbours, where
    `Data Engineer (Spain)` is an advertisement of what `Data Engineer (Portugal)` advertises too.
    """
    return sells(title) or _of_market("serves").search(fold(title)) is not None


def fold_title(title: str) -> str:
    """A title without case, punctuation, `(m/f/d)`, and the places and workplace that stand apart in it.

    The level stays, and so does the place of who works a market (`works_a_market`). What is often written in several
    ways is written in one: `Sr.`, `Fullstack`, clients and customers.
    """
    bare = _SPACES.sub(" ", genders().sub(" ", _FLAGS.sub(" ", collapsed(title))))
    parts = [part for part in _CUT.split(bare) if part.strip()]
    keeps_places = works_a_market(bare)
    # The work comes first, but for a workplace: `Remote - Data Engineer`.
    kept = [part for at, part in enumerate(parts) if not _says_only_where(part, at == 0 or keeps_places)]
    spellings = _spellings()
    found = [spellings.get(word, word) for word in words(" ".join(kept))]
    return " ".join(found) or fold(title)


def _says_only_where(part: str, workplace_alone: bool) -> bool:
    if not set(words(part)) - _no_work():
        return True
    return not workplace_alone and len(part) <= _LONGEST_PLACE and says_only_where(part.strip())


@lru_cache(maxsize=8192)
def says_only_where(part: str) -> bool:
    """Whether a part of a title is made of places and words of the workplace."""
    if canonical_place(part) is not None:
        return True
    rest = part
    for found in reversed(find_places(part)):
        rest = rest[: found.start] + " " + rest[found.end :]
    return not set(words(rest)) - _no_work()
