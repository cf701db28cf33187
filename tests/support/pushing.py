"""A push endpoint over a real store, on a real socket, and a client of it."""

import gzip
import http.client
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from schemas.codec import decode
from schemas.raw import RawPosting
from services.ingest.push_app import make_push_server
from services.ingest.settings import IngestSettings
from services.runtime.clock import Clock, FixedClock
from services.runtime.figures.hours import HourCounts
from services.runtime.figures.source_hours import SourceHour, read_source_hours
from services.runtime.log.sqlite import SqliteLog
from services.runtime.metrics.process import Metrics
from services.runtime.pauses import Pauses
from services.runtime.records import Producer
from services.runtime.sql.store import open_store, reading
from tests.support.collecting import NOON
from tests.support.stores import sqlite_url

KEY = "k" * 24
OTHER_KEY = "o" * 24
JSON = "application/json"
LINES = "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the endpoint said."""

    status: int
    headers: Mapping[str, str]
    body: Any

    def outcomes(self) -> list[str]:
        return [outcome["outcome"] for outcome in self.body["records"]]

    def faults(self) -> list[tuple[int, str | None, str]]:
        return [(fault["index"], fault["field"], fault["reason"]) for fault in self.body["errors"]]


class Client:
    """Speaks to the endpoint as a board would."""

    def __init__(self, port: int, key: str | None = KEY) -> None:
        self.port = port
        self.key = key

    def send(
        self,
        body: bytes,
        *,
        kind: str | None = JSON,
        method: str = "POST",
        path: str = "/v1/postings",
        timeout: float = 20,
        **headers: str,
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if kind is not None:
            given["Content-Type"] = kind
        if self.key is not None:
            given.setdefault("Authorization", f"Bearer {self.key}")
        try:
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        is_json = (answer.headers.get("Content-Type") or "").startswith(JSON)
        return Answer(answer.status, dict(answer.headers), json.loads(text) if is_json else text)

    def push(self, value: Any, **more: Any) -> Answer:
        return self.send(json.dumps(value).encode(), **more)

    def lines(self, *rows: Any) -> Answer:
        return self.send(b"\n".join(json.dumps(row).encode() for row in rows), kind=LINES)

    def gzipped(self, body: bytes) -> Answer:
        return self.send(gzip.compress(body), Content_Encoding="gzip")

    def close(self, source_id: str) -> Answer:
        return self.send(b"", method="DELETE", path=f"/v1/postings/{source_id}", kind=None)


@dataclass(slots=True)
class Pushed:
    """The endpoint and what it writes to."""

    client: Client
    log: SqliteLog
    folder: Path
    clock: Clock
    metrics: Metrics
    engine: Engine
    counts: HourCounts

    def hour(self, source: str) -> SourceHour:
        """What came of a source in the present hour."""
        self.counts.keep(self.engine)
        now = self.clock.now()
        with reading(self.engine) as connection:
            return read_source_hours(connection, now, (source,))[source][-1]

    def raw(self) -> list[RawPosting]:
        """What went out, in order of sending."""
        found = [decode(RawPosting, record.value) for record in self.log.read_all("raw.v1")]
        return sorted(found, key=lambda raw: raw.fetched_at)

    def events(self) -> list[str]:
        return [f"{raw.event} {raw.source_id}" for raw in self.raw()]


def ingest_settings(**push: Any) -> IngestSettings:
    keys = {
        "acme": {"source": "acme", "key": KEY, "attribution": {"name": "Acme", "url": "https://acme.example"}},
        "other": {"source": "other", "key": OTHER_KEY},
    }
    return IngestSettings(push={"port": 0, "keys": keys, **push})


@contextmanager
def pushing(
    folder: Path,
    *,
    clock: Clock | None = None,
    around: Callable[[SqliteLog], Producer] = lambda log: log,
    pauses: Callable[[], Pauses] = Pauses,
    **push: Any,
) -> Iterator[Pushed]:
    """Serve; `around` puts something between the endpoint and its log."""
    clock = clock or FixedClock(NOON)
    store = folder / "store.sqlite"
    engine = open_store(f"sqlite:///{store}" if store.exists() else sqlite_url(folder))
    counts = HourCounts(clock)
    metrics = Metrics(counts)
    with SqliteLog(folder / "log.sqlite", clock=clock) as log:
        server = make_push_server(
            ingest_settings(**push),
            engine=engine,
            producer=around(log),
            clock=clock,
            pauses=pauses,
            metrics=metrics,
        )
        with server:
            yield Pushed(Client(server.port), log, folder, clock, metrics, engine, counts)
    engine.dispose()


def posting(source_id: str | None = "1", **more: Any) -> dict[str, Any]:
    """A posting as a board would push it."""
    given = {} if source_id is None else {"id": source_id}
    row = {"title": "Gardener", "company": "Nimbus Fern", "url": f"https://fern.example/{source_id}"}
    return given | row | more


def many(count: int) -> Sequence[dict[str, Any]]:
    return [posting(str(number)) for number in range(count)]
