"""Values as people type them: lists of names, towns with kilometres, amounts, hours from UTC. Pure.

In comes a text, out comes what criteria are made of, and for names the text again.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from babel.numbers import get_currency_symbol

from schemas.criteria import Nearby
from services.ingest.domain.pay.amounts import amounts_in
from services.ingest.domain.pay.data import pay_data
from services.ingest.domain.pay.words import DOLLAR, LOCAL
from services.rules.places.towns import town_in_short
from services.usecases.errors import WrongFieldError

_MOST_AMOUNT = 20
"""Characters of an amount, with its currency."""
_DIGITS: Final = re.compile(r"[0-9]{1,15}")
_CUT_SHORT: Final = re.compile(r".*[.,][0-9]{1,2}")
"""Cents where a currency is named; else as likely thousands with a digit left out."""
_SIGN_BEHIND: Final = re.compile(r"(?P<number>[\d.,'’\s]*\d)\s?(?P<sign>[^\d\s]+)")
_OFFSET: Final = re.compile(
    r"(?:UTC|GMT)?\s*(?P<sign>[+−-]?)\s*(?P<hours>\d{1,2})(?::(?P<minutes>\d{2})|[.,](?P<part>\d{1,2}))?"
)
_NUMBER: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,2})?")
_CIRCLE: Final = re.compile(
    r"(?P<town>[^(]*[^(\s])(?:\s*(?P<open>\()|\s+)(?P<km>[0-9]{1,4})\s?km(?(open)\))", re.IGNORECASE
)
_CODE: Final = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
"""Of a country or a state, which a comma sets behind a town."""


def names_in(text: str) -> list[str]:
    """What stands between semicolons, or between commas where there are none."""
    return _parts(text)


def towns_in(text: str) -> list[str]:
    """The same of towns: a code stays with the town that it stands behind."""
    return _parts(text, behind=_CODE)


def home_in(text: str) -> str:
    """Where somebody lives as a form takes it: of `LA` the town, since nobody calls Laos by its code there."""
    town = town_in_short(text.strip())
    return town.label if town else text.strip()


def circle_in(text: str, km: int | None = None) -> dict[str, Any]:
    """An entry of `near` from "Munich 40 km" or "Munich (40 km)"; `km` where it names none. Raises WrongFieldError."""
    own = _CIRCLE.fullmatch(text.strip())
    if own is not None:
        return {"town": own["town"], "km": int(own["km"])}
    if km is None:
        raise WrongFieldError("near", f'{text!r} is no town with kilometres: say it like "Munich 40 km"')
    return {"town": text, "km": km}


def written(names: Sequence[str]) -> str:
    """Names as `names_in` reads them: with commas, or with semicolons where one has a comma itself."""
    return _joined(names, names_in(", ".join(names)))


def written_circles(near: Sequence[Nearby]) -> tuple[str, str]:
    """Towns as `towns_in` reads them, and the kilometres of all; each with its own where these differ, and none."""
    radii = {circle.km for circle in near}
    km = str(radii.pop()) if len(radii) == 1 else ""
    names = [circle.town if km else f"{circle.town} ({circle.km} km)" for circle in near]
    # A label has a comma itself, and a page cuts the towns of a field at semicolons alone.
    return "; ".join(names) if len(names) > 1 else _joined(names, towns_in(", ".join(names))), km


def amount_in(text: str, currency: str) -> tuple[int, str]:
    """A whole amount of money, "60,000", "60k" or "60.000 €", as postings write it, with its currency.

    `currency`: where the text names none, or a sign that this one is written with too. Raises WrongFieldError.
    """
    typed = text.strip() if len(text.strip()) <= _MOST_AMOUNT else ""
    if _DIGITS.fullmatch(typed):
        return int(typed), currency
    behind = _SIGN_BEHIND.fullmatch(typed)
    if _CUT_SHORT.fullmatch(typed) and typed[0].isdecimal():
        typed = ""
    for written_so in (typed, f"{behind['sign']} {behind['number']}" if behind else ""):
        match list(amounts_in(written_so, pay_data())):
            case [amount] if (amount.start, amount.end) == (0, len(written_so)) and amount.value == int(amount.value):
                return int(amount.value), _currency(amount.currency, currency)
    raise WrongFieldError("salary_floor", "a whole number was expected, such as 60000", "amount")


def offset_in(text: str) -> float:
    """Hours from UTC, "+1", "UTC-3:30" or "5.75". Raises WrongFieldError."""
    found = _OFFSET.fullmatch(text.strip())
    if found is None:
        raise WrongFieldError("utc_offset", "hours from UTC were expected, such as +1 or -3:30", "offset")
    hours = int(found["hours"]) + int(found["minutes"] or 0) / 60 + float(f"0.{found['part'] or 0}")
    return -hours if found["sign"] in ("−", "-") else hours


def hours_in(text: str) -> float:
    """A number of hours, "2" or "1.5". Raises WrongFieldError."""
    if not is_number(text):
        raise WrongFieldError("tolerance", "hours were expected, such as 2", "offset")
    return float(text)


def whole_number_in(text: str, field: str, most: int) -> int:
    """A whole number up to `most`. Raises WrongFieldError."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and int(text) <= most):
        raise WrongFieldError(field, f"a whole number up to {most} was expected")
    return int(text)


def is_number(text: str) -> bool:
    """Whether a text is a small number, with a point where it has a fraction."""
    return _NUMBER.fullmatch(text) is not None


def _currency(said: str | None, usual: str) -> str:
    """What a sign stands for beside a currency that is asked for else: "$" is a dollar, of whichever country."""
    if said is None or (said in LOCAL and said != DOLLAR):
        return usual
    if said != DOLLAR:
        return said
    return usual if get_currency_symbol(usual, "en").endswith("$") else "USD"


def _joined(names: Sequence[str], read_back: Sequence[str]) -> str:
    if list(read_back) == list(names):
        return ", ".join(names)
    return "; ".join(names) if len(names) > 1 else f"{', '.join(names)};"


def _parts(text: str, behind: re.Pattern[str] | None = None) -> list[str]:
    if ";" in text:
        return [part.strip() for part in text.split(";") if part.strip()]
    found: list[str] = []
    some: Iterable[str] = filter(None, map(str.strip, text.split(",")))
    for part in some:
        if behind is not None and found and behind.fullmatch(part):
            found[-1] += f", {part}"
        else:
            found.append(part)
    return found
