"""Feeds that an operator maps to posting fields: cut by their kind, drafted by `services.ingest.mapping`."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from decimal import Decimal
from itertools import islice
from typing import Any

from services.ingest.adapters.formats.base import BaseFormat, Part, cut, opened
from services.ingest.adapters.formats.contacts import without_contacts
from services.ingest.adapters.formats.json_rows import EXCERPT
from services.ingest.adapters.formats.reading import MOST_BYTES, Text, head_text, read_text
from services.ingest.adapters.mapped.body import Body
from services.ingest.adapters.mapped.json_body import JsonBody, LinesBody
from services.ingest.adapters.mapped.paging import next_page
from services.ingest.adapters.mapped.xml_body import XmlBody, root_of
from services.ingest.domain.draft import Draft
from services.ingest.faults import FeedFault, bad_encoding, cut_short
from services.ingest.mapping.drafting import draft_of, mapped_row, source_id_of, traces_of
from services.ingest.mapping.files import PREFIX
from services.ingest.mapping.paths import is_of_feed
from services.ingest.mapping.rows import Row
from services.ingest.mapping.settings import MappingSettings
from services.ingest.mapping.trace import Trace
from services.ingest.ports import Broken, Item, JsonObject, UnusableItemError
from services.runtime.strict_json import clean

MOST_CELL = 2 * 1024 * 1024
"""Characters of one cell; a quotation mark that is never closed costs so much."""
MOST_COLUMNS = 1_000
_DELIMITERS = ",;\t|"
_ENDS = ("\n", "\r")
_SEPARATED = re.compile(r'\s*"?sep=([^\r\n])"?[ ,;\t]*(?:\r\n|\n|\r)', re.IGNORECASE)
"""A first line by which spreadsheets are told the delimiter."""
_NEXT_ROW = "\N{REPLACEMENT CHARACTER}"
"""A row that no delimiter and no quotation mark is part of."""
_NAMED = 5
"""Columns that a fault names."""
_SNIFFED = 64 * 1024
_HEAD = 256 * 1024
_LATER = frozenset({"board_workplace", "languages"})
"""Fields that drafts got since feeds are mapped: out of a fingerprint where they state nothing, since a release that
adds a field would else make every posting of a mapped feed come out as changed."""


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
                yield Broken(FeedFault("not_csv", f"line {reader.line_num:,}: {error}"), source[:EXCERPT])
                continue
            if waiting is not None and cells is None and self._is_open(source):
                yield Broken(cut_short("table", " within quotation marks"), source[:EXCERPT], ends_feed=True)
                return
            if waiting and cells is None and len(waiting) < width and not source.endswith(_ENDS):
                where = f": its last row has {len(waiting)} of {width} cells and no end"
                yield Broken(cut_short("table", where), source[:EXCERPT], ends_feed=True)
                return
            if waiting is not None:
                yield [clean(cell) for cell in waiting]
            if cells is None:
                return
            waiting, source, width = cells, "".join(lines), width or len(cells)

    def _is_open(self, source: str) -> bool:
        """Whether a row ends within quotation marks: what follows it is not read as a row of its own then."""
        lines = io.StringIO(f"{source}\n{_NEXT_ROW}", newline="")
        try:
            rows = list(csv.reader(lines, delimiter=self._delimiter(), quotechar=self.mapping.csv.quote))
        except csv.Error:
            return False
        return rows[-1] != [_NEXT_ROW]

    def _delimiter(self) -> str:
        """The one that parts the first row into the most cells."""
        if self.mapping.csv.delimiter is not None:
            return self.mapping.csv.delimiter
        if separated := _SEPARATED.match(self.text):
            return separated[1]
        head = self.text[:_SNIFFED].lstrip("\r\n")
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
        return Broken(FeedFault("too_many_cells", why), " | ".join(cells)[:EXCERPT])
    by_number = {f"#{number}": cells[number - 1] for number in sorted(numbered) if number <= len(cells)}
    if names is None:
        return {f"#{number}": cell for number, cell in enumerate(cells, 1)}
    row: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        if name and not row.get(name):
            row[name] = cell
    return row | by_number


_BODIES: dict[str, type[Body]] = {"json": JsonBody, "jsonl": LinesBody, "xml": XmlBody, "csv": TableBody}


class Mapped(BaseFormat):
    """A feed by its mapping."""

    def __init__(self, name: str, mapping: MappingSettings) -> None:
        self.name = PREFIX + name
        self.title = mapping.label or f"{name} (mapped)"
        self.complete = mapping.complete
        self.attribution = mapping.attribution
        self._mapping = mapping
        self._of_feed = tuple(dict.fromkeys(path for path in mapping.fields.paths if is_of_feed(mapping.kind, path)))

    def detects(self, body: bytes) -> bool:
        """By what the mapping says that its feeds hold; never, where it says nothing."""
        wanted = self._mapping.recognise
        if wanted is None:
            return False
        head = self._decoded(body[:_HEAD]).text if self._mapping.encoding else head_text(body, _HEAD)
        if wanted.root is not None and root_of(head) != wanted.root:
            return False
        rows = list(islice(self._rows(head), 1))
        if not rows and wanted.empty:
            return all(map(self._body(head).of_feed, wanted.empty))
        first = next((row for row in self._rows(head) if not isinstance(row, Broken)), None)
        if not isinstance(first, dict):
            return False
        try:
            row = mapped_row(self._mapping, first)
        except UnusableItemError:
            return False
        has_all = all(map(row.texts, wanted.has)) and all(map(row.row.has, wanted.members))
        return has_all and not any(map(row.texts, wanted.lacks))

    def split(self, body: bytes) -> Iterator[Part]:
        """Cut a body into items. Never raises."""
        return opened(body, lambda text: cut(self._rows(text), self._item, self._title), decoding=self._decoded)

    def bare_rows(self, body: bytes) -> Iterator[tuple[int, Row]]:
        """Its rows as paths look at them, whether they could be items or not; what cannot be read is left out.

        Each with its place among the parts of the body, of which what cannot be read is one too.
        """
        for at, data in enumerate(self._rows(self._decoded(body).text)):
            if not isinstance(data, Broken):
                with suppress(UnusableItemError):
                    yield at, mapped_row(self._mapping, without_contacts(data)).row

    def around(self, body: bytes) -> dict[str, list[str]]:
        """By path, what stands in the feed around its rows."""
        page = self._body(self._decoded(body).text)
        return {path: texts for path in page.names_of_feed() if (texts := page.of_feed(path))}

    def next_page(self, url: str, body: bytes) -> str | None:
        """As the mapping says. Raises FetchFailedError where the feed names no address for it."""
        paging = self._mapping.paging
        if paging is None or len(body) > MOST_BYTES:
            return None
        return next_page(paging, url, self._body(self._decoded(body).text))

    def draft(self, data: JsonObject) -> Draft:
        """Map an item. Raises UnusableItemError, naming the path that gives no id or title."""
        return draft_of(self._mapping, data)

    def fingerprint(self, data: JsonObject) -> JsonObject:
        """What the mapping reads of an item: the rest may change, and an edit of the mapping is a change of all."""
        with suppress(UnusableItemError):
            stated = asdict(self.draft(data))
            return {name: _plain(value) for name, value in stated.items() if value or name not in _LATER}
        return data

    def traces(self, data: JsonObject) -> Iterable[Trace]:
        """What each path of the mapping comes to in an item."""
        with suppress(UnusableItemError):
            yield from traces_of(self._mapping, data)

    def _item(self, data: JsonObject) -> Part:
        try:
            return Item(source_id_of(self._mapping, data), data)
        except UnusableItemError as error:
            return Broken(error.fault, str(data.get("row"))[:EXCERPT])

    def _title(self, data: JsonObject) -> str:
        return mapped_row(self._mapping, data).first(self._mapping.fields.title)

    def _rows(self, text: str) -> Iterator[Any]:
        body = self._body(text)
        feed: dict[str, list[str]] | None = None
        for row in body.rows():
            if isinstance(row, Broken) or not body.is_row(row):
                yield row
                continue
            if feed is None:
                feed = {path: body.of_feed(path) for path in self._of_feed}
            yield {"row": row, "feed": feed} if feed else {"row": row}

    def _body(self, text: str) -> Body:
        return _BODIES[self._mapping.kind](text, self._mapping)

    def _decoded(self, body: bytes) -> Text:
        encoding = self._mapping.encoding
        if encoding is None:
            return read_text(body)
        try:
            return Text(body.decode(encoding))
        except ValueError:
            return Text(body.decode(encoding, "replace"), bad_encoding(encoding))


def _plain(value: Any) -> Any:
    """Dataclasses' insides as JSON."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value
