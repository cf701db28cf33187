"""The towns in which work is done: as a board lists them, against what text and title say of it."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from schemas.posting import Evidence, Reach, Workplace
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.reach.words import pattern_of, speaks_of_you
from services.rules.lexicon.builder import any_of
from services.rules.places.data import country_part, place_data
from services.rules.places.distances import kilometres, nearest_town, point
from services.rules.places.known import PlaceMention, at_home, countries_of, country_of, find_places
from services.rules.places.towns import (
    MOST,
    Town,
    known_towns,
    label_of,
    town_of_mention,
    towns_in_field,
    towns_in_sentence,
)
from services.rules.sections import ABOUT_US, Document

_APART = 50.0
"""Kilometres from which on a text and a board name two places."""
_MOST = 60
"""Characters of what stands behind a label."""
_BEFORE = 80
_MOST_READ = 12
"""Statements of one text."""
_OWN_WORDS = ("text", "title")
_NAMED_WITHIN: Final = 60.0
"""Kilometres between a town that is named and the coordinates that are given with it."""
_NEAREST_WITHIN: Final = 10.0
"""Kilometres between coordinates and the known town that they are taken for, if none is named there."""


def read_towns(draft: Draft, workplace: Finding[Workplace], reach: Finding[Reach]) -> Finding[tuple[int, ...]]:
    """The ids of the towns; none of remote work, which is done anywhere, and none outside the countries of the reach:
    an employer lists the towns of its offices, and the work is in another (`requires relocation to Luxembourg`).

    Of the text only those words count that decided the workplace or the reach: others name customers and offices.
    """
    if workplace.value == "remote":
        return Finding(())
    countries = _countries(reach.value)
    found: dict[Town, Evidence] = {}
    for stated in draft.locations:
        for town in _towns_at(stated, countries):
            found.setdefault(town, evidence_of(stated.field, stated.text))
    for quoted in () if found else _own_words(workplace, reach):
        for town in towns_in_sentence(quoted.text, countries):
            found.setdefault(town, quoted)
    inside = [(town, shown) for town, shown in found.items() if not countries or country_part(town.code) in countries]
    kept = inside[:MOST]
    return Finding(tuple(town.id for town, _ in kept), tuple({shown.text: shown for _, shown in kept}.values()))


def _towns_at(stated: Stated, countries: frozenset[str]) -> Sequence[Town]:
    """The towns that a location names; where it gives coordinates, those that lie there, or else the nearest one."""
    named = towns_in_field(stated.text, countries)
    if stated.at is None:
        return named
    place = point(*stated.at)
    there = [town for town in named if kilometres(town, place) <= _NAMED_WITHIN]
    nearest = None if there else nearest_town(place, _NEAREST_WITHIN)
    if nearest and (not countries or nearest.country in countries):
        return [nearest]
    return there or named


def reach_by_towns(reach: Finding[Reach], towns: Finding[tuple[int, ...]]) -> Finding[Reach]:
    """The reach, by the countries of the towns where the work is done if nothing else says where one may work from."""
    if reach.value != Reach() or not towns.value:
        return reach
    labels = (label for town in towns.value if (label := label_of(town)))
    countries = tuple(dict.fromkeys(country_part(label.rpartition(", ")[2]) for label in labels))
    return Finding(Reach(scope="listed", countries=countries), towns.evidence)


def _own_words(*findings: Finding[Workplace] | Finding[Reach]) -> Iterator[Evidence]:
    for finding in findings:
        yield from (shown for shown in finding.evidence if shown.source in _OWN_WORDS)


def _countries(reach: Reach) -> frozenset[str]:
    """Those that a reach names, groups expanded."""
    return frozenset(reach.countries).union(*map(countries_of, reach.groups))


@cache
def _labelled() -> re.Pattern[str]:
    label = any_of("reach.phrase.label")
    return re.compile(rf"(?:^|\n)\W{{0,4}}{label}\s?[:–-]\s{{0,2}}(?=\w)|{any_of('reach.seat_label')}:?\s(?=\w)")


@cache
def _works_from() -> re.Pattern[str]:
    return pattern_of(r"{works_from}(?: [\w'’&-]+){1,5}? {seat_in} (?=\w)")


def seated(
    document: Document, workplace: Workplace, towns: Finding[tuple[int, ...]], reach: Finding[Reach]
) -> tuple[Finding[tuple[int, ...]], Finding[Reach]]:
    """The towns and the reach, by where title and text say that work is done which is not remote.

    A board lists where a job is advertised; what the employer says of it is nearer. So a label or a sentence (`Work
    location: Hampton`, `working from one of our centres in Ohio`) that names another place of the same country, at
    least 50 km away, is believed; and where the title names another state, the towns of the board are none of the job.
    """
    advertised = known_towns(towns.value)
    if workplace == "remote" or not advertised:
        return towns, reach
    if _is_elsewhere(advertised, reach):
        titled = filter(None, map(town_of_mention, find_places(document.title, cities=True)))
        inside = dict.fromkeys(town.id for town in titled if town.code in reach.value.subdivisions)
        return Finding(tuple(inside), reach.evidence[:1] if inside else ()), reach
    countries = frozenset(reach.value.countries)
    found: dict[Town, None] = {}
    states: dict[str, None] = {}
    shown: list[Evidence] = []
    for mentions, evidence in _statements(document, advertised, countries):
        found |= dict.fromkeys(filter(None, map(town_of_mention, mentions)))
        states |= dict.fromkeys(place.subdivision or place.code for place in mentions)
        shown.append(evidence)
    near = any(kilometres(town, other) < _APART for town in found for other in advertised)
    if near or not shown or (not found and any(town.code in states for town in advertised)):
        return towns, reach
    said = tuple(shown[:1])
    coded = tuple(code for code in states if code not in countries and country_part(code) in place_data().coded)
    if coded and not found and not reach.value.subdivisions:
        reach = Finding(reach.value.model_copy(update={"subdivisions": coded}), (*said, *reach.evidence))
    return Finding(tuple(town.id for town in found), said), reach


def _is_elsewhere(advertised: Sequence[Town], reach: Finding[Reach]) -> bool:
    """Whether a title names states of the country, and a board only towns of others."""
    states = reach.value.subdivisions
    by_title = any(shown.source == "title" for shown in reach.evidence)
    parted = {country_of(state) for state in states}
    return bool(states) and by_title and all(town.country in parted and town.code not in states for town in advertised)


def _statements(
    document: Document, advertised: Sequence[Town], countries: frozenset[str]
) -> Iterator[tuple[list[PlaceMention], Evidence]]:
    """The places of each statement that names some of these countries and no wider ones.

    A town without its state behind a label is one of those states in which the job is advertised.
    """
    text, known = document.text, {town.code for town in advertised}
    home = next(iter(countries)) if len(countries) == 1 else None
    matches = [(match, True) for match in _labelled().finditer(document.lowered)]
    matches += [(match, False) for match in _works_from().finditer(document.lowered)]
    for match, label in matches[:_MOST_READ]:
        if document.kind_at(match.end() - 1) in ABOUT_US:
            continue
        before = document.lowered[max(0, match.start() - _BEFORE) : match.start()].rpartition("\n")[2]
        if not label and speaks_of_you(before.rpartition(". ")[2]) is False:
            continue
        value = text[match.end() : match.end() + _MOST].partition("\n")[0]
        places = [at_home(place, home) for place in find_places(value, cities=True)]
        if not places or places[0].start > 0:
            continue
        first = places[0]
        if first.kind not in ("city", "subdivision") or country_part(first.code) not in countries:
            continue
        alone = first.kind == "city" and first.name_end in (0, first.end)
        if alone and country_part(first.code) in place_data().coded and first.subdivision not in known:
            continue
        yield [first], quote("text", text, match.start(), match.end() + first.end)
