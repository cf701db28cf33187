"""What a mail left out: jobs for which it had no room, and those that fit and were too unlikely to be wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.notifier.adapters.sql.digests.digest_rows import KeptDigest, KeptDropped, unlikely_cards
from services.notifier.domain.curation.chance.answers import answered
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.curation.wishes import Wish
from services.notifier.domain.feedback import Kind, likeliest, nearest, wishes_of
from services.notifier.domain.links import due_of
from services.notifier.domain.model import Recipient
from services.notifier.domain.people import Subscriber
from services.notifier.domain.weights import Chance
from services.usecases import feedback
from services.usecases.errors import MissingError
from services.usecases.installation import Installation

__all__ = ["MOST", "LeftOut", "UnlikelyJob", "answer", "left_out", "take_back", "why_left_out"]

MOST: Final = 30
"""Unlikely jobs that are listed, each on a card."""


@dataclass(frozen=True, slots=True)
class UnlikelyJob:
    """A job that fits and was left out by its chance."""

    posting: PostingCore
    elsewhere: tuple[PostingCore, ...]
    """The same job in other places."""
    chance: Chance | None
    """As it is now, but for what they said of this very job; None where no search of theirs finds it any more."""
    said: Kind | None
    """What they said of it."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a mail left out. Jobs are as they are now; those that the store has forgotten are left out."""

    due_at: datetime
    rest: tuple[PostingCore, ...]
    """For which it had no room, best first."""
    unlikely: tuple[UnlikelyJob, ...]
    """The likeliest of then first, at most `MOST`."""
    count: int
    """Cards of what was unlikely then, as the mail says it."""

    @property
    def beyond(self) -> int:
        """How many of these are less likely than all that are listed."""
        return max(0, self.count - MOST)

    @property
    def forgotten(self) -> int:
        """How many would be listed, and are kept no more."""
        return self.count - self.beyond - len(self.unlikely)


def left_out(installation: Installation, person: Subscriber, about: str) -> LeftOut | None:
    """What a mail left out, by its slot or, of a notice, its id; None where the store has forgotten it.

    Raises UnavailableError.
    """
    kept = _kept(installation, person, about)
    if kept is None:
        return None
    cards = unlikely_cards(kept.dropped)
    ids = [posting_id for posting_id, _ in kept.rest]
    postings = installation.matches.postings([*ids, *(posting_id for card in cards[:MOST] for posting_id in card)])
    recipient = installation.subscribers.recipient(person.subscriber_id)
    wishes = wishes_of(recipient)
    said = {given.value: given.kind for given, _ in installation.feedback.said(person.subscriber_id)}
    known = ([postings[posting_id] for posting_id in card if posting_id in postings] for card in cards[:MOST])
    return LeftOut(
        due_at=kept.due_at,
        rest=tuple(postings[posting_id] for posting_id in ids if posting_id in postings),
        unlikely=tuple(
            UnlikelyJob(
                card[0],
                tuple(card[1:]),
                _chance(recipient, wishes, card[0], kept.due_at),
                said.get(card[0].cluster.key),
            )
            for card in known
            if card
        ),
        count=len(cards),
    )


def why_left_out(installation: Installation, subscriber_id: str, left: KeptDropped, posting: PostingCore) -> str:
    """Why a mail left a job out, in words. By which facts is kept; what these are about is told as it is now.

    Raises UnavailableError.
    """
    if left.chance is None or not left.against:
        return left.said
    wishes = wishes_of(installation.subscribers.recipient(subscriber_id))
    chance = nearest(wishes, PostingFeatures(posting), left.chance)
    doubts = chance.most_telling() if chance else ()
    return left.in_words({against.doubt.fact: against.doubt for against in doubts})


def answer(
    installation: Installation, person: Subscriber, about: str, posting_id: str, kind: Kind, now: datetime
) -> None:
    """Keep what they say of a job that a mail left out. Raises MissingError for any other, UnavailableError."""
    _must_be_left_out(installation, person, about, posting_id)
    feedback.say(installation, person.subscriber_id, kind, posting_id, now)


def take_back(installation: Installation, person: Subscriber, about: str, posting_id: str) -> None:
    """Take back whatever they said of it; said again it changes nothing. Raises likewise."""
    _must_be_left_out(installation, person, about, posting_id)
    posting = installation.matches.postings([posting_id]).get(posting_id)
    if posting is None:
        raise MissingError(f"there is no posting {posting_id} in the store")
    for kind in ("more_like", "not_relevant"):
        feedback.take_back(installation, person.subscriber_id, kind, posting.cluster.key)


def _must_be_left_out(installation: Installation, person: Subscriber, about: str, posting_id: str) -> None:
    kept = _kept(installation, person, about)
    if kept is None or not any(posting_id in card for card in unlikely_cards(kept.dropped)):
        raise MissingError("that mail left out no such job as unlikely")


def _kept(installation: Installation, person: Subscriber, about: str) -> KeptDigest | None:
    due_at = due_of(about)
    own_id = installation.ids.digest_id(person.subscriber_id, due_at) if due_at else about
    return installation.digests.with_id(person.subscriber_id, own_id)


def _chance(
    recipient: Recipient, wishes: Sequence[tuple[Criteria, Wish]], posting: PostingCore, at: datetime
) -> Chance | None:
    ready = PostingFeatures(posting)
    of_others = [
        said for said in recipient.answers if (said.company_key, said.title_words) != (ready.company, ready.title_words)
    ]
    return likeliest(wishes, ready, answered(of_others, ready, at))
