"""Mails over SMTP, with an answer that can be trusted: accepted, refused, deferred, or nobody knows.

What a server's reply means is told by its code and enhanced code, never by its words.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

from email_validator import ValidatedEmail

from services.notifier.adapters.mail.mime import address_of, mime_bytes, wire_address
from services.notifier.adapters.mail.smtp_bounces import NO_MAILBOX, return_address
from services.notifier.domain.delivery import Fault
from services.notifier.mail_settings import SmtpSettings
from services.notifier.ports import (
    Email,
    MailBusyError,
    MailDeferredError,
    MailerAtFaultError,
    MailRefusedError,
    MailUnknownError,
    Receipt,
)
from services.runtime.privacy.redaction import without_addresses
from services.runtime.privacy.secrets import remember, without_secrets

Asked = Literal["sender", "recipient", "message"]
"""What the reply is about: MAIL, RCPT, or DATA and its end."""
_ASKED: dict[Asked, str] = {
    "sender": "to take mail from this sender",
    "recipient": "to take mail for this recipient",
    "message": "to take the message",
}
OK = range(200, 300)
_GO_AHEAD = 354
_PERMANENT = range(500, 600)
_ENHANCED = re.compile(r"^([245])\.(\d{1,3})\.(\d{1,3})(?=\s|$)")
_NOT_OF_THE_SENDER = NO_MAILBOX | {(2, 3), (3, 4)}
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


class SmtpMailer:
    """One connection a message, so that what goes wrong with one says nothing of another."""

    name = "smtp"

    def __init__(self, settings: SmtpSettings, tls: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._tls = tls
        remember(settings.password.get_secret_value(), settings.username)

    def send(self, email: Email) -> Receipt:
        """Hand one message to the server.

        Up to the final dot nothing can have been accepted, so a break there defers. Once the dot is on its way, only
        the server's reply tells (RFC 5321, 4.1.1.4 and 4.2.5): without one the outcome is unknown.
        """
        sender, recipient = address_of(email.sender_address), address_of(email.to_address)
        message = mime_bytes(email)
        with self._session(sender) as server:
            self._envelope(server, self._returns_to(email.delivery_id) or sender, recipient, len(message))
            with _before_the_dot(self._settings):
                self._expect(server.docmd("DATA"), "message", wanted=_GO_AHEAD)
                server.send(_dotted(message))
            return self._finish(server)

    def probe(self, sender_address: str) -> str:
        """Connect, encrypt, log in and name the sender as `send` would, also as recipient, then take it all back.

        Raises MailDeferredError, MailerAtFaultError, MailRefusedError where it will not have mail for the sender.
        """
        wanted, sender = self._settings, address_of(sender_address)
        with self._session(sender) as server:
            self._envelope(server, self._returns_to("") or sender, sender, 0)
            with _before_the_dot(wanted):
                server.rset()
        secured = {"starttls": "encrypts by STARTTLS", "tls": "encrypts by TLS", "none": "does not encrypt"}
        login = "the login is taken, and " if wanted.username else ""
        return f"{wanted.host}:{wanted.port} {secured[wanted.security]}, {login}mail from the sender would be taken"

    def _returns_to(self, delivery_id: str) -> ValidatedEmail | None:
        path = self._settings.return_path
        return address_of(return_address(path, delivery_id)) if path else None

    @contextmanager
    def _session(self, sender: ValidatedEmail) -> Iterator[smtplib.SMTP]:
        with _before_the_dot(self._settings):
            server = self._connect(sender)
        try:
            with _before_the_dot(self._settings):
                self._secure_and_log_in(server)
            yield server
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _connect(self, sender: ValidatedEmail) -> smtplib.SMTP:
        wanted = self._settings
        own_name = sender.ascii_domain or "localhost"
        if wanted.security == "tls":
            return smtplib.SMTP_SSL(
                wanted.host, wanted.port, own_name, timeout=wanted.timeout_s, context=self._context()
            )
        return smtplib.SMTP(wanted.host, wanted.port, own_name, timeout=wanted.timeout_s)

    def _secure_and_log_in(self, server: smtplib.SMTP) -> None:
        wanted = self._settings
        server.ehlo_or_helo_if_needed()
        if wanted.security == "starttls":
            if not server.has_extn("starttls"):
                raise self._at_fault(
                    'offers no STARTTLS: set mail.smtp.security to "tls" (mostly port 465), or another server'
                )
            server.starttls(context=self._context())
            server.ehlo()
        if wanted.username:
            offered = set(server.esmtp_features.get("auth", "").split())
            if not offered & {"CRAM-MD5", "PLAIN", "LOGIN"}:
                raise self._at_fault(
                    "offers no login that is known here: see mail.smtp.username and mail.smtp.security"
                )
            server.login(wanted.username, wanted.password.get_secret_value())

    def _at_fault(self, what: str) -> MailerAtFaultError:
        return MailerAtFaultError(f"cannot hand mail to {self._settings.host}:{self._settings.port}: it {what}")

    def _context(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()

    def _envelope(self, server: smtplib.SMTP, sender: ValidatedEmail, recipient: ValidatedEmail, size: int) -> None:
        options = [f"size={size}"] if size and server.has_extn("size") else []
        if sender.ascii_email is None or recipient.ascii_email is None:
            if not server.has_extn("smtputf8"):
                raise MailRefusedError(
                    f"{self._settings.host} takes no addresses with letters beyond ASCII (no SMTPUTF8)"
                )
            server.command_encoding = "utf-8"
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        with _before_the_dot(self._settings):
            self._expect(server.mail(wire_address(sender), options), "sender")
            self._expect(server.rcpt(wire_address(recipient)), "recipient")

    def _expect(self, answer: tuple[int, bytes], about: Asked, *, wanted: int | None = None) -> Reply:
        reply = reply_of(*answer, self._settings)
        expect(reply, wanted=wanted, about=about, asked=_ASKED[about])
        return reply

    def _finish(self, server: smtplib.SMTP) -> Receipt:
        try:
            server.send(b".\r\n")
            answer = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            host, said = self._settings.host, said_of(error, self._settings)
            raise MailUnknownError(
                f"the connection to {host} broke after the whole message was sent: {said}"
            ) from error
        reply = self._expect(answer, "message")
        return Receipt(provider_id=reply.text or f"{reply.code}")


@contextmanager
def _before_the_dot(settings: SmtpSettings) -> Iterator[None]:
    """Whatever breaks in here happened before the server could accept anything."""
    try:
        yield
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise broken_off(error, settings) from error


def _dotted(message: bytes) -> bytes:
    """Double the dots that begin a line (RFC 5321, 4.5.2) and end the last line."""
    body = message if message.endswith(b"\r\n") else message + b"\r\n"
    stuffed = body.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def reply_of(code: int, text: bytes | str, settings: SmtpSettings) -> Reply:
    """A reply as smtplib gives it."""
    return Reply(code, safe(text, settings))


def safe(text: bytes | str, settings: SmtpSettings) -> str:
    """A server's words on one line, without addresses and our secrets: it may quote what it was sent."""
    words = " ".join((text.decode("utf-8", "replace") if isinstance(text, bytes) else text).split())
    hidden = without_secrets(words, settings.password.get_secret_value(), settings.username)
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
    if about == "recipient" and subject in NO_MAILBOX:
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
