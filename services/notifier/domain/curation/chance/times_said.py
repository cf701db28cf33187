"""How often the text of a job says words, and does not deny them."""

import re
from functools import cache, lru_cache
from itertools import chain
from typing import Final

from services.rules.lexicon.builder import LANGUAGES, phrases_of
from services.rules.text import words

OFTEN: Final = 4
"""So often words are said where a job is about them, in a text of some length."""
_PER_TIME: Final = 500
"""Characters of a text within which one time is enough."""
_BEHIND: Final = 60
"""Characters within which words say of what stands before them that it is not needed."""


def times_said(term: str, line: str, language: str | None) -> int:
    """How often words of a text are a term, four times at most; -1 where each time a word denies it.

    "No cold calling" does, and "Python is not required".
    """
    sought, found, denied, at = f" {term} ", 0, 0, -1
    while found < OFTEN and (at := line.find(sought, at + 1)) >= 0:
        behind = at + len(sought)
        if line.endswith(_before(language), 0, at) or _is_needless(
            line[behind : behind + _BEHIND].split(" "), language
        ):
            denied = 1
        else:
            found += 1
    return found or -denied


def share_of_often(times: int, line: str) -> float:
    """How far words that a text says so often are what it is about: once is enough in a few sentences."""
    return min(1.0, times / min(OFTEN, 1 + len(line) // _PER_TIME))


def stands_in_capitals(abbreviation: str, *texts: str) -> bool:
    """Whether a word stands so, as IT does where it is no "it"."""
    pattern = _as_written(abbreviation)
    return any(pattern.search(text) for text in texts)


@lru_cache(maxsize=4_096)
def _as_written(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])")


def _is_needless(behind: list[str], language: str | None) -> bool:
    """Whether words behind a thing say that it is not needed, by those of a language alone."""
    needed, says_not, between = _behind(language)
    is_denied = False
    for word in behind:
        if word.startswith(needed):
            return is_denied
        if word in says_not:
            is_denied = True
        elif word not in between:
            return False
    return False


@cache
def _before(language: str | None) -> tuple[str, ...]:
    """The words that deny what follows, as they end a text. Those of its language alone: "no" is Portuguese for in."""
    ways = (way.partition(" !> ")[0] for way in _said(language, "wish.never", "refusal.none_of"))
    return tuple(f" {' '.join(words(way))}" for way in ways)


@cache
def _behind(language: str | None) -> tuple[tuple[str, ...], frozenset[str], frozenset[str]]:
    """How words begin that say what is needed; those that deny it; those that may stand between."""
    needed = tuple(term for way in _said(language, "denial.needed") if len(term := words(way)) == 1)
    says_not, between = (
        frozenset(chain.from_iterable(map(words, _said(language, *entries))))
        for entries in (("denial.not",), ("denial.knowledge", "denial.be", "denial.how"))
    )
    return tuple(word for (word,) in needed), says_not, between


def _said(language: str | None, *entries: str) -> list[str]:
    own = (language,) if language in LANGUAGES else LANGUAGES[:1]
    return [phrase for entry in entries for phrase in phrases_of(entry, languages=own)]
