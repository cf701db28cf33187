"""Ids and hashes from facts and a secret: the same input gives the same ids, and a stranger can make none."""

import base64
import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

_BYTES = 16
_SHORT = 10
"""80 bits: what stands in an unsubscribe address must be short (see `links.MOST_UNSUBSCRIBE_BYTES`)."""
_LEAST_SECRET = 16


def fold_address(address: str) -> str:
    """The form in which two spellings of one mailbox are equal: NFKC, lower case, no blanks around it."""
    return unicodedata.normalize("NFKC", address).strip().casefold()


@dataclass(frozen=True, slots=True)
class Ids:
    """Names things by HMAC-SHA256 (RFC 2104) under the installation's secret."""

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) < _LEAST_SECRET:
            raise ValueError(f"the secret needs {_LEAST_SECRET} bytes or more")

    def address_hash(self, address: str) -> str:
        """What stands for an address where the address itself must not be kept."""
        return self._of("address", fold_address(address))

    def subscriber_id(self, address: str) -> str:
        """16 characters of base32."""
        return self._short("subscriber", fold_address(address))

    def search_id(self, subscriber_id: str, name: str, again: int = 0) -> str:
        """16 characters of base32; `again` counts up where an earlier search took the id and then another name."""
        return self._short("search", subscriber_id, name, str(again))

    def digest_id(self, subscriber_id: str, due_at: datetime) -> str:
        """32 hexadecimal digits."""
        return self._of("digest", subscriber_id, due_at.astimezone(UTC).isoformat())

    def delivery_id(self, subscriber_id: str, due_at: datetime) -> str:
        """32 hexadecimal digits."""
        return self._of("delivery", subscriber_id, due_at.astimezone(UTC).isoformat())

    def _short(self, *parts: str) -> str:
        return base64.b32encode(self._mac(*parts)[:_SHORT]).decode("ascii").lower()

    def _of(self, *parts: str) -> str:
        return self._mac(*parts)[:_BYTES].hex()

    def _mac(self, *parts: str) -> bytes:
        state = hmac.new(self.secret, digestmod=hashlib.sha256)
        for part in parts:
            data = part.encode("utf-8", "surrogatepass")
            state.update(len(data).to_bytes(8, "big") + data)
        return state.digest()
