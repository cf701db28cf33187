"""The words of pay: currencies, periods, and what tells pay from other sums of money."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from schemas.posting import Period

DOLLAR = "$"
"""A bare dollar sign: which dollar it is depends on the posting's country."""
KRONA = "kr"
"""Likewise a bare `kr`."""

DOLLARS: Mapping[str, str] = {"US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "TW": "TWD"}
KRONOR: Mapping[str, str] = {"SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK"}

_CODES = (
    "USD", "EUR", "GBP", "CHF", "PLN", "CAD", "AUD", "NZD", "SGD", "HKD", "INR", "BRL", "MXN", "ZAR", "SEK", "NOK",
    "DKK", "ISK", "CZK", "HUF", "RON", "BGN", "TRY", "UAH", "AED", "SAR", "QAR", "ILS", "JPY", "CNY", "KRW", "TWD",
    "PHP", "IDR", "MYR", "THB", "VND", "COP", "ARS", "CLP", "PEN", "UYU", "CRC", "NGN", "KES", "GHS", "EGP", "MAD",
    "PKR", "BDT", "LKR", "NPR", "GEL", "KZT", "RSD",
)  # fmt: skip
_SYMBOLS = {
    "us$": "USD", "ca$": "CAD", "c$": "CAD", "au$": "AUD", "a$": "AUD", "nz$": "NZD", "s$": "SGD", "hk$": "HKD",
    "r$": "BRL", "mx$": "MXN", "$": DOLLAR, "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₺": "TRY", "₴": "UAH",
    "₩": "KRW", "₪": "ILS", "฿": "THB", "₫": "VND", "₱": "PHP", "₦": "NGN", "zł": "PLN", "zl": "PLN", "kč": "CZK",
    "rs.": "INR", "rs": "INR", "sfr": "CHF", "fr.": "CHF", "kr.": KRONA, "kr": KRONA, "euros": "EUR", "euro": "EUR",
    "dollars": DOLLAR, "rupees": "INR", "us dollars": "USD", "lei": "RON",
}  # fmt: skip
_NAMES = sorted([*_SYMBOLS, *(code.lower() for code in _CODES)], key=len, reverse=True)
_NAME = "|".join(re.escape(name) for name in _NAMES)
BEFORE_NUMBER = re.compile(rf"(?<![a-z])({_NAME})\s?(?:\$|€|£)?\s?\$?$", re.IGNORECASE)
"""A currency that ends right before a number; `USD $` and `$$` are one."""
AFTER_NUMBER = re.compile(rf"\s?({_NAME})(?![a-z])", re.IGNORECASE)


def currency_named(name: str) -> str:
    """The ISO 4217 code of a symbol, code or word that `BEFORE_NUMBER` or `AFTER_NUMBER` found, DOLLAR or KRONA."""
    return _SYMBOLS.get(name.lower(), name.upper())


def currency_code(text: str | None) -> str | None:
    """Read a currency field: an ISO 4217 code or a symbol. Unknown or empty is None; a bare `$` stays DOLLAR."""
    name = (text or "").strip()
    if name.lower() in _SYMBOLS:
        return _SYMBOLS[name.lower()]
    return name.upper() if re.fullmatch(r"[A-Za-z]{3}", name) else None


class Spell(NamedTuple):
    """A period, and by what an amount must be multiplied to be pay for one: a fortnight is half a week's."""

    period: Period
    factor: Decimal = Decimal(1)


_FIELD_PERIODS: tuple[tuple[str, Spell], ...] = (
    (r"fortnight|bi-?week|2 ?week|two ?week", Spell("week", Decimal("0.5"))),
    (r"0\.5 ?month|half[- ]?month|semi-?month|bi-?month", Spell("month", Decimal(2))),
    (r"\b2 ?month", Spell("month", Decimal(1) / 2)),
    (r"\b3 ?month|quarter", Spell("month", Decimal(1) / 3)),
    (r"\b6 ?month|half[- ]?year", Spell("year", Decimal(2))),
    (r"year|annual|annum|\bp\.?a\b", Spell("year")),
    (r"month", Spell("month")),
    (r"week", Spell("week")),
    (r"\bda(?:y|ily)|diem", Spell("day")),
    (r"hour|\bhr", Spell("hour")),
    (r"\b1 ?time|project|fixed|task|piece|one[- ]time", Spell("project")),
)


def period_of_field(text: str | None) -> Spell | None:
    """Read a period as feeds spell it: `annual`, `per-year-salary`, `1 YEAR`, `HOUR`, `2 WEEK`, `0.5 MONTH`, ...

    None where it is empty or says nothing (`NONE`).
    """
    words = (text or "").lower().replace("_", "-")
    return next((spell for pattern, spell in _FIELD_PERIODS if re.search(pattern, words)), None)


_UNITS: Mapping[Period, str] = {
    "year": r"years?|yrs?|(?<=/)y|annum|annual(?:ly|i[sz]ed)?|yearly|p\.?\s?a\b\.?|jahr|jährlich|année|annuel(?:le)?"
            r"|año|anual(?:es)?|rok|rocznie|jaar|anno",
    "month": r"months?|mo|mth|monthly|monat|monatlich|mois|mensuel(?:le)?|mes|mensual(?:es)?|mês|mensais"
             r"|mies(?:iąc|ięcznie)?|maand|mese",
    "week": r"weeks?|wk|weekly|woche|wöchentlich|semaine|semana|tydzień",
    "day": r"days?|daily|tag|jour|journée|día|dzień|diem",
    "hour": r"hours?|hrs?|h|hourly|stunde|std|heure|hora|godz\w*|uur|ora",
}  # fmt: skip
_PIECE = (
    r"lectures?|tasks?|articles?|projects?|sessions?|pages?|words?|visits?|class(?:es)?|assignments?|pieces?|reports?"
    r"|videos?|cases?|assessments?|interviews?|deliver(?:y|ies)|tickets?|leads?|calls?|surveys?|translations?"
    r"|lessons?"
    r"|audio minute|episodes?|posts?|evaluations?|appointments?|consults?|gig|shift"
)
_UNIT = "|".join(f"(?P<{period}>{words})" for period, words in _UNITS.items())
_FILLER = (
    r"(?:(?:usd|eur|gbp|cad|aud|chf|pln|inr|gross|net|brutto|netto|base|basic|salary|pay|compensation"
    r"|before tax(?:es)?|"
    r"equivalent|b2b|vat|rate|total|depending on experience|doe|\+)[\s,;)(*]*){0,4}"
)
PERIOD_AFTER = re.compile(
    rf"[\s)*+,(]{{0,4}}{_FILLER}(?:(?:/|per|each|every|an?|pro|par|por|al|na|im|p\.)\s{{0,2}})?"
    rf"(?:(?P<french>(?<=par )an)|{_UNIT}|(?P<project>(?<=[/ ])(?:{_PIECE})))(?-i:(?![a-z0-9_]|-[a-z]))",
    re.IGNORECASE,
)
"""The period that follows an amount: `/hr`, ` per year`, ` brutto pro Jahr`, ` a year`, ` annually`, ` per lecture`."""
PERIOD_BEFORE = re.compile(
    r"(?P<hour>hourly|(?:per|an|/) ?hour|stundenlohn|stundensatz|taux horaire)"
    r"|(?P<day>daily|day rate|per day|tagessatz|\btjm\b)"
    r"|(?P<week>weekly|per week(?= (?:pay|rate|salary)))"
    r"|(?P<month>monthly|per month|monatsgehalt|mensuel|mensual|miesięczn)"
    r"|(?P<year>annual|yearly|per (?:year|annum)|jahresgehalt|jahresbrutto|annuel|anual|roczn)",
    re.IGNORECASE,
)
"""A period that is named ahead of an amount: `hourly rate: $48`."""

PAY = re.compile(
    r"salar(?:y|ies)|compensation|\bpay(?:s|ing)?\b|\bpaid\b|\bwages?\b|\brates?\b|\bbase\b|\bearn(?:s|ings?)?\b"
    r"|remunerat"
    r"|\bctc\b|hiring range|\bcomp\b|income|package|gehalt|vergütung|\blohn\b|salaire|rémunération|salari[oa]|sueldo"
    r"|wynagrodzeni|widełki|salaris|retribuzione|\bral\b|\blpa\b|\bsalaried|range (?:for|of) (?:this|the)"
    r"|\bzone \w\b|\btier \d",
    re.IGNORECASE,
)
"""A word that says that a sum is pay."""
NOT_PAY = re.compile(
    r"\brais(?:e|ed|ing)\b|\bfund(?:ed|ing|raising)\b|series [a-h]\b|valu(?:ation|ed)|revenue|turnover"
    r"|\b[agn]r{1,2}\b"
    r"|\barr\b|\bmrr\b|\bgmv\b|\bgsv\b|\baum\b|\bassets\b|\bmarket\b|industry|budgets?|stipends?|allowances?|reimburs"
    r"|\brewards?\b|referr|\bbonus(?:es)?\b|sign-?on|\bdeals?\b|\bquotas?\b|\bacv\b|\btcv\b|contract value"
    r"|\bsav(?:ed|ings?)\b"
    r"|\bspend|portfolio|discounts?|\bperks?\b|\bgifts?\b|401|\bcopay\b|deductible|insurance|\blearning\b|development"
    r"|equipment|home office|\bprizes?\b|\bfees?\b|coverage|donat|tuition|premiums|contribution|vouchers?|credits?\b"
    r"|\bgrants?\b|invest(?:ed|ment|or)|\bsales\b|transactions?|volume|customers|clients|users|members|equity|shares"
    r"|commissions?|incentive|technology|wellness|internet|phone|weiterbildung|zuschuss|cash flow|\bprofit|payout"
    r"|paid out"
    r"|\bcosts?\b|\bloans?\b|per diem|expenses|relocation|membership|subscription|retirement|pension|accounts?\b",
    re.IGNORECASE,
)
"""A word that says that a sum is something else: funding, revenue, a deal, a budget, a benefit, a bonus."""
OTE = re.compile(
    r"\bote\b|on[- ]target|target earnings|target (?:total )?(?:cash|compensation)|\bt(?:cc|tc)\b|total target"
    r"|(?<!not )inclu\w+[^.\n]{0,40}(?:commission|variable|bonus)|base (?:\+|plus|and) (?:commission|variable"
    r"|bonus)|commission[- ](?:only|based)"
    r"|with commissions?",
    re.IGNORECASE,
)
"""On-target earnings and commission: hoped for, so no salary."""
BASE = re.compile(r"\bbase\b|fixed|fixum|grundgehalt", re.IGNORECASE)
"""The part that is sure, where a sentence names both."""
MORE = re.compile(r"[+,;(&\n]|\bplus\b|\band\b|\bwith\b|\bas well\b|\bnot\b|\.\s", re.IGNORECASE)
"""Where what follows a sum ends and something beside it begins: `$80,000 plus bonus`."""
