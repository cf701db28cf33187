"""Builders for the matcher's service: a log, what goes in, and what came out of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from schemas.codec import decode, encode
from schemas.criteria import Criteria, CriteriaRecord
from schemas.keys import from_text
from schemas.match import Matches
from schemas.posting import PostingCore
from schemas.topics import CRITERIA, MATCHES, POSTINGS
from services.matcher.app import make_matcher
from services.matcher.service import Matcher
from services.matcher.settings import MatcherSettings
from services.rules.criteria import criteria_id
from services.runtime.clock import FixedClock
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Outgoing, Record
from services.runtime.stages.embedded import EmbeddedRunner
from tests.support.judging import FETCHED

NOON = FETCHED


def posting_out(posting: PostingCore, **headers: str) -> Outgoing:
    """A posting on its way into the log."""
    return Outgoing(POSTINGS.name, posting.posting_id.encode(), encode(posting), headers)


def criteria_out(key: int, asked: Criteria, version: int = 1, *, removed: bool = False, **headers: str) -> Outgoing:
    """Criteria on their way into the log."""
    record = CriteriaRecord(key=key, criteria_id=criteria_id(asked), version=version, removed=removed, criteria=asked)
    return Outgoing(CRITERIA.name, str(key).encode(), encode(record), headers)


def record_of(outgoing: Outgoing, offset: int = 0, at: datetime = NOON) -> Record:
    """An outgoing record as if it had been appended."""
    return Record(outgoing.topic, 0, offset, outgoing.key, outgoing.value, dict(outgoing.headers), at)


@dataclass(frozen=True, slots=True)
class Sent:
    """A matches record in short."""

    posting_id: str
    version: int
    keys: list[int]
    near: list[int]
    cause: str
    chunk: int = 0
    chunks: int = 1


def sent(records: Iterable[Outgoing | Record]) -> list[Sent]:
    """Read matches records."""
    found = (decode(Matches, record.value) for record in records)
    return [
        Sent(
            message.posting.posting_id,
            message.posting.version,
            from_text(message.keys).tolist(),
            from_text(message.near).tolist(),
            message.cause,
            message.chunk,
            message.chunks,
        )
        for message in found
    ]


@dataclass
class Matching:
    """A matcher on a real log, driven by the embedded runner."""

    folder: Path
    settings: MatcherSettings = field(default_factory=MatcherSettings)
    partitions: int = 2

    def __post_init__(self) -> None:
        self.clock = FixedClock(NOON)
        self.log = SqliteLog(self.folder / "log.sqlite", clock=self.clock, partitions=self.partitions)
        self.start()

    def start(self) -> Matcher:
        """A new process: nothing in memory, all in the log."""
        self.matcher = make_matcher(self.log, self.settings)
        self.runner = EmbeddedRunner([self.matcher], self.log, clock=self.clock)
        return self.matcher

    def put(self, *records: Outgoing, after: timedelta = timedelta()) -> None:
        """Append records."""
        self.clock.advance(after)
        self.log.produce(records)

    def drain(self) -> list[Sent]:
        """Handle all there is; what has been sent so far."""
        self.runner.load()
        self.runner.drain()
        return sent(self.log.read_all(MATCHES.name))
