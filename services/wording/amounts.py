"""Pay in words: as stated, in the reader's currency, and against a floor."""

import math
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from babel import Locale
from babel.numbers import (
    format_compact_currency,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_symbol,
)

from schemas.criteria import SalaryFloor
from schemas.posting import Period, Salary
from services.rules.criterion import Fit
from services.rules.criterion.salary import SalaryFacts
from services.rules.money import ANNUAL_FACTORS, annual_range, by_full_hours, part_time_is_less
from services.wording.words import Words, mark

_PER: Mapping[Period, str] = {
    "year": mark("{pay} a year"),
    "month": mark("{pay} a month"),
    "week": mark("{pay} a week"),
    "day": mark("{pay} a day"),
    "hour": mark("{pay} an hour"),
    "project": mark("{pay} for the project"),
}
_WHOLE_FROM = 100
"""Amounts from here on are shown without cents."""
_ROUND_TO = 1_000
"""A converted yearly amount is no more exact than this."""
_MILLION = (1_000_000,)
_INDIAN = (100_000, 10_000_000)
"""A lakh and a crore."""
_GROUPED_BY_LAKH = "#,##,##"
_CENTS = re.compile(r"\.0+")


def stated_pay(salary: Salary, words: Words) -> str:
    """Pay as the posting states it: `€70,000–€95,000 a year`; empty where it names no amount."""
    low, high = salary.min, salary.max
    if low is None and high is None:
        return ""
    if high is None:
        pay = words.say("from {pay}", pay=money(low or 0, salary.currency, words.locale))
    elif low is None:
        pay = words.say("up to {pay}", pay=money(high, salary.currency, words.locale))
    else:
        pay = _from_to(low, high, salary.currency, words.locale)
    said = words.say(_PER[salary.period], pay=pay)
    return words.say("{pay}, estimated by the board", pay=said) if salary.estimated else said


def converted_pay(salary: Salary, currency: str, words: Words, *, less_than_a_year: bool = False) -> str:
    """A year's pay in the reader's currency, rounded to thousands: `about £58K–£79K a year`.

    Empty where the pay is stated that way already, or where no rate is known. An hour's or a day's pay of
    work that may fill `less_than_a_year` comes to that in full-time: `about £58K a year if full-time`. Where it is
    stated in that currency besides, as for another country, it is told as stated:
    `£51,000–£66,500 a year if paid in GBP`.
    """
    said = _converted(salary, currency, words)
    return words.say("{pay} if full-time", pay=said) if said and if_full_time(salary, less_than_a_year) else said


def if_full_time(salary: Salary, less_than_a_year: bool) -> bool:
    """Whether a year's pay is that of full-time work all year, which it is not for."""
    return less_than_a_year and by_full_hours(salary.period, "year")


def _converted(salary: Salary, currency: str, words: Words) -> str:
    if salary.currency == currency and salary.period == "year":
        return ""
    low, high = annual_range(salary, currency)
    if high is None:
        return ""
    if currency in salary.stated:
        paid = _from_to(salary.stated[currency], high, currency, words.locale)
        if salary.stated[currency] == high:
            # What is stated may be the one end of a range: which, nobody has kept.
            paid = words.say("about {pay}", pay=paid)
        return words.say("{pay} if paid in {currency}", pay=a_period(paid, "year", words), currency=currency)
    top = brief(high, currency, words.locale)
    if salary.max is None:
        return words.say("from about {pay} a year", pay=top)
    if low is None:
        return words.say("up to about {pay} a year", pay=top)
    bottom = brief(low, currency, words.locale)
    return words.say("about {pay} a year", pay=top if bottom == top else _between(bottom, top))


def brief_top(salary: Salary, currency: str, locale: str) -> str:
    """The top of a year in the reader's currency, short enough for a subject: `€95K`; empty where it is not known."""
    top = salary.tops.get(currency)
    return brief(top, currency, locale) if top else ""


def floor_in_words(floor: SalaryFloor, words: Words) -> str:
    """`€70K`, `€70,400` where it is not of thousands, or `€45 an hour` where it is not of a year."""
    if floor.period == "year" and floor.amount % _ROUND_TO:
        return money(floor.amount, floor.currency, words.locale)
    if floor.period == "year":
        return brief(floor.amount, floor.currency, words.locale)
    return words.say(_PER[floor.period], pay=money(floor.amount, floor.currency, words.locale))


def exact_floor(floor: SalaryFloor, words: Words) -> str:
    """`€70,000 a year`."""
    return a_period(money(floor.amount, floor.currency, words.locale), floor.period, words)


def a_period(amount: str, period: Period, words: Words) -> str:
    """`€70,000 a year`."""
    return words.say(_PER[period], pay=amount)


@lru_cache(maxsize=4_096)
def money(amount: float, currency: str | None, locale: str) -> str:
    """An amount with its currency sign, with cents only where they matter."""
    places = 0 if float(amount).is_integer() or amount >= _WHOLE_FROM else 2
    shown = round(amount, places)
    if currency is None:
        return str(format_decimal(shown, locale=locale))
    pattern = Locale.parse(locale).currency_formats["standard"].pattern
    pattern = _CENTS.sub(".00" if places else "", pattern)
    return _apart(
        str(format_currency(shown, currency, pattern, locale=locale, currency_digits=False)), currency, locale
    )


@lru_cache(maxsize=4_096)
def brief(amount: float, currency: str, locale: str) -> str:
    """An amount rounded to thousands, in few characters: `€95K`, `95.000 €`, `95 mil €`."""
    if amount < _ROUND_TO:
        return money(amount, currency, locale)
    rounded = round(amount / _ROUND_TO) * _ROUND_TO
    pattern = Locale.parse(locale).currency_formats["standard"].pattern
    shortened = [unit for unit in (_INDIAN if _GROUPED_BY_LAKH in pattern else _MILLION) if unit <= rounded]
    digits = 0 if not shortened else 2 if rounded < 10 * shortened[-1] else 1
    short = str(format_compact_currency(rounded, currency, locale=locale, fraction_digits=digits))
    # German does not shorten thousands, and then CLDR's pattern has no separators either.
    if str(rounded) in short:
        return money(rounded, currency, locale)
    sign = str(get_currency_symbol(currency, locale))
    if short.endswith(sign) and pattern.startswith("¤"):
        # Short forms of Latin America and Austria are those of Spain and Germany in CLDR, sign behind, where amounts
        # have it before them.
        space = "\u00a0" if pattern[1:2].isspace() else ""
        short = f"{sign}{space}{short.removesuffix(sign).rstrip()}"
    return _apart(short, currency, locale)


@lru_cache(maxsize=4_096)
def percent(share: float, locale: str) -> str:
    """A share as whole percent: `36%`, `36 %`."""
    return str(format_percent(share, locale=locale))


def _from_to(low: float, high: float, currency: str | None, locale: str) -> str:
    least = money(low, currency, locale)
    return least if low == high else _between(least, money(high, currency, locale))


def _between(low: str, high: str) -> str:
    """A range; a sign that stands apart is said once: `CHF 66K–90K`, `70.000–95.000 €`, but `€66K–€90K`.

    What stands behind an amount whose sign stands before it is no sign: `$156 M–$265,2 M`.
    """
    before, apart, amount = high.partition("\u00a0")
    if apart and not any(character.isdigit() for character in before) and low.startswith(before + apart):
        return f"{low}–{amount}"
    _, apart, after = low.rpartition("\u00a0")
    if (
        apart
        and low[:1].isdigit()
        and not any(character.isdigit() for character in after)
        and high.endswith(apart + after)
    ):
        return f"{low.removesuffix(apart + after)}–{high}"
    return f"{low}–{high}"


def _apart(amount: str, currency: str, locale: str) -> str:
    """Keep a sign of letters off digits and letters, as CLDR's currencySpacing asks and Babel does not do."""
    sign = str(get_currency_symbol(currency, locale))
    if sign[-1:].isalpha() and amount.startswith(sign):
        return f"{sign}\u00a0{amount[len(sign) :].lstrip()}"
    if sign[:1].isalpha() and amount.endswith(sign):
        return f"{amount[: -len(sign)].rstrip()}\u00a0{sign}"
    return amount


_MANIFOLD = 3
"""From so many times the floor on, percents say less than the multiple."""


def pay_in_words(facts: SalaryFacts, fit: Fit, words: Words, *, brief: bool) -> str:
    """What is paid at most, and how that stands to the floor; `brief`: without how far above it."""
    said = _pay_in_words(facts, fit, words, brief=brief)
    if not facts.estimated or facts.annual_top is None:
        return said
    return words.say("{said}, as the board estimates", said=said)


def _pay_in_words(facts: SalaryFacts, fit: Fit, words: Words, *, brief: bool) -> str:
    floor = _floor(facts.floor, facts.currency, facts.period)
    asked = floor_in_words(floor, words) if brief else exact_floor(floor, words)
    top, needed = facts.annual_top, facts.annual_floor
    if facts.period == "project":
        return words.say("cannot be held against a floor of {floor}", floor=asked)
    if top is None or needed is None:
        return _undisclosed(facts, fit, asked, words)
    paid = _paid(top, facts, words)
    if top == needed:
        return words.say("pays up to {pay}, which is your minimum", pay=paid)
    share = percent(abs(top - needed) / needed, words.locale)
    if top > needed:
        if brief or round(top / needed, 2) == 1.0:
            return words.say("pays up to {pay}, above your minimum of {floor}", pay=paid, floor=asked)
        if top >= _MANIFOLD * needed:
            times = f"{top / needed:,.0f}"
            return words.say(
                "pays up to {pay}, {times} times your minimum of {floor}", pay=paid, times=times, floor=asked
            )
        return words.say(
            "pays up to {pay}, {percent} above your minimum of {floor}", pay=paid, percent=share, floor=asked
        )
    if round(top / needed, 2) == 1.0:
        return words.say("pays up to {pay}, just below your minimum of {floor}", pay=paid, floor=asked)
    return words.say("pays up to {pay}, {percent} below your minimum of {floor}", pay=paid, percent=share, floor=asked)


@lru_cache(maxsize=1_024)
def _floor(amount: int, currency: str, period: Period) -> SalaryFloor:
    return SalaryFloor(amount=amount, currency=currency, period=period)


def pay_besides(facts: SalaryFacts, words: Words) -> Iterator[str]:
    """The pay as the posting itself states it, where that is otherwise, and the least that is paid, a phrase each."""
    needed, least = facts.annual_floor, facts.annual_least
    if needed is None:
        return
    turned = facts.rates_on is not None or (facts.paid_in == facts.currency and facts.paid_per != facts.period)
    if turned and facts.paid_per is not None and facts.paid_top is not None:
        stated = a_period(money(facts.paid_top, facts.paid_in, words.locale), facts.paid_per, words)
        yield words.say("stated as {pay}", pay=stated)
    if least is not None:
        yield _at_least(least, needed, facts, words)


def _at_least(least: float, needed: int, facts: SalaryFacts, words: Words) -> str:
    paid, apart = _paid(least, facts, words), round(100 * (least - needed) / needed)
    share = percent(abs(apart) / 100, words.locale)
    if apart == 0:
        return words.say("at least {pay}, about your minimum", pay=paid)
    if apart > 0:
        return words.say("at least {pay}, {percent} above your minimum", pay=paid, percent=share)
    return words.say("at least {pay}, {percent} below your minimum", pay=paid, percent=share)


def _undisclosed(facts: SalaryFacts, fit: Fit, asked: str, words: Words) -> str:
    accepted = fit == "yes"
    if facts.paid_per is None:
        if accepted:
            return words.say("does not say what it pays, which you accept")
        return words.say("does not say what it pays; you ask for {floor}", floor=asked)
    if facts.paid_per == "project":
        if accepted:
            return words.say("pays by the project, which tells nothing of a year; you accept that")
        return words.say("pays by the project, which tells nothing of a year; you ask for {floor}", floor=asked)
    currency = facts.currency
    if accepted:
        return words.say("states pay that cannot be turned into {currency}; you accept that", currency=currency)
    return words.say(
        "states pay that cannot be turned into {currency}; you ask for {floor}", currency=currency, floor=asked
    )


def _paid(annual: float, facts: SalaryFacts, words: Words) -> str:
    """A year's pay in the currency and period of the floor: `about €76,500 a year`, `€23 an hour if full-time`."""
    amount = annual / ANNUAL_FACTORS[facts.period]
    paid = money(amount, facts.currency, words.locale)
    if facts.rates_on is not None:
        # A rate of the day bears no more digits.
        paid = words.say("about {pay}", pay=money(_three_digits(amount), facts.currency, words.locale))
    paid = a_period(paid, facts.period, words)
    if not facts.part_time or facts.paid_per is None:
        return paid
    if by_full_hours(facts.paid_per, facts.period):
        if facts.hours is not None:
            return words.say("{pay} if full-time (part-time, {hours})", pay=paid, hours=weekly(*facts.hours, words))
        return words.say("{pay} if full-time", pay=paid)
    if not part_time_is_less(facts.paid_per):
        return paid
    if facts.hours is not None:
        return words.say("{pay} for part-time work ({hours})", pay=paid, hours=weekly(*facts.hours, words))
    return words.say("{pay} for part-time work", pay=paid)


def weekly(least: int, most: int, words: Words) -> str:
    """`20 hours a week`, `20 to 30 hours a week`."""
    if least < most:
        return words.say("{least} to {most} hours a week", least=str(least), most=str(most))
    return words.count("{count} hour a week", "{count} hours a week", most)


def _three_digits(amount: float) -> float:
    return round(amount, 2 - math.floor(math.log10(amount))) if amount > 0 else amount
