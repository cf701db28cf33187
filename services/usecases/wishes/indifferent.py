"""What will do whatever it is, in a sentence: any place of a country, any shift, any job for who has just studied.

It is put into words that ask for no more than that: "anywhere in Kenya" is no way of working, and "any shift" no trade.
"""

import re
from functools import cache
from typing import Final, NamedTuple

from services.rules.lexicon.builder import any_of
from services.rules.places.data import place_data
from services.rules.places.known import WORLDWIDE, canonical_place, place_name
from services.usecases.wishes.places import named_in
from services.usecases.wishes.sentence import EDGES, is_idle, is_lead

_BEGINNER: Final = ", graduate, "
_TWO_COMMAS: Final = re.compile(r"\s*,(?:\s*,)+\s*|\s+,")


def in_plain_words(sentence: str, country: str) -> str:
    """A sentence with what will do whatever it is put plainly. `country`: where its writer is, empty if unknown."""
    known = _patterns()
    plain = known.any_hours.sub(",", sentence)
    plain = known.beginner.sub(_BEGINNER, plain)
    plain = known.wide.sub(lambda found: found["name"] if _is_place(found["name"]) else found[0], plain)
    if country:
        plain = known.countrywide.sub(place_name(country), plain)
    for found in reversed([*known.wherever.finditer(plain)]):
        if _is_before_place(plain[found.end() :]):
            plain = f"{plain[: found.start()]}{plain[found.end() :].lstrip()}"
    return sentence if plain == sentence else _TWO_COMMAS.sub(", ", plain).strip(EDGES)


def _is_place(said: str) -> bool:
    return canonical_place(said) not in (None, WORLDWIDE)


def _is_before_place(behind: str) -> bool:
    """Whether a town, an area, a country or a part of one is next: beyond these one works from home."""
    for place in named_in(behind):
        between = behind[: place.start].split()
        if all(is_idle(word) or is_lead(word) for word in between):
            return place.code != WORLDWIDE and place.code not in place_data().members
    return False


class _Patterns(NamedTuple):
    wherever: re.Pattern[str]
    any_hours: re.Pattern[str]
    beginner: re.Pattern[str]
    countrywide: re.Pattern[str]
    wide: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    return _Patterns(
        wherever=re.compile(any_of("wish.wherever"), re.IGNORECASE),
        any_hours=re.compile(any_of("wish.any_hours"), re.IGNORECASE),
        beginner=re.compile(any_of("wish.beginner"), re.IGNORECASE),
        countrywide=re.compile(any_of("wish.countrywide"), re.IGNORECASE),
        wide=re.compile(rf"(?<!\w)(?P<name>\w{{2,}}?){any_of('wish.wide', whole=False)}(?!\w)", re.IGNORECASE),
    )
