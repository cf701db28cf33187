"""The items of an RSS or Atom document as written, and what stands around them, judged before a parser sees them."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from services.ingest.faults import FeedFault

MOST_ITEM = 900_000
"""Characters of one item; the longest of the captured ones has 50,000."""
MOST_ATTRIBUTES = 200
"""Of one element: parsers compare each with all others."""
MOST_SHORT = 5_000
"""Characters of an element that holds a name, a date or an address: they are tried by patterns of the square."""
MOST_DEPTH = 100
"""Of elements within one another."""

_MARK = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
    r"|<(?P<open>(?:\w{1,40}:)?(?:item|entry))(?=[\s>/])[^<>]*+>|</(?:\w{1,40}:)?(?:item|entry)\s{0,100}>",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<(/?)([A-Za-z_][\w.:-]{0,99})([^<>]*+)>", re.DOTALL)
_ATTRIBUTE = re.compile(r"""[\w.:-]\s{0,20}=\s{0,20}["']""")
_SHORT = frozenset({
    "author", "creator", "contributor", "publisher", "managingeditor", "webmaster", "name", "email", "uri", "pubdate",
    "date", "published", "updated", "modified", "issued", "created", "link", "guid", "id", "title", "category",
})  # fmt: skip
_FRAME = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
    r"|<(?P<holder>/?(?:\w{1,20}:)?(?:rss|feed|rdf|channel))(?P<attributes>(?=[\s>])[^<>]*+)>"
    r"|<(?P<name>title|language)(?=[\s>])[^<>]{0,500}>"
    r"(?:[^<]{0,5000}|\s{0,100}<!\[CDATA\[(?:[^<\]]|\](?!\]>)){0,5000}\]\]>\s{0,100})</(?P=name)>",
    re.DOTALL | re.IGNORECASE,
)
_TELLING = re.compile(
    r"""\s(?:xmlns(?::[\w.-]{1,40})?|version|xml:lang)\s{0,10}=\s{0,10}(?:"[^"<>]{0,300}"|'[^'<>]{0,300}')"""
)
"""Attributes by which a parser tells what the elements are."""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One item, `text[start:end]` of its document."""

    start: int
    end: int
    fault: FeedFault | None
    """Why it is not given to a parser."""


def feed_items(text: str) -> Iterator[FeedItem]:
    """The items of a document that have an end, in order."""
    start: int | None = None
    for mark in _MARK.finditer(text):
        tag = mark[0]
        if tag.startswith("<!"):
            continue
        if mark["open"] and start is None and not tag.endswith("/>"):
            start = mark.start()
        elif not mark["open"] and start is not None:
            yield FeedItem(start, mark.end(), fault_in(text[start : mark.end()]))
            start = None


def framed(around: str) -> str:
    """Of what stands around items: the elements that hold them, and a title and language that are short."""
    kept: list[str] = []
    named: set[str] = set()
    for mark in _FRAME.finditer(around):
        if mark["holder"]:
            telling = islice(_TELLING.finditer(mark["attributes"]), MOST_ATTRIBUTES)
            kept.append(f"<{mark['holder']}{''.join(found[0] for found in telling)}>")
        elif mark["name"] and mark["name"].lower() not in named:
            named.add(mark["name"].lower())
            kept.append(mark[0])
    return "".join(kept)


def fault_in(source: str, *, patterns: bool = True, of: str = "an item") -> FeedFault | None:
    """What makes the source of an element too much for a parser; None where nothing does.

    `patterns`: the parser tries names, dates and addresses by patterns, as feedparser does.
    """
    if len(source) > MOST_ITEM:
        return FeedFault("item_too_large", f"{of} has {len(source):,} characters, over {MOST_ITEM:,}")
    opened: Counter[str] = Counter()
    depth, short, begun = 0, "", 0
    for tag in _TAG.finditer(source):
        closing, name, rest = tag.groups()
        if name is None:
            continue
        if short and tag.start() - begun > MOST_SHORT:
            return _too_long(short, tag.start() - begun)
        bare = name.rpartition(":")[2].lower()
        short, begun = (name, tag.end()) if patterns and not closing and bare in _SHORT else ("", 0)
        if closing:
            depth -= opened[name] > 0
            opened[name] -= opened[name] > 0
            continue
        count = len(_ATTRIBUTE.findall(rest)) if len(rest) > MOST_ATTRIBUTES else 0
        if count > MOST_ATTRIBUTES:
            return FeedFault("too_heavy", f"its <{name}> has {count:,} attributes, over {MOST_ATTRIBUTES}", name)
        if not rest.endswith("/"):
            opened[name] += 1
            depth += 1
        if depth > MOST_DEPTH:
            return FeedFault("too_deep", f"its elements lie deeper than {MOST_DEPTH} within one another")
    # One that has no end: all that follows is tried as if it were within.
    return _too_long(short, len(source) - begun) if short and len(source) - begun > MOST_SHORT else None


def _too_long(name: str, length: int) -> FeedFault:
    return FeedFault("too_long", f"its <{name}> has {length:,} characters, over {MOST_SHORT:,}", name)
