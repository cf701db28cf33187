"""What an operator decides of the console."""

import ipaddress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

_LEAST_TOKEN = 16


class ConsoleSettings(BaseModel):
    """The pages on which operators watch and steer the stream."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = False
    """Whether `jobchime run` serves the console too. `jobchime console` always serves it."""
    host: str = "127.0.0.1"
    """The address that the console listens on. Beyond loopback, set a credential and put a server that speaks TLS
    before it."""
    port: int = Field(default=8130, ge=0, le=65_535)
    """The port that the console listens on. With 0, a free port is taken and written to the log."""
    token: SecretStr = SecretStr("")
    """Signs operators in, on the page or as `Authorization: Bearer`; 16 bytes or more. Better given as
    JOBCHIME_CONSOLE__TOKEN.

    Without any credential, each start makes a token, and prints an address that signs you in with it.
    """
    password_hash: SecretStr = SecretStr("")
    """The hash of a password that signs operators in. `jobchime console --hash-password` makes it."""
    user_header: str = Field(default="", examples=["X-Remote-User"])
    """The header in which one of `proxies` names the operator whom it has signed in. Empty: no header is believed."""
    proxies: frozenset[str] = frozenset()
    """Addresses of the servers before the console. What they say of whom they speak for is believed."""
    hours: int = Field(default=12, ge=1, le=720)
    """An operator has to sign in again after so many hours without opening a page."""

    labels: Path | None = Field(None, examples=["wrong-fields.jsonl"])
    """The file that collects fields that were read wrongly, one example a line. Unset: a file in the data folder."""

    @model_validator(mode="after")
    def _is_closed(self) -> "ConsoleSettings":
        if 0 < len(self.token.get_secret_value().encode()) < _LEAST_TOKEN:
            raise ValueError(f"token needs {_LEAST_TOKEN} bytes or more; `openssl rand -hex 32` makes one")
        hashed = self.password_hash.get_secret_value()
        if hashed and not hashed.startswith("$argon2"):
            raise ValueError("password_hash is none: `jobchime console --hash-password` makes one")
        if not self.has_credential and not self.on_loopback:
            ways = "token, password_hash, or user_header with proxies"
            raise ValueError(f"on {self.host} anybody could read it: set {ways}")
        return self

    @property
    def has_credential(self) -> bool:
        """Whether there is a way to sign in that stays the same after a restart."""
        named = bool(self.user_header and self.proxies)
        return named or bool(self.token.get_secret_value() or self.password_hash.get_secret_value())

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False
