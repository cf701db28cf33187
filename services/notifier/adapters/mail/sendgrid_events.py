"""SendGrid's signed events: whether a request is genuine, and what it tells.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event: a JSON list, signed by ECDSA over the
timestamp and the raw bytes; events come several times, and in any order.
"""

import binascii
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sendgrid.helpers.eventwebhook import EventWebhook

from services.notifier.adapters.mail.sendgrid import DELIVERY_ID
from services.notifier.domain.mail_events import Kind, MailEvent

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
MOST_EVENTS = 10_000
FRESH_FOR = timedelta(days=1)
"""SendGrid tries a request again for a day; what is older was recorded and is played again."""

_KINDS: Mapping[str, Kind] = {
    "processed": "accepted",
    "deferred": "deferred",
    "delivered": "delivered",
    "dropped": "dropped",
    "spamreport": "spam",
    "unsubscribe": "unsubscribed",
    "group_unsubscribe": "unsubscribed",
    "group_resubscribe": "resubscribed",
}
_NOT_OURS = frozenset({"open", "click"})
"""Nobody here follows what a reader looks at; where the account does, it is let pass."""
_DROPPED_FOR_ITS_ADDRESS = ("bounced address", "spam reporting address", "unsubscribed address", "invalid")
_DROPPED_FOR_OUR_FAULT = "invalid smtpapi header"
_MOST_REASON = 300
_LONGEST_ID = 200
_LONGEST_TIMESTAMP = 11
"""Digits of seconds: with one more a year has five."""
_FUTURE = timedelta(minutes=10)
"""How far clocks may lie apart."""


class NotEventsError(ValueError):
    """A body that is no list of events, or of too many."""


def is_genuine(body: bytes, signature: str, timestamp: str, key: str, now: datetime) -> bool:
    """Whether SendGrid signed these bytes, at most a day ago."""
    if not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) > _LONGEST_TIMESTAMP:
        return False
    age = now - datetime.fromtimestamp(int(timestamp), UTC)
    if not -_FUTURE <= age <= FRESH_FOR:
        return False
    try:
        # The library joins text: the bytes must be UTF-8, which JSON is.
        return bool(EventWebhook(key).verify_signature(body.decode("utf-8"), signature, timestamp))
    except (ValueError, binascii.Error):
        return False


def events_of(body: bytes, now: datetime) -> list[MailEvent]:
    """The events of a body, in its order; what is none that we know is of the kind `unknown`. Raises NotEventsError."""
    try:
        listed = json.loads(body)
    except (ValueError, RecursionError):
        raise NotEventsError("it is not JSON") from None
    if not isinstance(listed, list):
        raise NotEventsError("a JSON list was expected")
    if len(listed) > MOST_EVENTS:
        raise NotEventsError(f"{MOST_EVENTS:,} events a request is the most")
    return [
        _event(entry, now) for entry in listed if not (isinstance(entry, dict) and _text(entry, "event") in _NOT_OURS)
    ]


def _event(data: Any, now: datetime) -> MailEvent:
    if not isinstance(data, dict):
        return MailEvent(_made_id(data), "unknown", now, reason="no object")
    event_id, name = _text(data, "sg_event_id"), _text(data, "event")
    at = _moment(data.get("timestamp"), now)
    if not 0 < len(event_id) <= _LONGEST_ID:
        event_id = _made_id(data)
    reason = (_text(data, "reason") or _text(data, "response") or _text(data, "type"))[:_MOST_REASON]
    kind = _kind(name, data)
    if kind == "unknown":
        reason = name[:_MOST_REASON] or "no event"
    return MailEvent(event_id, kind, at, _text(data, DELIVERY_ID)[:_LONGEST_ID], _text(data, "email"), reason)


def _kind(name: str, data: Mapping[str, Any]) -> Kind:
    if name == "bounce":
        # `blocked`: not now, or not this; `bounce` and none at all: never.
        return "soft_bounced" if _text(data, "type") == "blocked" else "bounced"
    if name == "dropped":
        reason = _text(data, "reason").strip().casefold()
        ours = reason.startswith(_DROPPED_FOR_OUR_FAULT)
        return "dropped_address" if reason.startswith(_DROPPED_FOR_ITS_ADDRESS) and not ours else "dropped"
    return _KINDS.get(name, "unknown")


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    # What PostgreSQL cannot keep is none.
    return value.replace("\0", "").encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _moment(value: Any, now: datetime) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return now
    try:
        return min(datetime.fromtimestamp(value, UTC), now)
    except (ValueError, OverflowError, OSError):
        return now


def _made_id(data: Any) -> str:
    """Of an event without an id: the same event has the same."""
    return "made-" + hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:32]
