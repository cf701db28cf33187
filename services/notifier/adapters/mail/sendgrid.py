"""Mails through SendGrid: one recipient a request, and an answer that can be trusted."""

import ssl

from email_validator import ValidatedEmail
from sendgrid import SendGridAPIClient
from sendgrid.helpers import mail as parts
from sendgrid.helpers.mail.exceptions import ApiKeyIncludedException

from services.notifier.adapters.mail.mime import address_of, header_fields
from services.notifier.adapters.mail.sendgrid_answers import receipt_of
from services.notifier.adapters.mail.sendgrid_transport import Limits, NoAnswerError, NotSentError, WireClient
from services.notifier.mail_settings import SendGridSettings
from services.notifier.ports import (
    Email,
    MailDeferredError,
    MailerAtFaultError,
    MailRefusedError,
    MailUnknownError,
    Receipt,
)
from services.runtime.clock import Clock, SystemClock
from services.runtime.privacy.secrets import remember
from services.wording.lines import one_line

DELIVERY_ID = "delivery_id"
"""The custom argument that comes back with every event of a message, by which an unknown delivery is settled."""
_MOST_SUBJECT = 250
_MOST_NAME = 120


class SendGridMailer:
    """Hands over one message a request, over a connection of its own.

    SendGrid knows no idempotency key: a request that may have arrived must not be made again.
    """

    name = "sendgrid"

    def __init__(
        self, settings: SendGridSettings, *, clock: Clock | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.in_flight = settings.in_flight
        self._settings = settings
        self._clock = clock or SystemClock()
        # Shared: to read the machine's certificates takes longer than a request.
        self._tls = tls or ssl.create_default_context()
        remember(settings.api_key.get_secret_value().strip())

    def send(self, email: Email) -> Receipt:
        """Raises MailRefusedError, MailDeferredError, MailerAtFaultError or MailUnknownError."""
        return self._hand_over(self._message(email), sandbox=self._settings.sandbox)

    def probe(self, sender_address: str) -> str:
        """Have SendGrid check a message to the sender in sandbox mode, in which it sends none: the key and the sender.

        Raises MailDeferredError, MailerAtFaultError, MailRefusedError.
        """
        trial = Email(
            delivery_id="probe",
            sender_name="",
            sender_address=sender_address,
            to_address=sender_address,
            subject="Nothing is sent",
            html="<p>Nothing is sent.</p>",
            text="Nothing is sent.",
            date=self._clock.now(),
            unsubscribe_url="",
        )
        try:
            self._hand_over(self._message(trial, sandbox=True), sandbox=True)
        except MailUnknownError as error:
            raise MailDeferredError(f"cannot hand mail to {self._settings.host}: {error}") from error
        return f"{self._settings.host} takes the key, and a mail from the sender passes its checks"

    def _hand_over(self, message: parts.Mail, *, sandbox: bool) -> Receipt:
        try:
            answer = self._api().send(message)
        except NotSentError as error:
            raise MailDeferredError(f"cannot hand mail to {self._settings.host}: {error}") from error
        except NoAnswerError as error:
            raise MailUnknownError(f"{self._settings.host} had the whole message, and then: {error}") from error
        key = self._settings.api_key.get_secret_value().strip()
        return receipt_of(answer, self._clock.now(), sandbox=sandbox, key=key)

    def _api(self) -> SendGridAPIClient:
        """The library's client, made anew: headers of one request would stay on it for the next."""
        wanted = self._settings
        api = SendGridAPIClient(wanted.api_key.get_secret_value().strip(), host=wanted.host.rstrip("/"))
        limits = Limits(wanted.connect_timeout_s, wanted.timeout_s)
        api.client = WireClient(api.host, api.client.request_headers, limits, self._tls)
        return api

    def _message(self, email: Email, *, sandbox: bool = False) -> parts.Mail:
        sender, recipient = address_of(email.sender_address), address_of(email.to_address)
        if sender.ascii_email is None:
            raise MailerAtFaultError("SendGrid takes no sender's address with letters beyond ASCII")
        if recipient.ascii_email is None:
            raise MailRefusedError("SendGrid takes no addresses with letters beyond ASCII before the @")
        mail = parts.Mail()
        mail.from_email = _party(parts.From(), sender, one_line(email.sender_name, _MOST_NAME))
        mail.subject = _sound(one_line(email.subject, _MOST_SUBJECT))
        to = parts.Personalization()
        to.add_to(_party(parts.To(), recipient))
        to.add_custom_arg(parts.CustomArg(DELIVERY_ID, _sound(email.delivery_id)))
        mail.add_personalization(to)
        try:
            # The last part is the preferred one (RFC 2046, 5.1.4), and SendGrid wants text first too.
            mail.add_content(parts.Content("text/plain", _sound(email.text)))
            mail.add_content(parts.Content("text/html", _sound(email.html)))
        except ApiKeyIncludedException:
            raise MailRefusedError("its text begins like an API key, which SendGrid's library does not send") from None
        for name, value in header_fields(email, sender):
            mail.add_header(parts.Header(name, value))
        self._options(mail, sandbox=sandbox or self._settings.sandbox)
        return mail

    def _options(self, mail: parts.Mail, *, sandbox: bool) -> None:
        """Links and bodies arrive as they were made: nothing is counted, rewritten or added on the way."""
        if self._settings.reply_to:
            mail.reply_to = _party(parts.ReplyTo(), address_of(self._settings.reply_to))
        for category in self._settings.categories:
            mail.add_category(parts.Category(category))
        mail.tracking_settings = parts.TrackingSettings(
            click_tracking=parts.ClickTracking(enable=False, enable_text=False),
            open_tracking=parts.OpenTracking(enable=False),
            subscription_tracking=parts.SubscriptionTracking(enable=False),
            ganalytics=parts.Ganalytics(enable=False),
        )
        if sandbox:
            mail.mail_settings = parts.MailSettings(sandbox_mode=parts.SandBoxMode(enable=True))


def _party(party: parts.Email, address: ValidatedEmail, name: str = "") -> parts.Email:
    """Set the fields one by one: the constructors would try to read a name out of the address."""
    party.email = address.ascii_email
    party.name = _sound(name) or None
    return party


def _sound(text: str) -> str:
    """Without half characters, which no JSON text may hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
