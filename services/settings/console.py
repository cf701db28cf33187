"""What an operator decides of the console."""

import ipaddress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

_LEAST_TOKEN = 16


class ConsoleSettings(BaseModel):
    """The pages by which operators watch and steer the stream."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = False
    """Whether `jobchime run` serves them too; `jobchime console` serves them in any case."""
    host: str = "127.0.0.1"
    """Loopback unless told otherwise: beyond it set a credential, and put a server that speaks TLS before it."""
    port: int = Field(default=8130, ge=0, le=65_535)
    """0: any free port, said in the log."""
    token: SecretStr = SecretStr("")
    """What signs in, by the page or as `Authorization: Bearer`; 16 bytes or more.

    Better given as JOBCHIME_CONSOLE__TOKEN. Without any credential one is made at each start, and the address that
    signs in by it is said on the terminal.
    """
    password_hash: SecretStr = SecretStr("")
    """The same by a password, of which only the hash is kept here: `jobchime console --hash-password` makes it."""
    user_header: str = Field(default="", examples=["X-Remote-User"])
    """The header in which one of `proxies`, which has signed the operator in, names them; empty: none is believed."""
    proxies: frozenset[str] = frozenset()
    """Addresses of servers before it, whose word on whom they speak for is taken."""
    hours: int = Field(default=12, ge=1, le=720)
    """After so many without a page somebody has to sign in again."""

    labels: Path | None = Field(None, examples=["wrong-fields.jsonl"])
    """The file to which a field that was read wrongly is appended, an example a line; unset: in the data folder."""

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
