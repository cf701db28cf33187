"""Ids and hashes from facts and a secret: the same input gives the same ids, and a stranger can make none."""

import base64
import hashlib
import hmac
import string
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import idna

_BYTES = 16
_SHORT = 10
"""80 bits: what stands in an unsubscribe address must be short (see `links.MOST_UNSUBSCRIBE_BYTES`)."""
_LEAST_SECRET = 16
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def fold_address(address: str) -> str:
    """The form in which two spellings of one mailbox are equal, and two mailboxes are not. Never raises.

    The local part is for its own host to interpret (RFC 5321 section 2.3.11, RFC 6531): of it only the case of ASCII
    letters is ignored, which hosts must not tell mailboxes apart by if they want mail from everybody (RFC 5321 section
    2.4), and canonical composition (NFC, RFC 6532 section 3.1). Ligatures, full-width and other letters stay what they
    are. Of the domain, U-labels and A-labels of one name are equal (RFC 5890), and case, width and composition are
    ignored, which IDNA maps before it looks a name up (RFC 5895); any letter that IDNA 2008 knows is one of its own:
    `faß.de` is not `fass.de`.
    """
    local, at, domain = address.strip().rpartition("@")
    folded = unicodedata.normalize("NFC", local).translate(_ASCII_LOWER)
    return f"{folded}{at}{_fold_domain(domain)}" if at else unicodedata.normalize("NFC", domain).translate(_ASCII_LOWER)


def _fold_domain(domain: str) -> str:
    """In U-labels; what is no domain name, such as `[192.0.2.1]`, in lower case."""
    if domain.isascii() and "xn--" not in (lowered := domain.lower()):
        return lowered
    try:
        # Not transitional: that would map ß, final sigma and the joiners away, as IDNA 2003 did.
        return idna.decode(idna.encode(domain, uts46=True, std3_rules=True, transitional=False).decode("ascii"))
    except (idna.IDNAError, UnicodeError):
        return unicodedata.normalize("NFC", domain).translate(_ASCII_LOWER)


def former_fold(address: str) -> str:
    """How releases before store revision 11 compared addresses: more coarsely, so that some mailboxes were one.

    What they suppressed of people who are gone since is known by this form alone.
    """
    return unicodedata.normalize("NFKC", address).strip().casefold()


@dataclass(frozen=True, slots=True)
class Ids:
    """Names things by HMAC-SHA256 (RFC 2104) under the installation's secret, and addresses under a key of theirs."""

    secret: bytes
    suppression_key: bytes = b""
    """What addresses are hashed with, which never changes; empty: the secret, as in releases before there was one."""

    def __post_init__(self) -> None:
        if len(self.secret) < _LEAST_SECRET or 0 < len(self.suppression_key) < _LEAST_SECRET:
            raise ValueError(f"the secret and the suppression key need {_LEAST_SECRET} bytes or more")

    @property
    def suppression_key_id(self) -> str:
        """Names the key, for who must know whether two are one."""
        return self._hashed("suppression key")[:8]

    def address_hash(self, address: str) -> str:
        """What stands for an address where the address itself must not be kept."""
        return self._hashed("address", fold_address(address))

    def mailbox_hash(self, address: str) -> str:
        """One for all addresses that many hosts put into one mailbox: `a.da+jobs@` is `ada@` there.

        Elsewhere they may be several people's: it bounds how often they are written to, and tells nobody apart.
        """
        local, at, domain = fold_address(address).rpartition("@")
        return self._of("mailbox", f"{local.partition('+')[0].replace('.', '').casefold()}{at}{domain}")

    def former_hash(self, address: str) -> str | None:
        """`address_hash` as releases before store revision 11 made it; None where it is the same."""
        former = former_fold(address)
        return None if former == fold_address(address) else self._hashed("address", former)

    def subscriber_id(self, address: str, since: datetime, again: int = 0) -> str:
        """16 characters of base32; `again` counts up where somebody has the id who came by another address.

        `since` is when they were taken in: who was erased and comes back is somebody else, on whom no old link acts.
        """
        return self._short("subscriber", fold_address(address), since.astimezone(UTC).isoformat(), str(again))

    def search_id(self, subscriber_id: str, name: str, again: int = 0) -> str:
        """16 characters of base32; `again` counts up where an earlier search took the id and then another name."""
        return self._short("search", subscriber_id, name, str(again))

    def keyed_search_id(self, subscriber_id: str, key: str) -> str:
        """The same for what somebody asks to add once, however often they ask with the same key."""
        return self._short("keyed search", subscriber_id, key)

    def digest_id(self, subscriber_id: str, due_at: datetime) -> str:
        """32 hexadecimal digits."""
        return self._of("digest", subscriber_id, due_at.astimezone(UTC).isoformat())

    def delivery_id(self, subscriber_id: str, due_at: datetime) -> str:
        """32 hexadecimal digits."""
        return self._of("delivery", subscriber_id, due_at.astimezone(UTC).isoformat())

    def notice_id(self, subscriber_id: str, notice: str, at: datetime) -> str:
        """32 hexadecimal digits."""
        return self._of("notice", subscriber_id, notice, at.astimezone(UTC).isoformat())

    def webhook_event_id(self, webhook_id: str, posting_id: str) -> str:
        """What receivers know a job's event by: the same however often it is found."""
        return f"msg_{self._of('webhook event', webhook_id, posting_id)}"

    def webhook_secret(self, webhook_id: str, salt: str) -> bytes:
        """32 bytes, which no store holds: what it has of a secret makes none without that of the installation."""
        return self._mac("webhook secret", webhook_id, salt)

    def _short(self, *parts: str) -> str:
        return base64.b32encode(self._mac(*parts)[:_SHORT]).decode("ascii").lower()

    def _of(self, *parts: str) -> str:
        return self._mac(*parts)[:_BYTES].hex()

    def _hashed(self, *parts: str) -> str:
        return _mac(self.suppression_key or self.secret, parts)[:_BYTES].hex()

    def _mac(self, *parts: str) -> bytes:
        return _mac(self.secret, parts)


def _mac(key: bytes, parts: Sequence[str]) -> bytes:
    state = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        state.update(len(data).to_bytes(8, "big") + data)
    return state.digest()
