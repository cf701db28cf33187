"""What is said of pay against a floor."""

import math
from collections.abc import Iterator

from schemas.criteria import SalaryFloor
from services.rules.criterion import Fit
from services.rules.criterion.salary import SalaryFacts
from services.rules.money import ANNUAL_FACTORS, by_full_hours, part_time_is_less
from services.wording.amounts import a_period, exact_floor, floor_in_words, money, percent
from services.wording.words import Words

_MANIFOLD = 3
"""From so many times the floor on, percents say less than the multiple."""


def pay_in_words(facts: SalaryFacts, fit: Fit, words: Words, *, brief: bool) -> str:
    """What is paid at most, and how that stands to the floor; `brief`: without how far above it."""
    floor = SalaryFloor(amount=facts.floor, currency=facts.currency, period=facts.period)
    asked = floor_in_words(floor, words) if brief else exact_floor(floor, words)
    top, needed = facts.annual_top, facts.annual_floor
    if facts.period == "project":
        return words.say("cannot be held against a floor of {floor}", floor=asked)
    if top is None or needed is None:
        return _undisclosed(facts, fit, asked, words)
    paid = _paid(top, facts, words)
    if top == needed:
        return words.say("pays up to {pay}, which is your floor", pay=paid)
    share = percent(abs(top - needed) / needed, words.locale)
    if top > needed:
        if brief or round(top / needed, 2) == 1.0:
            return words.say("pays up to {pay}, above your floor of {floor}", pay=paid, floor=asked)
        if top >= _MANIFOLD * needed:
            times = f"{top / needed:,.0f}"
            return words.say(
                "pays up to {pay}, {times} times your floor of {floor}", pay=paid, times=times, floor=asked
            )
        return words.say(
            "pays up to {pay}, {percent} above your floor of {floor}", pay=paid, percent=share, floor=asked
        )
    if round(top / needed, 2) == 1.0:
        return words.say("pays up to {pay}, just below your floor of {floor}", pay=paid, floor=asked)
    return words.say("pays up to {pay}, {percent} below your floor of {floor}", pay=paid, percent=share, floor=asked)


def pay_besides(facts: SalaryFacts, words: Words) -> Iterator[str]:
    """The pay as the posting itself states it, where that is otherwise, and the least that is paid, a phrase each."""
    needed, least = facts.annual_floor, facts.annual_least
    if needed is None:
        return
    turned = facts.rates_on is not None or (facts.paid_in == facts.currency and facts.paid_per != facts.period)
    if turned and facts.paid_per is not None and facts.paid_top is not None:
        stated = a_period(money(facts.paid_top, facts.paid_in, words.locale), facts.paid_per, words)
        yield words.say("stated as {pay}", pay=stated)
    if least is not None:
        yield _at_least(least, needed, facts, words)


def _at_least(least: float, needed: int, facts: SalaryFacts, words: Words) -> str:
    paid, apart = _paid(least, facts, words), round(100 * (least - needed) / needed)
    share = percent(abs(apart) / 100, words.locale)
    if apart == 0:
        return words.say("at least {pay}, about your floor", pay=paid)
    if apart > 0:
        return words.say("at least {pay}, {percent} above your floor", pay=paid, percent=share)
    return words.say("at least {pay}, {percent} below your floor", pay=paid, percent=share)


def _undisclosed(facts: SalaryFacts, fit: Fit, asked: str, words: Words) -> str:
    accepted = fit == "yes"
    if facts.paid_per is None:
        if accepted:
            return words.say("does not say what it pays, which you accept")
        return words.say("does not say what it pays; you ask for {floor}", floor=asked)
    if facts.paid_per == "project":
        if accepted:
            return words.say("pays by the project, which tells nothing of a year; you accept that")
        return words.say("pays by the project, which tells nothing of a year; you ask for {floor}", floor=asked)
    currency = facts.currency
    if accepted:
        return words.say("states pay that cannot be turned into {currency}; you accept that", currency=currency)
    return words.say(
        "states pay that cannot be turned into {currency}; you ask for {floor}", currency=currency, floor=asked
    )


def _paid(annual: float, facts: SalaryFacts, words: Words) -> str:
    """A year's pay in the currency and period of the floor: `about €76,500 a year`, `€23 an hour if full-time`."""
    amount = annual / ANNUAL_FACTORS[facts.period]
    paid = money(amount, facts.currency, words.locale)
    if facts.rates_on is not None:
        # A rate of the day bears no more digits.
        paid = words.say("about {pay}", pay=money(_three_digits(amount), facts.currency, words.locale))
    paid = a_period(paid, facts.period, words)
    if not facts.part_time or facts.paid_per is None:
        return paid
    if by_full_hours(facts.paid_per, facts.period):
        return words.say("{pay} if full-time", pay=paid)
    return words.say("{pay} for part-time work", pay=paid) if part_time_is_less(facts.paid_per) else paid


def _three_digits(amount: float) -> float:
    return round(amount, 2 - math.floor(math.log10(amount))) if amount > 0 else amount
