"""A TOML file that a person wrote: read with one sentence for what is wrong, and asked for the line of a setting."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from services.runtime.errors import UsageError

_MARK = b"\xef\xbb\xbf"
"""The byte order mark that some editors of Windows begin a file with."""

Place = tuple[str | int, ...]
_TOKEN = re.compile(
    r"""\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*|[\[\]{}\n]""", re.DOTALL
)
"""Of TOML 1.0: texts and comments, within which nothing counts, then brackets and the ends of lines."""
_MOST_DEPTH = 40
_TOO_DEEP = "it is nested too deeply"


@dataclass(frozen=True)
class TomlFile:
    """A file as it was read."""

    path: Path
    text: str
    values: dict[str, Any]

    def has(self, place: Sequence[str | int]) -> bool:
        """Whether the file says what lies at a place."""
        return _has_place(self.values, place)

    def line_of(self, place: Sequence[str | int]) -> int | None:
        """The line, from 1, on which what lies at a place begins, or what would hold it; None where nothing does."""
        depth = max((depth for depth in range(len(place) + 1) if self.has(place[:depth])), default=0)
        lines = self._lines
        return next((lines[at] for end in range(depth, 0, -1) if (at := tuple(place[:end])) in lines), None)

    @cached_property
    def _lines(self) -> Mapping[Place, int]:
        """The line of each head, key and table; what lies within a list that is written as a value has its line."""
        return _lines_of(self.text)

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
            for container in level
            if isinstance(container, dict | list)
            for inner in (container.values() if isinstance(container, dict) else container)
        ]
        if not level:
            return True
    return False


def _has_place(values: Any, place: Sequence[str | int]) -> bool:
    for part in place:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _lines_of(text: str) -> dict[Place, int]:
    """Where each place is named first, in a file that can be read; in one pass, each statement being read by itself."""
    lines: dict[Place, int] = {}
    last: dict[Place, int] = {}
    table: Place = ()
    for line, statement in _statements(text):
        values = tomllib.loads(statement)
        if statement.lstrip(" \t").startswith("["):
            table = _table_at(values, last)
            # The tables that a head names without having one of their own begin with it.
            _note(lines, line, (table[:end] for end in range(1, len(table) + 1)))
        else:
            _note(lines, line, _places(values, table))
    return lines


def _note(lines: dict[Place, int], line: int, places: Iterable[Place]) -> None:
    for place in places:
        lines.setdefault(place, line)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """The heads and settings of a file, each with the line on which it begins: a line ends one outside all brackets."""
    begun, line, next_line, depth = 0, 1, 1, 0
    for token in _TOKEN.finditer(text):
        kind = token[0][0]
        next_line += token[0].count("\n")
        depth += (kind in "[{") - (kind in "]}")
        if kind == "\n" and depth == 0:
            yield line, text[begun : token.end()]
            begun, line = token.end(), next_line
    yield line, text[begun:]


def _table_at(head: Any, last: dict[Place, int]) -> Place:
    """The place of the table that a head begins: of a list of tables the last so far, or the next. Counts these."""
    place: Place = ()
    while head:
        ((name, head),) = head.items()
        place += (name,)
        if isinstance(head, list):
            last[place] = last.get(place, -1) + 1
            head = None
        if place in last:
            place += (last[place],)
    return place


def _places(values: Any, place: Place) -> Iterator[Place]:
    """Those of the keys of a setting, dotted or within braces; of lists none."""
    if isinstance(values, dict):
        for name, value in values.items():
            yield (*place, name)
            yield from _places(value, (*place, name))
