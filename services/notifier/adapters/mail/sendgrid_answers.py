"""What each of SendGrid's answers means for a delivery."""

import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from services.notifier.adapters.mail.sendgrid_transport import Answer
from services.notifier.ports import (
    MailBusyError,
    MailerAtFaultError,
    MailRefusedError,
    MailUnknownError,
    Receipt,
)
from services.runtime.privacy.redaction import without_addresses
from services.runtime.privacy.secrets import redacted

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


def receipt_of(answer: Answer, now: datetime, *, sandbox: bool = False, key: str = "") -> Receipt:
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
    told = [f"{field}: {message}" if field else message for field, message in _errors(answer)]
    line = " ".join(without_addresses(redacted("; ".join(told), key)).split())
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
    told = [wait for wait in waits if wait is not None and math.isfinite(wait)]
    return min(max(*told, 1.0), _LONGEST_WAIT_S) if told else None


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
