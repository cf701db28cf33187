"""What somebody was mailed, as it was, and what they would be mailed now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from schemas.posting import PostingCore
from services.notifier.adapters.mail.mime import mime_bytes
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.adapters.sql.digests.delivery_list import DeliveryList, MailedDigest
from services.notifier.domain.links import due_of, links_for, slot_of
from services.notifier.domain.model import Hold, Item
from services.notifier.domain.people import Subscriber
from services.notifier.domain.weights import Chance
from services.notifier.emails import email_of
from services.notifier.ports import Email, MailRefusedError
from services.runtime.errors import UsageError
from services.usecases.installation import Installation
from services.usecases.left_out import MOST
from services.usecases.previews import next_digest

__all__ = ["MOST_LISTED", "MailedDigest", "NextMail", "OpenedMail", "head_of", "next_mail", "opened", "sent", "slot_of"]

MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class NextMail:
    """Somebody's next digest, were it built now."""

    due_at: datetime | None
    """When it may be at the earliest; None: as jobs come in."""
    subject: str
    """Empty where nothing found is worth a mail yet."""
    html: str
    items: tuple[Item, ...] = ()
    near: tuple[Item, ...] = ()
    email: Email | None = None
    """The whole of it, as it would be handed over; None where there is none."""
    unlikely: tuple[tuple[PostingCore, Chance], ...] = ()
    """What fits and only its chance would keep out, one of each card, the likeliest first, at most `MOST` of these."""
    left_out: int = 0
    """How many there are."""


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """A digest that was mailed."""

    mailed: MailedDigest
    email: Email | None
    """As it was sent; None once that is forgotten."""
    jobs: tuple[PostingCore, ...]
    """Its jobs as they are now, in the order of the mail; those that the store has forgotten are left out."""


def next_mail(installation: Installation, person: Subscriber, now: datetime) -> NextMail | None:
    """All that their searches would bring now; None where they have none that is not paused. Raises UnavailableError.

    A mail brings what of it is due at its time.
    """
    saved = [search for search in installation.searches.all(person.subscriber_id) if not search.paused]
    if not saved:
        return None
    clocked = all(search.timing.cadence != "instant" for search in saved)
    due_at = max(min(search.next_due_at for search in saved), now) if clocked else None
    outcome = next_digest(installation, person.subscriber_id, now).outcome
    chances = {left.posting_id: left.cause.chance for left in outcome.dropped if left.cause.leads_unlikely}
    likeliest = sorted(chances, key=lambda posting_id: (-chances[posting_id].value, posting_id))[:MOST]
    postings = installation.matches.postings(likeliest)
    unlikely = tuple((postings[own], chances[own]) for own in likeliest if own in postings)
    if isinstance(outcome, Hold):
        return NextMail(due_at, "", "", unlikely=unlikely, left_out=len(chances))
    mail, secret = installation.settings.mail, installation.link_keys.current
    # What has no room has no page before there is a mail.
    made = replace(links_for(outcome, mail.public_url, secret, clicks=mail.clicks), rest="")
    rendered = JinjaRenderer(mail.sender).render(outcome, made)
    own_id, to = installation.ids.delivery_id(person.subscriber_id, outcome.due_at), person.profile.address
    email = email_of(mail.sender, own_id, to, rendered, outcome.due_at, made.unsubscribe)
    return NextMail(
        due_at, rendered.subject, rendered.html, outcome.items, outcome.near, email, unlikely, left_out=len(chances)
    )


def head_of(email: Email) -> str:
    """Its header fields, as they would be sent. Raises UsageError for an address that cannot be mailed."""
    try:
        whole = mime_bytes(email)
    except MailRefusedError as error:
        raise UsageError(str(error)) from None
    return whole.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").replace("\r\n", "\n")


def sent(
    installation: Installation, person: Subscriber, before: str = "", most: int = MOST_LISTED
) -> Sequence[MailedDigest]:
    """Their digests with what became of each, the newest first, at most so many.

    `before`: the slot of a digest, of which only older ones are given. Raises UnavailableError.
    """
    return DeliveryList(installation.engine).of_person(person.subscriber_id, most, before=due_of(before))


def opened(installation: Installation, person: Subscriber, slot: str) -> OpenedMail | None:
    """A digest of theirs by its slot; None where there was none, or it is forgotten. Raises UnavailableError."""
    due_at = due_of(slot)
    found = due_at and DeliveryList(installation.engine).of_person(person.subscriber_id, 1, due_at=due_at)
    if not due_at or not found:
        return None
    [mailed] = found
    kept = installation.digests.due_at(person.subscriber_id, due_at)
    postings = installation.matches.postings(mailed.posting_ids)
    jobs = tuple(postings[posting_id] for posting_id in mailed.posting_ids if posting_id in postings)
    return OpenedMail(mailed, kept.email if kept else None, jobs)
