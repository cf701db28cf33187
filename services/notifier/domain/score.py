"""How good a fitting job is for a search: 100 points in five parts, and a few that feedback gives or takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.notifier.domain.judging import Judged, Ready, Weight
from services.notifier.domain.liking import feedback_part
from services.notifier.domain.model import Part, Said
from services.rules.fits import annual_floor
from services.rules.placing import WORLDWIDE, concrete
from services.rules.reason import Fact
from services.rules.text import TextQuery

FIT_POINTS = 50.0
"""As many as all other parts have together: no pay makes up for skills that a job does not ask for."""
PAY_POINTS = 15.0
STATED_POINTS = 5.0
FRESH_POINTS = 20.0
PLACE_POINTS = 10.0

FRESH_FOR = timedelta(days=14)
PAY_BEST_AT = 0.5
"""A top half as high again as the floor earns all pay points."""
ONE_OF_ANY = 0.7
"""One core skill of `any` is worth this; two or more are worth 1."""
NOTHING_ASKED = 0.5
PLACE_INCLUDED = 0.8
"""A wanted place that the job takes in without naming it; named it is worth 1."""


@dataclass(frozen=True, slots=True)
class Score:
    """The parts of a score: five between 0 and 100 together, then feedback's, see `services.notifier.domain.liking`."""

    parts: tuple[Part, Part, Part, Part, Part, Part]

    @property
    def total(self) -> float:
        """The sum of the parts, see `total`."""
        fit, pay, stated, fresh, place, feedback = (part.points for part in self.parts)
        return _sum(Weight(fit + pay + stated, place), Passing(fresh, feedback))


class Passing(NamedTuple):
    """The points that a posting has for a subscriber at one time, whatever it is held against."""

    fresh: float
    feedback: float


def score(criteria: Criteria, ready: Ready, due_at: datetime, said: Sequence[Said] = ()) -> Score:
    """Weigh a posting that fits criteria; only sums and products, so that it comes out the same on every machine."""
    return Score(
        (
            _fit(criteria, ready),
            Part("pay", _pay_points(criteria, ready), PAY_POINTS, _pay_facts(criteria, ready.posting)),
            Part("stated", _stated_points(ready), STATED_POINTS, (("stated", int(states_pay(ready.posting))),)),
            _fresh(ready, due_at),
            _place(criteria, ready),
            feedback_part(said, ready, due_at),
        )
    )


def passing(ready: Ready, due_at: datetime, said: Sequence[Said]) -> Passing:
    """What `total` adds for one subscriber at one time."""
    return Passing(_fresh_points(ready, due_at), feedback_part(said, ready, due_at).points if said else 0.0)


def total(judged: Judged, passing: Passing) -> float:
    """`Score.total`, without the parts and what they rest on.

    Rounded, so that equal jobs tie and the order falls to their dates.
    """
    return _sum(judged.weight(_weight), passing)


def _sum(weight: Weight, passing: Passing) -> float:
    # Added in the order of the parts: the last digit may depend on it.
    return round(weight.before_fresh + passing.fresh + weight.place + passing.feedback, 3)


def _weight(criteria: Criteria, ready: Ready) -> Weight:
    fit, pay, stated = _fit_points(criteria, ready), _pay_points(criteria, ready), _stated_points(ready)
    return Weight(fit + pay + stated, _place_points(criteria, ready))


def states_pay(posting: PostingCore) -> bool:
    """Whether the posting names an amount."""
    return posting.salary is not None and (posting.salary.min is not None or posting.salary.max is not None)


def _fit(criteria: Criteria, ready: Ready) -> Part:
    facts = list[Fact]()
    if asked := (*criteria.skills.all, *criteria.skills.any):
        facts += [("asked", asked), ("core", tuple(name for name in asked if name in ready.core_or_implied))]
    if criteria.text:
        facts.append(("in_title", int(_in_title(criteria, ready))))
    return Part("fit", _fit_points(criteria, ready), FIT_POINTS, tuple(facts))


def _fit_points(criteria: Criteria, ready: Ready) -> float:
    """Are the asked skills core to the job (in its title or requirements), and the asked words in its title."""
    core, skills, shares = ready.core_or_implied, criteria.skills, list[float]()
    if skills.all:
        shares.append(len(core.intersection(skills.all)) / len(skills.all))
    if skills.any:
        hits = len(core.intersection(skills.any))
        shares.append(1.0 if hits > 1 else ONE_OF_ANY * hits)
    if criteria.text:
        shares.append(1.0 if _in_title(criteria, ready) else 0.0)
    return FIT_POINTS * (sum(shares) / len(shares) if shares else NOTHING_ASKED)


def _in_title(criteria: Criteria, ready: Ready) -> bool:
    return TextQuery.parse(criteria.text).fits_haystack(ready.title)


def _pay_points(criteria: Criteria, ready: Ready) -> float:
    """How far the top lies above the floor; half of it for stated pay where no floor is set."""
    salary = ready.posting.salary
    if salary is None or not states_pay(ready.posting):
        return 0.0
    if criteria.salary_floor is None:
        return PAY_POINTS * NOTHING_ASKED
    floor, top = annual_floor(criteria.salary_floor), salary.tops.get(criteria.salary_floor.currency)
    if not floor or top is None:
        return 0.0
    return PAY_POINTS * min(1.0, max(0.0, (top / floor - 1.0) / PAY_BEST_AT))


def _pay_facts(criteria: Criteria, posting: PostingCore) -> tuple[Fact, ...]:
    if posting.salary is None or not states_pay(posting) or criteria.salary_floor is None:
        return ()
    floor, currency = annual_floor(criteria.salary_floor), criteria.salary_floor.currency
    top = posting.salary.tops.get(currency)
    if not floor or top is None:
        return ()
    return (("annual_top", top), ("annual_floor", floor), ("currency", currency))


def _stated_points(ready: Ready) -> float:
    """All for pay that is stated, whatever it is."""
    return STATED_POINTS * states_pay(ready.posting)


def _fresh(ready: Ready, due_at: datetime) -> Part:
    age = max(timedelta(0), due_at - ready.posting.seen_at)
    return Part("fresh", _fresh_points(ready, due_at), FRESH_POINTS, (("days", age.days),))


def _fresh_points(ready: Ready, due_at: datetime) -> float:
    """All for a job of today, falling evenly to 0 at 14 days."""
    age = max(timedelta(0), due_at - ready.posting.seen_at)
    return FRESH_POINTS * max(0.0, 1.0 - age / FRESH_FOR)


def _place(criteria: Criteria, ready: Ready) -> Part:
    if not criteria.places:
        return Part("place", PLACE_POINTS * NOTHING_ASKED, PLACE_POINTS)
    fits = _taken_in(criteria, ready)
    named = tuple(place for place in fits if _names(ready, place))
    return Part("place", _place_points(criteria, ready), PLACE_POINTS, (("named", named), ("fits", fits)))


def _place_points(criteria: Criteria, ready: Ready) -> float:
    """Whether the job names a wanted place, takes it in, or says nothing; half where no place is asked for."""
    if not criteria.places:
        return PLACE_POINTS * NOTHING_ASKED
    fits = _taken_in(criteria, ready)
    named = any(_names(ready, place) for place in fits)
    return PLACE_POINTS * (1.0 if named else PLACE_INCLUDED if fits else 0.0)


def _taken_in(criteria: Criteria, ready: Ready) -> tuple[str, ...]:
    """The wanted places that the job takes in; none where it does not say from where."""
    allowed = ready.allowed
    return tuple(filter(allowed.takes_in, concrete(criteria.places))) if allowed.told else ()


def _names(ready: Ready, place: str) -> bool:
    return place == WORLDWIDE or place in ready.hires


def names_of(fact: str | float | tuple[str, ...] | None) -> tuple[str, ...]:
    """The names that a fact lists; none where there is no such fact."""
    return fact if isinstance(fact, tuple) else ()
