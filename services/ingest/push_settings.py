"""What an operator decides of the push endpoint."""

import os
import re
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from schemas.setting_types import Credit, Name
from services.runtime.errors import UsageError
from services.runtime.privacy.secrets import remember

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LEAST_KEY = 20


class PushKey(BaseModel):
    """One client that may push postings, and the source that it pushes for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Name = Field(examples=["own-board"])
    """The name of the source. It is part of every posting's id. Several keys may share one source."""
    key: SecretStr = SecretStr("")
    """The key itself. Better given as JOBCHIME_INGEST__PUSH__KEYS__NAME__KEY."""
    key_from: str = Field(default="", examples=["ACME_PUSH_KEY"])
    """Instead of `key`: the name of an environment variable that holds it."""
    attribution: Credit | None = Field(
        default=None, examples=[{"name": "Own Board", "url": "https://jobs.example.com"}]
    )
    """Whom to name beside its postings."""

    @model_validator(mode="after")
    def _one_way_to_the_key(self) -> Self:
        if bool(self.key.get_secret_value()) == bool(self.key_from):
            raise ValueError("a push key is given either by key or by key_from")
        if self.key_from and not _VARIABLE.fullmatch(self.key_from):
            raise ValueError("key_from names an environment variable")
        return self

    def secret(self, name: str) -> bytes:
        """The key's bytes. Raises UsageError where the variable is not set, or the key is guessable."""
        value = self.key.get_secret_value() or os.environ.get(self.key_from, "")
        if not value:
            raise UsageError(f"the push key {name} is to be read from {self.key_from}, which is not set")
        if len(value) < _LEAST_KEY or not value.isascii() or not value.isprintable() or " " in value:
            raise UsageError(
                f"the push key {name} needs {_LEAST_KEY} printable ASCII characters or more, without blanks;"
                " make one with `openssl rand -hex 24`"
            )
        remember(value)
        return value.encode()


class PushSettings(BaseModel):
    """Postings that a board pushes over HTTP. Without a key nothing is served."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    """The address that the endpoint listens on. Loopback by default: put a server that speaks TLS before it, because
    each request carries its key."""
    port: int = Field(default=8110, ge=0, le=65_535)
    """The port that the endpoint listens on. With 0, a free port is taken and written to the log."""
    keys: dict[str, PushKey] = Field(default_factory=dict)
    """The keys, each under a name that logs may show."""
    max_bytes: int = Field(default=5_000_000, ge=1_000, le=60_000_000)
    """The largest body, in bytes, both as sent and decompressed."""
    max_records: int = Field(default=2_000, ge=1, le=100_000)
    """The most postings in one request."""
    at_once: int = Field(default=4, ge=1, le=64)
    """How many requests are read and handled at once; one key may have half of them. Others wait unread."""
    waiting: int = Field(default=32, ge=0, le=10_000)
    """How many requests may wait. Further ones are answered 503 at once. One key may have half of them waiting, and
    gets 429 beyond that."""
    wait_s: float = Field(default=10.0, gt=0, le=300)
    """How long a request waits for a free place before it is answered 503, and then for other requests of its source
    before it is answered 429."""
    body_s: float = Field(default=30.0, gt=0, le=600)
    """How long a body may take to arrive."""
    least_rate: int = Field(default=4_000, ge=1, le=10_000_000)
    """The slowest rate, in bytes a second. A body that arrives more slowly is given up after five seconds."""
    connections: int = Field(default=256, ge=1, le=10_000)
    """How many connections may be open at once. A further one replaces the one that has been without a request
    longest."""
    connections_of_one: int = Field(default=64, ge=1, le=10_000)
    """How many connections one address may have, unless it is one of `proxies`."""
    proxies: frozenset[str] = frozenset({"127.0.0.1", "::1"})
    """Addresses of the servers that speak TLS before this one. Each of them speaks for many clients."""
    head_s: float = Field(default=10.0, gt=0, le=600)
    """How long a connection may take to send the whole head of a request."""
    answer_s: float = Field(default=30.0, gt=0, le=600)
    """How long a client may take to read an answer."""

    @property
    def enabled(self) -> bool:
        return bool(self.keys)
