"""Pay, from the text and the board's fields.

The text beats a field where it states pay clearly. A period that nobody states is inferred only where a single one is
plausible: more than a month ever pays is a year's, and what is too little for a day is an hour's. Sums that cannot be
pay for their period (a 14 called annual) are refused and not read as something else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.posting import Evidence, Period, Salary
from services.ingest.domain.draft import Draft, PayBand
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.pay_text import PayMention, find_pay
from services.ingest.domain.pay_words import DOLLAR, DOLLARS, KRONA, KRONOR, currency_code, period_of_field
from services.ingest.domain.sections import Document, document_of
from services.rules.money import Rates, annual, tops

# In euros: the least and the most that anybody is paid for one period. Wide, for wages differ by country; they only
# keep out what is no pay for that period at all.
_PLAUSIBLE: dict[Period, tuple[Decimal, Decimal]] = {
    "year": (Decimal(1_000), Decimal(2_500_000)),
    "month": (Decimal(80), Decimal(150_000)),
    "week": (Decimal(20), Decimal(40_000)),
    "day": (Decimal(8), Decimal(8_000)),
    "hour": (Decimal("0.8"), Decimal(1_000)),
    "project": (Decimal("0.01"), Decimal(250_000)),
}
_ONLY_YEARLY_FROM = Decimal(12_000)
_ONLY_HOURLY = (Decimal(5), Decimal(75))
_WIDEST_BAND = 12
"""A top that is more than so many times the bottom is two readings of different things."""


@dataclass(frozen=True, slots=True)
class _Pay:
    """Pay read from one place, not yet joined with the rest."""

    min: Decimal | None
    max: Decimal | None
    currency: str
    period: Period
    evidence: Evidence

    @property
    def top(self) -> Decimal:
        return self.max if self.max is not None else self.min if self.min is not None else Decimal(0)

    @property
    def bottom(self) -> Decimal:
        return self.min if self.min is not None else self.top


def read_salary(draft: Draft, document: Document, *, country: str | None, rates: Rates) -> Finding[Salary | None]:
    """Decide the pay of a posting.

    `country` is the one country that the posting is for (ISO 3166-1), where there is one: a bare `$` is its dollar.
    """
    reader = _Reader(country=country, dollar=_dollar(draft, country), rates=rates)
    stated = reader.from_text(draft, document)
    bands = reader.from_fields(draft, ote=stated.ote)
    chosen = stated.pay or bands
    if not chosen:
        return Finding(None, tuple(reader.refused))
    joined = _fill(_join(chosen, reader.home_currency), bands if stated.pay else ())
    return Finding(_annualised(joined, rates), tuple(dict.fromkeys(pay.evidence for pay in chosen))[:4])


@dataclass(frozen=True, slots=True)
class _Stated:
    pay: tuple[_Pay, ...]
    ote: tuple[PayMention, ...]


class _Reader:
    """Turns mentions and bands into pay, and keeps what it refused."""

    def __init__(self, *, country: str | None, dollar: str, rates: Rates) -> None:
        self.country = country
        self.home_currency = dollar
        self.rates = rates
        self.refused: list[Evidence] = []

    def from_text(self, draft: Draft, document: Document) -> _Stated:
        """Pay stated in the title, a free-text pay field or the text; of these the first that states any."""
        ote: list[PayMention] = []
        places = [("title", document_of("", draft.title), False)]
        places += [(stated.field, document_of("", stated.text), True) for stated in draft.pay_text]
        places.append(("text", document, False))
        for source, part, all_is_pay in places:
            mentions = find_pay(part, all_is_pay=all_is_pay)
            ote += [mention for mention in mentions if mention.sense == "ote"]
            pay = [self._from_mention(source, part.text, m) for m in mentions if m.sense == "pay"]
            if any(pay):
                return _Stated(tuple(p for p in pay if p), tuple(ote))
        return _Stated((), tuple(ote))

    def from_fields(self, draft: Draft, *, ote: Sequence[PayMention]) -> tuple[_Pay, ...]:
        """The board's bands: base pay if any is, else what is unnamed or estimated. OTE and bonuses never."""
        hoped = {(mention.min, mention.max) for mention in ote}
        for kinds in (("base",), ("unknown", "estimate")):
            read = [self._from_band(band) for band in draft.pay if band.kind in kinds]
            kept = tuple(pay for pay in read if pay and (pay.min, pay.max) not in hoped)
            if kept:
                return kept
        return ()

    def _from_mention(self, source: str, text: str, mention: PayMention) -> _Pay | None:
        currency = self._currency(mention.currency)
        shown = quote(source, text, mention.start, mention.end)
        period = self._period(mention.periods, mention.min, mention.max, currency)
        if period is None:
            self.refused.append(shown)
            return None
        return _Pay(mention.min, mention.max, currency, period, shown)

    def _from_band(self, band: PayBand) -> _Pay | None:
        low, high = _positive(band.min), _positive(band.max)
        if low is None and high is None:
            return None
        shown = evidence_of(band.field, f"{band.min}-{band.max} {band.currency or ''} {band.period or ''}")
        named = currency_code(band.currency)
        spell = period_of_field(band.period)
        currency = self._currency(named) if named else None
        if currency is None:
            self.refused.append(shown)
            return None
        if low is not None and high is not None and low > high:
            low, high = high, low
        if spell is not None:
            low = low * spell.factor if low is not None else None
            high = high * spell.factor if high is not None else None
        period = self._period((spell.period,) if spell else (), low, high, currency)
        if period is None:
            self.refused.append(shown)
            return None
        return _Pay(low, high, currency, period, shown)

    def _currency(self, name: str) -> str:
        if name == DOLLAR:
            return self.home_currency
        if name == KRONA:
            return KRONOR.get(self.country or "", "SEK")
        return name

    def _period(
        self, named: Sequence[Period], low: Decimal | None, high: Decimal | None, currency: str
    ) -> Period | None:
        """The named period for which the sum can be pay; where none is named, the only one that it can be for."""
        per_euro = self.rates.euro.get(currency)
        if per_euro is None or not per_euro > 0:
            return named[0] if named else None
        sums = [amount / Decimal(str(per_euro)) for amount in (low, high) if amount is not None]
        if not sums or (len(sums) == 2 and sums[1] > sums[0] * _WIDEST_BAND):
            return None
        for period in named:
            least, most = _PLAUSIBLE[period]
            if all(least <= amount <= most for amount in sums):
                return period
        if named:
            return None
        if max(sums) >= _ONLY_YEARLY_FROM and max(sums) <= _PLAUSIBLE["year"][1] and min(sums) >= _ONLY_YEARLY_FROM / 3:
            return "year"
        if len(sums) == 2 and all(_ONLY_HOURLY[0] <= amount <= _ONLY_HOURLY[1] for amount in sums):
            return "hour"
        return None


def _positive(amount: Decimal | None) -> Decimal | None:
    return amount if amount is not None and amount.is_finite() and amount > 0 else None


def _dollar(draft: Draft, country: str | None) -> str:
    """Which dollar a bare `$` is: the board's own, where a field names one; the country's; else the United States'."""
    for band in draft.pay:
        code = currency_code(band.currency)
        if code in DOLLARS.values() and _positive(band.max or band.min):
            return str(code)
    return DOLLARS.get(country or "", "USD")


def _join(pays: Sequence[_Pay], home: str) -> _Pay:
    """Join the bands that share currency and period: those of the home currency, else of the first one named."""
    first = next((pay for pay in pays if pay.currency == home), pays[0])
    alike = [pay for pay in pays if (pay.currency, pay.period) == (first.currency, first.period)]
    lows = [pay.min for pay in alike if pay.min is not None]
    highs = [pay.max for pay in alike if pay.max is not None]
    return _Pay(min(lows, default=None), max(highs, default=None), first.currency, first.period, first.evidence)


def _fill(pay: _Pay, bands: Iterable[_Pay]) -> _Pay:
    """Take an end that the text leaves open from the board's band, where that is wider and in the same terms."""
    for band in bands:
        if (band.currency, band.period) != (pay.currency, pay.period):
            continue
        if pay.min is None and pay.max is not None and band.min is not None and band.min < pay.max:
            return _Pay(band.min, pay.max, pay.currency, pay.period, pay.evidence)
        if pay.max is None and pay.min is not None and band.max is not None and band.max > pay.min:
            return _Pay(pay.min, band.max, pay.currency, pay.period, pay.evidence)
    return pay


def _annualised(pay: _Pay, rates: Rates) -> Salary:
    low = float(pay.min) if pay.min is not None else None
    high = float(pay.max) if pay.max is not None else None
    annual_low = annual(low, pay.period) if low is not None else None
    annual_high = annual(high, pay.period) if high is not None else None
    reached = tops(annual_high if annual_high is not None else annual_low, pay.currency, rates)
    return Salary(
        min=low,
        max=high,
        currency=pay.currency,
        period=pay.period,
        annual_min=annual_low,
        annual_max=annual_high,
        tops=reached,
        rates_on=rates.on.isoformat() if len(reached) > 1 else None,
    )
