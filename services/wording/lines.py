"""Foreign and own words made fit for one line."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError

from services.rules.visible import visible
from services.wording.words import FALLBACK_LOCALE, LANGUAGES, Words

_MOST_TITLE = 160
_MOST_QUOTED = 60


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
    """Foreign text made safe for a line: no characters that nobody sees, single spaces, cut with `…`."""
    line = " ".join(visible(text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def quoted(name: str, words: Words) -> str:
    """A name in the quotation marks of the language."""
    return words.say("“{name}”", name=one_line(name, _MOST_QUOTED))


def capitalised(line: str) -> str:
    """The first letter large, the others as they are."""
    return line[:1].upper() + line[1:]
