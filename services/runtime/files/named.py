"""Files that a person named: read whole, and what is none refused in a sentence."""

import errno
import stat
import sys
from pathlib import Path
from typing import IO

from services.runtime.errors import UsageError

MOST_BYTES = 1 << 30
"""Of a file that is read whole."""
STANDARD_INPUT = "-"


def is_file(path: Path) -> bool:
    """Whether there is a file or a pipe; a name that no file can have is none. Raises UsageError for a device."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    except OSError as error:
        if error.errno in {errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}:
            return False
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        # A NUL, or what cannot be encoded.
        return False
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise UsageError(f"{path} is a device; name a file")
    return stat.S_ISREG(mode) or stat.S_ISFIFO(mode)


def open_named(path: Path) -> IO[bytes]:
    """The file, open, or standard input for `-`. Raises UsageError."""
    if str(path) == STANDARD_INPUT:
        return sys.stdin.buffer
    if not is_file(path):
        raise UsageError(f"{path} is a folder; name a file" if is_folder(path) else f"there is no file {path}")
    try:
        return path.open("rb")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def read_named(path: Path) -> bytes:
    """What is in the file, or on standard input for `-`. Raises UsageError."""
    with open_named(path) as opened:
        try:
            found = opened.read(MOST_BYTES + 1)
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    if len(found) > MOST_BYTES:
        raise UsageError(f"{path} is larger than {MOST_BYTES:,} bytes")
    return found


def text_named(path: Path) -> str:
    """The text in the file, or on standard input for `-`. Raises UsageError."""
    try:
        return read_named(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 (byte {error.start:,}); save it as UTF-8") from None


def is_folder(path: Path) -> bool:
    """Whether there is a folder; a name that none can have is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
