"""What a subscriber may say of a job, or keep of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.notifier.domain.curation.chance.answers import answered_job
from services.notifier.domain.curation.chance.model import chance_of
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.wishes import Wish, signs_of, wish_of
from services.notifier.domain.links import Purpose
from services.notifier.domain.model import AnsweredJob, Recipient
from services.notifier.domain.weights import Answered, Chance

Kind = Literal["hidden_company", "not_relevant", "more_like"]

KIND_OF: dict[Purpose, Kind] = {"hide": "hidden_company", "irrelevant": "not_relevant", "more": "more_like"}
"""What a link in a digest says, by its purpose."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says of a job or of its company, see the glossary."""

    kind: Kind
    value: str
    """A folded company name, or a cluster key."""
    job: AnsweredJob | None = None
    """What the job was like; None of a company, and where it is not known."""
    posting_id: str = ""
    """Of the job that it was said of; empty where that is not known."""
    company: str = ""
    """Of a company its name as it was shown; empty where that is not known."""
    note: str = ""
    """What the subscriber wrote beside it."""


MOST_TRACKED = 500
"""Jobs that one may have saved."""
MOST_NOTE = 2_000
"""Characters of a note."""


@dataclass(frozen=True, slots=True)
class TrackedJob:
    """A job that somebody saved, as it was then."""

    posting_id: str
    title: str
    company: str
    url: str
    note: str
    saved_at: datetime
    applied_on: date | None
    """None: they have not applied for it."""


def answer_of(kind: Kind, posting: PostingCore, at: datetime, foreseen: float | None = None) -> Answer:
    """The answer `kind` of a posting; `foreseen`, see there."""
    ready = PostingFeatures(posting)
    if kind == "hidden_company":
        return Answer(kind, ready.company, None, posting.posting_id, posting.company.name)
    return Answer(kind, posting.cluster.key, answered_job(kind, ready, at, foreseen), posting.posting_id)


def answer_by_saving(posting: PostingCore, at: datetime, foreseen: float | None) -> Answer:
    """What somebody says who saves a posting, or applies for it: more like this."""
    job = answered_job("saved", PostingFeatures(posting), at, foreseen)
    return Answer("more_like", posting.cluster.key, job, posting.posting_id)


def foreseen(recipient: Recipient, posting: PostingCore) -> float | None:
    """The chance that somebody accepts a posting, whatever they said of others.

    None where it fits no search of theirs, not even nearly.
    """
    chance = likeliest(wishes_of(recipient), PostingFeatures(posting))
    return chance.value if chance else None


def wishes_of(recipient: Recipient) -> tuple[tuple[Criteria, Wish], ...]:
    """What somebody's searches ask for, each with what it lets one guess."""
    signs = signs_of(recipient)
    return tuple((ask.criteria, wish_of(ask.criteria, ask.name, signs)) for ask in recipient.asks)


def likeliest(
    wishes: Iterable[tuple[Criteria, Wish]], ready: PostingFeatures, by_answers: Answered | None = None
) -> Chance | None:
    """The same with what speaks against it: for the search that it suits best."""
    return max(_chances(wishes, ready, by_answers), key=lambda chance: chance.value, default=None)


def nearest(wishes: Iterable[tuple[Criteria, Wish]], ready: PostingFeatures, foreseen: float) -> Chance | None:
    """For the search that comes nearest to a chance that was foreseen: it is likely that of which it was."""
    return min(_chances(wishes, ready, None), key=lambda chance: abs(chance.value - foreseen), default=None)


def _chances(
    wishes: Iterable[tuple[Criteria, Wish]], ready: PostingFeatures, by_answers: Answered | None
) -> Iterator[Chance]:
    """For each search that it fits, or nearly."""
    judged = ((JudgedPosting(criteria, ready), wish) for criteria, wish in wishes)
    return (chance_of(found, wish, by_answers) for found, wish in judged if found.outcome != "reject")
