"""Producing to Kafka: each record acknowledged by all replicas in sync, each key in order."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Condition, Lock
from typing import Any

import structlog
from kafka import KafkaProducer
from kafka.errors import IllegalStateError, KafkaError, KafkaTimeoutError, MessageSizeTooLargeError

from services.runtime.clock import Clock, SystemClock
from services.runtime.closeable import Closeable
from services.runtime.errors import LateError, PoisonError, UnavailableError
from services.runtime.kafka.connection import client_options, explained
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.privacy.redaction import redacted
from services.runtime.records import Outgoing, partition_of

MOST_RECORD_BYTES = 4 << 20
"""Of key, value and headers; the topics that `services.runtime.kafka.topics` makes take as much."""

_BATCH_BYTES = 256 << 10
_RECORD_OVERHEAD = 1_024
_TOPIC_KNOWN_S = 5.0
_METADATA_AGE_MS = 60_000
_GIVE_UP_S = 300.0
_NEVER_MS = 30 * 24 * 3_600 * 1_000
_CLOSE_S = 5.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

_events = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A record that the client has; `future` says when it is durable."""

    future: Any
    at: float
    client: Any


class RecordProducer(Closeable):
    """Implements `Producer` on Kafka. Safe for several threads, which then share requests.

    Time is bounded: where nothing is acknowledged for `delivery_timeout_s`, `produce` raises UnavailableError. Its
    records are then in doubt and stay with the client, which goes on trying under their sequence numbers: given up,
    they might still arrive after what is sent later, and so break the order of a key. Whoever produces next waits for
    them first. So memory is bounded too, and a caller that tries again puts each record there once more at most.

    A client that failed for good is replaced, since an idempotent client has gaps in its sequence then.
    """

    def __init__(self, settings: KafkaSettings, *, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._lock = Lock()
        self._opening = Lock()
        self._client: Any = None
        self._doubtful: list[_Sent] = []
        self._room = _Room(settings.buffer_bytes, settings.delivery_timeout_s)

    def produce(self, records: Sequence[Outgoing]) -> None:
        """Append the records; durable on return.

        Raises UnavailableError where Kafka or a topic is away: some of the records may be durable then, and may be
        sent again. Raises PoisonError for a record that is too large, having sent none.
        """
        if not records:
            return
        for record in records:
            if (size := _size(record)) > MOST_RECORD_BYTES:
                raise PoisonError(f"a record for {record.topic} has {size:,} bytes, over {MOST_RECORD_BYTES:,}")
        with explained(self._settings):
            client = self._ready()
            self._settle()
            partitions = {topic: self._partitions(client, topic) for topic in {record.topic for record in records}}
            self._deliver(client, records, partitions)

    def close(self) -> None:
        """Let go of the connection, after a short wait for what is in doubt; closing twice is harmless."""
        with self._lock:
            client, self._client, self._doubtful = self._client, None, []
        if client is not None:
            _close(client, _CLOSE_S)

    def _ready(self) -> Any:
        """The client. One thread makes it, the others wait no longer for it than they would for the broker."""
        client = self._client
        if client is not None:
            return client
        if not self._opening.acquire(timeout=self._settings.delivery_timeout_s):
            raise UnavailableError(f"{self._where()} does not answer", mend="Kafka")
        try:
            if self._client is None:
                self._client = self._open()
            return self._client
        finally:
            self._opening.release()

    def _open(self) -> Any:
        patience = self._settings.delivery_timeout_s
        return KafkaProducer(
            **client_options(self._settings, patience_s=patience),
            enable_idempotence=True,
            acks="all",
            compression_type="lz4",
            allow_auto_create_topics=False,
            batch_size=_BATCH_BYTES,
            max_request_size=MOST_RECORD_BYTES + _RECORD_OVERHEAD,
            max_block_ms=int(min(_TOPIC_KNOWN_S, patience) * 1_000),
            metadata_max_age_ms=_METADATA_AGE_MS,
            # Never given up by the client: it would send what follows in a partition after what it gave up.
            delivery_timeout_ms=_NEVER_MS,
        )

    def _settle(self) -> None:
        """Wait until what an earlier call left in doubt is durable or failed."""
        with self._lock:
            doubtful = [sent for sent in self._doubtful if not sent.future.is_done]
            self._doubtful = doubtful
        until = time.monotonic() + self._settings.delivery_timeout_s
        for sent in doubtful:
            with suppress(KafkaError):
                sent.future.get(timeout=max(until - time.monotonic(), 0.0))
            if sent.future.is_done:
                continue
            if time.monotonic() - sent.at > _GIVE_UP_S:
                self._replace(sent.client, "nothing was acknowledged for minutes")
            raise UnavailableError(f"{self._where()} has not acknowledged what was sent before", mend="Kafka")

    def _partitions(self, client: Any, topic: str) -> int:
        name = self._settings.topic(topic)
        try:
            return len(client.partitions_for(name))
        except KafkaTimeoutError:
            raise UnavailableError(
                f"{self._where()} names no topic {name}; `jobchime topics check` says whether it is missing",
                mend="topics",
            ) from None

    def _deliver(self, client: Any, records: Sequence[Outgoing], partitions: dict[str, int]) -> None:
        sent: list[_Sent] = []
        stamp = (self._clock.now() - _EPOCH) // _MILLISECOND
        try:
            for record in records:
                partition = partition_of(record.key, partitions[record.topic])
                sent.append(self._send(client, record, partition, stamp))
            self._acknowledged(sent)
        except BaseException:
            with self._lock:
                self._doubtful += [unsure for unsure in sent if not unsure.future.is_done]
            raise

    def _send(self, client: Any, record: Outgoing, partition: int, stamp: int) -> _Sent:
        size = _size(record)
        if not self._room.take(size):
            raise UnavailableError(f"{self._where()} takes no more records; nothing was acknowledged", mend="Kafka")
        try:
            future = client.send(
                self._settings.topic(record.topic),
                key=record.key,
                value=record.value,
                headers=[(name, value.encode()) for name, value in record.headers.items()],
                partition=partition,
                timestamp_ms=stamp,
            )
        except BaseException as error:
            self._room.give(size)
            if isinstance(error, IllegalStateError):
                raise UnavailableError(f"{self._where()}: the client was replaced while this record was sent") from None
            raise
        future.add_both(lambda *_: self._room.give(size))
        return _Sent(future, time.monotonic(), client)

    def _acknowledged(self, sent: Sequence[_Sent]) -> None:
        """Wait for all of them, which were handed over."""
        for request in sent:
            left = request.at + self._settings.delivery_timeout_s - time.monotonic()
            try:
                request.future.get(timeout=max(left, 0.0))
            except MessageSizeTooLargeError as error:
                self._replace(request.client, redacted(error))
                raise PoisonError(f"Kafka takes no record that large: {redacted(error)}") from error
            except KafkaError as error:
                if not request.future.is_done:
                    seconds = self._settings.delivery_timeout_s
                    sentence = f"{self._where()} acknowledged nothing for {seconds:g} s"
                    raise LateError(sentence, lambda: self._arrived(sent)) from None
                self._replace(request.client, redacted(error))
                raise

    def _arrived(self, sent: Sequence[_Sent]) -> bool:
        """What became of records that were late."""
        with explained(self._settings):
            self._settle()
        return all(request.future.succeeded() for request in sent)

    def _replace(self, client: Any, why: str) -> None:
        """Drop a client, so that the next call makes another; what it still holds fails, for whoever waits."""
        with self._lock:
            if self._client is not client:
                return
            self._client, self._doubtful = None, []
        _events.warning("the producer's client is replaced", error=why)
        _close(client, 0.0)

    def _where(self) -> str:
        return f"Kafka at {', '.join(self._settings.bootstrap)}"


class _Room:
    """Bytes that may be on their way at once."""

    def __init__(self, most: int, patience_s: float) -> None:
        self._most = most
        self._patience_s = patience_s
        self._bytes = 0
        self._freed = Condition()

    def take(self, size: int) -> bool:
        """Wait for room; False where none came in time. A record larger than all room goes alone."""
        with self._freed:
            until = time.monotonic() + self._patience_s
            while self._bytes and self._bytes + size > self._most:
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self._freed.wait(left)
            self._bytes += size
            return True

    def give(self, size: int) -> None:
        with self._freed:
            self._bytes -= size
            self._freed.notify_all()


def _size(record: Outgoing) -> int:
    headers = sum(len(name) + len(value) for name, value in record.headers.items())
    return len(record.key) + len(record.value) + headers + _RECORD_OVERHEAD


def _close(client: Any, patience_s: float) -> None:
    # `close` alone gives up where its flush times out, and leaves the thread behind that goes on sending.
    with suppress(KafkaError):
        client.flush(timeout=patience_s)
    client._sender.force_close()
    client._sender.join(_CLOSE_S)
    with suppress(KafkaError):
        client.close(timeout=0)
