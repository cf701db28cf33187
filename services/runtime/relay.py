"""The outbox relay: what a store transaction decided, published in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.runtime.records import Outgoing, Producer, Record


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A record that a committed transaction wants published. Ids grow in the order of publishing."""

    id: int
    topic: str
    key: bytes
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Outbox(Protocol):
    """The outbox table of a store."""

    def pending(self, limit: int) -> Sequence[OutboxRow]:
        """The first `limit` unpublished rows, by id."""
        ...

    def mark_published(self, ids: Sequence[int]) -> None:
        """Say that these rows need not be published again."""
        ...


class OutboxRelay:
    """A service without inputs that empties an outbox into the log, one relay for each outbox.

    It marks rows only after the producer returned: a crash between the two publishes them again, in the same order,
    and whoever reads them goes by the version that each carries.
    """

    name = "outbox.relay"
    inputs: tuple[str, ...] = ()

    def __init__(self, outbox: Outbox, producer: Producer, *, most: int = 500) -> None:
        if most < 1:
            raise ValueError("a relay publishes at least one row at a time")
        self._outbox = outbox
        self._producer = producer
        self._most = most

    def load(self) -> None:
        """Hold nothing: the outbox is the memory."""

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        """Read no topic."""
        return ()

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        """Publish all that is pending. Raises `UnavailableError` from the log or the store, having lost nothing."""
        while rows := self._outbox.pending(self._most):
            self._producer.produce([Outgoing(row.topic, row.key, row.value, row.headers) for row in rows])
            self._outbox.mark_published([row.id for row in rows])
        return ()
