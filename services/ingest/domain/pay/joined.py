"""Bands of pay read from several places of a posting made one, with what they come to in a year."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from schemas.posting import Evidence, Period, Salary
from services.ingest.domain.pay.text import PayMention
from services.rules.money import Rates, annual, tops


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
