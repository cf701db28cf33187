"""Codes of places as they are written where somebody has time for capitals: "remote uk or eu", "phoenix az"."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from services.rules.lexicon.builder import any_of
from services.rules.places.codes import WORDS, state_codes
from services.rules.places.data import place_data
from services.rules.places.known import canonical_place, find_places
from services.rules.places.towns import Town, towns_meant
from services.usecases.wishes.sentence import is_idle

_MOST_WORDS: Final = 3
"""Of the name of a town."""


def with_codes_in_capitals(wanted: str) -> str:
    """A sentence with them."""
    known = _patterns()
    text = wanted
    for pattern in (known.acronyms, known.short_ones, known.short_ones):
        text = pattern.sub(lambda found: f"{found['before']}{found['code'].upper()}", text)
    text = known.beside_place.sub(_beside_place, text)
    return _with_states_apart(known.town_in_state.sub(_in_its_state, text))


def _beside_place(found: re.Match[str]) -> str:
    """ "us or canada": the code, where what stands beside it is a place."""
    return f"{found['code'].upper()}{found['rest']}" if canonical_place(found["place"]) else found[0]


def _in_its_state(found: re.Match[str]) -> str:
    """A town and the code of its state or country, with capitals and a comma; what else the words are as it stands."""
    code, words = found["code"].upper(), found["name"].split(" ")
    country = canonical_place(code) if found["code"].isupper() else None
    if country or (code in state_codes() and code not in WORDS and not is_idle(found["code"])):
        for first in range(len(words)):
            name = " ".join(words[first:])
            if any(code == town.state or country == town.country for town in towns_meant(f"{name}, {code}")):
                return f"{found['name'].removesuffix(name)}{name.title()},{found['gap'] or ''}{code}"
    return found[0]


def _with_states_apart(text: str) -> str:
    """The same with a comma before each state that stands behind a town of it: "columbus ohio"."""
    for state in find_places(text):
        words = text[: state.start - 1].split(" ")[-_MOST_WORDS:]
        if state.kind != "subdivision" or not _is_long(state.text) or text[state.start - 1 : state.start] != " ":
            continue
        names = (" ".join(words[first:]) for first in range(len(words)))
        name = next((name for name in names if any(town.code == state.code for town in _towns(name, state.code))), "")
        if name:
            begins, called = state.start - 1 - len(name), text[state.start : state.end]
            text = f"{text[:begins]}{name.title()},{called.title()}{text[state.end :]}"
    return text


def _towns(name: str, code: str) -> Sequence[Town]:
    return towns_meant(f"{name}, {code}") if name[:1].isalpha() and name[-1:].isalpha() else ()


class _Patterns(NamedTuple):
    acronyms: re.Pattern[str]
    short_ones: re.Pattern[str]
    """Those that are words too: "us", "eu"."""
    beside_place: re.Pattern[str]
    town_in_state: re.Pattern[str]


def _is_long(name: str) -> bool:
    return len(name) > 2


@cache
def _patterns() -> _Patterns:
    acronyms = {name.lower(): sense.kind for name, sense in place_data().text if name.isalpha() and name.isupper()}
    # Without a vowel it is no word: "cdmx", "nrw".
    spelt = {name for name, kind in acronyms.items() if kind == "subdivision" and not re.search("[aeiou]", name)}
    named = {name for name, kind in acronyms.items() if kind in ("country", "city")} | {*filter(_is_long, spelt)}
    clear = "|".join(sorted(named - {"us"}, key=len, reverse=True))
    doubtful = "|".join(name for name, kind in acronyms.items() if len(name) == 2 and name not in clear.split("|"))
    listed = rf"\b(?:{clear}|{doubtful})(?:\s*[,/]|\s{any_of('joint.or', 'joint.and')})"
    return _Patterns(
        acronyms=re.compile(rf"(?P<before>)\b(?P<code>{clear})\b"),
        short_ones=re.compile(
            rf"(?P<before>(?:{any_of('place.remote', 'place.town_before', 'place.leading')}|{listed})\s*)"
            rf"\b(?P<code>{doubtful})\b",
            re.IGNORECASE,
        ),
        beside_place=re.compile(
            rf"\b(?P<code>{doubtful})\b"
            rf"(?P<rest>(?:\s*[,/]\s*|\s{any_of('joint.or', 'joint.and')}\s)(?P<place>\w{{4,}}))"
        ),
        town_in_state=re.compile(
            r"\b(?P<name>[^\W\d_]+(?: [^\W\d_]+){0,2})(?:,(?P<gap> )| )(?P<code>[a-z]{2}|UK|USA?)(?=$|[\s,;.])"
        ),
    )
