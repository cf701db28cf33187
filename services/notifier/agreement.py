"""Whether the store and the topics tell of the same records. They do not where one was lost, or restored from a copy.

The notifier counts what it has stored by itself, in the transaction that stores it; Kafka, or the log of the embedded
form, counts what was handled. So both can be held against each other, and nothing is left out or taken for known
without a word.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from schemas.counted import counted
from schemas.topics import CRITERIA, MATCHES, dead_of
from services.notifier.adapters.sql.windows.cuts import SqlKnownTopics
from services.runtime.errors import UnavailableError
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Record

NOTIFIER: Final = "notifier"
MEND: Final = "stop the notifiers, then run `jobchime republish`"
_OURS: Final = (CRITERIA.name, MATCHES.name)

Place = tuple[str, int]


class Broker(Protocol):
    """What is asked of Kafka or the log, see `services.runtime.kafka.offsets.Offsets`."""

    def ids(self, topics: tuple[str, ...]) -> Mapping[str, str]: ...

    def starts(self, topics: tuple[str, ...]) -> Mapping[Place, int]: ...

    def ends(self, topics: tuple[str, ...]) -> Mapping[Place, int]: ...

    def committed(self, services: tuple[str, ...]) -> Mapping[str, Mapping[Place, int]]: ...

    def commit(self, service: str, offsets: Mapping[Place, int]) -> None: ...


class LogBroker:
    """The log of the embedded form, asked as Kafka is, by topic and partition. Everything raises UnavailableError."""

    def __init__(self, log: SqliteLog) -> None:
        self._log = log

    def ids(self, topics: tuple[str, ...]) -> Mapping[str, str]:
        """All topics were made with the file, and are gone with it."""
        return dict.fromkeys(topics, self._log.own_id())

    def starts(self, topics: tuple[str, ...]) -> Mapping[Place, int]:
        """The first offsets that are still there."""
        return {(topic, at): offset for topic in topics for at, offset in enumerate(self._log.starts(topic))}

    def ends(self, topics: tuple[str, ...]) -> Mapping[Place, int]:
        """The offsets after the last."""
        return {(topic, at): offset for topic in topics for at, offset in enumerate(self._log.ends(topic))}

    def committed(self, services: tuple[str, ...]) -> Mapping[str, Mapping[Place, int]]:
        """The next offsets of services."""
        found: dict[str, dict[Place, int]] = {service: {} for service in services}
        for commit in self._log.commits():
            if commit.group in found:
                found[commit.group][commit.topic, commit.partition] = commit.offset
        return found

    def commit(self, service: str, offsets: Mapping[Place, int]) -> None:
        """Set the next offsets of a service, forwards or back."""
        for (topic, partition), offset in offsets.items():
            self._log.commit(service, topic, partition, offset)


@dataclass(frozen=True, slots=True)
class Partition:
    """How one partition of matches.v1 stands to the store."""

    number: int
    stored: int
    """The first offset that the store lacks."""
    start: int
    end: int
    committed: int | None
    buried: int
    """How many of the offsets from `stored` to `committed` are dead letters, which the store is not given."""

    @property
    def set_back(self) -> bool:
        """Whether the topic ends before what the store has: it was restored from a copy."""
        return self.stored > self.end

    @property
    def skipped(self) -> int:
        """How many records were handled, by its count, and are not in the store: it was restored from a copy."""
        return max((self.committed or 0) - self.stored - self.buried, 0)


@dataclass(frozen=True, slots=True)
class TopicStanding:
    """How the topics stand to the store."""

    ids: Mapping[str, str]
    replaced: tuple[str, ...]
    """Topics that are not those which the store belongs to."""
    partitions: tuple[Partition, ...]
    where: str = "Kafka"

    @property
    def store_is_older(self) -> bool:
        """Whether the store lacks what it once had: it was restored from a copy, and the topics were not lost."""
        return not self.replaced and any(partition.skipped for partition in self.partitions)

    def said(self) -> str:
        """What does not agree; empty where all does."""
        if self.replaced:
            return f"{' and '.join(self.replaced)} in {self.where} are not the topics that this store belongs to"
        if any(partition.set_back for partition in self.partitions):
            return f"{MATCHES.name} in {self.where} ends before what this store has of it"
        if skipped := sum(partition.skipped for partition in self.partitions):
            records = f"{counted(skipped, 'record')} of {MATCHES.name}"
            return f"{self.where} counts {records} as stored that this store lacks"
        return ""

    def beginnings(self) -> dict[int, int]:
        """By partition: the offset to read on from. What is read twice adds nothing."""
        anew = MATCHES.name in self.replaced
        return {
            partition.number: partition.start if anew or partition.set_back else max(partition.stored, partition.start)
            for partition in self.partitions
        }


class Agreement:
    """Holds the store against the topics. Everything raises UnavailableError where one of them is away."""

    def __init__(
        self,
        known: SqlKnownTopics,
        broker: Callable[[], AbstractContextManager[Broker]],
        letters: Callable[[str], Iterable[Record]],
        where: str = "Kafka",
        mend: str = MEND,
    ) -> None:
        """`letters` reads a topic of dead letters; `where` the topics are, and what does `mend` them, in words."""
        self._known = known
        self._broker = broker
        self._letters = letters
        self._where = where
        self._mend = mend

    def check(self) -> None:
        """Raises UnavailableError, with what mends it, where they do not agree."""
        standing = self.standing()
        if said := standing.said():
            if not standing.replaced and any(partition.set_back for partition in standing.partitions):
                # Once it has grown past where the store is, what came meanwhile would be taken for known.
                self._known.disown(MATCHES.name)
            raise UnavailableError(f"{said}: {self._mend}", mend="republish")
        self._known.know(standing.ids)

    def standing(self) -> TopicStanding:
        """How things stand now; services may be at work meanwhile."""
        with self._broker() as broker:
            ids, known = broker.ids(_OURS), self._known.ids()
            # In the order in which they grow: what is stored is committed later, and lay in the topic before.
            committed = broker.committed((NOTIFIER,)).get(NOTIFIER, {})
            stored = self._known.next_offsets()
            starts, ends = broker.starts((MATCHES.name,)), broker.ends((MATCHES.name,))
        replaced = tuple(topic for topic in _OURS if known.get(topic, ids[topic]) != ids[topic])
        ahead = {
            partition: (stored.get(partition, 0), offset)
            for (topic, partition), offset in committed.items()
            if topic == MATCHES.name and offset > stored.get(partition, 0)
        }
        buried = self._buried(ahead) if ahead and not replaced else {}
        partitions = tuple(
            Partition(
                number=place[1],
                stored=stored.get(place[1], 0),
                start=starts[place],
                end=end,
                committed=committed.get(place),
                buried=buried.get(place[1], 0),
            )
            for place, end in sorted(ends.items())
        )
        return TopicStanding(ids, replaced, partitions, self._where)

    def mend(self, standing: TopicStanding) -> None:
        """Have the notifier read on from where both agree. No worker of it may run.

        The offsets come first: cut off before the store follows, it is seen that the two do not agree.
        """
        beginnings = standing.beginnings()
        with self._broker() as broker:
            broker.commit(NOTIFIER, {(MATCHES.name, number): offset for number, offset in beginnings.items()})
        self._known.begin_anew(standing.ids, beginnings)

    def _buried(self, ahead: Mapping[int, tuple[int, int]]) -> dict[int, int]:
        found: dict[int, set[int]] = {}
        for partition, offset in _origins(self._letters(dead_of(MATCHES.name))):
            first, beyond = ahead.get(partition, (0, 0))
            if first <= offset < beyond:
                found.setdefault(partition, set()).add(offset)
        return {partition: len(offsets) for partition, offsets in found.items()}


def _origins(letters: Iterable[Record]) -> Iterator[tuple[int, int]]:
    for letter in letters:
        partition, offset = (letter.headers.get(f"origin_{name}", "") for name in ("partition", "offset"))
        if partition.isdigit() and offset.isdigit():
            yield int(partition), int(offset)
