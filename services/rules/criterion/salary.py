"""The highest annual pay, in the floor's currency, against the floor."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from schemas.criteria import Criteria, SalaryFloor
from schemas.posting import Period, PostingCore
from services.rules.criterion.base import CriteriaError, Criterion, Facts, Fit, Reason, Relaxation, quoted
from services.rules.money import ANNUAL_FACTORS, MOST, annual_range, currencies
from services.rules.prepared import PreparedPosting

PART_TIME_BELOW: Final = 30
"""Hours a week."""
_ROUND: Final = 1_000
"""Of a floor in a year that is put above what a job pays."""
_LOWER_BY: Final = (10, 20)
"""Per cent."""


@dataclass(frozen=True, slots=True)
class SalaryFacts(Facts):
    """The floor, and the highest pay of a year in its currency."""

    weighty = True

    floor: int
    currency: str
    period: Period
    annual_floor: int | None = None
    """None where there is nothing to hold against each other, as the next two."""
    annual_top: int | None = None
    apart_percent: float | None = None
    annual_least: float | None = None
    """The least pay of a year in the floor's currency, where that is not the highest."""
    rates_on: str | None = None
    """The day of the rates, where the pay was turned into the floor's currency."""
    paid_per: Period | None = None
    """What follows is the highest pay as stated; None where the posting does not say what it pays."""
    paid_in: str | None = None
    paid_top: float | None = None
    part_time: bool = False
    """Whether it is for part-time work."""
    hours: tuple[int, int] | None = None
    """Of a week of that work, where the posting tells them."""
    estimated: bool = False
    """Whether the board estimates it."""

    @property
    def stated(self) -> bool:
        """Whether the posting says something."""
        return self.annual_top is not None


class SalaryAbove(Criterion[SalaryFacts]):
    """Asks for pay at or above a floor, and may accept what is not disclosed. It knows near misses."""

    name = "salary"
    evidence = "salary"
    untold = 0.3
    indexed_near = True

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
            fault = (
                f"{quoted(floor.currency)} is not a currency code that anybody is paid in: use one like EUR, USD or INR"
            )
            raise CriteriaError(fault, "currency", given=floor.currency)
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

    def looks_at(self, prepared: PreparedPosting) -> Hashable:
        """What it pays at most in each currency."""
        pay = prepared.posting.salary
        return tuple(pay.tops.items()) if pay else None

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """What is paid at most, and how that stands to the floor."""
        floor, pay = criteria.salary_floor, prepared.posting.salary
        if floor is None:
            raise ValueError("criteria without a floor have no reason of pay")
        fit, needed = self.fit(criteria, prepared), annual_floor(floor)
        facts = SalaryFacts(floor.amount, floor.currency, floor.period)
        if pay is not None:
            hours, part_time = prepared.posting.hours, is_part_time(prepared.posting)
            top_as_stated = pay.max if pay.max is not None else pay.min
            facts = replace(
                facts,
                paid_per=pay.period,
                paid_in=pay.currency,
                paid_top=top_as_stated,
                part_time=part_time,
                hours=(hours.min, hours.max) if hours and part_time else None,
                estimated=pay.estimated,
            )
        top = pay.tops.get(floor.currency) if pay else None
        if needed is None or pay is None or top is None:
            return Reason(self.name, fit, facts)
        least, _ = annual_range(pay, floor.currency)
        converted = pay.currency != floor.currency and floor.currency not in pay.stated
        return Reason(
            self.name,
            fit,
            replace(
                facts,
                annual_floor=needed,
                annual_top=top,
                apart_percent=round(100 * (top - needed) / needed, 1),
                annual_least=least if least is not None and least < top else None,
                rates_on=(pay.rates_on or "") if converted else None,
            ),
        )

    def excludable(self, criteria: Criteria, prepared: PreparedPosting) -> Iterator[str]:
        """What such jobs pay at most, as the floor above it: in the money asked for, else in the posting's own."""
        floor, pay = criteria.salary_floor, prepared.posting.salary
        if pay is None or self.fit(criteria, prepared) != "yes":
            return
        currency, period = (floor.currency, floor.period) if floor else (pay.currency or "", pay.period)
        top, factor = pay.tops.get(currency), ANNUAL_FACTORS.get(period)
        if top is None or factor is None or currency not in currencies():
            return
        step = _ROUND if period == "year" else 1
        above = (top // factor // step + 1) * step
        if above * factor <= MOST:
            yield f"{above} {currency} {period}"

    def excluding(self, criteria: Criteria, value: str) -> Criteria:
        """A floor above what such jobs pay."""
        floor = floor_in(value)
        return criteria.model_copy(update={"salary_floor": floor}) if floor else criteria

    def replaced(self, criteria: Criteria, value: str) -> str:
        """The floor, in the same money for the same time; 0 for none."""
        return str(criteria.salary_floor.amount) if criteria.salary_floor else "0"

    def allowing(self, criteria: Criteria, value: str, stood: str = "") -> Criteria:
        """The floor of before, where the one that stands is the one that was put there."""
        floor = floor_in(value)
        if floor is None or criteria.salary_floor != floor or not stood.isdecimal():
            return criteria
        before = floor.model_copy(update={"amount": int(stood)}) if int(stood) else None
        return criteria.model_copy(update={"salary_floor": before})

    def without(self, criteria: Criteria) -> Relaxation:
        """Any pay, told or not."""
        return self._relaxed(criteria, "without", None, salary_floor=None, accept_undisclosed=True)

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """A lower floor; pay that is not stated."""
        floor = criteria.salary_floor
        if floor is None:
            return
        for percent in _LOWER_BY:
            lower = floor.model_copy(update={"amount": floor.amount * (100 - percent) // 100})
            if lower.amount > 0:
                yield self._relaxed(criteria, "lower", lower.amount, salary_floor=lower)
        if not criteria.accept_undisclosed:
            yield self._relaxed(criteria, "accept", None, accept_undisclosed=True)

    def nearly(self, criteria: Criteria, prepared: PreparedPosting) -> Relaxation | None:
        """A floor at what the posting pays in a year; pay that is not stated."""
        floor, pay = criteria.salary_floor, prepared.posting.salary
        if floor is None or self.fit(criteria, prepared) != "near":
            return None
        top = pay.tops.get(floor.currency) if pay else None
        if top is None:
            return self._relaxed(criteria, "accept", None, accept_undisclosed=True)
        lower = SalaryFloor(amount=top, currency=floor.currency, period="year")
        return self._relaxed(criteria, "lower", top, salary_floor=lower)

    def distance(self, facts: SalaryFacts, kin: float) -> float:
        """By the share that is missing of the floor."""
        return self.untold if facts.apart_percent is None else -facts.apart_percent / 100


def floor_in(value: str) -> SalaryFloor | None:
    """The floor that a value of `excludable` puts; None where it is no such value."""
    try:
        amount, currency, period = value.split(" ")
        return SalaryFloor.model_validate({"amount": int(amount), "currency": currency, "period": period})
    except ValueError:
        return None


def is_part_time(posting: PostingCore) -> bool:
    """Whether all that a posting offers is a part of a week's work: a contractor's too, by its hours."""
    if posting.hours is not None and posting.hours.max < PART_TIME_BELOW:
        return True
    amounts = posting.forms[1:] if posting.ends_by_a_day else posting.offered
    return bool(amounts) and all(form in ("part_time", "student") for form in amounts)


def may_fill_less_than_a_year(posting: PostingCore) -> bool:
    """Whether it says that it is part-time or ends, so that pay by the hour or the day need not come to a year's."""
    return is_part_time(posting) or posting.ends


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
