"""The addresses in a digest, and the short signed tokens that they carry."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote, urlsplit

from services.notifier.domain.model import Digest
from services.notifier.ports import Links

Purpose = Literal["unsubscribe", "manage", "hide", "irrelevant", "more", "rest"]

PATHS: dict[Purpose, str] = {
    "unsubscribe": "u",
    "manage": "m",
    "hide": "h",
    "irrelevant": "n",
    "more": "l",
    "rest": "r",
}
"""The path segment of each purpose under the public address."""

MOST_UNSUBSCRIBE_BYTES = 77
"""Longest List-Unsubscribe value, angle brackets included, that every mail provider leaves unencoded."""

MOST_BASE_CHARACTERS = MOST_UNSUBSCRIBE_BYTES - len("</u/>") - len(".") - 2 * 16
"""Longest public address, https:// included, for subscribers' ids and macs of 16 characters each."""

_MAC_BYTES = 10
_READABLE = re.compile(r"[A-Za-z0-9_-]+")
_CODED = "~"


class LinkError(ValueError):
    """A public address or a subscriber's id that cannot make a usable link."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a genuine token says."""

    subscriber_id: str
    posting_id: str = ""
    """For the purpose `rest` the slot of a digest, see `slot_of`."""


def slot_of(due_at: datetime) -> str:
    """Name a subscriber's digest by when it was due, which is a whole minute: `20261125T0800Z`."""
    return f"{due_at.astimezone(UTC):%Y%m%dT%H%MZ}"


def token(secret: bytes, purpose: Purpose, subscriber_id: str, posting_id: str = "") -> str:
    """Sign (purpose, subscriber, posting) into `subscriber.mac` or `subscriber.posting.mac`.

    The mac is HMAC-SHA256 cut to 80 bits (RFC 2104 section 5), in base32.
    """
    parts = [_coded(subscriber_id)]
    if posting_id:
        parts.append(_coded(posting_id))
    return ".".join([*parts, _mac(secret, purpose, subscriber_id, posting_id)])


def claim_of(secret: bytes, purpose: Purpose, text: str) -> Claim | None:
    """Read a token; None unless this secret made it for this purpose."""
    parts = text.strip().split(".")
    if len(parts) not in (2, 3):
        return None
    names = [_uncoded(part) for part in parts[:-1]]
    if any(not name for name in names):
        return None
    claim = Claim(*(name or "" for name in names))
    expected = _mac(secret, purpose, claim.subscriber_id, claim.posting_id)
    genuine = hmac.compare_digest(expected.encode(), parts[-1].lower().encode("utf-8", "replace"))
    return claim if genuine else None


def links_for(digest: Digest, base_url: str, secret: bytes) -> Links:
    """All addresses of a digest under the public `base_url`; empty ones where there is no public address.

    Raises LinkError for a base that is not https or is too long for a List-Unsubscribe value.
    """
    jobs = [item.posting.posting_id for item in (*digest.items, *digest.near)]
    if not base_url:
        return Links(unsubscribe="", manage="", hide_company={}, not_relevant={})
    base = public_base(base_url)
    subscriber_id = digest.recipient.subscriber_id

    def address(purpose: Purpose, posting_id: str = "") -> str:
        return f"{base}/{PATHS[purpose]}/{token(secret, purpose, subscriber_id, posting_id)}"

    unsubscribe = address("unsubscribe")
    if len(unsubscribe) + 2 > MOST_UNSUBSCRIBE_BYTES:
        raise LinkError(
            f"the unsubscribe address {unsubscribe} is {len(unsubscribe) + 2} bytes with its brackets and may be "
            f"{MOST_UNSUBSCRIBE_BYTES}: use a shorter public address"
        )
    return Links(
        unsubscribe=unsubscribe,
        manage=address("manage"),
        hide_company={job: address("hide", job) for job in jobs},
        not_relevant={job: address("irrelevant", job) for job in jobs},
        more_like={job: address("more", job) for job in jobs},
        rest=address("rest", slot_of(digest.due_at)) if digest.left_out else "",
    )


def public_base(url: str) -> str:
    """The public address without its last slash. Raises LinkError unless it is plain https with a host."""
    wrong = LinkError(f"the public address must look like https://jobs.example.com, not {url!r}")
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise wrong from None
    if parts.scheme != "https" or not host or parts.username or parts.query or parts.fragment:
        raise wrong
    return f"https://{host}{port}{quote(parts.path.rstrip('/'), safe='/%')}"


def _mac(secret: bytes, purpose: Purpose, subscriber_id: str, posting_id: str) -> str:
    if not secret:
        raise LinkError("links need a secret that is not empty")
    message = b"".join(
        len(part).to_bytes(4, "big") + part
        for part in (text.encode("utf-8", "surrogatepass") for text in (purpose, subscriber_id, posting_id))
    )
    digest = hmac.digest(secret, message, hashlib.sha256)[:_MAC_BYTES]
    return base64.b32encode(digest).decode("ascii").lower()


def _coded(name: str) -> str:
    if _READABLE.fullmatch(name):
        return name
    data = name.encode("utf-8", "surrogatepass")
    return _CODED + base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _uncoded(part: str) -> str | None:
    if _READABLE.fullmatch(part):
        return part
    if not part.startswith(_CODED) or not _READABLE.fullmatch(part[1:]):
        return None
    try:
        padded = part[1:] + "=" * (-len(part[1:]) % 4)
        return base64.urlsafe_b64decode(padded).decode("utf-8", "surrogatepass")
    except ValueError:
        return None
