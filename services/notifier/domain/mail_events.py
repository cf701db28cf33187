"""What a mail provider tells of a mail after it took it, in our words, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from schemas.counted import counted
from services.notifier.domain.delivery import Outcome

Kind = Literal[
    "accepted",
    "deferred",
    "delivered",
    "bounced",  # for good: there is no such mailbox, or it takes nothing from us
    "soft_bounced",  # this time: full, away, or its server would not have it
    "dropped",  # the provider would not send it at all
    "dropped_address",  # likewise, because the provider suppresses the address
    "spam",
    "unsubscribed",
    "resubscribed",
    "unknown",  # of a kind that we do not know, or that cannot be read: kept aside
]
OUTCOMES: Mapping[Kind, Outcome] = {
    "accepted": "accepted",
    "deferred": "deferred",
    "delivered": "delivered",
    "bounced": "bounced",
    "soft_bounced": "bounced",
    "dropped": "dropped",
    "dropped_address": "dropped",
    "spam": "spam",
}
"""What becomes of the delivery; of other kinds nothing."""
SUPPRESSES: Mapping[Kind, str] = {
    "bounced": "mails to it came back for good",
    "spam": "its owner reported a mail as spam",
    "dropped_address": "the mail provider suppresses it",
}
"""Why nobody mails an address again, by kind."""
TO_STRANGERS = ("confirm", "new_address")
"""Letters to addresses of which nobody has confirmed that they have them: whoever fills in a form chooses these."""

ACCEPTED_FOR_COMPLAINTS = 10_000
"""Mails last accepted, among which complaints are counted."""
ACCEPTED_FOR_BOUNCES = 1_000
_MOST_COMPLAINTS = 0.001
_MOST_BOUNCES = 0.05
LEAST_COMPLAINTS = 5
"""Fewer are chance."""
LEAST_BOUNCES = 10


@dataclass(frozen=True, slots=True)
class MailEvent:
    """One event."""

    event_id: str
    """The provider's own: the same event may come often."""
    kind: Kind
    at: datetime
    delivery_id: str = ""
    """Empty where the provider does not say."""
    address: str = ""
    """Likewise; it is hashed and never kept."""
    reason: str = ""
    """In the provider's words; of an unknown kind, what it is called."""


@dataclass(frozen=True, slots=True)
class SoftBounces:
    """Mails to one person that came back for the time being, and none between them that did not."""

    number: int
    over: timedelta
    """From the first to the last."""


MOST_SOFT_BOUNCES = 5
SOFT_BOUNCES_OVER = timedelta(days=7)
"""A mailbox that is full, or a server that is away, for as long as that is one that nobody reads."""


def why_to_give_up(bounces: SoftBounces) -> str | None:
    """A sentence where an address is not mailed any more; None where it still is."""
    if bounces.number < MOST_SOFT_BOUNCES or bounces.over < SOFT_BOUNCES_OVER:
        return None
    return f"{bounces.number} mails to it in a row came back, over {counted(bounces.over.days, 'day')}"


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the mails that were last handed over."""

    accepted: int
    """At most `ACCEPTED_FOR_COMPLAINTS`."""
    complaints: int
    """Of these."""
    bounced: int
    """Hard bounces, of the last `ACCEPTED_FOR_BOUNCES`."""


def why_to_stop(tally: Tally) -> str | None:
    """A sentence where sending must stop until a person has looked; None where it may go on."""
    if tally.complaints >= LEAST_COMPLAINTS and tally.complaints > _MOST_COMPLAINTS * tally.accepted:
        of = counted(tally.accepted, "mail")
        return f"{counted(tally.complaints, 'reader')} of the last {of} called it spam"
    recent = min(tally.accepted, ACCEPTED_FOR_BOUNCES)
    if tally.bounced >= LEAST_BOUNCES and tally.bounced > _MOST_BOUNCES * recent:
        return f"{tally.bounced:,} of the last {counted(recent, 'mail')} came back for good"
    return None
