"""Foreign and own words made fit for one line."""

import re
import unicodedata
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError

from services.notifier.domain.words import FALLBACK_LOCALE, LANGUAGES, Words

_MOST_TITLE = 160
_MOST_QUOTED = 60
_PLAIN = re.compile(r"[\x20-\x7e]*")
"""Most lines, which need no look at each character."""
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


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


def one_line(text: str, most: int = _MOST_TITLE) -> str:
    """Foreign text made safe for a line: no control or direction-changing characters, single spaces, cut with `…`."""
    line = " ".join((text if _PLAIN.fullmatch(text) else _visible(text)).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def quoted(name: str, words: Words) -> str:
    """A name in the quotation marks of the language."""
    return words.say("“{name}”", name=one_line(name, _MOST_QUOTED))


def capitalised(line: str) -> str:
    """The first letter large, the others as they are."""
    return line[:1].upper() + line[1:]


def _visible(text: str) -> str:
    return "".join(
        character if character not in _BIDI_CONTROLS and unicodedata.category(character) not in ("Cc", "Cs") else " "
        for character in text
    )
