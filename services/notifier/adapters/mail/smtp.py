"""Mails over SMTP, with an answer that can be trusted: accepted, refused, deferred, or nobody knows."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from email_validator import ValidatedEmail

from services.notifier.adapters.mail.mime import address_of, mime_bytes, wire_address
from services.notifier.adapters.mail.smtp_replies import Asked, Reply, broken_off, expect, reply_of, said_of
from services.notifier.mail_settings import SmtpSettings
from services.notifier.ports import (
    Email,
    MailerAtFaultError,
    MailRefusedError,
    MailUnknownError,
    Receipt,
)
from services.runtime.privacy.secrets import remember

_GO_AHEAD = 354
_ASKED: dict[Asked, str] = {
    "sender": "to take mail from this sender",
    "recipient": "to take mail for this recipient",
    "message": "to take the message",
}


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
            self._envelope(server, sender, recipient, len(message))
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
            self._envelope(server, sender, sender, 0)
            with _before_the_dot(wanted):
                server.rset()
        secured = {"starttls": "encrypts by STARTTLS", "tls": "encrypts by TLS", "none": "does not encrypt"}
        login = "the login is taken, and " if wanted.username else ""
        return f"{wanted.host}:{wanted.port} {secured[wanted.security]}, {login}mail from the sender would be taken"

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
