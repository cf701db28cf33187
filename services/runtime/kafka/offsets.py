"""Where the partitions of a topic begin and end, and how far consumer groups have come and are behind."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any, TypeVar

from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError, KafkaTimeoutError, NoError, RetriableError
from kafka.protocol.consumer import IsolationLevel, OffsetSpec
from kafka.structs import OffsetAndMetadata

from schemas.topics import inputs_of_services
from services.runtime.closeable import Closeable
from services.runtime.errors import UnavailableError
from services.runtime.kafka.connection import client_options, explained
from services.runtime.kafka.findings import Leaderless, leaderless_in
from services.runtime.kafka.settings import KafkaSettings

T = TypeVar("T")

_AGAIN_S = 0.2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

Place = tuple[str, int]
"""A topic and a partition."""


_GROUPS = "__consumer_offsets"
_LEAST_SESSION = "group.min.session.timeout.ms"


class Offsets(Closeable):
    """Asks the cluster; topics and services go by their own names, without the prefix. Safe for several threads.

    Ends are those of what readers get to see: before the first transaction that is still open. Everything raises
    UnavailableError, within twice `patience_s` and the time of one request, where Kafka or a topic is away.
    """

    def __init__(self, settings: KafkaSettings, *, patience_s: float = 10.0) -> None:
        self._settings = settings
        self._patience_s = patience_s
        self._lock = RLock()
        self._admin: Any = None

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has."""
        return self.partitions_of((topic,))[topic]

    def partitions_of(self, topics: Sequence[str]) -> dict[str, int]:
        """How many partitions each topic has."""
        return {topic: len(description["partitions"]) for topic, description in self._described(topics).items()}

    def ids(self, topics: Sequence[str]) -> dict[str, str]:
        """What Kafka called each topic when it was made: one made anew under the same name has another."""
        return {topic: str(description["topic_id"]) for topic, description in self._described(topics).items()}

    def without_leader(self, topics: Sequence[str]) -> Leaderless:
        """Partitions that nobody can write to or read, of those topics and of what keeps the offsets of groups."""
        names = [*(self._settings.topic(topic) for topic in topics), _GROUPS]
        return leaderless_in(self.ask(lambda admin: admin.describe_topics(names)), self._settings.prefix)

    def starts(self, topics: Sequence[str]) -> dict[Place, int]:
        """The offset of the first record that is still there; the end where there is none."""
        return self._offsets(topics, OffsetSpec.EARLIEST)

    def ends(self, topics: Sequence[str]) -> dict[Place, int]:
        """The offset after the last record."""
        return self._offsets(topics, OffsetSpec.LATEST)

    def since(self, topic: str, at: datetime) -> dict[Place, int]:
        """The offset of the first record of that time or later; the end where there is none."""
        found = self._offsets((topic,), max((at - _EPOCH) // _MILLISECOND, 0))
        if all(offset >= 0 for offset in found.values()):
            return found
        ends = self.ends((topic,))
        return {place: offset if offset >= 0 else ends[place] for place, offset in found.items()}

    def committed(self, services: Sequence[str]) -> dict[str, dict[Place, int]]:
        """Next offsets by service; places without a commit are left out."""
        groups = {self._settings.group(service): service for service in services}
        found = self.ask(lambda admin: admin.list_group_offsets(list(groups))) if groups else {}
        prefix = self._settings.prefix
        return {
            groups[group]: {
                (place.topic.removeprefix(prefix), place.partition): kept.offset
                for place, kept in offsets.items()
                if kept.offset >= 0 and place.topic.startswith(prefix)
            }
            for group, offsets in found.items()
        }

    def commit(self, service: str, offsets: Mapping[Place, int]) -> None:
        """Set the next offsets of a service of which no worker runs; else UnavailableError, and nothing is set."""
        group = self._settings.group(service)
        wanted = {
            TopicPartition(self._settings.topic(topic), partition): OffsetAndMetadata(offset, "", -1)
            for (topic, partition), offset in offsets.items()
        }
        with self.changing() as admin:
            answers = admin.alter_group_offsets(group, wanted) if wanted else {}
        refused = {error.__name__ for error in answers.values() if error is not NoError}
        if refused:
            raise UnavailableError(
                f"Kafka sets no offsets of {service} ({', '.join(sorted(refused))}): stop all its workers, wait for"
                f" {self._settings.session_timeout_s:g} s where one was killed, and try again"
            )

    def least_session_s(self) -> float | None:
        """The shortest session that the brokers allow a group's members; None where they do not tell us."""
        try:
            return self.ask(_least_session_s)
        except UnavailableError:
            return None

    def ask(self, question: Callable[[Any], T]) -> T:
        """Put a question to the library's admin client, and again while the cluster is not ready to answer."""
        until = time.monotonic() + self._patience_s
        with self._lock, explained(self._settings):
            while True:
                try:
                    with self._fresh() as admin:
                        return question(admin)
                except RetriableError as error:
                    if isinstance(error, KafkaTimeoutError) or time.monotonic() > until:
                        raise
                time.sleep(_AGAIN_S)

    @contextmanager
    def changing(self) -> Iterator[Any]:
        """The library's admin client, for what may not be done twice."""
        with self._lock, explained(self._settings), self._fresh() as admin:
            yield admin

    def close(self) -> None:
        """Let go of the connection; closing twice is harmless, and the next question opens it again."""
        with self._lock:
            admin, self._admin = self._admin, None
        if admin is not None:
            with suppress(KafkaError):
                admin.close()

    @contextmanager
    def _fresh(self) -> Iterator[Any]:
        """A client that has not failed yet."""
        try:
            if self._admin is None:
                self._admin = KafkaAdminClient(**client_options(self._settings, patience_s=self._patience_s))
            yield self._admin
        except (KafkaError, OSError):
            self.close()
            raise

    def _described(self, topics: Sequence[str]) -> dict[str, Any]:
        names = {self._settings.topic(topic): topic for topic in topics}
        found = {
            names[described["name"]]: described
            for described in self.ask(lambda admin: admin.describe_topics(list(names)))
            if described["name"] in names and not described["error_code"]
        }
        if missing := [name for name, topic in names.items() if topic not in found]:
            raise UnavailableError(
                f"Kafka has no topic {', '.join(missing)}; `jobchime topics create` makes what is missing",
                mend="topics",
            )
        return found

    def _offsets(self, topics: Sequence[str], spec: int) -> dict[Place, int]:
        places = {
            TopicPartition(self._settings.topic(topic), partition): (topic, partition)
            for topic, partitions in self.partitions_of(topics).items()
            for partition in range(partitions)
        }
        specs = dict.fromkeys(places, spec)
        found = self.ask(
            lambda admin: admin.list_partition_offsets(specs, isolation_level=IsolationLevel.READ_COMMITTED)
        )
        return {place: found[name].offset for name, place in places.items()}


def _least_session_s(admin: Any) -> float | None:
    brokers = [ConfigResource(ConfigResourceType.BROKER, str(broker["broker_id"])) for broker in _brokers(admin)]
    found = admin.describe_configs(brokers, config_filter="all").get("broker", {}).values()
    least = [int(configs[_LEAST_SESSION]["value"]) for configs in found if _LEAST_SESSION in configs]
    return max(least) / 1_000 if least else None


def _brokers(admin: Any) -> Sequence[Any]:
    brokers: Sequence[Any] = admin.describe_cluster()["brokers"]
    return brokers


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
