"""Writes dead letters: a record that could not be processed, with what went wrong; and counts them."""

from collections.abc import Callable, Sequence
from datetime import datetime

from schemas.codec import digest_of
from schemas.headers import headers_of
from schemas.topics import DEAD_SUFFIX, dead_of
from services.runtime.errors import PoisonError
from services.runtime.metrics.meter import RunnerMeter
from services.runtime.privacy.redaction import redacted, without_addresses
from services.runtime.privacy.secrets import without_keys
from services.runtime.records import Outgoing, Producer, Record

VALUE_CUT = "value_cut"
"""On a dead letter that holds only the beginning of its record: how many bytes the value had."""

CODE, FIELD = "code", "field"
"""On a dead letter whose fault has a code, as those of feeds and pushes have; the field, path or key at fault."""
_MOST_FIELD = 200

LETTER_HEADERS = (
    "error",
    "error_type",
    CODE,
    FIELD,
    "attempts",
    "consumer",
    "origin_topic",
    "origin_partition",
    "origin_offset",
    "failed_at",
    VALUE_CUT,
)
"""What a letter says beside the record's own headers."""
_CUT_VALUE, _CUT_KEY, _CUT_HEADERS = 64 << 10, 1 << 10, 16 << 10


def fault_headers(code: str | None, field: str | None) -> dict[str, str]:
    """What a letter says of a fault beside its sentence; nothing where it has no code."""
    if code is None:
        return {}
    shown = (field or "").encode("utf-8", "replace").decode().replace("\0", "�")
    return {CODE: code} | ({FIELD: without_addresses(without_keys(shown))[:_MOST_FIELD]} if shown else {})


def letter_of(record: Record, error: BaseException, *, attempts: int, consumer: str, failed_at: datetime) -> Outgoing:
    """Make the dead letter of a record: its key, value and headers, and what went wrong.

    A record that has no identity among its headers, one of somebody else's, gets the letter's.
    """
    topic = dead_of(record.topic)
    own = (
        {}
        if "ce_id" in record.headers
        else _identity(topic, f"{record.topic}:{record.partition}:{record.offset}", consumer, failed_at)
    )
    headers = (
        own
        | dict(record.headers)
        | {
            "error": redacted(error),
            "error_type": type(error).__name__,
            "attempts": str(attempts),
            "consumer": consumer,
            "origin_topic": record.topic,
            "origin_partition": str(record.partition),
            "origin_offset": str(record.offset),
            "failed_at": failed_at.isoformat(),
        }
        | (fault_headers(error.code, error.field) if isinstance(error, PoisonError) else {})
    )
    return Outgoing(topic, record.key, record.value, headers)


def cut(letter: Outgoing) -> Outgoing:
    """A letter that its topic takes for certain, for one that it refuses: the beginning of a record that is too large.

    It says so in a header, and keeps of the record's own headers what has room.
    """
    kept = {name: value for name, value in letter.headers.items() if name in LETTER_HEADERS}
    room = _CUT_HEADERS
    for name, value in letter.headers.items():
        room -= len(name) + len(value.encode())
        if room < 0:
            break
        kept[name] = value
    kept[VALUE_CUT] = str(len(letter.value))
    return Outgoing(letter.topic, letter.key[:_CUT_KEY], letter.value[:_CUT_VALUE], kept)


def _identity(topic: str, of: str, source: str, at: datetime) -> dict[str, str]:
    return headers_of(id=digest_of(topic, of), type=topic, source=source, at=at)


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
