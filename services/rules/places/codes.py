"""Codes of places in running text, of which most runs of capitals are none: told by what stands beside them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from services.rules.lexicon.builder import any_of
from services.rules.places.data import Sense, country_part, place_data
from services.rules.places.parts import countries_by_part, towns_by_part
from services.rules.places.town_data import called
from services.rules.text import fold

_TOKEN = re.compile(r"(?<![\w.@&'’$/+-])[A-Z]{2,3}(?![\w@&'’+])|(?<=[A-Z]/)[A-Z]{2}(?![\w@&'’+])")
_ZIP = re.compile(r",?\s+(?:\d{5}(?:-\d{4})?\b|[A-Z]\d[A-Z]\s?\d[A-Z]\d\b)")
_GAP = re.compile(r",\s?|\s?[-–]\s?|\s")
_COMMA = re.compile(r",\s?")
_TOWN_BEFORE = re.compile(r"(?:(?<![\w.'’-])[^\W\d_][\w.'’-]*[a-zà-ÿ]|[A-ZÀ-Þ]{4})(?P<end>)\)?,\s?$")
"""A name, and no code, which makes it a list of countries: `UK, CA, US`."""
PLACE_BEFORE = re.compile(r"\b(?P<name>[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+)*),\s?$")

WORDS = frozenset(
    """AC AD AI AM AR AS AT BA BB BE BI BS CC CD CO CS CV ET GM GP HR ID IN IO IS IT LA MA MC MD ME ML MP MR MS MY
    NC NE NI NO OR PA PE PH PM PR PS QA RE SA SC SE SM SO SR ST TC TF TL TO TT TV UX VC VP VR""".split()  # noqa: SIM905 (so many codes read better as words)
)
"""Codes that postings use for something else; only a place before them, with a comma, makes them places."""
_RARELY_COUNTRIES = frozenset("AZ GA KY LA MD MN MO MS NC NE SC SD VA".split())  # noqa: SIM905 (so many codes read better as words)
"""Behind an unknown name these are American states: the countries of these codes hardly hire (Gabon, Vatican City)."""

SMALL_TOWNS = "US"
"""Where towns abroad have namesakes that are smaller than the table of towns has them, and named with their state."""

_ZONES = frozenset({"EST"})
"""A zone of America before it is Estonia: `Remote (EST overlap)`."""


@dataclass(frozen=True, slots=True)
class CodeToken:
    """Capital letters that are a code of ISO 3166, and all that they may mean."""

    start: int
    end: int
    text: str
    senses: tuple[Sense, ...]


@cache
def _codes() -> dict[str, tuple[Sense, ...]]:
    data = place_data()
    codes: dict[str, list[Sense]] = {code: [Sense("country", code)] for code in data.countries}
    for alpha3, code in data.alpha3.items():
        if alpha3 in _ZONES:
            continue
        codes.setdefault(alpha3, []).append(Sense("country", code))
    for code in data.subdivisions:
        country, _, part = code.partition("-")
        if country in data.coded:
            codes.setdefault(part, []).append(Sense("subdivision", code))
    return {code: tuple(senses) for code, senses in codes.items()}


@cache
def state_codes() -> frozenset[str]:
    """`CA`, `NSW`: what postings call the subdivisions of some countries, without the country."""
    return frozenset(code for code, senses in _codes().items() if any(s.kind == "subdivision" for s in senses))


def code_tokens(text: str) -> list[CodeToken]:
    """Every run of capitals that is a code of something, right or wrong."""
    codes = _codes()
    return [CodeToken(m.start(), m.end(), m[0], codes[m[0]]) for m in _TOKEN.finditer(text) if m[0] in codes]


def believed_codes(
    text: str,
    tokens: Sequence[CodeToken],
    places_ending: Mapping[int, tuple[Sense, ...]],
    places_starting: Mapping[int, tuple[Sense, ...]],
) -> list[CodeToken]:
    """The tokens that are meant as places, each with the senses that its company leaves.

    A token right behind a place that lies in it is believed; so is one in a list of codes, one behind `Remote -`, and
    a state's code behind an unknown name with a comma, if it is no country's, has its country or a postal code behind
    it, or the name is one of towns that this country has and the other one has not. A state's code before a place that
    lies in it says nothing more: `US, CA, Fresno`.
    """
    tokens = [token for token in tokens if not _before_place(text, token, places_starting)]
    believed: dict[int, CodeToken] = {}
    for token in tokens:
        senses = (
            _behind_place(text, token, places_ending)
            or _before_its_country(text, token, places_ending, places_starting)
            or _behind_name(text, token)
        )
        if senses:
            believed[token.start] = CodeToken(token.start, token.end, token.text, senses)
    for run in _runs(text, tokens):
        for token, senses in _listed(run):
            if token.start not in believed:
                believed[token.start] = CodeToken(token.start, token.end, token.text, senses)
    return sorted(believed.values(), key=lambda token: token.start)


def _behind_place(text: str, token: CodeToken, places_ending: Mapping[int, tuple[Sense, ...]]) -> tuple[Sense, ...]:
    gap = re.search(r"(?:,\s?|\s?\(|\s[-–]\s|\s)$", text[max(0, token.start - 3) : token.start])
    if not gap:
        return ()
    inner = places_ending.get(token.start - len(gap[0]), ())
    outer = tuple(outer for outer in token.senses if any(sense.within(outer) for sense in inner))
    return outer or countries_by_part(token.text, inner)


def _before_place(text: str, token: CodeToken, places_starting: Mapping[int, tuple[Sense, ...]]) -> bool:
    gap = _GAP.match(text, token.end)
    inner = places_starting.get(gap.end(), ()) if gap else ()
    states = [sense for sense in token.senses if sense.kind == "subdivision"]
    return any(sense.within(outer) for outer in states for sense in inner)


def _before_its_country(
    text: str,
    token: CodeToken,
    places_ending: Mapping[int, tuple[Sense, ...]],
    places_starting: Mapping[int, tuple[Sense, ...]],
) -> tuple[Sense, ...]:
    """The state between a town that is not known there and its country: `Templeton, CA, US` is not in Canada."""
    before, gap = text[max(0, token.start - 40) : token.start], _COMMA.match(text, token.end)
    town = _TOWN_BEFORE.search(before)
    if not gap or not town or _remote_before().search(before):
        return ()
    named = places_ending.get(token.start - len(before) + town.end("end"), ())
    if any(sense.kind in ("country", "group") for sense in named):
        return ()
    countries = {sense.code for sense in places_starting.get(gap.end(), ()) if sense.kind == "country"}
    states = [sense for sense in token.senses if sense.kind == "subdivision"]
    return tuple(sense for sense in states if country_part(sense.code) in countries)


def _behind_name(text: str, token: CodeToken) -> tuple[Sense, ...]:
    before = text[max(0, token.start - 40) : token.start]
    states = tuple(sense for sense in token.senses if sense.kind == "subdivision")
    country = tuple(sense for sense in token.senses if sense.kind == "country")
    if place := PLACE_BEFORE.search(before):
        if towns_by_part(token.text, called(place["name"])):
            return ()
        state = _ZIP.match(text, token.end) or token.text in _RARELY_COUNTRIES or not country
        return states if len(states) == 1 and (state or _is_named_as(place["name"], states[0], country)) else ()
    if _remote_before().search(before) and token.text not in WORDS and len(token.senses) == 1:
        return token.senses
    return ()


def _is_named_as(name: str, state: Sense, countries: Sequence[Sense]) -> bool:
    """Whether towns are called so in the country of a state, and none in the countries of the same code: `Hamilton, MT`
    is in Montana and not in Malta. American ones may be too small to be known: `Warsaw, IN` is not in India."""
    if fold(name) in place_data().fields:
        return False
    there = {town.country for town in called(name)}
    known = bool(there) if country_part(state.code) == SMALL_TOWNS else country_part(state.code) in there
    return known and there.isdisjoint(country.code for country in countries)


@cache
def _remote_before() -> re.Pattern[str]:
    return re.compile(rf"{any_of('place.remote')}\s*[-–—:,(/]?\s*\(?$", re.IGNORECASE)


def _runs(text: str, tokens: Iterable[CodeToken]) -> list[list[CodeToken]]:
    runs: list[list[CodeToken]] = []
    for token in tokens:
        if runs and _next().fullmatch(text[runs[-1][-1].end : token.start]):
            runs[-1].append(token)
        else:
            runs.append([token])
    return [run for run in runs if len(run) > 1]


@cache
def _next() -> re.Pattern[str]:
    joint = any_of("joint.and", "joint.or")
    return re.compile(rf"\s*(?:,|/|\||;|&|{joint})\s*(?:{joint}\s)?")


def _listed(run: Sequence[CodeToken]) -> list[tuple[CodeToken, tuple[Sense, ...]]]:
    """A list is of countries or of one country's states, by the tokens in it that can be only one of them.

    A state and then its country is no list of states: `ON, CA`.
    """
    clear = [token for token in run if token.text not in WORDS]
    if len(clear) < 2:
        return []
    only_countries = [t for t in clear if all(sense.kind != "subdivision" for sense in t.senses)]
    only_states = [t for t in clear if all(sense.kind == "subdivision" for sense in t.senses)]
    if bool(only_countries) == bool(only_states):
        return []
    if only_states and (country := _country_of_all(run)):
        return [(run[-1], (country,))]
    kind = "country" if only_countries else "subdivision"
    chosen = [(token, [sense for sense in token.senses if sense.kind == kind]) for token in run]
    if kind == "subdivision":
        # WA is a state of two countries: beside CA and NY, the American one.
        shared = set.intersection(*({country_part(sense.code) for sense in senses} for _, senses in chosen))
        chosen = [
            (token, [s for s in senses if not shared or country_part(s.code) in shared]) for token, senses in chosen
        ]
    return [(token, tuple(senses)) for token, senses in chosen if len(senses) == 1]


def _country_of_all(run: Sequence[CodeToken]) -> Sense | None:
    """What the last of some tokens means where that is the country of all states before it, and none of its own."""
    states = [{country_part(s.code) for s in token.senses if s.kind == "subdivision"} for token in run]
    shared = set.intersection(*states[:-1]) - states[-1]
    return next((sense for sense in run[-1].senses if sense.kind == "country" and sense.code in shared), None)
