"""The states of a delivery and what may happen in each.

    PENDING -> CLAIMED (lease; expires to PENDING) -> SENDING (committed just before its request; expires to UNKNOWN)
            -> ACCEPTED | FAILED | UNKNOWN, then DELIVERED, BOUNCED by signed events, NOT_SENT once proven so.

UNKNOWN is never sent again blindly: only a proof that nothing went out leads back to PENDING, by way of NOT_SENT.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

State = Literal[
    "pending",
    "claimed",
    "sending",
    "accepted",
    "failed",
    "unknown",
    "delivered",
    "bounced",
    "not_sent",
    "cancelled",
]
Event = Literal[
    "claim",  # a worker takes it, for as long as its lease
    "release",  # the worker gives it back unsent
    "expire",  # the worker's lease ran out
    "send",  # the request is about to be made
    "accept",  # the mailer took it, said at once or proven later
    "refuse",  # the mailer will never take it
    "defer",  # the mailer surely did not take it now
    "lose",  # nobody can tell
    "disprove",  # it is proven that nothing went out
    "resend",  # what is proven not sent is to be sent after all
    "give_up",  # it waited for too long to be of use
    "cancel",  # the subscriber no longer wants it
    "deliver",  # the recipient's server took it
    "bounce",  # the recipient's server refused it
]

TRANSITIONS: Mapping[tuple[State, Event], State] = {
    ("pending", "claim"): "claimed",
    ("pending", "cancel"): "cancelled",
    ("pending", "give_up"): "failed",
    ("claimed", "release"): "pending",
    ("claimed", "expire"): "pending",
    ("claimed", "cancel"): "cancelled",
    ("claimed", "send"): "sending",
    ("sending", "accept"): "accepted",
    ("sending", "refuse"): "failed",
    ("sending", "defer"): "pending",
    ("sending", "lose"): "unknown",
    ("sending", "expire"): "unknown",
    # A provider's event may overtake its own answer to the request.
    ("sending", "deliver"): "delivered",
    ("sending", "bounce"): "bounced",
    ("delivered", "accept"): "delivered",
    ("bounced", "accept"): "bounced",
    ("accepted", "accept"): "accepted",
    ("accepted", "deliver"): "delivered",
    ("accepted", "bounce"): "bounced",
    ("delivered", "bounce"): "bounced",
    # A slow worker may still bring its answer after its lease was called off.
    ("unknown", "accept"): "accepted",
    ("unknown", "refuse"): "failed",
    ("unknown", "defer"): "not_sent",
    ("unknown", "lose"): "unknown",
    ("unknown", "disprove"): "not_sent",
    ("unknown", "deliver"): "delivered",
    ("unknown", "bounce"): "bounced",
    ("not_sent", "resend"): "pending",
    ("not_sent", "cancel"): "cancelled",
}

NOT_OUT: frozenset[State] = frozenset({"failed", "not_sent", "cancelled"})
"""The items of these count as not sent."""
CANCELLABLE: frozenset[State] = frozenset(state for state, event in TRANSITIONS if event == "cancel")
HELD: frozenset[State] = frozenset({"claimed", "sending"})
"""A worker's lease runs."""

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)


def after(state: State, event: Event) -> State | None:
    """The state that follows; None where the event changes nothing because it cannot happen there."""
    return TRANSITIONS.get((state, event))


def wait_after(attempts: int, asked: timedelta | None = None) -> timedelta:
    """How long a deferred delivery waits: what the mailer asked for, else a minute, doubled up to an hour."""
    if asked is not None:
        return max(asked, timedelta(0))
    doubled: timedelta = _FIRST_WAIT * int(2 ** min(max(attempts - 1, 0), 10))
    return min(doubled, _LONGEST_WAIT)
