"""Pay in words: as stated, and in the reader's currency."""

from babel.numbers import format_compact_currency, format_currency, format_decimal, get_currency_symbol

from schemas.posting import Period, Salary

_PER: dict[Period, str] = {
    "year": "a year",
    "month": "a month",
    "week": "a week",
    "day": "a day",
    "hour": "an hour",
    "project": "for the project",
}
_WHOLE_FROM = 100
"""Amounts from here on are shown without cents."""
_ROUND_TO = 1_000
"""A converted yearly amount is no more exact than this."""


def stated_pay(salary: Salary, locale: str) -> str:
    """Pay as the posting states it: `€70,000–€95,000 a year`; empty where it names no amount."""
    low, high = salary.min, salary.max
    per = _PER[salary.period]
    if low is None and high is None:
        return ""
    if high is None:
        return f"from {money(low or 0, salary.currency, locale)} {per}"
    if low is None:
        return f"up to {money(high, salary.currency, locale)} {per}"
    if low == high:
        return f"{money(low, salary.currency, locale)} {per}"
    return f"{_between(money(low, salary.currency, locale), money(high, salary.currency, locale))} {per}"


def converted_pay(salary: Salary, currency: str, locale: str) -> str:
    """A year's pay in the reader's currency, rounded to thousands: `about £58K–£79K a year`.

    Empty where the pay is stated that way already, or where no rate is known. The minimum takes the rate that gave the
    top, so that both come from the same day.
    """
    if salary.currency == currency and salary.period == "year":
        return ""
    top = salary.tops.get(currency)
    annual_top = salary.annual_max if salary.annual_max is not None else salary.annual_min
    if top is None or not annual_top:
        return ""
    high = _brief(top, currency, locale)
    if salary.max is None:
        return f"from about {high} a year"
    if salary.annual_min is None:
        return f"up to about {high} a year"
    low = _brief(salary.annual_min * top / annual_top, currency, locale)
    return f"about {high} a year" if low == high else f"about {_between(low, high)} a year"


def brief_top(salary: Salary, currency: str, locale: str) -> str:
    """The top of a year in the reader's currency, short enough for a subject: `€95K`; empty where it is not known."""
    top = salary.tops.get(currency)
    return _brief(top, currency, locale) if top else ""


def money(amount: float, currency: str | None, locale: str) -> str:
    """An amount with its currency sign, with cents only where they matter."""
    places = 0 if float(amount).is_integer() or amount >= _WHOLE_FROM else 2
    shown = round(amount, places)
    if currency is None:
        return str(format_decimal(shown, locale=locale))
    pattern = "¤#,##0.00" if places else "¤#,##0"
    return _apart(
        str(format_currency(shown, currency, pattern, locale=locale, currency_digits=False)), currency, locale
    )


def _brief(amount: float, currency: str, locale: str) -> str:
    if amount < _ROUND_TO:
        return money(amount, currency, locale)
    rounded = round(amount / _ROUND_TO) * _ROUND_TO
    digits = 0 if rounded < _ROUND_TO**2 else 2 if rounded < 10 * _ROUND_TO**2 else 1
    return _apart(
        str(format_compact_currency(rounded, currency, locale=locale, fraction_digits=digits)), currency, locale
    )


def _between(low: str, high: str) -> str:
    """A range; a sign of letters is said once: `CHF 66K–90K`, but `€66K–€90K`."""
    sign, apart, amount = high.partition("\u00a0")
    return f"{low}–{amount}" if apart and low.startswith(sign + apart) else f"{low}–{high}"


def _apart(amount: str, currency: str, locale: str) -> str:
    """Keep a sign of letters off its digits, as CLDR's currencySpacing asks and Babel does not do."""
    sign = str(get_currency_symbol(currency, locale))
    if sign[-1:].isalpha() and amount.startswith(sign):
        return f"{sign}\u00a0{amount[len(sign) :]}"
    return amount
