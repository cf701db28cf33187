"""Which sums of money in a text are pay, and for what period."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

from services.ingest.domain.pay.data import Word
from services.ingest.domain.pay.sums import (
    APART,
    MONEY_SIGN,
    RUN_TOGETHER,
    SEGMENT,
    Sum,
    bands_beside,
    bounds,
    cues,
    is_base,
    sums_of,
)
from services.ingest.domain.pay.words import EAST_ASIAN_PAY, Spell, patterns, period_after, periods_near, words_in
from services.rules.sections import ABOUT_US, Document, Kind

Sense = Literal["pay", "ote", "other"]
Setting = Literal["text", "title", "field"]
"""Where a sum stands. A `field` holds nothing but pay: a sum there needs no word that says so. In a title neither does
one, unless a word says that it is something else."""

_TELLING: frozenset[Word] = frozenset({"salary", "base", "ote", "other"})
"""Words that leave no need to look at the heading of a list."""
_RATES = frozenset({"hour", "day"})
_BEFORE, _AFTER, _NEXT, _FOLLOWING, _LABEL, _ACTUAL = 140, 100, 160, 50, 30, 70
_BARE_IN_FIELD, _BARE_IN_SECTION = 100, 10_000
_MOST_ITEMS = 8
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
    """ISO 4217, a sign that the posting's country decides (`words.LOCAL`), or "" for its own currency."""
    spells: tuple[Spell, ...]
    """The periods that the words around it name, the likeliest first; none where they are silent."""
    sense: Sense
    labelled: bool
    """A word that only pay goes by stands beside it: salary, wage, Gehalt."""
    ranged: bool = False
    """A range, or one that an end is left open of."""
    hinted: bool = False
    """Only the next sentence names the periods, maybe those of other pay."""
    lakhs: bool = False
    offered: bool = False
    """Said to be what is offered, as beside the range of a grade."""
    graded: bool = False
    """Said to be what a whole grade is paid."""


def find_pay(document: Document, setting: Setting = "text") -> tuple[PayMention, ...]:
    """Find the sums of money in a text, ranges joined, each with its sense."""
    sums = sums_of(document.text, bare_from=_BARE_IN_FIELD) if setting == "field" else sums_of(document.text)
    if not sums:
        return ()
    reader = _Reader(document, setting)
    mentions = [reader.read(sums, index) for index in range(min(len(sums), _MOST_READ))]
    return tuple(mention for mention in mentions if mention is not None)


@dataclass(frozen=True, slots=True)
class _Around:
    """The words around one sum: of its sentence, and not of the sums before and after it."""

    before: str
    after: str
    since: int
    """Where the sum before it ends."""
    first: bool
    """No sum stands ahead of it."""
    within: tuple[int, int]
    """From the band before to the band after, in a list of bands."""
    carried: dict[Word, int]
    """What the sentence says ahead of it, the sums before it left aside; or the heading of its list."""
    following: dict[Word, int]
    spells: tuple[Spell, ...]

    @property
    def last_pay(self) -> int:
        return max(self.carried.get("salary", -1), self.carried.get("pay", -1), self.carried.get("base", -1))

    def says(self, *words: Word) -> bool:
        return not self.carried.keys().isdisjoint(words) or not self.following.keys().isdisjoint(words)


class _Reader:
    """Reads the words around the sums of one text."""

    def __init__(self, document: Document, setting: Setting) -> None:
        self.document = document
        self.text = document.lowered
        self.all_is_pay = setting == "field"
        self.is_title = setting == "title"

    def _words(self, start: int, stop: int) -> dict[Word, int]:
        """A trainee's stipend is the pay; anybody else's is a benefit."""
        found = words_in(self.text, start, stop)
        other = found.get("other", 0)
        if other and self._for_trainees and cues().stipend.search(self.text, 0, other):
            found["salary"] = found.pop("other")
        return found

    @cached_property
    def _for_trainees(self) -> bool:
        return bool(cues().trainee.search(self.document.title))

    @cached_property
    def for_sales(self) -> bool:
        """The text calls the ranges of sales roles on-target earnings, and this is one."""
        return self.sells and bool(cues().for_sales.search(self.text))

    @cached_property
    def sells(self) -> bool:
        return bool(cues().sales_title.search(self.document.title))

    def read(self, sums: Sequence[Sum], index: int) -> PayMention | None:
        """None for a bare number that nothing calls pay."""
        money, text = sums[index], self.text
        since, until = bounds(sums, index, len(text))
        left, right = self._sentence(money)
        begin = max(left, money.start - _BEFORE)
        beside = self._words(begin, money.start)
        within = bands_beside(sums, index, text)
        named = not beside.keys().isdisjoint(_TELLING)
        carried = beside if named else self._heading(money) | beside
        before = text[max(begin, since) : money.start]
        bare = not money.currency and not self.all_is_pay and not self._is_labelled(beside, carried, money, within)
        if bare and not (money.ranged and _is_offered(before, text[money.end : min(right, until)])):
            return None
        together = RUN_TOGETHER.search(self.document.text, money.end, min(right, money.end + _AFTER))
        after = text[money.end : min(right, until, together.start() if together else money.end + _AFTER)]
        spells, hinted = self._spells(before, after, money)
        low, high = _open_ends(before, after, money)
        stop = cues().more.search(after)
        end = money.end + (stop.start() if stop else len(after))
        following = words_in(text, money.end, min(end, money.end + _FOLLOWING))
        around = _Around(before, after, since if named else 0, index == 0, within, carried, following, spells)
        return PayMention(
            money.start,
            money.end,
            low,
            high,
            money.currency,
            spells,
            self._sense(money, around),
            labelled=self._is_called_pay(money, around),
            ranged=money.ranged or low is None or high is None,
            hinted=hinted,
            lakhs=money.lakhs,
            offered=cues().offered_alone.search(before) is not None,
            graded=bool(cues().graded.search(before) or cues().graded_next.match(after)),
        )

    def _sentence(self, money: Sum) -> tuple[int, int]:
        """The stop of `excl. VAT` ends no sentence."""
        left, right = self.document.sentence_at(money.start, money.end)
        if self.text.endswith(cues().abbreviations, money.end, right):
            right = self.document.sentence_at(money.start, right + 1)[1]
        return left, right

    def _kind(self, money: Sum) -> Kind:
        return self.document.kind_at(money.start)

    def _is_called_pay(self, money: Sum, around: _Around) -> bool:
        """A word, a section or a tax that only pay goes with: what names no period may be a month's."""
        if self.all_is_pay or around.says("salary") or self._is_east_asian(money):
            return True
        if money.ranged and self._kind(money) == "pay":
            return True
        return (money.ranged or _is_offered(around.before, around.after)) and self._is_taxed(around)

    def _is_east_asian(self, money: Sum) -> bool:
        return EAST_ASIAN_PAY.search(self.text, max(0, money.start - 16), money.start) is not None

    def _is_taxed(self, around: _Around) -> bool:
        return bool(cues().taxed.match(around.after) or cues().taxed_before.search(around.before[-12:]))

    def _is_labelled(
        self, beside: dict[Word, int], carried: dict[Word, int], money: Sum, within: tuple[int, int]
    ) -> bool:
        """A label stands right before a number without a currency, `Salary: 70-80k`, or over its section or list."""
        label = beside.get("salary", -_LABEL)
        if label >= max(0, money.start - _LABEL) and not APART.search(self.text, label, money.start):
            return True
        if self._is_east_asian(money):
            return True
        if not money.ranged or money.min < _BARE_IN_SECTION:
            return False
        return (self._kind(money) == "pay" and self._alone(money, within)) or (not beside and "salary" in carried)

    def _heading(self, money: Sum) -> dict[Word, int]:
        """What the line over a list says of its items: `Salary ranges by level:`."""
        stop = self.text.rfind("\n", 0, money.start)
        for _ in range(_MOST_ITEMS):
            if stop <= 0:
                break
            start = self.text.rfind("\n", 0, stop) + 1
            line = self.text[start:stop].strip()
            if line and not line.startswith("•"):
                return words_in(self.text, max(start, stop - _BEFORE), stop) if line.endswith(":") else {}
            stop = start - 1
        return {}

    def _spells(self, before: str, after: str, money: Sum) -> tuple[tuple[Spell, ...], bool]:
        """The periods that the words around a sum name, and whether only those of the next sentence do."""
        spell = period_after(after)
        if spell is not None:
            return (spell,), False
        near = periods_near(before, nearest_last=True) or periods_near(after, nearest_last=False)
        if near:
            return near, False
        following = self.text[money.end : money.end + _NEXT].lstrip("\n. ").split("\n", 1)[0]
        named = [match.lastgroup for match in cues().of_the_period.finditer(following)]
        hints = (Spell("hour") if period == "hour" else Spell("year") for period in named)
        return tuple(dict.fromkeys(hints)), True

    def _sense(self, money: Sum, around: _Around) -> Sense:
        if self._is_on_target(money, around):
            return "ote"
        if self.all_is_pay and (around.first or not self._is_something_else(money, around)):
            return "pay"
        per_annum = _is_per_annum(self.text, money) and not cues().varied.search(around.before)
        if self._is_something_else(money, around) and not per_annum:
            return "other"
        return "pay" if self._is_pay(money, around) else "other"

    def _is_on_target(self, money: Sum, around: _Around) -> bool:
        if is_base(around.after, 0):
            return False
        ote = around.carried.get("ote", -1)
        if (ote > around.since and ote > around.carried.get("base", -1)) or "ote" in around.following:
            return True
        if cues().total_before.search(around.before) and self._has_sure_part(money):
            return True
        if self.for_sales or cues().ote_next.match(around.after) or cues().ote_before.search(around.before):
            return True
        return self.sells and bool(cues().variable.search(around.before) or cues().variable.search(around.after))

    def _has_sure_part(self, money: Sum) -> bool:
        """The base pay is stated beside a total: `Total compensation: $210k (base $160k, bonus)`."""
        ahead, behind = max(0, money.start - _BEFORE), money.end + _LABEL
        return bool(
            cues().sure_part.search(self.text, ahead, money.start)
            or cues().sure_part.search(self.text, money.end, behind)
        )

    def _has_actual(self, money: Sum) -> bool:
        ahead, behind = max(0, money.start - _ACTUAL), money.end + _ACTUAL
        return bool(
            cues().actual.search(self.text, ahead, money.start) or cues().actual.search(self.text, money.end, behind)
        )

    def _is_something_else(self, money: Sum, around: _Around) -> bool:
        if not around.first and not money.ranged and cues().added.search(around.before):
            return True
        if cues().full_time_next.match(around.after) and self._has_actual(money):
            return True
        if "salary" in around.carried and cues().times_salary.search(around.before):
            return True
        if cues().others_earn.search(around.before):
            return True
        pay = around.last_pay
        if (
            around.carried.get("other", -1) > pay
            or "other" in around.following
            or cues().benefit_next.match(around.after)
        ):
            return True
        if "salary" in around.carried:
            return False
        if "aside" in around.following and pay < 0:
            return True
        return around.carried.get("aside", -1) > pay and not (money.ranged and around.spells)

    def _is_pay(self, money: Sum, around: _Around) -> bool:
        kind, spells = self._kind(money), around.spells
        if around.says("salary") or kind == "pay" or self.is_title:
            return True
        if self._is_east_asian(money) or _is_per_annum(self.text, money) or _is_offered(around.before, around.after):
            return True
        if (money.ranged or spells) and self._is_taxed(around):
            return True
        if MONEY_SIGN.search(self.text, max(0, money.start - 5), money.start) or cues().plus_pay.match(around.after):
            return True
        aside = kind in ABOUT_US
        if around.says("pay", "base"):
            return not aside or money.ranged or bool(spells)
        if money.ranged and (spells or self._alone(money, around.within)):
            return True
        if not spells or kind in ("about", "others"):
            return False
        return spells[0].period in _RATES or (
            spells[0].period == "year" and not aside and self._alone(money, around.within)
        )

    def _alone(self, money: Sum, within: tuple[int, int]) -> bool:
        """A sum on a line, or between bars or bands, of its own, or after a short label."""
        since, until = within
        least, most = max(since, money.start - 60), min(until, money.end + 60)
        edges = [match.end() for match in SEGMENT.finditer(self.text, least, money.start)]
        start = edges[-1] if edges else least
        edge = SEGMENT.search(self.text, money.end, most)
        stop = edge.start() if edge else most
        return money.start - start + stop - money.end <= _LABEL + 10


def _is_per_annum(text: str, money: Sum) -> bool:
    """Lakhs per annum are pay whatever stands around them: `Budget: upto 30 LPA`."""
    return money.lakhs and cues().per_annum.search(text, money.start, money.end) is not None


def _is_offered(before: str, after: str) -> bool:
    """Who hires says what it gives, and no more of the sum than for how long: `we offer 52-55k.`"""
    if not cues().offered.search(before):
        return False
    period = patterns().behind.match(after)
    return cues().clause_ends.match(after, period.end() if period else 0) is not None


def _open_ends(before: str, after: str, money: Sum) -> tuple[Decimal | None, Decimal | None]:
    if money.ranged:
        return money.min, money.max
    if cues().up_to.search(before[-24:]) or cues().or_less.match(after):
        return None, money.max
    if (
        money.open_ended
        or cues().since.search(before[-24:])
        or cues().or_more.match(after)
        or cues().least_paid.search(before)
    ):
        return money.min, None
    return money.min, money.max
