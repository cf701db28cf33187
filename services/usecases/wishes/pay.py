"""The least pay that a sentence asks for, as somebody says it who looks for work."""

import re
from decimal import Decimal
from functools import cache
from math import ceil
from typing import Final, NamedTuple

from schemas.criteria import SalaryFloor
from schemas.posting import PostingCore
from services.ingest.domain.pay.amounts import amounts_in
from services.ingest.domain.pay.bands import infer_period, is_plausible
from services.ingest.domain.pay.data import pay_data
from services.ingest.domain.pay.words import DOLLAR, DOLLARS, Spell, local_currency, period_after
from services.rules.lexicon.builder import any_of
from services.rules.money import currency_of, rates_before
from services.rules.places.data import country_part
from services.rules.places.known import is_country
from services.rules.text import lowered
from services.usecases.wishes.places import named_in

_THOUSANDS: Final = re.compile(
    # A 401(k) is a pension.
    r"(?<![\w.,])(?!401\s?[kK]\b)(?P<whole>\d{2,3})\s?[kK]\b|(?<![\w.,])(?P<thousands>\d{2,3})[.,\s](?P<rest>000)\b"
)
_LEAST_BARE: Final = 100
"""Of a sum in no currency: "20 hours", "3 days a week" are none."""
_LEAST_SUM: Final = 1_000
"""Of what is the least of pay where nothing else says that it is paid: less is a number of something."""
_CENTURY: Final = 2_000
_MANY_THOUSANDS: Final = 10_000
"""From here on they are of a year where nothing says of what time."""
_ROUND: Final = 500
_SHORT_PERIODS: Final = {"a": "year", "cm": "month", "h": "hour", "w": "week"}
_SHORT: Final = re.compile(r"(?P<sum>\d(?:\s?k)?)\s?p[./]?\s?(?P<time>a|cm|h|w)\b\.?(?![.\w])", re.IGNORECASE)
"""English, behind a sum: "ph", "p.a.", "pcm"."""
_NO_ROUND_POSTCODES: Final = frozenset(
    ("AT", "AU", "BE", "CA", "CH", "DE", "DK", "GB", "IE", "LU", "NL", "NO", "NZ", "US", "ZA")
)
"""Countries whose postcodes are of letters, of four digits or never end in 000 or 500: "13000" is one in Marseille."""
_WORD: Final = re.compile(r"[^\W\d_]{4,}")


def floor_of(posting: PostingCore, sentence: str, places: tuple[str, ...], currency: str) -> SalaryFloor | None:
    """What a sentence asks for at least. `posting`: as one reads it, with care; `currency`: where it names none.

    A floor is whole: cents are rounded up, since rounded down they would let in what pays less than was asked for.
    """
    pay = posting.salary
    if pay is not None and pay.period != "project" and (amount := ceil(pay.min or pay.max or 0)):
        named = _named_apart(sentence) or pay.currency or currency
        return SalaryFloor(amount=amount, currency=named, period=pay.period)
    return _stated(posting, sentence, places, currency) or _in_thousands(sentence, _named_apart(sentence) or currency)


def with_whole_periods(sentence: str) -> str:
    """A sentence with the time of a sum in whole words: "35k pa" names no PA. "9-5 pm" is a time of the day.

    A sum right behind a share of full-time work is set apart: "80% ab 5500"; and of "35-40k" both are thousands.
    """
    said = _patterns().both_thousands.sub(lambda range_: f"{range_['least']}k{range_['to']}{range_['most']}k", sentence)
    said = _SHORT.sub(lambda short: f"{short['sum']} per {_SHORT_PERIODS[short['time'].lower()]}", said)
    return _patterns().share.sub("%, ", said)


def _stated(posting: PostingCore, sentence: str, places: tuple[str, ...], currency: str) -> SalaryFloor | None:
    """The first sum with a currency or a period: nobody says of their budgets or bonuses what they look for."""
    country = next((code for code in map(country_part, places[:1]) if len(places) == 1 and is_country(code)), None)
    rates = rates_before(posting.fetched_at.date())
    text = lowered(sentence)
    for sum_ in amounts_in(text, pay_data()):
        spell = period_after(text[sum_.end :]) or _rate(text, sum_.start, sum_.end)
        few_thousands = sum_.kind == "thousand" and sum_.value < _MANY_THOUSANDS
        counted = few_thousands or sum_.kind == "million" or _is_least(text, sum_.start, sum_.end, sum_.value)
        counted = counted or (sum_.kind is None and _is_of_a_year(text, sum_.start, sum_.end, sum_.value, country))
        if sum_.currency is None and not counted and not _is_pay(text, sum_.end, sum_.value, spell):
            continue
        named = _currency(sum_.currency, country) or _named_apart(sentence) or currency_of(country or "") or currency
        period = spell.period if spell else infer_period([sum_.value], named, rates, labelled=True)
        if period is None or period == "project" or not is_plausible([sum_.value], named, period, rates):
            continue
        amount = ceil(sum_.value * (spell.factor if spell else 1))
        return SalaryFloor(amount=amount, currency=named, period=period)
    return None


def _is_pay(text: str, end: int, value: Decimal, spell: Spell | None) -> bool:
    """Whether a bare sum is paid: for some time, before tax, or, where small, "55 an hour": "20 hours" is none."""
    known = _patterns()
    if value < _LEAST_BARE:
        return spell is not None and spell.period == "hour" and known.per.match(text, end) is not None
    return spell is not None or known.before_or_after_tax.match(text, end) is not None


def _is_least(text: str, start: int, end: int, value: Decimal) -> bool:
    """Whether a bare sum is the least of something, with which a part ends: "ab 60000", "at least 3500"."""
    known = _patterns()
    led = known.least.search(text[:start]) is not None
    return led and _may_be_paid(value) and (known.ends.match(text, end) is not None or _leads_to_place(text, end))


def _leads_to_place(text: str, end: int) -> bool:
    """Whether the next that stands there is a place: "ab 5500 Zürich"."""
    return any(place.end > end and not text[end : max(place.start, end)].strip() for place in named_in(text))


def _is_of_a_year(text: str, start: int, end: int, value: Decimal, country: str | None) -> bool:
    """Whether a bare sum is round and large, ends a part, and is no postcode: "data analyst 60000"."""
    known = _patterns()
    if (
        value < _MANY_THOUSANDS
        or value % _ROUND
        or not known.ends.match(text, end)
        or known.numbered.search(text[:start])
    ):
        return False
    return country in _NO_ROUND_POSTCODES or not any(
        not re.search(r"\w", text[min(place.end, end) : max(place.start, start)]) for place in named_in(text)
    )


def _may_be_paid(value: Decimal) -> bool:
    """Whether a bare number is no count of a few, and no year in which something begins: "from 2027"."""
    return value >= _LEAST_SUM and not (_CENTURY < value < _CENTURY + 100 and value % 50)


def _rate(text: str, start: int, end: int) -> Spell | None:
    """The time for which a sum is paid by what it is called: "tjm 450", "pj 15 mil"."""
    known = _patterns()
    if known.day_rate.search(text[:start]) or known.day_rate_behind.match(text, end):
        return Spell("day")
    return Spell("month") if known.month_rate.search(text[:start]) else None


def _currency(said: str | None, country: str | None) -> str | None:
    if said == DOLLAR:
        return DOLLARS.get(country or "", "USD")
    return said if said is None or (len(said) == 3 and said.isupper()) else local_currency(said, country)


def _named_apart(sentence: str) -> str | None:
    """The one currency that a sentence names in words, wherever: "salary in dollars, 4000 a month"."""
    known = pay_data()
    words = (word[0].lower() for word in _WORD.finditer(sentence))
    named = {code for word in words if (code := _currency(known.before.get(word) or known.after.get(word), None))}
    return named.pop() if len(named) == 1 else None


def _in_thousands(sentence: str, currency: str) -> SalaryFloor | None:
    """ "60k", "60.000": of a year."""
    found = _THOUSANDS.search(sentence)
    amount = int(found["whole"] or found["thousands"]) * 1_000 if found else 0
    return SalaryFloor(amount=amount, currency=currency) if amount else None


class _Patterns(NamedTuple):
    """All of text in lower case."""

    per: re.Pattern[str]
    """Right behind a sum, as what follows."""
    before_or_after_tax: re.Pattern[str]
    day_rate: re.Pattern[str]
    """Ends right before a sum."""
    day_rate_behind: re.Pattern[str]
    month_rate: re.Pattern[str]
    least: re.Pattern[str]
    """Ends right before a sum that is wanted at least."""
    numbered: re.Pattern[str]
    """Ends right before a number by which something is found again."""
    both_thousands: re.Pattern[str]
    """A range of sums of which the last alone says that it is of thousands, in any case."""
    share: re.Pattern[str]
    """Of full-time work, as far as a sum behind it; in any case."""
    ends: re.Pattern[str]
    """Right behind a sum: the end of a part, or what leads on to a place."""


@cache
def _patterns() -> _Patterns:
    return _Patterns(
        per=re.compile(rf"\s?(?:/|{any_of('period.per', whole=False)})"),
        before_or_after_tax=re.compile(rf"\s?{any_of('wish.gross', 'wish.net')}"),
        day_rate=re.compile(rf"{any_of('wish.day_rate')}\W{{1,3}}$"),
        day_rate_behind=re.compile(rf"\s?[€$£]?\s?{any_of('wish.day_rate')}"),
        least=re.compile(rf"(?<!\w)(?:{any_of('pay.from', 'wish.at_least')})\W{{0,2}}$"),
        ends=re.compile(rf"\s*(?:$|[,;.()+]|{any_of('place.town_before', 'wish.leads')}\s)"),
        both_thousands=re.compile(
            rf"(?<![\w.,-])(?P<least>\d{{2,3}})(?P<to>\s?(?:[-–—]|{any_of('week.to')})\s?[£€$]?)(?P<most>\d{{2,3}})\s?k\b",
            re.IGNORECASE,
        ),
        share=re.compile(rf"%\s+(?=(?:{any_of('pay.from', 'wish.at_least')}\s+)?\d{{4}})", re.IGNORECASE),
        numbered=re.compile(rf"(?<!\w){any_of('wish.numbered')}\W{{0,3}}$"),
        month_rate=re.compile(rf"{any_of('wish.month_rate')}\W{{1,3}}$"),
    )
