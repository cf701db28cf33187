"""Mails over SMTP, with an answer that can be trusted: accepted, refused, deferred, or nobody knows."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from email_validator import ValidatedEmail

from services.notifier.adapters.mime import address_of, mime_bytes, wire_address
from services.notifier.mail_settings import SmtpSettings
from services.notifier.ports import (
    Email,
    MailDeferredError,
    MailerAtFaultError,
    MailRefusedError,
    MailUnknownError,
    Receipt,
)

_OK = range(200, 300)
_GO_AHEAD = 354
_PERMANENT = range(500, 600)
_ASKS_FOR_LOGIN = 530
_MOST_REPLY = 200


class SmtpMailer:
    """One connection a message, so that what goes wrong with one says nothing of another."""

    name = "smtp"

    def __init__(self, settings: SmtpSettings, tls: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._tls = tls

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
                _expect(*server.docmd("DATA"), wanted=_GO_AHEAD, asked="to take the message")
                server.send(_dotted(message))
            return _finish(server, self._settings)

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
        server.ehlo_or_helo_if_needed()
        if self._settings.security == "starttls":
            server.starttls(context=self._context())
            server.ehlo()
        if self._settings.username:
            server.login(self._settings.username, self._settings.password.get_secret_value())

    def _context(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()

    def _envelope(self, server: smtplib.SMTP, sender: ValidatedEmail, recipient: ValidatedEmail, size: int) -> None:
        options = [f"size={size}"] if server.has_extn("size") else []
        if sender.ascii_email is None or recipient.ascii_email is None:
            if not server.has_extn("smtputf8"):
                raise MailRefusedError(
                    f"{self._settings.host} takes no addresses with letters beyond ASCII (no SMTPUTF8)"
                )
            server.command_encoding = "utf-8"
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        with _before_the_dot(self._settings):
            _expect(*server.mail(wire_address(sender), options), asked="to take mail from this sender")
            _expect(*server.rcpt(wire_address(recipient)), asked="to take mail for this recipient")


def _finish(server: smtplib.SMTP, settings: SmtpSettings) -> Receipt:
    try:
        server.send(b".\r\n")
        code, reply = server.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise MailUnknownError(
            f"the connection to {settings.host} broke after the whole message was sent: {_said(error)}"
        ) from error
    _expect(code, reply, asked="to keep the message")
    return Receipt(provider_id=_text(reply) or f"{code}")


@contextmanager
def _before_the_dot(settings: SmtpSettings) -> Iterator[None]:
    """Whatever breaks in here happened before the server could accept anything."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        # The configuration is wrong, not the message: it must survive until somebody mends that.
        raise MailerAtFaultError(
            f"{settings.host} does not accept the user name or password: {_text(error.smtp_error)}"
        ) from error
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise MailDeferredError(f"cannot hand mail to {settings.host}:{settings.port}: {_said(error)}") from error


def _expect(code: int, reply: bytes, *, wanted: int | None = None, asked: str) -> None:
    if code == wanted or (wanted is None and code in _OK):
        return
    said = f"the server was asked {asked} and answered {code} {_text(reply)}".rstrip()
    if code in _PERMANENT and code != _ASKS_FOR_LOGIN:
        raise MailRefusedError(said)
    raise MailDeferredError(said)


def _dotted(message: bytes) -> bytes:
    """Double the dots that begin a line (RFC 5321, 4.5.2) and end the last line."""
    body = message if message.endswith(b"\r\n") else message + b"\r\n"
    stuffed = body.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def _text(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join(text.split())[:_MOST_REPLY]


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return _text(str(error)) or type(error).__name__
