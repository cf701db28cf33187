"""The captured feeds as they were served: every item with its key, when it arrives, and its raw text."""

import csv
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from lxml import etree

from services.ingest.adapters.formats.registry import detect
from services.ingest.domain.dates import read_date
from services.ingest.ports import Format, Item, UnusableItemError
from tests.support.shared import captures

_LONG: Final = 200
"""From so many characters on a field is text, not a fact."""
_NO_FACT: Final = re.compile(
    r"(url|link|logo|image|slug|guid|hash|uuid|excerpt|compliance|_required|question|ref)$"
    r"|(^|\.)(id|ref|feed|translations)\b",
    re.IGNORECASE,
)
_BLOCKS: Final = re.compile(r"<\s*(?:/?(?:p|div|ul|ol|h[1-6]|tr|table|section)|br|li)\b[^>]*>", re.IGNORECASE)
_TAGS: Final = re.compile(r"<[a-zA-Z/!][^>]*>")
_SPACES: Final = re.compile(r"[ \t\xa0]+")
_LINES: Final = re.compile(r"\s*\n\s*")


@dataclass(frozen=True)
class Captured:
    """One item of a feed."""

    key: str
    """File and the feed's own id: it outlives any change of rules."""
    title: str
    company: str
    arrives: datetime
    """When it was posted; when the feed was captured, where it does not say."""
    facts: Mapping[str, str]
    """The short fields, by their paths."""
    body: str
    """The long fields without markup."""

    @property
    def short(self) -> str:
        """All short fields in one line, but dates and the title."""
        return " | ".join(value for path, value in self.facts.items() if not re.search("title|date|position", path))


def key_of(file: str, source_id: str) -> str:
    """The key of an item."""
    return f"{file}#{source_id}"


def arrival(found: Format, item: Item, captured: datetime) -> datetime:
    """When an item is there to be polled."""
    try:
        posted = read_date("posted_at", found.draft(item.data).posted_at, fetched_at=captured).value
    except UnusableItemError:
        posted = None
    return posted or captured


def capture_dates() -> dict[str, datetime]:
    """When each file was captured, by its path below the captures."""
    with (captures() / "INDEX.tsv").open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return {row["file"]: datetime.fromisoformat(f"{row['captured']}T06:00:00+00:00") for row in rows}


@cache
def all_captured() -> Mapping[str, Captured]:
    """Every item of every capture that can be a posting, by key."""
    return {posting.key: posting for file, at in capture_dates().items() for posting in _of_file(file, at)}


def _of_file(file: str, captured: datetime) -> Iterator[Captured]:
    body = (captures() / file).read_bytes()
    found = detect(body)
    for part in found.split(body) if found else ():
        if not found or not isinstance(part, Item):
            continue
        try:
            draft = found.draft(part.data)
        except UnusableItemError:
            continue
        facts, texts = dict[str, str](), list[str]()
        for path, value in _leaves(part.data):
            if len(value) > _LONG:
                texts.append(value)
            elif path not in facts and not _NO_FACT.search(path):
                facts[path] = value
        company = draft.company or Path(file).stem.removeprefix("stapply_")
        yield Captured(
            key_of(file, part.source_id),
            draft.title or "",
            company,
            arrival(found, part, captured).astimezone(UTC),
            facts,
            "\n\n".join(_distinct(texts)),
        )


def _leaves(data: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every scalar that says something, with markup stripped; lists of scalars as one."""
    match data:
        case dict():
            for name, value in data.items():
                yield from _leaves(value, f"{path}.{name}" if path else name)
        case list() if all(isinstance(scalar, str | int | float) for scalar in data):
            if data:
                yield path, ", ".join(plain(str(scalar)) for scalar in data)
        case list():
            for number, value in enumerate(data):
                yield from _leaves(value, f"{path}.{number}")
        case str() if data.startswith("<") and path == "row":
            yield from _elements(data)
        case None | "":
            return
        case _:
            yield path, plain(str(data))


def _elements(row: str) -> Iterator[tuple[str, str]]:
    """An item of XML, element by element."""
    root = etree.fromstring(row.encode(), etree.XMLParser(recover=True, resolve_entities=False))
    for element in root.iter() if root is not None else ():
        if isinstance(element.tag, str) and element.text and element.text.strip():
            yield etree.QName(element).localname, plain(element.text)


def plain(text: str) -> str:
    """A text without markup, its blocks on lines of their own."""
    for _ in range(2):
        if "&" in text:
            text = html.unescape(text)
    if "<" in text:
        text = _TAGS.sub("", re.sub(r"<\s*li\b[^>]*>", "\n- ", _BLOCKS.sub(_line, text), flags=re.IGNORECASE))
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()


def _line(tag: re.Match[str]) -> str:
    return tag[0] if re.match(r"<\s*li\b", tag[0], re.IGNORECASE) else "\n"


def _distinct(texts: list[str]) -> Iterator[str]:
    """Feeds give a text twice, as HTML and plain, and its beginning once more as an excerpt."""
    seen = list[str]()
    for text in sorted(texts, key=len, reverse=True):
        folded = re.sub(r"\W+", "", text.casefold())
        if not any(folded[:_LONG] in earlier for earlier in seen):
            seen.append(folded)
            yield text
