"""Letters that carry a link: handed to the mailer at once, seldom enough that nobody can flood an address."""

import hashlib
from datetime import datetime

import structlog

from services.notifier.adapters.mail.mailers import trial_mailer_of
from services.notifier.domain.wording.letters import Letter, write_letter
from services.notifier.ports import (
    Email,
    MailDeferredError,
    MailRefusedError,
    MailUnknownError,
    MailWithheldError,
)
from services.runtime.privacy.redaction import redacted
from services.usecases.installation import Installation
from services.usecases.suppressions import why_suppressed
from services.wording.words import Words

__all__ = ["Letter", "may_mail", "send"]

_events = structlog.get_logger(__name__)


def may_mail(installation: Installation, address: str, now: datetime) -> bool:
    """Whether a letter may go to an address now, which then counts as mailed. Raises UnavailableError."""
    return why_suppressed(installation, address) is None and installation.doors.may_mail(address, now)


def send(installation: Installation, letter: Letter, address: str, link: str, words: Words, now: datetime) -> bool:
    """Hand a letter over; False where the mailer would not have it, of which only the kind is logged."""
    mail = installation.settings.mail
    written = write_letter(letter, link, mail.sender, words)
    named = hashlib.sha256(f"{letter} {link}".encode()).hexdigest()[:32]
    email = Email(
        delivery_id=f"letter-{named}",
        sender_name=mail.sender.name,
        sender_address=mail.sender.address,
        to_address=address,
        subject=written.subject,
        html=written.html,
        text=written.text,
        date=now,
        # Nobody is subscribed by it: it is sent once, to who asked for it.
        unsubscribe_url="",
    )
    try:
        trial_mailer_of(mail).send(email)
    except (MailWithheldError, MailRefusedError, MailDeferredError, MailUnknownError) as error:
        _events.warning("a letter did not go out", letter=letter, reason=redacted(error))
        return False
    return True
