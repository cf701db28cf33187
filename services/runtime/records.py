"""Records of a log, and what a service is: three synchronous functions over them."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record on its way out. `key` decides the partition; equal keys stay in order."""

    topic: str
    key: bytes
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """A record at its position in a log."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: Mapping[str, str]
    appended_at: datetime


@dataclass(frozen=True, slots=True)
class Commit:
    """A consumer group's next offset in one partition."""

    group: str
    topic: str
    partition: int
    offset: int


class Service(Protocol):
    """What a runner drives: the embedded one and the streams alike.

    `handle` must be idempotent: a record may come again after a crash. It raises `PoisonError` for a record that can
    never be processed and `UnavailableError` for an engine that is away; see `services.runtime.errors`.
    """

    @property
    def name(self) -> str:
        """Also the consumer group."""
        ...

    @property
    def inputs(self) -> tuple[str, ...]:
        """The topics that it reads."""
        ...

    def load(self) -> None:
        """Rebuild what is held in memory; called once, before the first batch."""
        ...

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        """Take records of one partition of one topic, in order; make the effects; give what goes out.

        Where a runner is told that a service takes them `together`: of several partitions, each partition's in order.
        """
        ...

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        """Do what is due at `now`. May run on any worker, so it claims what it does."""
        ...


class TicksAlone:
    """A service that reads no topic and holds nothing in memory: all that it does it does when it ticks."""

    inputs: tuple[str, ...] = ()

    def load(self) -> None:
        """Hold nothing."""

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        """Nothing comes in."""
        return ()


class ServiceWrapper:
    """A service within another, which does what the inner one does but for what it defines itself."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @property
    def name(self) -> str:
        return self._service.name

    @property
    def inputs(self) -> tuple[str, ...]:
        return self._service.inputs

    def load(self) -> None:
        self._service.load()

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        return self._service.handle(batch)

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        return self._service.tick(now)


class Producer(Protocol):
    """Appends to a log; returns once every record is durable, or raises `UnavailableError`."""

    def produce(self, records: Sequence[Outgoing]) -> None: ...


class TopicReader(Protocol):
    """Reads a topic from its start (or a time) to its present end, for `Service.load`."""

    def read_all(self, topic: str, since: datetime | None = None) -> Iterator[Record]: ...


class Tail(Protocol):
    """Follows all partitions of one topic, for what every worker holds of it whoever handles its records."""

    def begin(self, places: Mapping[int, int]) -> None:
        """Go on at these offsets, by partition, none beyond its end, and at the topic's start in the others."""
        ...

    def catch_up(self) -> Iterator[Record]:
        """The records since last time, at first from the topic's start, up to the ends at the time of the call or
        beyond: whatever was durable before the call comes. Order holds within a partition.

        What was given need not come again, so the caller keeps what it could not yet take in. It costs little where
        there is nothing new. Raises UnavailableError, and then goes on where it was.
        """
        ...


def partition_of(key: bytes, partitions: int) -> int:
    """Where a key lives: the same in every log, process and release (CRC-32, RFC 1952)."""
    return zlib.crc32(key) % partitions
