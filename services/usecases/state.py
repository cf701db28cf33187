"""Which release this is, and what an installation keeps: its tables brought up to date, backed up and restored."""

import sys
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from services.ingest.domain.normalise import REVISION
from services.runtime import backup as archives
from services.runtime.backup import Manifest
from services.runtime.errors import UsageError
from services.runtime.files.datadir import SECRET_FILE
from services.runtime.sql.revisions import migrate as migrate_store
from services.runtime.sql.store import open_store
from services.settings import Settings
from services.usecases.progress import Progress, Tell, unseen

__all__ = ["Manifest", "Release", "backup", "migrate", "release", "restore"]


def migrate(settings: Settings, *, tell: Tell) -> None:
    """Bring the store's tables up to date; safe to run twice. Raises UnavailableError."""
    engine = open_store(settings.store_url, settings.store_limits)
    for note in migrate_store(engine, lambda: settings.ids().secret):
        tell(f"Note: {note}.")


def backup(settings: Settings, file: Path, now: datetime, *, progress: Progress = unseen) -> Manifest:
    """Write log, store and secret, as they are at one moment, into one archive; services may run on.

    Raises UsageError where the store is elsewhere.
    """
    _check_embedded(settings, "backup", "pg_dump --format=custom")
    with progress("Backing up", None) as advance:
        last = 0

        def count(done: int, _of: int) -> None:
            nonlocal last
            advance(done - last)
            last = done

        return archives.backup(settings.data, file, now=now, also=(SECRET_FILE,), progress=count)


def restore(settings: Settings, file: Path, *, force: bool) -> Manifest:
    """Put the state of an archive into the data folder, verified first; `force`: also over one that is there.

    Raises UsageError.
    """
    _check_embedded(settings, "restore", "pg_restore")
    return archives.restore(file, settings.data, force=force)


def _check_embedded(settings: Settings, command: str, own_tool: str) -> None:
    """An archive of the data folder would hold nothing of a store that is elsewhere. Raises UsageError."""
    if settings.store.get_secret_value():
        raise UsageError(
            f"`jobchime {command}` takes what is in the data folder, and this store is elsewhere: use `{own_tool}`,"
            " and keep the secret beside it"
        )


@dataclass(frozen=True, slots=True)
class Release:
    """What a report of a fault should name."""

    version: str
    normaliser: int
    """The revision of its rules, raised with each change of them."""
    python: str


def release() -> Release:
    """Of what runs."""
    return Release(version("jobchime"), REVISION, ".".join(map(str, sys.version_info[:3])))
