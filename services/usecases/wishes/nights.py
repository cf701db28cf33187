"""Work at night, for which there is no criterion: whoever asks for it, or refuses it, may search by words for it."""

from collections.abc import Iterator
from functools import cache
from typing import Final

from services.rules.lexicon.builder import LANGUAGES, phrases_of
from services.rules.text import Haystack, term_of

_ENGLISH: Final = "en"
"""Postings are written in it anywhere."""


def nights_in(said: str, locale: str, *, refused: bool) -> str:
    """The words that a search asks for, or leaves out, in its writer's languages; empty where nothing is of nights."""
    haystack = Haystack.of(said, "")
    named = [language for language in LANGUAGES if any(haystack.holds(term_of(known)) for known in _words(language))]
    if not named:
        return ""
    phrases = dict.fromkeys(_quoted(named, locale))
    return " ".join(f"-{phrase}" for phrase in phrases) if refused else " OR ".join(phrases)


def _quoted(named: list[str], locale: str) -> Iterator[str]:
    for language in dict.fromkeys((*named, locale, _ENGLISH)):
        yield from (f'"{phrase}"' for phrase in (_words(language) if language in LANGUAGES else ()))


@cache
def _words(language: str) -> tuple[str, ...]:
    return tuple(phrases_of("wish.nights", languages=(language,)))
