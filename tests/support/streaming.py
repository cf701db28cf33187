"""Builders for what the Faust runner is given: events of Faust, a producer, a meter."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from services.runtime.errors import UnavailableError
from services.runtime.metering import NoMeter
from services.runtime.records import Outgoing


class Partition(NamedTuple):
    topic: str
    partition: int


@dataclass(frozen=True)
class Message:
    topic: str
    partition: int
    offset: int
    generation_id: int = 1
    key: bytes | None = b"key"
    value: bytes | None = b"value"
    headers: Sequence[tuple[str, bytes]] | None = ()
    timestamp: float | None = 1_772_366_400.123

    @property
    def tp(self) -> Partition:
        return Partition(self.topic, self.partition)


@dataclass(frozen=True)
class Event:
    message: Message


def events(topic: str, partition: int, *offsets: int, generation: int = 1) -> list[Event]:
    return [Event(Message(topic, partition, offset, generation)) for offset in offsets]


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
class Telling(NoMeter):
    """Keeps what it is told."""

    done: int = 0
    retries: list[str] = field(default_factory=list)
    letters: list[tuple[str, str]] = field(default_factory=list)
    ticks: list[bool] = field(default_factory=list)

    def batch(self, topic: str, count: int, seconds: float) -> None:
        self.done += count

    def retried(self, topic: str, error_type: str) -> None:
        self.retries.append(error_type)

    def dead(self, topic: str, error_type: str) -> None:
        self.letters.append((topic, error_type))

    def ticked(self, seconds: float, *, failed: bool) -> None:
        self.ticks.append(failed)
