"""What all formats share: how rows become items, and the defaults of a format without pages or an own board."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from schemas.posting import Attribution
from services.ingest.adapters.formats.contacts import masked, without_contacts
from services.ingest.adapters.formats.json_rows import EXCERPT
from services.ingest.adapters.formats.reading import MOST_BYTES, Text, read_text
from services.ingest.faults import FeedFault, given_up, too_large, too_long
from services.ingest.mapping.trace import Trace
from services.ingest.ports import DETAIL_STATE, Broken, Details, Item, JsonObject, Merged, Skip

MOST_BROKEN = 1_000
"""Unusable rows in one body, after which, if they outnumber the usable, the rest is given up: it is another format."""
MOST_ROWS = 500_000
"""Of one body. The largest board known has 808."""
MOST_ID = 1_000
"""Characters of a feed's own id."""

_OTHERS_ID = "it has the id of another job of this feed, and each needs one of its own"

Part = Item | Skip | Broken


def cut(
    found: Iterable[Any | Broken | Skip],
    item: Callable[[JsonObject], Part],
    title: Callable[[JsonObject], str],
) -> Iterator[Part]:
    """Turn rows into items by `item`, less contact fields; what is no object is broken.

    A repeated id is merged where its row has the same `title`; another job has been given the id of the first by
    mistake, and is told as unread.
    """
    seen: dict[str, str] = {}
    broken = usable = 0
    for count, row in enumerate(found):
        if count == MOST_ROWS:
            yield Broken(
                FeedFault("too_many_items", f"the body holds more than {count:,} items: the rest is given up"),
                ends_feed=True,
            )
            return
        part = _part(row, item, title, seen)
        if not isinstance(part, Broken):
            usable += 1
            yield part
            continue
        yield replace(part, excerpt=masked(part.excerpt))
        broken += 1
        if broken >= MOST_BROKEN and broken > usable and not part.ends_feed:
            yield Broken(given_up(broken, "items are unusable"), ends_feed=True)
            return


def _part(
    row: Any | Broken | Skip,
    item: Callable[[JsonObject], Part],
    title: Callable[[JsonObject], str],
    seen: dict[str, str],
) -> Part:
    if isinstance(row, (Broken, Skip)):
        return row
    if not isinstance(row, dict):
        return Broken(FeedFault("not_an_object", f"an item is not an object but {_kind(row)}"), str(row)[:EXCERPT])
    row = without_contacts(row)
    part = item(row)
    if not isinstance(part, Item):
        return part
    if len(part.source_id) > MOST_ID:
        return Broken(too_long("its id", MOST_ID, "id"), part.source_id[:EXCERPT])
    called = title(row).strip().casefold()
    if part.source_id not in seen:
        seen[part.source_id] = called
        return part
    if seen[part.source_id] != called:
        return Skip(_OTHERS_ID, part.source_id, is_unread=True)
    return Merged("repeat of an item of this feed", part.source_id)


def _kind(row: Any) -> str:
    if row is None:
        return "null"
    return {bool: "true or false", str: "text", list: "a list"}.get(type(row), "a number")


def identified(source_id: str, data: JsonObject, *, field: str) -> Part:
    """An item by its id; Broken, naming the field, where that is empty."""
    if source_id:
        return Item(source_id, data)
    return Broken(FeedFault("missing", f'an item has no "{field}"', field), str(data)[:EXCERPT])


def opened(
    body: bytes, reading: Callable[[str], Iterable[Part]], *, decoding: Callable[[bytes], Text] = read_text
) -> Iterator[Part]:
    """Decode a body and read it by `reading`; says so where it is too large or not in its encoding."""
    if len(body) > MOST_BYTES:
        yield Broken(too_large("body_too_large", "the body is", MOST_BYTES // 2**20, "MiB"), ends_feed=True)
        return
    decoded = decoding(body)
    yield from reading(decoded.text)
    if decoded.fault:
        yield Broken(decoded.fault)


class BaseFormat:
    """A format without pages, whose listings are not complete and whose items do not differ by the fetch."""

    addresses: tuple[str, ...] = ()
    every: timedelta | None = None
    details: Details | None = None
    complete: bool = False
    attribution: Attribution | None = None
    volatile: frozenset[str] = frozenset()
    """Members that change without the posting having changed."""

    def next_page(self, url: str, body: bytes) -> str | None:
        """None: there are no pages."""
        return None

    def fingerprint(self, data: JsonObject) -> JsonObject:
        """The item less its volatile members."""
        return {name: value for name, value in data.items() if name not in self.volatile and name != DETAIL_STATE}

    def traces(self, data: JsonObject) -> Iterable[Trace]:
        """None: nobody wrote its paths for this feed."""
        return ()
