"""Dates in a form that a mapping names, with months in several languages."""

import calendar
import re
from datetime import UTC, datetime
from functools import cache

from babel import Locale

_LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "sv", "da", "nb")
_WORD = re.compile(r"[^\W\d_]{3,20}\.?")
_ANY_TIME = datetime(2024, 5, 17, 13, 45, 30, 123456, UTC)
_YEARS = ("%Y", "%y", "%G", "%c", "%x")


def check_form(form: str) -> None:
    """Raises ValueError, in words, for a form that no date can be read by."""
    directives = re.findall(r"%.", form)
    if not directives:
        raise ValueError(f'the date "{form}" holds no directive such as %d, %m or %Y')
    twice = next((directive for directive in directives if directive != "%%" and directives.count(directive) > 1), None)
    if twice is not None:
        raise ValueError(f'the date "{form}" holds {twice} twice')
    try:
        datetime.strptime(_ANY_TIME.strftime(form), form)  # noqa: DTZ007 (nothing is kept)
    except ValueError as error:
        raise ValueError(f'the date "{form}" is no form of dates: {error}') from None
    except re.error:
        raise ValueError(f'the date "{form}" says the same twice') from None
    if not any(directive in directives for directive in _YEARS):
        raise ValueError(f'the date "{form}" holds no year: %Y, or %y for two digits')


def read_written(text: str, form: str) -> str | None:
    """A date of this form as ISO 8601; None for what is not of this form. A form is of `check_form`."""
    if "%B" in form or "%b" in form:
        # Feeds that abbreviate months put a full stop behind most: `5. Mai`, `5. Dez.`
        text, form = _with_english_months(text, form), form.replace("%b.", "%b")
    try:
        return datetime.strptime(text, form).isoformat()  # noqa: DTZ007 (a date without a zone is read as UTC)
    except ValueError:
        return None


def _with_english_months(text: str, form: str) -> str:
    names = calendar.month_name if "%B" in form else calendar.month_abbr

    def named(word: re.Match[str]) -> str:
        month = _months().get(word[0].rstrip(".").casefold())
        return word[0] if month is None else names[month]

    return _WORD.sub(named, text)


@cache
def _months() -> dict[str, int]:
    """The months by their names and abbreviations (CLDR); without those that mean different ones in two languages."""
    found: dict[str, set[int]] = {}
    for language in _LANGUAGES:
        months = Locale(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    found.setdefault(name.rstrip(".").casefold(), set()).add(number)
    return {name: next(iter(numbers)) for name, numbers in found.items() if len(numbers) == 1}
