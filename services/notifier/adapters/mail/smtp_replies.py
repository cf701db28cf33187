"""What a mail server's reply means for a delivery: by its code and enhanced code, never by its words."""

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from typing import Literal

from services.notifier.domain.delivery import Fault
from services.notifier.mail_settings import SmtpSettings
from services.notifier.ports import (
    MailBusyError,
    MailDeferredError,
    MailerAtFaultError,
    MailRefusedError,
)
from services.runtime.privacy.redaction import without_addresses
from services.runtime.privacy.secrets import redacted

OK = range(200, 300)
Asked = Literal["sender", "recipient", "message"]
"""What the reply is about: MAIL, RCPT, or DATA and its end."""

_PERMANENT = range(500, 600)
_ENHANCED = re.compile(r"^([245])\.(\d{1,3})\.(\d{1,3})(?=\s|$)")
_NO_MAILBOX = frozenset({(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)})
"""RFC 3463 and RFC 7505: bad mailbox, system or syntax of the mailbox, mailbox moved, null MX, mailbox disabled."""
_NOT_OF_THE_SENDER = _NO_MAILBOX | {(2, 3), (3, 4)}
"""Of a reply to MAIL: also a message that is too large."""
_TOO_LARGE_CODE = 552
_POLICY = 7
_ASKS_FOR_LOGIN = frozenset({530, 534, 535, 538})
_MOST_REPLY = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's reply."""

    code: int
    text: str
    """On one line, without addresses and our secrets."""

    @property
    def enhanced(self) -> tuple[int, int] | None:
        """Subject and detail of its enhanced status code (RFC 3463); None without one that agrees with its code."""
        found = _ENHANCED.match(self.text)
        if found is None or int(found[1]) != self.code // 100:
            return None
        return int(found[2]), int(found[3])

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()


def reply_of(code: int, text: bytes | str, settings: SmtpSettings) -> Reply:
    """A reply as smtplib gives it."""
    return Reply(code, safe(text, settings))


def safe(text: bytes | str, settings: SmtpSettings) -> str:
    """A server's words on one line, without addresses and our secrets: it may quote what it was sent."""
    words = " ".join((text.decode("utf-8", "replace") if isinstance(text, bytes) else text).split())
    hidden = redacted(words, settings.password.get_secret_value(), settings.username)
    return without_addresses(hidden)[:_MOST_REPLY]


def expect(reply: Reply, *, wanted: int | None = None, about: Asked, asked: str) -> None:
    """Raise what a reply means where it is not the one that was wanted, by default any 2xx.

    A permanent refusal of the sender is the settings' fault: every message would meet it, so none is given up for it.
    """
    if reply.code == wanted or (wanted is None and reply.code in OK):
        return
    said = f"the server was asked {asked} and answered {reply}"
    if reply.code in _ASKS_FOR_LOGIN:
        raise MailerAtFaultError(f"{said}; set mail.smtp.username and mail.smtp.password")
    if reply.code not in _PERMANENT:
        raise MailBusyError(said)
    fault = _fault(reply, about)
    if fault == "settings":
        raise MailerAtFaultError(f"{said}; it must let mail.sender_address send")
    raise MailRefusedError(said, fault)


def _fault(reply: Reply, about: Asked) -> Fault:
    subject = reply.enhanced
    if about == "sender":
        return "message" if reply.code == _TOO_LARGE_CODE or subject in _NOT_OF_THE_SENDER else "settings"
    if about == "recipient" and subject in _NO_MAILBOX:
        return "mailbox"
    return "policy" if subject is not None and subject[0] == _POLICY else "message"


def broken_off(error: Exception, settings: SmtpSettings) -> MailDeferredError:
    """What an error before the final dot means: nothing was accepted, and it is the settings' fault, or passes."""
    where = f"{settings.host}:{settings.port}"
    if isinstance(error, smtplib.SMTPResponseException):
        reply = reply_of(error.smtp_code, error.smtp_error, settings)
        refused = MailerAtFaultError if reply.code in _PERMANENT else MailBusyError
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return refused(f"{settings.host} does not accept the user name or password: {reply}")
        return refused(f"cannot hand mail to {where}: it answered {reply}")
    said = f"cannot hand mail to {where}: {said_of(error, settings)}"
    hint = _hint(error)
    return MailerAtFaultError(f"{said}; {hint}") if hint else MailDeferredError(said)


def _hint(error: Exception) -> str:
    """What of the settings to look at; empty for what may pass by itself."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "mail.smtp.host must be the name in a certificate that this machine trusts"
    if isinstance(error, ssl.SSLError):
        return "see mail.smtp.security and mail.smtp.port: no TLS is spoken there"
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_NONAME:
        return "see mail.smtp.host: no machine of that name is known"
    if isinstance(error, UnicodeError):
        return "see mail.smtp: a host, a user name or a password holds letters that cannot be sent"
    return ""


def said_of(error: Exception, settings: SmtpSettings) -> str:
    """An error's own words."""
    if isinstance(error, smtplib.SMTPResponseException):
        return str(reply_of(error.smtp_code, error.smtp_error, settings))
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return safe(str(error), settings) or type(error).__name__
