"""What the notifier needs of the outside, in its own words."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.notifier.domain.model import Digest


@dataclass(frozen=True, slots=True)
class Email:
    """One message for one person. The same email gives the same bytes: nothing in it is random."""

    delivery_id: str
    """Also the seed of Message-ID and MIME boundary."""
    sender_name: str
    sender_address: str
    to_address: str
    subject: str
    html: str
    text: str
    date: datetime
    unsubscribe_url: str
    """https, or empty where there is no public address (the folder mailer alone allows that)."""
    headers: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mailer's word that it accepted a message."""

    provider_id: str


class MailRefusedError(Exception):
    """This message will never be accepted: the delivery has FAILED; never retry."""


class MailDeferredError(Exception):
    """Surely not accepted now (busy, disk full, connection refused): back to PENDING; retry later."""

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class MailUnknownError(Exception):
    """Nobody can tell whether it was accepted: the delivery is UNKNOWN; never send again blindly."""


class Mailer(Protocol):
    """Hands messages over. `send` is idempotent by delivery_id where the way out allows it."""

    name: str

    def send(self, email: Email) -> Receipt:
        """Raises MailRefusedError, MailDeferredError or MailUnknownError."""
        ...


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses in one digest; all derive from (subscriber, due_at) and the secret. Empty: leave the link out."""

    unsubscribe: str
    manage: str
    hide_company: dict[str, str]
    """By posting_id."""
    not_relevant: dict[str, str]
    """By posting_id."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a reader sees. Deterministic: equal digests and links give equal text."""

    subject: str
    preheader: str
    html: str
    text: str


class Renderer(Protocol):
    """Turns a digest into words and markup."""

    def render(self, digest: Digest, links: Links) -> Rendered: ...
