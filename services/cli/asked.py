"""What commands are given to work on: a saved search, or files of JSON."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from schemas.codec import UnreadableError, decode
from schemas.posting import PostingCore
from services.cli.opened import open_installation
from services.runtime.errors import UsageError
from services.runtime.files.named import is_file, open_named, read_named
from services.runtime.strict_json import read_alone, reason_of
from services.usecases.errors import WrongFieldError
from services.usecases.searches import Query, query_from, saved_query


def asked_for(search: str, config: Path | None) -> Query:
    """What a saved search asks for, by its id, or a JSON file: of criteria, or of a search. Raises UsageError."""
    file = Path(search)
    if not is_file(file):
        return saved_query(open_installation(config, create=False), search)
    value = read_json(file)
    try:
        return query_from(value, file.stem)
    except WrongFieldError as error:
        raise UsageError(f"{search}: {error}") from None


def read_json(file: Path) -> Any:
    """The JSON of a file. Raises UsageError in one sentence."""
    try:
        return read_alone(read_named(file))
    except ValueError as error:
        place = (
            f" (line {error.lineno:,}, character {error.colno:,})" if isinstance(error, json.JSONDecodeError) else ""
        )
        raise UsageError(f"{file}: {reason_of(error)}{place}") from None


def lines_of(file: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that say something, each with its number. Raises UsageError."""
    try:
        with open_named(file) as source:
            for number, line in enumerate(source, 1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None


def posting_lines(file: Path) -> Iterator[PostingCore]:
    """The postings of JSON lines; a line that is none is told and left out. Raises UsageError."""
    for number, line in lines_of(file):
        try:
            yield decode(PostingCore, line)
        except UnreadableError as error:
            print(f"{file}, line {number}: {error}; left out", file=sys.stderr)
