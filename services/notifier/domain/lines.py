"""Foreign and own words made fit for one line."""

import unicodedata
from collections.abc import Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError

LANGUAGES = frozenset({"en"})
"""Languages that the sentences here exist in."""
FALLBACK_LOCALE = "en"
_MOST_TITLE = 160
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
    visible = "".join(
        character if character not in _BIDI_CONTROLS and unicodedata.category(character) not in ("Cc", "Cs") else " "
        for character in text
    )
    line = " ".join(visible.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def capitalised(line: str) -> str:
    """The first letter large, the others as they are."""
    return line[:1].upper() + line[1:]


def either(names: Sequence[str]) -> str:
    """`Germany, Austria or Spain`; empty for nothing."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}" if names else ""


def all_of(names: Sequence[str]) -> str:
    """`one, two and three`; empty for nothing."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
