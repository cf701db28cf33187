"""Tokens by which programs of a subscriber use the API: how they are written, and what each may do."""

import zlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, get_args

Scope = Literal[
    "searches:read", "searches:write", "jobs:read", "jobs:write", "mails:read", "account:read", "account:write",
    "webhooks:read", "webhooks:write", "export",
]  # fmt: skip
"""What a program may do: read or change searches, jobs with what was said of them, settings and webhooks; read which
mails there were; get all that is kept. To change something is not to read it."""
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
PREFIX: Final = "jobchime_"
CHANCE_BYTES: Final = 24
MOST_TOKENS: Final = 20
"""Of one subscriber."""
MOST_DAYS: Final = 366
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHANCE, _CHECKSUM = 33, 6
"""Digits of base 62 that 24 bytes and 4 bytes need."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token as its owner sees it once it is made."""

    key: str
    """Names it; no program gets in by it."""
    subscriber_id: str
    name: str
    scopes: tuple[Scope, ...]
    made_at: datetime
    expires_at: datetime
    used_on: date | None = None
    """The day of its last use, UTC."""


def token_of(chance: bytes) -> str:
    """A token: `jobchime_`, 33 digits of base 62, and six of their CRC-32.

    By prefix and checksum scanners of secrets know one that somebody published, and need not ask whether it is one.
    """
    digits = _base62(int.from_bytes(chance, "big"), _CHANCE)
    return f"{PREFIX}{digits}{_checksum(digits)}"


def is_token(text: str) -> bool:
    """Whether a text is written as a token is: by whatever else nobody gets in, which is known without a store."""
    digits = text.removeprefix(PREFIX)
    if not text.startswith(PREFIX) or len(digits) != _CHANCE + _CHECKSUM or not digits.isascii():
        return False
    return digits.isalnum() and _checksum(digits[:_CHANCE]) == digits[_CHANCE:]


def _checksum(digits: str) -> str:
    return _base62(zlib.crc32(digits.encode()), _CHECKSUM)


def _base62(number: int, width: int) -> str:
    found = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        found = _DIGITS[digit] + found
    return found.rjust(width, "0")
