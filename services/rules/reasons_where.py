"""What place and time zone say of a posting."""

from collections.abc import Iterable

from schemas.criteria import Criteria
from schemas.posting import Reach
from services.rules.fits import hours_apart, timezone_fits
from services.rules.phrases import place_phrase
from services.rules.placing import WORLDWIDE, concrete
from services.rules.prepared import PreparedPosting
from services.rules.reason import Fact, Reason, listed


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
    if named := [code for code in taken_in if code in _hires(reach)]:
        return Reason("place", "yes", f"hires in {_names(named, 'and')}", facts)
    words = f"hires in {_names(_hires(reach), 'and')}, which fits {_names(taken_in, 'and')}"
    return Reason("place", "yes", words, facts)


def _hires(reach: Reach) -> tuple[str, ...]:
    return (*reach.groups, *reach.countries, *reach.subdivisions)


def _names(codes: Iterable[str], word: str) -> str:
    names = [place_phrase(code) for code in codes]
    return listed(names, word) if names else "places that it does not name"


def timezone(criteria: Criteria, prepared: PreparedPosting) -> Reason | None:
    """The hours that the posting asks for, against the subscriber's."""
    offset, zones = criteria.utc_offset, prepared.posting.timezones
    if offset is None:
        return None
    facts: tuple[Fact, ...] = (("utc_offset", offset), ("tolerance", criteria.tolerance))
    if zones is None:
        return Reason("timezone", "yes", "asks for no time zone", facts)
    apart = hours_apart(offset, zones)
    facts = (*facts, ("min", zones.min), ("max", zones.max), ("apart", apart))
    span = _utc(zones.min) if zones.min == zones.max else f"{_utc(zones.min)} to {_utc(zones.max)}"
    if not timezone_fits(offset, criteria.tolerance, zones):
        beyond = apart - criteria.tolerance
        words = f"wants {span}, {apart:g} h from your {_utc(offset)}"
        if criteria.tolerance:
            words = f"{words} and {beyond:g} h beyond your tolerance"
        return Reason("timezone", "no", words, (*facts, ("beyond", beyond)))
    if apart == 0:
        return Reason("timezone", "yes", f"wants {span}, which takes in your {_utc(offset)}", facts)
    return Reason("timezone", "yes", f"wants {span}, within {criteria.tolerance:g} h of your {_utc(offset)}", facts)


def _utc(offset: float) -> str:
    if offset == 0:
        return "UTC"
    hours, minutes = divmod(round(abs(offset) * 60), 60)
    return f"UTC{'+' if offset > 0 else '-'}{hours}" + (f":{minutes:02}" if minutes else "")
