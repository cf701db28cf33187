"""For which period a sum can be pay in its currency."""

from collections.abc import Sequence
from decimal import Decimal

from schemas.posting import Period
from services.ingest.domain.pay.data import pay_levels
from services.rules.money import Rates

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


def is_placeholder(ends: Sequence[Decimal]) -> bool:
    """Sums that a form wants and nobody means: 1, 999999, 123456, 1-1000000."""
    if not ends or (ends[0] < 1 and len(ends) == 2 and ends[1] > 1_000):
        return True
    digits = [str(amount.to_integral_value()) for amount in ends]
    if any(one in ("123456", "1234567", "12345678", "12345") for one in digits):
        return True
    if any(len(one) >= 5 and set(one) in ({"9"}, {"1"}) for one in digits):
        return True
    return digits[0] == "1" and ends[-1] > 1_000


def is_plausible(ends: Sequence[Decimal], currency: str, period: Period, rates: Rates) -> bool:
    """Whether sums can be pay for a period: by what is paid in their currency, else by their worth in euros.

    A currency that has neither is not judged.
    """
    level = pay_levels().get(currency)
    part = _OF_A_MONTH.get(period)
    if level is not None and part is not None and min(ends) < level.least * part * _LEAST_PART:
        return False
    return _is_worth(ends, currency, _IN_EUROS[period], rates) is not False


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
