"""What an operator decides of the portal."""

from pydantic import BaseModel, ConfigDict, Field

from services.notifier.settings import ConsentSettings

_ERASURES_KEPT = 400
"""Days, as the store keeps who was erased."""


class PortalSettings(BaseModel):
    """The pages that links in mails lead to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = False
    """Whether `jobchime run` serves them too; `jobchime portal` serves them in any case."""
    host: str = "127.0.0.1"
    """Loopback unless told otherwise: put a server that speaks TLS before it, at `mail.public_url`."""
    port: int = Field(default=8120, ge=0, le=65_535)
    """0: any free port, said in the log."""
    proxies: frozenset[str] = frozenset({"127.0.0.1", "::1"})
    """Addresses of servers before it, which speak for many clients."""
    privacy_contact: str = Field(default="", examples=["privacy@example.com"])
    """Whom the privacy page names for questions; empty: the sender of mails."""
    processors: tuple[str, ...] = Field(default=(), examples=[["Twilio SendGrid, USA: sends the mails"]])
    """Who works on personal data for you, and at what; the privacy page names each."""
    backups_kept_days: int = Field(default=_ERASURES_KEPT, ge=1, le=_ERASURES_KEPT)
    """For how many days you keep backups and dumps of the store; for no longer is it known who must be erased again."""
    logs_kept_days: int | None = Field(default=None, ge=1, le=3_650, examples=[14])
    """For how many days you keep logs of the server before it, with addresses of networks; unset: it keeps none."""
    api_origins: tuple[str, ...] = Field(default=(), examples=[["https://jobs.example.com"]])
    """Pages whose scripts may use the API with a token; empty: none, programs alone."""
    consent: ConsentSettings = ConsentSettings()
    """Who is asked whether they want mails."""
    connections: int = Field(default=1_024, ge=1, le=10_000)
    """At once; beyond them the one longest without a request makes room."""
    connections_of_one: int = Field(default=32, ge=1, le=10_000)
    """From one address that is no proxy."""
