"""Files and folders that only their owner reads: they hold addresses, live links or secrets."""

import os
from pathlib import Path

_NOBODY_ELSE = 0o077


def privately(path: str, flags: int) -> int:
    """An opener for `open`: what it makes, its owner alone reads."""
    return os.open(path, flags, 0o600)


def make_private_file(path: Path, content: bytes) -> None:
    """Make a file that is not there yet, durably; or none, where the disk does not take it. Raises OSError."""
    file = open(path, "xb", opener=privately)  # noqa: SIM115 (what is there already must outlast this)
    try:
        with file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink()
        raise


def private_folder(path: Path) -> None:
    """Make a folder, where it is missing, into which nobody else looks. Raises OSError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def keep_to_owner() -> None:
    """Whatever this process makes from now on, its owner alone reads, also what a library makes."""
    os.umask(_NOBODY_ELSE)


def is_open_to_others(path: Path) -> bool:
    """Whether others may look into a folder or file that is there. Raises OSError."""
    return bool(path.stat().st_mode & _NOBODY_ELSE)
