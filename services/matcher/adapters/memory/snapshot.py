"""What a matcher holds in its memory as one file, mapped at its next start.

A line of JSON tells how the file was made and where its columns are; each begins at a multiple of 64 bytes. Pages that
nobody writes to are shared by all workers of a machine that map it.
"""

import fcntl
import mmap
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson

import schemas.criteria
import services.matcher.adapters
import services.rules
from services.matcher.adapters.memory.columns import Column
from services.runtime.files.datadir import sync_folder
from services.runtime.files.private import private_folder, privately

FORMAT: Final = 1
_MAGIC: Final = b"jobchime snapshot\n"
_ALIGNED: Final = 64
_MOST_HEAD: Final = 1 << 30
_SOURCES: Final = (".py", ".json", ".csv", ".toml", ".txt")


class SnapshotError(Exception):
    """A file that is not to be used, with the reason."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Columns by name, and what else there is to know, as can be written in JSON."""

    columns: Mapping[str, Column]
    facts: Mapping[str, Any]

    def of(self, name: str) -> "Snapshot":
        """A part that was put in by `parts`."""
        begin = f"{name}."
        columns = {key.removeprefix(begin): column for key, column in self.columns.items() if key.startswith(begin)}
        return Snapshot(columns, self.facts[name])

    @property
    def fixed(self) -> "Snapshot":
        """The same, whatever becomes of what the facts were told by."""
        return Snapshot(self.columns, {name: orjson.Fragment(orjson.dumps(fact)) for name, fact in self.facts.items()})

    @classmethod
    def parts(cls, **parts: "Snapshot") -> "Snapshot":
        """One of several."""
        columns = {f"{name}.{key}": column for name, part in parts.items() for key, column in part.columns.items()}
        return cls(columns, {name: part.facts for name, part in parts.items()})


def write(path: Path, snapshot: Snapshot) -> bool:
    """Put a snapshot in place of an older one, durably and at once; False where another worker is writing one.

    Raises OSError; then the older one is still there.
    """
    private_folder(path.parent)
    with open(path.with_suffix(".lock"), "wb", opener=privately) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        made = path.with_suffix(".new")
        made.unlink(missing_ok=True)
        with open(made, "wb", opener=privately) as file:
            columns = {name: np.ascontiguousarray(column) for name, column in snapshot.columns.items()}
            head = orjson.dumps(
                {
                    "format": FORMAT,
                    "made_by": made_by(),
                    "columns": [
                        (name, column.dtype.str, column.size, _digest(column)) for name, column in columns.items()
                    ],
                    "facts": snapshot.facts,
                }
            )
            file.write(_MAGIC + b"%d %b\n" % (len(head), _digest(head).encode()) + head)
            for column in columns.values():
                file.write(bytes(-file.tell() % _ALIGNED))
                file.write(column.view(np.uint8).data)
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
        sync_folder(path.parent)
    return True


def read(path: Path) -> Snapshot:
    """Map a file; its columns may be written to, which the file does not feel. Raises FileNotFoundError, OSError, and
    SnapshotError where it is not whole, or was made by other code or data than this."""
    with path.open("rb") as file:
        if file.readline(len(_MAGIC)) != _MAGIC:
            raise SnapshotError("it is no snapshot")
        fields = file.readline(_ALIGNED).split()
        if len(fields) != 2 or not fields[0].isdigit() or not 0 < int(fields[0]) < _MOST_HEAD:
            raise SnapshotError("its beginning is torn")
        head = file.read(int(fields[0]))
        if _digest(head).encode() != fields[1]:
            raise SnapshotError("its beginning is torn")
        found = orjson.loads(head)
        if found["format"] != FORMAT:
            raise SnapshotError(f"it is of the format {found['format']}, this one reads {FORMAT}")
        if found["made_by"] != made_by():
            raise SnapshotError("it was made by other rules or data than those installed")
        at = file.tell()
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    columns: dict[str, Column] = {}
    for name, kind, count, digest in found["columns"]:
        at += -at % _ALIGNED
        dtype = np.dtype(kind)
        if at + dtype.itemsize * count > len(mapped):
            raise SnapshotError("it is cut short")
        column: Column = np.frombuffer(mapped, dtype, count, at) if count else np.empty(0, dtype)
        if _digest(column) != digest:
            raise SnapshotError(f"its column {name} is torn")
        columns[name] = column
        at += column.nbytes
    return Snapshot(columns, found["facts"])


@cache
def made_by() -> str:
    """What tells the code and data apart by which criteria are written as columns, and this machine's order of bytes.

    A rule that is mended, a place or a rate that is added, and numbers may mean something else.
    """
    found = blake2b(sys.byteorder.encode(), digest_size=16)
    files = [Path(schemas.criteria.__file__)]
    for package in (services.rules, services.matcher.adapters):
        files += sorted(path for folder in package.__path__ for path in Path(folder).rglob("*"))
    for file in files:
        if file.suffix in _SOURCES:
            found.update(blake2b(file.read_bytes()).digest())
    return found.hexdigest()


def _digest(content: Column | bytes) -> str:
    return blake2b(content if isinstance(content, bytes) else content.view(np.uint8).data, digest_size=16).hexdigest()
