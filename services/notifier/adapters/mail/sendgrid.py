"""Mails through SendGrid: one recipient a request, and an answer that can be trusted."""

import json
import math
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from email_validator import ValidatedEmail
from sendgrid import SendGridAPIClient
from sendgrid.helpers import mail as parts
from sendgrid.helpers.mail.exceptions import ApiKeyIncludedException

from services.notifier.adapters.mail.mime import address_of, header_fields
from services.notifier.adapters.mail.sendgrid_transport import (
    Answer,
    Limits,
    NoAnswerError,
    NotSentError,
    Tls,
    WireClient,
)
from services.notifier.mail_settings import SendGridSettings
from services.notifier.ports import (
    Email,
    MailBusyError,
    MailDeferredError,
    MailerAtFaultError,
    MailRefusedError,
    MailUnknownError,
    Receipt,
)
from services.runtime.clock import Clock, SystemClock
from services.runtime.privacy.redaction import without_addresses
from services.runtime.privacy.secrets import remember, without_secrets
from services.wording.lines import one_line

DELIVERY_ID = "delivery_id"
"""The custom argument that comes back with every event of a message, by which an unknown delivery is settled."""
_MOST_SUBJECT = 250
_MOST_NAME = 120
_TAKEN = 202
_CHECKED_ONLY = 200
_BUSY = 429
_CUT_SHORT = 408
_ABOUT_THE_MESSAGE = frozenset({400, 413, 422})
_ELSEWHERE = frozenset({301, 302, 307, 308})
_CLIENT_FAULTS = range(400, 500)
_OF_THE_SETTINGS = ("from", "reply_to", "categories", "mail_settings", "tracking_settings")
"""Fields of a request that are the same in every message: what is wrong with them is wrong with none in particular."""
_HINTS: Mapping[int, str] = {
    401: "it does not accept mail.sendgrid.api_key, or the account may send no more",
    403: "the key may not send mail, or mail.sender_address is no sender that the account has verified",
}
_LONGEST_WAIT_S = 3_600.0
_MOST_REASON = 300


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
        self._tls = Tls(tls or ssl.create_default_context())
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


def receipt_of(answer: Answer, now: datetime, *, sandbox: bool, key: str) -> Receipt:
    """The receipt of a message that was taken.

    Only 202 says so; in sandbox mode 200 says that it would be. A 4xx says that nothing was taken, and why. Anything
    else, a 5xx above all, tells neither: a gateway in between answers so too after a request of which it lost sight
    (RFC 9110, 15.6). `key` is in no sentence, whatever SendGrid quotes.

    Raises MailRefusedError, MailDeferredError, MailerAtFaultError, MailUnknownError.
    """
    if answer.status == _TAKEN:
        return Receipt(answer.headers.get("x-message-id", "").strip()[:200] or f"{_TAKEN}")
    if sandbox and answer.status == _CHECKED_ONLY:
        return Receipt("sandbox")
    said = f"SendGrid answered {answer.status}: {_reason(answer, key) or 'nothing else'}"
    if answer.status == _BUSY:
        raise MailBusyError(said, retry_after_s=_wait(answer, now))
    if answer.status == _CUT_SHORT:
        raise MailBusyError(said)
    if answer.status in _ABOUT_THE_MESSAGE and not _is_of_settings(answer):
        raise MailRefusedError(said)
    if answer.status in _ELSEWHERE:
        raise MailerAtFaultError(f"{said}; mail.sendgrid.host leads elsewhere")
    if answer.status in _CLIENT_FAULTS:
        raise MailerAtFaultError(f"{said}; {_HINTS.get(answer.status, 'look at [mail] in the settings')}")
    raise MailUnknownError(said)


def _reason(answer: Answer, key: str) -> str:
    """SendGrid's own words, without addresses and the key, on one line."""
    reasons = [f"{field}: {message}" if field else message for field, message in _errors(answer)]
    line = " ".join(without_addresses(without_secrets("; ".join(reasons), key)).split())
    return line if len(line) <= _MOST_REASON else line[: _MOST_REASON - 1] + "…"


def _is_of_settings(answer: Answer) -> bool:
    fields = [field for field, _ in _errors(answer)]
    return bool(fields) and all(field.split(".")[0].split("[")[0] in _OF_THE_SETTINGS for field in fields)


def _errors(answer: Answer) -> Iterator[tuple[str, str]]:
    """(field, message) of each error; the field may be empty."""
    try:
        body: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        return
    errors = body.get("errors") if isinstance(body, dict) else None
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, dict) and isinstance(error.get("message"), str):
            field = error.get("field")
            yield (field if isinstance(field, str) and field != "null" else "", error["message"])


def _wait(answer: Answer, now: datetime) -> float | None:
    """Seconds until the later of X-RateLimit-Reset (seconds since 1970) and Retry-After (RFC 9110, 10.2.3)."""
    waits = [_until_reset(answer.headers.get("x-ratelimit-reset", ""), now)]
    waits.append(_until_retry(answer.headers.get("retry-after", ""), now))
    known = [wait for wait in waits if wait is not None and math.isfinite(wait)]
    return min(max(*known, 1.0), _LONGEST_WAIT_S) if known else None


def _until_reset(text: str, now: datetime) -> float | None:
    try:
        return float(text) - now.timestamp()
    except ValueError:
        return None


def _until_retry(text: str, now: datetime) -> float | None:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
