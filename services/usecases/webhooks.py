"""Webhooks of somebody: addresses of their own to which jobs are posted as they match."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notifier.adapters.sql.webhooks.hooks import ListedEvent, SqlWebhooks
from services.notifier.domain.webhooks import (
    MOST_ADDRESS,
    AttemptFault,
    EventState,
    Webhook,
    address_of,
    shown_secret,
)
from services.runtime.errors import UsageError
from services.runtime.http.addresses import refusal_of_literal
from services.runtime.http.fetch import host_of
from services.usecases.errors import WrongFieldError, fields_checked
from services.usecases.installation import Installation
from services.usecases.links import Subscriber, own_search

__all__ = [
    "MOST_ADDRESS",
    "AttemptFault",
    "EventState",
    "ListedEvent",
    "Secret",
    "Shown",
    "Webhook",
    "add",
    "allowed",
    "challenge",
    "listed",
    "ping",
    "prove",
    "remove",
    "rotate",
    "turn_on",
]


@dataclass(frozen=True, slots=True)
class Secret:
    """A webhook with its secret, which is shown this once."""

    webhook: Webhook
    secret: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A webhook with what was posted there of late, the newest first."""

    webhook: Webhook
    events: Sequence[ListedEvent]


def allowed(installation: Installation) -> bool:
    """Whether subscribers may have any."""
    return installation.settings.notifier.webhooks.enabled


def listed(installation: Installation, own_id: str) -> list[Shown]:
    """Theirs, the oldest first. Raises UnavailableError, like all that follow."""
    store = SqlWebhooks(installation.engine)
    return [Shown(hook, store.events(own_id, hook.webhook_id)) for hook in store.all(own_id)]


def add(installation: Installation, person: Subscriber, address: str, search_id: str, now: datetime) -> Secret:
    """Take one in, whose address is challenged before anything else is posted there.

    `search_id`: empty for all their searches. Raises WrongFieldError; UsageError for a search that is not theirs, and
    where nobody may have any.
    """
    settings = installation.settings.notifier.webhooks
    if not settings.enabled:
        raise UsageError("webhooks are switched off: notifier.webhooks.enabled in the settings")
    with fields_checked():
        checked = address_of(address, allow_private=settings.allow_private)
    if refusal_of_literal(host_of(checked), allow_private=settings.allow_private):
        raise WrongFieldError("address", "it is in a private network", "webhook_private")
    search = own_search(installation, person, search_id).search_id if search_id else None
    own_id, salt = secrets.token_hex(8), secrets.token_hex(16)
    hook = Webhook(own_id, person.subscriber_id, search, checked, salt, "unproven", 0, now)
    with fields_checked():
        SqlWebhooks(installation.engine).add(hook, _event_id(), secrets.token_urlsafe(24), settings.most)
    return _with_secret(installation, hook)


def challenge(installation: Installation, own_id: str, webhook_id: str, now: datetime) -> None:
    """Challenge one that is unproven once more. Raises WrongFieldError where that was too often, UsageError."""
    with fields_checked():
        store = SqlWebhooks(installation.engine)
        store.challenge(own_id, webhook_id, _event_id(), secrets.token_urlsafe(24), now)


def prove(installation: Installation, own_id: str, webhook_id: str, given: str, now: datetime) -> None:
    """Take what somebody read in a challenge. Raises WrongFieldError where that was in none, UsageError."""
    if not SqlWebhooks(installation.engine).prove(own_id, webhook_id, given, now):
        raise WrongFieldError("challenge", "no challenge of the last day holds that", "webhook_challenge")


def ping(installation: Installation, own_id: str, webhook_id: str, now: datetime) -> None:
    """Have one tried. Raises WrongFieldError where that was too often, UsageError."""
    with fields_checked():
        SqlWebhooks(installation.engine).ping(own_id, webhook_id, _event_id(), now)


def rotate(installation: Installation, own_id: str, webhook_id: str, now: datetime) -> Secret:
    """Give it another secret; for a day what is posted is signed with that of before too. Raises UsageError."""
    hook = SqlWebhooks(installation.engine).rotate(own_id, webhook_id, secrets.token_hex(16), now)
    return _with_secret(installation, hook)


def turn_on(installation: Installation, own_id: str, webhook_id: str, now: datetime) -> None:
    """Post to one that was shut again, what waited too. Raises UsageError."""
    SqlWebhooks(installation.engine).turn_on(own_id, webhook_id, now)


def remove(installation: Installation, own_id: str, webhook_id: str, now: datetime) -> None:
    """Post nothing there any more, and forget the address. Raises UsageError."""
    SqlWebhooks(installation.engine).remove(own_id, webhook_id, now)


def _with_secret(installation: Installation, hook: Webhook) -> Secret:
    return Secret(hook, shown_secret(installation.ids.webhook_secret(hook.webhook_id, hook.salt)))


def _event_id() -> str:
    return f"msg_{secrets.token_hex(16)}"
