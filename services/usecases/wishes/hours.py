"""Hours for which there is no criterion: whoever asks for them, or refuses them, may search by words for them."""

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from services.rules.lexicon.builder import LANGUAGES, phrases_of
from services.rules.text import Haystack, term_of
from services.usecases.wishes.sentence import HOURS

_ENGLISH: Final = "en"
"""Postings are written in it anywhere."""


class Hours(NamedTuple):
    """Hours that some words name."""

    entry: str
    """Of `HOURS`."""
    text: str
    """What a search asks for, or leaves out, in its writer's languages."""


def hours_in(said: str, locale: str, *, refused: bool) -> Iterator[Hours]:
    """The hours that some words name; nothing where they name none."""
    haystack = Haystack.of(said, "")
    for entry in HOURS:
        named = [
            language
            for language in LANGUAGES
            if any(haystack.holds(term_of(known)) for known in _words(entry, language))
        ]
        if named:
            phrases = dict.fromkeys(_quoted(entry, named, locale))
            yield Hours(entry, " ".join(f"-{phrase}" for phrase in phrases) if refused else " OR ".join(phrases))


def _quoted(entry: str, named: list[str], locale: str) -> Iterator[str]:
    for language in dict.fromkeys((*named, locale, _ENGLISH)):
        yield from (f'"{phrase}"' for phrase in (_words(entry, language) if language in LANGUAGES else ()))


@cache
def _words(entry: str, language: str) -> tuple[str, ...]:
    return tuple(phrases_of(entry, languages=(language,)))
