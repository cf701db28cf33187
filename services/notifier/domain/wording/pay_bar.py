"""A year's pay against a reader's floor, as a bar."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Literal

from babel.numbers import format_decimal

from schemas.criteria import SalaryFloor
from schemas.posting import Salary
from services.rules.criterion.salary import annual_floor
from services.rules.money import annual_range, by_full_hours, part_time_is_less
from services.wording.amounts import floor_in_words, if_full_time, percent
from services.wording.words import Words

_LEAST, _MOST = 0.5, 3.0
"""The scale, in floors: the floor itself stands a fifth along, on every bar."""
_NARROWEST = 4
"""Percent of the width; what is stated as one amount can still be seen."""
_MANIFOLD = 2.0
"""So many floors are easier to grasp than by how many percent they are above one."""
_CHARACTERS = 36
"""Of a width that one of them shows the floor."""
Kind = Literal["rail", "under", "floor", "paid"]
_DRAWN: dict[Kind, str] = {"rail": "─", "floor": "┃", "paid": "━"}
FLOOR_AT = round(100 * (1.0 - _LEAST) / (_MOST - _LEAST))


@dataclass(frozen=True, slots=True)
class PayBar:
    """Where on a scale of 0 to 100 the pay begins and ends, and what that says."""

    start: int
    end: int
    caption: str
    """`up to 36% above your minimum of €70K`."""

    @property
    def pieces(self) -> tuple[tuple[Kind, int], ...]:
        """What to draw from one end to the other, and how many percent of the width each takes."""
        return _pieces(self.start, self.end)

    @property
    def line(self) -> str:
        """The same in characters: `───────┃──━━━━━━━───────────────────`."""
        return _line(self.start, self.end)


@lru_cache(maxsize=4_096)
def _pieces(start: int, end: int) -> tuple[tuple[Kind, int], ...]:
    def kind_of(at: int) -> Kind:
        if at == FLOOR_AT:
            return "floor"
        if not start <= at < end:
            return "rail"
        return "under" if at < FLOOR_AT else "paid"

    return tuple((kind, sum(1 for _ in run)) for kind, run in groupby(map(kind_of, range(100))))


@lru_cache(maxsize=4_096)
def _line(start: int, end: int) -> str:
    def character(at: int) -> str:
        """The floor where it takes that in, else pay where it takes in any."""
        first, last = 100 * at // _CHARACTERS, 100 * (at + 1) // _CHARACTERS
        if first <= FLOOR_AT < last:
            return _DRAWN["floor"]
        return _DRAWN["paid" if first < end and start < last else "rail"]

    return "".join(map(character, range(_CHARACTERS)))


def pay_bar(
    salary: Salary | None,
    floor: SalaryFloor | None,
    words: Words,
    *,
    part_time: bool = False,
    less_than_a_year: bool = False,
) -> PayBar | None:
    """The bar of a job's yearly pay in the floor's currency; None where there is no floor, or nothing to hold to it."""
    needed = annual_floor(floor) if floor is not None else None
    if salary is None or floor is None or not needed:
        return None
    low, high = annual_range(salary, floor.currency)
    if high is None:
        return None
    start, end = _widened(_place((low if low is not None else high) / needed), _place(high / needed))
    caption = _caption(high / needed, floor_in_words(floor, words), words)
    if if_full_time(salary, less_than_a_year) and not by_full_hours(floor.period, "year"):
        caption = words.say("{pay} if full-time", pay=caption)
    elif part_time and part_time_is_less(salary.period):
        caption = words.say("{pay} for part-time work", pay=caption)
    return PayBar(start, end, caption)


def _widened(start: int, end: int) -> tuple[int, int]:
    """Wide enough to be seen, on the scale, and never across the floor: pay above it does not begin below."""
    short = max(_NARROWEST - (end - start), 0)
    if start > FLOOR_AT:
        end = min(end + short, 100)
        return min(start, end - _NARROWEST), end
    start = max(start - short, 0)
    return start, max(end, start + _NARROWEST)


def _place(floors: float) -> int:
    return round(100 * (min(max(floors, _LEAST), _MOST) - _LEAST) / (_MOST - _LEAST))


def _caption(floors: float, floor: str, words: Words) -> str:
    share = percent(abs(floors - 1.0), words.locale)
    if round(floors, 2) == 1.0:
        return words.say("just at your minimum of {floor}", floor=floor)
    if floors >= _MANIFOLD:
        times = format_decimal(floors, "#,##0.#", locale=words.locale)
        return words.say("up to {times} times your minimum of {floor}", times=times, floor=floor)
    if floors > 1.0:
        return words.say("up to {percent} above your minimum of {floor}", percent=share, floor=floor)
    return words.say("{percent} below your minimum of {floor}", percent=share, floor=floor)
