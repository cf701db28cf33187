"""Opening SQLite files, whose turn it is to write to one, and saying in one sentence what is wrong with them."""

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from services.runtime.errors import JobchimeError, UnavailableError

BUSY_SECONDS = 15.0
"""How long a writer waits for another process; every transaction here is far shorter."""

_BETWEEN_TRIES_S = 0.01


class DamagedError(JobchimeError):
    """A file that is no longer what it was: only a backup helps."""


_UNAVAILABLE = {
    sqlite3.SQLITE_FULL: "the disk is full: {path} cannot grow; free some space and the work goes on by itself",
    sqlite3.SQLITE_READONLY: "{path} cannot be written to: it, its folder or its disk is read-only",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened: check that its folder exists and can be written to",
    sqlite3.SQLITE_BUSY: "{path} is held by another process: `fuser` names it; the work goes on when it is done",
    sqlite3.SQLITE_LOCKED: "{path} is held by another connection; the work goes on when that one has finished",
    sqlite3.SQLITE_IOERR: "the disk does not take what is written to {path} or read from it: it may be full or failing",
    sqlite3.SQLITE_NOMEM: "there is not enough memory to read {path}",
}
_WAL_GONE = (
    "the write-ahead log of {path} was deleted or emptied under a process that has it open: `fuser {path}` names it;"
    " if it was deleted, end that process without -9, and nothing is lost; if it was emptied, with -9, or {path} is"
    " damaged when it ends"
)
"""For a log that is shorter than the index says which all processes share."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def explain(error: Exception, path: Path) -> JobchimeError | None:
    """Put an error of SQLite or the file system into one sentence, typed by what to do; None where it is a bug."""
    if isinstance(error, OSError):
        return UnavailableError(f"{path} cannot be used: {error.strerror or error}")
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    primary = code & 0xFF  # the low byte names the kind, the rest the occasion: https://www.sqlite.org/rescode.html
    if primary in _DAMAGED:
        return DamagedError(f"{path} is damaged or no database: restore it from a backup", mend="restore")
    sentence = _WAL_GONE if code == sqlite3.SQLITE_IOERR_SHORT_READ else _UNAVAILABLE.get(primary)
    return UnavailableError(sentence.format(path=path)) if sentence else None


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise `UnavailableError` or `DamagedError` in place of what SQLite and the file system raise about `path`."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        fault = explain(error, path)
        if fault is None:
            raise
        raise fault from error


def make_private(path: Path) -> None:
    """Make an empty file, and its folder, for its owner only where there is none: SQLite would let all read it.

    SQLite gives the file's mode to its companions. Raises OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A file that is there is not opened: closing it would drop the locks this process has on it.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))


def use_wal(connection: sqlite3.Connection, *, wait_s: float = BUSY_SECONDS) -> str:
    """Switch a file to WAL, and say in which mode it is then.

    The switch needs the file alone, and SQLite does not wait for that whatever its busy timeout: of several that open a
    new file at once, one switches and the others find it done. Raises `sqlite3.OperationalError` where that takes too
    long.
    """
    until = time.monotonic() + wait_s
    while True:
        try:
            mode: str = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_BETWEEN_TRIES_S)
        else:
            return mode


def connect(path: Path, *, busy_s: float = BUSY_SECONDS) -> sqlite3.Connection:
    """Open a durable file that several processes share: WAL, every commit on the disk before it returns.

    The connection has no implicit transactions and may be used by any thread that holds its owner's lock. Raises
    `UnavailableError` or `DamagedError`.
    """
    with explained(path):
        make_private(path)
        connection = sqlite3.connect(path, timeout=busy_s, isolation_level=None, check_same_thread=False)
        try:
            if use_wal(connection, wait_s=busy_s) != "wal":
                raise UnavailableError(f"{path} lies on a disk that does not support SQLite's WAL; use a local disk")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA journal_size_limit = {64 << 20}")
        except BaseException:
            connection.close()
            raise
    return connection


class Turns:
    """The line of a process's threads that would write to one file: one at a time, in the order of asking.

    SQLite itself has none: who finds a file held looks again ten times a second, and whoever writes one transaction
    after the other has taken it anew by then.
    """

    def __init__(self, what: str, wait_s: float) -> None:
        self._what = what
        self._wait_s = wait_s
        self._lock = threading.Lock()
        self._line: deque[threading.Event] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises UnavailableError where it does not come in time."""
        mine = threading.Event()
        with self._lock:
            self._line.append(mine)
            self._line[0].set()
        try:
            if not mine.wait(self._wait_s):
                raise UnavailableError(f"{self._what} is written to by others of this process for too long")
            yield
        finally:
            with self._lock:
                self._line.remove(mine)
                if self._line:
                    self._line[0].set()
