"""Why a posting fits, or does not, in the reader's language: from the typed facts of a verdict's reasons."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from schemas.posting import Evidence, PostingCore
from services.rules.criterion import Fit, Reason
from services.rules.criterion.facet import FacetFacts
from services.rules.criterion.language import LanguageFacts
from services.rules.criterion.near import NearFacts
from services.rules.criterion.place import PlaceFacts
from services.rules.criterion.role import OtherRoleFacts, RoleFacts
from services.rules.criterion.salary import SalaryFacts
from services.rules.criterion.skills import AllFacts, AnyFacts, NoneFacts
from services.rules.criterion.text import TextFacts
from services.rules.criterion.timezone import TimezoneFacts
from services.rules.places.placing import WORLDWIDE
from services.rules.text import TextQuery
from services.rules.verdict import ClosedFacts, Verdict
from services.wording.amounts import pay_besides, pay_in_words
from services.wording.facets import facet_in_words
from services.wording.lines import decimal, language_in_words, listed, quoted
from services.wording.places import each_once, lies_in, places_listed, shares_ground, town_in_words
from services.wording.roles import any_role_in_words, inferred_role_in_words, other_role_in_words
from services.wording.skills import (
    AS_READ,
    Manner,
    all_in_words,
    any_in_words,
    names_skill,
    none_in_words,
    skills_besides,
    skills_met,
)
from services.wording.words import Words

_MOST_EVIDENCE = 120
"""Characters of a quote."""


def in_words(reason: Reason, words: Words, *, brief: bool = False) -> str:
    """One clause without a subject: `asks for Python`, `hires only in Poland, not in Germany`.

    `brief`: beside a card, without what that has: the town, and how far pay lies above a floor, which mails draw.
    """
    match reason.facts:
        case RoleFacts() as facts:
            return any_role_in_words(facts, reason.fit, words)
        case OtherRoleFacts() as facts:
            return other_role_in_words(facts, reason.fit, words)
        case AllFacts() as facts:
            return all_in_words(facts, words)
        case AnyFacts() as facts:
            return any_in_words(facts, reason.fit, words)
        case NoneFacts() as facts:
            return none_in_words(facts, words)
        case TextFacts() as facts:
            return _text(facts, words)
        case PlaceFacts() as facts:
            return _place(facts, words) if reason.fit == "yes" else _elsewhere(facts, words)
        case NearFacts() as facts:
            return _near(facts, reason.fit, words, brief=brief)
        case TimezoneFacts() as facts:
            return _timezone(facts, words)
        case SalaryFacts() as facts:
            return pay_in_words(facts, reason.fit, words, brief=brief)
        case FacetFacts() as facts:
            return facet_in_words(reason.criterion, reason.fit, facts, words)
        case LanguageFacts() as facts:
            return _language(facts, reason.fit, words)
        case ClosedFacts():
            return words.say("is closed")
        case _:
            raise ValueError(f"there are no words for {reason.criterion}")


def besides(reason: Reason, posting: PostingCore, words: Words) -> Iterator[str]:
    """What more there is to know of a reason than `in_words` says, a phrase each: `only mentioned: Go`."""
    match reason.facts:
        case AllFacts() | AnyFacts() as facts:
            yield from skills_besides(facts, posting, words)
        case SalaryFacts() as facts:
            yield from pay_besides(facts, words)
        case _:
            return


def evidence_in_words(evidence: Evidence, words: Words) -> str:
    """What a posting says itself: `location: “Berlin”`, `by its title`; a quote from its text alone."""
    if evidence.source == "title":
        return words.say("by its title")
    quote = quoted(evidence.text, words, _MOST_EVIDENCE)
    return quote if evidence.source == "text" else f"{evidence.source}: {quote}"


def verdict_in_words(verdict: Verdict, words: Words) -> str:
    """`does not match: 2 of 5 criteria fail`."""
    if verdict.outcome == "match":
        return words.say("matches")
    if verdict.outcome == "near":
        return words.say("is a near miss")
    return words.count(
        "does not match: {count} of {all} criteria fails",
        "does not match: {count} of {all} criteria fail",
        sum(reason.fit == "no" for reason in verdict.reasons),
        all=len(verdict.reasons),
    )


def _text(facts: TextFacts, words: Words) -> str:
    if facts.missing:
        return words.say("does not say {terms}", terms=_quoted(facts.missing, words, either=True))
    if facts.present:
        return words.say("says {terms}, which you exclude", terms=_quoted(facts.present, words))
    if facts.said:
        return words.say("says {terms}", terms=_quoted(facts.said, words))
    return words.say("does not say {terms}", terms=_quoted(TextQuery.parse(facts.asked).excluded, words, either=True))


def _place(facts: PlaceFacts, words: Words) -> str:
    fits = facts.fits
    if not fits:
        return words.say("does not say where one may work from, which you accept")
    if facts.scope == "worldwide":
        if facts.asked == (WORLDWIDE,):
            return words.say("may be done from anywhere")
        return words.say("may be done from anywhere, {places} included", places=places_listed(fits, words))
    if named := [place for place in fits if place in facts.hires]:
        return words.say("hires in {places}", places=places_listed(named, words))
    hires = [place for place in each_once(facts.hires) if shares_ground(place, fits)]
    if all(map(partial(lies_in, others=fits), hires)):
        return words.say("hires in {places}", places=places_listed(hires, words))
    return words.say(
        "hires in {places}, which fits {wanted}", places=places_listed(hires, words), wanted=places_listed(fits, words)
    )


def _elsewhere(facts: PlaceFacts, words: Words) -> str:
    if facts.scope == "unknown":
        return words.say("does not say where one may work from")
    if facts.shut:
        return words.say("rules out {places}", places=places_listed(facts.shut, words))
    hires = places_listed(each_once(facts.hires), words) or words.say("places that it does not name")
    if facts.scope == "worldwide" or facts.asked == (WORLDWIDE,):
        return words.say("hires only in {places}, not worldwide", places=hires)
    wanted = places_listed(facts.asked, words, either=True)
    return words.say("hires only in {places}, not in {wanted}", places=hires, wanted=wanted)


def _near(facts: NearFacts, fit: Fit, words: Words, *, brief: bool) -> str:
    if facts.remote:
        return words.say("is remote, so that no town counts")
    if facts.town is None or facts.centre is None or facts.km is None or facts.within is None:
        return words.say("does not say in which town it is")
    town, centre, km = town_in_words(facts.town, words), town_in_words(facts.centre, words), round(facts.km)
    if facts.town == facts.centre:
        return words.say("is in {town}", town=town)
    if fit == "yes" and brief:
        return words.say("is {km} km from {centre}", km=km, centre=centre)
    if fit == "yes":
        return words.say("is in {town}, {km} km from {centre}", town=town, km=km, centre=centre)
    if brief:
        most = facts.within
        farther = max(km, round(most) + 1)
        return words.say(
            "is {km} km from {centre}; you ask for at most {within} km", km=farther, centre=centre, within=most
        )
    beyond = max(round(facts.km - facts.within), 1)
    return words.say(
        "is in {town}, {km} km from {centre} and {beyond} km beyond your {within} km",
        town=town,
        km=km,
        centre=centre,
        beyond=beyond,
        within=facts.within,
    )


def _timezone(facts: TimezoneFacts, words: Words) -> str:
    if facts.min is None or facts.max is None or facts.apart is None:
        return words.say("asks for no time zone")
    low, high, own = offset(facts.min), offset(facts.max), offset(facts.utc_offset)
    span = low if low == high else words.say("{low} to {high}", low=low, high=high)
    hours = decimal(facts.apart, words)
    if facts.beyond is not None and facts.tolerance:
        beyond = decimal(facts.beyond, words)
        return words.say(
            "wants {zones}, {hours} h from your {own} and {beyond} h beyond your tolerance",
            zones=span,
            hours=hours,
            own=own,
            beyond=beyond,
        )
    if facts.beyond is not None:
        return words.say("wants {zones}, {hours} h from your {own}", zones=span, hours=hours, own=own)
    if facts.apart == 0:
        return words.say("wants {zones}, which takes in your {own}", zones=span, own=own)
    within = decimal(facts.tolerance, words)
    return words.say("wants {zones}, within {hours} h of your {own}", zones=span, hours=within, own=own)


def _language(facts: LanguageFacts, fit: Fit, words: Words) -> str:
    if not facts.value:
        return words.say("is too short to tell its language")
    said = words.say("is written in {language}", language=language_in_words(facts.value, words))
    if fit == "yes":
        return said
    wanted = listed([language_in_words(code, words) for code in facts.asked], words, either=True)
    return words.say("{said}; you ask for {wanted}", said=said, wanted=wanted)


def _quoted(terms: Iterable[str], words: Words, *, either: bool = False) -> str:
    return listed([quoted(term, words) for term in terms], words, either=either)


def offset(hours: float) -> str:
    """`UTC+5:30`, `UTC−3`, `UTC+0`."""
    minutes = round(abs(hours) * 60)
    sign = "−" if hours < 0 else "+"
    whole, rest = divmod(minutes, 60)
    return f"UTC{sign}{whole}{f':{rest:02d}' if rest else ''}"


def work_in_words(reasons: Sequence[Reason], words: Words, manner: Manner = AS_READ) -> list[str]:
    """A clause each of why the work of a posting fits: its skills in one, and no word beside a skill of that name."""
    met = [reason.facts for reason in reasons if isinstance(reason.facts, AllFacts | AnyFacts)]
    clauses = [skills_met(met, words, manner)] if met else []
    for reason in reasons:
        if isinstance(reason.facts, TextFacts) and met:
            said = [term for term in reason.facts.said if not any(map(partial(names_skill, term), met))]
            clauses += [words.say("says {terms}", terms=_quoted(said, words))] if said else []
        elif isinstance(reason.facts, RoleFacts) and manner.inferred:
            clauses.append(inferred_role_in_words(reason.facts, words))
        elif not isinstance(reason.facts, AllFacts | AnyFacts):
            clauses.append(in_words(reason, words, brief=True))
    return clauses
