"""The addresses in a digest, and the short signed tokens that they carry."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal
from urllib.parse import quote, urlsplit

from services.notifier.domain.model import Digest
from services.notifier.ports import Links

Purpose = Literal["unsubscribe", "manage", "hide", "irrelevant", "more", "rest", "job", "answer", "open", "save"]

PATHS: dict[Purpose, str] = {
    "unsubscribe": "u",
    "manage": "m",
    "hide": "h",
    "irrelevant": "n",
    "more": "l",
    "rest": "r",
    "job": "j",
    "answer": "y",
    "open": "o",
    "save": "k",
}
"""The path segment of each purpose under the public address."""

NOBODY = "nobody"
"""A token that no link has: whatever the portal says to it, nothing changes."""

MANAGE_FOR = timedelta(days=30)
"""How long a manage link acts: a mail may be forwarded, and then lies about for ever."""

MOST_UNSUBSCRIBE_BYTES = 77
"""Longest List-Unsubscribe value, angle brackets included, that every mail provider leaves unencoded."""

MOST_BASE_CHARACTERS = MOST_UNSUBSCRIBE_BYTES - len("</u/>") - len(".") - 2 * 16
"""Longest public address, https:// included, for subscribers' ids and macs of 16 characters each."""

LOOPBACK = ("localhost", "127.0.0.1")
"""Names of this machine."""

_OF_A_JOB: tuple[Purpose, ...] = ("irrelevant", "save", "job")
_MAC_BYTES = 10
_MAC_CHARACTERS = 16
_BLOCK_BYTES = 64
_READABLE = re.compile(r"[A-Za-z0-9_-]+")
_CODED = "~"


class LinkError(ValueError):
    """A public address or a subscriber's id that cannot make a usable link."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a genuine token says."""

    subscriber_id: str
    posting_id: str = ""
    """For the purposes `rest`, `manage` and `answer` the slot of a mail, see `slot_of`; of `rest` a notice's id too."""


@dataclass(frozen=True, slots=True)
class FormerKey:
    """What links were signed with before, and until when they are honoured."""

    secret: bytes
    until: datetime


@dataclass(frozen=True, slots=True)
class LinkKeys:
    """What links are signed with, and what they were signed with before."""

    current: bytes
    former: tuple[FormerKey, ...] = ()

    def honoured(self, now: datetime) -> tuple[bytes, ...]:
        """The secrets whose links act at a time, the current one first."""
        return (self.current, *(key.secret for key in self.former if now < key.until))

    def names(self, now: datetime) -> tuple[str, ...]:
        """Those of `honoured` by what tells one from another and makes no link."""
        return tuple(hmac.digest(key, b"the key of links", hashlib.sha256).hex()[:8] for key in self.honoured(now))


def slot_of(due_at: datetime) -> str:
    """Name a subscriber's digest by when it was due, which is a whole minute: `20261125T0800Z`."""
    return f"{due_at.astimezone(UTC):%Y%m%dT%H%MZ}"


def due_of(slot: str) -> datetime | None:
    """When the digest of a slot was due; None for what is no slot."""
    try:
        return datetime.strptime(slot, "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def token(secret: bytes, purpose: Purpose, subscriber_id: str, posting_id: str = "") -> str:
    """Sign (purpose, subscriber, posting) into `subscriber.mac` or `subscriber.posting.mac`.

    The mac is HMAC-SHA256 cut to 80 bits (RFC 2104 section 5), in base32.
    """
    return f"{_holder(subscriber_id, posting_id)}.{_macs(secret, subscriber_id, [(purpose, posting_id)])[0]}"


def claim_of(secrets: Sequence[bytes], purpose: Purpose, text: str) -> Claim | None:
    """Read a token; None unless one of these secrets made it for this purpose."""
    parts = text.strip().split(".")
    if len(parts) not in (2, 3):
        return None
    names = [_uncoded(part) for part in parts[:-1]]
    if any(not name for name in names):
        return None
    claim = Claim(*(name or "" for name in names))
    given = parts[-1].lower().encode("utf-8", "replace")
    # All are tried, whichever fits: the time taken says nothing of which.
    genuine = [
        hmac.compare_digest(_macs(secret, claim.subscriber_id, [(purpose, claim.posting_id)])[0].encode(), given)
        for secret in secrets
    ]
    return claim if any(genuine) else None


def links_for(digest: Digest, base_url: str, secret: bytes, *, clicks: bool = False) -> Links:
    """All addresses of a digest under the public `base_url`; empty ones where there is no public address.

    `clicks`: jobs are reached by way of the portal. Raises LinkError for a base that is not https or is too long for a
    List-Unsubscribe value.
    """
    jobs = [item.posting.posting_id for item in (*digest.items, *digest.near)]
    if not base_url:
        return Links(unsubscribe="", manage="", not_relevant={})
    base = public_base(base_url)
    subscriber_id = digest.recipient.subscriber_id
    slot = slot_of(digest.due_at)
    asked: list[tuple[Purpose, str]] = [("unsubscribe", ""), ("manage", slot), ("rest", slot)]
    asked += [(purpose, job) for purpose in (*_OF_A_JOB, *(("open",) if clicks else ())) for job in jobs]
    named = {posting_id: _holder(subscriber_id, posting_id) for posting_id in ("", slot, *jobs)}
    # All at once: one by one they take as long as rendering the digest.
    macs = _macs(secret, subscriber_id, asked)
    found = {
        (purpose, posting_id): f"{base}/{PATHS[purpose]}/{named[posting_id]}.{mac}"
        for (purpose, posting_id), mac in zip(asked, macs, strict=True)
    }
    unsubscribe = found["unsubscribe", ""]
    if len(unsubscribe) + 2 > MOST_UNSUBSCRIBE_BYTES:
        raise LinkError(
            f"the unsubscribe address {unsubscribe} is {len(unsubscribe) + 2} bytes with its brackets and may be "
            f"{MOST_UNSUBSCRIBE_BYTES}: use a shorter public address"
        )
    return Links(
        unsubscribe=unsubscribe,
        manage=found["manage", slot],
        not_relevant={job: found["irrelevant", job] for job in jobs},
        save={job: found["save", job] for job in jobs},
        why={job: found["job", job] for job in jobs},
        open={job: found["open", job] for job in jobs} if clicks else {},
        rest=found["rest", slot] if digest.left_out or digest.unlikely else "",
    )


@lru_cache(maxsize=16)
def public_base(url: str) -> str:
    """The public address without its last slash. Raises LinkError unless it is plain https with a host.

    On this machine alone it may be http: no mail that leaves it has links that work then.
    """
    wrong = LinkError(f"the public address must look like https://jobs.example.com, not {url!r}")
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise wrong from None
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    if not safe or not host or parts.username or parts.query or parts.fragment:
        raise wrong
    return f"{parts.scheme}://{host}{port}{quote(parts.path.rstrip('/'), safe='/%')}"


def _macs(secret: bytes, subscriber_id: str, asked: Sequence[tuple[Purpose, str]]) -> list[str]:
    """The macs of (purpose, subscriber, posting) for one subscriber, in the order of `asked`."""
    if not secret:
        raise LinkError("links need a secret that is not empty")
    inner, outer = _keyed(secret)
    own = _framed(subscriber_id)
    purposes = {purpose: inner.copy() for purpose, _ in asked}
    for purpose, begun in purposes.items():
        begun.update(_framed(purpose) + own)
    postings = {posting_id: _framed(posting_id) for _, posting_id in asked}
    macs = []
    for purpose, posting_id in asked:
        within, whole = purposes[purpose].copy(), outer.copy()
        within.update(postings[posting_id])
        whole.update(within.digest())
        macs.append(whole.digest()[:_MAC_BYTES])
    # Ten bytes fill sixteen characters, so that all can be written as one.
    text = base64.b32encode(b"".join(macs)).decode("ascii").lower()
    return [text[at : at + _MAC_CHARACTERS] for at in range(0, len(text), _MAC_CHARACTERS)]


@lru_cache(maxsize=4)
def _keyed(secret: bytes) -> tuple["hashlib._Hash", "hashlib._Hash"]:
    """Both hashes of HMAC-SHA256 (RFC 2104 section 2), fed with the key: copied, they cost no more than their text."""
    if len(secret) > _BLOCK_BYTES:
        secret = hashlib.sha256(secret).digest()
    block = secret.ljust(_BLOCK_BYTES, b"\0")
    return hashlib.sha256(bytes(byte ^ 0x36 for byte in block)), hashlib.sha256(bytes(byte ^ 0x5C for byte in block))


def _framed(text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    return len(data).to_bytes(4, "big") + data


def _holder(subscriber_id: str, posting_id: str) -> str:
    return f"{_coded(subscriber_id)}.{_coded(posting_id)}" if posting_id else _coded(subscriber_id)


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
