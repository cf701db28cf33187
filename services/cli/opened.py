"""The store and the log of an installation, opened for a command."""

import sys
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from services.notifier.adapters.sql.searches import SqlSearches
from services.notifier.adapters.sql.subscribers import SqlSubscribers
from services.notifier.domain.ids import Ids
from services.runtime.datadir import LOG_FILE, STORE_FILE
from services.runtime.errors import UsageError
from services.runtime.kafka.letters import KafkaLetterLog
from services.runtime.log_sqlite import SqliteLog
from services.runtime.store import check_revision, migrate, open_store
from services.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class Opened:
    """What a command about people needs."""

    settings: Settings
    engine: Engine
    ids: Ids

    @property
    def subscribers(self) -> SqlSubscribers:
        return SqlSubscribers(self.engine, self.ids)

    @property
    def searches(self) -> SqlSearches:
        return SqlSearches(self.engine, self.ids)


def open_installation(config: Path | None, *, create: bool) -> Opened:
    """Open the store, migrated where it is old and, with `create`, made where it is missing.

    Raises UsageError where it is missing and not to be made, UnavailableError where it cannot be used.
    """
    settings = load_settings(config)
    engine = open_engine(settings, create=create)
    return Opened(settings, engine, settings.ids())


def has_store(config: Path | None) -> bool:
    """Whether there is a store to open; a server's is taken to be there. Raises UsageError."""
    settings = load_settings(config)
    return bool(settings.store.get_secret_value()) or (settings.data / STORE_FILE).is_file()


def open_engine(settings: Settings, *, create: bool) -> Engine:
    """Open the store alone. One in the data folder is migrated; of a server that is for `jobchime migrate`.

    Raises UsageError where it is missing and not to be made, UnavailableError where it cannot be used.
    """
    if settings.store.get_secret_value():
        engine = open_store(settings.store_url, settings.store_limits)
        check_revision(engine)
        return engine
    if not create and not (settings.data / STORE_FILE).is_file():
        raise UsageError(f"there is no store in {settings.data} yet; `jobchime run` or `subscriber add` begins one")
    engine = open_store(settings.store_url, settings.store_limits)
    for note in migrate(engine, lambda: settings.ids().secret):
        print(f"Note: {note}.", file=sys.stderr)
    return engine


def open_letters(config: Path | None) -> SqliteLog | KafkaLetterLog:
    """Open the dead letters of an installation: on Kafka where it is deployed, else in its log.

    Raises UsageError where there is no log yet.
    """
    settings = load_settings(config)
    if settings.deployed:
        return KafkaLetterLog(settings.kafka)
    path = settings.data / LOG_FILE
    if not path.is_file():
        raise UsageError(f"there is no log in {settings.data} yet; `jobchime run` begins one")
    return SqliteLog(path)
