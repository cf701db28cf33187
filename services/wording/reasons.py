"""Why a job was found, in the reader's language: from the facts of a verdict's reasons, not from their English."""

import math
from collections.abc import Iterable, Mapping

from babel import Locale

from schemas.criteria import SalaryFloor
from schemas.posting import PostingCore
from services.rules.criterion import Reason
from services.rules.criterion.facet import FacetFacts
from services.rules.criterion.language import LanguageFacts
from services.rules.criterion.place import PlaceFacts
from services.rules.criterion.salary import SalaryFacts
from services.rules.criterion.skills import AllFacts, AnyFacts, NoneFacts
from services.rules.criterion.text import TextFacts
from services.rules.criterion.timezone import TimezoneFacts
from services.rules.money import ANNUAL_FACTORS, by_full_hours, part_time_is_less
from services.rules.placing import WORLDWIDE
from services.rules.skills import taxonomy
from services.rules.text import Haystack, TextQuery
from services.wording.amounts import a_period, floor_in_words, money, percent
from services.wording.lines import quoted
from services.wording.places import place_in_words, shares_ground, worth_naming
from services.wording.words import Words, mark

_NAMED = 4
_FACETS: Mapping[str, Mapping[str, str]] = {
    "workplace": {
        "remote": mark("is remote"),
        "hybrid": mark("is hybrid"),
        "onsite": mark("is on site"),
        "unknown": mark("does not say whether it is remote"),
    },
    "seniority": {
        "intern": mark("is for interns"),
        "junior": mark("is at junior level"),
        "mid": mark("is at mid level"),
        "senior": mark("is at senior level"),
        "lead": mark("is at lead level"),
        "staff": mark("is at staff level"),
        "principal": mark("is at principal level"),
        "manager": mark("is at manager level"),
        "director": mark("is at director level"),
        "executive": mark("is at executive level"),
        "": mark("names no level, and so may be mid-level"),
    },
    "employment": {
        "full_time": mark("is full-time"),
        "part_time": mark("is part-time"),
        "contract": mark("is a contract"),
        "temporary": mark("is temporary"),
        "internship": mark("is an internship"),
        "freelance": mark("is freelance"),
        "": mark("does not say how one is employed, and so may be full-time"),
    },
    "visa": {
        "offered": mark("sponsors a visa"),
        "refused": mark("sponsors no visa"),
        "unknown": mark("does not say whether it sponsors a visa"),
    },
}
"""What is said of each value of each facet; of none, where a posting may say nothing."""


def in_words(reason: Reason, posting: PostingCore, words: Words) -> str:
    """One clause without a subject: `asks for Python`. Only what fits, or nearly fits, is ever said of a job."""
    match reason.facts:
        case AllFacts() as facts:
            return _asks_for(facts.asked, facts.core, words)
        case AnyFacts() as facts:
            return _some_of(facts, posting, words)
        case NoneFacts() as facts:
            return words.say("does not ask for {skills}", skills=_listed(facts.asked, words, either=True))
        case TextFacts() as facts:
            return _text(facts, posting, words)
        case PlaceFacts() as facts:
            return _place(facts, posting, words)
        case TimezoneFacts() as facts:
            return _timezone(facts, words)
        case SalaryFacts() as facts:
            return _salary(facts, posting, words)
        case FacetFacts() as facts:
            return words.say(_FACETS[reason.criterion][facts.value])
        case LanguageFacts() as facts:
            return _language(facts, words)
        case _:
            raise ValueError(f"nothing is said of {reason.criterion} in mails")


def _some_of(facts: AnyFacts, posting: PostingCore, words: Words) -> str:
    said = [_asks_for(facts.found, facts.core, words)] if facts.found else []
    lacking = max(facts.at_least - len(facts.found), 0)
    return words.all_of([*said, *(_implies(name, posting, words) for name in facts.implied[:lacking])])


def _implies(implied: str, posting: PostingCore, words: Words) -> str:
    skills = sorted(posting.skills, key=lambda skill: (not skill.core, skill.name))
    own = next(skill for skill in skills if implied in taxonomy().parents(skill.name))
    if own.core:
        return words.say("asks for {skill}, which implies {implied}", skill=own.name, implied=implied)
    return words.say("mentions {skill}, which implies {implied}", skill=own.name, implied=implied)


def _asks_for(names: Iterable[str], core: Iterable[str], words: Words) -> str:
    """A posting asks for its core skills; others it only mentions, which is less."""
    asked, aside = _listed(core, words), _listed([name for name in names if name not in core], words)
    if not aside:
        return words.say("asks for {skills}", skills=asked)
    if not asked:
        return words.say("mentions {skills}", skills=aside)
    return words.say("asks for {skills} and mentions {others}", skills=asked, others=aside)


def _text(facts: TextFacts, posting: PostingCore, words: Words) -> str:
    query = TextQuery.parse(facts.asked)
    if said := query.said(Haystack.of(posting.title, posting.description_text)):
        return words.say("says {terms}", terms=_quoted(said, words))
    return words.say("does not say {terms}", terms=_quoted(query.excluded, words, either=True))


def _place(facts: PlaceFacts, posting: PostingCore, words: Words) -> str:
    fits = facts.fits
    if not fits:
        return words.say("does not say where one may work from, which you accept")
    if facts.scope == "worldwide":
        if facts.asked == (WORLDWIDE,):
            return words.say("may be done from anywhere")
        return words.say("may be done from anywhere, {places} included", places=places_listed(fits, words))
    if named := [place for place in fits if place in facts.hires]:
        return words.say("hires in {places}", places=places_listed(named, words))
    hires = [place for place in worth_naming(posting.reach) if shares_ground(place, fits)]
    return words.say(
        "hires in {places}, which fits {wanted}", places=places_listed(hires, words), wanted=places_listed(fits, words)
    )


def _timezone(facts: TimezoneFacts, words: Words) -> str:
    if facts.min is None or facts.max is None:
        return words.say("asks for no time zone")
    low, high, own = offset(facts.min), offset(facts.max), offset(facts.utc_offset)
    span = low if low == high else words.say("{low} to {high}", low=low, high=high)
    if facts.apart == 0:
        return words.say("wants {zones}, which takes in your {own}", zones=span, own=own)
    hours = f"{facts.tolerance:g}"
    return words.say("wants {zones}, within {hours} h of your {own}", zones=span, hours=hours, own=own)


def _salary(facts: SalaryFacts, posting: PostingCore, words: Words) -> str:
    floor = SalaryFloor(amount=facts.floor, currency=facts.currency, period=facts.period)
    asked = floor_in_words(floor, words)
    pay = posting.salary
    if floor.period == "project":
        return words.say("cannot be held against a floor of {floor}", floor=asked)
    top, needed = facts.annual_top, facts.annual_floor
    if top is None or needed is None or pay is None:
        if pay is None:
            return words.say("does not say what it pays; you ask for {floor}", floor=asked)
        if pay.period == "project":
            return words.say("pays by the project, which tells nothing of a year; you ask for {floor}", floor=asked)
        return words.say(
            "states pay that cannot be turned into {currency}; you ask for {floor}",
            currency=floor.currency,
            floor=asked,
        )
    paid = _paid(top, floor, posting, words)
    if top == needed:
        return words.say("pays up to {pay}, which is your floor", pay=paid)
    if top > needed:
        return words.say("pays up to {pay}, above your floor of {floor}", pay=paid, floor=asked)
    if round(top / needed, 2) == 1.0:
        return words.say("pays up to {pay}, just below your floor of {floor}", pay=paid, floor=asked)
    share = percent((needed - top) / needed, words.locale)
    return words.say("pays up to {pay}, {percent} below your floor of {floor}", pay=paid, percent=share, floor=asked)


def _paid(top: int, floor: SalaryFloor, posting: PostingCore, words: Words) -> str:
    """A year's top in the currency and period of the floor: `about €76,500 a year`, `€23 an hour if full-time`."""
    pay = posting.salary
    if pay is None:
        return ""
    amount = top / ANNUAL_FACTORS[floor.period]
    paid = money(amount, floor.currency, words.locale)
    if pay.currency != floor.currency:
        # A rate of the day bears no more digits.
        paid = words.say("about {pay}", pay=money(_three_digits(amount), floor.currency, words.locale))
    paid = a_period(paid, floor.period, words)
    if posting.employment != "part_time":
        return paid
    if by_full_hours(pay.period, floor.period):
        return words.say("{pay} if full-time", pay=paid)
    return words.say("{pay} for part-time work", pay=paid) if part_time_is_less(pay.period) else paid


def _three_digits(amount: float) -> float:
    return round(amount, 2 - math.floor(math.log10(amount))) if amount > 0 else amount


def _language(facts: LanguageFacts, words: Words) -> str:
    code = facts.value
    if not code:
        return words.say("is too short to tell its language")
    return words.say("is written in {language}", language=Locale.parse(words.locale).languages.get(code, code))


def places_listed(codes: Iterable[str], words: Words) -> str:
    """`Germany, Austria and Spain`; of many, how many more there are."""
    return _listed([place_in_words(code, words) for code in codes], words)


def _quoted(terms: Iterable[str], words: Words, *, either: bool = False) -> str:
    return _listed([quoted(term, words) for term in terms], words, either=either)


def _listed(things: Iterable[str], words: Words, *, either: bool = False) -> str:
    named = list(things)
    if len(named) > _NAMED:
        rest = len(named) - _NAMED + 1
        named = [*named[: _NAMED - 1], words.count("{count} more", "{count} more", rest)]
    return words.either(named) if either else words.all_of(named)


def offset(hours: float) -> str:
    """`UTC+5:30`, `UTC−3`, `UTC+0`."""
    minutes = round(abs(hours) * 60)
    sign = "−" if hours < 0 else "+"
    whole, rest = divmod(minutes, 60)
    return f"UTC{sign}{whole}{f':{rest:02d}' if rest else ''}"
