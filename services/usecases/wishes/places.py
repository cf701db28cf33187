"""Where somebody wants to work, as a sentence says it: whatever place it names is meant, and nothing is read between.

A posting names places for many reasons, and is read with care; who says what they look for names those they want.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice, pairwise
from typing import Final, NamedTuple

from services.ingest.domain.reach.named import as_states
from services.ingest.domain.reach.words import words as words_of_reach
from services.ingest.domain.role.reading import read_role
from services.rules.lexicon.builder import any_of
from services.rules.places.codes import WORDS
from services.rules.places.data import country_part, place_data
from services.rules.places.known import (
    WORLDWIDE,
    PlaceMention,
    find_places,
    is_country,
    is_subdivision,
)
from services.rules.places.towns import (
    Town,
    town_abroad,
    town_in_short,
    towns_in_field,
)
from services.rules.roles.taxonomy import roles
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import fold
from services.usecases.wishes.areas import areas_in
from services.usecases.wishes.beside_places import (
    NamedPlace,
    holds,
    is_beside_remote,
    place_of_mention,
    region_beside_remote,
    tools_with_capitals,
    without_own_states,
    without_towns_within,
    words_of_titles,
)
from services.usecases.wishes.sentence import is_idle, stretches_of
from services.usecases.wishes.short_codes import with_codes_in_capitals

_MOST_WORDS: Final = 4


@dataclass(frozen=True, slots=True)
class Places:
    """What is named."""

    codes: tuple[str, ...] = ()
    """Of the places to ask for."""
    towns: tuple[str, ...] = ()
    """Labels."""
    areas: Mapping[str, int] = field(default_factory=dict)
    """Of labels that stand for a whole area, the kilometres that it reaches."""
    beside_remote: bool = False
    """Whether one of the towns will do beside work from home: "remote or Austin"."""
    no_skills: frozenset[str] = frozenset()
    """Skills whose names stand in the sentence for a place alone: "nurse in Aurora, Colorado"."""


class Whereabouts(NamedTuple):
    """Countries of whoever writes, each empty where it is not known."""

    lives: str = ""
    """Where they say that they live: its towns are likelier than their namesakes."""
    browses: str = ""
    """That of their time zone: of namesakes the town there is meant, and behind a trade also what is a word too."""


NOWHERE: Final = Whereabouts()


def places_of(wanted: str, called: Sequence[str], *, at_home: bool, near: Whereabouts = NOWHERE) -> Places:
    """The places that a sentence names. `called`: roles that it asks for; `at_home`: whether remote work alone is.

    Who works from home in a town works from its state.
    """
    text = with_codes_in_capitals(wanted)
    by_tools = roles()[called[0]].works_with_tools if called else None
    named, no_skills = _all_named(text, near, technical=by_tools is not False, toolless=by_tools is False)
    apart = region_beside_remote(text, named) if at_home else None
    if apart:
        named = [*(place for place in named if place.town or not holds(place.code, apart.code)), apart]
    named = without_towns_within(text, named)
    towns = [place for place in named if place.town]
    beside_remote = apart is not None or is_beside_remote(text, towns)
    if beside_remote:
        named = without_own_states(text, named)
    return Places(
        _codes(named, at_home=at_home and not beside_remote),
        tuple(dict.fromkeys(place.town.label for place in towns if place.town)),
        {place.town.label: place.km for place in towns if place.town and place.km},
        beside_remote,
        no_skills,
    )


def named_in(sentence: str) -> list[NamedPlace]:
    """Each place that a sentence names, where no tool is meant by it."""
    return _all_named(with_codes_in_capitals(sentence), NOWHERE, technical=False)[0]


def _all_named(
    text: str, near: Whereabouts, *, technical: bool, toolless: bool = False
) -> tuple[list[NamedPlace], frozenset[str]]:
    """Each place, in the order of the text; and skills that stand in it for a place alone.

    `toolless`: it asks for a trade without tools, behind which a town may be called as one: "nurse Phoenix".
    """
    ways_written = (text, text.title()) if technical else (text,)  # in "selenium cypress" both are tools
    skilled = [skill for way in ways_written for skill in taxonomy().find(way) if skill.kind != "language"]
    named: list[NamedPlace] = []
    not_skills, are_skills = set[str](), set[str]()
    found = find_places(text, cities=True, small=True)
    mentions = _of_work(text, found)
    areas = [*areas_in(text, mentions, {near.lives, near.browses, *(country_part(m.code) for m in mentions)} - {""})]
    named += areas
    mentions = [m for m in mentions if _is_free(m.start, m.end, [(area.start, area.end) for area in areas])]
    elsewhere = [(m.start, m.end) for m in found if m not in mentions]
    of_titles = [m for m in mentions if _is_of_title(text, m, near.browses)]
    mentions = [m for m in mentions if m not in of_titles]
    for mention in as_states(mentions):
        over = {skill.name for skill in skilled if skill.start < mention.end and mention.start < skill.end}
        if over and not _is_place(text, mention, technical=technical):
            are_skills |= over
            continue
        not_skills |= over
        named.append(place_of_mention(mention, text))
    named += _parts_alone(text, [*elsewhere, *((place.start, place.end) for place in named)])
    countries = {country_part(place.code) for place in named if place.code not in place_data().members} | {
        near.lives
    } - {""}
    of_else = [*((skill.start, skill.end) for skill in skilled), *((word.start, word.end) for word in of_titles)]
    named += _towns_alone(text, countries, [*((place.start, place.end) for place in named), *of_else])
    for more in (_towns_alone, _towns_behind_trade) if near.browses else ():
        named += more(text, {near.browses}, [*((place.start, place.end) for place in named), *of_else])
    if toolless and near.browses and not any(place.is_town for place in named):
        tools = tools_with_capitals(_patterns().words.findall(text))
        called_so = [*_towns_behind_trade(text, {near.browses}, [], tools)]
        named += called_so
        not_skills |= {tools[said] for place in called_so if (said := text[place.start : place.end]) in tools}
    named += _namesakes(text, countries | {near.browses}, [(place.start, place.end) for place in named])
    return sorted(named, key=lambda place: place.start), frozenset(not_skills - are_skills)


def _namesakes(text: str, countries: Collection[str], taken: Sequence[tuple[int, int]]) -> Iterator[NamedPlace]:
    """Names that a country and a state share: where something else tells which, that one, and else either."""
    known = {name: codes for name, codes in place_data().ambiguous.items() if any(map(is_country, codes))}
    for word in _patterns().words.finditer(text):
        codes = known.get(fold(word[0]), ()) if word[0][0].isupper() else ()
        if codes and _is_free(word.start(), word.end(), taken):
            near = [code for code in codes if country_part(code) in countries]
            yield from (NamedPlace(word.start(), word.end(), code, is_town=False) for code in near or codes)


def _codes(named: Sequence[NamedPlace], *, at_home: bool) -> tuple[str, ...]:
    """Places as criteria name them: of a town its country, or its state for who works from home or names one too."""
    narrowed = {country_part(place.code) for place in named if not place.is_town and is_subdivision(place.code)}
    found: dict[str, None] = {}
    for place in named:
        country = country_part(place.code)
        narrow = not place.is_town or ((at_home or country in narrowed) and country in place_data().coded)
        found[place.code if narrow else country] = None
    return tuple(code for code in found if code != WORLDWIDE)


def _of_work(text: str, mentions: Sequence[PlaceMention]) -> list[PlaceMention]:
    """Those that do not say of something else where that is from, as both do of "US or Australian clients"."""
    kept: list[PlaceMention] = []
    behind: PlaceMention | None = None
    of_else = False
    for mention in reversed(mentions):
        joined = (
            behind is not None and _patterns().joint.fullmatch(text[mention.end : behind.start].lower()) is not None
        )
        of_else = _is_of_else(text, mention) or (of_else and joined)
        kept += [] if of_else else [mention]
        behind = mention
    return kept[::-1]


def _is_of_else(text: str, mention: PlaceMention) -> bool:
    """Whether a place says of something else where that is from: "US tax", "UK visa", but "Dubai visa sponsorship".

    So does that of whom the work is for: "para empresas de Estados Unidos", "für US-Firmen".
    """
    small = text.lower()
    if any(led.end() == mention.start for led in _patterns().employers.finditer(small, 0, mention.start)):
        return True
    if _patterns().employers_behind.match(small, mention.end):
        return True
    asks_visa = _patterns().visa.match(small, mention.end) is not None
    return not asks_visa and words_of_reach().not_a_place.match(small, mention.end) is not None


def _is_of_title(text: str, mention: PlaceMention, browses: str) -> bool:
    """Whether a town in small letters is a word of titles too, as a shop is in Portuguese: "vendedora de loja".

    Behind "in" it is a town, and behind a word that it has before it in titles one where its writer is.
    """
    if mention.kind != "city" or mention.text not in words_of_titles():
        return False
    led = [found for found in _patterns().before.finditer(text, 0, mention.start) if found.end() == mention.start]
    if not led:
        return True
    called = f"{led[-1][0].strip().lower()} {mention.text}" in words_of_titles()
    return called and country_part(place_of_mention(mention).code) != browses


def _is_place(text: str, mention: PlaceMention, *, technical: bool) -> bool:
    """Whether what is the name of a skill too stands for the place: with its state, or where a trade has no tools."""
    if mention.kind != "city" or mention.name_end < mention.end:
        return True
    return not technical and _patterns().before.search(text[: mention.start]) is not None


def _parts_alone(text: str, taken: Sequence[tuple[int, int]]) -> Iterator[NamedPlace]:
    """Codes of countries that are all that a part of the sentence says, and names that are words too: "nurse, Cork"."""
    for start, end in stretches_of(text):
        said = text[start:end]
        if not _is_free(start, end, taken):
            continue
        if said in place_data().countries and said not in WORDS:
            yield NamedPlace(start, end, said, is_town=False)
        elif said[0].isupper() and not _is_of_work(said):
            for mention in find_places(said, cities=True):
                if mention.start == 0 and mention.end == len(said):
                    yield place_of_mention(mention)._replace(start=start, end=end)


def _is_free(start: int, end: int, taken: Sequence[tuple[int, int]]) -> bool:
    return all(last <= start or end <= first for first, last in taken)


def _towns_alone(text: str, countries: Collection[str], taken: Sequence[tuple[int, int]]) -> Iterator[NamedPlace]:
    """Further towns of the table: what is all that a part of the sentence says, or stands behind "in" or "near"."""
    known, spans = _patterns(), [*taken]
    for start, end in stretches_of(text):
        before = known.leads.match(text, start, end)
        spans += _first_town(text, (before.end() if before else start, end), countries, spans, whole=True)
    for found in known.before.finditer(text):
        spans += _first_town(text, (found.end(), len(text)), countries, spans)
    for start, end in spans[len(taken) :]:
        if town := _town(text, (start, end), countries):
            yield NamedPlace(start, end, town.code, town)


def _towns_behind_trade(
    text: str, countries: Collection[str], taken: Sequence[tuple[int, int]], tools: Collection[str] = ()
) -> Iterator[NamedPlace]:
    """Towns of a country with which a part ends that begins with a trade: "nurse cork", "chofer camion rosario".

    `tools`: names of towns, though tools are called so; these may be all that a part says.
    """
    for start, end in stretches_of(text):
        if text[start:end] in tools:
            called_so = towns_in_field(text[start:end], countries)
            yield from (NamedPlace(start, end, town.code, town) for town in called_so if len(called_so) == 1)
            continue
        trade = read_role(text[start:end], (), "", roles())
        words = [*_patterns().words.finditer(text, start, end)]
        for before, word in reversed([*pairwise(words)][-_MOST_WORDS:]):
            first, name, behind_lead = word.start(), text[word.start() : end], is_idle(before[0])
            if not trade.spans or first < start + trade.spans[0][1] or not _is_free(first, end, taken) or behind_lead:
                break
            if read_role(text[start:first], (), "", roles()).roles[:1] != trade.roles[:1]:
                continue
            if _is_of_work(name) and name not in tools:
                continue
            if len(towns := [town for town in towns_in_field(name, countries) if town.country in countries]) == 1:
                yield NamedPlace(first, end, towns[0].code, towns[0])
                break


def _first_town(
    text: str,
    within: tuple[int, int],
    countries: Collection[str],
    taken: Sequence[tuple[int, int]],
    *,
    whole: bool = False,
) -> Iterator[tuple[int, int]]:
    """Where the town stands that some words begin with, in as many of them as it takes, or that all of them name."""
    start, end = within
    words = islice(_patterns().words.finditer(text, start, end), _MOST_WORDS)
    for stop in reversed([word.end() for word in words]):
        if _is_free(start, stop, taken) and (not whole or stop == end) and _town(text, (start, stop), countries):
            yield start, stop
            return


def _is_of_work(said: str) -> bool:
    """Whether words name a trade or a skill, or ask for nothing."""
    named = read_role(said, (), "", roles()).roles or taxonomy().canonical(said)
    return bool(named) or any(map(is_idle, said.split()))


def _town(text: str, within: tuple[int, int], countries: Collection[str]) -> Town | None:
    """The town that some words of a text mean, where they are none of something else."""
    name = text[within[0] : within[1]]
    if name.isupper() and not text.isupper() and (short := town_in_short(name)):
        return short  # "In LA", which is an article in small letters.
    if _is_of_work(name):
        return None
    found = towns_in_field(name, countries)
    return found[0] if len(found) == 1 else town_abroad(name)


class _Patterns(NamedTuple):
    before: re.Pattern[str]
    """Right before the name of a town."""
    leads: re.Pattern[str]
    """What a part may begin with."""
    words: re.Pattern[str]
    joint: re.Pattern[str]
    """Between two places."""
    visa: re.Pattern[str]
    """Right behind a place: asks for one."""
    employers: re.Pattern[str]
    """Right before a place: those that work is for."""
    employers_behind: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    before, leads = any_of("place.town_before"), any_of("place.town_before", "wish.leads")
    return _Patterns(
        before=re.compile(rf"(?<!\w){before}\s+(?:{any_of('place.town_article')}\s+)?", re.IGNORECASE),
        leads=re.compile(rf"(?:{leads}\s+)+", re.IGNORECASE),
        words=re.compile(r"[\w'’.-]+"),
        joint=re.compile(rf"\s*(?:/|&|{any_of('joint.or', 'joint.and')})\s*"),
        visa=re.compile(rf"\s+{any_of('visa.wish')}"),
        employers=re.compile(rf"{any_of('wish.employers')}\s+"),
        employers_behind=re.compile(rf"\s*{any_of('wish.employers_behind')}"),
    )
