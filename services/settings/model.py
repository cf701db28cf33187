"""All settings of an installation in one model; each table is the settings class of its room."""

import secrets
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from services.ingest.settings import IngestSettings
from services.matcher.settings import MatcherSettings
from services.notifier.domain.ids import Ids
from services.notifier.mail_settings import MailSettings
from services.notifier.settings import NotifierSettings
from services.runtime.elasticsearch.settings import ElasticsearchSettings
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.files.datadir import SECRET_FILE, STORE_FILE, SUPPRESSION_KEY_FILE
from services.runtime.files.private import make_private_file
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.logging import LEVELS
from services.runtime.sql.settings import StoreSettings
from services.runtime.tracing import TracingSettings
from services.settings.console import ConsoleSettings
from services.settings.portal import PortalSettings


class ProbeSettings(BaseModel):
    """/metrics, /livez and /readyz of each service. They show nothing about people."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    """The address that the probes listen on. Loopback by default, because metrics are nobody else's business."""
    ingest_port: int = Field(default=8101, ge=0, le=65_535)
    """The port for `jobchime ingest`. With 0, a free port is taken and written to the log."""
    matcher_port: int = Field(default=8102, ge=0, le=65_535)
    """The port for `jobchime matcher`. With 0, a free port is taken and written to the log."""
    notifier_port: int = Field(default=8103, ge=0, le=65_535)
    """The port for `jobchime notifier`. With 0, a free port is taken and written to the log."""
    embedded_port: int | None = Field(default=None, ge=0, le=65_535, examples=[8100])
    """The port for `jobchime run`. Unset: `jobchime run` has no probes."""
    stuck_after_s: float = Field(default=600.0, gt=0, le=86_400)
    """A worker whose loop has not turned for this many seconds fails /livez. No step of the loop should take so
    long."""
    enabled: bool = True
    """Whether the services of the deployed form have probes."""

    def port_of(self, service: str) -> int:
        """The port of `ingest`, `matcher` or `notifier`."""
        return {"ingest": self.ingest_port, "matcher": self.matcher_port, "notifier": self.notifier_port}[service]


_LEAST_SECRET = 16
_MADE_WITHIN_S = 1.0
"""By another process that is started at the same time."""


class Settings(BaseModel):
    """Everything an operator decides."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Path("jobchime-data")
    """The folder that holds the log, the store, the secret and the suppression key. A relative path starts at the
    settings file."""
    log_level: str = "info"
    """How much is logged: debug, info, warning, error or critical."""
    sentry_dsn: SecretStr = SecretStr("")
    """Where errors are also reported, as a Sentry address. Personal data is left out. Needs `jobchime[observed]`.

    Better given as JOBCHIME_SENTRY_DSN. Empty: errors are only logged.
    """
    secret: SecretStr = SecretStr("")
    """Signs ids and links; 16 bytes or more. Empty: one is made once and kept in the data folder."""
    suppression_key: SecretStr = SecretStr("")
    """Hashes the addresses that must not be mailed; 16 bytes or more. Never change it: a new key no longer finds them.

    Empty: if the secret is in the data folder, a key is made and kept there too. If you set `secret`, that is used, and
    must then never change.
    """
    store: SecretStr = SecretStr("")
    """The address of the store, `postgresql+psycopg://user:password@host/database`. Empty: SQLite in the data folder.

    Better given as JOBCHIME_STORE.
    """
    worker: str = ""
    """A name that no other process has, and that stays the same after a restart. Empty: made from service, machine and
    data folder."""
    tick_every_s: float = Field(default=1.0, gt=0, le=3_600)
    """How often jobchime looks for what is due, in seconds."""
    ingest: IngestSettings = IngestSettings()
    """The sources, and how they are asked."""
    notifier: NotifierSettings = NotifierSettings()
    """How digests are built and handed over."""
    mail: MailSettings = MailSettings()
    """How mail leaves."""
    portal: PortalSettings = PortalSettings()
    """The pages that links in mails lead to."""
    console: ConsoleSettings = ConsoleSettings()
    """The pages by which operators watch and steer the stream."""
    probes: ProbeSettings = ProbeSettings()
    """Where services say how they are."""
    tracing: TracingSettings = TracingSettings()
    """Where the ways of postings through the topics are sent to."""
    kafka: KafkaSettings = KafkaSettings()
    """The log of the deployed form."""
    matcher: MatcherSettings = MatcherSettings()
    """Where criteria and postings are held for matching."""
    elasticsearch: ElasticsearchSettings = ElasticsearchSettings()
    """The indices of the deployed form."""
    store_limits: StoreSettings = StoreSettings()
    """Bounds of the connections to PostgreSQL."""

    @field_validator("log_level")
    @classmethod
    def _is_a_level(cls, level: str) -> str:
        if level.casefold() not in LEVELS:
            raise ValueError(f"there is no such log level; there are {', '.join(LEVELS)}")
        return level

    @field_validator("secret", "suppression_key")
    @classmethod
    def _is_long_enough(cls, secret: SecretStr) -> SecretStr:
        if 0 < len(secret.get_secret_value().encode()) < _LEAST_SECRET:
            raise ValueError(f"it needs {_LEAST_SECRET} bytes or more; `openssl rand -hex 32` makes one")
        return secret

    @property
    def store_url(self) -> str:
        """Where subscribers, searches, matches and deliveries are kept."""
        return self.store.get_secret_value() or f"sqlite:///{self.data / STORE_FILE}"

    @property
    def deployed(self) -> bool:
        """Whether the services run as processes of their own, on Kafka."""
        return self.kafka.deployed

    def in_one_go(self) -> "Settings":
        """The same for a command that does what is due and ends: no part of it is left for a next tick.

        Nor has it a process beside it, unless that is asked for, as few records wait where it runs each hour.
        """
        ingest = self.ingest.model_copy(update={"reads_beside": self.ingest.reads_beside or False})
        return self.model_copy(update={"notifier": self.notifier.in_one_go(), "ingest": ingest})

    def ids(self) -> Ids:
        """Ids under this installation's secret and suppression key, made at the first call.

        Raises UsageError, UnavailableError.
        """
        secret = self.secret.get_secret_value().encode()
        key = self.suppression_key.get_secret_value().encode()
        if not secret:
            own = self.data / SECRET_FILE
            # Which was what addresses were hashed with until there was a key: where there is a secret, that is copied.
            key = key or _file_or(self.data / SUPPRESSION_KEY_FILE, _file_or(own, _new()) if own.is_file() else _new())
            secret = _file_or(own, _new())
        return Ids(secret, key)


def _new() -> bytes:
    return secrets.token_hex(32).encode()


def _file_or(path: Path, first: bytes) -> bytes:
    """What a file holds, which is made of `first` where it is missing."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            make_private_file(path, first + b"\n")
            kept = first
        except FileExistsError:
            kept = path.read_bytes().strip()
            if len(kept) < _LEAST_SECRET:
                time.sleep(_MADE_WITHIN_S)
                kept = path.read_bytes().strip()
    except OSError as error:
        raise UnavailableError(f"the secret {path} cannot be read or made: {error.strerror}") from None
    if len(kept) < _LEAST_SECRET:
        raise UsageError(f"the secret in {path} is cut short; restore it from a backup, or ids and links change")
    return kept
