"""What somebody means who begins to write a skill, a role, a place or a town, and what the form calls each."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from heapq import nsmallest
from itertools import pairwise
from typing import Final, Literal, get_args

from services.rules.home import Home, home_meant
from services.rules.places.data import place_data
from services.rules.places.known import canonical_place, is_country, nearest_places, place_name
from services.rules.places.town_data import towns
from services.rules.places.towns import nearest_towns
from services.rules.roles.taxonomy import LANGUAGES, roles
from services.rules.skills.taxonomy import fold_skill, taxonomy
from services.rules.text import fold
from services.wording.places import place_in_words
from services.wording.roles import role_in_words
from services.wording.words import Words

_Table = Literal["roles", "skills", "places", "towns"]
Kind = Literal[_Table, "homes"]
"""`homes`: where somebody lives, a town or a country."""
KINDS: Final = get_args(Kind)
_MOST_COUNTRIES: Final = 2
"""Among homes, which are towns mostly."""
MOST: Final = 8
_MOST_TYPED: Final = 100
_MOST_LOOKED_AT: Final = 20_000
_SHORT: Final = 4
_LESS_BY_OTHER_NAMES: Final = 4
"""Who writes "münch" means Munich, and no village; of towns alike in size the one that is called so here."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name that may be meant."""

    value: str
    """What the form takes for it."""
    beside: str
    """What it is known as besides, where that is what was typed, or where a town lies."""


@dataclass(frozen=True, slots=True)
class _Spelling:
    """One way of writing something."""

    folded: str
    own: str
    """A canonical name, an id, a code or a label."""
    weight: float = 0.0
    """What is looked for more often has more."""
    alias: bool = False


class _Spellings:
    """Ways of writing, found by the beginning of any word in them."""

    def __init__(self, given: Iterable[_Spelling]) -> None:
        starts = sorted(
            ((spelling.folded[at:], at > 0, spelling) for spelling in given for at in _words_at(spelling.folded)),
            key=lambda start: start[0],
        )
        self._keys = [key for key, _, _ in starts]
        self._found = [(inner, spelling) for _, inner, spelling in starts]

    def beginning(self, typed: str, weights: Mapping[str, float]) -> list[_Spelling]:
        """The best ways of writing each thing that begins so, the likeliest first."""
        first = bisect_left(self._keys, typed)
        last = min(bisect_left(self._keys, typed + "\U0010ffff"), first + _MOST_LOOKED_AT)

        def order(found: tuple[bool, _Spelling]) -> tuple[bool, bool, bool, float, int, str]:
            inner, spelling = found
            weight = weights.get(spelling.own, spelling.weight)
            return spelling.folded != typed, inner, spelling.alias, -weight, len(spelling.folded), spelling.own

        best: dict[str, _Spelling] = {}
        for _, spelling in nsmallest(8 * MOST, self._found[first:last], key=order):
            best.setdefault(spelling.own, spelling)
        return list(best.values())[:MOST]


def suggestions(kind: Kind, typed: str, words: Words, weights: Mapping[str, float]) -> list[Suggestion]:
    """What may be meant by what is typed, the likeliest first; what is spelt most like it where nothing begins so.

    `weights`: how often each skill is asked for.
    """
    typed = typed[:_MOST_TYPED]
    if kind == "homes":
        found = [*_countries(typed, words), *_beginning("towns", typed, words, weights)][:MOST]
        return found or _nearest("towns", typed, words)
    return _beginning(kind, typed, words, weights) or _nearest(kind, typed, words)


def _beginning(table: _Table, typed: str, words: Words, weights: Mapping[str, float]) -> list[Suggestion]:
    folded = (fold_skill if table == "skills" else fold)(typed)
    found = _spellings(table).beginning(folded, weights) if folded else []
    return _once(_suggested(table, spelling, folded, words) for spelling in found)


def _nearest(table: _Table, typed: str, words: Words) -> list[Suggestion]:
    return _once(Suggestion(name, "") for name in _NEAREST[table](typed, words)) if typed.strip() else []


def _countries(typed: str, words: Words) -> list[Suggestion]:
    """The likeliest whose names begin so: by a later word, as in the Isle of Man, towns are likelier."""
    folded = fold(typed)
    begin = [
        spelling
        for spelling in (_spellings("places").beginning(folded, {}) if folded else ())
        if is_country(spelling.own) and spelling.folded.startswith(folded)
    ]
    return _once(_suggested("places", spelling, folded, words) for spelling in begin)[:_MOST_COUNTRIES]


def warm() -> None:
    """Read the tables, which takes seconds, before somebody waits for them."""
    for table in get_args(_Table):
        _spellings(table)


def readable_role(role: str, words: Words) -> str:
    """A role by a name that the form reads as that role."""
    name = role_in_words(role, words)
    return name if [role_meant.id for role_meant in roles().meant(name)] == [role] else role


def readable_place(code: str, words: Words) -> str:
    """A place by a name that the form reads as that place."""
    names = (place_name(code, words.locale), place_name(code, "en"))
    return next((name for name in names if "," not in name and canonical_place(name) == code), code)


def readable_home(home: Home, words: Words) -> str:
    """Where somebody lives by a name that means it again; by code where a part of a country is called as a town is."""
    if home.town is not None:
        return str(home)
    name = readable_place(home.place, words)
    return name if home_meant(name) == Home(home.place) else home.place


def _suggested(kind: _Table, spelling: _Spelling, typed: str, words: Words) -> Suggestion:
    match kind:
        case "roles":
            value = readable_role(spelling.own, words)
        case "places":
            value = readable_place(spelling.own, words)
        case "towns":
            town = next(town for town in towns().named[spelling.folded] if town.label == spelling.own)
            where = dict.fromkeys(place_in_words(code, words) for code in (town.code, town.country))
            return Suggestion(spelling.own, ", ".join(name for name in where if name != town.name))
        case _:
            value = spelling.own
    shown = fold_skill(value) if kind == "skills" else fold(value)
    return Suggestion(value, "" if typed in shown else spelling.folded)


def _once(some: Iterable[Suggestion]) -> list[Suggestion]:
    return list({suggestion.value: suggestion for suggestion in some}.values())


_NEAREST: Final[Mapping[_Table, Callable[[str, Words], Iterable[str]]]] = {
    "skills": lambda typed, _: taxonomy().nearest(typed),
    "roles": lambda typed, words: (readable_role(role.id, words) for role in roles().nearest(typed)),
    "places": lambda typed, words: (
        readable_place(code, words) for code in map(canonical_place, nearest_places(typed)) if code
    ),
    "towns": lambda typed, _: nearest_towns(typed),
}


@cache
def _spellings(kind: _Table) -> _Spellings:
    made: Mapping[_Table, Callable[[], Iterator[_Spelling]]] = {
        "skills": _skills,
        "roles": _roles,
        "places": _places,
        "towns": _towns,
    }
    return _Spellings(made[kind]())


def _skills() -> Iterator[_Spelling]:
    known = taxonomy()
    for folded, name in known.spellings():
        if known.kind(name) != "language":
            yield _Spelling(folded, name, alias=folded != fold_skill(name))


def _roles() -> Iterator[_Spelling]:
    for role in roles():
        titles = {fold(title): title != names[0] for names in role.titles.values() for title in names}
        yield from (_Spelling(folded, role.id, alias=alias) for folded, alias in titles.items())


def _places() -> Iterator[_Spelling]:
    data = place_data()
    parts = {code: name for code, name in data.subdivisions.items() if data.fields.get(fold(name)) == code}
    named = {**data.countries, **parts, **data.group_names}
    for code, name in named.items():
        weight = 2.0 if is_country(code) else 1.0 if code in data.group_names else 0.0
        known = {fold(place_name(code, language)) for language in LANGUAGES}
        yield from (_Spelling(folded, code, weight, alias=folded != fold(name)) for folded in {*known, fold(name)})
    for folded, code in data.fields.items():
        # Of the longer names in all languages many begin like others: these are the ones that people abbreviate to.
        if len(folded) <= _SHORT and folded.isascii():
            yield _Spelling(folded, code, alias=True)


def _towns() -> Iterator[_Spelling]:
    for folded, some in towns().named.items():
        for town in some:
            weight = town.thousands if folded == fold(town.name) else town.thousands / _LESS_BY_OTHER_NAMES
            yield _Spelling(folded, town.label, weight)


def _words_at(text: str) -> Iterator[int]:
    """Where words begin."""
    yield 0
    for at, (before, char) in enumerate(pairwise(text), 1):
        if not before.isalnum() and char.isalnum():
            yield at
