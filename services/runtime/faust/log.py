"""The log of a stage under Faust: what is fetched goes in, lanes read it, and what they have done can be committed."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from services.runtime.kafka.reader import record_of
from services.runtime.records import Commit, Outgoing, Producer, Record
from services.runtime.stages.stage import Place


@dataclass(slots=True, eq=False)
class Part:
    """A partition, from when a generation of the group gave it until the next."""

    next: int
    """Everything below this offset is done."""
    committed: int
    fetched: list[Any] = field(default_factory=list)
    """What may not be done yet, in order: one thread puts at its end and another takes from its start."""


class FetchedLog:
    """Holds what was fetched of the partitions of one generation; a batch of an earlier one counts for nothing."""

    def __init__(self, producer: Producer) -> None:
        self.produce = producer.produce
        self._reading: dict[Place, Part | None] = {}
        self.assignment: tuple[int, dict[Place, Part]] = (-1, {})
        """The generation of the group, and what it gave."""

    def begin(self, generation: int, begins: Mapping[Place, int]) -> None:
        """Hold these partitions instead, each from an offset on."""
        self.assignment = generation, {place: Part(offset, offset) for place, offset in begins.items()}

    def put(self, place: Place, found: Sequence[Any]) -> None:
        """Add what was fetched of a partition, and was not before."""
        first = found[0].offset
        part = self.assignment[1].setdefault(place, Part(first, first))
        last = part.fetched[-1:]  # asked once: the other thread may take it
        begins = last[0].offset + 1 if last else part.next
        part.fetched += [record for record in found if record.offset >= begins]

    def committed(self, group: str, topic: str, partition: int) -> int:
        """Known once a generation of the group has given the partition."""
        part = self.assignment[1].get((topic, partition))
        return 0 if part is None else part.next

    def read(self, topic: str, partition: int, offset: int, most: int) -> list[Record]:
        """The next records of a partition, for a lane that stands where the partition does."""
        part = self._reading[topic, partition] = self.assignment[1].get((topic, partition))
        if part is None or part.next != offset:
            return []
        return [record_of(found, topic) for found in part.fetched[:most]]

    def advance(self, records: Sequence[Outgoing], commit: Commit | None = None) -> None:
        """Have the records durable, and what was read done. Raises UnavailableError."""
        self.produce(records)
        if commit is not None and (part := self._reading[commit.topic, commit.partition]) is not None:
            part.next = commit.offset
            del part.fetched[: bisect_left(part.fetched, commit.offset, key=attrgetter("offset"))]
