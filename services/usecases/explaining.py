"""Why a posting is, or is not, what a search asks for, by which words, and how it would be weighed."""

import json
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from schemas.codec import UnreadableError, decode
from schemas.posting import Posting, PostingCore
from schemas.topics import POSTINGS
from services.matcher.explain import (
    Explanation,
    Line,
    Proof,
    explain_json,
    explain_text,
    explained,
    pair_json,
)
from services.notifier.domain.curation.chance import chance_of
from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.score import Score, score
from services.notifier.domain.curation.wishes import NO_SIGNS, signs_of, wish_of
from services.notifier.domain.model import JobOpinion
from services.notifier.domain.weights import Chance, Doubt, Part
from services.rules.criterion import Fit
from services.rules.languages.speaking import Unspoken, unspoken
from services.rules.verdict import Outcome, Verdict, verdict
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.records import TopicReader
from services.usecases.installation import Installation, topics_of
from services.usecases.searches import Query

__all__ = [
    "Chance",
    "Doubt",
    "Explanation",
    "Fit",
    "Judgement",
    "Line",
    "Outcome",
    "Part",
    "PostingCore",
    "PostingWithEvidence",
    "Score",
    "Unspoken",
    "bar_of",
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
class PostingWithEvidence:
    """A posting with the evidence of it that is at hand."""

    posting: PostingCore
    evidence: Proof


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, the score of what fits or nearly does, and whether its languages keep it from whoever searches."""

    verdict: Verdict
    score: Score | None
    """None for what does not fit: that is never weighed."""
    unspoken: Unspoken | None = None
    """What the job needs and the owner of a saved search does not speak: they are never sent it."""
    chance: Chance | None = None
    """Of the person to accept it; None likewise."""


def explain(query: Query, posting: PostingCore, now: datetime, installation: Installation | None = None) -> Judgement:
    """Judge a posting and weigh it as a digest of `now` does.

    `installation`: where a saved search is from; what its owner speaks and said of jobs then counts too. Raises
    UnavailableError.
    """
    judged = JudgedPosting(query.criteria, PostingFeatures(posting))
    found, said, missing, signs = judged.verdict, tuple[JobOpinion, ...](), None, NO_SIGNS
    if installation is not None and query.owner_id is not None:
        owner = installation.subscribers.recipient(query.owner_id)
        said, missing = owner.said, unspoken(owner.speaks, posting, query.criteria.languages)
        signs = signs_of(owner)
    if found.outcome == "reject":
        return Judgement(found, None, missing)
    scored = score(judged, now, said, query.preferred_places)
    return Judgement(found, scored, missing, chance_of(judged, wish_of(query.criteria, query.name, signs)))


def bar_of(installation: Installation | None) -> float:
    """The least chance that a job is sent at: the installation's, else the default."""
    return (installation.settings.notifier.curate if installation else CurateSettings()).least_chance


def posting_from(value: Any) -> PostingWithEvidence:
    """A posting from the JSON of posting.v1. Raises UnreadableError."""
    found = decode(Posting, json.dumps(value).encode())
    return PostingWithEvidence(found, found.evidence)


def stored_posting(installation: Installation, posting_id: str) -> PostingWithEvidence:
    """A posting by its id; without evidence where the log is away, for a verdict stands without.

    Raises UsageError where the store has none, UnavailableError.
    """
    found = installation.matches.postings([posting_id]).get(posting_id)
    if found is None:
        raise UsageError(f"there is no posting {posting_id} in the store, and no such file")
    try:
        with topics_of(installation.settings) as topics:
            return PostingWithEvidence(found, evidence_of(topics, found))
    except (UnavailableError, UsageError):
        return PostingWithEvidence(found, {})


_MOST_LOOKED_THROUGH: Final = 20_000
"""Records: a posting is sent to the topic soon after it was fetched, or by a replay much later."""


def evidence_of(reader: TopicReader, posting: PostingCore, most: int = _MOST_LOOKED_THROUGH) -> Proof:
    """What this version of a posting was decided by; empty where the topic tells it no more.

    Looks at no more than `most` records from the time on at which it was fetched. Raises UnavailableError.
    """
    own, since = posting.posting_id.encode(), _whole_ms(posting.fetched_at)
    for record in islice(reader.read_all(POSTINGS.name, since=since), most):
        if record.key != own:
            continue
        try:
            whole = decode(Posting, record.value)
        except UnreadableError:
            continue
        if whole.version == posting.version:
            return whole.evidence
    return {}


def _whole_ms(at: datetime) -> datetime:
    """A broker knows milliseconds: what was appended in the same one as it was fetched must not be missed."""
    return at.replace(microsecond=at.microsecond // 1_000 * 1_000)
