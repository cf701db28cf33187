"""What the notifier needs of the outside, in its own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from schemas.posting import PostingCore
from services.notifier.domain.delivery import Fault, Outcome
from services.notifier.domain.model import Counted, Digest, Hold, SentItem
from services.notifier.domain.windows import Arrival, Closing, Cut, DueSubscriber, WindowMatches


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
    hide_company: dict[str, str]
    """By posting_id."""
    not_relevant: dict[str, str]
    """By posting_id."""
    more_like: dict[str, str] = field(default_factory=dict)
    """By posting_id."""
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


class Renderer(Protocol):
    """Turns a digest into words and markup."""

    def render(self, digest: Digest, links: Links) -> Rendered: ...


@runtime_checkable
class Ledger(Protocol):
    """What a mailer may offer besides: its own memory of what went out, which settles UNKNOWN deliveries."""

    def find(self, delivery_id: str) -> Receipt | None:
        """The receipt of a message that went out, None for one that surely did not.

        Raises MailUnknownError while nobody can tell.
        """
        ...


class MatchStore(Protocol):
    """Matches as they came, each key once a posting, and the newest version of each posting."""

    def store(self, partition: int, records: Sequence[Arrival], now: datetime) -> int:
        """Keep records of one partition, in order, and advance its position, in one transaction.

        What lies below the position is skipped. Returns how many records were new.
        """
        ...

    def postings(self, posting_ids: Sequence[str]) -> dict[str, PostingCore]:
        """The newest versions; the unknown are left out."""
        ...

    def newest(self, since: datetime, most: int) -> dict[str, int]:
        """The versions of the newest `most` open postings that were first seen since then and are news, newest first.

        Equally new ones come in the order of their ids.
        """
        ...


class WindowStore(Protocol):
    """Cuts, and who is due between which of them."""

    def take_cut(self, now: datetime) -> Cut:
        """Number the present positions; the newest cut again where nothing moved since."""
        ...

    def claim_due(
        self, worker: str, now: datetime, cut: Cut, lease: timedelta, most: int, *, in_turn: bool = False
    ) -> list[DueSubscriber]:
        """Take up to `most` subscribers with due searches; others leave them alone until the lease ends.

        `in_turn`: not all can be served, so those come first who have waited longest, and nobody for whom a mail
        waits already.
        """
        ...

    def matches(self, due: Sequence[DueSubscriber], cut: Cut) -> dict[str, WindowMatches]:
        """By search id: the postings, newest first, that its window holds a match or near miss of; at most some."""
        ...

    def upcoming(self, subscriber_id: str) -> tuple[DueSubscriber, Cut] | None:
        """All searches of a subscriber that are not paused, due or not, and a cut of what is stored now.

        None where there are none. Nothing is claimed, and the cut is not kept.
        """
        ...

    def done(self, worker: str, subscriber_ids: Sequence[str]) -> None:
        """Give back subscribers that the worker claimed, served or not; those that others hold by now stay theirs."""
        ...

    def release(self, worker: str) -> None:
        """Give back whatever this worker, having been killed, still holds."""
        ...


@dataclass(frozen=True, slots=True)
class Since:
    """From when on a subscriber's digests count."""

    due: datetime
    instant: datetime
    """Those with instant searches; no earlier than `due`."""


@dataclass(frozen=True, slots=True)
class Served:
    """The digests that a subscriber had of late."""

    last_due: datetime
    """When the newest, sent or held, was due."""
    instant: int
    """How many with instant searches were sent, or are on their way; what failed or was not sent does not count."""


class DigestStore(Protocol):
    """Digests, the windows that they close, and what was sent before."""

    def sent(self, wanted: Mapping[str, Sequence[PostingCore]], since: datetime) -> dict[str, list[SentItem]]:
        """By subscriber: what they were sent that may be the same job as one of their wanted postings.

        What failed, was cancelled or was not sent does not count. `since` bounds what a release without the memory of
        sent jobs has sent.
        """
        ...

    def served(self, since: Mapping[str, Since]) -> dict[str, Served]:
        """By subscriber: the digests that they had. Those who had none since then are left out."""
        ...

    def matched(self, subscriber_ids: Sequence[str], since: datetime) -> dict[str, list[Counted]]:
        """By subscriber: what each digest due since then, sent or held, counted as matched."""
        ...

    def commit(self, outcome: Digest | Hold, closings: Sequence[Closing], email: Email | None, now: datetime) -> bool:
        """Close the windows, keep the digest, its items and its email, and open its delivery: one transaction.

        False, and nothing done, where a search or its subscriber has changed since it was claimed.
        """
        ...

    def close_empty(self, closings: Sequence[Closing]) -> None:
        """Close windows that hold nothing, without a digest; those changed meanwhile stay as they are."""
        ...


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
class Doubt:
    """A delivery of which nobody knows whether it went out."""

    delivery_id: str
    attempt: int
    due_at: datetime


class DeliveryStore(Protocol):
    """The states of deliveries, see `services.notifier.domain.delivery`."""

    def claim(self, worker: str, mailer: str, now: datetime, lease: timedelta, most: int) -> list[ClaimedDelivery]:
        """Take up to `most` pending deliveries, the oldest due first; none while sending is paused, the day full."""
        ...

    def begin(self, claimed: ClaimedDelivery, now: datetime, lease: timedelta) -> bool:
        """Commit that the request is about to be made, and that the day has one mail more.

        False where it must not be: suppressed, erased, taken over, the day full.
        """
        ...

    def room(self, now: datetime) -> int | None:
        """How many digests may be made for today, those that wait for their mail left out; None: any number."""
        ...

    def accepted(self, delivery_id: str, attempt: int, receipt: Receipt, now: datetime) -> None: ...

    def refused(self, delivery_id: str, attempt: int, reason: str, now: datetime, fault: Fault = "message") -> None:
        """Of a `mailbox` that is not there, its address is suppressed too."""
        ...

    def deferred(
        self,
        delivery_id: str,
        attempt: int,
        reason: str,
        now: datetime,
        wait: timedelta,
        fault: Fault = "away",
    ) -> None: ...

    def lost(self, delivery_id: str, attempt: int, reason: str, now: datetime) -> None: ...

    def withheld(self, delivery_id: str, attempt: int, reason: str, now: datetime) -> None: ...

    def settle(self, delivery_id: str, outcome: Outcome, now: datetime, reason: str = "") -> bool:
        """Apply what a provider's signed event tells, whichever attempt it was; events may come twice and out of order.

        False where it changes nothing: the delivery is gone, or what is known of it already says more.
        """
        ...

    def put_back(self, claimed: ClaimedDelivery, now: datetime) -> None:
        """Give back one that was not begun."""
        ...

    def sweep(self, now: datetime, too_old: datetime) -> None:
        """End leases that ran out; give up what was due before `too_old` and still waits."""
        ...

    def doubts(self, mailer: str, most: int) -> list[Doubt]:
        """Unknown deliveries of this mailer, the oldest first."""
        ...

    def disproved(self, doubt: Doubt, now: datetime, *, resend: bool) -> None:
        """Nothing went out: not sent, and pending again where it is to be sent after all."""
        ...

    def release(self, worker: str, now: datetime) -> None:
        """End the leases of this worker, which was killed: claimed ones are pending again, sending ones unknown."""
        ...
