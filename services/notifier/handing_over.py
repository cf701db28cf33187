"""What a mailer said of one message, as a value: it is kept until the store has it."""

from dataclasses import dataclass
from typing import Literal

from services.notifier.domain.delivery import Fault
from services.notifier.ports import (
    ClaimedDelivery,
    MailDeferredError,
    Mailer,
    MailerAtFaultError,
    MailRefusedError,
    MailUnknownError,
    MailWithheldError,
    Receipt,
)
from services.runtime.privacy.secrets import redacted

Said = Literal["accepted", "refused", "deferred", "withheld", "lost"]

TOLD: dict[Said, str] = {
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
    said: Said
    receipt: Receipt | None = None
    error: Exception | None = None
    bug: bool = False

    @property
    def reason(self) -> str:
        """Why it was not accepted."""
        return f"the mailer failed: {type(self.error).__name__}" if self.bug else redacted(str(self.error or ""))

    @property
    def fault(self) -> Fault | None:
        """What was wrong, by what somebody has to do; None where it was accepted."""
        if isinstance(self.error, MailRefusedError | MailDeferredError):
            return self.error.fault
        return None if self.said == "accepted" else "withheld" if self.said == "withheld" else "lost"

    @property
    def retry_after_s(self) -> float | None:
        """How long the mailer asked to be left alone."""
        return self.error.retry_after_s if isinstance(self.error, MailDeferredError) else None

    @property
    def is_setback(self) -> bool:
        """Whether it speaks against handing over the next one right now.

        So does a refusal of the sender: who is on a blocklist must not have a whole morning's mails refused.
        """
        return self.said in ("deferred", "lost") or self.fault == "policy"

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
