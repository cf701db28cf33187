"""Builders for what the Faust runner is given: records, a producer, a meter."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.runtime.errors import UnavailableError
from services.runtime.metrics.meter import RunnerMeter
from services.runtime.records import Outgoing


@dataclass(frozen=True)
class Found:
    """A record as the client of Faust gives it."""

    partition: int
    offset: int
    key: bytes | None = b"key"
    value: bytes | None = b"value"
    headers: Sequence[tuple[str, bytes]] | None = ()
    timestamp: int | None = 1_772_366_400_123


@dataclass
class Producing:
    """Keeps what it is given; `away` makes it fail."""

    out: list[Outgoing] = field(default_factory=list)
    away: bool = False

    def produce(self, records: Sequence[Outgoing]) -> None:
        if self.away:
            raise UnavailableError("Kafka is away")
        self.out += records


@dataclass
class Telling(RunnerMeter):
    """Keeps what it is told."""

    done: int = 0
    retries: list[str] = field(default_factory=list)
    letters: list[tuple[str, str]] = field(default_factory=list)
    ticks: list[bool] = field(default_factory=list)
    lags: dict[tuple[str, int], int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)

    def batch(self, topic: str, count: int, seconds: float) -> None:
        self.done += count

    def retried(self, topic: str, error_type: str) -> None:
        self.retries.append(error_type)

    def dead(self, topic: str, error_type: str) -> None:
        self.letters.append((topic, error_type))

    def lag(self, topic: str, partition: int, records: int) -> None:
        self.lags[topic, partition] = records

    def left_unread(self, topic: str, records: int) -> None:
        self.lost[topic] = self.lost.get(topic, 0) + records

    def unassigned(self, topic: str, partition: int) -> None:
        del self.lags[topic, partition]

    def ticked(self, seconds: float, *, failed: bool) -> None:
        self.ticks.append(failed)
