"""Backup and restore of the embedded form: one archive of the log and the store, as they were at one moment.

Why one moment: a store newer than the log would call criteria published and items seen that the log does not hold; a
log newer than the store would hold offsets whose effects are missing, and criteria under keys that the store would give
away again. So, for an instant, the store's writers are kept out while a reader is set on the log and another on the
store; both go on seeing that instant (SQLite's snapshot isolation), however long the copying takes. What the log has
beyond the store is then at most a record whose effect, or whose outbox mark, was still to come: it is made again after
the restore, and effects are idempotent.

What was mailed after the backup is not known to it: a restored state may mail that again.
"""

import hashlib
import os
import shutil
import sqlite3
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

from pydantic import Field, ValidationError

from schemas.model import Instant, Model
from services.runtime.errors import UsageError
from services.runtime.files.datadir import (
    LOG_FILE,
    RESTORED,
    SECRET_FILE,
    STORE_FILE,
    SUPPRESSION_KEY_FILE,
    locked,
    move_in,
    sync_folder,
)
from services.runtime.files.named import is_file
from services.runtime.files.private import private_folder, privately
from services.runtime.sql.sqlite import DamagedError, connect, explained

FORMAT = 2
_MANIFEST = "manifest.json"
_DATABASES = (LOG_FILE, STORE_FILE)
_KEYS = (SECRET_FILE, SUPPRESSION_KEY_FILE)
_MOST_SMALL = 1 << 20
"""Bytes of a file that is no database."""
_PAGES = 1_024
_CHUNK = 1 << 20
_MOST_MANIFEST = 4 << 20

_BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError)
"""What reading an archive raises that is none, is cut short, encrypted or packed in another way."""

Progress = Callable[[int, int], None]
"""Told (done, of) in a unit of no matter, to draw a bar."""


class Member(Model):
    """One file of an archive."""

    bytes: int = Field(ge=0)
    sha256: str
    rows: dict[str, int] = Field(default_factory=dict)
    """By table."""


class Manifest(Model):
    """What an archive holds."""

    format: int
    jobchime: str
    """The release that wrote it."""
    created_at: Instant
    log_layout: int
    store_revision: str | None
    files: dict[str, Member]


def backup(
    folder: Path,
    target: Path,
    *,
    now: datetime,
    also: Sequence[str] = (),
    progress: Progress = lambda done, of: None,
) -> Manifest:
    """Write the state of a data folder into one .zip file, while services may run on it.

    `also` names further small files of the folder, taken where they exist. The archive holds people's addresses: it is
    readable by its owner only. Raises UsageError where there is nothing to back up or `target` exists,
    UnavailableError where the disk does not take it; then there is no `target`.
    """
    missing = [name for name in _DATABASES if not (folder / name).is_file()]
    if missing:
        raise UsageError(f"there is nothing to back up: {folder} has no {' and no '.join(missing)}")
    if target.exists():
        raise UsageError(f"{target} exists already; name another file, or move it away")
    with explained(target), tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as scratch:
        work = Path(scratch)
        with _snapshot(folder) as sources:
            files = {name: _copied(source, work / name, progress) for name, source in sources.items()}
            layout = int(sources[LOG_FILE].execute("PRAGMA user_version").fetchone()[0])
            revision = _revision(sources[STORE_FILE])
        for name in also:
            if (folder / name).is_file():
                shutil.copyfile(folder / name, work / name)
                files[name] = _member(work / name, {})
        manifest = Manifest(
            format=FORMAT,
            jobchime=version("jobchime"),
            created_at=now,
            log_layout=layout,
            store_revision=revision,
            files=files,
        )
        archive = work / "archive.zip"
        _pack(archive, work, manifest)
        archive.replace(target)
        sync_folder(target.parent)
    return manifest


def restore(
    source: Path, folder: Path, *, force: bool = False, prepare: Callable[[Path], None] = lambda ready: None
) -> Manifest:
    """Put the state of an archive into a data folder that has none, or with `force` in place of the one it has.

    `prepare` is given the folder of the verified files before they are moved into place: what it does to them is done
    once the restore is, however often that is cut short. Files that it adds are moved along.

    The archive is read through before anything is written: it holds the databases, the secret and the suppression key
    where there were any, and nothing else. Every file is verified again before the first one is moved into place, and a
    restore that is cut short is finished by the next command that runs on the folder. Raises UsageError where `source`
    is no backup or the folder has a state, DamagedError where the archive is not what it was, UnavailableError where
    the disk does not take it.
    """
    with _opened(source) as packed:
        _read_through(packed, source, _manifest(packed, source))
    if not force:
        _require_free(folder)  # Before it is held, which would leave a lock in it.
    with locked(folder):
        if not force:
            _require_free(folder)
        with explained(folder), tempfile.TemporaryDirectory(dir=folder, prefix=".restore-") as scratch:
            ready = Path(scratch) / RESTORED
            private_folder(ready)
            manifest = _unpacked(source, ready)
            prepare(ready)
            sync_folder(ready)
            ready.rename(folder / RESTORED)
        move_in(folder)
    return manifest


def _require_free(folder: Path) -> None:
    if taken := [name for name in _DATABASES if (folder / name).exists()]:
        raise UsageError(f"{folder} has a state already ({', '.join(taken)}); restore elsewhere, or with --force")


@contextmanager
def _snapshot(folder: Path) -> Iterator[dict[str, sqlite3.Connection]]:
    """Connections that see the log and the store as they were at one moment."""
    with ExitStack() as stack:
        gate = stack.enter_context(closing(connect(folder / STORE_FILE)))
        sources = {name: stack.enter_context(closing(connect(folder / name))) for name in _DATABASES}
        with explained(folder / STORE_FILE):
            gate.execute("BEGIN IMMEDIATE")
        for name, source in sources.items():
            with explained(folder / name):
                source.execute("BEGIN")
                # A deferred transaction takes its snapshot with its first read.
                source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        gate.execute("ROLLBACK")
        yield sources


def _copied(source: sqlite3.Connection, to: Path, progress: Progress) -> Member:
    with explained(to), closing(sqlite3.connect(to)) as copy:
        source.backup(copy, pages=_PAGES, progress=lambda _, left, total: progress(total - left, total))
    return _member(to, {table: _count(source, table) for table in _tables(source)})


def _tables(source: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    return [row[0] for row in source.execute(query).fetchall()]


def _count(source: sqlite3.Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    return int(source.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])  # noqa: S608 (a name cannot be bound)


def _revision(store: sqlite3.Connection) -> str | None:
    if "alembic_version" not in _tables(store):
        return None
    row = store.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _member(file: Path, rows: dict[str, int]) -> Member:
    with file.open("rb") as data:
        return Member(bytes=file.stat().st_size, sha256=hashlib.file_digest(data, "sha256").hexdigest(), rows=rows)


def _pack(archive: Path, work: Path, manifest: Manifest) -> None:
    with open(archive, "wb", opener=privately) as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as packed:
            packed.writestr(_MANIFEST, manifest.model_dump_json(indent=2))
            for name in manifest.files:
                packed.write(work / name, name)
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    """An archive. Raises UsageError for a file that is none, also where that shows only within."""
    if not is_file(source):
        raise UsageError(f"there is no file {source}")
    try:
        with zipfile.ZipFile(source) as packed:
            yield packed
    except _BROKEN as error:
        raise UsageError(f"{source} is no backup of jobchime, or only a part of one: {error}") from error


def _read_through(packed: zipfile.ZipFile, source: Path, manifest: Manifest) -> None:
    """Hold every file against the manifest, keeping nothing. Raises DamagedError."""
    for name, member in manifest.files.items():
        with packed.open(name) as data:
            _verified(data, None, member, f"{source} is damaged: {name} is not what was backed up")


def _unpacked(source: Path, into: Path) -> Manifest:
    with _opened(source) as packed:
        manifest = _manifest(packed, source)
        for name, member in manifest.files.items():
            with packed.open(name) as data, open(into / name, "xb", opener=privately) as out:
                _verified(data, out, member, f"{source} is damaged: {name} is not what was backed up")
    for name in _DATABASES:
        _check(into / name)
    return manifest


def _manifest(packed: zipfile.ZipFile, source: Path) -> Manifest:
    if packed.getinfo(_MANIFEST).file_size > _MOST_MANIFEST:
        raise UsageError(f"{source} is no backup of jobchime: its manifest is too large")
    try:
        manifest = Manifest.model_validate_json(packed.read(_MANIFEST))
    except ValidationError:
        raise UsageError(f"{source} is no backup of jobchime: its manifest cannot be read") from None
    if manifest.format > FORMAT:
        raise UsageError(f"{source} was written by jobchime {manifest.jobchime}; restore it with that or a newer one")
    _require_allowed(packed, source, manifest)
    return manifest


def _require_allowed(packed: zipfile.ZipFile, source: Path, manifest: Manifest) -> None:
    """Raise UsageError for files that a backup has not, or has otherwise: a name of the data folder's own, a link."""
    wrong = f"{source} is no backup of jobchime"
    if missing := set(_DATABASES) - set(manifest.files):
        raise UsageError(f"{wrong}: its manifest does not name {', '.join(sorted(missing))}")
    if strange := sorted(set(manifest.files) - {*_DATABASES, *_KEYS}):
        raise UsageError(f"{wrong}: its manifest does not name the files of one, but {strange[0][:100]!r}")
    names = [info.filename for info in packed.infolist()]
    if sorted(names) != sorted([_MANIFEST, *manifest.files]):
        raise UsageError(f"{wrong}, or only a part of one: it does not hold just what its manifest names, each once")
    if any(stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG) for info in packed.infolist()):
        raise UsageError(f"{wrong}: it holds something else than files")
    large = [name for name, member in manifest.files.items() if name not in _DATABASES and member.bytes > _MOST_SMALL]
    if large:
        raise UsageError(f"{wrong}: its {large[0]} is too large to be one")


def _verified(data: IO[bytes], out: IO[bytes] | None, member: Member, damaged: str) -> None:
    state = hashlib.sha256()
    size = 0
    while chunk := data.read(_CHUNK):
        size += len(chunk)
        # An archive that unpacks to more than it declared must not fill the disk.
        if size > member.bytes:
            break
        state.update(chunk)
        if out is not None:
            out.write(chunk)
    if size != member.bytes or state.hexdigest() != member.sha256:
        raise DamagedError(f"{damaged}; nothing was restored")
    if out is not None:
        out.flush()
        os.fsync(out.fileno())


def _check(file: Path) -> None:
    with explained(file), closing(sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True)) as database:
        found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise DamagedError(f"the backup's {file.name} is damaged: {found}; nothing was restored")
