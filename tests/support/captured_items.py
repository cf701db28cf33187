"""Captured postings as raw records, for tests that push them into a log."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from schemas.codec import digest_of, encode
from schemas.posting import posting_id_of
from schemas.raw import RawPosting
from schemas.topics import RAW
from services.ingest.adapters.formats.registry import detect
from services.ingest.ports import Item, JsonObject
from services.runtime.records import Outgoing


@dataclass(frozen=True)
class Captured:
    """One item of a captured feed, that may be pushed at any time and more than once."""

    source: str
    source_id: str
    format: str
    item: JsonObject

    def raw(self, at: datetime) -> RawPosting:
        return RawPosting(
            posting_id=posting_id_of(self.source, self.source_id),
            source=self.source,
            source_id=self.source_id,
            format=self.format,
            item=self.item,
            content_hash=digest_of(repr(self.item)),
            fetched_at=at,
        )


def captured_items(file: Path, source: str, most: int | None = None, seed: int = 0) -> list[Captured]:
    """The whole items of a captured feed, or a sample of them."""
    body = file.read_bytes()
    found = detect(body)
    assert found is not None, f"{file.name} is of no known format"
    items: dict[str, Item] = {part.source_id: part for part in found.split(body) if isinstance(part, Item)}
    chosen: Sequence[Item] = list(items.values())
    if most is not None and most < len(chosen):
        chosen = random.Random(seed).sample(chosen, most)
    return [Captured(source, item.source_id, found.name, item.data) for item in chosen]


def pushed(raw: RawPosting) -> Outgoing:
    """A raw posting as its record."""
    return Outgoing(RAW.name, raw.posting_id.encode(), encode(raw))
