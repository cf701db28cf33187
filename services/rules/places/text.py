"""Finding places in running text: names by Aho-Corasick, codes, and doubtful names by what stands beside them."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from services.rules.lexicon.builder import any_of
from services.rules.places.codes import PLACE_BEFORE, SMALL_TOWNS, CodeToken, believed_codes, code_tokens
from services.rules.places.data import PlaceKind, Sense, country_part, place_data
from services.rules.places.names import NameMatch, names_in
from services.rules.places.town_data import LARGE, towns
from services.rules.text import fold


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


_TOWNS_IN_SHORT = frozenset({"DC", "LA", "NY"})
"""Codes of states that are what people call a city, too: `London, NY`."""
_SHORT = 80
"""Characters of a field that may be written without capitals."""


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


def kind_of(code: str) -> PlaceKind:
    """What a code is of: a country, a group, a subdivision, or `worldwide`."""
    data = place_data()
    if code in data.countries:
        return "country"
    if code in data.subdivisions:
        return "subdivision"
    return "worldwide" if code == "worldwide" else "group"


def _mentions(text: str, named: Sequence[NameMatch]) -> tuple[PlaceMention, ...]:
    named = sorted((name for name in named if not _goes_on().match(text, name.end)), key=lambda name: name.start)
    found = _joined(text, sorted([*named, *_coded(text, named)], key=lambda name: name.start))
    meant: list[Sense | None] = []
    for i, name in enumerate(found):
        meant.append(_meant(text, name, _neighbours(text, found, meant, i)))
    for i, name in enumerate(found):
        meant[i] = meant[i] or _meant(text, name, _neighbours(text, found, meant, i))
    mentions: list[PlaceMention] = []
    start: int | None = None
    for i, (name, sense) in enumerate(zip(found, meant, strict=True)):
        if _has_namesake(text, found, meant, i):
            start = name.start  # of what the state behind it is called
        elif sense and sense.kind != "demonym":
            begin, start = name.start if start is None else start, None
            mentions.append(
                PlaceMention(*_of(sense), begin, name.end, text[begin : name.end], sense.subdivision, name.name_end)
            )
    return tuple(mentions)


@cache
def _goes_on() -> re.Pattern[str]:
    """Behind a name, what makes it another one: `Stockton-on-Tees`."""
    return re.compile(rf"-{any_of('place.name_joint')}-", re.IGNORECASE)


def _has_namesake(text: str, found: Sequence[NameMatch], meant: Sequence[Sense | None], i: int) -> bool:
    """Whether a small town is named with a state that it does not lie in: one called alike there is meant, `New
    Albany, Ohio`, and both together name the state. A large one is part of a list, `Boston, Ontario`, if its name is
    none of the other country: `Paris, AR`."""
    here, behind = meant[i], meant[i + 1] if i + 1 < len(meant) else None
    if here is None or behind is None or behind.kind != "subdivision":
        return False
    name, state = found[i], found[i + 1]
    if not _WITHIN.fullmatch(text[name.end : state.start]):
        return False
    if here.kind == "subdivision":
        return state.code and not name.code and here != behind and not _lists(text, found, i)
    if here.kind != "city":
        return False
    if any(sense.kind != "subdivision" for sense in state.senses):
        return False
    if here.narrowest == behind.code or (here.subdivision is None and here.code == country_part(behind.code)):
        return False
    namesakes = towns().named.get(fold(text[name.start : name.name_end]), ())
    if state.code and text[state.start : state.name_end] not in _TOWNS_IN_SHORT:
        country = country_part(behind.code)
        return country in (here.code, SMALL_TOWNS) or any(town.country == country for town in namesakes)
    return not any(town.country == here.code and town.thousands >= LARGE for town in namesakes)


def _lists(text: str, found: Sequence[NameMatch], i: int) -> bool:
    """Whether more codes stand beside a name and the code behind it: `Delaware, OH` is a town, in a list it is none."""
    next_, last = found[i + 2 : i + 3], found[max(0, i - 1) : i]
    more = next_ and next_[0].code and _beside().fullmatch(text[found[i + 1].end : next_[0].start])
    return bool(more or (last and _beside().fullmatch(text[last[0].end : found[i].start])))


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
                joined[-1] = NameMatch(
                    last.start, name.end + _closing(text, gap, name.end), inner, last.name_end, code=last.code
                )
                continue
        joined.append(name)
    return joined


def _closing(text: str, gap: str, end: int) -> int:
    return 1 if "(" in gap and text[end : end + 1] == ")" else 0


_WITHIN = re.compile(r",\s?")
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
