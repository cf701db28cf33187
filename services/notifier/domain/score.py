"""How good a fitting job is for a search: 100 points in five parts, and a few that feedback gives or takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.notifier.domain.judging import Ready
from services.notifier.domain.liking import feedback_part
from services.notifier.domain.model import FoundBy, Part, Said
from services.rules.fits import annual_floor
from services.rules.placing import WORLDWIDE
from services.rules.reason import Fact
from services.rules.text import TextQuery
from services.rules.verdict import Verdict

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

    parts: tuple[Part, ...]

    @property
    def total(self) -> float:
        """Rounded, so that equal jobs tie and the order falls to their dates."""
        return round(sum(part.points for part in self.parts), 3)


def score(found: FoundBy, ready: Ready, due_at: datetime, said: Sequence[Said] = ()) -> Score:
    """Weigh a posting that fits a search; only sums and products, so that it comes out the same on every machine."""
    fit, pay, stated, place = ready.once(found.search.criteria, lambda: _lasting(found, ready))
    return Score((fit, pay, stated, _fresh(ready.posting, due_at), place, feedback_part(said, ready, due_at)))


def _lasting(found: FoundBy, ready: Ready) -> tuple[Part, Part, Part, Part]:
    """The parts that are the same for everybody with these criteria, at any time."""
    criteria, posting = found.search.criteria, ready.posting
    return _fit(criteria, ready), _pay(criteria, posting), _stated(posting), _place(found.verdict)


def states_pay(posting: PostingCore) -> bool:
    """Whether the posting names an amount."""
    return posting.salary is not None and (posting.salary.min is not None or posting.salary.max is not None)


def _fit(criteria: Criteria, ready: Ready) -> Part:
    """Are the asked skills core to the job (in its title or requirements), and the asked words in its title."""
    core, shares, facts = ready.core_or_implied, list[float](), list[Fact]()
    asked = (*criteria.skills.all, *criteria.skills.any)
    if criteria.skills.all:
        shares.append(len(core.intersection(criteria.skills.all)) / len(criteria.skills.all))
    if criteria.skills.any:
        hits = len(core.intersection(criteria.skills.any))
        shares.append(1.0 if hits > 1 else ONE_OF_ANY * hits)
    if asked:
        facts += [("asked", asked), ("core", tuple(name for name in asked if name in core))]
    if criteria.text:
        in_title = TextQuery.parse(criteria.text).fits_haystack(ready.title)
        shares.append(1.0 if in_title else 0.0)
        facts.append(("in_title", int(in_title)))
    share = sum(shares) / len(shares) if shares else NOTHING_ASKED
    return Part("fit", FIT_POINTS * share, FIT_POINTS, tuple(facts))


def _pay(criteria: Criteria, posting: PostingCore) -> Part:
    """How far the top lies above the floor; half of it for stated pay where no floor is set."""
    if posting.salary is None or not states_pay(posting):
        return Part("pay", 0.0, PAY_POINTS)
    if criteria.salary_floor is None:
        return Part("pay", PAY_POINTS * NOTHING_ASKED, PAY_POINTS)
    floor, currency = annual_floor(criteria.salary_floor), criteria.salary_floor.currency
    top = posting.salary.tops.get(currency)
    if not floor or top is None:
        return Part("pay", 0.0, PAY_POINTS)
    share = min(1.0, max(0.0, (top / floor - 1.0) / PAY_BEST_AT))
    facts: tuple[Fact, ...] = (("annual_top", top), ("annual_floor", floor), ("currency", currency))
    return Part("pay", PAY_POINTS * share, PAY_POINTS, facts)


def _stated(posting: PostingCore) -> Part:
    """All for pay that is stated, whatever it is."""
    states = states_pay(posting)
    return Part("stated", STATED_POINTS * states, STATED_POINTS, (("stated", int(states)),))


def _fresh(posting: PostingCore, due_at: datetime) -> Part:
    """All for a job of today, falling evenly to 0 at 14 days."""
    age = max(timedelta(0), due_at - posting.seen_at)
    return Part("fresh", FRESH_POINTS * max(0.0, 1.0 - age / FRESH_FOR), FRESH_POINTS, (("days", age.days),))


def _place(found: Verdict) -> Part:
    """Whether the job names a wanted place, takes it in, or says nothing; half where no place is asked for."""
    reason = next((one for one in found.reasons if one.criterion == "place"), None)
    if reason is None:
        return Part("place", PLACE_POINTS * NOTHING_ASKED, PLACE_POINTS)
    told = dict(reason.facts)
    fits, hires = names_of(told.get("fits")), names_of(told.get("hires"))
    named = tuple(place for place in fits if place in hires or place == WORLDWIDE)
    share = 1.0 if named else PLACE_INCLUDED if fits else 0.0
    return Part("place", PLACE_POINTS * share, PLACE_POINTS, (("named", named), ("fits", fits)))


def names_of(fact: str | float | tuple[str, ...] | None) -> tuple[str, ...]:
    """The names that a fact lists; none where there is no such fact."""
    return fact if isinstance(fact, tuple) else ()
