"""Mails that an SMTP sender gets back: each mail returns to an address of its own (VERP), which tells whose it was."""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime

from services.notifier.domain.mail_events import Kind, MailEvent
from services.runtime.privacy.redaction import without_addresses

NO_MAILBOX = frozenset({(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)})
"""RFC 3463 and RFC 7505: bad mailbox, system or syntax of the mailbox, mailbox moved, null MX, mailbox disabled."""
_DELIVERY_ID = re.compile(r"[0-9a-f]{32}")
_RETURNED_TO = ("Delivered-To", "X-Original-To", "To")
_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")
_MOST_REASON = 300


def return_address(return_path: str, delivery_id: str) -> str:
    """Where a mail comes back to: `bounces+ID@example.com`; the return path as it is for what is no delivery."""
    if not _DELIVERY_ID.fullmatch(delivery_id):
        return return_path
    local, _, domain = return_path.rpartition("@")
    return f"{local}+{delivery_id}@{domain}"


def event_of(data: bytes, return_path: str, now: datetime) -> MailEvent:
    """What a mail in the mailbox of the return path tells (RFC 3464), of the kind `unknown` where that is nothing.

    Who forges one must know the id of a delivery, which its reader alone does.
    """
    # By the old policy: the newer one parses headers, and fails on some that are broken.
    message = message_from_bytes(data)
    delivery_id = _delivery_of(message, return_path)
    event_id = f"bounce-{hashlib.sha256(data).hexdigest()[:40]}"
    at = _date_of(message, now)
    report = next(_recipients(message), None)
    if not delivery_id or report is None:
        return MailEvent(event_id, "unknown", at, delivery_id, reason="no report of a delivery")
    kind, reason = report
    return MailEvent(event_id, kind, at, delivery_id, reason=reason)


def _delivery_of(message: Message, return_path: str) -> str:
    local, _, domain = return_path.rpartition("@")
    own = re.compile(rf"{re.escape(local)}\+([0-9a-f]{{32}})@{re.escape(domain)}", re.IGNORECASE)
    for name in _RETURNED_TO:
        for value in message.get_all(name, []):
            if found := own.search(str(value)):
                return found[1].lower()
    return ""


def _recipients(message: Message) -> Iterator[tuple[Kind, str]]:
    """The kind and the server's words of each recipient of a report."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else ():
            if not isinstance(block, Message):
                continue
            kind = _kind(str(block.get("Action", "")).strip().casefold(), str(block.get("Status", "")))
            if kind is not None:
                words = " ".join(str(block.get("Diagnostic-Code") or block.get("Status") or "").split())
                yield kind, without_addresses(words)[:_MOST_REASON]


def _kind(action: str, status: str) -> Kind | None:
    if action == "failed":
        found = _STATUS.match(status.strip())
        never = found is not None and found[1] == "5" and (int(found[2]), int(found[3])) in NO_MAILBOX
        return "bounced" if never else "soft_bounced"
    kinds: dict[str, Kind] = {"delayed": "deferred", "delivered": "delivered"}
    return kinds.get(action)


def _date_of(message: Message, now: datetime) -> datetime:
    """By its own word, which lies in no future."""
    try:
        at = parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError, IndexError, OverflowError):
        return now
    return min(at, now) if at.tzinfo is not None else now
