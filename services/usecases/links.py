"""What the links in mails lead to: whom a link was made for, and what it shows of their searches, jobs and digests."""

from dataclasses import dataclass
from datetime import datetime

from schemas.posting import PostingCore
from services.notifier.adapters.sql.digests.sent_jobs import sent_beside, was_sent_since
from services.notifier.adapters.sql.people.served import was_left_out_since
from services.notifier.domain.curation.cards import is_one_job_elsewhere
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.links import MANAGE_FOR, NOBODY, PATHS, Purpose, claim_of, due_of, token
from services.notifier.domain.people import SavedSearch, Subscriber
from services.rules.criterion import Reason
from services.runtime.sql.own_file import RUN, read_own_file
from services.runtime.sql.store import reading
from services.usecases.errors import MissingError
from services.usecases.installation import Installation

__all__ = [
    "MANAGE_FOR",
    "NOBODY",
    "PATHS",
    "RUN",
    "FoundBy",
    "Job",
    "Purpose",
    "Reached",
    "SavedSearch",
    "Subscriber",
    "elsewhere",
    "has_moved",
    "is_of_former_address",
    "job",
    "link",
    "own_search",
    "posting_of",
    "reach",
    "run_of",
    "searches",
]


@dataclass(frozen=True, slots=True)
class Reached:
    """A genuine link, and whom it was made for."""

    subscriber: Subscriber | None
    """None: they are erased."""
    about: str
    """The id of a posting, or the slot of a digest; empty where the link is about neither."""
    expired: bool = False


@dataclass(frozen=True, slots=True)
class FoundBy:
    """A search of the reader that a job fits, or nearly, and why."""

    name: str
    near: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """A posting as it is now, and why it was found."""

    posting: PostingCore
    found_by: tuple[FoundBy, ...]
    """None where no search of the reader fits it any more."""


def reach(installation: Installation, purpose: Purpose, text: str, now: datetime) -> Reached | None:
    """Whom a link's token was made for; None for a token that nobody here made.

    A forged token costs the same look into the store as a genuine one. Raises UnavailableError.
    """
    claim = claim_of(installation.link_keys.honoured(now), purpose, text)
    # PostgreSQL would refuse the question where a NUL stands in it.
    named = claim.subscriber_id if claim else text.partition(".")[0].replace("\0", "")
    subscriber = installation.subscribers.with_id(named)
    if claim is None:
        return None
    expired = purpose == "manage" and _has_expired(claim.posting_id, now)
    if purpose in ("manage", "answer") and subscriber is not None:
        expired |= _is_of_former_address(claim.posting_id, subscriber)
    return Reached(subscriber, claim.posting_id, expired)


def link(installation: Installation, purpose: Purpose, subscriber: Subscriber, about: str = "") -> str:
    """The path of a link as mails carry it: `/j/SUBSCRIBER.POSTING.MAC`."""
    return f"/{PATHS[purpose]}/{token(installation.link_keys.current, purpose, subscriber.subscriber_id, about)}"


def searches(installation: Installation, subscriber: Subscriber) -> list[SavedSearch]:
    """All that they saved, by name."""
    return installation.searches.all(subscriber.subscriber_id)


def own_search(installation: Installation, subscriber: Subscriber, search_id: str) -> SavedSearch:
    """A search of theirs. Raises MissingError for any other."""
    for search in searches(installation, subscriber):
        if search.search_id == search_id:
            return search
    raise MissingError("there is no such search of yours")


def posting_of(installation: Installation, posting_id: str) -> PostingCore | None:
    """A posting as it is now; None where the store has forgotten it."""
    return installation.matches.postings([posting_id]).get(posting_id)


def job(installation: Installation, subscriber: Subscriber, posting_id: str) -> Job | None:
    """A posting, judged by all that they search for; None where the store has forgotten it."""
    posting = posting_of(installation, posting_id)
    if posting is None:
        return None
    found, ready = [], PostingFeatures(posting)
    for search in searches(installation, subscriber):
        judged = JudgedPosting(search.criteria, ready)
        if judged.outcome != "reject":
            found.append(FoundBy(search.name, judged.outcome == "near", judged.verdict.reasons))
    return Job(posting, tuple(found))


def elsewhere(installation: Installation, subscriber: Subscriber, posting: PostingCore) -> tuple[PostingCore, ...]:
    """The same job in other places, as far as a mail brought them together."""
    ids = sent_beside(installation.engine, subscriber.subscriber_id, posting)
    others = installation.matches.postings(ids).values()
    return tuple(other for other in others if is_one_job_elsewhere(posting, other))


def has_moved(subscriber: Subscriber) -> bool:
    """Whether mails of theirs lie in a mailbox that somebody else may read by now."""
    return subscriber.address_since is not None


def is_of_former_address(installation: Installation, subscriber: Subscriber, purpose: Purpose, about: str) -> bool:
    """Whether no mail to where they are mailed now may hold this link of what a mail left out, or of a job.

    Somebody else may read those that do. Raises UnavailableError.
    """
    since = subscriber.address_since
    if since is None:
        return False
    if purpose != "rest":
        job = installation.engine, subscriber.subscriber_id, about, since
        return not was_sent_since(*job) and not was_left_out_since(*job)
    if due_of(about) is not None:
        return _is_of_former_address(about, subscriber)
    notice = installation.digests.with_id(subscriber.subscriber_id, about)
    return notice is None or notice.due_at < since


def _is_of_former_address(slot: str, subscriber: Subscriber) -> bool:
    """Whether the mail went to where they are mailed no more: somebody else may read it there."""
    due_at = due_of(slot)
    return subscriber.address_since is not None and (due_at is None or due_at < subscriber.address_since)


def _has_expired(slot: str, now: datetime) -> bool:
    due_at = due_of(slot)
    return due_at is None or now - due_at > MANAGE_FOR


def run_of(installation: Installation) -> str:
    """Which start of `jobchime run` the store is of; empty of one over a server. Raises UnavailableError."""
    with reading(installation.engine) as connection:
        return read_own_file(connection).run
