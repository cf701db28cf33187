"""The data folder: what lies in that of the embedded form, that one process at a time runs on it, and its disk."""

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NoReturn

import structlog

from services.runtime.errors import JobchimeError, UnavailableError, UsageError
from services.runtime.files.private import make_private_file
from services.runtime.privacy.redaction import redacted
from services.runtime.sql.sqlite import explained

LOG_FILE = "log.sqlite"
STORE_FILE = "store.sqlite"
SECRET_FILE = "secret"  # noqa: S105 (a file name)
SUPPRESSION_KEY_FILE = "suppression-key"
WORDS_KEPT: Final = timedelta(minutes=15)
"""What is started again within that time may end again for the same reason: why it ended is kept for as long."""
RESTORED = "restored"
"""Holds whole, verified files of a restore that are still to be moved into place."""

_KEY_FILES = (SECRET_FILE, SUPPRESSION_KEY_FILE)
_LOCK_FILE = "run.lock"
_WAL = "-wal"
_WAL_BEGINS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
"""Of each that SQLite wrote (sqlite.org/walformat.html)."""
_GLANCE_S = 0.05
"""Far longer than `run_since` looks."""
_WRITTEN_IN = timedelta(seconds=0.5)
"""Far longer than last words take to be written, and shorter than a process takes to begin: what changed the file
later is a start."""
_LEAST_FREE = 4 << 20
"""Bytes of a disk that SQLite and the log need to go on."""

_events = structlog.get_logger(__name__)


def _end_at_once(sentence: str) -> NoReturn:
    """As by a kill: whatever ended in order would write back what is not there."""
    _events.critical("ends at once", why=sentence)
    sys.stderr.write(f"jobchime: {sentence}\n")
    sys.stderr.flush()
    os._exit(1)


@dataclass(frozen=True, slots=True)
class FolderLock:
    """A data folder that this process runs on."""

    folder: Path
    descriptor: int
    _known: dict[str, tuple[int, int] | None] = field(default_factory=dict)
    """Which files of log and store were there at the first check; the store may be a server."""
    _keys: dict[str, bytes] = field(default_factory=dict, repr=False)
    """What the files of the keys held then; they may be settings instead."""
    end: Callable[[str], NoReturn] = _end_at_once

    def leave(self, sentence: str) -> None:
        """Say why the process ends, for whoever looks next; a disk that takes no word takes this one neither.

        Of one that was told to end nothing is said.
        """
        with suppress(OSError):
            os.ftruncate(self.descriptor, 0)
            if not sentence:
                return
            os.pwrite(self.descriptor, f"{datetime.now(UTC).isoformat()} {sentence}".encode(), 0)

    def check(self) -> None:
        """Raise UnavailableError where folder, log or store was moved, deleted or put anew under this process.

        Its open files would go on taking what is written, where nobody looks for it. A key whose file is gone is put
        back, as this process alone still knows it, and the next command would make another.
        """
        path = self.folder / _LOCK_FILE
        with explained(path):
            try:
                there = os.path.samestat(os.fstat(self.descriptor), path.stat())
            except (FileNotFoundError, NotADirectoryError):
                there = False
        if not there:
            raise UnavailableError(self._why_gone())
        for name in (LOG_FILE, STORE_FILE):
            found = _file_at(self.folder / name)
            if self._known.setdefault(name, found) != found:
                raise UnavailableError(
                    f"{self.folder / name} was moved, deleted or put anew while jobchime ran on it, and what it wrote"
                    " since is lost; put it back where you can, then start"
                )
            self._check_wal(name)
        self.check_emptied()
        for name in _KEY_FILES:
            self._keep_key(name)

    def check_emptied(self) -> None:
        """End at once where a `-wal` was emptied in place; to be asked again before log and store are closed.

        SQLite goes on behind the hole, and the last that closes the file in order writes zeros over its database. Ended
        as by a kill, that is as it was when its log was last written back.
        """
        for name in (LOG_FILE, STORE_FILE):
            path = self.folder / (name + _WAL)
            if _is_emptied(path):
                sentence = (
                    f"{path} was emptied while jobchime ran on it, and it ended at once, before that would damage"
                    f" {name}: end with -9 what else has that open, such as a console or a portal, then start it again;"
                    " what was written in the last minutes is lost"
                )
                self.leave(sentence)
                self.end(sentence)

    def _why_gone(self) -> str:
        files = {name: _file_at(self.folder / name) for name in (LOG_FILE, STORE_FILE)}
        if any(found and found == self._known.get(name) for name, found in files.items()):
            return (
                f"{self.folder / _LOCK_FILE} was deleted or put anew while jobchime ran on it, and it ended so that no"
                " second one runs beside it; nothing is lost: start it again"
            )
        if any(files.values()):
            return (
                f"another data folder was put in place of {self.folder} while jobchime ran on that, and what it wrote"
                " last is in the former one alone; put that back, or start with this one"
            )
        return f"the data folder {self.folder} was moved or deleted while jobchime ran on it; put it back, then start"

    def _check_wal(self, name: str) -> None:
        """SQLite deletes it with the last connection alone, of which this process has one for as long as it runs.

        What was written to it goes into its database when the last that has it open ends in order, and is lost if that
        is killed.
        """
        wal = name + _WAL
        found, known = _file_at(self.folder / wal), self._known.get(wal)
        if known and found != known:
            raise UnavailableError(
                f"{self.folder / wal} was deleted or put anew while jobchime ran on it, and it ended so that what"
                f" stood there goes into {name}: end what else has that open, such as a console, without -9, and start"
                " it again; then nothing is lost"
            )
        self._known[wal] = found

    def _keep_key(self, name: str) -> None:
        path = self.folder / name
        with suppress(OSError):
            if name not in self._keys:
                self._keys[name] = path.read_bytes()
            elif not path.exists():
                make_private_file(path, self._keys[name])
                sync_folder(self.folder)
                _events.warning("a key was deleted while jobchime ran on it, and is put back", file=str(path))


@contextmanager
def locked(folder: Path) -> Iterator[FolderLock]:
    """Be the one process that runs on `folder`, made where it is missing; a killed holder frees it.

    A restore that was cut short is finished first. Reading, and adding subscribers or records, needs no hold. Raises
    UsageError where another process has it, UnavailableError where the folder cannot be used.
    """
    with explained(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not (_locks(descriptor) or _locks(descriptor, after_s=_GLANCE_S)):
            raise UsageError(f"another jobchime runs on {folder}; stop it first, or name another folder")
        now = time.time()
        if (words := _words_in(folder)) is None or datetime.fromtimestamp(now, UTC) - words[0] >= WORDS_KEPT:
            os.ftruncate(descriptor, 0)
        os.utime(descriptor, (now, now))
        move_in(folder)
        _put_away_emptied(folder)
        lock, why = FolderLock(folder, descriptor), ""
        try:
            yield lock
        except Exception as error:
            why = words_of(error)
            raise
        finally:
            lock.leave(why)
    finally:
        os.close(descriptor)


def _file_at(path: Path) -> tuple[int, int] | None:
    """What a file is known by, whatever its name; None where there is none."""
    with explained(path):
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
    return found.st_dev, found.st_ino


def _locks(descriptor: int, after_s: float = 0.0) -> bool:
    """Whether the lock could be had; a second try is for who only looked at it in that moment."""
    time.sleep(after_s)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_emptied(wal: Path) -> bool:
    """Whether SQLite wrote to it after somebody emptied it: its beginning is a hole."""
    # Other than of the database itself, a second descriptor of it may be closed: SQLite has no locks on it.
    try:
        with wal.open("rb") as file:
            begins = file.read(4)
    except OSError:
        return False
    return bool(begins) and begins not in _WAL_BEGINS


def _put_away_emptied(folder: Path) -> None:
    """Of one that begins with a hole SQLite reads nothing; what is empty no check takes for emptied once more."""
    for name in (LOG_FILE, STORE_FILE):
        if _is_emptied(wal := folder / (name + _WAL)):
            with explained(wal):
                os.truncate(wal, 0)


def run_since(folder: Path) -> datetime | None:
    """When the process began that runs on the folder; None where none does: whatever else it does, it has the lock."""
    try:
        descriptor = os.open(folder / _LOCK_FILE, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return None


def words_of(error: BaseException) -> str:
    """Why a process ends by itself, in a sentence."""
    return redacted(error) if isinstance(error, JobchimeError) else f"{type(error).__name__}: see its log"


def last_words(folder: Path, now: datetime) -> tuple[datetime, str] | None:
    """When and why a process that ran on the folder last ended by itself; None where that one was killed, or told to.

    A start does not wipe them out: of one that ends again and again they are told until a start has gone on for longer.
    """
    with suppress(OSError):
        words = _words_in(folder)
        changed = datetime.fromtimestamp((folder / _LOCK_FILE).stat().st_mtime, UTC)
        if words and changed - words[0] > _WRITTEN_IN and now - changed >= WORDS_KEPT:
            return None
        return words
    return None


def _words_in(folder: Path) -> tuple[datetime, str] | None:
    with suppress(OSError, ValueError):
        at, _, sentence = (folder / _LOCK_FILE).read_text("utf-8").partition(" ")
        return datetime.fromisoformat(at), sentence
    return None


def move_in(folder: Path) -> None:
    """Put the files of a verified restore into place; however often it is cut short, the next call goes on."""
    restored = folder / RESTORED
    with explained(folder):
        if not restored.is_dir():
            return
        for file in sorted(restored.iterdir()):
            # The old database's WAL must be gone before the new database is there, or SQLite would play it over that.
            for suffix in (_WAL, "-shm"):
                (folder / (file.name + suffix)).unlink(missing_ok=True)
            file.replace(folder / file.name)
        sync_folder(folder)
        restored.rmdir()


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def free_of(folder: Path) -> int | None:
    """Bytes that are free on its disk; None where it is not there."""
    if not folder.is_dir():
        return None
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def why_unwritable(folder: Path) -> str | None:
    """None where it can be written to, or is not there yet."""
    free = free_of(folder)
    if free is None:
        return None
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        return "it is mounted read-only, as after a fault of the disk: see the system's log, and mount it anew"
    return (
        None
        if free >= _LEAST_FREE
        else f"its disk is full ({free >> 20} MiB are free), and nothing is written: free some space"
    )
