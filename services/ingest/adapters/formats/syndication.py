"""Any RSS, Atom or JSON Feed: what a plain feed says of a job, and no more."""

import atexit
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, cached_property
from math import inf
from typing import Any

from services.ingest.adapters.formats.base import Part, cut, identified, opened
from services.ingest.adapters.formats.board import Board
from services.ingest.adapters.formats.feed_items import FeedItem, fault_in, feed_items, framed
from services.ingest.adapters.formats.fields import (
    list_of,
    object_of,
    text_of,
    texts_of,
)
from services.ingest.adapters.formats.himalayas_rss import is_himalayas_rss
from services.ingest.adapters.formats.json_peek import is_json_feed, peek_text
from services.ingest.adapters.formats.json_rows import EXCERPT, rows
from services.ingest.adapters.formats.jsonld import JsonLd, is_posting, kept_of
from services.ingest.adapters.formats.reading import head_text
from services.ingest.adapters.formats.weworkremotely import is_weworkremotely
from services.ingest.domain.draft import Draft
from services.ingest.faults import FeedFault, cut_short, dtd_refused, too_large
from services.ingest.ports import Broken, JsonObject
from services.runtime.child import Child, ChildEndedError
from services.runtime.strict_json import read_value

MOST_BYTES = 16 * 1024 * 1024
MOST_SECONDS = 30.0
_HEAD_BYTES = 16 * 1024
_MOST_FIELD = 2_000
_PROLOG = re.compile(r"\s*(?:<\?[^>]{0,2000}\?>\s*|<!(?:DOCTYPE[^>]{0,2000}|--(?:(?!-->).){0,4000}--)>\s*)*", re.DOTALL)
_ROOT = re.compile(r"<(?:rss|feed|(?:\w{1,20}:)?RDF)[\s>]", re.IGNORECASE)
_DTD = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,500}\?>")
_STARTS = re.compile(r"<(?:\w{1,40}:)?(?:item|entry)(?=[\s>/])", re.IGNORECASE)
_CLOSED = re.compile(
    r"</(?:rss|feed|(?:\w{1,20}:)?RDF)\s{0,100}>\s*(?:<!--.{0,1000}-->\s*)?\Z", re.IGNORECASE | re.DOTALL
)
_TAIL = 4_096
_MOST_READS = 13
"""Of what could not be read at once: all items without what stands around them, then six times two halves."""
_MOST_SECONDS_HALVED = 10.0

_COMPANY = (
    "company",
    "company_name",
    "companyname",
    "job_listing_company",
    "employer",
    "hiringorganization",
    "organization",
)


_OF_POSTING = (
    "company",
    "company_url",
    "skills",
    "restriction",
    "locations",
    "workplace",
    "pay",
    "pay_text",
    "employment",
    "expires_at",
)
"""What a JobPosting within an item says of the job."""


class FeedUnreadableError(ValueError):
    """A feed that could not be read within the limits."""

    def __init__(self, fault: FeedFault) -> None:
        super().__init__(fault.sentence)
        self.fault = fault


class Syndication(Board):
    """RSS 0.9x to 2.0, RSS 1.0, Atom and JSON Feed 1.x."""

    def detects(self, body: bytes) -> bool:
        """By the root element or JSON Feed's version, unless a board of its own format claims it."""
        head = head_text(body, _HEAD_BYTES)
        if head.lstrip()[:1] == "{":
            return is_json_feed(body)
        return _has_feed_root(head) and not is_himalayas_rss(body) and not is_weworkremotely(body)

    def split(self, body: bytes) -> Iterator[Part]:
        """Cut a body into items. Never raises."""
        return opened(body, lambda text: cut(_rows(text), self.item, self.title_of))

    def draft(self, data: JsonObject) -> Draft:
        """Map an item. The company is the item's own, else its byline, else the feed. Raises UnusableItemError.

        What schema.org's JobPosting says in an item of a JSON Feed, as Teamtailor adds it, stands before all that.
        """
        draft = super().draft({**object_of(data.get("fields")), "entry": data})
        if not (posting := object_of(data.get("posting"))):
            return draft
        stated = self._json_ld.draft({**posting, "title": draft.title})
        said: dict[str, Any] = {name: value for name in _OF_POSTING if (value := getattr(stated, name))}
        return replace(draft, html=draft.html or stated.html, **said)

    @cached_property
    def _json_ld(self) -> JsonLd:
        return JsonLd("jsonld")

    def fingerprint(self, data: JsonObject) -> JsonObject:
        """The item less what belongs to the whole feed, and less its date of change, that of a JobPosting in it too."""
        kept = {name: value for name, value in data.items() if name not in {"feed_title", "updated"}}
        posting = object_of(data.get("posting"))
        return {**kept, "posting": self._json_ld.fingerprint(posting)} if posting else kept

    def title_of(self, row: JsonObject) -> str:
        """An entry's."""
        return text_of(row.get("title"))

    def item(self, row: JsonObject) -> Part:
        """An entry by its id, else its address."""
        return identified(text_of(row.get("id")) or text_of(row.get("link")), row, field="id")


def _has_feed_root(head: str) -> bool:
    prolog = _PROLOG.match(head)
    return prolog is not None and _ROOT.match(head, prolog.end()) is not None


def _rows(text: str) -> Iterator[Any | Broken]:
    if text.lstrip()[:1] == "{":
        return _json_entries(text)
    return _xml_entries(text)


def _json_entries(text: str) -> Iterator[Any | Broken]:
    feed = peek_text(text, "items").wrapper
    for row in rows(text, "items"):
        yield row if not isinstance(row, dict) else _from_json(row, feed)


def _from_json(row: JsonObject, feed: JsonObject) -> JsonObject:
    people = list_of(row.get("authors")) or list_of(row.get("author")) or list_of(feed.get("authors"))
    extension: dict[str, str] = {}
    posting = next((value for name, value in row.items() if name.startswith("_") and is_posting(value)), None)
    for name, value in row.items():
        if name.startswith("_") and value is not posting:
            found = object_of(value) or {name[1:]: value}
            extension |= {key.lower(): part for key, part in found.items() if isinstance(part, str)}
    entry = _entry(
        {
            "id": text_of(row.get("id")),
            "link": text_of(row.get("url")) or text_of(row.get("external_url")),
            "title": text_of(row.get("title")),
            "html": text_of(row.get("content_html")) or text_of(row.get("content_text")) or text_of(row.get("summary")),
            "published": row.get("date_published"),
            "updated": row.get("date_modified"),
            "tags": texts_of(row.get("tags")),
            "language": text_of(row.get("language")) or text_of(feed.get("language")),
            "feed_title": text_of(feed.get("title")),
        },
        extension,
        next((name for person in people if (name := text_of(object_of(person).get("name")))), ""),
    )
    return entry if posting is None else {**entry, "posting": kept_of(posting)}


def _xml_entries(text: str) -> Iterator[Any | Broken]:
    """Entries by feedparser. Of a document that is cut short, those that were closed."""
    start = _STARTS.search(text)
    if _DTD.search(text, 0, start.start() if start else len(text)):
        yield Broken(dtd_refused(), text[:EXCERPT], ends_feed=True)
        return
    if not _has_feed_root(text[:_HEAD_BYTES]):
        fault = FeedFault("wrong_form", "the document is neither RSS nor Atom nor JSON Feed")
        yield Broken(fault, text[:EXCERPT], ends_feed=True)
        return
    whole = bool(_CLOSED.search(text[-_TAIL:]))
    items = list(feed_items(text))
    for item in items:
        if item.fault is not None:
            yield Broken(item.fault, text[item.start : item.start + EXCERPT])
    count, more = 0, False
    for parsed in _parsed(text, items, whole=whole):
        if isinstance(parsed, Broken):
            yield parsed
            continue
        more = more or parsed["more"]
        for entry in parsed["entries"]:
            count += 1
            yield _from_xml(entry, parsed["feed"])
    if more:
        yield Broken(
            FeedFault("too_many_items", f"the feed holds more than {count:,} entries: the rest is left"), ends_feed=True
        )
    elif not whole:
        yield Broken(cut_short("feed", f" after {count:,} entries"), text[-EXCERPT:], ends_feed=True)


def _parsed(text: str, items: Sequence[FeedItem], *, whole: bool) -> Iterator[JsonObject | Broken]:
    """What feedparser makes of the document less what is at fault in it, and less an item that has no end.

    Where something keeps it busy for too long all the same, the items are read without what stands around them, and by
    halves.
    """
    sound = [item for item in items if item.fault is None]
    begins = _STARTS.search(text)
    stop = len(text) if whole or begins is None else items[-1].end if items else begins.start()
    pieces: list[str] = []
    end = 0
    for item in (*items, FeedItem(stop, stop, None)):
        around = text[end : item.start]
        fault = fault_in(around, of="it") if around.strip() else None
        if fault is not None:
            yield Broken(fault.at("what the feed says of itself is left out: "), around[:EXCERPT])
        pieces.append(around if fault is None else framed(around))
        pieces.append(text[item.start : item.end] if item.fault is None else "")
        end = item.end
    document = _DECLARATION.sub("", "".join(pieces), count=1)
    try:
        yield feed_reader().read(document)
    except FeedUnreadableError as error:
        if not sound or len(document) > MOST_BYTES:
            yield Broken(error.fault, text[:EXCERPT], ends_feed=True)
        else:
            yield from _by_halves(text, framed(text[: items[0].start]), sound, error)


def _by_halves(
    text: str, head: str, items: Sequence[FeedItem], fault: FeedUnreadableError
) -> Iterator[JsonObject | Broken]:
    waiting = [items]
    for _ in range(_MOST_READS):
        if not waiting:
            return
        some = waiting.pop()
        try:
            source = head + "".join(text[item.start : item.end] for item in some)
            yield feed_reader().read(source, most_seconds=_MOST_SECONDS_HALVED)
        except FeedUnreadableError as error:
            middle = len(some) // 2
            if middle:
                waiting += [some[middle:], some[:middle]]
            else:
                yield Broken(error.fault.at("an item: "), text[some[0].start : some[0].start + EXCERPT])
    if waiting:
        yield Broken(
            FeedFault(fault.fault.code, f"{fault}: {sum(map(len, waiting)):,} entries are left"), ends_feed=True
        )


def _from_xml(entry: JsonObject, feed: JsonObject) -> JsonObject:
    content: Callable[[str], int] = len
    return _entry(
        {
            "id": entry["id"],
            "link": entry["link"],
            "title": entry["title"],
            "html": max([*entry["content"], entry["summary"]], key=content),
            "published": entry["published"],
            "updated": entry["updated"],
            "tags": [tag for tag in entry["tags"] if tag],
            "language": feed["language"],
            "feed_title": feed["title"],
        },
        entry["fields"],
        entry["author"],
    )


def _entry(entry: JsonObject, fields: JsonObject, byline: str) -> JsonObject:
    """One shape for all three; a byline only where nothing else names the company, and never an address."""
    kept = {name: value for name, value in fields.items() if len(value) <= _MOST_FIELD}
    named = bool(_first(kept, _COMPANY))
    return {**entry, "fields": kept, **({"byline": byline} if byline and not named and "@" not in byline else {})}


def _first(fields: JsonObject, names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := text_of(fields.get(name)))), "")


class FeedReader:
    """One child process that reads feed after feed: 64 KB of markup can keep feedparser busy for half a minute."""

    def __init__(self, *, most_seconds: float = MOST_SECONDS) -> None:
        self._most_seconds = most_seconds
        self._child = Child(["-m", "services.ingest.adapters.children.feed_child"])

    @property
    def pid(self) -> int | None:
        """The process that reads, once there is one."""
        return self._child.pid

    def read(self, text: str, *, most_seconds: float = inf) -> dict[str, Any]:
        """Parse a feed: {"feed": {...}, "entries": [...]}, see `feed_child`. Raises FeedUnreadableError.

        It may take the reader's own time, or `most_seconds` where that is less.
        """
        patience = min(self._most_seconds, most_seconds)
        body = text.encode("utf-8", "replace")
        if len(body) > MOST_BYTES:
            raise FeedUnreadableError(too_large("body_too_large", "the feed is", MOST_BYTES // 2**20, "MiB"))
        try:
            answer = self._child.ask(body, most_s=patience)
        except ChildEndedError as ended:
            if ended.status is None:
                raise FeedUnreadableError(
                    FeedFault("adapter_failed", "no process to read feeds in could be started")
                ) from None
            raise FeedUnreadableError(
                FeedFault("too_heavy", f"the feed could not be read within {patience:g} seconds and its memory")
            ) from None
        parsed: dict[str, Any] = read_value(answer.decode("ascii"))[0]
        return parsed

    def close(self) -> None:
        """End the child, if there is one."""
        self._child.close()


@cache
def feed_reader() -> FeedReader:
    """The process's one reader, closed at its exit."""
    reader = FeedReader()
    atexit.register(reader.close)
    return reader
