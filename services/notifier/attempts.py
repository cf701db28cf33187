"""Messages handed to a mailer, as many at once as it allows, and its answers, kept until the store has them."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

from services.notifier.domain.delivery import Fault
from services.notifier.ports import (
    ClaimedDelivery,
    Concurrent,
    MailDeferredError,
    Mailer,
    MailerAtFaultError,
    MailRefusedError,
    MailUnknownError,
    MailWithheldError,
    Receipt,
)
from services.rules.visible import visible
from services.runtime.privacy.secrets import without_secrets

AnswerKind = Literal["accepted", "refused", "deferred", "withheld", "lost"]

LOGGED_AS: dict[AnswerKind, str] = {
    "refused": "a mail was refused",
    "deferred": "a mail was deferred",
    "withheld": "a mail was withheld",
    "lost": "nobody knows whether a mail went out",
}
"""How a log tells of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one attempt."""

    claimed: ClaimedDelivery
    kind: AnswerKind
    receipt: Receipt | None = None
    error: Exception | None = None
    bug: bool = False

    @property
    def of_attempt(self) -> tuple[str, int, Receipt]:
        """Of one that was accepted: which delivery, which attempt, and the receipt."""
        receipt = Receipt(visible(self.receipt.provider_id)) if self.receipt else Receipt("")
        return (self.claimed.delivery_id, self.claimed.attempt, receipt)

    @property
    def reason(self) -> str:
        """Why it was not accepted."""
        if self.bug:
            return f"the mailer failed: {type(self.error).__name__}"
        # A server's words may hold what no store keeps; nothing after such an answer would be kept either.
        return visible(without_secrets(str(self.error or "")))

    @property
    def fault(self) -> Fault | None:
        """What was wrong, by what somebody has to do; None where it was accepted."""
        if isinstance(self.error, MailRefusedError | MailDeferredError):
            return self.error.fault
        return None if self.kind == "accepted" else "withheld" if self.kind == "withheld" else "lost"

    @property
    def retry_after_s(self) -> float | None:
        """How long the mailer asked to be left alone."""
        return self.error.retry_after_s if isinstance(self.error, MailDeferredError) else None

    @property
    def is_setback(self) -> bool:
        """Whether it speaks against handing over the next one right now.

        So does a refusal of the sender: who is on a blocklist must not have a whole morning's mails refused.
        """
        return self.kind in ("deferred", "lost") or self.fault == "policy"

    @property
    def is_fault_of_settings(self) -> bool:
        """Whether nothing gets through until somebody mends the settings."""
        return isinstance(self.error, MailerAtFaultError) or self.fault == "policy"


def hand_over(mailer: Mailer, claimed: ClaimedDelivery) -> Answer:
    """Send one message. Only what is no Exception leaves."""
    try:
        return Answer(claimed, "accepted", receipt=mailer.send(claimed.email))
    except MailDeferredError as error:
        return Answer(claimed, "deferred", error=error)
    except MailRefusedError as error:
        return Answer(claimed, "refused", error=error)
    except MailWithheldError as error:
        return Answer(claimed, "withheld", error=error)
    except MailUnknownError as error:
        return Answer(claimed, "lost", error=error)
    except Exception as error:
        # A bug of a mailer may have come before or after its request: that is exactly not knowing.
        return Answer(claimed, "lost", error=error, bug=True)


class Flight:
    """Hands over in threads, so many at once as the mailer allows; one at a time in the caller's own thread.

    Only `send` runs elsewhere: the store is asked by the caller alone. As a context manager it ends with all landed.
    """

    def __init__(self, mailer: Mailer) -> None:
        self.most = mailer.in_flight if isinstance(mailer, Concurrent) else 1
        self._mailer = mailer
        self._pool = ThreadPoolExecutor(self.most, "mail") if self.most > 1 else None
        self._flying = 0
        self._landed: list[Future[Answer]] = []
        self._awaited = 0
        self._enough = threading.Condition()

    def __enter__(self) -> "Flight":
        return self

    @property
    def room(self) -> int:
        """How many more may go at once."""
        return self.most - self._flying

    def start(self, claimed: ClaimedDelivery) -> None:
        """Send one off; where no thread can be had for it, in the caller's own."""
        future: Future[Answer] = Future()
        if self._pool is None:
            # What ends the process is raised here, and no answer is awaited then.
            future.set_result(hand_over(self._mailer, claimed))
        else:
            try:
                self._pool.submit(self._send, future, claimed)
            except RuntimeError:
                # It may stand in line all the same, for threads that were started before.
                if future.cancel():
                    future = Future()
                    future.set_result(hand_over(self._mailer, claimed))
        self._flying += 1
        future.add_done_callback(self._land)

    def _send(self, future: Future[Answer], claimed: ClaimedDelivery) -> None:
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(hand_over(self._mailer, claimed))
            except BaseException as error:
                future.set_exception(error)
                raise

    def landed(self, most_left: int) -> list[Answer]:
        """The answers that are in and were not given yet, once no more than `most_left` are awaited."""
        with self._enough:
            self._awaited = self._flying - most_left
            self._enough.wait_for(self._has_enough)
            landed, self._landed = self._landed, []
        self._flying -= len(landed)
        return [future.result() for future in landed]

    def _land(self, future: Future[Answer]) -> None:
        with self._enough:
            self._landed.append(future)
            # Not for each: with many in flight, to wake the caller takes as long as to send.
            if self._has_enough():
                self._enough.notify()

    def _has_enough(self) -> bool:
        return len(self._landed) >= self._awaited

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown()
