"""The highest annual pay, in the floor's currency, against the floor."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from schemas.criteria import Criteria, SalaryFloor
from schemas.posting import Employment, Period, Salary
from services.rules.criterion.base import CriteriaError, Criterion, Facts, Fit, Reason, Relaxation, quoted
from services.rules.money import ANNUAL_FACTORS, MOST, by_full_hours, currencies, part_time_is_less
from services.rules.prepared import PreparedPosting

_LOWER_BY: Final = (10, 20)
"""Per cent."""
_WHOLE_FROM: Final = 100
_MANIFOLD: Final = 3
"""From so many times the floor on, percents say less than the multiple."""

A_PERIOD: Final[dict[Period, str]] = {
    "year": "a year",
    "month": "a month",
    "week": "a week",
    "day": "a day",
    "hour": "an hour",
    "project": "a project",
}


@dataclass(frozen=True, slots=True)
class SalaryFacts(Facts):
    """The floor, and the highest pay of a year in its currency."""

    floor: int
    currency: str
    period: Period
    annual_floor: int | None = None
    """None where there is nothing to hold against each other, as the next two."""
    annual_top: int | None = None
    apart_percent: float | None = None
    rates_on: str | None = None
    """The day of the rates, where the pay was turned into the floor's currency."""


class SalaryAbove(Criterion[SalaryFacts]):
    """Asks for pay at or above a floor, and may accept what is not disclosed. Alone it knows near misses."""

    name = "salary"
    evidence = "salary"
    untold = 0.3

    def asks(self, criteria: Criteria) -> bool:
        """Whether there is a floor."""
        return criteria.salary_floor is not None

    def canonical(self, criteria: Criteria) -> Mapping[str, object]:
        """The floor as the subscriber put it: nobody would know `50 an hour` again as 104,000 a year."""
        floor = criteria.salary_floor
        if floor is None:
            return {"salary_floor": None, "accept_undisclosed": True}
        currency = floor.currency.strip().upper()
        if currency not in currencies():
            raise CriteriaError(
                f"{quoted(floor.currency)} is not a currency code that anybody is paid in: use one like EUR, USD or INR"
            )
        year = annual_floor(floor)
        if year is None:
            raise CriteriaError(
                "a floor per project cannot be held against yearly pay: give it per hour, day, month or year"
            )
        if floor.amount <= 0 or year > MOST:
            raise CriteriaError(f"a salary floor lies above 0 and at most at {MOST:,} a year")
        own = SalaryFloor(amount=floor.amount, currency=currency, period=floor.period)
        return {"salary_floor": own, "accept_undisclosed": criteria.accept_undisclosed}

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """By `salary_fit`."""
        floor, pay = criteria.salary_floor, prepared.posting.salary
        return "yes" if floor is None else salary_fit(floor, criteria.accept_undisclosed, pay.tops if pay else None)

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """What is paid at most, and how that stands to the floor."""
        floor, pay = criteria.salary_floor, prepared.posting.salary
        if floor is None:
            raise ValueError("criteria without a floor have no reason of pay")
        fit = self.fit(criteria, prepared)
        needed = annual_floor(floor)
        asked = asked_pay(floor)
        facts = SalaryFacts(floor.amount, floor.currency, floor.period)
        top = pay.tops.get(floor.currency) if pay else None
        if needed is None or pay is None or top is None:
            words = (
                _undisclosed(pay, floor.currency)
                if needed is not None
                else "cannot be held against a floor per project"
            )
            said = words + (", which you accept" if fit == "yes" else f"; you ask for {asked}")
            return Reason(self.name, fit, said, facts)
        apart = round(100 * (top - needed) / needed, 1)
        facts = replace(facts, annual_floor=needed, annual_top=top, apart_percent=apart)
        converted = pay.currency != floor.currency and floor.currency not in pay.stated
        about = "about " if converted else ""
        paid = f"{about}{floor.currency} {in_period(top, floor.period)} {A_PERIOD[floor.period]}"
        if converted or (pay.currency == floor.currency and pay.period != floor.period):
            paid = f"{paid} ({pay.currency} {_amount(pay.max or pay.min or 0)} {A_PERIOD[pay.period]})"
        paid += _for_part_time(prepared.posting.employment, pay.period, floor.period)
        if converted:
            facts = replace(facts, rates_on=pay.rates_on or "")
        return Reason(self.name, fit, f"pays up to {paid}, {_against(top, needed, asked)}", facts)

    def without(self, criteria: Criteria) -> Relaxation:
        """Any pay, told or not."""
        floor = criteria.salary_floor
        text = f"without the floor of {asked_pay(floor)}" if floor else ""
        return self._relaxed(criteria, "without", None, text, salary_floor=None, accept_undisclosed=True)

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """A lower floor; pay that is not stated."""
        floor = criteria.salary_floor
        if floor is None:
            return
        for percent in _LOWER_BY:
            lower = floor.model_copy(update={"amount": floor.amount * (100 - percent) // 100})
            if lower.amount > 0:
                text = f"with a floor of {asked_pay(lower)} ({percent} % lower)"
                yield self._relaxed(criteria, "lower", lower.amount, text, salary_floor=lower)
        if not criteria.accept_undisclosed:
            yield self._relaxed(criteria, "accept", None, "with pay that is not stated", accept_undisclosed=True)

    def distance(self, facts: SalaryFacts, kin: float) -> float:
        """By the share that is missing of the floor."""
        return self.untold if facts.apart_percent is None else -facts.apart_percent / 100


def annual_floor(floor: SalaryFloor) -> int | None:
    """The floor in a year; None for project pay."""
    factor = ANNUAL_FACTORS.get(floor.period)
    return None if factor is None else floor.amount * factor


def least_near(floor: int) -> int:
    """The least whole top that counts as near a floor: 10 % below it."""
    return -(-floor * 9 // 10)


def salary_fit(floor: SalaryFloor | None, accept_undisclosed: bool, tops: Mapping[str, int] | None) -> Fit:
    """Hold the highest annual pay against the floor; without a top in the floor's currency it is undisclosed."""
    if floor is None:
        return "yes"
    needed, top = annual_floor(floor), (tops or {}).get(floor.currency)
    if needed is None or top is None:
        return "yes" if accept_undisclosed else "near"
    if top >= needed:
        return "yes"
    return "near" if top >= least_near(needed) else "no"


def _for_part_time(employment: Employment | None, pay: Period, floor: Period) -> str:
    """That pay is for part-time work, and compared as if it were for full-time, where its hours would change it.

    A posting does not hold them. An hour's pay held against an hour's needs no word.
    """
    if employment != "part_time":
        return ""
    if by_full_hours(pay, floor):
        return " for part-time work, counted as if it were full-time"
    return " for part-time work" if part_time_is_less(pay) else ""


def asked_pay(floor: SalaryFloor) -> str:
    """`EUR 80,000 a year`."""
    return f"{floor.currency} {floor.amount:,} {A_PERIOD[floor.period]}"


def in_period(annual: float, period: Period) -> str:
    """A year's pay as what it comes to in a shorter period: 104,000 as `50` an hour."""
    return _amount(annual / ANNUAL_FACTORS[period])


def _amount(amount: float) -> str:
    """Cents only of what is small, and where there are any."""
    return f"{amount:,.0f}" if amount >= _WHOLE_FROM or round(amount, 2).is_integer() else f"{amount:,.2f}"


def _against(top: int, needed: int, asked: str) -> str:
    """How a year's pay stands to the floor: `19 % above your floor of EUR 80,000 a year`."""
    if top == needed:
        return "which is your floor"
    if top >= _MANIFOLD * needed:
        return f"{top / needed:,.0f} times your floor of {asked}"
    percent = f"{100 * abs(top - needed) / needed:,.0f}"
    return (
        f"{'just' if percent == '0' else f'{percent} %'} {'above' if top > needed else 'below'} your floor of {asked}"
    )


def _undisclosed(pay: Salary | None, currency: str) -> str:
    if pay is None:
        return "does not say what it pays"
    if pay.period == "project":
        return "pays by the project, which tells nothing of a year"
    return f"states pay that cannot be turned into {currency}"
