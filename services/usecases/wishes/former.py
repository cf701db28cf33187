"""A trade that somebody has worked in, beside the one that they look for: "nurse for 8 years, now looking for …".

Its years are none of the work that they look for, which alone is asked for.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Final, NamedTuple

from services.rules.lexicon.builder import any_of
from services.rules.roles.taxonomy import roles
from services.usecases.wishes.fields import Trades, read_in
from services.usecases.wishes.named import years_of
from services.usecases.wishes.sentence import stretches_of, without_idle

_EDGES: Final = " ,;:.!?-–—"


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
    """The trade that a sentence tells years of."""
    wanted, changes = _without_label(wanted)
    for start, end in _stretches(wanted):
        years, said = years_of(wanted[start:end])
        reading = read_in(said)
        if years is None or not reading.spans:
            continue
        first, last = reading.spans[0]
        at = wanted.find(said[first:last], start, end)
        sought = [role for some in _sought(wanted, (start, end), any_part=changes) for role in _called(some)]
        if at >= 0 and sought and all(_are_far(reading.roles[0], role) for role in sought):
            return Former(reading.roles[0], f"{wanted[:at]}{wanted[at + last - first :]}", is_left=True)
        return Former(reading.roles[0], wanted)
    return Former("", wanted)


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
def _seeks() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){any_of('wish.seeks')}", re.IGNORECASE)
