"""Rows out of a table: CSV and its kin."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from services.ingest.adapters.formats.json_rows import EXCERPT
from services.ingest.adapters.mapped.body import Body
from services.ingest.ports import Broken
from services.runtime.strict_json import clean

MOST_CELL = 2 * 1024 * 1024
"""Characters of one cell; a quotation mark that is never closed costs so much."""
MOST_COLUMNS = 1_000
_DELIMITERS = ",;\t|"
_ENDS = ("\n", "\r")
_SEPARATED = re.compile(r'\s*"?sep=([^\r\n])"?[ ,;\t]*(?:\r\n|\n|\r)', re.IGNORECASE)
"""A first line by which spreadsheets are told the delimiter."""
_NAMED = 5
"""Columns that a fault names."""
_HEAD = 64 * 1024


class TableBody(Body):
    """A table, with or without a row that names its columns."""

    def rows(self) -> Iterator[Any | Broken]:
        """Those that are not empty, as objects of texts by column: by name, and by number where that is asked for."""
        names: list[str] | None = None
        numbered = self._numbered()
        for cells in self._cells():
            if isinstance(cells, Broken):
                yield cells
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if self.mapping.csv.header and names is None:
                names = [name.strip() for name in cells[:MOST_COLUMNS]]
                continue
            yield _row(cells[:MOST_COLUMNS], names, numbered)

    def _numbered(self) -> set[int]:
        recognise = self.mapping.recognise
        paths = (*self.mapping.fields.paths, *(recognise.paths if recognise else ()))
        return {int(path[1:]) for path in paths if path.startswith("#") and path[1:].isdigit()}

    def _cells(self) -> Iterator[list[str] | Broken]:
        """The cells of each row. One that the text ends within is no row, so that each waits for the next."""
        csv.field_size_limit(MOST_CELL)
        lines: list[str] = []
        separated = _SEPARATED.match(self.text)
        text = self.text[separated.end() :] if separated else self.text
        served = _noted(io.StringIO(text.replace("\x00", "�"), newline=""), lines)
        reader = csv.reader(served, delimiter=self._delimiter(), quotechar=self.mapping.csv.quote)
        waiting: list[str] | None = None
        source, width = "", 0
        while True:
            lines.clear()
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield Broken(f"line {reader.line_num:,}: {error}", source[:EXCERPT])
                continue
            if waiting is not None and cells is None and self._is_open(source):
                yield Broken("the table is cut short within quotation marks", source[:EXCERPT], ends_feed=True)
                return
            if waiting and cells is None and len(waiting) < width and not source.endswith(_ENDS):
                why = f"the table is cut short: its last row has {len(waiting)} of {width} cells and no end"
                yield Broken(why, source[:EXCERPT], ends_feed=True)
                return
            if waiting is not None:
                yield [clean(cell) for cell in waiting]
            if cells is None:
                return
            waiting, source, width = cells, "".join(lines), width or len(cells)

    def _is_open(self, source: str) -> bool:
        lines = io.StringIO(source, newline="")
        try:
            list(csv.reader(lines, delimiter=self._delimiter(), quotechar=self.mapping.csv.quote, strict=True))
        except csv.Error as error:
            return "unexpected end" in str(error)
        return False

    def _delimiter(self) -> str:
        """The one that parts the first row into the most cells."""
        if self.mapping.csv.delimiter is not None:
            return self.mapping.csv.delimiter
        if separated := _SEPARATED.match(self.text):
            return separated[1]
        head = self.text[:_HEAD].lstrip("\r\n")
        return max(_DELIMITERS, key=lambda mark: _width(head, mark, self.mapping.csv.quote))


def _noted(lines: Iterable[str], notes: list[str]) -> Iterator[str]:
    for line in lines:
        notes.append(line)
        yield line


def _width(head: str, delimiter: str, quote: str) -> int:
    try:
        return len(next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, quotechar=quote), []))
    except csv.Error:
        return 0


def _row(cells: list[str], names: list[str] | None, numbered: set[int]) -> dict[str, str] | Broken:
    if names is not None and any(cell.strip() for cell in cells[len(names) :]):
        shown = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
        why = f"a row has {len(cells)} cells and the table {len(names)} columns: {shown[:EXCERPT]}"
        return Broken(why, " | ".join(cells)[:EXCERPT])
    by_number = {f"#{number}": cells[number - 1] for number in sorted(numbered) if number <= len(cells)}
    if names is None:
        return {f"#{number}": cell for number, cell in enumerate(cells, 1)}
    row: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        if name and not row.get(name):
            row[name] = cell
    return row | by_number
