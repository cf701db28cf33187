"""The settings file of a whole installation: one TOML file, over which the environment has the last word."""

import os
import secrets
import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from schemas.faults import first_fault
from services.ingest.mapping.files import with_files
from services.ingest.settings import IngestSettings
from services.matcher.settings import MatcherSettings
from services.notifier.domain.ids import Ids
from services.notifier.mail_settings import MailSettings
from services.notifier.settings import NotifierSettings
from services.runtime.datadir import STORE_FILE
from services.runtime.elasticsearch_settings import ElasticsearchSettings
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.store_settings import StoreSettings
from services.runtime.web_settings import ProbeSettings

DEFAULT_FILE = Path("jobchime.toml")
SECRET_FILE = "secret"  # noqa: S105 (a file name)
_LEAST_SECRET = 16


class Settings(BaseSettings):
    """Everything an operator decides. `JOBCHIME_MAIL__SMTP__PASSWORD` in the environment beats `mail.smtp.password`."""

    model_config = SettingsConfigDict(
        env_prefix="JOBCHIME_", env_nested_delimiter="__", frozen=True, extra="forbid", use_attribute_docstrings=True
    )

    data: Path = Path("jobchime-data")
    """The folder of log, store and secret. Relative paths are relative to the settings file."""
    log_level: str = "info"
    secret: SecretStr = SecretStr("")
    """What ids and links are signed with; empty: made once and kept in the data folder."""
    store: SecretStr = SecretStr("")
    """The store's address, `postgresql+psycopg://user:password@host/database`; empty: SQLite in the data folder."""
    store_limits: StoreSettings = StoreSettings()
    """Bounds of the connections to a server store."""
    worker: str = ""
    """Names this process among all, the same after a restart; empty: by the service and this machine's name."""
    kafka: KafkaSettings = KafkaSettings()
    elasticsearch: ElasticsearchSettings = ElasticsearchSettings()
    probes: ProbeSettings = ProbeSettings()
    ingest: IngestSettings = IngestSettings()
    matcher: MatcherSettings = MatcherSettings()
    notifier: NotifierSettings = NotifierSettings()
    mail: MailSettings = MailSettings()
    tick_every_s: float = Field(default=1.0, gt=0, le=3_600)
    """How often what is due is looked for."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then what the file said (handed in as arguments)."""
        return env_settings, init_settings

    @property
    def store_url(self) -> str:
        """Where subscribers, searches, matches and deliveries are kept."""
        return self.store.get_secret_value() or f"sqlite:///{self.data / STORE_FILE}"

    @property
    def deployed(self) -> bool:
        """Whether the services run as processes of their own, on Kafka."""
        return self.kafka.deployed

    def in_one_go(self) -> "Settings":
        """The same for a command that does what is due and ends: no part of it is left for a next tick."""
        return self.model_copy(update={"notifier": self.notifier.in_one_go()})

    def ids(self) -> Ids:
        """Ids under this installation's secret, made at the first call. Raises UsageError, UnavailableError."""
        given = self.secret.get_secret_value().encode()
        if given and len(given) < _LEAST_SECRET:
            raise UsageError(f"the secret needs {_LEAST_SECRET} bytes or more")
        return Ids(given or _kept_secret(self.data))


def load_settings(file: Path | None) -> Settings:
    """Read the settings file: the one named, else jobchime.toml here if there is one, else defaults.

    Raises UsageError with the first fault, named by its place in the file.
    """
    named = file or (Path(named) if (named := os.environ.get("JOBCHIME_CONFIG")) else None)
    path = named or DEFAULT_FILE
    if named is None and not path.is_file():
        return _settings({}, "the environment")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"there is no settings file {path}; `jobchime config init {path}` writes one") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"the settings file {path} cannot be read: {error}") from None
    folder = path.resolve().parent
    values |= {"ingest": with_files(values["ingest"], folder)} if "ingest" in values else {}
    return _anchored(_settings(values, str(path)), folder)


def _settings(values: dict[str, Any], where: str) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        raise UsageError(f"{where}: {first_fault(error, Settings)}") from None


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Make relative paths relative to the file that names them."""
    sources = tuple(
        source if source.is_web else source.model_copy(update={"url": str(folder / source.path)})
        for source in settings.ingest.sources
    )
    return settings.model_copy(
        update={
            "data": folder / settings.data,
            "ingest": settings.ingest.model_copy(update={"sources": sources}),
            "mail": settings.mail.model_copy(update={"folder": folder / settings.mail.folder}),
        }
    )


def _kept_secret(folder: Path) -> bytes:
    path = folder / SECRET_FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            kept = path.read_bytes().strip()
        else:
            kept = secrets.token_hex(32).encode()
            with os.fdopen(descriptor, "wb") as file:
                file.write(kept + b"\n")
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise UnavailableError(f"the secret {path} cannot be read or made: {error.strerror}") from None
    if len(kept) < _LEAST_SECRET:
        raise UsageError(f"the secret in {path} is cut short; restore it from a backup, or ids and links change")
    return kept
