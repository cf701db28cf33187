"""Feeds that an operator maps to posting fields: cut by their kind, drafted by `services.ingest.mapping`."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from decimal import Decimal
from itertools import islice
from typing import Any

from services.ingest.adapters.formats.base import BaseFormat, Part, cut, opened
from services.ingest.adapters.formats.json_rows import EXCERPT
from services.ingest.adapters.formats.reading import MOST_BYTES, Text, head_text, read_text
from services.ingest.adapters.mapped.body import Body
from services.ingest.adapters.mapped.json_body import JsonBody, LinesBody
from services.ingest.adapters.mapped.paging import next_page
from services.ingest.adapters.mapped.table_body import TableBody
from services.ingest.adapters.mapped.xml_body import XmlBody, root_of
from services.ingest.domain.draft import Draft
from services.ingest.mapping.drafting import draft_of, mapped_row, source_id_of, traces_of
from services.ingest.mapping.files import PREFIX
from services.ingest.mapping.paths import is_of_feed
from services.ingest.mapping.settings import MappingSettings
from services.ingest.mapping.trace import Trace
from services.ingest.ports import Broken, Item, JsonObject, UnusableItemError

_HEAD = 256 * 1024
_LATER = frozenset({"board_workplace", "languages"})
"""Fields that drafts got since feeds are mapped: out of a fingerprint where they state nothing, since a release that
adds a field would else make every posting of a mapped feed come out as changed."""
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
        return opened(body, lambda text: cut(self._rows(text), self._item), decoding=self._decoded)

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
            return Broken(str(error), str(data.get("row"))[:EXCERPT])

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
            return Text(body.decode(encoding, "replace"), f"the body is not valid {encoding.upper()}")


def _plain(value: Any) -> Any:
    """Dataclasses' insides as JSON."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value
