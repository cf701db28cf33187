"""How far the services are behind their topics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.topics import TOPICS
from services.runtime.kafka.offsets import Offsets


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """A service's place in one partition."""

    service: str
    topic: str
    partition: int
    committed: int | None
    """The next offset to handle; None before the first commit."""
    start: int
    """The offset of the first record that is still there."""
    end: int

    @property
    def lag(self) -> int:
        """Offsets yet to be handled; without a commit, all that is there."""
        return max(self.end - max(self.committed or 0, self.start), 0)

    @property
    def lost(self) -> int:
        """Offsets that were dropped or compacted away before the service came to them."""
        return max(self.start - self.committed, 0) if self.committed is not None else 0


def inputs_of_services() -> dict[str, tuple[str, ...]]:
    """The topics that each service reads, by `schemas.topics`."""
    services = dict.fromkeys(service for topic in TOPICS for service in topic.consumers)
    return {service: tuple(topic.name for topic in TOPICS if service in topic.consumers) for service in services}


def lags(offsets: Offsets, services: Mapping[str, Sequence[str]] | None = None) -> tuple[PartitionLag, ...]:
    """The place of each service in each partition of its topics, by default of all services.

    Raises UnavailableError where Kafka or a topic is away.
    """
    inputs = inputs_of_services() if services is None else services
    topics = tuple(dict.fromkeys(topic for names in inputs.values() for topic in names))
    # Commits first: a lag then counts what came meanwhile, and is never less than it is.
    committed = offsets.committed(tuple(inputs))
    starts, ends = offsets.starts(topics), offsets.ends(topics)
    return tuple(
        PartitionLag(
            service=service,
            topic=topic,
            partition=partition,
            committed=committed.get(service, {}).get((topic, partition)),
            start=starts[topic, partition],
            end=end,
        )
        for service, names in inputs.items()
        for (topic, partition), end in ends.items()
        if topic in names
    )
