"""Which release this is, and what an installation keeps: its tables brought up to date, backed up and restored.

Who was erased, unsubscribed or suppressed stays so: a restored state of before is told of it.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from schemas.counted import counted
from services.ingest.domain.normalise import REVISION
from services.notifier.adapters.sql.people.opt_outs import Departure, InForce, OptOut, SqlOptOuts, SuppressedHash
from services.notifier.domain.ids import Ids
from services.runtime import backup as archives
from services.runtime.backup import Manifest
from services.runtime.errors import JobchimeError, UsageError
from services.runtime.files.datadir import SECRET_FILE, STORE_FILE, SUPPRESSION_KEY_FILE
from services.runtime.pauses import SqlPauses
from services.runtime.privacy.redaction import redacted
from services.runtime.sql.revisions import check_revision
from services.runtime.sql.revisions import migrate as migrate_store
from services.runtime.sql.store import open_store
from services.settings import Settings
from services.usecases import accounts
from services.usecases.installation import Installation, has_store, store_as_it_is
from services.usecases.progress import Progress, Tell, unseen

__all__ = [
    "Manifest",
    "OptOut",
    "OptOutReplay",
    "Release",
    "ReplayFailure",
    "Restored",
    "as_lines",
    "backup",
    "migrate",
    "opt_outs",
    "opt_outs_in",
    "release",
    "replay",
    "restore",
]
_LINE: TypeAdapter[OptOut] = TypeAdapter(OptOut)


@dataclass(frozen=True, slots=True)
class ListEnd:
    """The last line of a list of opt-outs."""

    kind: Literal["end"]
    count: int


_END: TypeAdapter[ListEnd] = TypeAdapter(ListEnd)


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

        return archives.backup(settings.data, file, now=now, also=(SECRET_FILE, SUPPRESSION_KEY_FILE), progress=count)


@dataclass(frozen=True, slots=True)
class ReplayFailure:
    """What could not be done once more."""

    kind: str
    """Of the opt-out."""
    who: str
    """The id of a person, or how many addresses."""
    why: str


@dataclass(frozen=True, slots=True)
class OptOutReplay:
    """What became of opt-outs that were done once more; of the others it was so already, or nobody is there."""

    done: Mapping[str, int]
    """How many, by kind."""
    failed: tuple[ReplayFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """A state that is back."""

    manifest: Manifest
    replayed: OptOutReplay | None
    """None where nothing was there that knows who opted out since."""


def restore(settings: Settings, file: Path, now: datetime, *, force: bool, tell: Tell) -> Restored:
    """Put the state of an archive into the data folder, verified first; `force`: also over one that is there.

    Who was erased, unsubscribed, paused or suppressed since, by what the state that is there knows, is so again before
    the restored one is in place, and what was taken back since lets nobody in. Raises UsageError.
    """
    _check_embedded(settings, "restore", "pg_restore")
    replayed: OptOutReplay | None = None

    def opt_out_again(ready: Path) -> None:
        nonlocal replayed
        known = _opt_outs_here(settings, now)
        # What an archive without a secret was made with is where it always was.
        data = ready if (ready / SECRET_FILE).is_file() else settings.data
        engine = open_store(f"sqlite:///{ready / STORE_FILE}")
        with Installation(settings.model_copy(update={"data": data}), engine) as installation:
            # In any case: an archive of before there was a suppression key gets the one that it was made with.
            secret = installation.ids.secret
            for note in migrate_store(engine, lambda: secret):
                tell(f"Note: {note}.")
            replayed = replay(installation, known, now) if known is not None else None

    return Restored(archives.restore(file, settings.data, force=force, prepare=opt_out_again), replayed)


def _opt_outs_here(settings: Settings, now: datetime) -> list[OptOut] | None:
    """What the state that is there knows; None where there is none, or it cannot be read."""
    if not has_store(settings):
        return None
    try:
        # Not made here: of a secret that is lost nobody knows the hashes.
        lost = not settings.secret.get_secret_value() and not (settings.data / SECRET_FILE).is_file()
        ids = Ids(b"of a secret that is lost") if lost else settings.ids()
        with store_as_it_is(settings) as engine:
            check_revision(engine)
            known = SqlOptOuts(engine, ids)
            return [*known.all(), *known.in_force(now)]
    except (JobchimeError, SQLAlchemyError):
        return None


def opt_outs(installation: Installation, now: datetime) -> list[OptOut]:
    """Who was erased, unsubscribed, paused or suppressed, and what lets in, by ids and hashes that name nobody."""
    return [*installation.opt_outs.all(), *installation.opt_outs.in_force(now)]


def replay(installation: Installation, known: Sequence[OptOut], now: datetime) -> OptOutReplay:
    """Do again what a restored state does not know: erase, stop mails, suppress an address, take back what lets in.

    Where all could be done, sending waits for it no more. Raises UnavailableError where the store is away.
    """
    done: Counter[str] = Counter()
    failed: list[ReplayFailure] = []
    gone: list[Departure] = []
    hashes = [opt_out for opt_out in known if isinstance(opt_out, SuppressedHash)]
    others = sum(suppressed.key != installation.ids.suppression_key_id for suppressed in hashes)
    if others:
        why = "their hashes are of another suppression key than this installation's"
        failed.append(ReplayFailure("suppressed", counted(others, "address", "addresses"), why))
    done["suppressed"] = installation.opt_outs.suppress(hashes, now)
    for opt_out in known:
        if isinstance(opt_out, SuppressedHash):
            continue
        if isinstance(opt_out, InForce):
            done[opt_out.what] += installation.opt_outs.take_back(opt_out, now)
            continue
        try:
            if opt_out.kind != "erased":
                done[opt_out.kind] += installation.opt_outs.have_leave(opt_out, now)
                continue
            done["erased"] += _erase_again(installation, opt_out, now)
            gone.append(opt_out)
        except JobchimeError as error:
            failed.append(ReplayFailure(opt_out.kind, opt_out.subscriber_id, redacted(error)))
    done["erased"] += installation.opt_outs.keep_gone(gone)
    if not failed:
        SqlPauses(installation.engine).end_restored()
    return OptOutReplay(done, tuple(failed))


def _erase_again(installation: Installation, gone: Departure, now: datetime) -> bool:
    person = installation.subscribers.with_id(gone.subscriber_id)
    if person is None or person.created_at != gone.since:
        return False
    accounts.erase(installation, gone.subscriber_id, now)
    return True


def as_lines(listed: Sequence[OptOut]) -> Iterator[str]:
    """A JSON object each, and one that says how many they are, which what is cut short lacks, as an empty file does."""
    for opt_out in listed:
        yield _LINE.dump_json(opt_out).decode()
    yield _END.dump_json(ListEnd("end", len(listed))).decode()


def opt_outs_in(text: str) -> list[OptOut]:
    """What `as_lines` wrote. Raises UsageError, also where its end is missing: who stands there would be mailed."""
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        listed = [_LINE.validate_json(line) for line in lines[:-1]]
        end = _END.validate_json(lines[-1]) if lines else None
    except ValidationError:
        raise UsageError(
            "that is no whole list of opt-outs, a JSON object a line, the last one how many they are, as"
            " `jobchime opt-outs list` writes it"
        ) from None
    if end is None or end.count != len(listed):
        raise UsageError("that list of opt-outs is cut short; its last line says how many there are")
    return listed


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
