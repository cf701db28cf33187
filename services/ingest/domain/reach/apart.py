"""Places that stand apart: in a title, where they limit who may apply, and behind the label of a line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from services.ingest.domain.findings import evidence_of
from services.ingest.domain.reach.beside import parted
from services.ingest.domain.reach.cues import Cue
from services.ingest.domain.reach.named import ExcludedPlaces, NamedPlaces, as_states, in_bracket, without_frames
from services.ingest.domain.reach.words import MOST_BETWEEN, pattern_of, words
from services.rules.places.known import PlaceMention, countries_of, country_of, find_places
from services.rules.sections import ABOUT_US, Document
from services.rules.text import lowered

_REGION_IN_FULL: Final = 30
"""From so many countries on, a board's list is a region written out."""
_SIGN_BEHIND = re.compile(r"[\ufe0f\s:–-]*")
_POST_CODE: Final = re.compile(r"(?:,? [A-Z]{2}){0,2},? \d{5}\b")
_MOST_LABELLED = 220
_KINDS: Final = ("country", "group", "subdivision")


@dataclass(frozen=True, slots=True)
class _InTitles:
    """For text in lower case. What their words are for stands in rules/lexicon/meanings.toml, under `[reach]`."""

    apart: re.Pattern[str]
    """Before a place that stands apart."""
    apart_behind: re.Pattern[str]
    joined: re.Pattern[str]
    """Between two of its places."""


@cache
def _in_titles() -> _InTitles:
    beside = r"(?:(?:{hiring_region}|{only_people}|{article}|{preposition})[\s:]{1,3}|[^\w\s()\[\]]{1,3}\s?){0,3}"
    behind = r"(?:[\s:-]{0,3}(?:{hiring_region}|{only_people}|[^\w\s()\[\],|–—-]{1,4})){0,3}"
    return _InTitles(
        apart=pattern_of(rf"(?:[(\[|,–—:]|\s[-/])\s*{beside}$"),
        apart_behind=pattern_of(rf"{behind}\s*(?:[)\]|,–—]|\s-\s|$)"),
        joined=pattern_of(r"\s?(?:[/&,+]|{joint.and}|{joint.or})\s?(?:{article}\s)?"),
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

    What is said of them beside that (`EMEA Partnerships`) makes them a market. With a post code they are an address.
    """
    named, small = NamedPlaces(), lowered(title)
    places = [m for m in find_places(title) if m.kind in _KINDS and not words().not_a_place.match(small, m.end)]
    for run in _apart(small, places):
        if not _POST_CODE.match(title, run[-1].end) and named.add(run, states=True):
            named.evidence = [evidence_of("title", title)]
    return named


def _apart(title: str, mentions: Sequence[PlaceMention]) -> Iterator[Sequence[PlaceMention]]:
    """Runs of places with nothing else between two marks of a title in lower case."""
    known = _in_titles()
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


@dataclass(frozen=True, slots=True)
class _OfLabels:
    """For text in lower case, as `_InTitles`."""

    before: re.Pattern[str]
    behind: re.Pattern[str]
    end: re.Pattern[str]
    """Ends what the label heads."""
    ends_anywhere: re.Pattern[str]
    wished: re.Pattern[str]


@cache
def _of_labels() -> _OfLabels:
    return _OfLabels(
        before=pattern_of(r"[\W_]*(?:{label_before}\s+){0,2}"),
        behind=pattern_of(
            r"(?:\(s\))?(?: {label_behind})?\s{0,2}(?:[:：>]|[-–—]\s)\s*(?:\n\W{0,4})?"
            r"|[ \t]*\n{1,2}(?=[^\n]{2,60}(?:\n|$))"
        ),
        end=pattern_of(r"\n|[.!?](?:\s|$)|💰|[💼🕒⏰]|{label_ends}"),
        ends_anywhere=pattern_of(r"(?:[|/,]|{joint.or})\s?{anywhere_else}\W*$"),
        wished=pattern_of("{wished}"),
    )


@dataclass(frozen=True, slots=True)
class Label:
    """A line such as `Location: Remote, Spain` or `📍 Europe`.

    `text[start:stop]` is its value, `line` where it begins.
    """

    line: int
    start: int
    stop: int
    places: Sequence[PlaceMention]
    """What it allows; none where its value begins with something else."""
    asides: Sequence[str]
    """Codes of what it rules out."""
    anywhere: bool
    """Whether its list of places ends with anywhere else."""


def read_label(document: Document, cue: Cue) -> Label | None:
    """Read the line whose label a cue is; None where it is no label after all."""
    text, small, known = document.text, document.lowered, _of_labels()
    line = text.rfind("\n", max(0, cue.start - 60), cue.start) + 1
    if cue.start - line > 50 or not known.before.fullmatch(small, line, cue.start):
        return None
    sign = not text[cue.start].isalnum()
    behind = (_SIGN_BEHIND if sign else known.behind).match(small, cue.end)
    if behind is None or (document.kind_at(max(0, line - 1)) in ABOUT_US and sign):
        return None
    start = behind.end()
    limit = min(len(text), start + _MOST_LABELLED)
    end = known.end.search(small, start, limit)
    stop = end.start() if end else limit
    if words().preferred_behind.match(small, stop) and stop - start < 3:
        return None
    value, said = text[start:stop], small[start:stop]
    mentions = [m for m in find_places(value, cities=True) if not words().not_a_place.match(small, start + m.end)]
    left_out, mentions = parted(value, mentions)
    if end is not None and known.wished.match(end[0]):
        wish = max(value.rfind(mark) for mark in ",;(")
        mentions = [m for m in mentions if m.start < wish] or mentions
    if mentions and (
        mentions[0].start > MOST_BETWEEN or (sign and not words().filled.fullmatch(said[: mentions[0].start]))
    ):
        mentions = []
    last = known.ends_anywhere.search(said)
    everywhere = bool(last) or (len(mentions) > 1 and mentions[-1].kind == "worldwide")
    anywhere = everywhere and not in_bracket(said[: last.start() if last else mentions[-1].start])
    return Label(
        line, start, stop, without_frames(value, as_states(mentions)), [mention.code for mention in left_out], anywhere
    )
