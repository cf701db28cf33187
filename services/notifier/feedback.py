"""Taking what subscribers say of jobs and companies: by a link in a digest, or by name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from schemas.posting import PostingCore
from services.notifier.domain.feedback import KIND_OF, Kind, Statement, statement_of
from services.notifier.domain.links import PATHS, claim_of
from services.notifier.ports import MatchStore
from services.rules.signature import fold_company
from services.runtime.errors import UsageError


class FeedbackStore(Protocol):
    """Who said what."""

    def say(self, subscriber_id: str, statement: Statement, now: datetime) -> None:
        """Keep it. Raises UsageError where there is no such person."""
        ...

    def unsay(self, subscriber_id: str, kind: Kind, value: str) -> bool:
        """Take it back; False where it was never said."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What was said, and of whom."""

    subscriber_id: str
    statement: Statement


class Feedback:
    """Turns what is said of a posting into what is kept of it."""

    def __init__(self, store: FeedbackStore, postings: MatchStore, secret: bytes) -> None:
        """`secret`: of the installation, which signed the links."""
        self._store = store
        self._postings = postings
        self._secret = secret

    def by_link(self, link: str, now: datetime) -> Taken:
        """Do what a link in a digest says, or the path of one. Saying it twice changes nothing. Raises UsageError."""
        *_, path, text = ("", "", *link.split("?")[0].rstrip("/").split("/"))
        for purpose, kind in KIND_OF.items():
            claim = claim_of(self._secret, purpose, text) if path == PATHS[purpose] else None
            if claim is not None and claim.posting_id:
                statement = statement_of(kind, self._posting(claim.posting_id), now)
                self._store.say(claim.subscriber_id, statement, now)
                return Taken(claim.subscriber_id, statement)
        raise UsageError("that is no feedback link of a digest of this installation")

    def say(self, subscriber_id: str, kind: Kind, of: str, now: datetime) -> Taken:
        """Keep what someone says of a posting, by its id, or of a company, also by its name. Raises UsageError."""
        statement = self._statement(kind, of, now)
        self._store.say(subscriber_id, statement, now)
        return Taken(subscriber_id, statement)

    def unsay(self, subscriber_id: str, kind: Kind, of: str, now: datetime) -> bool:
        """Take it back, named as it was said; False where it was never said. Raises UsageError."""
        return self._store.unsay(subscriber_id, kind, self._statement(kind, of, now).value)

    def _statement(self, kind: Kind, of: str, now: datetime) -> Statement:
        found = self._postings.postings([of]).get(of)
        if found is not None:
            return statement_of(kind, found, now)
        if kind == "hidden_company" and fold_company(of):
            return Statement(kind, fold_company(of))
        raise UsageError(f"there is no posting {of} in the store")

    def _posting(self, posting_id: str) -> PostingCore:
        found = self._postings.postings([posting_id]).get(posting_id)
        if found is None:
            raise UsageError("the posting of that link is not kept any more")
        return found
