"""What the notifier needs of the outside, in its own words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from services.notifier.domain.delivery import Fault
from services.notifier.domain.model import Digest, Hold
from services.notifier.domain.windows import Closing


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
class Build:
    """What came of one subscriber who was due, to be kept with the windows that it closes."""

    outcome: Digest | Hold
    closings: Sequence[Closing]
    email: Email | None
    """Of a digest."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mailer's word that it accepted a message."""

    provider_id: str


class MailRefusedError(Exception):
    """This message will never be accepted: the delivery has FAILED; never retry."""

    def __init__(self, reason: str, fault: Fault = "message") -> None:
        """`mailbox` only where the server says that there is no such mailbox: nobody mails there again."""
        super().__init__(reason)
        self.fault: Fault = fault


class MailDeferredError(Exception):
    """Surely not accepted now (busy, disk full, connection refused): back to PENDING; retry later."""

    fault: Fault = "away"

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class MailBusyError(MailDeferredError):
    """The mail server answered and puts this message off."""

    fault: Fault = "busy"


class MailerAtFaultError(MailDeferredError):
    """The way out is misconfigured (key, login, sender): no message gets through until somebody mends that."""

    fault: Fault = "settings"


class MailWithheldError(Exception):
    """The settings allow no mail to this address, and nothing was handed over: the delivery is NOT_SENT."""


class MailUnknownError(Exception):
    """Nobody can tell whether it was accepted: the delivery is UNKNOWN; never send again blindly."""


class Mailer(Protocol):
    """Hands messages over. `send` is idempotent by delivery_id where the way out allows it."""

    name: str

    def send(self, email: Email) -> Receipt:
        """Raises MailRefusedError, MailDeferredError, MailerAtFaultError, MailWithheldError or MailUnknownError."""
        ...


class ProbedMailer(Mailer, Protocol):
    """A mailer that can try all that a send needs without sending anything."""

    def probe(self, sender_address: str) -> str:
        """Says in a sentence what was tried. Raises MailDeferredError; MailRefusedError of the sender as a reader."""
        ...


@runtime_checkable
class Concurrent(Protocol):
    """What a mailer may offer besides: `send` from several threads at once."""

    in_flight: int
    """How many at once."""


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses in one digest; all derive from (subscriber, due_at) and the secret. Empty: leave the link out."""

    unsubscribe: str
    manage: str
    not_relevant: dict[str, str]
    """By posting_id."""
    save: dict[str, str] = field(default_factory=dict)
    """By posting_id."""
    why: dict[str, str] = field(default_factory=dict)
    """By posting_id: the page of the job, which says criterion by criterion why it is there, and takes all feedback."""
    open: dict[str, str] = field(default_factory=dict)
    """By posting_id: the way to a job that counts as a sign of life; empty where jobs are linked as they are."""
    rest: str = ""
    """Where the fitting jobs beyond the cap are listed; empty where there are none."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a reader sees. Deterministic: equal digests and links give equal text."""

    subject: str
    preheader: str
    html: str
    text: str


@runtime_checkable
class Ledger(Protocol):
    """What a mailer may offer besides: its own memory of what went out, which settles UNKNOWN deliveries."""

    def find(self, delivery_id: str) -> Receipt | None:
        """The receipt of a message that went out, None for one that surely did not.

        Raises MailUnknownError while nobody can tell.
        """
        ...


@dataclass(frozen=True, slots=True)
class Since:
    """From when on a subscriber's digests count, and until when: a clock that ran ahead made some of later."""

    due: datetime
    instant: datetime
    """Those with instant searches; no earlier than `due`."""
    now: datetime
    """What was due later says nothing of when the next is due."""
    day_end: datetime
    """Up to which those with instant searches count."""


@dataclass(frozen=True, slots=True)
class Served:
    """The digests that a subscriber had of late."""

    last_due: datetime | None
    """When the newest of them up to now, sent or held, was due; None where all are of later."""
    instant: int
    """How many with instant searches were sent, or are on their way; what failed or was not sent does not count."""


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery that one worker may hand over. `attempt` tells its answer from those of earlier workers."""

    delivery_id: str
    attempt: int
    due_at: datetime
    email: Email
    digest_id: str = ""
    jobs: int = 0
    """How many it shows."""


@dataclass(frozen=True, slots=True)
class UnknownDelivery:
    """A delivery of which nobody knows whether it went out."""

    delivery_id: str
    attempt: int
    due_at: datetime
