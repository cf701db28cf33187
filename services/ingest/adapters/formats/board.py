"""A format that comes along: where its fields come from is a mapping in `services/ingest/boards`, read as any other.

A board whose rows a mapping can read is nothing else. Of another, a class says what a mapping cannot: how rows are
made, which of them are no postings, and the few fields that are more than a text somewhere in a row.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from schemas.setting_types import Span
from services.ingest.adapters.formats.base import BaseFormat, Part, cut, identified, opened
from services.ingest.adapters.formats.json_peek import peek, peek_text
from services.ingest.adapters.formats.json_rows import count_rows, one_row, rows
from services.ingest.adapters.formats.reading import MOST_BYTES, read_text
from services.ingest.adapters.mapped.json_body import JsonBody
from services.ingest.adapters.mapped.paging import next_page
from services.ingest.domain.draft import Draft
from services.ingest.mapping.drafting import draft_of, mapped_row
from services.ingest.mapping.files import text_of
from services.ingest.mapping.rows import JsonRow
from services.ingest.mapping.rules import Texts
from services.ingest.mapping.settings import MappingSettings
from services.ingest.ports import Broken, JsonObject, Skip

_SECONDS = re.compile(r"\d{9,13}")


class BoardSettings(MappingSettings):
    """A mapping that comes along as a format, with what its board is like."""

    addresses: tuple[str, ...] = ()
    """The forms of the addresses that serve it, with {} around what the operator puts in."""
    every: Span | None = None
    """How often its board wants to be asked at most, by its terms."""
    alone: frozenset[str] = frozenset()
    """Members by which a body that is one row, and no list, is known; empty where there are no such bodies."""
    volatile: frozenset[str] = frozenset()
    """Members of a row that change without the posting having changed."""
    nothing: Texts = ("false",)


class Board(BaseFormat):
    """A format of rows that are JSON objects, or that its class makes such of."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.mapping = settings_of(name)
        self.title = self.mapping.label
        self.addresses = self.mapping.addresses
        self.every = self.mapping.every
        self.complete = self.mapping.complete
        self.attribution = self.mapping.attribution
        self.alone = self.mapping.alone
        self.volatile = self.mapping.volatile
        self.array = self.mapping.items or None

    def detects(self, body: bytes) -> bool:
        """By the members of its first row, or of the one that it is; a listing without rows by what is around them."""
        wanted = self.mapping.recognise
        if wanted is None:
            return False
        seen = peek(body, self.array)
        if seen.firsts:
            return all(map(JsonRow(seen.firsts[0]).has, wanted.members))
        if self.alone and self.alone <= seen.wrapper.keys():
            return self.array not in seen.wrapper
        around = JsonRow(seen.wrapper)
        return bool(wanted.empty) and self.array in seen.wrapper and all(map(around.has, wanted.empty))

    def split(self, body: bytes) -> Iterator[Part]:
        """Cut a body into items. Never raises."""
        return opened(body, lambda text: cut(self.rows(text), self.item, self.title_of))

    def rows(self, text: str) -> Iterator[Any | Broken | Skip]:
        """The rows of a list, or the one item that the body is."""
        return one_row(text) if self.is_alone(text) else rows(text, self.array)

    def is_alone(self, text: str) -> bool:
        """Whether a body, or its beginning, is one item."""
        if not self.alone or self.array is None:
            return False
        wrapper = peek_text(text, self.array).wrapper
        return self.array not in wrapper and self.alone <= wrapper.keys()

    def count(self, body: bytes, most: int) -> int:
        """How many rows a page has, `most` at most."""
        return count_rows(rows(read_text(body).text, self.array), most)

    def item(self, row: JsonObject) -> Part:
        """Judge one row: a posting by its id."""
        rule = self.mapping.fields.source_id
        return identified(mapped_row(self.mapping, {"row": row}).first(rule), row, field=rule.paths[0])

    def title_of(self, row: JsonObject) -> str:
        """What tells one job from another that was given its id by mistake."""
        return mapped_row(self.mapping, {"row": row}).first(self.mapping.fields.title)

    def next_page(self, url: str, body: bytes) -> str | None:
        """As the mapping says."""
        if self.mapping.paging is None or len(body) > MOST_BYTES:
            return None
        return next_page(self.mapping.paging, url, JsonBody(read_text(body).text, self.mapping))

    def draft(self, data: JsonObject) -> Draft:
        """Map an item. Raises UnusableItemError, naming the path, without an id or a title."""
        draft = draft_of(self.mapping, {"row": data})
        posted_at, expires_at = _as_served(draft.posted_at), _as_served(draft.expires_at)
        if posted_at is draft.posted_at and expires_at is draft.expires_at:
            return draft
        return replace(draft, posted_at=posted_at, expires_at=expires_at)


@cache
def settings_of(name: str) -> BoardSettings:
    """What comes along of a board."""
    return BoardSettings(**tomllib.loads(text_of(name)))


def _as_served(date: str | float | None) -> str | float | None:
    """Seconds or milliseconds as the number that they were served as."""
    return int(date) if isinstance(date, str) and _SECONDS.fullmatch(date) else date
