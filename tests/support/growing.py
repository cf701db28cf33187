"""A board whose listing grows and changes while it is polled, and what a broker and a ledger hold of it."""

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select

from schemas.codec import decode
from schemas.raw import RawPosting
from schemas.sql.ingest import source_items, sources
from services.ingest.domain.polling.listing import PENDING
from services.runtime.kafka.reader import KafkaTail
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.sql.store import reading
from tests.support.collecting import board, job
from tests.support.feed_server import Exchange, FeedServer

Version = tuple[str, str]
"""An item's id and its title, which changes with it."""
_SOURCE = """
[[ingest.sources]]
name = "{name}"
url = "{url}"
every = "0.3s"
allow_private = true
robots = false
"""


def sources_at(urls: Mapping[str, str]) -> str:
    """The settings of sources that are asked again and again."""
    return '[ingest]\ngap = "0.01s"\n' + "".join(_SOURCE.format(name=name, url=url) for name, url in urls.items())


@dataclass
class GrowingBoard:
    """Lists all its jobs, with an etag; at every other request some are new, one is changed and one may be gone."""

    name: str
    chance: random.Random
    grows: bool = True
    jobs: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    listed: dict[str, frozenset[Version]] = field(default_factory=dict)
    """By etag: what was listed under it."""
    served: threading.Event = field(default_factory=threading.Event)
    """Set once a listing has gone out."""
    vouched: int = 0
    """How often the listing was asked for by an etag."""
    posted: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(days=1))
    _lock: threading.RLock = field(default_factory=threading.RLock)
    """The server asks in threads of its own."""
    _number: int = 0

    def on(self, server: FeedServer) -> str:
        """Its address there."""
        return server.on(f"/{self.name}", self.answer)

    def answer(self, exchange: Exchange) -> None:
        with self._lock:
            if self.grows and self.chance.random() < 0.5:
                self.grow()
            asked, etag = exchange.asked.headers.get("if-none-match"), f'"{self._number}"'
            self.vouched += asked is not None
            unchanged = asked == etag
            body = b"" if unchanged else board(*self._rows())
            self.listed[etag] = self.present()
        exchange.reply(304 if unchanged else 200, body, ETag=etag)
        if not unchanged:
            self.served.set()

    def grow(self) -> None:
        with self._lock:
            self._number += 1
            for at in range(self.chance.choice((1, 5, 40))):
                self.jobs[f"{self.name}-{self._number}-{at}"] = "Data Engineer"
            changed = self.chance.choice(sorted(self.jobs))
            self.jobs[changed] = f"Data Engineer, {self._number}"
            if len(self.jobs) > 20 and self.chance.random() < 0.5:
                lost = self.chance.choice(sorted(self.jobs))
                del self.jobs[lost]
                self.gone.add(lost)

    def present(self) -> frozenset[Version]:
        with self._lock:
            return frozenset(self.jobs.items())

    def _rows(self) -> list[dict[str, object]]:
        return [job(source_id, title=title, posted=self.posted) for source_id, title in self.jobs.items()]


class Arrived:
    """What raw.v1 holds, as far as it was looked at."""

    def __init__(self, settings: KafkaSettings) -> None:
        self.seen: set[Version] = set()
        self.hashes: set[tuple[str, str]] = set()
        """By id and content."""
        self.closed: set[str] = set()
        self.records = 0
        self._tail = KafkaTail(settings, "raw.v1")

    def look(self) -> "Arrived":
        for record in self._tail.catch_up():
            raw = decode(RawPosting, record.value)
            self.records += 1
            if raw.event == "closed":
                self.closed.add(raw.source_id)
            else:
                self.seen.add((raw.source_id, str(raw.item["title"])))
                self.hashes.add((raw.source_id, raw.content_hash))
        return self

    def holds(self, growing: GrowingBoard) -> bool:
        """Whether all that the board lists is there, and all that it lists no more is closed."""
        return (
            growing.present() <= self.seen and growing.gone & {source_id for source_id, _ in self.seen} <= self.closed
        )

    def close(self) -> None:
        self._tail.close()


def said_too_early(store: Engine, arrived: Arrived, boards: Mapping[str, GrowingBoard]) -> list[str]:
    """What the ledger calls sent, closed or whole and raw.v1 does not hold; look at raw.v1 after the ledger."""
    with reading(store) as connection:
        items = connection.execute(
            select(source_items.c.source_id, source_items.c.content_hash, source_items.c.is_open)
        ).all()
        etags = connection.execute(select(sources.c.source, sources.c.etag).where(sources.c.etag.is_not(None))).all()
    arrived.look()
    found = [
        f"{source_id} is {'open' if is_open else 'closed'}"
        for source_id, content_hash, is_open in items
        if not content_hash.startswith(PENDING)
        and ((source_id, content_hash) not in arrived.hashes if is_open else source_id not in arrived.closed)
    ]
    for source, etag in etags:
        if source in boards and (lacking := boards[source].listed[etag] - arrived.seen):
            found.append(f"{source} is vouched for by {etag}, and lacks {sorted(lacking)[:3]}")
    return found


def in_flight(store: Engine) -> int:
    """Items that the ledger calls about to be sent."""
    with reading(store) as connection:
        hashes = connection.execute(select(source_items.c.content_hash)).scalars()
        return sum(found.startswith(PENDING) for found in hashes)
