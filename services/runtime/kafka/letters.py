"""Dead letters on Kafka."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from schemas.topics import DEAD_SUFFIX
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import RecordReader
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.records import Outgoing, Record


class KafkaLetterLog:
    """Implements `services.runtime.letters.dead.LetterLog`. Raises UnavailableError where Kafka or a topic is away."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._producer = RecordProducer(settings)
        self._reader = RecordReader(settings)

    def produce(self, records: Sequence[Outgoing]) -> None:
        """Append the records; durable on return.

        Those for dead-letter topics come after all others are durable. Where a replay is cut off between the two, its
        records are there and the marks are not: they may be sent again, which does no harm, and none is lost.
        """
        self._producer.produce([record for record in records if not record.topic.endswith(DEAD_SUFFIX)])
        self._producer.produce([record for record in records if record.topic.endswith(DEAD_SUFFIX)])

    def read(self, topic: str, partition: int, offset: int, most: int) -> list[Record]:
        """The next records of a partition at or after `offset`, at most `most`; empty at the end."""
        return self._reader.read(topic, partition, offset, most)

    def read_all(self, topic: str, since: datetime | None = None) -> Iterator[Record]:
        """All records up to the ends at the time of the call, appended at or after `since`."""
        return self._reader.read_all(topic, since)

    def close(self) -> None:
        """Let go of the connections; closing twice is harmless."""
        self._producer.close()
        self._reader.close()

    def __enter__(self) -> "KafkaLetterLog":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
