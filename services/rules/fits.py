"""The single rules of a verdict, as bare decisions over values.

What the truth says in words and what an index must compute in columns are both held to these.
"""

from collections.abc import Mapping
from typing import Final, Literal

from schemas.criteria import SalaryFloor
from schemas.posting import Employment, Seniority, Timezones, Workplace
from services.rules.money import ANNUAL_FACTORS

Fit = Literal["yes", "near", "no"]

UNMARKED_SENIORITY: Seniority = "mid"
UNMARKED_EMPLOYMENT: Employment = "full_time"
"""What postings leave unsaid: titles name the other levels and rarely this one, and work that is not full-time says so.
A posting without the field is therefore accepted by a search that includes this value, and by no other search."""

_DAY = 24.0


def workplace_fits(asked: tuple[Workplace, ...], value: Workplace) -> bool:
    """Whether one of the asked workplaces is the posting's; `unknown` is a value that a search may ask for like any."""
    return not asked or value in asked


def seniority_fits(asked: tuple[Seniority, ...], value: Seniority | None) -> bool:
    """Whether one of the asked levels is the posting's; an unstated level fits a search that includes the middle."""
    return not asked or (value or UNMARKED_SENIORITY) in asked


_LADDER: Final[dict[Seniority, int]] = {
    "intern": 0,
    "junior": 1,
    "mid": 2,
    "senior": 3,
    "lead": 4,
    "staff": 4,
    "principal": 5,
}
"""The levels of those who do the work. Those of managers are another ladder, of which nothing here tells the rungs."""


def steps_apart(asked: tuple[Seniority, ...], value: Seniority | None) -> int | None:
    """How many levels a posting lies above the nearest asked one, below it less than 0; None where none can be told."""
    at = _LADDER.get(value or UNMARKED_SENIORITY)
    rungs = sorted(_LADDER[level] for level in asked if level in _LADDER)
    return None if at is None or not rungs else min((at - rung for rung in rungs), key=abs)


def employment_fits(asked: tuple[Employment, ...], value: Employment | None) -> bool:
    """Whether one of the asked kinds is the posting's; an unstated kind fits a search that includes full-time."""
    return not asked or (value or UNMARKED_EMPLOYMENT) in asked


def language_fits(asked: tuple[str, ...], value: str | None) -> bool:
    """Whether the posting is in one of the asked languages; null means that there is too little text to tell."""
    return not asked or value is None or value in asked


def end_of(zones: Timezones) -> float:
    """Where a range of offsets ends, a day later where it runs over the date line: where its min is above its max."""
    return zones.max if zones.max >= zones.min else zones.max + _DAY


def hours_apart(utc_offset: float, zones: Timezones) -> float:
    """How many hours an offset lies from a range of offsets, round the clock: +13 and -11 are one hour of the day."""
    low, high = zones.min, end_of(zones)
    return min(max(low - at, at - high, 0.0) for at in (utc_offset - _DAY, utc_offset, utc_offset + _DAY))


def timezone_fits(utc_offset: float | None, tolerance: float, zones: Timezones | None) -> bool:
    """Whether some offset of the posting lies within the tolerance; a posting that asks for none suits everybody."""
    return utc_offset is None or zones is None or hours_apart(utc_offset, zones) <= tolerance


def annual_floor(floor: SalaryFloor) -> int | None:
    """The floor in a year; None for project pay."""
    factor = ANNUAL_FACTORS.get(floor.period)
    return None if factor is None else floor.amount * factor


def least_near(floor: int) -> int:
    """The least whole top that counts as near a floor: 10 % below it."""
    return -(-floor * 9 // 10)


def salary_fit(floor: SalaryFloor | None, accept_undisclosed: bool, tops: Mapping[str, int] | None) -> Fit:
    """Hold the highest annual pay against the floor; without a top in the floor's currency it is undisclosed."""
    if floor is None:
        return "yes"
    needed, top = annual_floor(floor), (tops or {}).get(floor.currency)
    if needed is None or top is None:
        return "yes" if accept_undisclosed else "near"
    if top >= needed:
        return "yes"
    return "near" if top >= least_near(needed) else "no"
