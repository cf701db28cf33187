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
from services.usecases.wishes.places import NamedPlace, named_in, places_of

_EDGES: Final = " ,;"


def home_of(wanted: str) -> tuple[Home | None, str]:
    """Where the writer of a sentence lives; and the sentence without it, if it names another place.

    Else they want to work there, or from there, and it lacks the words alone that say who lives there.
    """
    named = named_in(wanted)
    for at, place in enumerate(named):
        if not (is_country(place.code) or is_subdivision(place.code)):
            continue
        last = _last_of(wanted, named[at:])
        found = _said_of(wanted, place, last) if last else None
        if found is None:
            continue
        start, name_start, end = found
        before, behind = wanted[:start].rstrip(_EDGES), wanted[end:].lstrip(_EDGES)
        rest = f"{before}, {behind}".strip(_EDGES)
        home = home_read(place.town.label if place.town else place.code)
        called = read_role(wanted, (), "", roles()).roles
        elsewhere = places_of(rest, called, at_home=False, near=home.country)
        if elsewhere.codes or elsewhere.towns:
            return home, rest
        return home, f"{wanted[:start]}{wanted[name_start:]}" if name_start > start else wanted
    return None, wanted


def _last_of(text: str, named: Sequence[NamedPlace]) -> NamedPlace | None:
    """The last of the names of one place: "Porto, Portugal"; None where others will do: "Leeds, York or Hull"."""
    first, last = named[0], named[0]
    for before, place in pairwise(named):
        joint = text[before.end : place.start]
        if _patterns().choice.fullmatch(joint):
            return None
        if joint.strip() not in ("", ","):
            break
        if last is before and not place.is_town and place.code in (first.code, country_part(first.code)):
            last = place
    return last


def _said_of(text: str, first: NamedPlace, last: NamedPlace) -> tuple[int, int, int] | None:
    """Where the words begin that say that they live at a place, where its name does with "in", and where all ends."""
    known = _patterns()
    leads = known.lead.search(text, 0, first.start)
    name_start = leads.start() if leads else first.start
    before = known.lives.search(text, 0, name_start)
    if leads and before:
        return before.start(), name_start, last.end
    behind = known.lives_behind.match(text, last.end)
    return (name_start, name_start, behind.end()) if behind else None


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
