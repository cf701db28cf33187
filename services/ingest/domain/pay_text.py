"""Sums of money in a text, and which of them are pay."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Literal

from schemas.posting import Period
from services.ingest.domain.pay_words import (
    AFTER_NUMBER,
    BASE,
    BEFORE_NUMBER,
    MORE,
    NOT_PAY,
    OTE,
    PAY,
    PERIOD_AFTER,
    PERIOD_BEFORE,
    currency_named,
)
from services.ingest.domain.sections import Document

Sense = Literal["pay", "ote", "other"]

_NUMBER = re.compile(
    r"(?<![\w.,])(?:\d{1,3}(?:[ ,.'’]\d{3})+(?:[.,]\d{1,2})?|\d{1,2}(?:,\d{2})+,\d{3}|\d{1,9}(?:[.,]\d{1,3})?)(?!\d)"
)
_MULTIPLIER = re.compile(
    r"\s?(?P<thousand>k|thousand|tsd\.?)(?![a-z])|\s?(?P<lakh>lpa|lakhs?|lacs?|l(?=\s?(?:pa|per annum)))(?![a-z])"
    r"|\s?(?P<million>m|mn|mio|million)(?![a-z])|\s?(?P<billion>b|bn|billion|t|tn|trillion)(?![a-z])",
    re.IGNORECASE,
)
_FACTORS = {
    "thousand": Decimal(1_000),
    "lakh": Decimal(100_000),
    "million": Decimal(1_000_000),
    "billion": Decimal(1_000_000_000),
}
_RANGE = re.compile(
    r"\s?(?:\([^()\n]{0,40}\)\s?)?(?:-|–|—|−|‒|~|\bto\b|\bthrough\b|\bbis\b|\bà\b|\ba\b|\bal\b|\bdo\b|\btot\b"
    r"|\band\b|\bund\b"
    r"|\bet\b|\by\b|/)\s?(?:up to |a maximum of |max\.? )?",
    re.IGNORECASE,
)
_AND = re.compile(r"\b(?:and|und|et|y)\b", re.IGNORECASE)
_BETWEEN = re.compile(r"between|zwischen|entre|range|from", re.IGNORECASE)
_UP_TO = re.compile(r"(?:up ?to|upto|max(?:imum)?(?: of)?|bis zu|jusqu'à|hasta|até|do)\s*:?\s*$", re.IGNORECASE)
_FROM = re.compile(
    r"(?:from|starting (?:at|from)|starts? at|begins? at|at least|min(?:imum)?(?: of)?|ab|od|desde"
    r"|à partir de)\s*:?\s*$",
    re.IGNORECASE,
)
_INCLUDES = re.compile(r"^\W*(?:\w{3}\W+)?inclu\w+[^.\n]{0,40}(?:commission|variable|bonus)", re.IGNORECASE)
_RATES: frozenset[Period] = frozenset({"hour", "day"})
_DIGIT_NEXT = re.compile(r"\s?\d")
_MOST_NUMBERS = 400
_BEFORE, _AFTER, _NEXT = 140, 100, 160
_OF_THE_PERIOD = re.compile(
    r"\b(?P<period>hourly|annual) (?:[\w-]+ ){0,2}(?:rate|salary|pay|wage|compensation)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class PayMention:
    """A sum or a range in a text."""

    start: int
    end: int
    min: Decimal | None
    max: Decimal | None
    currency: str
    """ISO 4217, or DOLLAR or KRONA of `pay_words`."""
    periods: tuple[Period, ...]
    """What the words around it name; more than one where they leave the choice, none where they are silent."""
    sense: Sense


@dataclass(frozen=True, slots=True)
class _Amount:
    start: int
    end: int
    value: Decimal
    currency: str | None
    multiplied: str | None
    open_ended: bool = False


def find_pay(document: Document, *, all_is_pay: bool = False) -> tuple[PayMention, ...]:
    """Find the sums of money in a text, ranges joined, each with its sense.

    `all_is_pay` is for a field that holds nothing but pay: a sum there needs no word that says so.
    """
    text = document.text
    joined = list(_ranges(text, _amounts(text)))
    mentions = []
    for index, mention in enumerate(joined):
        since = joined[index - 1].end if index else 0
        until = joined[index + 1].start if index + 1 < len(joined) else len(text)
        mentions.append(_read_context(document, mention, since, until, all_is_pay=all_is_pay))
    return tuple(mentions)


def _amounts(text: str) -> list[_Amount]:
    found: list[_Amount] = []
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        before = BEFORE_NUMBER.search(text[max(0, start - 14) : start])
        multiplier = _MULTIPLIER.match(text, end)
        end = multiplier.end() if multiplier else end
        open_ended = text[end : end + 1] == "+"
        after = AFTER_NUMBER.match(text, end + open_ended)
        if after and _DIGIT_NEXT.match(text, after.end()):
            after = None  # "Tier 1 $90,000": the sign belongs to the next number
        currency = before or after
        value = _decimal(match.group(), multiplied=multiplier is not None)
        if value is None:
            continue
        kind = multiplier.lastgroup if multiplier else None
        if after and not before:
            end = after.end()
        found.append(
            _Amount(
                start=start - (len(before.group()) if before else 0),
                end=end,
                value=value * _FACTORS[kind] if kind else value,
                currency=currency_named(currency.group(1)) if currency else "INR" if kind == "lakh" else None,
                multiplied=kind,
                open_ended=open_ended,
            )
        )
        if len(found) == _MOST_NUMBERS:
            break
    return found


def _decimal(number: str, *, multiplied: bool) -> Decimal | None:
    """Tell thousands from decimals: a last group of three digits is thousands, unless a `k` follows a single one."""
    groups = re.split(r"[ ,.'’]", number)
    last = groups[-1]
    whole = len(groups) == 1 or (len(last) == 3 and not (multiplied and len(groups) == 2))
    digits = "".join(groups) if whole else "".join(groups[:-1]) + "." + last
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None


def _ranges(text: str, amounts: list[_Amount]) -> Iterator[PayMention]:
    index = 0
    while index < len(amounts):
        low = amounts[index]
        index += 1
        high = low
        while index < len(amounts) and _joins(text, low, high, amounts[index]):
            high = amounts[index]
            index += 1
        mention = _single(text, low) if high is low else _pair(low, high)
        if mention is not None:
            yield mention


def _joins(text: str, first: _Amount, low: _Amount, high: _Amount) -> bool:
    if high.start - low.end > 60:
        return False
    between = text[low.end : high.start]
    period = PERIOD_AFTER.match(between)
    link = _RANGE.fullmatch(between) or (period and _RANGE.fullmatch(between, period.end()))
    if not link:
        return False
    if low.currency and high.currency and low.currency != high.currency and "$" not in (low.currency, high.currency):
        return False
    return not _AND.search(between) or bool(_BETWEEN.search(text, max(0, first.start - 40), first.start))


def _pair(low: _Amount, high: _Amount) -> PayMention | None:
    currencies = [c for c in (low.currency, high.currency) if c]
    if not currencies:
        return None
    currency = next((c for c in currencies if c != "$"), currencies[0])
    bottom, top = low.value, high.value
    if high.multiplied and not low.multiplied and bottom < 1_000:
        bottom *= _FACTORS[high.multiplied]
    elif low.multiplied and not high.multiplied and top < 1_000:
        top *= _FACTORS[low.multiplied]
    elif bottom < 1_000 <= top and bottom * 1_000 <= top:
        bottom *= 1_000  # "$90-110,000"
    if bottom > top:
        return None
    return PayMention(low.start, high.end, bottom, top, currency, (), "other")


def _single(text: str, amount: _Amount) -> PayMention | None:
    if not amount.currency:
        return None
    before = text[max(0, amount.start - 30) : amount.start]
    low: Decimal | None = amount.value
    high: Decimal | None = amount.value
    if _UP_TO.search(before):
        low = None
    elif amount.open_ended or _FROM.search(before):
        high = None
    return PayMention(amount.start, amount.end, low, high, amount.currency, (), "other")


def _read_context(document: Document, mention: PayMention, since: int, until: int, *, all_is_pay: bool) -> PayMention:
    text = document.text
    left, right = document.sentence_at(mention.start, mention.end)
    before = text[max(left, since, mention.start - _BEFORE) : mention.start]
    after = text[mention.end : min(right, until, mention.end + _AFTER)]
    periods = _periods(before, after) or _periods_next(text[mention.end : mention.end + _NEXT])
    carried = text[max(left, mention.start - _BEFORE) : mention.start]
    sense = _sense(document, mention, before, carried, after, stated=periods, all_is_pay=all_is_pay)
    return replace(mention, periods=periods, sense=sense)


def _periods(before: str, after: str) -> tuple[Period, ...]:
    match = PERIOD_AFTER.match(after)
    if match:
        group = match.lastgroup
        return ("year",) if group == "french" else (group,)  # type: ignore[return-value]
    named = [m.lastgroup for m in PERIOD_BEFORE.finditer(before)] or [
        m.lastgroup for m in PERIOD_BEFORE.finditer(after)
    ]
    return tuple(dict.fromkeys(named))  # type: ignore[arg-type]


def _periods_next(following: str) -> tuple[Period, ...]:
    """What the next sentence says of the same sum: `This is the base hourly rate or base annual salary.`"""
    named = [match.group("period").lower() for match in _OF_THE_PERIOD.finditer(following.split("\n", 1)[0])]
    return tuple(dict.fromkeys("hour" if word == "hourly" else "year" for word in named))


def _sense(
    document: Document,
    mention: PayMention,
    before: str,
    carried: str,
    after: str,
    *,
    stated: tuple[Period, ...],
    all_is_pay: bool,
) -> Sense:
    following = MORE.split(after, maxsplit=1)[0]
    if _last(OTE, before) > _last(BASE, before) or OTE.search(following) or _INCLUDES.search(after):
        return "ote"
    if all_is_pay:
        return "pay"
    ranged = mention.min is not None and mention.max is not None and mention.min < mention.max
    if ranged and stated and _alone(document.text, mention):
        return "pay"
    pay = _last(PAY, carried)
    if _last(NOT_PAY, carried) >= max(pay, 0) or NOT_PAY.search(following[:50]):
        return "other"
    section = document.kind_at(mention.start)
    if pay >= 0 or PAY.search(following[:30]) or section == "pay":
        return "pay"
    if ranged and (stated or _alone(document.text, mention)):
        return "pay"
    return "pay" if stated and stated[0] in _RATES and section != "about" else "other"


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.end() for match in pattern.finditer(text)), default=-1)


def _alone(text: str, mention: PayMention) -> bool:
    """A range on a line of its own, or after a short label."""
    start = text.rfind("\n", 0, mention.start) + 1
    stop = text.find("\n", mention.end)
    rest = text[start : mention.start] + text[mention.end : stop if stop >= 0 else len(text)]
    return len(rest) <= 40
