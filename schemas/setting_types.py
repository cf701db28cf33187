"""Kinds of values that several tables of settings have, each refused in words of its own."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from schemas.faults import meant
from schemas.posting import Attribution

_SPAN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|min|m|h|d)\s*")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def formed(pattern: str, said: str) -> AfterValidator:
    """Text that a pattern matches as a whole; of any other, `said`."""

    def check(value: str) -> str:
        if re.fullmatch(pattern, value) is None:
            raise ValueError(said)
        return value

    return AfterValidator(check)


Name = Annotated[
    str,
    formed(
        r"[a-z0-9][a-z0-9._-]{0,62}",
        "a name holds a to z in lower case, digits, dots, hyphens and underscores, 63 at most",
    ),
]
"""What an operator calls a source or a mapping; it goes into ids and names of files."""


def _span(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = _SPAN.fullmatch(value)
    if found is None:
        raise ValueError('a span of time is a number with s, m, h or d, as in "90s", "15m", "6h" or "2d"')
    try:
        return float(found[1]) * _UNITS[found[2]]
    except OverflowError:
        raise ValueError("a span of time is shorter than that") from None


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta():
        raise ValueError("a span of time must be longer than nothing")
    return value


def _an_hour_at_most(value: timedelta) -> timedelta:
    if not timedelta() <= value <= timedelta(hours=1):
        raise ValueError("this is an hour at most, and 0 where there is none")
    return value


Span = Annotated[timedelta, BeforeValidator(_span), AfterValidator(_positive)]
"""A length of time: a number with s, m, h or d, or a number of seconds."""
Lead = Annotated[timedelta, BeforeValidator(_span), AfterValidator(_an_hour_at_most)]
"""How long before an hour something may be done; 0: not before it."""


def _credit(value: object) -> object:
    for name in value if isinstance(value, dict) else ():
        if name not in Attribution.model_fields:
            raise ValueError(f"there is no such setting as {name}; {meant(str(name), Attribution.model_fields)}")
    return value


Credit = Annotated[Attribution, BeforeValidator(_credit)]
"""Whom to name beside postings. On the wire it may have fields of newer writers; in settings those are mistakes."""
