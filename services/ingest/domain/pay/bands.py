"""Bands of pay: which period sums can be for; those of several places made one, with what they come to in a year."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from schemas.posting import Evidence, Period, Salary
from services.ingest.domain.pay.data import pay_levels
from services.ingest.domain.pay.text import PayMention
from services.rules.money import Rates, annual, tops

# In euros: the least and the most that anybody is paid for one period. Wide, for wages differ by country; they only
# keep out what is no pay for that period at all.
_IN_EUROS: dict[Period, tuple[Decimal, Decimal]] = {
    "year": (Decimal(700), Decimal(2_500_000)),
    "month": (Decimal(60), Decimal(120_000)),
    "week": (Decimal(20), Decimal(40_000)),
    "day": (Decimal(4), Decimal(8_000)),
    "hour": (Decimal("0.5"), Decimal(1_200)),
    "project": (Decimal("0.01"), Decimal(250_000)),
}
_OF_A_MONTH: dict[Period, Decimal] = {
    "year": Decimal(12),
    "month": Decimal(1),
    "week": Decimal("0.23"),
    "day": Decimal("0.046"),
    "hour": Decimal("0.0058"),
}
_LEAST_PART = Decimal("0.25")
"""Part-time and trainees' pay, of a full month's least."""
_HOURLY_IN_EUROS = (Decimal(5), Decimal(75))
"""A range within these that names no period is an hour's pay."""
_LEAST_TO_MOST_MONTH = Decimal("0.8")


@dataclass(frozen=True, slots=True)
class Pay:
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
    offered: bool = False
    """The text says that it is what is offered."""
    graded: bool = False
    """The text says that it is what a whole grade is paid."""

    @property
    def terms(self) -> tuple[str, Period]:
        return self.currency, self.period


def is_placeholder(ends: Sequence[Decimal]) -> bool:
    """Sums that a form wants and nobody means: 1, 999999, 123456, 1-1000000."""
    if not ends or (ends[0] < 1 and len(ends) == 2 and ends[1] > 1_000):
        return True
    digits = [str(amount.to_integral_value()) for amount in ends]
    if any(number in ("123456", "1234567", "12345678", "12345") for number in digits):
        return True
    if any(len(number) >= 5 and set(number) in ({"9"}, {"1"}) for number in digits):
        return True
    return digits[0] == "1" and ends[-1] > 1_000


def is_plausible(ends: Sequence[Decimal], currency: str, period: Period, rates: Rates) -> bool:
    """Whether sums can be pay for a period: by what is paid in their currency, else by their worth in euros.

    A currency that has neither is not judged.
    """
    level = pay_levels().get(currency)
    part = _OF_A_MONTH.get(period)
    least, most = _IN_EUROS[period]
    if level is not None and part is not None:
        if min(ends) < level.least * part * _LEAST_PART:
            return False
        least = Decimal(0)  # A month's least in Nigeria is no 60 euros.
    return _is_worth(ends, currency, (least, most), rates) is not False


def infer_period(
    ends: Sequence[Decimal], currency: str, rates: Rates, *, labelled: bool, ranged: bool = True, yearly: bool = False
) -> Period | None:
    """The only period that sums can be pay for, where nobody names one.

    `labelled`: they are called a salary, so a month's pay need not be told from a price; a range need not where pay is
    advertised by the month. `ranged`: so stated, or
    labelled; a sum alone may be anything. `yearly`: given in lakhs.
    """
    level = pay_levels().get(currency)
    if level is None:
        return None
    low, high = min(ends), max(ends)
    if (high >= level.year_least and low * 3 >= level.year_least) or yearly:
        return "year" if is_plausible(ends, currency, "year", rates) else None
    if (
        (labelled or (ranged and level.monthly))
        and low >= level.least * _LEAST_TO_MOST_MONTH
        and high <= level.month_most
    ):
        return "month"
    return "hour" if ranged and _is_worth(ends, currency, _HOURLY_IN_EUROS, rates) else None


def _is_worth(ends: Sequence[Decimal], currency: str, euros: tuple[Decimal, Decimal], rates: Rates) -> bool | None:
    """Whether sums lie between two in euros; None where their currency has no rate."""
    per_euro = rates.euro.get(currency)
    if per_euro is None or not per_euro > 0:
        return None
    least, most = euros
    return all(least <= amount / Decimal(str(per_euro)) <= most for amount in ends)


def without_ote(pay: Pay, ote: Sequence[PayMention]) -> Pay:
    """A range up to the on-target earnings is the base pay alone: `$70,000 base (OTE $100,000) $70,000-$100,000`."""
    hoped = {mention.max for mention in ote if mention.min == mention.max or mention.min is None}
    return replace(pay, max=pay.min) if pay.min is not None and pay.max in hoped else pay


def is_by_the_piece(pays: Sequence[Pay]) -> bool:
    return bool(pays) and all(pay.period == "project" for pay in pays)


def of_one_kind(pays: Sequence[Pay]) -> list[Pay]:
    """Where some pay names its period, an hour's that is only inferred is something beside it: a price a session."""
    stated = any(not pay.inferred for pay in pays)
    return [pay for pay in pays if not (stated and pay.inferred and pay.period == "hour")]


def offered_alone(pays: Sequence[Pay]) -> list[Pay]:
    """Without the range of a grade that holds what is offered: `Grade 7: £40k-£60k; we offer £52k-£55k`.

    Several such ranges are those of places or levels.
    """
    offered, others = [pay for pay in pays if pay.offered], [pay for pay in pays if not pay.offered]
    if len(others) == 1 and any(_is_within(some, others[0]) for some in offered):
        return offered
    return list(pays)


def _is_within(offered: Pay, band: Pay) -> bool:
    """A single sum may be where a range begins, but within a grade."""
    low, high = offered.min, offered.max
    if offered.terms != band.terms or None in (low, high, band.min, band.max) or band.min == band.max:
        return False
    inside = band.min <= low and high <= band.max  # type: ignore[operator]  # none of them is None
    return inside and (low, high) != (band.min, band.max) and (low != high or band.graded)


def join(pays: Sequence[Pay], home: str) -> tuple[Pay, list[Evidence]]:
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


def fill(pay: Pay, bands: Iterable[Pay]) -> Pay:
    """Take an end that the text leaves open from the board's band, where that is wider and in the same terms."""
    for band in bands:
        if band.terms != pay.terms:
            continue
        if pay.min is None and pay.max is not None and band.min is not None and band.min < pay.max:
            return replace(pay, min=band.min)
        if pay.max is None and pay.min is not None and band.max is not None and band.max > pay.min:
            return replace(pay, max=band.max)
    return pay


def _stated_besides(further: Iterable[Pay], rates: Rates) -> dict[str, tuple[int, int]]:
    """The least and the most of a year in each currency of a board's further bands, those of one currency joined."""
    found: dict[str, tuple[int, int]] = {}
    for band in further:
        ends = [annual(float(end), band.period) for end in (band.min, band.max) if end is not None]
        whole = [top for end in ends if (top := tops(end, band.currency, rates).get(band.currency)) is not None]
        if whole:
            whole += found.get(band.currency, ())
            found[band.currency] = min(whole), max(whole)
    return found


def annualised(pay: Pay, further: Iterable[Pay], rates: Rates) -> Salary:
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
