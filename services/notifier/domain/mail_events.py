"""What a mail provider tells of a mail after it took it, in our words, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

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
