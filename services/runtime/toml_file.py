"""A TOML file that a person wrote: read with one sentence for what is wrong, and asked for the line of a setting."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from services.runtime.errors import UsageError

_MARK = b"\xef\xbb\xbf"
"""The byte order mark that some editors of Windows begin a file with."""

_MOST_DEPTH = 40
_TOO_DEEP = "it is nested too deeply"


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A file as it was read."""

    path: Path
    text: str
    values: dict[str, Any]

    def has(self, place: Sequence[str | int]) -> bool:
        """Whether the file says what lies at a place."""
        return _has(self.values, place)

    def line_of(self, place: Sequence[str | int]) -> int | None:
        """The line, from 1, on which what lies at a place begins, or what would hold it; None where nothing does.

        What can be read of the file and is one line longer than what lacks the place begins with it: comments and blank
        lines can be read by themselves, and lines in the midst of a value cannot.
        """
        depth = max((depth for depth in range(len(place) + 1) if self.has(place[:depth])), default=0)
        if not depth:
            return None
        lines = self.text.replace("\r\n", "\n").split("\n")
        before, end = 0, len(lines)
        while (between := _readable_between(lines, before, end)) is not None:
            count, values = between
            before, end = (before, count) if _has(values, place[:depth]) else (count, end)
        return before + 1

    def line_named(self, place: Sequence[str | int]) -> str:
        """The file, and the line where it is known, as a sentence begins with it."""
        line = self.line_of(place)
        return str(self.path) if line is None else f"{self.path}, line {line}"


def read_toml(path: Path, kind: str, *, most_bytes: int = 5_000_000) -> TomlFile:
    """Read a file of settings, called a `kind`. Raises UsageError, FileNotFoundError where there is none."""
    try:
        with path.open("rb") as opened:
            data = opened.read(most_bytes + 1)
    except FileNotFoundError:
        raise
    except IsADirectoryError:
        raise UsageError(f"the {kind} {path} is a folder; name the file in it") from None
    except PermissionError:
        raise UsageError(f"the {kind} {path} may not be read by the user who runs jobchime") from None
    except OSError as error:
        raise UsageError(f"the {kind} {path} cannot be read: {error.strerror}") from None
    if len(data) > most_bytes:
        raise UsageError(f"the {kind} {path} is larger than {most_bytes:,} bytes")
    try:
        text = data.removeprefix(_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"the {kind} {path} is not UTF-8 in line {line}; save it as UTF-8") from None
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        why = str(error) if isinstance(error, tomllib.TOMLDecodeError) else _TOO_DEEP
        raise UsageError(f"the {kind} {path} cannot be read: it is not TOML: {why[:1].lower()}{why[1:]}") from None
    if not _is_shallow(values):
        raise UsageError(f"the {kind} {path} cannot be read: {_TOO_DEEP}")
    return TomlFile(path, text, values)


def _is_shallow(values: Any) -> bool:
    """Whether tables and lists lie in each other at most so deep as those who walk them can bear."""
    level: list[Any] = [values]
    for _ in range(_MOST_DEPTH):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return True
    return False


def _has(values: Any, place: Sequence[str | int]) -> bool:
    for part in place:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _readable_between(lines: list[str], before: int, end: int) -> tuple[int, dict[str, Any]] | None:
    """How many lines, between two such numbers and near their middle, can be read by themselves, and their values."""
    middle = (before + end) // 2
    for count in chain(range(middle, end), range(middle - 1, before, -1)):
        if count > before and (values := _values(lines, count)) is not None:
            return count, values
    return None


def _values(lines: list[str], count: int) -> dict[str, Any] | None:
    try:
        return tomllib.loads("\n".join(lines[:count]))
    except tomllib.TOMLDecodeError:
        return None
