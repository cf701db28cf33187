"""A producer that counts the dead letters that pass it."""

from collections.abc import Callable, Sequence

from schemas.topics import DEAD_SUFFIX
from services.runtime.metrics.meter import RunnerMeter
from services.runtime.records import Outgoing, Producer


class CountedLetters:
    """For what writes letters by itself, as collectors do of a fault in a feed; a runner counts its own."""

    def __init__(self, producer: Producer, meter: Callable[[str], RunnerMeter]) -> None:
        """`meter` gives what is told of a service, by its name."""
        self._producer = producer
        self._meter = meter

    def produce(self, records: Sequence[Outgoing]) -> None:
        """Append the records, then count the letters among them. Raises what the producer raises."""
        self._producer.produce(records)
        for record in records:
            if record.topic.endswith(DEAD_SUFFIX):
                meter = self._meter(record.headers.get("consumer", "unknown"))
                meter.dead(record.topic.removesuffix(DEAD_SUFFIX), record.headers.get("error_type", "unknown"))
