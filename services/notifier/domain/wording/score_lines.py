"""What the parts of a score rest on, in plain English for operators. Digests have words of their own."""

from collections.abc import Mapping
from typing import cast

from schemas.posting import Period
from services.notifier.domain.model import AnnualPay, Item, Part, PayNews
from services.rules.money import ANNUAL_FACTORS
from services.wording.amounts import a_period, money
from services.wording.catalogues import english
from services.wording.lines import listed
from services.wording.speaking import needs_in_words


def why_here(item: Item) -> tuple[str, ...]:
    """Why a job stands where it stands: that it comes again, each part of its score, the greatest first.

    Then the languages that it needs.
    """
    parts = sorted(item.parts, key=lambda part: -abs(part.points))
    shown = [part_line(part) for part in parts if part.code != "feedback" or part.points]
    news = pay_news_line(item.pay_news) if item.pay_news else ""
    return tuple(line for line in (news, *shown, needs_in_words(item.posting, english())) if line)


def part_line(part: Part) -> str:
    """`fit 28 of 40: Python is core`; feedback with its sign and no bound: `feedback -4.2: ...`."""
    points = f"{part.points:.1f}".removesuffix(".0")
    words = part_words(part)
    if part.code == "feedback":
        return f"feedback {'+' if part.points > 0 else ''}{points} (at most {part.most:g}): {words}"
    return f"{part.code} {points} of {part.most:g}: {words}"


def part_words(part: Part) -> str:
    """What a part rests on, without its points."""
    return _WORDS[part.code](part)


def pay_news_line(news: PayNews) -> str:
    """That a job came before as a near miss, and what it pays now."""
    day = f"{news.sent_at:%Y-%m-%d}"
    if news.before is None:
        return f"comes again: was a near miss on {day}; pay now stated: {_pay(news.now)} a year"
    return f"comes again: was a near miss on {day}; pay raised from {_pay(news.before)} to {_pay(news.now)} a year"


def _pay(pay: AnnualPay) -> str:
    return money(pay.amount, pay.currency, english().locale)


def _fit(part: Part) -> str:
    facts = dict(part.facts)
    said = []
    asked, core = names_of(facts.get("asked")), names_of(facts.get("core"))
    skills = [f"{_named(core)} {'is' if len(core) == 1 else 'are'} core to it"] if core else []
    skills += [
        f"{by}, which is {'core too' if core else 'core to it'}, implies {name} and counts half"
        for name, by in zip(names_of(facts.get("implied")), names_of(facts.get("by")), strict=True)
    ]
    if asked:
        said.append("; ".join(skills) or _in_passing(asked, facts))
    if "in_title" in facts:
        said.append("the words stand in its title" if facts["in_title"] else "the words stand only in its text")
    return ", ".join(said) or "no skill or word is asked for"


def _in_passing(asked: tuple[str, ...], facts: Mapping[str, object]) -> str:
    said = f"names {_named(asked, either=True)} only in passing"
    return f"{said}, so that all else counts {100 * float(str(facts['counts'])):.0f}%" if "counts" in facts else said


def _pay_part(part: Part) -> str:
    facts = dict(part.facts)
    if "annual_floor" in facts:
        top, floor = int(str(facts["annual_top"])), int(str(facts["annual_floor"]))
        period = cast(Period, facts["period"])
        pay = money(top / ANNUAL_FACTORS[period], str(facts["currency"]), english().locale)
        return f"up to {a_period(pay, period, english())}, {_apart(top, floor)}"
    return "stated, and no floor to hold it against" if part.points else "nothing that can be held against a floor"


def _apart(top: int, floor: int) -> str:
    if top == floor:
        return "which is the floor"
    return f"{100 * abs(top - floor) / floor:.0f}% {'above' if top > floor else 'below'} the floor"


def _stated(part: Part) -> str:
    return "states its pay" if part.points else "does not state its pay"


def _fresh(part: Part) -> str:
    days = int(str(dict(part.facts)["days"]))
    return "of today" if days == 0 else "a day old" if days == 1 else f"{days} days old"


def _place(part: Part) -> str:
    facts = dict(part.facts)
    named, fits = names_of(facts.get("named")), names_of(facts.get("fits"))
    if named:
        return f"names {_named(named)}"
    if fits:
        return f"takes in {_named(fits)}"
    return "no place is asked for" if part.points else "does not say from where"


def _preferred(part: Part) -> str:
    facts = dict(part.facts)
    asked, named, fits = (names_of(facts.get(fact)) for fact in ("asked", "named", "fits"))
    if named:
        return f"names {_named(named)}, which is preferred"
    if fits:
        return f"takes in {_named(fits)}, which is preferred"
    return f"is not known to be open to {_named(asked, either=True)}, which is preferred"


def _feedback(part: Part) -> str:
    facts = dict(part.facts)
    if not facts:
        return "nothing said of jobs like it"
    job = f"“{facts['title']}” at {facts['company'] or 'an unnamed company'}"
    if facts["opinion"] == "more_like":
        return f"more like {job} was asked for on {facts['said_on']}"
    return f"{job} was called not relevant on {facts['said_on']}"


_WORDS = {
    "fit": _fit,
    "pay": _pay_part,
    "stated": _stated,
    "fresh": _fresh,
    "place": _place,
    "preferred": _preferred,
    "feedback": _feedback,
}


def _named(names: tuple[str, ...], *, either: bool = False) -> str:
    return listed(names, english(), either=either)


def names_of(fact: object) -> tuple[str, ...]:
    """The names that a fact of a part holds; none where there is no such fact, or one of another kind."""
    return fact if isinstance(fact, tuple) else ()
