"""Mails handed over: listed by their state, and settled where nobody knows whether they went out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import get_args

from services.notifier.adapters.sql.digests.delivery_list import DeliveryList, ListedDelivery
from services.notifier.domain.delivery import State
from services.runtime.errors import UsageError
from services.usecases.installation import Installation

__all__ = ["STATES", "ListedDelivery", "State", "counts", "listed", "settle", "state_named"]

STATES: tuple[State, ...] = get_args(State)


def state_named(name: str) -> State:
    """A state by its name. Raises UsageError for any other."""
    for state in STATES:
        if state == name:
            return state
    raise UsageError(f"{name!r} is no state of a delivery; there are {', '.join(STATES)}")


def listed(installation: Installation, state: State, most: int) -> Sequence[ListedDelivery]:
    """Deliveries in a state, the oldest due first. Raises UnavailableError."""
    return DeliveryList(installation.engine).of(state, most)


def counts(installation: Installation) -> Mapping[State, int]:
    """How many deliveries there are in each state that has any. Raises UnavailableError."""
    return DeliveryList(installation.engine).counts()


def settle(installation: Installation, delivery: str, now: datetime, *, accepted: bool, resend: bool = False) -> State:
    """Say of a delivery that is unknown whether it went out; gives what it is then.

    `resend`: what was not accepted goes out after all. Raises UsageError where there is no such delivery or its state
    is known, UnavailableError.
    """
    if resend and accepted:
        raise UsageError("a mail that was accepted never goes out again: only what was not sent can be sent after all")
    return DeliveryList(installation.engine).settle(delivery, now, accepted=accepted, resend=resend)
