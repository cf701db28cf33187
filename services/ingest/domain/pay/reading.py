"""Pay, from the text and the board's fields.

The text beats a field where it states pay clearly. A period that nobody states is inferred only where a single one is
plausible for that sum in that currency. Sums that cannot be pay for their period (a 14 called annual), and those that
stand for nothing (1, 999999), are refused and not read as something else. Sums that are no pay (on-target earnings,
bonuses, equity, budgets, funding) are set aside; the first of them are quoted behind what decided, as from
`text, set aside`.

Whether a board states pay in a unit in which nobody is paid, as cents or thousands, is told from its fields alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from schemas.posting import Evidence, Period, Salary
from services.ingest.domain.draft import Draft, PayBand
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.pay.bands import (
    Pay,
    annualised,
    fill,
    infer_period,
    is_by_the_piece,
    is_placeholder,
    is_plausible,
    join,
    of_one_kind,
    offered_alone,
    without_ote,
)
from services.ingest.domain.pay.sums import cues
from services.ingest.domain.pay.text import PayMention, Setting, find_pay
from services.ingest.domain.pay.words import (
    DOLLAR,
    DOLLARS,
    LOCAL,
    PESOS,
    Spell,
    currency_code,
    local_currency,
    period_of_field,
)
from services.rules.money import Rates, currency_of
from services.rules.sections import Document, document_of

_WIDEST_BAND = 16
"""A top that is more than so many times the bottom is two readings of different things."""
_MOST_SWAPPED = 3
"""Of ends the wrong way round, by how much the first may exceed the second; beyond that a digit is missing."""
_MOST_EVIDENCE = 4
_MOST_ASIDE = 2
_ANY_PERIOD: tuple[Period, ...] = ("month", "year")
_ANY_SPELL: tuple[Spell, ...] = (Spell("hour"), Spell("day"), Spell("week"), Spell("month"), Spell("year"))
_SET_ASIDE = ", set aside"
_MOST_FIELD = 120


def read_salary(draft: Draft, document: Document, *, country: str | None, rates: Rates) -> Finding[Salary | None]:
    """Decide the pay of a posting.

    `country` is the one country that the posting is for (ISO 3166-1), where there is one: a bare `$` is its dollar.
    """
    reader = _Reader(draft, country=country, rates=rates)
    stated = reader.from_text(draft, document)
    bands = reader.from_fields(draft, ote=stated.ote)
    chosen = stated.pay
    unclear = is_by_the_piece(chosen) or not any(pay.sure for pay in chosen)
    if not chosen or (unclear and any(band.kind == "base" for band in draft.pay)):
        chosen = bands or chosen
    if not chosen:
        return Finding(None, reader.shown(reader.refused))
    joined, evidence = join(chosen, reader.home)
    if chosen is not bands:
        joined = fill(joined, (*stated.field, *bands))
    further = [pay for pay in chosen if pay.currency != joined.currency] if chosen is bands else []
    evidence += [pay.evidence for pay in further]
    pay = annualised(joined, further, rates)
    if chosen is bands and _is_estimated(draft):
        pay = pay.model_copy(update={"estimated": True})
    return Finding(pay, reader.shown(evidence))


def _is_estimated(draft: Draft) -> bool:
    """Whether all that a board's fields say of pay is its own estimate."""
    kinds = {band.kind for band in draft.pay if _has_end(band)} - {"ote", "bonus"}
    return kinds == {"estimate"}


@dataclass(frozen=True, slots=True)
class _Stated:
    pay: tuple[Pay, ...]
    field: tuple[Pay, ...]
    """What the board's free-text field says, whether it was chosen or not."""
    ote: tuple[PayMention, ...]


class _Reader:
    """Turns mentions and bands into pay, and keeps what it refused."""

    def __init__(self, draft: Draft, *, country: str | None, rates: Rates) -> None:
        """`own` is the currency of a number without one, `home` that which is kept where pay is in several."""
        named = _named_by_board(draft)
        self.country = country
        self.dollar = named if named and named in DOLLARS.values() else DOLLARS.get(country or "", "USD")
        self.own = named or (currency_of(country) if country else None)
        self.home = (currency_of(country) if country else None) or "USD"
        self.rates = rates
        self.refused: list[Evidence] = []
        self._hoped: list[Evidence] = []
        self._aside: list[Evidence] = []
        self._too_great: list[Evidence] = []

    def shown(self, decided: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """What decided, then what was set aside: on-target earnings before bonuses and the like, revenue last."""
        aside = dict.fromkeys((*self._hoped, *self._aside, *self._too_great))
        return (*tuple(dict.fromkeys(decided))[:_MOST_EVIDENCE], *tuple(aside)[:_MOST_ASIDE])

    def _set_aside(self, source: str, text: str, mention: PayMention) -> None:
        if mention.sense == "pay":
            return
        kept = (
            self._hoped if mention.sense == "ote" else self._aside if self._might_be_pay(mention) else self._too_great
        )
        if len(kept) < _MOST_ASIDE:
            kept.append(quote(f"{source}{_SET_ASIDE}", text, mention.start, mention.end))

    def _might_be_pay(self, mention: PayMention) -> bool:
        currency = self.dollar if mention.currency == DOLLAR else self._named(mention.currency or self.own or "")
        ends = [end for end in (mention.min, mention.max) if end is not None]
        return currency is not None and any(is_plausible(ends, currency, spell, self.rates) for spell in _ANY_PERIOD)

    def from_text(self, draft: Draft, document: Document) -> _Stated:
        """Pay stated in the title, else in the text, else in a free-text field of the board.

        A lone sum of the text that no word calls a salary, and no period goes with, does not beat the board's field.
        """
        ote: list[PayMention] = []
        in_title = self._read("title", document_of(draft.title, draft.title), "title", ote)
        in_text = of_one_kind(self._read("text", document, "text", ote))
        in_field: list[Pay] = []
        for stated in draft.pay_text:
            part = document_of(draft.title, stated.text)
            in_field += self._read(stated.field, part, _setting(stated.text), ote)
        beats = any(pay.sure for pay in in_text) and not (is_by_the_piece(in_text) and in_field)
        found = in_title or (in_text if beats else in_field or in_text)
        return _Stated(tuple(without_ote(pay, ote) for pay in found), tuple(in_field), tuple(ote))

    def _read(self, source: str, part: Document, setting: Setting, ote: list[PayMention]) -> list[Pay]:
        mentions = find_pay(part, setting)
        ote += [mention for mention in mentions if mention.sense == "ote"]
        for mention in mentions:
            self._set_aside(source, part.text, mention)
        found = (self._from_mention(source, part.text, mention) for mention in mentions if mention.sense == "pay")
        return offered_alone([pay for pay in found if pay is not None])

    def from_fields(self, draft: Draft, *, ote: Sequence[PayMention]) -> tuple[Pay, ...]:
        """The board's bands: base pay if any is, else what is unnamed or estimated. OTE and bonuses never."""
        hoped = {(mention.min, mention.max) for mention in ote}
        self._hoped += [_shown(band, _SET_ASIDE) for band in draft.pay if _is_hoped_for(band) and _has_end(band)]
        self._aside += [_shown(band, _SET_ASIDE) for band in draft.pay if band.kind == "bonus" and _has_end(band)]
        for kinds in (("base",), ("unknown", "estimate")):
            named = [band for band in draft.pay if band.kind in kinds and not _is_hoped_for(band)]
            read = [self._from_band(band) for band in named]
            kept = tuple(pay for pay in read if pay and (pay.min, pay.max) not in hoped)
            if kept:
                return kept
        return ()

    def _from_mention(self, source: str, text: str, mention: PayMention) -> Pay | None:
        shown = quote(source, text, mention.start, mention.end)
        low, high = mention.min, mention.max
        if low is not None and high is not None and low > high:
            if low > high * _MOST_SWAPPED:
                self.refused.append(shown)
                return None
            low, high = high, low
        currency = self._currency(mention, text)
        if currency is None:
            self.refused.append(shown)
            return None
        pay = self._judged(low, high, currency, mention.spells, shown, mention=mention)
        return replace(pay, offered=mention.offered, graded=mention.graded) if pay else None

    def _from_band(self, band: PayBand) -> Pay | None:
        low, high = _positive(band.min), _positive(band.max)
        if low is None and high is None:
            return None
        shown = _shown(band)
        named = currency_code(band.currency)
        currency = self.own if named is None else self._named(named)
        if currency is None:
            self.refused.append(shown)
            return None
        if low is not None and high is not None and low > high:
            low, high = high, low
        spell = period_of_field(band.period)
        return self._judged(low, high, currency, (spell,) if spell else (), shown)

    def _judged(
        self,
        low: Decimal | None,
        high: Decimal | None,
        currency: str,
        spells: Sequence[Spell],
        shown: Evidence,
        *,
        mention: PayMention | None = None,
    ) -> Pay | None:
        """Pay for the first named period that the sum can be for; where none is named, for the only one."""
        ends = [amount for amount in (low, high) if amount is not None]
        if not is_placeholder(ends) and ends[-1] <= ends[0] * _WIDEST_BAND:
            for spell in spells:
                if is_plausible([amount * spell.factor for amount in ends], currency, spell.period, self.rates):
                    least, most = (None if end is None else end * spell.factor for end in (low, high))
                    return Pay(least, most, currency, spell.period, shown)
            if not spells or (mention is not None and mention.hinted):
                labelled = mention is None or mention.labelled
                lakhs = mention is not None and mention.lakhs
                ranged = labelled or (mention is not None and mention.ranged)
                period = infer_period(ends, currency, self.rates, labelled=labelled, ranged=ranged, yearly=lakhs)
                if period is not None:
                    return Pay(low, high, currency, period, shown, inferred=True, sure=ranged)
        self.refused.append(shown)
        return None

    def _currency(self, mention: PayMention, text: str) -> str | None:
        name = mention.currency
        if name == DOLLAR:
            return self._dollar(mention, text)
        return self._named(name) if name else self.own

    def _named(self, name: str) -> str | None:
        if name == DOLLAR:
            return self.dollar
        return local_currency(name, self.country) if name in LOCAL else name

    def _dollar(self, mention: PayMention, text: str) -> str:
        """A bare `$` is the peso of a country that writes it so, where the words beside it are Spanish."""
        peso = PESOS.get(self.country or "")
        if peso is None or peso == "PHP":
            return self.dollar
        beside = text[max(0, mention.start - 60) : mention.end + 40]
        return peso if cues().peso.search(beside) and "usd" not in beside.lower() else self.dollar


def _positive(amount: Decimal | None) -> Decimal | None:
    return amount if amount is not None and amount.is_finite() and amount > 0 else None


def _is_hoped_for(band: PayBand) -> bool:
    return band.kind == "ote" or cues().on_target.search(band.zone or "") is not None


def _has_end(band: PayBand) -> bool:
    return _positive(band.min) is not None or _positive(band.max) is not None


def _shown(band: PayBand, aside: str = "") -> Evidence:
    said = (f"{band.min}-{band.max}", band.currency, band.period, band.zone)
    return evidence_of(f"{band.field}{aside}", " ".join(str(part) for part in said if part))


def _setting(pay_text: str) -> Setting:
    """A short pay field holds nothing but pay; a long one tells of benefits too."""
    return "field" if len(pay_text) <= _MOST_FIELD else "title"


def _named_by_board(draft: Draft) -> str | None:
    """The currency of the board's own bands; that of an estimate says nothing of the text."""
    for band in draft.pay:
        if band.kind != "estimate" and _positive(band.max or band.min):
            code = currency_code(band.currency)
            return code if code not in LOCAL else None
    return None


def is_in_another_unit(draft: Draft, rates: Rates) -> bool:
    """Whether a board's own fields state pay in a currency, and none of it can be pay for a period that it may be for.

    What a form wants and nobody means (0, 1, 999999) states none; a sign of several currencies is not judged.
    """
    stated = stated_pay(draft)
    return bool(stated) and not any(
        is_plausible([end * spell.factor for end in ends], currency, spell.period, rates)
        for ends, currency, spells in stated
        for spell in spells or _ANY_SPELL
    )


def stated_pay(draft: Draft) -> list[tuple[Sequence[Decimal], str, Sequence[Spell]]]:
    """What a board's own fields state: the ends of each range, its currency, and the periods that it may be for."""
    return [*_stated_in_fields(draft), *_stated_in_words(draft)]


def _stated_in_fields(draft: Draft) -> Iterator[tuple[Sequence[Decimal], str, Sequence[Spell]]]:
    for band in draft.pay:
        ends = [end for end in map(_positive, (band.min, band.max)) if end is not None]
        currency = currency_code(band.currency)
        if band.kind != "bonus" and currency and currency not in LOCAL and ends and not is_placeholder(sorted(ends)):
            spell = period_of_field(band.period)
            yield ends, currency, (spell,) if spell else ()


def _stated_in_words(draft: Draft) -> Iterator[tuple[Sequence[Decimal], str, Sequence[Spell]]]:
    for stated in draft.pay_text:
        for mention in find_pay(document_of("", stated.text), "field"):
            ends = [end for end in (mention.min, mention.max) if end is not None]
            named = mention.currency and mention.currency not in LOCAL
            if mention.sense == "pay" and named and ends and not is_placeholder(sorted(ends)):
                yield ends, mention.currency, mention.spells
