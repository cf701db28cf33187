"""Builders for logs, records and services to be driven."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from services.runtime.clock import FixedClock
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Outgoing, Record

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOPIC = "raw.v1"
NEXT = "postings.v1"


def out(key: str, value: str = "", *, topic: str = TOPIC, **headers: str) -> Outgoing:
    return Outgoing(topic, key.encode(), value.encode(), headers)


def outs(count: int, *, first: int = 0, topic: str = TOPIC) -> list[Outgoing]:
    return [out(f"key {number}", f"value {number}", topic=topic) for number in range(first, first + count)]


def open_log(folder: Path, *, clock: FixedClock | None = None, partitions: int = 1) -> SqliteLog:
    return SqliteLog(folder / "log.sqlite", clock=clock or FixedClock(NOON), partitions=partitions)


def values(records: Sequence[Record]) -> list[str]:
    return [record.value.decode() for record in records]


class ManualTime:
    """Seconds that pass only by sleeping."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@dataclass
class Collecting:
    """A service that writes down what it is given; `judge` may raise for a record."""

    name: str = "collecting"
    inputs: tuple[str, ...] = (TOPIC,)
    judge: Callable[[Record], None] = lambda record: None
    forward: str | None = None
    batches: list[list[str]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    ticks: list[datetime] = field(default_factory=list)
    on_load: Callable[[], None] = lambda: None
    on_tick: Callable[[datetime], Sequence[Outgoing]] = lambda now: ()

    def load(self) -> None:
        self.on_load()

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        self.batches.append(values(batch))
        for record in batch:
            self.judge(record)
        self.done += values(batch)
        if self.forward is None:
            return ()
        return [Outgoing(self.forward, record.key, record.value) for record in batch]

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        self.ticks.append(now)
        return self.on_tick(now)
