"""Foreign and own words made fit for one line."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import format_decimal

from services.rules.home import Home
from services.rules.visible import visible
from services.wording.words import FALLBACK_LOCALE, LANGUAGES, Words

_SEASONS: Final = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
_MOST_TITLE = 160
_MOST_QUOTED = 60
_MOST_NAMED = 4
"""A sentence names this many things, and counts the rest."""


def locale_of(wanted: str) -> str:
    """The reader's locale where its language is one of ours, so that words and numbers agree; else English."""
    try:
        locale = Locale.parse(wanted.replace("-", "_"))
    except (ValueError, UnknownLocaleError, TypeError):
        return FALLBACK_LOCALE
    return str(locale) if locale.language in LANGUAGES else FALLBACK_LOCALE


def zone_of(name: str) -> ZoneInfo:
    """The reader's time zone; UTC where the name is not one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=512)
def standard_offset(zone: ZoneInfo) -> float:
    """Hours from UTC in standard time: the lesser of both seasons."""
    return min((at.astimezone(zone).utcoffset() or at - at).total_seconds() for at in _SEASONS) / 3600.0


def country_of_zone(name: str) -> str | None:
    """The country of a time zone, ISO 3166-1; None where it has none."""
    found: str | None = get_global("zone_territories").get(name)
    return found if found and found != "001" else None


def country_lived_in(home: Home | None, time_zone: str) -> str | None:
    """Where a reader lives: as they say it, else by their time zone; None where neither tells."""
    return home.country if home else country_of_zone(time_zone)


def one_line(text: str, most: int = _MOST_TITLE) -> str:
    """Foreign text made safe for a line: no characters that nobody sees, single spaces, cut with `…`."""
    line = " ".join(visible(text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def quoted(name: str, words: Words, most: int = _MOST_QUOTED) -> str:
    """A name in the quotation marks of the language."""
    return words.say("“{name}”", name=one_line(name, most))


def listed(things: Iterable[str], words: Words, *, either: bool = False, most: int = _MOST_NAMED) -> str:
    """`a`, `a and b`, `a, b and c`, or with `or`; of more than `most`, how many more there are."""
    named = list(things)
    if len(named) > most:
        rest = len(named) - most + 1
        named = [*named[: most - 1], words.count("{count} more", "{count} more", rest)]
    return words.either(named) if either else words.all_of(named)


def decimal(number: float, words: Words) -> str:
    """A number as the language writes it: `2`, `1.5`, `1,5`."""
    return _decimal(number, words.locale)


@lru_cache(maxsize=1_024)
def _decimal(number: float, locale: str) -> str:
    return str(format_decimal(number, locale=locale))


def capitalised(line: str) -> str:
    """The first letter large, the others as they are."""
    return line[:1].upper() + line[1:]


def language_in_words(code: str, words: Words) -> str:
    """The name of a language by its ISO 639-1 code, else the code."""
    return _language(code, words.locale)


@lru_cache(maxsize=1_024)
def _language(code: str, locale: str) -> str:
    return str(Locale.parse(locale).languages.get(code, code))
