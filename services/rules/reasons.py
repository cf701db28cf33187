"""What each criterion says of a posting: one function a criterion, None where it asks for nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from babel import Locale

from schemas.criteria import Criteria
from schemas.posting import Period, Reach, Salary
from services.rules.fits import (
    Fit,
    annual_floor,
    employment_fits,
    hours_apart,
    language_fits,
    salary_fit,
    seniority_fits,
    timezone_fits,
    workplace_fits,
)
from services.rules.places import place_name
from services.rules.placing import WORLDWIDE, concrete
from services.rules.prepared import PreparedPosting
from services.rules.text import TextQuery

Criterion = Literal[
    "status",
    "skills.all",
    "skills.any",
    "skills.none",
    "text",
    "place",
    "timezone",
    "salary",
    "workplace",
    "seniority",
    "employment",
    "language",
]

Fact = tuple[str, str | int | float | tuple[str, ...]]

_NAMED: Final = 4
"""A sentence names this many things, and counts the rest."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What one criterion says of a posting."""

    criterion: Criterion
    fit: Fit
    text: str
    """One plain English sentence: `pays up to EUR 95,000 a year, above your floor of EUR 80,000`."""
    facts: tuple[Fact, ...] = ()
    """The same as data, for pages and other languages."""


def _yes_or_no(fits: bool) -> Fit:
    return "yes" if fits else "no"


def _listed(things: Iterable[str], word: str = "and") -> str:
    named = list(things)
    if len(named) > _NAMED:
        named = [*named[: _NAMED - 1], f"{len(named) - _NAMED + 1} more"]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} {word} {named[-1]}"


def status(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """Closed postings fit nobody; being open is not worth a word."""
    return Reason("status", "no", "is closed") if prepared.posting.status == "closed" else None


def skills_all(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """Every named skill, by its own name: a parent is implied, not asked for."""
    asked = criteria.skills.all
    if not asked:
        return None
    missing = tuple(name for name in asked if name not in prepared.skills)
    facts: tuple[Fact, ...] = (("asked", asked), ("missing", missing))
    if missing:
        return Reason("skills.all", "no", f"does not ask for {_listed(missing, 'or')}", facts)
    return Reason("skills.all", "yes", f"asks for {_listed(asked)}", facts)


def skills_any(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """At least one of the named skills, itself or as what another skill implies."""
    asked = criteria.skills.any
    if not asked:
        return None
    own = tuple(name for name in asked if name in prepared.skills)
    implied = tuple(name for name in asked if name not in prepared.skills and name in prepared.implied)
    facts: tuple[Fact, ...] = (("asked", asked), ("found", own), ("implied", implied))
    if own:
        return Reason("skills.any", "yes", f"asks for {_listed(own)}", facts)
    if implied:
        words = f"asks for {prepared.implied[implied[0]]}, which implies {implied[0]}"
        return Reason("skills.any", "yes", words, facts)
    return Reason("skills.any", "no", f"asks for none of {_listed(asked, 'or')}", facts)


def skills_none(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """None of the named skills, by their own names."""
    asked = criteria.skills.none
    if not asked:
        return None
    found = tuple(name for name in asked if name in prepared.skills)
    facts: tuple[Fact, ...] = (("asked", asked), ("found", found))
    if found:
        return Reason("skills.none", "no", f"asks for {_listed(found)}, which you exclude", facts)
    return Reason("skills.none", "yes", f"does not ask for {_listed(asked, 'or')}", facts)


def text(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """Words and phrases over title and description."""
    query = TextQuery.parse(criteria.text)
    if not query:
        return None
    missing, present = query.missing(prepared.haystack), query.present(prepared.haystack)
    facts: tuple[Fact, ...] = (("asked", str(query)), ("missing", missing), ("present", present))
    if missing:
        return Reason("text", "no", f"does not say {_quoted(missing, 'or')}", facts)
    if present:
        return Reason("text", "no", f"says {_quoted(present, 'and')}, which you exclude", facts)
    if query.wanted:
        return Reason("text", "yes", f"says {_quoted(query.wanted, 'and')}", facts)
    return Reason("text", "yes", f"does not say {_quoted(query.excluded, 'or')}", facts)


def _quoted(terms: tuple[str, ...], word: str) -> str:
    return _listed((f'"{term}"' for term in terms), word)


def place(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """Where one may work from, against where the subscriber would."""
    if not criteria.places:
        return None
    asked, allowed, reach = concrete(criteria.places), prepared.allowed, prepared.posting.reach
    taken_in = tuple(code for code in asked if allowed.takes_in(code)) if allowed.told else ()
    facts: tuple[Fact, ...] = (("asked", asked), ("fits", taken_in), ("scope", reach.scope), ("hires", _hires(reach)))
    if not allowed.told:
        words = "does not say where one may work from"
        if criteria.accept_unknown_place:
            return Reason("place", "yes", f"{words}, which you accept", facts)
        return Reason("place", "no", words, facts)
    if not taken_in:
        shut = [code for code in asked if allowed.rules_out(code)]
        if shut:
            return Reason("place", "no", f"rules out {_names(shut, 'and')}", facts)
        if allowed.worldwide or asked == (WORLDWIDE,):
            return Reason("place", "no", f"hires only in {_names(_hires(reach), 'and')}, not worldwide", facts)
        return Reason(
            "place", "no", f"hires only in {_names(_hires(reach), 'and')}, not in {_names(asked, 'or')}", facts
        )
    if allowed.worldwide:
        whom = "" if asked == (WORLDWIDE,) else f", {_names(taken_in, 'and')} included"
        return Reason("place", "yes", f"may be done from anywhere{whom}", facts)
    if set(taken_in) <= set(_hires(reach)):
        return Reason("place", "yes", f"hires in {_names(taken_in, 'and')}", facts)
    words = f"hires in {_names(_hires(reach), 'and')}, which fits {_names(taken_in, 'and')}"
    return Reason("place", "yes", words, facts)


def _hires(reach: Reach) -> tuple[str, ...]:
    return (*reach.groups, *reach.countries, *reach.subdivisions)


_WITH_ARTICLE: Final = frozenset(
    ("AE", "BS", "CF", "DO", "GB", "GM", "MV", "NL", "PH", "US", "eu", "eea", "americas", "middle-east", "nordics")
)


def _names(codes: Iterable[str], word: str) -> str:
    names = [f"the {place_name(code)}" if code in _WITH_ARTICLE else place_name(code) for code in codes]
    return _listed(names, word) if names else "places that it does not name"


def timezone(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """The hours that the posting asks for, against the subscriber's."""
    offset, zones = criteria.utc_offset, prepared.posting.timezones
    if offset is None:
        return None
    facts: tuple[Fact, ...] = (("utc_offset", offset), ("tolerance", criteria.tolerance))
    if zones is None:
        return Reason("timezone", "yes", "asks for no time zone", facts)
    facts = (*facts, ("min", zones.min), ("max", zones.max))
    span = _utc(zones.min) if zones.min == zones.max else f"{_utc(zones.min)} to {_utc(zones.max)}"
    apart = hours_apart(offset, zones)
    if not timezone_fits(offset, criteria.tolerance, zones):
        return Reason("timezone", "no", f"wants {span}, {apart:g} h from your {_utc(offset)}", facts)
    if apart == 0:
        return Reason("timezone", "yes", f"wants {span}, which takes in your {_utc(offset)}", facts)
    return Reason("timezone", "yes", f"wants {span}, within {criteria.tolerance:g} h of your {_utc(offset)}", facts)


def _utc(offset: float) -> str:
    if offset == 0:
        return "UTC"
    hours, minutes = divmod(round(abs(offset) * 60), 60)
    return f"UTC{'+' if offset > 0 else '-'}{hours}" + (f":{minutes:02}" if minutes else "")


def salary(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """The highest annual pay, in the floor's currency, against the floor."""
    floor, pay = criteria.salary_floor, prepared.posting.salary
    if floor is None:
        return None
    fit = salary_fit(floor, criteria.accept_undisclosed, pay.tops if pay else None)
    needed = annual_floor(floor)
    asked = f"{floor.currency} {floor.amount:,} {_A[floor.period]}"
    facts: tuple[Fact, ...] = (("floor", floor.amount), ("currency", floor.currency), ("period", floor.period))
    top = pay.tops.get(floor.currency) if pay else None
    if needed is None or pay is None or top is None:
        words = (
            _undisclosed(pay, floor.currency) if needed is not None else "cannot be held against a floor per project"
        )
        return Reason(
            "salary", fit, words + (", which you accept" if fit == "yes" else f"; you ask for {asked}"), facts
        )
    facts = (*facts, ("annual_floor", needed), ("annual_top", top))
    stated = f"{pay.currency} {pay.max or pay.min:,.0f} {_A[pay.period]}"
    paid = f"{floor.currency} {top:,} a year"
    if pay.currency != floor.currency:
        paid, facts = f"about {paid} ({stated})", (*facts, ("rates_on", pay.rates_on or ""))
    elif pay.period != "year":
        paid = f"{paid} ({stated})"
    side = "which is your floor" if top == needed else f"{'above' if top > needed else 'below'} your floor of {asked}"
    near = f"{100 * (needed - top) / needed:.0f} % " if fit == "near" else ""
    return Reason("salary", fit, f"pays up to {paid}, {near}{side}", facts)


_A: Final[dict[Period, str]] = {
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


def _spelt(values: Iterable[str], word: str = "or") -> str:
    return _listed((_SPELT.get(value, value) for value in values), word)


def workplace(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """Remote, hybrid, on site, or not told."""
    asked, value = criteria.workplace, prepared.posting.workplace
    if not asked:
        return None
    fits, facts = workplace_fits(asked, value), (("asked", asked), ("value", value))
    words = "does not say whether it is remote" if value == "unknown" else f"is {_spelt([value])}"
    return Reason("workplace", _yes_or_no(fits), words if fits else f"{words}; you ask for {_spelt(asked)}", facts)


def seniority(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """The level; see `fits.seniority_fits` for one that is not stated."""
    asked, value = criteria.seniority, prepared.posting.seniority
    if not asked:
        return None
    fits, facts = seniority_fits(asked, value), (("asked", asked), ("value", value or ""))
    words = f"is at {_spelt([value])} level" if value else "names no level"
    return Reason("seniority", _yes_or_no(fits), words if fits else f"{words}; you ask for {_spelt(asked)}", facts)


def employment(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """The kind of employment; see `fits.employment_fits` for one that is not stated."""
    asked, value = criteria.employment, prepared.posting.employment
    if not asked:
        return None
    fits, facts = employment_fits(asked, value), (("asked", asked), ("value", value or ""))
    words = f"is {_spelt([value])}" if value else "does not say how one is employed, and so may be full-time"
    return Reason("employment", _yes_or_no(fits), words if fits else f"{words}; you ask for {_spelt(asked)}", facts)


@cache
def _language(code: str) -> str:
    return str(Locale("en").languages.get(code, code))


def language(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """The language that the posting is written in."""
    asked, value = criteria.languages, prepared.posting.language
    if not asked:
        return None
    fits, facts = language_fits(asked, value), (("asked", asked), ("value", value or ""))
    words = f"is written in {_language(value)}" if value else "is too short to tell its language"
    wanted = _listed(map(_language, asked), "or")
    return Reason("language", _yes_or_no(fits), words if fits else f"{words}; you ask for {wanted}", facts)


REASONS: Final[tuple[Callable[[Criteria, PreparedPosting], Reason | None], ...]] = (
    status,
    skills_all,
    skills_any,
    skills_none,
    text,
    place,
    timezone,
    salary,
    workplace,
    seniority,
    employment,
    language,
)
