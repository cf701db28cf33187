"""Finding places in running text: names by Aho-Corasick, then codes and doubtful names by what stands beside them."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from services.rules.lexicon.builder import any_of
from services.rules.places.data import PlaceKind, Sense, country_part, place_data
from services.rules.places.names import NameMatch, names_in
from services.rules.text import fold

_TOKEN = re.compile(r"(?<![\w.@&'’$/+-])[A-Z]{2,3}(?![\w@&'’+])|(?<=[A-Z]/)[A-Z]{2}(?![\w@&'’+])")
_ZIP = re.compile(r",?\s+(?:\d{5}(?:-\d{4})?\b|[A-Z]\d[A-Z]\s?\d[A-Z]\d\b)")
_GAP = re.compile(r",\s?|\s?[-–]\s?|\s")
PLACE_BEFORE = re.compile(r"\b[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+)*,\s?$")

WORDS = frozenset(
    """AC AD AI AM AR AS AT BA BB BE BI BS CC CD CO CS CV ET GM GP HR ID IN IO IS IT LA MA MC MD ME ML MP MR MS MY
    NC NE NI NO OR PA PE PH PM PR PS QA RE SA SC SE SM SO SR ST TC TF TL TO TT TV UX VC VP VR""".split()  # noqa: SIM905 (so many codes read better as words)
)
"""Codes that postings use for something else; only a place before them, with a comma, makes them places."""


_RARELY_COUNTRIES = frozenset("AZ GA KY LA MD MN MO MS NC NE SC SD VA".split())  # noqa: SIM905 (so many codes read better as words)
"""Behind an unknown name these are American states: the countries of these codes hardly hire (Gabon, Vatican City)."""


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
    behind an unknown name with a comma a state's code that is no country's, or has a postal code behind it. A state's
    code before a place that lies in it says nothing more: `US, CA, Fresno`.
    """
    tokens = [token for token in tokens if not _before_place(text, token, places_starting)]
    believed: dict[int, CodeToken] = {}
    for token in tokens:
        senses = _behind_place(text, token, places_ending) or _behind_name(text, token)
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
    return tuple(outer for outer in token.senses if any(sense.within(outer) for sense in inner))


def _before_place(text: str, token: CodeToken, places_starting: Mapping[int, tuple[Sense, ...]]) -> bool:
    gap = _GAP.match(text, token.end)
    inner = places_starting.get(gap.end(), ()) if gap else ()
    states = [sense for sense in token.senses if sense.kind == "subdivision"]
    return any(sense.within(outer) for outer in states for sense in inner)


def _behind_name(text: str, token: CodeToken) -> tuple[Sense, ...]:
    before = text[max(0, token.start - 40) : token.start]
    states = tuple(sense for sense in token.senses if sense.kind == "subdivision")
    country = tuple(sense for sense in token.senses if sense.kind == "country")
    if PLACE_BEFORE.search(before):
        state = _ZIP.match(text, token.end) or token.text in _RARELY_COUNTRIES or (not country and len(token.text) == 2)
        return states if len(states) == 1 and state else ()
    if _remote_before().search(before) and token.text not in WORDS and len(token.senses) == 1:
        return token.senses
    return ()


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
    """A list is of countries or of one country's states, by the tokens in it that can be only one of them."""
    clear = [token for token in run if token.text not in WORDS]
    if len(clear) < 2:
        return []
    only_countries = [t for t in clear if all(sense.kind != "subdivision" for sense in t.senses)]
    only_states = [t for t in clear if all(sense.kind == "subdivision" for sense in t.senses)]
    if bool(only_countries) == bool(only_states):
        return []
    kind = "country" if only_countries else "subdivision"
    chosen = [(token, [sense for sense in token.senses if sense.kind == kind]) for token in run]
    if kind == "subdivision":
        # WA is a state of two countries: beside CA and NY, the American one.
        shared = set.intersection(*({country_part(sense.code) for sense in senses} for _, senses in chosen))
        chosen = [
            (token, [s for s in senses if not shared or country_part(s.code) in shared]) for token, senses in chosen
        ]
    return [(token, tuple(senses)) for token, senses in chosen if len(senses) == 1]


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place in a text: `text[start:end]`. A city has its country's code, and its subdivision where that is known."""

    code: str
    kind: PlaceKind
    start: int
    end: int
    text: str
    subdivision: str | None = None
    name_end: int = 0
    """Where the name itself ends, without the state or country that is joined to it."""


_SHORT = 80
"""Characters of a field that may be written without capitals."""
_MOST_KEPT = 200
"""Characters of a field whose places are remembered: feeds repeat the same few thousand."""


def find_places(text: str, *, cities: bool = False, small: bool = False) -> tuple[PlaceMention, ...]:
    """Every place that running text names, in order; a city with its state or country is one mention.

    Names want a capital letter, codes a comma or a list. A name of several places is told apart by what stands
    beside it, else left out. `cities` takes in a few thousand more, where the text is known to name a place; `small`
    names in small letters too, where it is known to be typed as it comes.
    """
    lower = len(text) <= _SHORT and text.islower()
    named = names_in(text, "lower" if lower else "field" if cities else "text")
    return _mentions(text, [*named, *_in_small_letters(text, named)] if small and not lower else named)


def _in_small_letters(text: str, named: Sequence[NameMatch]) -> Iterator[NameMatch]:
    """The further names of a text that stand there in small letters."""
    written = text.lower()
    for name in names_in(written, "lower") if len(written) == len(text) else ():
        apart = all(name.end <= other.start or other.end <= name.start for other in named)
        if apart and text[name.start : name.end].islower():
            yield name


def places_in_field(text: str) -> tuple[PlaceMention, ...]:
    """Every place that a field of places names: what it is as a whole, in any language, else what it names in parts."""
    return _places(text) if len(text) <= _MOST_KEPT else find_places(text, cities=True)


@lru_cache(maxsize=8192)
def _places(text: str) -> tuple[PlaceMention, ...]:
    code = place_data().fields.get(fold(text))
    if code is None:
        return find_places(text, cities=True) or _behind_town(text)
    if code in place_data().subdivisions and (cities := find_places(text, cities=True)):
        return cities  # Hamburg and New York are cities before they are states
    return (PlaceMention(code, kind_of(code), 0, len(text), text),)


_TOWN = re.compile(r"[^\W\d_][\w .'’()-]{1,40},\s?(?P<code>[A-Z]{2})\s*")


def _behind_town(text: str) -> tuple[PlaceMention, ...]:
    """`Oeiras, PT`: an unknown town and a country's code, where that is no state's too."""
    town = _TOWN.fullmatch(text)
    if town is None or town["code"] not in place_data().countries or town["code"] in state_codes():
        return ()
    return (PlaceMention(town["code"], "country", town.start("code"), town.end("code"), town["code"]),)


def kind_of(code: str) -> PlaceKind:
    """What a code is of: a country, a group, a subdivision, or `worldwide`."""
    data = place_data()
    if code in data.countries:
        return "country"
    if code in data.subdivisions:
        return "subdivision"
    return "worldwide" if code == "worldwide" else "group"


def _mentions(text: str, named: Sequence[NameMatch]) -> tuple[PlaceMention, ...]:
    named = sorted(named, key=lambda name: name.start)
    found = _joined(text, sorted([*named, *_coded(text, named)], key=lambda name: name.start))
    meant: list[Sense | None] = []
    for i, name in enumerate(found):
        meant.append(_meant(text, name, _neighbours(text, found, meant, i)))
    for i, name in enumerate(found):
        meant[i] = meant[i] or _meant(text, name, _neighbours(text, found, meant, i))
    return tuple(
        PlaceMention(*_of(sense), name.start, name.end, text[name.start : name.end], sense.subdivision, name.name_end)
        for name, sense in zip(found, meant, strict=True)
        if sense and sense.kind != "demonym"
    )


def _of(sense: Sense) -> tuple[str, PlaceKind]:
    return sense.code, sense.kind


def _neighbours(text: str, found: Sequence[NameMatch], meant: Sequence[Sense | None], i: int) -> list[Sense]:
    """What stands before and behind in one list with a name, as far as it is decided."""
    between = _beside()
    beside = [meant[i - 1]] if i and between.fullmatch(text[found[i - 1].end : found[i].start]) else []
    if i + 1 < len(meant) and between.fullmatch(text[found[i].end : found[i + 1].start]):
        beside.append(meant[i + 1])
    return [sense for sense in beside if sense]


def _coded(text: str, named: Sequence[NameMatch]) -> list[NameMatch]:
    ends = [name.end for name in named]
    loose = [token for token in code_tokens(text) if not _overlaps(named, bisect_right(ends, token.start), token)]
    # US, UK and EU are names already; in a list they say that its other codes are countries.
    sure = [
        CodeToken(name.start, name.end, text[name.start : name.end], name.senses)
        for name in named
        if name.end - name.start <= 3 and text[name.start : name.end].isupper()
    ]
    endings = {name.end: name.senses for name in named}
    tokens = sorted([*loose, *sure], key=lambda token: token.start)
    starts = {name.start: name.senses for name in named}
    believed = believed_codes(text, tokens, endings, starts)
    names = {(name.start, name.end) for name in named}
    return [NameMatch(t.start, t.end, t.senses, t.end, code=True) for t in believed if (t.start, t.end) not in names]


def _overlaps(named: Sequence[NameMatch], at: int, token: CodeToken) -> bool:
    """Whether the first name that ends behind a token's start begins before its end: names do not overlap."""
    return at < len(named) and named[at].start < token.end


_JOINT = re.compile(r"\s*,\s*|\s*\(\s*|\s+[-–—]\s+|\s")


def _joined(text: str, found: Iterable[NameMatch]) -> list[NameMatch]:
    """Join `Austin, TX, USA` into one, where each lies in the next."""
    joined: list[NameMatch] = []
    for name in found:
        last = joined[-1] if joined else None
        gap = text[last.end : name.start] if last else ""
        if last and (_JOINT.fullmatch(gap) and (gap.strip() or name.code)):
            inner = tuple(a for a in last.senses if any(a.within(b) for b in name.senses))
            if inner:
                joined[-1] = NameMatch(last.start, name.end + _closing(text, gap, name.end), inner, last.name_end)
                continue
        joined.append(name)
    return joined


def _closing(text: str, gap: str, end: int) -> int:
    return 1 if "(" in gap and text[end : end + 1] == ")" else 0


_TRAILING = re.compile(r"\s*(?:$|[,;|/)(•·\n-])")


def _meant(text: str, name: NameMatch, beside: Sequence[Sense]) -> Sense | None:
    if name.doubtful and name.end == name.name_end and not beside and not _in_field(text, name):
        return None
    lone = place_data().lone.get(fold(text[name.start : name.name_end]))
    kindred = [sense for sense in name.senses if any(_kindred(sense, other) for other in beside)]
    if len(kindred) == 1 and not (lone and kindred[0].kind == "city"):
        return kindred[0]
    if lone is not None and (name.end == name.name_end or (lone and len(name.senses) > 1)):
        return next((sense for sense in name.senses if sense.narrowest == lone), None)
    return name.senses[0] if len(name.senses) == 1 else _agreed(name.senses)


@cache
def _leading() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('place.leading')}\s*[-–—:(,]?\s*|^\s*)$", re.IGNORECASE)


@cache
def _remote_before() -> re.Pattern[str]:
    return re.compile(rf"{any_of('place.remote')}\s*[-–—:,(/]?\s*\(?$", re.IGNORECASE)


@cache
def _beside() -> re.Pattern[str]:
    joint = any_of("joint.and", "joint.or")
    return re.compile(rf"\s*(?:[,/;|•·&]|{joint}|\n)\s*(?:{joint}\s)?\s*", re.IGNORECASE)


def _kindred(sense: Sense, other: Sense) -> bool:
    """Florida beside Georgia is a state beside a state of one country; Armenia beside it a country beside a country."""
    if sense.kind == "country":
        return other.kind == "country"
    return sense.kind == other.kind and country_part(sense.code) == country_part(other.code)


def _agreed(senses: Sequence[Sense]) -> Sense | None:
    """A city named like its state is the city; several in one country are that country."""
    if len({sense.narrowest for sense in senses}) == 1:
        return min(senses, key=lambda sense: sense.kind != "city")
    cities = [sense for sense in senses if sense.kind == "city"]
    if not cities or len({country_part(sense.code) for sense in senses}) > 1:
        return None
    named = {sense.narrowest for sense in senses} - {cities[0].code}
    return replace(cities[0], subdivision=min(named) if len(named) == 1 else None)


def _in_field(text: str, name: NameMatch) -> bool:
    """After `in` or the like; at the start of a short field, before a separator; a state behind a name and comma."""
    before = text[max(0, name.start - 40) : name.start]
    if name.senses[0].kind == "subdivision" and PLACE_BEFORE.search(before):
        return True
    if not _leading().search(before):
        return False
    return bool(before.strip()) or (len(text) <= 80 and bool(_TRAILING.match(text, name.end)))
