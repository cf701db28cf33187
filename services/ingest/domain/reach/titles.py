"""Places in a title: a hiring region, or what stands apart in it and limits who may apply."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from services.ingest.domain.findings import evidence_of
from services.ingest.domain.reach.named import ExcludedPlaces, NamedPlaces
from services.ingest.domain.reach.parts import parted
from services.ingest.domain.reach.words import pattern_of, words
from services.rules.places.known import PlaceMention, countries_of, country_of, find_places
from services.rules.text import lowered

_REGION_IN_FULL: Final = 30
"""From so many countries on, a board's list is a region written out."""
_KINDS: Final = ("country", "group", "subdivision")


@dataclass(frozen=True, slots=True)
class _Patterns:
    """For text in lower case. What their words are for stands in rules/lexicon/meanings.toml, under `[reach]`."""

    apart: re.Pattern[str]
    """Before a place that stands apart."""
    apart_behind: re.Pattern[str]
    joined: re.Pattern[str]
    """Between two of its places."""


@cache
def _patterns() -> _Patterns:
    beside = r"(?:(?:{hiring_region}|{only_people}|{article}|{preposition})[\s:]{1,3}|[^\w\s()\[\]]{1,3}\s?){0,3}"
    behind = r"(?:[\s:-]{0,3}(?:{hiring_region}|{only_people}|[^\w\s()\[\],|–—-]{1,4})){0,3}"
    return _Patterns(
        apart=pattern_of(rf"(?:[(\[|,–—:]|\s[-/])\s*{beside}$"),
        apart_behind=pattern_of(rf"{behind}\s*(?:[)\]|,–—]|\s-\s|$)"),
        joined=pattern_of(r"\s?(?:[/&,+]|{list_and})\s?(?:{article}\s)?"),
    )


def title_region(title: str, excluded: ExcludedPlaces) -> NamedPlaces:
    """A place in a title that speaks of hiring: `Remote, Latin America`, `(Europe Remote)`, `US only`.

    A maker's title needs no such word for a region: `Software Engineer (Europe)`.
    """
    named, small = NamedPlaces(), lowered(title)
    shut, open_ = parted(title, find_places(title, cities=True))
    excluded.add((m.code for m in shut if m.kind != "city"), partial(evidence_of, "title", title))
    mentions = [
        m
        for m in open_
        if m.kind != "worldwide" and not (m.kind == "group" and words().seat_behind.match(small, m.end))
    ]
    if not mentions:
        return named
    hiring = bool(words().hiring_region.search(small))
    if not hiring and (not words().maker_role.search(small) or words().market_role.search(small)):
        return named
    if named.add((m for m in mentions if hiring or m.kind == "group"), states=False):
        named.evidence.append(evidence_of("title", title))
    return named


def title_limits(title: str) -> NamedPlaces:
    """The countries, states and regions that stand apart in a title: `- Belgium`, `(USA)`, `, EMEA`, `(US/Canada)`.

    What is said of them beside that (`EMEA Partnerships`) makes them a market.
    """
    named, small = NamedPlaces(), lowered(title)
    places = [m for m in find_places(title) if m.kind in _KINDS and not words().not_a_place.match(small, m.end)]
    for run in _apart(small, places):
        if named.add(run, states=True):
            named.evidence = [evidence_of("title", title)]
    return named


def _apart(title: str, mentions: Sequence[PlaceMention]) -> Iterator[Sequence[PlaceMention]]:
    """Runs of places with nothing else between two marks of a title in lower case."""
    known = _patterns()
    first = 0
    for last, mention in enumerate(mentions):
        if last + 1 < len(mentions) and known.joined.fullmatch(title, mention.end, mentions[last + 1].start):
            continue
        before = known.apart.search(title[: mentions[first].start])
        if before and known.apart_behind.match(title, mention.end):
            yield mentions[first : last + 1]
        first = last + 1


def narrowed(named: NamedPlaces, limits: NamedPlaces) -> NamedPlaces:
    """What a title leaves of the places that a board lists, or of the posting's own: where it names a part of them, or
    a country while they are another one."""
    if not limits.any_place or named.worldwide:
        return named
    within, whole = _countries(limits), _countries(named)
    narrower = within < whole or (within == whole and limits.subdivisions and not named.subdivisions)
    return limits if narrower or (not limits.groups and is_elsewhere(named, limits)) else named


def is_elsewhere(named: NamedPlaces, title: NamedPlaces) -> bool:
    """Whether the one country that a board names is none of a title's: the employer's, or where it advertises."""
    whole = _countries(named)
    return len(whole) == 1 and not named.groups and whole.isdisjoint(_countries(title))


def _countries(named: NamedPlaces) -> frozenset[str]:
    parts = map(country_of, named.subdivisions)
    return frozenset(named.countries).union(parts, *map(countries_of, named.groups))


def with_title(named: NamedPlaces, title: NamedPlaces, own: NamedPlaces) -> NamedPlaces:
    """A hiring region in the title stands beside the places that are listed, where these do not name regions.

    Of a region that a board writes out, what lies within the title's is left. Where all that the text names is such a
    region too, the posting's own locations stand beside both.
    """
    members = frozenset[str]().union(*map(countries_of, title.groups))
    if title.groups and not named.countries and members.issuperset(own.countries):
        named.join(own)
    if title.groups and not named.groups and members.intersection(named.countries):
        if len(named.countries) > _REGION_IN_FULL:
            return title
        named.groups.update(title.groups)
        named.evidence += title.evidence
    return named
