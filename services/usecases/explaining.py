"""Why a posting is, or is not, what a search asks for, by which words, and how it would be weighed."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.codec import decode
from schemas.posting import Posting, PostingCore
from services.matcher.evidence import evidence_of
from services.matcher.explain import (
    Explanation,
    Line,
    Proof,
    explain_json,
    explain_text,
    explained,
    pair_json,
)
from services.notifier.domain.curation.judging import Judged, Ready
from services.notifier.domain.curation.score import Score, score
from services.notifier.domain.model import Part, Said
from services.rules.criterion import Fit
from services.rules.verdict import Outcome, Verdict, verdict
from services.runtime.errors import UnavailableError, UsageError
from services.usecases.installation import Installation, topics_of
from services.usecases.searches import Query

__all__ = [
    "Explanation",
    "Fit",
    "Judgement",
    "Line",
    "Outcome",
    "Part",
    "Score",
    "Shown",
    "explain",
    "explain_json",
    "explain_text",
    "explained",
    "pair_json",
    "posting_from",
    "stored_posting",
    "verdict",
]


@dataclass(frozen=True, slots=True)
class Shown:
    """A posting with the evidence of it that is at hand."""

    posting: PostingCore
    evidence: Proof


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and the score of what fits or nearly does."""

    verdict: Verdict
    score: Score | None
    """None for what does not fit: that is never weighed."""


def explain(query: Query, posting: PostingCore, now: datetime, installation: Installation | None = None) -> Judgement:
    """Judge a posting and weigh it as a digest of `now` does.

    `installation`: where a saved search is from; what its owner said of jobs then weighs too. Raises UnavailableError.
    """
    judged = Judged(query.criteria, Ready(posting))
    found = judged.verdict
    if found.outcome == "reject":
        return Judgement(found, None)
    said: tuple[Said, ...] = ()
    if installation is not None and query.owner_id is not None:
        said = installation.subscribers.recipient(query.owner_id).said
    return Judgement(found, score(judged, now, said, query.preferred_places))


def posting_from(value: Any) -> Shown:
    """A posting from the JSON of posting.v1. Raises UnreadableError."""
    found = decode(Posting, json.dumps(value).encode())
    return Shown(found, found.evidence)


def stored_posting(installation: Installation, posting_id: str) -> Shown:
    """A posting by its id; without evidence where the log is away, for a verdict stands without.

    Raises UsageError where the store has none, UnavailableError.
    """
    found = installation.matches.postings([posting_id]).get(posting_id)
    if found is None:
        raise UsageError(f"there is no posting {posting_id} in the store, and no such file")
    try:
        with topics_of(installation.settings) as topics:
            return Shown(found, evidence_of(topics, found))
    except (UnavailableError, UsageError):
        return Shown(found, {})
