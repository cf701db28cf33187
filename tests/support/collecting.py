"""Builders for sources, listings and collectors over a real store."""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from schemas.codec import decode
from schemas.raw import RawPosting
from services.ingest.adapters.fetch.files import FileFetcher
from services.ingest.adapters.fetch.web import WebFetcher
from services.ingest.adapters.formats.catalogue import Catalogue
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.collector import Collector
from services.ingest.poll import PollReport
from services.ingest.poller import Poller
from services.ingest.polls import Polls
from services.ingest.reader import Reader
from services.ingest.sending import Tools
from services.ingest.settings import IngestSettings, SourceSettings
from services.runtime.errors import UnavailableError
from services.runtime.records import Outgoing
from services.runtime.sql.revisions import migrate
from services.runtime.sql.store import open_store, scrub

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def job(
    source_id: str, *, title: str = "Data Engineer", posted: datetime | None = NOON - DAY, **more: Any
) -> dict[str, Any]:
    """One job of a board that lists completely."""
    return {
        "id": source_id,
        "title": title,
        "isListed": True,
        "jobUrl": f"https://jobs.example/fern/{source_id}",
        "descriptionHtml": "<p>We grow ferns.</p>",
        "publishedAt": None if posted is None else posted.isoformat(),
        **more,
    }


def board(*jobs: Mapping[str, Any]) -> bytes:
    """A complete listing (Ashby's form)."""
    return json.dumps({"apiVersion": "1", "jobs": list(jobs)}).encode()


def browse_page(*source_ids: str, cursor: str | None = None, posted: datetime = NOON - DAY) -> bytes:
    """A page of a listing of the newest (Himalayas' form)."""
    jobs = [
        {
            "guid": f"https://browse.example/jobs/{source_id}",
            "title": f"Role {source_id}",
            "companyName": "Kelp & Co",
            "locationRestrictions": [],
            "description": "<p>Kelp.</p>",
            "pubDate": int(posted.timestamp()),
        }
        for source_id in source_ids
    ]
    return json.dumps({"offset": 0, "limit": 20, "totalCount": 1000, "nextCursor": cursor, "jobs": jobs}).encode()


def line(
    source_id: str, *, posted: datetime | None = NOON - DAY, expires: datetime | None = None, **more: Any
) -> dict[str, Any]:
    """A posting of our own JSON lines, which do not list completely."""
    dates = {"posted_at": posted and posted.isoformat(), "expires_at": expires and expires.isoformat()}
    return {
        "id": source_id,
        "title": "Gardener",
        "company": "Nimbus Fern",
        "url": f"https://fern.example/{source_id}",
        **dates,
        **more,
    }


def json_lines(*rows: Mapping[str, Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


@dataclass(slots=True)
class KeptRecords:
    """A producer that keeps what it is given, and can be made to be away after so many records."""

    records: list[Outgoing] = field(default_factory=list)
    room: int | None = None
    goes_down: bool = False

    def produce(self, records: Sequence[Outgoing]) -> None:
        if self.room is not None and len(records) > self.room:
            raise UnavailableError("the log is away")
        self.records += records
        if self.goes_down and records:
            self.goes_down = False
            raise UnavailableError("the log went down once it had taken them")

    def raw(self) -> list[RawPosting]:
        return [decode(RawPosting, record.value) for record in self.records if record.topic == "raw.v1"]

    def events(self) -> list[str]:
        """`seen 1`, `closed 2`, ... in order; forgets them."""
        names = [f"{raw.event} {raw.source_id.rpartition('/')[2]}" for raw in self.raw()]
        self.records = [record for record in self.records if record.topic != "raw.v1"]
        return names

    def letters(self) -> list[Outgoing]:
        return [record for record in self.records if record.topic == "raw.v1.dead"]


@dataclass(slots=True)
class Bench:
    """Collectors with all that they touch."""

    tools: Tools
    reader: Reader
    sent: KeptRecords
    slept: list[float]
    chance: Random
    now: datetime = NOON
    monotonic: Callable[[], float] = time.monotonic
    """The clock by which polls are timed."""
    collector: Collector = field(init=False)
    poller: Poller = field(init=False)
    polls: Polls = field(init=False)

    def __post_init__(self) -> None:
        self.collector = Collector(self.tools, self.reader, self.chance)
        self.polls = Polls(1)
        self.poller = Poller(self.tools, self.reader, self.chance, self.polls, monotonic=self.monotonic)

    @property
    def ledger(self) -> SqlSourceLedger:
        return self.tools.ledger

    @property
    def settings(self) -> IngestSettings:
        return self.tools.settings

    def poll(self, source: str = "board", *, after: timedelta = HOUR) -> PollReport:
        """Poll a source, due or not, then let time pass."""
        found = self.settings.source(source)
        assert found is not None
        with self.polls.turn():
            report = self.poller.poll(found, self.now)
        self.now += after
        return report

    def tick(self, *, after: timedelta = HOUR) -> None:
        self.collector.tick(self.now)
        self.now += after


@cache
def _empty_store() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite"
        engine = open_store(f"sqlite:///{path}")
        migrate(engine)
        scrub(engine)
        engine.dispose()
        return path.read_bytes()


def bench(
    folder: Path,
    *sources: SourceSettings,
    environ: Mapping[str, str] | None = None,
    monotonic: Callable[[], float] = lambda: 0.0,
    **settings: Any,
) -> Bench:
    """A collector over a new SQLite store; waits are noted, not slept."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "store.sqlite").write_bytes(_empty_store())
    engine = open_store(f"sqlite:///{folder / 'store.sqlite'}")
    made = IngestSettings(
        sources=sources, **{"connect_timeout": 2, "read_timeout": 1, "total_timeout": 2, "gap": 1, **settings}
    )
    ledger, sent, slept, chance = SqlSourceLedger(engine), KeptRecords(), list[float](), Random(7)
    web = WebFetcher(made, chance, environ=environ or {}, sleep=slept.append, monotonic=monotonic)
    known = Catalogue(made.mappings)
    reader = Reader(
        web=web,
        files=FileFetcher(),
        detect=known.detect,
        format_named=known.format_named,
        revision=known.revision,
    )
    return Bench(Tools(made, ledger, sent, known.format_named), reader, sent, slept, chance)


def source(url: str, name: str = "board", **more: Any) -> SourceSettings:
    return SourceSettings(**{"name": name, "url": url, "allow_private": True, "robots": False, **more})


def written(path: Path, body: bytes, *, changed_at: int = 0) -> Path:
    """A file with a time of change that does not depend on the clock."""

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    os.utime(path, ns=(changed_at, changed_at))
    return path
