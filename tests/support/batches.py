"""What a broker holds of a topic, batch by batch, as its producer made them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

from kafka.record.default_records import DefaultRecordBatch
from kafka.record.memory_records import MemoryRecords

from services.runtime.kafka.reader import RecordReader
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.records import Record


class Batch(NamedTuple):
    """The header of a batch as it lies in the log."""

    codec: int
    idempotent: bool
    """Its producer numbered it, so that the broker drops a repetition."""


LZ4 = DefaultRecordBatch.CODEC_LZ4


def read_with_batches(settings: KafkaSettings, topic: str) -> tuple[list[Record], list[Batch]]:
    """All records of a topic, and the headers of the batches that they came in."""
    with _noting() as batches, RecordReader(settings) as reader:
        records = list(reader.read_all(topic))
    return records, batches


@contextmanager
def _noting() -> Iterator[list[Batch]]:
    """Notes each batch that the client of Kafka decodes."""
    found: list[Batch] = []
    decode = MemoryRecords.next_batch

    def noted(records: Any) -> Any:
        batch = decode(records)
        if batch is not None:
            found.append(Batch(batch.compression_type, batch.producer_id >= 0 and batch.base_sequence >= 0))
        return batch

    with patch.object(MemoryRecords, "next_batch", noted):
        yield found
