"""Codes of places as they are written where somebody has time for capitals: "remote uk or eu", "phoenix az"."""

import re
from functools import cache
from typing import NamedTuple

from services.rules.lexicon.builder import any_of
from services.rules.places.codes import WORDS, state_codes
from services.rules.places.data import place_data
from services.rules.places.known import canonical_place
from services.rules.places.towns import towns_meant
from services.usecases.wishes.sentence import is_idle


def with_codes_in_capitals(wanted: str) -> str:
    """A sentence with them."""
    known = _patterns()
    text = wanted
    for pattern in (known.acronyms, known.short_ones, known.short_ones):
        text = pattern.sub(lambda found: f"{found['before']}{found['code'].upper()}", text)
    text = known.beside_place.sub(_beside_place, text)
    return known.town_in_state.sub(_in_its_state, text)


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
