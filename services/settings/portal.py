"""What an operator decides of the portal."""

from pydantic import BaseModel, ConfigDict, Field

from services.notifier.settings import ConsentSettings

_ERASURES_KEPT = 400
"""Days, as the store keeps who was erased."""


class PortalSettings(BaseModel):
    """The pages for subscribers, to which the links in mails lead."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = False
    """Whether `jobchime run` serves the portal too. `jobchime portal` always serves it."""
    host: str = "127.0.0.1"
    """The address that the portal listens on. Loopback by default: put a server that speaks TLS before it, at
    `mail.public_url`."""
    port: int = Field(default=8120, ge=0, le=65_535)
    """The port that the portal listens on. With 0, a free port is taken and written to the log."""
    proxies: frozenset[str] = frozenset({"127.0.0.1", "::1"})
    """Addresses of the servers before the portal. Each of them speaks for many clients."""
    privacy_contact: str = Field(default="", examples=["privacy@example.com"])
    """Whom the privacy page names for questions. Empty: the sender of the mails."""
    processors: tuple[str, ...] = Field(default=(), examples=[["Twilio SendGrid, USA: sends the mails"]])
    """Companies that process personal data for you, and what for. The privacy page lists them."""
    backups_kept_days: int = Field(default=_ERASURES_KEPT, ge=1, le=_ERASURES_KEPT)
    """How many days you keep backups and dumps of the store. Beyond 400, jobchime no longer knows whom to erase again
    after a restore."""
    logs_kept_days: int | None = Field(default=None, ge=1, le=3_650, examples=[14])
    """How many days the server before the portal keeps logs with network addresses. Unset: it keeps none."""
    api_origins: tuple[str, ...] = Field(default=(), examples=[["https://jobs.example.com"]])
    """Web pages whose scripts may use the API with a token. Empty: no web page may; programs still can."""
    consent: ConsentSettings = ConsentSettings()
    """Who is asked whether they want mails."""
    connections: int = Field(default=1_024, ge=1, le=10_000)
    """How many connections may be open at once. A further one replaces the one that has been without a request
    longest."""
    connections_of_one: int = Field(default=32, ge=1, le=10_000)
    """How many connections one address may have, unless it is one of `proxies`."""
