"""The truth: whether a posting fits criteria, with a reason for each criterion."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.rules.criterion import CRITERIA, CRITERION, Criterion, Facts, Fit, Reason, Relaxation
from services.rules.prepared import PreparedPosting

__all__ = [
    "Facts",
    "Fit",
    "Outcome",
    "Reason",
    "Verdict",
    "asked_by",
    "distance",
    "judge",
    "near_miss",
    "outcome_of",
    "verdict",
]

Outcome = Literal["match", "near", "reject"]


@dataclass(frozen=True, slots=True)
class ClosedFacts(Facts):
    """Of a posting that is closed: there is nothing more to say."""


CLOSED: Final = Reason("status", "no", ClosedFacts())
"""Closed postings fit nobody; being open is not worth a word."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Match, near miss or rejection. A criterion that asks for nothing gives no reason."""

    outcome: Outcome
    reasons: tuple[Reason, ...]

    def nearly(self, by: Relaxation) -> "Verdict":
        """The same of a near miss that `near_miss` found: what fails nearly fits."""
        reasons = (
            replace(reason, fit="near") if reason.criterion == by.criterion else reason for reason in self.reasons
        )
        return Verdict("near", tuple(reasons))


def verdict(criteria: Criteria, posting: PostingCore) -> Verdict:
    """Judge a posting by criteria. Names are compared as they stand, so criteria should be canonical.

    Every criterion that asks for something gives one reason, also after one has failed; an open posting gives none for
    its status. One `no` rejects; else one `near` (only salary and distance know it) makes a near miss.
    """
    return judge(criteria, PreparedPosting(posting))


def judge(criteria: Criteria, prepared: PreparedPosting) -> Verdict:
    """`verdict`, for a posting that is judged by many criteria."""
    reasons = tuple(_reasons(criteria, prepared))
    fits = {reason.fit for reason in reasons}
    return Verdict("reject" if "no" in fits else "near" if "near" in fits else "match", reasons)


def _reasons(criteria: Criteria, prepared: PreparedPosting) -> Iterator[Reason]:
    if prepared.posting.status == "closed":
        yield CLOSED
    for criterion in CRITERIA:
        if criterion.asks(criteria):
            yield criterion.reason(criteria, prepared)


def outcome_of(criteria: Criteria, prepared: PreparedPosting, asked: Sequence[Criterion[Any]] | None = None) -> Outcome:
    """The outcome of `judge` in a fraction of its time, without why: for whoever judges many and shows few.

    `asked` is what `asked_by` gives.
    """
    if prepared.posting.status == "closed":
        return "reject"
    near = False
    for criterion in _CHEAP_FIRST if asked is None else asked:
        answer = criterion.fit(criteria, prepared)
        if answer == "no":
            return "reject"
        near = near or answer == "near"
    return "near" if near else "match"


def asked_by(criteria: Criteria) -> tuple[Criterion[Any], ...]:
    """The criteria that ask for something, what is soon judged first: for whoever judges many postings by them."""
    return tuple(criterion for criterion in _CHEAP_FIRST if criterion.asks(criteria))


def near_miss(
    criteria: Criteria, prepared: PreparedPosting, asked: Sequence[Criterion[Any]] | None = None
) -> Relaxation | None:
    """What lets in an open posting that one criterion alone keeps out, and by a little; None for every other posting.

    By a level, a neighbouring role, an hour, a skill, or by pay or distance as `judge` knows it too. Indices know
    only what `judge` does: whoever is shown few jobs is shown these besides. `asked` is what `asked_by` gives.
    """
    if prepared.posting.status == "closed":
        return None
    found = None
    for criterion in _CHEAP_FIRST if asked is None else asked:
        if criterion.fit(criteria, prepared) == "yes":
            continue
        if found is not None:
            return None
        found = criterion.nearly(criteria, prepared)
        if found is None:
            return None
    return found


def distance(reason: Reason, kin: float = 0.0) -> float:
    """How near a posting came to a criterion that it failed, from 0, which just fails, to 1.

    Only good for putting near ones before far ones: each criterion measures in its own way. `kin` says how often, 0 to
    1, the posting's skills go together with those of which any will do.
    """
    criterion = CRITERION.get(reason.criterion)
    far = criterion.distance(reason.facts, kin) if criterion else 1.0
    return min(1.0, max(0.0, far))


_DEAR: Final = ("skills.any", "place", "text")


def _dearness(criterion: Criterion[Any]) -> int:
    return _DEAR.index(criterion.name) if criterion.name in _DEAR else -1


_CHEAP_FIRST: Final = sorted(CRITERIA, key=_dearness)
"""What takes a look at one field first, what takes many words last."""
