"""What pay, workplace, level, employment and language say of a posting."""

from collections.abc import Iterable
from functools import cache
from typing import Final

from babel import Locale

from schemas.criteria import Criteria, SalaryFloor
from schemas.posting import Employment, Period, Salary
from services.rules.fits import (
    annual_floor,
    employment_fits,
    language_fits,
    salary_fit,
    seniority_fits,
    steps_apart,
    workplace_fits,
)
from services.rules.money import ANNUAL_FACTORS, by_full_hours, part_time_is_less
from services.rules.prepared import PreparedPosting
from services.rules.reason import Fact, Reason, listed, yes_or_no


def salary(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """The highest annual pay, in the floor's currency, against the floor."""
    floor, pay = criteria.salary_floor, prepared.posting.salary
    if floor is None:
        return None
    fit = salary_fit(floor, criteria.accept_undisclosed, pay.tops if pay else None)
    needed = annual_floor(floor)
    asked = asked_pay(floor)
    facts: tuple[Fact, ...] = (("floor", floor.amount), ("currency", floor.currency), ("period", floor.period))
    top = pay.tops.get(floor.currency) if pay else None
    if needed is None or pay is None or top is None:
        words = (
            _undisclosed(pay, floor.currency) if needed is not None else "cannot be held against a floor per project"
        )
        return Reason(
            "salary", fit, words + (", which you accept" if fit == "yes" else f"; you ask for {asked}"), facts
        )
    apart = round(100 * (top - needed) / needed, 1)
    facts = (*facts, ("annual_floor", needed), ("annual_top", top), ("apart_percent", apart))
    converted = pay.currency != floor.currency and floor.currency not in pay.stated
    about = "about " if converted else ""
    paid = f"{about}{floor.currency} {in_period(top, floor.period)} {A_PERIOD[floor.period]}"
    if converted or (pay.currency == floor.currency and pay.period != floor.period):
        paid = f"{paid} ({pay.currency} {_amount(pay.max or pay.min or 0)} {A_PERIOD[pay.period]})"
    paid += _for_part_time(prepared.posting.employment, pay.period, floor.period)
    if converted:
        facts = (*facts, ("rates_on", pay.rates_on or ""))
    return Reason("salary", fit, f"pays up to {paid}, {_against(top, needed, asked)}", facts)


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


_WHOLE_FROM: Final = 100


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


def _undisclosed(pay: Salary | None, currency: str) -> str:
    if pay is None:
        return "does not say what it pays"
    if pay.period == "project":
        return "pays by the project, which tells nothing of a year"
    return f"states pay that cannot be turned into {currency}"


_SPELT: Final = {
    "onsite": "on site",
    "full_time": "full-time",
    "part_time": "part-time",
    "contract": "a contract",
    "temporary": "temporary",
    "internship": "an internship",
    "freelance": "freelance",
    "intern": "an intern's",
}


def spelt(values: Iterable[str], word: str = "or") -> str:
    """Workplaces, levels or kinds of employment as they stand in a sentence: `remote or on site`."""
    return listed((_SPELT.get(value, value) for value in values), word)


def workplace(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """Remote, hybrid, on site, or not told."""
    asked, value = criteria.workplace, prepared.posting.workplace
    if not asked:
        return None
    fits, facts = workplace_fits(asked, value), (("asked", asked), ("value", value))
    words = "does not say whether it is remote" if value == "unknown" else f"is {spelt([value])}"
    return Reason("workplace", yes_or_no(fits), words if fits else f"{words}; you ask for {spelt(asked)}", facts)


def seniority(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """The level; see `fits.seniority_fits` for one that is not stated."""
    asked, value = criteria.seniority, prepared.posting.seniority
    if not asked:
        return None
    fits, steps = seniority_fits(asked, value), steps_apart(asked, value)
    facts: tuple[Fact, ...] = (("asked", asked), ("value", value or ""))
    words = f"is at {spelt([value])} level" if value else "names no level, and so may be mid-level"
    if fits:
        return Reason("seniority", "yes", words, facts)
    if steps is not None:
        facts = (*facts, ("steps", steps))
        words = f"{words}, {_STEPS[abs(steps)]} {'above' if steps > 0 else 'below'}"
    return Reason("seniority", "no", f"{words}; you ask for {spelt(asked)}", facts)


_STEPS: Final = ("", "one step", "two steps", "three steps", "four steps", "five steps")


def employment(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """The kind of employment; see `fits.employment_fits` for one that is not stated."""
    asked, value = criteria.employment, prepared.posting.employment
    if not asked:
        return None
    fits, facts = employment_fits(asked, value), (("asked", asked), ("value", value or ""))
    words = f"is {spelt([value])}" if value else "does not say how one is employed, and so may be full-time"
    return Reason("employment", yes_or_no(fits), words if fits else f"{words}; you ask for {spelt(asked)}", facts)


@cache
def language_name(code: str) -> str:
    """The English name of an ISO 639-1 code, else the code."""
    return str(Locale("en").languages.get(code, code))


def language(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """The language that the posting is written in."""
    asked, value = criteria.languages, prepared.posting.language
    if not asked:
        return None
    fits, facts = language_fits(asked, value), (("asked", asked), ("value", value or ""))
    words = f"is written in {language_name(value)}" if value else "is too short to tell its language"
    wanted = listed(map(language_name, asked), "or")
    return Reason("language", yes_or_no(fits), words if fits else f"{words}; you ask for {wanted}", facts)
