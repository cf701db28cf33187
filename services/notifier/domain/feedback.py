"""What a subscriber may say of a job, and what is kept of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from schemas.posting import PostingCore
from services.notifier.domain.curation.feedback_points import opinion_of
from services.notifier.domain.curation.judging import Ready
from services.notifier.domain.links import Purpose
from services.notifier.domain.model import JobOpinion

Kind = Literal["hidden_company", "not_relevant", "more_like"]

KIND_OF: dict[Purpose, Kind] = {"hide": "hidden_company", "irrelevant": "not_relevant", "more": "more_like"}
"""What a link in a digest says, by its purpose."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing said."""

    kind: Kind
    value: str
    """A folded company name, or a cluster key."""
    said: JobOpinion | None = None
    """What the job was like; None of a company, and where it is not known."""


def statement_of(kind: Kind, posting: PostingCore, at: datetime) -> Statement:
    """What saying `kind` of a posting comes to."""
    ready = Ready(posting)
    if kind == "hidden_company":
        return Statement(kind, ready.company)
    return Statement(kind, posting.cluster.key, opinion_of(kind, ready, at))
