"""How far the level of a job, and the years that it asks for, lie from what a person's searches ask for."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from schemas.posting import Seniority
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.curation.wishes import Wish

_STEPS: Final[Mapping[Seniority, float]] = {
    "intern": 2.0, "junior": 1.0, "mid": 0.0, "senior": 0.0, "lead": 0.5, "staff": 1.0, "principal": 1.5,
    "manager": 1.0, "director": 2.0, "executive": 3.0,
}  # fmt: skip
"""How far a level lies from that of most who do not say theirs."""
_MOST_STEPS: Final = 3.0
_STANDS_FOR: Final[Mapping[Seniority, float]] = {
    "intern": 0.0, "junior": 1.0, "mid": 3.0, "senior": 5.0, "lead": 6.0, "staff": 8.0, "principal": 9.0,
    "manager": 6.0, "director": 9.0, "executive": 13.0,
}  # fmt: skip
"""Years that a level stands for where a posting does not count them."""
_MOST_APART: Final = 6.0
"""So many years lie between levels that have nothing to do with each other."""
_NOT_ASKED: Final = 0.5
"""What the nearest level is that no search of the person asks for, where any asks for one."""
_LEADERS: Final[frozenset[Seniority]] = frozenset({"manager", "director", "executive"})
_MAY_LEAD: Final[frozenset[Seniority]] = _LEADERS | {"lead"}
_REACHED: Final[Mapping[Seniority, float]] = {
    "intern": 1.0, "junior": 1.0, "mid": 5.5, "senior": 9.0, "lead": 10.0, "staff": 11.0, "principal": 13.0,
    "manager": 10.0, "director": 16.0, "executive": 21.0,
}  # fmt: skip
"""Years up to which somebody who asks for a level may be expected to have them."""
_REACHED_BY_MOST: Final = 7.0
"""By who asks for none."""
_BEGINNERS: Final[frozenset[Seniority]] = frozenset({"intern", "junior", "mid"})
_MOST_YEARS: Final = 4.0
"""So many years too few are as bad as any more."""
_OF_OWN: Final = 1.25
"""So many times the years that somebody has may be asked of them: who asks for five will talk to who has four."""
_LEAST_OWN: Final = 1.0
"""Of who begins as many are asked all the same."""
_MOST_BEYOND_OWN: Final = 2.0
"""So many years beyond that are as bad as any more."""
_FOR_BEGINNERS: Final[frozenset[Seniority]] = frozenset({"intern", "junior"})
_TIMES_ASKED: Final = 2.0
"""So many times the years that a job asks for somebody may have and still want it: many ask for the least."""
_MOST_TIMES_BEYOND: Final = 3.0
"""So many times more are as bad as any more."""

_SETTLED: Final = 4.0
"""Years beyond the first after which somebody is of the trade that they have worked in."""


def nearness(wish: Wish, level: Seniority | None) -> float:
    """How near a level is to those that other searches of the person ask for, or else to that of most."""
    if level is None or level in wish.levels:
        return 1.0
    if not wish.levels:
        return 1.0 if wish.level else 1.0 - _STEPS[level] / _MOST_STEPS
    apart = min(abs(_STANDS_FOR[level] - _STANDS_FOR[asked]) for asked in wish.levels)
    return min(_NOT_ASKED, 1.0 - min(1.0, apart / _MOST_APART))


def may_lead(ready: PostingFeatures) -> bool:
    """Whether a job is of a level that may lead people, and its text says that it does."""
    return ready.posting.seniority in _MAY_LEAD and ready.leads


def leads_unasked(wish: Wish, ready: PostingFeatures) -> bool:
    """Whether no search of the person asks for leading people: neither for that level nor for a manager's."""
    return ready.posting.seniority not in wish.levels and _LEADERS.isdisjoint(wish.levels)


def may_ask_years(ready: PostingFeatures) -> bool:
    """Whether somebody may have too few of them."""
    return _years(ready) > min(_REACHED.values())


def experience(wish: Wish, ready: PostingFeatures) -> float:
    """How far the years that a job asks for go beyond those that the asked levels stand for, and beyond a person's own.

    A level that is asked for is met, whatever years it stands for.
    """
    return _reaches(wish.levels, wish.years, float(ready.years) if _is_asked_for(wish, ready) else _years(ready))


def tells_years(ready: PostingFeatures) -> bool:
    """Whether a posting tells, by its text or its level, for how many years somebody has done the work."""
    return bool(ready.years) or ready.posting.seniority is not None


def overqualified(wish: Wish, ready: PostingFeatures) -> float:
    """How far somebody may still want a job that asks for so much fewer years than they have.

    A level that any search of theirs asks for is met.
    """
    if wish.years is None or _is_asked_for(wish, ready):
        return 1.0
    return _within(wish.years / max(1.0, _years(ready)), _TIMES_ASKED, _MOST_TIMES_BEYOND)


def is_for_beginners(ready: PostingFeatures) -> bool:
    """Whether a job may be called one for beginners: by its level, or its text asks for a year and it tells none.

    Not one whose text asks for several years, or which is of another level.
    """
    level = ready.posting.seniority
    return ready.years <= 1 and (level in _FOR_BEGINNERS or (level is None and ready.years == 1))


def settled(years: int | None) -> float:
    """How far what somebody has worked as is their trade: not yet in the first year, wholly from the fifth on.

    Wholly too where they do not say for how long.
    """
    return 1.0 if years is None else min(1.0, max(0.0, years - 1.0) / _SETTLED)


def _is_asked_for(wish: Wish, ready: PostingFeatures) -> bool:
    return ready.posting.seniority in wish.levels


def _years(ready: PostingFeatures) -> float:
    """Those that a posting asks for: by its text, or else by its level."""
    level = ready.posting.seniority
    return float(ready.years) or (_STANDS_FOR[level] if level else 0.0)


@lru_cache(maxsize=4_096)
def _reaches(levels: frozenset[Seniority], own: int | None, years: float) -> float:
    by_own = 1.0 if own is None else _within(years, max(_LEAST_OWN, _OF_OWN * own), _MOST_BEYOND_OWN)
    if own is not None and not levels:
        return by_own
    begins = not levels.isdisjoint(_FOR_BEGINNERS) and levels <= _BEGINNERS
    reached = _REACHED["junior"] if begins else max((_REACHED[level] for level in levels), default=_REACHED_BY_MOST)
    return min(by_own, _within(years, reached, _MOST_YEARS))


def _within(years: float, reached: float, most: float) -> float:
    return 1.0 - min(1.0, max(0.0, years - reached) / most)
