"""The log as whoever holds it against the store asks for it: as Kafka is asked, by topic and partition."""

from collections.abc import Mapping

from services.runtime.log.sqlite import SqliteLog

Place = tuple[str, int]


class LogBroker:
    """Answers of one log. Everything raises UnavailableError."""

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
