"""The states of a delivery and what may happen in each.

    PENDING -> CLAIMED (lease; expires to PENDING) -> SENDING (committed just before its request; expires to UNKNOWN)
            -> ACCEPTED | FAILED | UNKNOWN, then DELIVERED, BOUNCED by signed events, NOT_SENT once proven so.

UNKNOWN is never sent again blindly: only a proof that nothing went out leads back to PENDING, by way of NOT_SENT.
NOT_SENT is also what the settings do not allow to be sent: nobody refused it, and its jobs may come again.
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
    "withhold",  # the settings allow no mail to this address
    "disprove",  # it is proven that nothing went out
    "resend",  # what is proven not sent is to be sent after all
    "give_up",  # it waited for too long to be of use
    "cancel",  # the subscriber no longer wants it
    "deliver",  # the recipient's server took it
    "bounce",  # the recipient's server refused it
    "drop",  # the provider took it and then would not send it
]
Outcome = Literal["accepted", "deferred", "delivered", "bounced", "dropped", "spam"]
"""What a provider's signed event tells; `deferred`: the recipient's server put it off, the provider goes on trying."""

Fault = Literal[
    "settings",  # the way out is misconfigured: nothing gets through until somebody mends that
    "away",  # the mail server cannot be reached, or broke off
    "busy",  # the mail server puts this message off
    "policy",  # it will not have mail from us: what is wrong is with the sender, not with the reader
    "mailbox",  # it says that there is no such mailbox
    "message",  # it will not have this message, for another reason
    "withheld",  # the settings allow no mail to this address
    "lost",  # nobody can tell
    "expired",  # it waited for too long to be of use
]
"""What was wrong with an attempt, by what somebody has to do."""

EVENTS: Mapping[Outcome, Event] = {
    "accepted": "accept",
    "deferred": "accept",
    "delivered": "deliver",
    "spam": "deliver",  # one can only complain of what one has
    "bounced": "bounce",
    "dropped": "drop",
}

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
    ("sending", "withhold"): "not_sent",
    ("sending", "expire"): "unknown",
    # A provider's event may overtake its own answer to the request.
    ("sending", "deliver"): "delivered",
    ("sending", "bounce"): "bounced",
    ("sending", "drop"): "failed",
    ("delivered", "accept"): "delivered",
    ("bounced", "accept"): "bounced",
    ("accepted", "accept"): "accepted",
    ("accepted", "deliver"): "delivered",
    ("accepted", "bounce"): "bounced",
    ("accepted", "drop"): "failed",
    ("delivered", "bounce"): "bounced",
    # A slow worker may still bring its answer after its lease was called off.
    ("unknown", "accept"): "accepted",
    ("unknown", "refuse"): "failed",
    ("unknown", "defer"): "not_sent",
    ("unknown", "lose"): "unknown",
    ("unknown", "withhold"): "not_sent",
    ("unknown", "disprove"): "not_sent",
    ("unknown", "deliver"): "delivered",
    ("unknown", "bounce"): "bounced",
    ("unknown", "drop"): "failed",
    # It was held for not sent, and a signed event says that it was: it must not go out again.
    ("pending", "accept"): "accepted",
    ("pending", "deliver"): "delivered",
    ("pending", "bounce"): "bounced",
    ("claimed", "accept"): "accepted",
    ("claimed", "deliver"): "delivered",
    ("claimed", "bounce"): "bounced",
    ("not_sent", "accept"): "accepted",
    ("not_sent", "deliver"): "delivered",
    ("not_sent", "bounce"): "bounced",
    ("not_sent", "resend"): "pending",
    ("not_sent", "cancel"): "cancelled",
}

NOT_OUT: frozenset[State] = frozenset({"failed", "not_sent", "cancelled"})
"""The items of these count as not sent."""
UNSENT: frozenset[State] = NOT_OUT - {"cancelled"}
"""The jobs of these wait for the next digest, see `services.notifier.domain.curation.waiting`."""
ENDS_UNSENT: frozenset[Event] = frozenset(event for (_, event), state in TRANSITIONS.items() if state in UNSENT)
CANCELLABLE: frozenset[State] = frozenset(state for state, event in TRANSITIONS if event == "cancel")
LEASED: frozenset[State] = frozenset({"claimed", "sending"})
"""A worker's lease runs."""

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
_FIRST_HOLD = timedelta(seconds=10)
_LONGEST_HOLD = timedelta(minutes=5)


def after(state: State, event: Event) -> State | None:
    """The state that follows; None where the event changes nothing because it cannot happen there."""
    return TRANSITIONS.get((state, event))


def hold_after(runs: int, asked: timedelta | None = None) -> timedelta:
    """How long a mailer that takes nothing is left alone after `runs` runs of setbacks.

    Ten seconds, doubled up to five minutes; longer where the mailer asked for longer, up to an hour.
    """
    doubled: timedelta = _FIRST_HOLD * int(2 ** min(max(runs - 1, 0), 10))
    return max(min(doubled, _LONGEST_HOLD), min(asked or timedelta(0), _LONGEST_WAIT))


def wait_after(attempts: int, asked: timedelta | None = None) -> timedelta:
    """How long a deferred delivery waits: what the mailer asked for, else a minute, doubled up to an hour."""
    if asked is not None:
        return max(asked, timedelta(0))
    doubled: timedelta = _FIRST_WAIT * int(2 ** min(max(attempts - 1, 0), 10))
    return min(doubled, _LONGEST_WAIT)
