"""How good a fitting job is for a search: 100 points, each of them explained."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.rules.money import annual
from services.rules.skills import taxonomy
from services.rules.text import TextQuery

FIT_POINTS = 40.0
PAY_POINTS = 25.0
FRESH_POINTS = 25.0
STATED_POINTS = 10.0

_FRESH_FOR = timedelta(days=14)
_PAY_BEST_AT = 0.5
"""A top half as high again as the floor earns all pay points."""
_ONE_OF_ANY = 0.7
"""One core skill of `any` is worth this; two or more are worth 1."""
_NOTHING_ASKED = 0.5


@dataclass(frozen=True, slots=True)
class Score:
    """The parts of a score; `total` lies between 0 and 100."""

    fit: float
    """Are the asked skills core to the job (in its title or requirements) and the asked words in its title: 0 to 40."""
    pay: float
    """How far the top lies above the floor, 0 to 25; half of it for stated pay where no floor is set."""
    fresh: float
    """25 for a job of today, falling evenly to 0 at 14 days."""
    stated: float
    """10 where pay is stated."""

    @property
    def total(self) -> float:
        """Rounded, so that equal jobs tie and the order falls to their dates."""
        return round(self.fit + self.pay + self.fresh + self.stated, 3)


def score(criteria: Criteria, posting: PostingCore, due_at: datetime) -> Score:
    """Weigh a posting that fits `criteria`; only sums and products, so that it comes out the same on every machine."""
    return Score(
        fit=FIT_POINTS * _fit(criteria, posting),
        pay=PAY_POINTS * _pay(criteria, posting),
        fresh=FRESH_POINTS * _freshness(posting, due_at),
        stated=STATED_POINTS if states_pay(posting) else 0.0,
    )


def states_pay(posting: PostingCore) -> bool:
    """Whether the posting names an amount."""
    return posting.salary is not None and (posting.salary.min is not None or posting.salary.max is not None)


def _fit(criteria: Criteria, posting: PostingCore) -> float:
    core = _core_skills(posting)
    parts: list[float] = []
    if criteria.skills.all:
        parts.append(len(core.intersection(criteria.skills.all)) / len(criteria.skills.all))
    if criteria.skills.any:
        hits = len(core.intersection(criteria.skills.any))
        parts.append(1.0 if hits > 1 else _ONE_OF_ANY * hits)
    if criteria.text:
        parts.append(1.0 if TextQuery.parse(criteria.text).fits(posting.title, "") else 0.0)
    return sum(parts) / len(parts) if parts else _NOTHING_ASKED


def _core_skills(posting: PostingCore) -> frozenset[str]:
    named = frozenset(skill.name for skill in posting.skills if skill.core)
    return named.union(*(taxonomy().parents(name) for name in named))


def _pay(criteria: Criteria, posting: PostingCore) -> float:
    if posting.salary is None or not states_pay(posting):
        return 0.0
    if criteria.salary_floor is None:
        return 0.5
    floor = annual(criteria.salary_floor.amount, criteria.salary_floor.period)
    top = posting.salary.tops.get(criteria.salary_floor.currency)
    if not floor or top is None:
        return 0.0
    return min(1.0, max(0.0, (top / floor - 1.0) / _PAY_BEST_AT))


def _freshness(posting: PostingCore, due_at: datetime) -> float:
    age = max(timedelta(0), due_at - posting.seen_at)
    return max(0.0, 1.0 - age / _FRESH_FOR)
