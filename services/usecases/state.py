"""Which release this is, and what an installation keeps: its tables brought up to date, backed up and restored.

Who was erased stays so: a restored state of before has them erased again.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from services.ingest.domain.normalise import REVISION
from services.notifier.adapters.sql.people.erasures import Erasure, SqlErasures
from services.notifier.domain.ids import Ids
from services.runtime import backup as archives
from services.runtime.backup import Manifest
from services.runtime.errors import JobchimeError, UsageError
from services.runtime.files.datadir import SECRET_FILE, STORE_FILE
from services.runtime.privacy.redaction import redacted
from services.runtime.sql.revisions import check_revision
from services.runtime.sql.revisions import migrate as migrate_store
from services.runtime.sql.store import open_store
from services.settings import Settings
from services.usecases import accounts
from services.usecases.installation import Installation, has_store, store_as_it_is
from services.usecases.progress import Progress, Tell, unseen

__all__ = [
    "Erasure",
    "Manifest",
    "Release",
    "Replayed",
    "Restored",
    "backup",
    "erasures",
    "erasures_in",
    "migrate",
    "release",
    "replay",
    "restore",
]
_LINE = TypeAdapter(Erasure)


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


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of erasures that were done once more."""

    erased: int = 0
    absent: int = 0
    """They are not there, nor was a wish of theirs."""
    failed: tuple[tuple[str, str], ...] = ()
    """Whom it could not erase, by id, and why."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A state that is back."""

    manifest: Manifest
    replayed: Replayed | None
    """None where nothing was there that knows who was erased since."""


def restore(settings: Settings, file: Path, now: datetime, *, force: bool, tell: Tell) -> Restored:
    """Put the state of an archive into the data folder, verified first; `force`: also over one that is there.

    Who was erased since, by what the state that is there knows, is erased again before the restored one is in place.
    Raises UsageError.
    """
    _check_embedded(settings, "restore", "pg_restore")
    replayed: Replayed | None = None

    def erase_again(ready: Path) -> None:
        nonlocal replayed
        gone = _erasures_here(settings)
        # What an archive without a secret was made with is where it always was.
        data = ready if (ready / SECRET_FILE).is_file() else settings.data
        engine = open_store(f"sqlite:///{ready / STORE_FILE}")
        with Installation(settings.model_copy(update={"data": data}), engine) as installation:
            for note in migrate_store(engine, lambda: installation.ids.secret):
                tell(f"Note: {note}.")
            replayed = replay(installation, gone, now) if gone is not None else None

    return Restored(archives.restore(file, settings.data, force=force, prepare=erase_again), replayed)


def _erasures_here(settings: Settings) -> list[Erasure] | None:
    """What the state that is there knows; None where there is none, or it cannot be read."""
    if not has_store(settings):
        return None
    try:
        with store_as_it_is(settings) as engine:
            check_revision(engine)
            return SqlErasures(engine, Ids(b"not asked for here")).all()
    except (JobchimeError, SQLAlchemyError):
        return None


def erasures(installation: Installation) -> list[Erasure]:
    """Who was erased, the oldest first, by ids that name nobody any more."""
    return installation.erasures.all()


def replay(installation: Installation, gone: Sequence[Erasure], now: datetime) -> Replayed:
    """Erase again whom a restored state gave back. Raises UnavailableError where the store is away."""
    erased, failed = 0, []
    for each in gone:
        person = installation.subscribers.with_id(each.subscriber_id)
        if person is None or person.created_at != each.since:
            continue
        try:
            accounts.erase(installation, each.subscriber_id, now)
            erased += 1
        except JobchimeError as error:
            failed.append((each.subscriber_id, redacted(error)))
    erased += installation.erasures.take_over([each for each in gone if each.subscriber_id not in dict(failed)])
    return Replayed(erased, len(gone) - erased - len(failed), tuple(failed))


def erasures_in(text: str) -> list[Erasure]:
    """A list of them, a JSON object a line. Raises UsageError."""
    try:
        return [_LINE.validate_json(line) for line in text.splitlines() if line.strip()]
    except ValidationError:
        raise UsageError(
            "that is no list of erasures, a JSON object a line, as `jobchime erasures list` writes it"
        ) from None


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
