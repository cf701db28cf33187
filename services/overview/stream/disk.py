"""The disk that an installation stands on: that of its data folder."""

import os
from pathlib import Path

_LEAST_FREE = 4 << 20
"""Bytes of a disk that SQLite and the log need to go on."""


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
