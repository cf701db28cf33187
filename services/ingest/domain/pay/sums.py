"""Sums and ranges of a text: which of its amounts belong together, and what the words right beside one say of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Final

from services.ingest.domain.pay.amounts import Amount, amounts_in, is_numbered
from services.ingest.domain.pay.data import PayData, pay_data
from services.ingest.domain.pay.words import LOCAL, patterns
from services.rules.lexicon.builder import composed, phrases_of
from services.rules.text import lowered

RUN_TOGETHER: Final = re.compile(r"(?<=[a-zà-ÿ.)])[A-ZÀ-Þ]")
"""Where some boards run lines together: `per yearThis job is eligible for a bonus`."""
MONEY_SIGN: Final = re.compile(r"[\U0001f4b0\U0001f4b4-\U0001f4b8\U0001f911]\W{0,3}$")
"""A pictured bag of money, notes or coins ahead of a sum."""
SEGMENT: Final = re.compile(r"[\n|•·]|;\s")
APART: Final = re.compile(r"[,;.\d]")
_MOST_LABEL = 45
_MOST_GAP, _MOST_BARE_GAP, _SAME_LINE = 60, 24, 90
LEAST_BARE = 1_000
"""A number of a text without a currency is read from here on: below lie counts of everything else."""
_YEARS = range(1900, 2101)


@dataclass(frozen=True, slots=True)
class Cues:
    """What the words beside a sum say, mostly for text in lower case.

    What they are for stands in rules/lexicon/meanings.toml, under `[pay]`.
    """

    up_to: re.Pattern[str]
    since: re.Pattern[str]
    or_more: re.Pattern[str]
    or_less: re.Pattern[str]
    ote_next: re.Pattern[str]
    """On-target earnings by what follows: `$140,000 (OTE)`, `$140,000, including commission`."""
    ote_before: re.Pattern[str]
    variable: re.Pattern[str]
    more: re.Pattern[str]
    benefit_next: re.Pattern[str]
    of_the_period: re.Pattern[str]
    """A group is named as its period."""
    for_sales: re.Pattern[str]
    sales_title: re.Pattern[str]
    stipend: re.Pattern[str]
    """At the end of what is searched."""
    trainee: re.Pattern[str]
    plus_pay: re.Pattern[str]
    taxed: re.Pattern[str]
    taxed_before: re.Pattern[str]
    offered: re.Pattern[str]
    clause_ends: re.Pattern[str]
    total_before: re.Pattern[str]
    sure_part: re.Pattern[str]
    """The sum of a base pay, beside that of all pay."""
    added: re.Pattern[str]
    """What comes on top of the pay named before: `$38/hr + $4/hr`."""
    times_salary: re.Pattern[str]
    """What an insurance pays: `life cover of 4x salary (max £500,000)`."""
    full_time_next: re.Pattern[str]
    actual: re.Pattern[str]
    varied: re.Pattern[str]
    offered_alone: re.Pattern[str]
    """Of several ranges the one that is offered."""
    graded: re.Pattern[str]
    graded_next: re.Pattern[str]
    others_earn: re.Pattern[str]
    least_paid: re.Pattern[str]
    per_annum: re.Pattern[str]
    peso: re.Pattern[str]
    """In any case, as `on_target`."""
    on_target: re.Pattern[str]
    link: re.Pattern[str]
    """Between the ends of a range."""
    joined: re.Pattern[str]
    either: re.Pattern[str]
    between: re.Pattern[str]
    """In any case, as `counted` and `base_next`."""
    counted: re.Pattern[str]
    base_next: re.Pattern[str]
    band_mark: re.Pattern[str]
    abbreviations: tuple[str, ...]
    """Words that a stop is written behind, ahead of a capital."""


@cache
def cues() -> Cues:
    """The patterns, compiled once."""
    joined = "{joint.and}|{joint.own.and}"
    dash = "-{1,2}|–|—|−|‒|~|〜|～"
    return Cues(
        up_to=_pattern(r"{up_to}\s*:?\s*$"),
        since=_pattern(r"{from}\s*:?\s*$"),
        or_more=_pattern(r"\s?(?:{or_more}|[〜～](?!\s?[\d¥￥])|{or_more_at_end}(?=\s*$))"),
        or_less=_pattern(r"\s?{or_less}"),
        ote_next=_pattern(
            r"\W*(?:\w{3}\W+)?{include}[^.\n]{0,40}{commission}"
            r"|[\s(]{0,3}(?:(?!{not_of_it})\w+ ){0,3}\(?{on_target}"
        ),
        ote_before=_pattern(r"{include}[^.\n]{0,40}{commission}"),
        variable=_pattern(r"{include}[^.\n]{0,40}{variable}"),
        more=_pattern(r"[+,;(&\n、，；＋（]|{more}|\.\s|\s[-–—|•]\s"),
        benefit_next=_pattern(r" ?(?:(?!{beside} |\+ )[\w&/'-]+ ){0,6}?{benefit}"),
        of_the_period=_pattern(r"(?:(?P<hour>{hourly})|(?P<year>{annual})) (?:[\w-]+ ){0,2}{rate}"),
        for_sales=_pattern(r"{for_sales}[^.\n]{0,120}{on_target}"),
        sales_title=_in_any_case("{sales_title}"),
        stipend=_pattern("{stipend}$"),
        trainee=_in_any_case("{trainee}"),
        plus_pay=_pattern(r"[\s(]{0,2}(?:\+|{and_plus}) ?(?:\w+ )?{with_pay}"),
        taxed=_pattern(r"[\s(]{0,2}{taxed}"),
        taxed_before=_pattern(r"{taxed_before}\W{0,3}$"),
        offered=_pattern(r"{offers}(?: {offers_about})*\s*$"),
        clause_ends=_pattern(r"\s*(?:$|[.,;(\n+]|{goes_on})"),
        total_before=_pattern(r"{total}[^\d\n]{0,20}$"),
        sure_part=_pattern(r"{sure}[^\d\n+&]{0,20}\d|\d[\d.,]{0,10}k? {sure}"),
        added=_pattern(r"(?:\+|{added})\s*(?:{about} )*$"),
        times_salary=_pattern(r"\d ?(?:{times}|×) {of_salary}[^\n]{0,40}$"),
        full_time_next=_pattern(r"[\s(,]{0,3}{per_annum}?[\s(,]{0,3}{full_time}"),
        actual=_pattern(r"{actual}[^\d\n]{0,25}\d|\d[\d,.]{2,9}k?[^\d\n]{0,15}{actual}"),
        varied=_pattern(r"{varied}[^,;\d]{0,12}$"),
        offered_alone=_pattern(r"{offered}[^.\d\n]{0,40}$"),
        graded=_pattern(r"{graded}[^.\n]{0,40}$"),
        graded_next=_pattern(r"[\s(,]{0,3}(?:\w+ ){0,3}{graded}"),
        others_earn=_pattern(r"{earners}[^.,;\n]{0,40}{earn}[^.\d\n]{0,20}$"),
        least_paid=_pattern(r"{least}[^\d\n]{0,60}$"),
        per_annum=_pattern("{lakhs_per_annum}"),
        peso=_in_any_case("{mexican}"),
        on_target=_in_any_case("{on_target}"),
        link=_pattern(rf"\s?(?:\([^()\n]{{0,40}}\)\s?)?(?:{dash}|/|{{to}}|{joined}|{{joint.or}})\s?(?:{{at_most}} )?"),
        joined=_pattern(joined),
        either=_pattern("{joint.or}"),
        between=_in_any_case("{between}"),
        counted=_in_any_case(r"[ \xa0-]?(?:%|{counted})"),
        base_next=_in_any_case(r"\s?(?:{as} )?{base_next}"),
        band_mark=_pattern(rf"[,;/|•·\n]| [-–—] |{joined}"),
        abbreviations=tuple(f"{sign}{word}" for word in phrases_of("pay.abbreviation") for sign in " ("),
    )


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(composed("pay", template))


def _in_any_case(template: str) -> re.Pattern[str]:
    return re.compile(composed("pay", template), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum or a range in a text; the lower end first as long as the text has it so."""

    start: int
    end: int
    min: Decimal
    max: Decimal
    currency: str
    """ISO 4217, one of the signs of `words.LOCAL` that a country decides, or "" where none is named."""
    ranged: bool = False
    open_ended: bool = False
    lakhs: bool = False


def sums_of(text: str, *, bare_from: int = LEAST_BARE) -> list[Sum]:
    """Find the sums in a text, in order: those with a currency, and bare ones of at least `bare_from`."""
    data = pay_data()
    amounts = list(amounts_in(text, data))
    found: list[Sum] = []
    index = 0
    while index < len(amounts):
        first = last = amounts[index]
        index += 1
        while index < len(amounts) and _joins(text, first, last, amounts[index]):
            last = amounts[index]
            index += 1
        money = _single(first, bare_from) if last is first else _pair(first, last, data, bare_from)
        if money is None:
            continue
        if not money.currency and found and (_continues(text, found[-1], money) or _is_base_of(text, found[-1], money)):
            money = replace(money, currency=found[-1].currency)
        found.append(money)
    return found


def _joins(text: str, first: Amount, low: Amount, high: Amount) -> bool:
    """Whether two numbers are the ends of one range."""
    gap = high.start - low.end
    known = low.currency is not None or high.currency is not None
    if gap > (_MOST_GAP if known else _MOST_BARE_GAP) or (first is not low and gap > _MOST_BARE_GAP):
        return False
    between = lowered(text[low.end : high.start])
    link = cues().link.fullmatch(between)
    if cues().either.search(between) and (link is None or first is not low):
        return False
    if link is None and known:
        period = patterns().behind.match(between)
        link = cues().link.fullmatch(between, period.end()) if period else None
    if link is None or (low.plain and low.currency is None and is_numbered(text, low.start)):
        return False
    if low.currency and high.currency and low.currency != high.currency and not {low.currency, high.currency} & LOCAL:
        return False
    if high.currency is None and (
        low.value > high.value * 1_000 or (high.plain and cues().counted.match(text, high.end))
    ):
        return False
    if high.value < low.value and is_base(text, high.end):
        return False  # "OTE: $100,000 — $70,000 base"
    return not cues().joined.search(between) or bool(cues().between.search(text, max(0, first.start - 40), first.start))


def _pair(low: Amount, high: Amount, data: PayData, bare_from: int) -> Sum | None:
    named = [currency for currency in (low.currency, high.currency) if currency]
    currency = next((name for name in named if name not in LOCAL), named[0] if named else "")
    bottom, top = low.value, high.value
    if high.kind and not low.kind and _shares(bottom, data.multiples[high.kind], top):
        bottom *= data.multiples[high.kind]
    elif low.kind and not high.kind and top < LEAST_BARE and top * 10 <= bottom:
        top *= data.multiples[low.kind]
    elif not (low.kind or high.kind) and bottom < LEAST_BARE <= top and bottom * LEAST_BARE <= top:
        bottom *= LEAST_BARE  # "$90-110,000"
    elif not (low.kind or high.kind) and top < LEAST_BARE <= bottom <= top * LEAST_BARE:
        top *= LEAST_BARE  # "$90,000-110"
    lakhs = "lakh" in (low.kind, high.kind) or "crore" in (low.kind, high.kind)
    if not currency:
        if lakhs:
            currency = "INR"
        elif top < bare_from or (_is_year(low, bare_from) and _is_year(high, bare_from)):
            return None
    return Sum(low.start, high.end, bottom, top, currency, ranged=True, open_ended=high.open_ended, lakhs=lakhs)


def _shares(bottom: Decimal, multiple: int, top: Decimal) -> bool:
    """Whether the multiplier of the top is the bottom's too: `40-60k`, `1000～1500万円`, but not `50,000 - 8 lakh`."""
    return (bottom < LEAST_BARE and bottom * 10 <= top) or bottom * multiple <= top


def _single(amount: Amount, bare_from: int) -> Sum | None:
    lakhs = amount.kind in ("lakh", "crore")
    currency = amount.currency or ("INR" if lakhs else "")
    if not currency and (amount.value < bare_from or _is_year(amount, bare_from)):
        return None
    return Sum(
        amount.start, amount.end, amount.value, amount.value, currency, open_ended=amount.open_ended, lakhs=lakhs
    )


def _is_year(amount: Amount, bare_from: int) -> bool:
    """A plain number that a text more likely means as a date."""
    return bare_from == LEAST_BARE and amount.plain and int(amount.value) in _YEARS


def _continues(text: str, before: Sum, money: Sum) -> bool:
    """A range without a currency that goes on a list: `USD 90,000 - 95,000 in Ohio, 97,000 - 99,000 in Maine`."""
    if not before.currency or not before.ranged or not money.ranged or money.start - before.end > _SAME_LINE:
        return False
    alike = before.min <= money.max * 3 and money.min <= before.max * 3
    return alike and "\n" not in text[before.end : money.start]


def _is_base_of(text: str, before: Sum, money: Sum) -> bool:
    """The sure part of a sum that names the currency: `OTE of €120k: 60k base / 60k variable`."""
    if not before.currency or money.start - before.end > _SAME_LINE or "\n" in text[before.end : money.start]:
        return False
    return money.max <= before.max and is_base(text, money.end)


def bands_beside(sums: Sequence[Sum], index: int, text: str) -> tuple[int, int]:
    """From the end of the band before to the start of the one after, in a list: `L3: $90k-$110k, L4: $105k-$130k`."""
    money = sums[index]
    before = index and _are_bands(text, sums[index - 1], money)
    after = index + 1 < len(sums) and _are_bands(text, money, sums[index + 1])
    return sums[index - 1].end if before else 0, sums[index + 1].start if after else len(text)


def _are_bands(text: str, low: Sum, high: Sum) -> bool:
    if not (low.ranged and high.ranged) or low.currency != high.currency or high.start - low.end > _MOST_LABEL:
        return False
    return (
        low.min <= high.max * 3
        and high.min <= low.max * 3
        and cues().band_mark.search(text, low.end, high.start) is not None
    )


def bounds(sums: Sequence[Sum], index: int, length: int) -> tuple[int, int]:
    """From the end of the sum before to the start of the one after: the words that can only speak of this one."""
    since = sums[index - 1].end if index else 0
    until = sums[index + 1].start if index + 1 < len(sums) else length
    return since, until


def is_base(text: str, end: int) -> bool:
    """Whether what follows a sum says that it is the sure part of the pay: `60k base`."""
    return cues().base_next.match(text, end) is not None
