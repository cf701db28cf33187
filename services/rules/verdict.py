"""The truth: whether a posting fits criteria, with a reason for each criterion."""

from dataclasses import dataclass
from typing import Literal

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.rules.fits import Fit
from services.rules.prepared import PreparedPosting
from services.rules.reason import Criterion, Fact, Reason
from services.rules.reasons import REASONS

__all__ = ["Criterion", "Fact", "Fit", "Outcome", "Reason", "Verdict", "judge", "verdict"]

Outcome = Literal["match", "near", "reject"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Match, near miss or rejection. A criterion that asks for nothing gives no reason."""

    outcome: Outcome
    reasons: tuple[Reason, ...]


def verdict(criteria: Criteria, posting: PostingCore) -> Verdict:
    """Judge a posting by criteria. Names are compared as they stand, so criteria should be canonical.

    Every criterion that asks for something gives one reason, also after one has failed; an open posting gives none for
    its status. One `no` rejects; else one `near` (only salary knows it) makes a near miss.
    """
    return judge(criteria, PreparedPosting(posting))


def judge(criteria: Criteria, prepared: PreparedPosting) -> Verdict:
    """`verdict`, for a posting that is judged by many criteria."""
    given = (reason_of(criteria, prepared) for reason_of in REASONS)
    reasons = tuple(reason for reason in given if reason is not None)
    fits = {reason.fit for reason in reasons}
    return Verdict("reject" if "no" in fits else "near" if "near" in fits else "match", reasons)
