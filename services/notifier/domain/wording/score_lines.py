"""What the parts of a score rest on and why a job is not sent, in plain English for operators.

Digests have words of their own.
"""

from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import Final

from services.notifier.domain.model import AnnualPay, Cause, CauseCode, HoldCause, Item, PayNews
from services.notifier.domain.weights import (
    AnswerFacts,
    Chance,
    FitFacts,
    FreshFacts,
    Part,
    PayFacts,
    PlaceFacts,
    PreferredFacts,
)
from services.notifier.domain.wording.doubt_lines import doubt_line, first_told
from services.rules.money import ANNUAL_FACTORS
from services.wording.amounts import a_period, money
from services.wording.catalogues import english
from services.wording.conditions import conditions_in_words
from services.wording.lines import listed
from services.wording.reasons import in_words
from services.wording.speaking import needs_in_words, unspoken_in_words

LEAST_COST: Final = 0.2
"""What costs less in log odds is not worth a word."""


def why_here(item: Item) -> tuple[str, ...]:
    """Why a job stands where it stands: that it comes again, each part of its score, the greatest first.

    Then the languages that it needs, and its conditions.
    """
    parts = sorted(item.parts, key=lambda part: -abs(part.points))
    shown = [part_line(part) for part in parts]
    news = pay_news_line(item.pay_news) if item.pay_news else ""
    demands = (needs_in_words(item.posting, english()), *conditions_in_words(item.posting, english()))
    return tuple(line for line in (news, *shown, *demands) if line)


def part_line(part: Part) -> str:
    """`fit 28 of 40: Python is core`."""
    points = f"{part.points:.1f}".removesuffix(".0")
    return f"{part.code} {points} of {part.most:g}: {part_words(part)}"


def part_words(part: Part) -> str:
    """What a part rests on, without its points."""
    match part.facts:
        case FitFacts() as facts:
            return _fit(facts)
        case PayFacts() as facts:
            return _pay_part(facts)
        case FreshFacts(days):
            return "of today" if days == 0 else "a day old" if days == 1 else f"{days} days old"
        case PlaceFacts(named, fits):
            takes_in = f"takes in {_listed(fits)}" if fits else "does not say from where"
            return f"names {_listed(named)}" if named else takes_in
        case PreferredFacts() as facts:
            return _preferred(facts)
        case None:
            return _of_nothing(part)


def pay_news_line(news: PayNews) -> str:
    """That a job came before as a near miss, and what it pays now."""
    day = f"{news.sent_at:%Y-%m-%d}"
    if news.before is None:
        return f"comes again: was a near miss on {day}; pay now stated: {_pay(news.now)} a year"
    return f"comes again: was a near miss on {day}; pay raised from {_pay(news.before)} to {_pay(news.now)} a year"


def _pay(pay: AnnualPay) -> str:
    return money(pay.amount, pay.currency, english().locale)


def _fit(facts: FitFacts) -> str:
    said = []
    core = facts.core
    skills = [f"{_listed(core)} {'is' if len(core) == 1 else 'are'} core to it"] if core else []
    skills += [
        f"{by}, which is {'core too' if core else 'core to it'}, implies {name} and counts half"
        for name, by in zip(facts.implied, facts.by, strict=True)
    ]
    if facts.asked:
        said.append("; ".join(skills) or _in_passing(facts))
    if facts.in_title is not None:
        said.append("the words stand in its title" if facts.in_title else "the words stand only in its text")
    return ", ".join(said) or "no skill or word is asked for"


def _in_passing(facts: FitFacts) -> str:
    said = f"names {_listed(facts.asked, either=True)} only in passing"
    return said if facts.counts is None else f"{said}, so that all else counts {100 * facts.counts:.0f}%"


def _pay_part(facts: PayFacts) -> str:
    pay = money(facts.annual_top / ANNUAL_FACTORS[facts.period], facts.currency, english().locale)
    return f"up to {a_period(pay, facts.period, english())}, {_apart(facts.annual_top, facts.annual_floor)}"


def _apart(top: int, floor: int) -> str:
    if top == floor:
        return "which is the floor"
    return f"{100 * abs(top - floor) / floor:.0f}% {'above' if top > floor else 'below'} the floor"


def _preferred(facts: PreferredFacts) -> str:
    if facts.named:
        return f"names {_listed(facts.named)}, which is preferred"
    if facts.fits:
        return f"takes in {_listed(facts.fits)}, which is preferred"
    return f"is not known to be open to {_listed(facts.asked, either=True)}, which is preferred"


def _feedback(facts: AnswerFacts) -> str:
    job = f"“{facts.title}” at {facts.company or 'an unnamed company'}"
    if facts.kind == "more_like":
        return f"more like {job} was asked for on {facts.said_on}"
    if facts.kind == "saved":
        return f"{job} was saved on {facts.said_on}"
    return f"{job} was called not relevant on {facts.said_on}"


def _of_nothing(part: Part) -> str:
    """What is said of a part that rests on nothing that can be named."""
    match part.code:
        case "pay" if part.points:
            return "stated, and no floor to hold it against"
        case "pay":
            return "nothing that can be held against a floor"
        case "stated":
            return "states its pay" if part.points else "does not state its pay"
        case _:
            return "no place is asked for"


def _listed(names: tuple[str, ...], *, either: bool = False) -> str:
    return listed(names, english(), either=either)


def chance_line(chance: Chance, bar: float | None = None) -> str:
    """`chance 62 % (bar 25 %): less for another role: Account Executive; more since more like “Clerk” at ...`."""
    said = f"chance {_percent(chance.value)}{'' if bar is None else f' (bar {_percent(bar)})'}"
    against = against_words(chance)
    clauses = [*([f"less for {against}"] if against else []), *answer_words(chance)]
    return f"{said}: {'; '.join(clauses)}" if clauses else said


def answer_words(chance: Chance) -> tuple[str, ...]:
    """What the person said of a job that is like it, where that counts for or against it; else nothing."""
    answered = chance.answered
    if answered is None or abs(answered.odds) < LEAST_COST:
        return ()
    return (f"{'more' if answered.odds > 0 else 'less'} since {_feedback(answered.by)}",)


def cause_line(cause: Cause) -> str:
    """Why a job is not sent: `too unlikely to be wanted: 12 % (another role: Account Executive)`."""
    if cause.code == "unlikely":
        against = against_words(cause.chance), *answer_words(cause.chance)
        return unlikely_line(cause.chance.value, against, near=cause.near)
    said = _CAUSES[cause.code].format(
        day=cause.day,
        most=cause.most,
        other=cause.posting_id,
        chance=_percent(cause.chance.value),
        unspoken=unspoken_in_words(cause.unspoken, english()) if cause.unspoken else "",
        fault=in_words(cause.reason, english()) if cause.reason else "it was rejected",
    )
    return f"fits only nearly, and {said}" if cause.near else said


def unlikely_line(chance: float, against: Iterable[str], *, near: bool) -> str:
    """The same of a chance, with what speaks against the job."""
    why = "; ".join(filter(None, against))
    said = f"too unlikely to be wanted: {_percent(chance)}{f' ({why})' if why else ''}"
    return f"fits only nearly, and is {said}" if near else said


def hold_line(cause: HoldCause) -> str:
    """Why nobody is mailed: `2 jobs wait for others: a mail would hold something wanted by 51%, ...`."""
    match cause.code:
        case "nothing_found":
            return "nothing new was found"
        case "none_chosen":
            return f"none of {cause.jobs} found jobs is worth a mail"
        case "only_near":
            return "no new job fits; near misses alone are not worth a mail"
        case "unlikely":
            wait = "one job waits" if cause.jobs == 1 else f"{cause.jobs} jobs wait"
            wanted = f"a mail would hold something wanted by {cause.likely:.0%}, and {cause.least:.0%} are asked for"
            return f"{wait} for others: {wanted}"


_CAUSES: Final[Mapping[CauseCode, str]] = {
    "closed": "is closed",
    "expired": "expired on {day}",
    "old": "is older than {most} days",
    "backlog": "was there already when its source was first read",
    "hidden_company": "its company is hidden by the subscriber",
    "not_relevant": "was called not relevant by the subscriber",
    "no_link": "has no link that can be followed",
    "unspoken": "{unspoken}",
    "not_found": "no search that is due found it",
    "no_fit": "no longer fits: {fault}",
    "sent": "was sent to the subscriber on {day}",
    "copy_sent": "is the same job as {other}, which was sent to the subscriber on {day}",
    "worse_copy": "is the same job as {other}, which is the better copy",
    "unlikely_mail": "waits for others, since a mail of it is not likely enough to hold something wanted: {chance}",
    "only_near": "fits only nearly, and no job fits whole",
    "full": "{most} better ones fill the digest",
    "full_of_company": "{most} better ones of its company are in the digest, and others fill it",
    "full_of_alike": "{most} better ones that read alike are in the digest, and others fill it",
}


def against_words(chance: Chance) -> str:
    """What speaks most against a job; empty where little does."""
    telling = takewhile(lambda factor: factor.costs >= LEAST_COST, chance.most_telling())
    return first_told(doubt_line(factor.doubt) for factor in telling)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
