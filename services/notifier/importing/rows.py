"""Rows of a file of JSON lines or CSV. A line that cannot be read is named with its reason, and the others come."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from schemas.faults import meant
from services.notifier.domain.consent import DECLARED
from services.runtime.strict_json import read_alone, reason_of

MOST_LINE = 1_000_000
"""Characters of one line of JSON."""
_SEARCH_COLUMNS = ("cadence", "hour", "weekday", "criteria", "preferred_places")
_PERSON_COLUMNS = (
    "address",
    "name",
    "time_zone",
    "currency",
    "locale",
    "speaks",
    "home",
    "years",
    "worked_as",
    "knows",
    "avoids",
    "selectivity",
    *DECLARED,
)
COLUMNS = (*_PERSON_COLUMNS, "search", *_SEARCH_COLUMNS)
"""Of CSV: a person, and one search of theirs."""

_MOST_QUOTED_LINES = 100
"""Lines that one quoted field may run over; where it runs farther, the quote that opened it was a stray one."""
_MOST_CELL = 131_072
"""Characters. As many as the csv module takes where nobody raises its limit, which is one for the whole process."""
_TOO_LONG = f"a field is longer than {_MOST_CELL:,} characters"
_DELIMITERS = (",", ";", "\t", "|")
_LINE_END = re.compile(r"\r\n|\n|\r")
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_LOOKED_AT = 20
"""Lines from whose first characters JSON is told."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that is no row, and why."""

    said: str


Row = dict[str, Any] | BadRow


def rows_of(data: bytes | str) -> Iterator[tuple[int, Row]]:
    """Each row with the number of the line that it begins on, counted from 1.

    Bytes are UTF-8, or UTF-16 that says so by a byte order mark or by its zeros (RFC 2781); lines that are neither are
    bad rows. Of CSV the delimiter is told by the header: a comma, a semicolon, a tab or a bar. Never raises.
    """
    try:
        text = data if isinstance(data, str) else _text_of(data)
    except UnicodeDecodeError:
        yield 1, BadRow("the file is UTF-16 that is cut short or damaged; save it as UTF-8")
        return
    lines = _LINE_END.split(text.removeprefix("\ufeff"))
    starts = [line.lstrip()[:1] for line in islice((line for line in lines if line.strip()), _LOOKED_AT)]
    if starts[:1] == ["["]:
        yield 1, BadRow("the file is one JSON list: write each person as an object on a line of its own")
    elif "{" in starts:
        yield from _json_rows(lines)
    elif starts:
        yield from _csv_rows(lines)


def _text_of(data: bytes) -> str:
    """Bytes that are not UTF-8 come as lone surrogates, by which their lines are known."""
    start = data[:200]
    for mark, zeros, encoding in ((b"\xff\xfe", start[1::2], "utf-16-le"), (b"\xfe\xff", start[0::2], "utf-16-be")):
        if data.startswith(mark) or zeros.count(0) > len(zeros) // 2:
            return data.removeprefix(mark).decode(encoding)
    return data.decode("utf-8", "surrogateescape")


def _json_rows(lines: Sequence[str]) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, _unusable(line) or _json_row(line)


def _json_row(line: str) -> Row:
    if len(line) > MOST_LINE:
        return BadRow(f"the line is longer than {MOST_LINE:,} characters")
    try:
        row = read_alone(line)
    except ValueError as error:
        return BadRow(reason_of(error))
    return row if isinstance(row, dict) else BadRow("a JSON object was expected")


def _csv_rows(lines: Sequence[str]) -> Iterator[tuple[int, Row]]:
    at = next(index for index, line in enumerate(lines) if line.strip())
    header, delimiter = _header(lines[at])
    fault = _header_fault(header)
    if fault:
        yield at + 1, BadRow(f"{fault}; no line is taken before that is mended")
        return
    at += 1
    while at < len(lines):
        number, (row, used) = at + 1, _csv_row(lines, at, header, delimiter)
        at += used
        if row is not None:
            yield number, row


def _csv_row(lines: Sequence[str], at: int, header: Sequence[str], delimiter: str) -> tuple[Row | None, int]:
    """The row that begins on a line, None where it is blank, and how many lines it takes."""
    line = lines[at]
    if not line.strip():
        return None, 1
    reader = csv.reader((f"{row}\n" for row in lines[at : at + _MOST_QUOTED_LINES]), delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except csv.Error as error:
        return _unusable(line) or BadRow(_sentence_of(error, reader.line_num)), 1
    used = reader.line_num
    if any(len(cell) > _MOST_CELL for cell in cells):
        return BadRow(_TOO_LONG), used
    if used > 1 and len(cells) != len(header):
        return BadRow("a quote is opened that nothing closes"), 1
    if len(cells) > len(header):
        return _unusable(line) or BadRow(f"the line has {len(cells)} fields and the header {len(header)}"), used
    if not any(cell.strip() for cell in cells):
        return None, used
    # Cells that are left out at the end are empty.
    return _unusable("".join(cells)) or _from_columns(dict(zip(header, cells, strict=False))), used


def _header(line: str) -> tuple[list[str], str]:
    """The columns and the delimiter by which most of them are known."""
    found = [(_names(line, delimiter), delimiter) for delimiter in _DELIMITERS]
    return max(found, key=lambda table: sum(name in COLUMNS for name in table[0]))


def _names(line: str, delimiter: str) -> list[str]:
    cells = next(csv.reader([line], delimiter=delimiter), [])
    return ["_".join(cell.strip().casefold().replace("-", " ").split()) for cell in cells]


def _header_fault(header: Sequence[str]) -> str:
    for name in header:
        if name not in COLUMNS:
            return f'there is no column "{_NOT_UTF8.sub("?", name)[:60]}"; {meant(name, COLUMNS)}'
        if header.count(name) > 1:
            return f'the column "{name}" stands twice'
    return "" if "address" in header else 'there is no column "address"'


def _unusable(text: str) -> BadRow | None:
    if _NOT_UTF8.search(text):
        return BadRow("it is not UTF-8; save the file as UTF-8")
    return BadRow("it holds a NUL character") if "\0" in text else None


def _sentence_of(error: csv.Error, lines_read: int) -> str:
    said = str(error)
    if "field larger" in said:
        return _TOO_LONG
    if "expected after" in said and lines_read == 1:
        return "a quote stands within a field; within quotes it is written twice"
    return "a quote is opened that nothing closes"


def _from_columns(cells: dict[str, str]) -> Row:
    person: dict[str, Any] = {name: value for name, value in cells.items() if value.strip()}
    search = {name: person.pop(name) for name in _SEARCH_COLUMNS if name in person}
    named = person.pop("search", None)
    if named is None and not search:
        return person
    if "criteria" in search:
        try:
            search["criteria"] = read_alone(search["criteria"])
        except ValueError as error:
            return BadRow(f"criteria: {reason_of(error)}")
    return person | {"searches": [search | {"name": named or "My search"}]}
