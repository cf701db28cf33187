"""Pay, from the text and the board's fields.

The text beats a field where it states pay clearly. A period that nobody states is inferred only where a single one is
plausible for that sum in that currency. Sums that cannot be pay for their period (a 14 called annual), and those that
stand for nothing (1, 999999), are refused and not read as something else.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from schemas.posting import Evidence, Period, Salary
from services.ingest.domain.draft import Draft, PayBand
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.pay_period import infer_period, is_placeholder, is_plausible
from services.ingest.domain.pay_text import PayMention, Setting, find_pay
from services.ingest.domain.pay_words import (
    DOLLAR,
    DOLLARS,
    LOCAL,
    PESOS,
    Spell,
    currency_code,
    local_currency,
    period_of_field,
)
from services.ingest.domain.sections import Document, document_of
from services.rules.money import Rates, annual, currency_of, tops

_WIDEST_BAND = 16
"""A top that is more than so many times the bottom is two readings of different things."""
_MOST_SWAPPED = 3
"""Of ends the wrong way round, by how much the first may exceed the second; beyond that a digit is missing."""
_PESO_WORDS = re.compile(
    r"mensual|quincenal|anual|sueldo|salario|pesos|al mes|brutos?|netos?|libres|m\.?n\.?\b", re.IGNORECASE
)
_ON_TARGET = re.compile(r"\bOTE\b|\bon[- ]target\b", re.IGNORECASE)
_MOST_EVIDENCE = 4
_MOST_FIELD = 120


@dataclass(frozen=True, slots=True)
class _Pay:
    """Pay read from one place, not yet joined with the rest."""

    min: Decimal | None
    max: Decimal | None
    currency: str
    period: Period
    evidence: Evidence
    inferred: bool = False
    """Nobody states the period."""
    sure: bool = True
    """Its period is stated, or a word calls it a salary, or it is a range."""

    @property
    def terms(self) -> tuple[str, Period]:
        return self.currency, self.period


def read_salary(draft: Draft, document: Document, *, country: str | None, rates: Rates) -> Finding[Salary | None]:
    """Decide the pay of a posting.

    `country` is the one country that the posting is for (ISO 3166-1), where there is one: a bare `$` is its dollar.
    """
    reader = _Reader(draft, country=country, rates=rates)
    stated = reader.from_text(draft, document)
    bands = reader.from_fields(draft, ote=stated.ote)
    chosen = stated.pay
    unclear = _is_by_the_piece(chosen) or not any(pay.sure for pay in chosen)
    if not chosen or (unclear and any(band.kind == "base" for band in draft.pay)):
        chosen = bands or chosen
    if not chosen:
        return Finding(None, tuple(dict.fromkeys(reader.refused))[:_MOST_EVIDENCE])
    joined, evidence = _join(chosen, reader.home)
    if chosen is not bands:
        joined = _fill(joined, (*stated.field, *bands))
    further = [pay for pay in chosen if pay.currency != joined.currency] if chosen is bands else []
    evidence += [pay.evidence for pay in further]
    return Finding(_annualised(joined, further, rates), tuple(dict.fromkeys(evidence))[:_MOST_EVIDENCE])


@dataclass(frozen=True, slots=True)
class _Stated:
    pay: tuple[_Pay, ...]
    field: tuple[_Pay, ...]
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

    def from_text(self, draft: Draft, document: Document) -> _Stated:
        """Pay stated in the title, else in the text, else in a free-text field of the board.

        A lone sum of the text that no word calls a salary, and no period goes with, does not beat the board's field.
        """
        ote: list[PayMention] = []
        in_title = self._read("title", document_of(draft.title, draft.title), "title", ote)
        in_text = _of_one_kind(self._read("text", document, "text", ote))
        in_field: list[_Pay] = []
        for stated in draft.pay_text:
            part = document_of(draft.title, stated.text)
            in_field += self._read(stated.field, part, _setting(stated.text), ote)
        beats = any(pay.sure for pay in in_text) and not (_is_by_the_piece(in_text) and in_field)
        found = in_title or (in_text if beats else in_field or in_text)
        return _Stated(tuple(_without_ote(pay, ote) for pay in found), tuple(in_field), tuple(ote))

    def _read(self, source: str, part: Document, setting: Setting, ote: list[PayMention]) -> list[_Pay]:
        mentions = find_pay(part, setting)
        ote += [mention for mention in mentions if mention.sense == "ote"]
        found = (self._from_mention(source, part.text, one) for one in mentions if one.sense == "pay")
        return [pay for pay in found if pay is not None]

    def from_fields(self, draft: Draft, *, ote: Sequence[PayMention]) -> tuple[_Pay, ...]:
        """The board's bands: base pay if any is, else what is unnamed or estimated. OTE and bonuses never."""
        hoped = {(mention.min, mention.max) for mention in ote}
        for kinds in (("base",), ("unknown", "estimate")):
            named = [band for band in draft.pay if band.kind in kinds and not _ON_TARGET.search(band.zone or "")]
            read = [self._from_band(band) for band in named]
            kept = tuple(pay for pay in read if pay and (pay.min, pay.max) not in hoped)
            if kept:
                return kept
        return ()

    def _from_mention(self, source: str, text: str, mention: PayMention) -> _Pay | None:
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
        return self._judged(low, high, currency, mention.spells, shown, mention=mention)

    def _from_band(self, band: PayBand) -> _Pay | None:
        low, high = _positive(band.min), _positive(band.max)
        if low is None and high is None:
            return None
        shown = evidence_of(
            band.field,
            " ".join(str(part) for part in (f"{band.min}-{band.max}", band.currency, band.period, band.zone) if part),
        )
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
    ) -> _Pay | None:
        """Pay for the first named period that the sum can be for; where none is named, for the only one."""
        ends = [amount for amount in (low, high) if amount is not None]
        if not is_placeholder(ends) and ends[-1] <= ends[0] * _WIDEST_BAND:
            for spell in spells:
                if is_plausible([amount * spell.factor for amount in ends], currency, spell.period, self.rates):
                    least, most = (None if end is None else end * spell.factor for end in (low, high))
                    return _Pay(least, most, currency, spell.period, shown)
            if not spells or (mention is not None and mention.hinted):
                labelled = mention is None or mention.labelled
                lakhs = mention is not None and mention.lakhs
                ranged = labelled or (mention is not None and mention.ranged)
                period = infer_period(ends, currency, self.rates, labelled=labelled, ranged=ranged, yearly=lakhs)
                if period is not None:
                    return _Pay(low, high, currency, period, shown, inferred=True, sure=ranged)
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
        return peso if _PESO_WORDS.search(beside) and "usd" not in beside.lower() else self.dollar


def _positive(amount: Decimal | None) -> Decimal | None:
    return amount if amount is not None and amount.is_finite() and amount > 0 else None


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


def _without_ote(pay: _Pay, ote: Sequence[PayMention]) -> _Pay:
    """A range up to the on-target earnings is the base pay alone: `$70,000 base (OTE $100,000) $70,000-$100,000`."""
    hoped = {mention.max for mention in ote if mention.min == mention.max or mention.min is None}
    return replace(pay, max=pay.min) if pay.min is not None and pay.max in hoped else pay


def _is_by_the_piece(pays: Sequence[_Pay]) -> bool:
    return bool(pays) and all(pay.period == "project" for pay in pays)


def _of_one_kind(pays: Sequence[_Pay]) -> list[_Pay]:
    """Where some pay names its period, an hour's that is only inferred is something beside it: a price a session."""
    stated = any(not pay.inferred for pay in pays)
    return [pay for pay in pays if not (stated and pay.inferred and pay.period == "hour")]


def _join(pays: Sequence[_Pay], home: str) -> tuple[_Pay, list[Evidence]]:
    """Join the bands that share currency and period.

    Those in the currency of the posting's country, else in the first one named; and those for a time rather than for
    a piece, which no year can be told of.
    """
    at_home = [pay for pay in pays if pay.currency == home] or pays
    first = next((pay for pay in at_home if pay.period != "project"), at_home[0])
    alike = [pay for pay in pays if pay.terms == first.terms]
    if first.period == "project":
        alike = [first]  # prices of different pieces are no range
    lows = [pay.min for pay in alike if pay.min is not None]
    highs = [pay.max for pay in alike if pay.max is not None]
    least, most = min(lows, default=None), max(highs, default=None)
    if least is not None and most is not None and least > most:
        least, most = most, least  # "up to $40" for some, "from $50" for others
    joined = replace(first, min=least, max=most)
    return joined, [pay.evidence for pay in alike]


def _fill(pay: _Pay, bands: Iterable[_Pay]) -> _Pay:
    """Take an end that the text leaves open from the board's band, where that is wider and in the same terms."""
    for band in bands:
        if band.terms != pay.terms:
            continue
        if pay.min is None and pay.max is not None and band.min is not None and band.min < pay.max:
            return replace(pay, min=band.min)
        if pay.max is None and pay.min is not None and band.max is not None and band.max > pay.min:
            return replace(pay, max=band.max)
    return pay


def _stated_besides(further: Iterable[_Pay], rates: Rates) -> dict[str, tuple[int, int]]:
    """The least and the most of a year in each currency of a board's further bands, those of one currency joined."""
    found: dict[str, tuple[int, int]] = {}
    for band in further:
        ends = [annual(float(end), band.period) for end in (band.min, band.max) if end is not None]
        whole = [top for end in ends if (top := tops(end, band.currency, rates).get(band.currency)) is not None]
        if whole:
            whole += found.get(band.currency, ())
            found[band.currency] = min(whole), max(whole)
    return found


def _annualised(pay: _Pay, further: Iterable[_Pay], rates: Rates) -> Salary:
    """Pay with what it comes to in a year; in the currency of a further band, what that says."""
    low = float(pay.min) if pay.min is not None else None
    high = float(pay.max) if pay.max is not None else None
    annual_low = annual(low, pay.period) if low is not None else None
    annual_high = annual(high, pay.period) if high is not None else None
    reached = tops(annual_high if annual_high is not None else annual_low, pay.currency, rates)
    rates_on = rates.on.isoformat() if len(reached) > 1 else None
    besides = _stated_besides(further, rates) if reached else {}
    reached |= {currency: most for currency, (_, most) in besides.items()}
    return Salary(
        min=low,
        max=high,
        currency=pay.currency,
        period=pay.period,
        annual_min=annual_low,
        annual_max=annual_high,
        tops=dict(sorted(reached.items())),
        stated={currency: least for currency, (least, _) in besides.items()},
        rates_on=rates_on,
    )
