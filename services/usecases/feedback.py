"""What people say of jobs and companies: said by name or by a link in a digest, listed, taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.posting import PostingCore
from services.notifier.domain.curation.feedback_points import FADES_IN
from services.notifier.domain.feedback import KIND_OF, Kind, Statement, statement_of
from services.notifier.domain.links import PATHS, Claim, claim_of
from services.rules.signature import fold_company
from services.runtime.errors import UsageError
from services.usecases.installation import Installation

__all__ = ["FADES_IN", "KIND_OF", "Kind", "Saying", "Statement", "follow", "is_said", "said", "say", "unsay"]


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
    statements = subscribers.said(subscribers.find(person).subscriber_id)
    return [Saying(statement, at, at + FADES_IN if statement.said else None) for statement, at in statements]


def say(installation: Installation, person: str, kind: Kind, of: str, now: datetime) -> Statement:
    """Keep what someone says of a posting, by its id, or of a company, also by its name. Raises UsageError."""
    own_id = installation.subscribers.find(person).subscriber_id
    statement = _statement(installation, kind, of, now)
    installation.subscribers.say(own_id, statement, now)
    return statement


def unsay(installation: Installation, person: str, kind: Kind, of: str, now: datetime) -> None:
    """Take back what someone said, named as it was said. Raises UsageError where they never said it."""
    own_id = installation.subscribers.find(person).subscriber_id
    if not installation.subscribers.unsay(own_id, kind, _statement(installation, kind, of, now).value):
        raise UsageError("they never said that")


def is_said(installation: Installation, own_id: str, kind: Kind, posting_id: str, now: datetime) -> bool:
    """Whether somebody says `kind` of a posting at present. Raises UsageError where the store has forgotten it."""
    value = _statement(installation, kind, posting_id, now).value
    return any((said.kind, said.value) == (kind, value) for said, _ in installation.subscribers.said(own_id))


def follow(installation: Installation, link: str, now: datetime) -> Statement:
    """Do what a feedback link in a digest says, or the path of one, for whom the digest was for. Raises UsageError.

    To follow it twice changes nothing.
    """
    kind, claim = _claim(link, installation.link_keys.honoured(now))
    posting = _posting(installation, claim.posting_id)
    if posting is None:
        raise UsageError("the posting of that link is not kept any more")
    statement = statement_of(kind, posting, now)
    installation.subscribers.say(claim.subscriber_id, statement, now)
    return statement


def _claim(link: str, secrets: Sequence[bytes]) -> tuple[Kind, Claim]:
    *_, path, token = ("", "", *link.split("?")[0].rstrip("/").split("/"))
    for purpose, kind in KIND_OF.items():
        claim = claim_of(secrets, purpose, token) if path == PATHS[purpose] else None
        if claim is not None and claim.posting_id:
            return kind, claim
    raise UsageError("that is no feedback link of a digest of this installation")


def _statement(installation: Installation, kind: Kind, of: str, now: datetime) -> Statement:
    posting = _posting(installation, of)
    if posting is not None:
        return statement_of(kind, posting, now)
    if kind == "hidden_company" and fold_company(of):
        return Statement(kind, fold_company(of))
    raise UsageError(f"there is no posting {of} in the store")


def _posting(installation: Installation, posting_id: str) -> PostingCore | None:
    return installation.matches.postings([posting_id]).get(posting_id)
