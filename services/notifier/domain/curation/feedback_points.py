"""What a subscriber said of jobs, and how far that moves the ones that are like them: a little, and for a while."""

from collections.abc import Iterable, Set
from datetime import datetime, timedelta
from math import fsum

from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.model import JobOpinion
from services.notifier.domain.weights import FeedbackFacts, Opinion, Part

MOST_POINTS = 10.0
"""All that was said together moves a job by no more, up or down."""
POINTS_EACH = 6.0
"""What is said once of a job moves one that is just like it by so much."""
FADES_IN = timedelta(days=90)
"""What was said counts less each day, and not at all from then on."""
LEAST_ALIKE = 0.35
"""Jobs less alike have nothing to do with each other."""

_TITLE = 0.5
_SKILLS = 0.3
_COMPANY = 0.2


def alike(said: JobOpinion, ready: PostingFeatures) -> float:
    """How much a job is like one that something was said of, 0 to 1: by words of the title, core skills and company.

    Words and skills by what both have among all that either has. Below `LEAST_ALIKE` it is 0.
    """
    found = (
        _TITLE * _shared(said.title_words, ready.title_words)
        + _SKILLS * _shared(said.skills, ready.core)
        + _COMPANY * (bool(said.company_key) and said.company_key == ready.company)
    )
    return found if found >= LEAST_ALIKE else 0.0


def feedback_part(said: Iterable[JobOpinion], ready: PostingFeatures, due_at: datetime) -> Part:
    """The points that all that was said gives or takes, with the one saying that moves the job most.

    The same for any order of `said`.
    """
    moves = [(_move(opinion, ready, due_at), opinion) for opinion in said]
    moves = [(points, opinion) for points, opinion in moves if points]
    if not moves:
        return Part("feedback", 0.0, MOST_POINTS)
    total = max(-MOST_POINTS, min(MOST_POINTS, fsum(points for points, _ in moves)))
    # Named is what moved the job the way that it went.
    points, most = max(moves, key=lambda move: (move[0] * total, *_order(move[1])))
    facts = FeedbackFacts(most.opinion, most.title, most.company, most.said_at.date())
    return Part("feedback", total, MOST_POINTS, facts if points * total > 0 else None)


def _move(said: JobOpinion, ready: PostingFeatures, due_at: datetime) -> float:
    age = max(timedelta(0), due_at - said.said_at)
    fading = 1.0 - age / FADES_IN
    if fading <= 0:
        return 0.0
    sign = 1.0 if said.opinion == "more_like" else -1.0
    return sign * POINTS_EACH * fading * alike(said, ready)


def opinion_of(opinion: Opinion, ready: PostingFeatures, said_at: datetime) -> JobOpinion:
    """The marks of a job that something is said of."""
    posting = ready.posting
    return JobOpinion(
        opinion, posting.title, posting.company.name, ready.title_words, ready.company, ready.core, said_at
    )


def _shared(some: Set[str], others: Set[str]) -> float:
    either = len(some | others)
    return len(some & others) / either if either else 0.0


def _order(said: JobOpinion) -> tuple[datetime, str, str]:
    return (said.said_at, said.title, said.company)
