"""Which sums of money in a text are pay, and for what period."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.ingest.domain.pay_amounts import Sum, bounds, sums_of
from services.ingest.domain.pay_data import Word
from services.ingest.domain.pay_words import EAST_ASIAN_PAY, Spell, period_after, periods_near, words_in
from services.ingest.domain.sections import Document

Sense = Literal["pay", "ote", "other"]
Setting = Literal["text", "title", "field"]
"""Where a sum stands. A `field` holds nothing but pay: a sum there needs no word that says so. In a title neither does
one, unless a word says that it is something else."""

_UP_TO = re.compile(
    r"\b(?:up ?to|upto|max(?:imum)?\.?(?: of)?|as (?:high|much) as|bis(?: zu)?|jusqu'à|hasta|até|do|tot|upp till|op til"
    r"|fino a|nawet do)\s*:?\s*$"
)
_FROM = re.compile(
    r"\b(?:from|starting (?:at|from)|start(?:s|ing salary is)? at|begins? (?:at|from)|at least|min(?:imum)?\.?(?: of)?"
    r"|ab|od|mindestens|desde|a partir de|à partir de|partir de|dès|vanaf|från|fra|da|dari|mulai|not less than"
    r"|upwards of|over|more than)\s*:?\s*$"
)
_OR_MORE = re.compile(
    r"\s?(?:and (?:up|above|more|over)\b|or (?:more|above|higher)\b|upwards|und mehr|et plus|o más|以上|plus(?=\s*$))"
)
_OR_LESS = re.compile(r"\s?(?:or (?:less|below)|max(?:imum)?\b|以下|まで)")
_INCLUDES = re.compile(r"\W*(?:\w{3}\W+)?inclu\w+[^.\n]{0,40}(?:commission|variable)")
_INCLUDING_BEFORE = re.compile(r"(?<!not )inclu\w+[^.\n]{0,40}(?:commission|variable)")
_MORE = re.compile(r"[+,;(&\n]|\bplus\b|\band\b|\bwith\b|\bas well\b|\bnot\b|\.\s|\s[-–—|•]\s")
"""Where what follows a sum ends and something beside it begins: `$80,000 plus bonus`."""
_BENEFIT_NEXT = re.compile(
    r" ?(?:(?!plus |and |with |in |on |as |\+ )[\w&/'-]+ ){0,6}?(?:allowance|stipend|budget|reimbursement|voucher|grant"
    r"|coupons?|credits?|bonus)\b"
)
_OF_THE_PERIOD = re.compile(r"\b(?P<period>hourly|annual) (?:[\w-]+ ){0,2}(?:rate|salary|pay|wage|compensation)\b")
_FOR_SALES = re.compile(r"for sales roles?\b[^.\n]{0,120}(?:on[- ]target|\bote\b)")
_SALES_TITLE = re.compile(r"\b(?:sales|account executive|account manager|business development)\b", re.IGNORECASE)
_APART = re.compile(r"[,;.\d]")
_RATES = frozenset({"hour", "day"})
_BEFORE, _AFTER, _NEXT, _FOLLOWING, _LABEL = 140, 100, 160, 50, 30
_BARE_IN_FIELD = 100
_MOST_READ = 60
"""Sums of one text that are read; a price list has more, a posting has not."""


@dataclass(frozen=True, slots=True)
class PayMention:
    """A sum or a range in a text."""

    start: int
    end: int
    min: Decimal | None
    max: Decimal | None
    currency: str
    """ISO 4217, a sign that the posting's country decides (`pay_words.LOCAL`), or "" for its own currency."""
    spells: tuple[Spell, ...]
    """The periods that the words around it name, the likeliest first; none where they are silent."""
    sense: Sense
    labelled: bool
    """A word that only pay goes by stands ahead of it: salary, wage, Gehalt."""
    lakhs: bool = False

    @property
    def ends(self) -> frozenset[Decimal]:
        return frozenset(amount for amount in (self.min, self.max) if amount is not None)


def find_pay(document: Document, setting: Setting = "text") -> tuple[PayMention, ...]:
    """Find the sums of money in a text, ranges joined, each with its sense."""
    sums = sums_of(document.text, bare_from=_BARE_IN_FIELD) if setting == "field" else sums_of(document.text)
    if not sums:
        return ()
    reader = _Reader(document, setting)
    mentions = [reader.read(sums, index) for index in range(min(len(sums), _MOST_READ))]
    return tuple(mention for mention in mentions if mention is not None)


class _Reader:
    """Reads the words around the sums of one text."""

    def __init__(self, document: Document, setting: Setting) -> None:
        self.document = document
        self.text = document.lowered
        self.all_is_pay = setting == "field"
        self.is_title = setting == "title"
        self.for_sales = (
            "for sales role" in self.text
            and bool(_SALES_TITLE.search(document.title))
            and bool(_FOR_SALES.search(self.text))
        )

    def read(self, sums: Sequence[Sum], index: int) -> PayMention | None:
        """None for a bare number that nothing calls pay."""
        one, text = sums[index], self.text
        since, until = bounds(sums, index, len(text))
        left, right = self.document.sentence_at(one.start, one.end)
        begin = max(left, one.start - _BEFORE)
        carried = words_in(text, begin, one.start)
        if not one.currency and not (self.all_is_pay or self._is_labelled(carried, one)):
            return None
        before = text[max(begin, since) : one.start]
        after = text[one.end : min(right, until, one.end + _AFTER)]
        spells = self._spells(before, after, one)
        low, high = _open_ends(before, after, one)
        return PayMention(
            one.start,
            one.end,
            low,
            high,
            one.currency,
            spells,
            self._sense(one, carried, before, after, since, spells),
            labelled=self.all_is_pay
            or "salary" in carried
            or (one.ranged and self.document.kind_at(one.start) == "pay"),
            lakhs=one.lakhs,
        )

    def _is_labelled(self, carried: dict[Word, int], one: Sum) -> bool:
        """A label stands right before a number that names no currency: `Salary: 70-80k`."""
        label = carried.get("salary", -1)
        return label >= one.start - _LABEL and not _APART.search(self.text, label, one.start)

    def _spells(self, before: str, after: str, one: Sum) -> tuple[Spell, ...]:
        spell = period_after(after)
        if spell is not None:
            return (spell,)
        near = periods_near(before, nearest_last=True) or periods_near(after, nearest_last=False)
        if near:
            return near
        following = self.text[one.end : one.end + _NEXT].split("\n", 1)[0]
        named = [match.group("period") for match in _OF_THE_PERIOD.finditer(following)]
        return tuple(dict.fromkeys(Spell("hour") if word == "hourly" else Spell("year") for word in named))

    def _sense(
        self, one: Sum, carried: dict[Word, int], before: str, after: str, since: int, spells: tuple[Spell, ...]
    ) -> Sense:
        stop = _MORE.search(after)
        end = one.end + (stop.start() if stop else len(after))
        following = words_in(self.text, one.end, min(end, one.end + _FOLLOWING))
        ote = carried.get("ote", -1)
        if (ote > since and ote > carried.get("base", -1)) or "ote" in following or _INCLUDES.match(after):
            return "ote"
        if self.for_sales or _INCLUDING_BEFORE.search(before):
            return "ote"
        if self.all_is_pay:
            return "pay"
        if self._is_something_else(carried, following, after):
            return "other"
        return "pay" if self._is_pay(one, carried, following, spells) else "other"

    def _is_something_else(self, carried: dict[Word, int], following: dict[Word, int], after: str) -> bool:
        pay = max(carried.get("salary", -1), carried.get("pay", -1), carried.get("base", -1))
        if carried.get("other", -1) > pay or "other" in following or _BENEFIT_NEXT.match(after):
            return True
        if "salary" in carried:
            return False
        return carried.get("aside", -1) > pay or ("aside" in following and pay < 0)

    def _is_pay(
        self, one: Sum, carried: dict[Word, int], following: dict[Word, int], spells: tuple[Spell, ...]
    ) -> bool:
        kind = self.document.kind_at(one.start)
        if "salary" in carried or "salary" in following or kind == "pay" or self.is_title:
            return True
        if EAST_ASIAN_PAY.search(self.text, max(0, one.start - 12), one.start):
            return True
        aside = kind in ("benefits", "about")
        if carried.keys() & {"pay", "base"} or following.keys() & {"pay", "base"}:
            return not aside or one.ranged or bool(spells)
        if one.ranged and (spells or self._alone(one)):
            return True
        return bool(spells) and spells[0].period in _RATES and kind != "about"

    def _alone(self, one: Sum) -> bool:
        """A range on a line of its own, or after a short label."""
        start = self.text.rfind("\n", 0, one.start) + 1
        stop = self.text.find("\n", one.end)
        return one.start - start + (stop if stop >= 0 else len(self.text)) - one.end <= 40


def _open_ends(before: str, after: str, one: Sum) -> tuple[Decimal | None, Decimal | None]:
    if one.ranged:
        return one.min, one.max
    if _UP_TO.search(before[-24:]) or _OR_LESS.match(after):
        return None, one.max
    if one.open_ended or _FROM.search(before[-24:]) or _OR_MORE.match(after):
        return one.min, None
    return one.min, one.max
