"""What people say of jobs and companies: said by name or by a link in a digest, listed, taken back."""

from dataclasses import dataclass
from datetime import datetime

from services.notifier.domain.curation.feedback_points import FADES_IN
from services.notifier.domain.feedback import Kind, Statement
from services.notifier.feedback import Feedback
from services.runtime.errors import UsageError
from services.usecases.installation import Installation

__all__ = ["Kind", "Saying", "Statement", "follow", "said", "say", "unsay"]


@dataclass(frozen=True, slots=True)
class Saying:
    """A statement, and for how long it counts."""

    statement: Statement
    said_at: datetime
    fades_at: datetime | None
    """None: it counts until it is taken back."""


def said(installation: Installation, person: str) -> list[Saying]:
    """All that someone said. Raises UsageError where there is no such person."""
    subscribers = installation.subscribers
    found = subscribers.said(subscribers.find(person).subscriber_id)
    return [Saying(statement, at, at + FADES_IN if statement.said else None) for statement, at in found]


def say(installation: Installation, person: str, kind: Kind, of: str, now: datetime) -> Statement:
    """Keep what someone says of a posting, by its id, or of a company, also by its name. Raises UsageError."""
    own_id = installation.subscribers.find(person).subscriber_id
    return _desk(installation).say(own_id, kind, of, now).statement


def unsay(installation: Installation, person: str, kind: Kind, of: str, now: datetime) -> None:
    """Take back what someone said, named as it was said. Raises UsageError where they never said it."""
    own_id = installation.subscribers.find(person).subscriber_id
    if not _desk(installation).unsay(own_id, kind, of, now):
        raise UsageError("they never said that")


def follow(installation: Installation, link: str, now: datetime) -> Statement:
    """Do what a feedback link in a digest says, for whom the digest was for. Raises UsageError."""
    return _desk(installation).by_link(link, now).statement


def _desk(installation: Installation) -> Feedback:
    return Feedback(installation.subscribers, installation.matches, installation.ids.secret)
