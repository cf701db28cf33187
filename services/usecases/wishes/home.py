"""Where somebody says that they live, which is no place that they ask for where they name another one."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

from services.ingest.domain.role.reading import read_role
from services.rules.home import Home, home_read
from services.rules.lexicon.builder import any_of
from services.rules.places.data import country_part
from services.rules.places.known import is_country, is_subdivision
from services.rules.roles.taxonomy import roles
from services.usecases.wishes.places import Named, named_in, places_of

_EDGES: Final = " ,;"


def home_of(wanted: str) -> tuple[Home | None, str]:
    """Where the writer of a sentence lives; and the sentence without it, if it names another place.

    Else they want to work there, or from there, and it lacks the words alone that say who lives there.
    """
    named = named_in(wanted)
    for at, one in enumerate(named):
        if not (is_country(one.code) or is_subdivision(one.code)):
            continue
        last = _last_of(wanted, named[at:])
        found = _said_of(wanted, one, last) if last else None
        if found is None:
            continue
        start, place, end = found
        before, behind = wanted[:start].rstrip(_EDGES), wanted[end:].lstrip(_EDGES)
        rest = f"{before}, {behind}".strip(_EDGES)
        home = home_read(one.town.label if one.town else one.code)
        called = read_role(wanted, (), "", roles()).roles
        elsewhere = places_of(rest, called, at_home=False, near=home.country)
        if elsewhere.codes or elsewhere.towns:
            return home, rest
        return home, f"{wanted[:start]}{wanted[place:]}" if place > start else wanted
    return None, wanted


def _last_of(text: str, named: Sequence[Named]) -> Named | None:
    """The last of the names of one place: "Porto, Portugal"; None where others will do: "Leeds, York or Hull"."""
    first, last = named[0], named[0]
    for before, one in pairwise(named):
        joint = text[before.end : one.start]
        if _patterns().choice.fullmatch(joint):
            return None
        if joint.strip() not in ("", ","):
            break
        if last is before and not one.is_town and one.code in (first.code, country_part(first.code)):
            last = one
    return last


def _said_of(text: str, first: Named, last: Named) -> tuple[int, int, int] | None:
    """Where the words begin that say that they live at a place, where its name does with "in", and where all ends."""
    known = _patterns()
    leads = known.lead.search(text, 0, first.start)
    place = leads.start() if leads else first.start
    before = known.lives.search(text, 0, place)
    if leads and before:
        return before.start(), place, last.end
    behind = known.lives_behind.match(text, last.end)
    return (place, place, behind.end()) if behind else None


class _Patterns(NamedTuple):
    lives: re.Pattern[str]
    lead: re.Pattern[str]
    """Between that and the place."""
    lives_behind: re.Pattern[str]
    choice: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    leads = any_of("place.town_before", "wish.leads")
    return _Patterns(
        lives=re.compile(rf"{any_of('wish.lives')}(?: {any_of('wish.lives_now')})?\s+$", re.IGNORECASE),
        lead=re.compile(rf"(?<!\w)(?:{leads}\s+)+(?:{any_of('place.town_article')}\s+)?$", re.IGNORECASE),
        lives_behind=re.compile(rf"[ -]{any_of('wish.lives_behind')}", re.IGNORECASE),
        choice=re.compile(rf"\s*(?:/|,?\s?{any_of('joint.or', 'joint.and', 'joint.either')})\s+", re.IGNORECASE),
    )
