"""What a text says of who writes it: a trade that they have worked in, and of a CV where they live and their years.

Of "nurse for 8 years, now looking for …" the years are none of the work that is looked for, which alone is asked for.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from services.rules.criterion.text import holds_contact
from services.rules.home import Home, home_read
from services.rules.lexicon.builder import any_of
from services.rules.roles.said import roles_as_said as roles
from services.usecases.wishes.beside_places import NamedPlace
from services.usecases.wishes.fields import Trades, read_in
from services.usecases.wishes.named import years_of
from services.usecases.wishes.places import named_in
from services.usecases.wishes.sentence import stretches_of, without_idle

_EDGES: Final = " ,;:.!?-–—"
_HEAD: Final = 6
"""Lines within which a CV says who it is of and how to reach them; a posting says at its end where to apply."""
_PROFILE: Final = 12
"""Lines within which it says for how long they have worked."""
_MOST_LINE: Final = 300
_POSTCODE: Final = re.compile(r"(?:[\d\s-]|(?=[A-Z]*\d)[A-Z\d]{2,4}|(?<=\d )[A-Z]{2}\b)*")
"""Of digits, or as in "Leeds LS2 9JT" and "1012 AB Amsterdam"."""
_MOST_LOOKED_AT: Final = 400
"""Lines of a long one."""
_POSTS: Final = 2
"""Spans of years that a CV tells at least; of 2,731 postings one tells two."""
_SPAN: Final = re.compile(r"\b(?:19|20)\d\d\s*[-–—]\s*(?:(?:19|20)?\d\d\b|\D)")
"""Of years, beside which stands where somebody worked or learned."""


class Former(NamedTuple):
    """A trade that stands with its years."""

    role: str
    """Its id; empty where no years stand with a trade."""
    wanted: str
    """The sentence, without its name where another trade is looked for."""
    is_left: bool = False
    """Whether another one is."""

    def had(self, asked: Collection[str]) -> tuple[str, ...]:
        """What somebody with years has worked as: nothing where these are of none of the trades that are asked for."""
        if not self.role or not all(_are_far(self.role, role) for role in asked):
            return tuple(asked)
        # Who works with tools takes what they know along: "software engineer for 5 years, looking for data engineer".
        tools = all(roles()[role].works_with_tools for role in (self.role, *asked))
        return (self.role,) if tools else ()


def former_trade(wanted: str) -> Former:
    """The trade that a sentence tells years of, or that it was given up."""
    wanted, changes = _without_label(wanted)
    for start, end in _stretches(wanted):
        years, said = years_of(wanted[start:end])
        reading = read_in(said)
        if not reading.spans:
            continue
        first, last = reading.spans[0]
        at = wanted.find(said[first:last], start, end)
        left = _left_at(wanted, start, at)
        if years is None and left < 0:
            continue
        sought = [
            role for some in _sought(wanted, (start, end), any_part=changes or left >= 0) for role in _called(some)
        ]
        # Whoever says that it is given up does not want it either where the other is near it.
        others = (role != reading.roles[0] if left >= 0 else _are_far(reading.roles[0], role) for role in sought)
        if at >= 0 and sought and all(others):
            begins = left if left >= 0 else at
            return Former(reading.roles[0], f"{wanted[:begins]}{wanted[at + last - first :]}", is_left=True)
        if years is not None:
            return Former(reading.roles[0], wanted)
    return Former("", wanted)


def _left_at(wanted: str, start: int, at: int) -> int:
    """Where the words begin that say right before a trade that it was given up: "used to be a"; -1 where none do."""
    said = [
        found for found in _was().finditer(wanted, start, max(at, start)) if not without_idle(wanted[found.end() : at])
    ]
    return said[-1].start() if said else -1


def _stretches(wanted: str) -> Iterator[tuple[int, int]]:
    """What stands between commas, each "or", and words that lead to what is looked for."""
    for first, last in stretches_of(wanted):
        cuts = [found.start() for found in _seeks().finditer(wanted, first, last)]
        yield from zip((first, *cuts), (*cuts, last), strict=True)


def _called(some: str) -> tuple[str, ...]:
    """The trade that a part names, or the field of one."""
    return read_in(some).roles[:1] or tuple(field.role for field in Trades(some).fields[:1])


def _without_label(wanted: str) -> tuple[str, bool]:
    """The sentence without a part that says no more than "career change", and whether there is one."""
    for start, end in stretches_of(wanted):
        if _changes().fullmatch(without_idle(wanted[start:end])):
            before, behind = wanted[:start].rstrip(_EDGES), wanted[end:].lstrip(_EDGES)
            return f"{before}, {behind}".strip(_EDGES), True
    return wanted, False


def _sought(wanted: str, own: tuple[int, int], *, any_part: bool) -> Iterator[str]:
    """Stretches, but for one's own, that say what is looked for; all others where any part may."""
    others = ((start, end) for start, end in _stretches(wanted) if not own[0] <= start < own[1])
    yield from (wanted[start:end] for start, end in others if any_part or _seeks().match(wanted, start))


def _are_far(role: str, other: str) -> bool:
    return roles().closeness(role, other) == "far"


@cache
def _changes() -> re.Pattern[str]:
    return re.compile(any_of("wish.changes"), re.IGNORECASE)


@cache
def _was() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{any_of('wish.was')})(?=\W)", re.IGNORECASE)


@cache
def _seeks() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){any_of('wish.seeks')}", re.IGNORECASE)


class Cv(NamedTuple):
    """What is read of one."""

    is_one: bool = False
    """Whether the text is a CV at all."""

    home: Home | None = None
    said: str = ""
    """The name of the place, and no more of an address."""
    years: int | None = None


def cv_of(text: str) -> Cv:
    """What a CV says; nothing of any other text."""
    every = [line.strip()[:_MOST_LINE] for line in text.splitlines() if line.strip()][:_MOST_LOOKED_AT]
    lines = every[:_PROFILE]
    # Short postings end within the head.
    if not any(map(holds_contact, lines[:-1][:_HEAD])):
        # Who leaves out how to reach them may leave out where they live: the first town may be an employer's.
        return Cv(is_one=sum(1 for line in every if _SPAN.search(line)) >= _POSTS)
    years = next((years for line in lines if (years := years_of(line)[0]) is not None), None)
    for line in (line for line in lines[:_HEAD] if not _SPAN.search(line)):
        place = next((place for place in named_in(line) if place.town and _is_alone(line, place)), None)
        if place and place.town:
            return Cv(True, home_read(place.town.label), line[place.start : place.end], years)
    return Cv(True, years=years)


def _is_alone(line: str, place: NamedPlace) -> bool:
    """Whether a part of a line says no more than the place, but for its postcode: "Paris Jones" lives somewhere."""
    spans: Sequence[tuple[int, int]] = [*stretches_of(line)]
    start, end = next(((start, end) for start, end in spans if start <= place.start < end), (0, 0))
    around = line[start : place.start], line[place.end : max(place.end, end)]
    return bool(end) and all(_POSTCODE.fullmatch(rest) for rest in around)
