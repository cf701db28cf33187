"""Postings through a running installation: how long each takes, how many a second, and how large its matches are."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

import numpy as np
from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import Engine, func, select

from bench.raw_postings import raw_postings, sent_now
from schemas.codec import decode
from schemas.keys import from_text
from schemas.match import Matches
from schemas.sql.tables import matches, postings
from schemas.topics import MATCHES, POSTINGS
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.settings import KafkaSettings

_TURN_S: Final = 0.01
_LOOK_S: Final = 0.1
_PATIENCE_S: Final = 60.0
_SAMPLE: Final = 500


@dataclass(frozen=True)
class Latency:
    """How long after they were due to be published postings were matched, as a reader of matches.v1 sees it."""

    rate: float
    """Postings a second."""
    p50_ms: float
    p99_ms: float
    normalised_p50_ms: float
    """Of that, until a reader of postings.v1 saw it."""

    def holds(self, most_ms: float) -> bool:
        return self.p99_ms < most_ms


@dataclass(frozen=True)
class Throughput:
    """Postings a second of a backlog, until all of it had left each stage."""

    normalised: float
    matched: float
    stored: float


@dataclass(frozen=True)
class Size:
    """Of a record of matches.v1 on average."""

    record_bytes: float
    keys: float
    bytes_a_key: float
    """Base64 and all, of the part of the record that holds keys."""
    row_bytes: float
    """Of keys in the store."""


class Watch:
    """Notes when records of postings.v1 and matches.v1 can be read."""

    def __init__(self, settings: KafkaSettings) -> None:
        self.normalised: dict[bytes, float] = {}
        self.matched: dict[bytes, float] = {}
        self.values: list[bytes] = []
        self._settings = settings
        self._stop = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def until(self, done: Callable[[], bool], patience_s: float = _PATIENCE_S) -> None:
        """Wait for something to be noted. Raises RuntimeError where nothing has moved for too long."""
        moved, seen = time.monotonic(), -1
        while not done():
            now, here = time.monotonic(), len(self.normalised) + len(self.matched)
            if here != seen:
                moved, seen = now, here
            if now - moved > patience_s:
                raise RuntimeError(f"nothing has moved for {patience_s:g} s")
            time.sleep(_LOOK_S)

    def _run(self) -> None:
        consumer: Any = KafkaConsumer(
            bootstrap_servers=list(self._settings.bootstrap), isolation_level="read_committed", fetch_max_wait_ms=500
        )
        names = {self._settings.topic(POSTINGS.name): self.normalised, self._settings.topic(MATCHES.name): self.matched}
        consumer.assign(
            [TopicPartition(name, partition) for name in names for partition in consumer.partitions_for_topic(name)]
        )
        consumer.seek_to_end()
        for place in consumer.assignment():
            consumer.position(place)
        self._ready.set()
        while not self._stop.is_set():
            polled = consumer.poll(timeout_ms=200)
            now = time.monotonic()
            for place, records in polled.items():
                for record in records:
                    names[place.topic][record.key] = now
                    if names[place.topic] is self.matched and len(self.values) < _SAMPLE:
                        self.values.append(record.value)
        consumer.close(autocommit=False)


class Stream:
    """Publishes to raw.v1 of an installation and watches what comes of it."""

    def __init__(self, producer: RecordProducer, watch: Watch, engine: Engine) -> None:
        self._producer = producer
        self._watch = watch
        self._engine = engine
        self._seeds = count(1_000)

    def steady(self, rate: float, seconds: float) -> Latency:
        """Publish at a rate, each posting at its time whatever became of those before it."""
        records = list(raw_postings(max(round(rate * seconds), 1), next(self._seeds)))
        began, due, sent = time.monotonic(), dict[bytes, float](), 0
        while sent < len(records):
            upto = min(int((time.monotonic() - began) * rate) + 1, len(records))
            if upto > sent:
                due |= {records[number].key: began + number / rate for number in range(sent, upto)}
                self._producer.produce([sent_now(record) for record in records[sent:upto]])
                sent = upto
            time.sleep(_TURN_S)
        self._watch.until(lambda: due.keys() <= self._watch.matched.keys())
        took = [self._watch.matched[key] - at for key, at in due.items()]
        normalised = [self._watch.normalised[key] - at for key, at in due.items()]
        p50, p99 = (1000 * float(second) for second in np.percentile(took, (50, 99)))
        return Latency(rate, p50, p99, 1000 * float(np.median(normalised)))

    def highest(self, most_ms: float, reached: Latency, seconds: float, *, closer: int = 2) -> Latency:
        """The highest rate found that holds a p99, from one that does. Doubles, then halves the way so many times."""
        failed: float | None = None
        while failed is None or closer:
            found = self.steady(2 * reached.rate if failed is None else (reached.rate + failed) / 2, seconds)
            closer -= failed is not None
            if found.holds(most_ms):
                reached = found
            else:
                failed = found.rate
        return reached

    def backlog(self, size: int) -> Throughput:
        """Publish at once, and wait until everything is stored."""
        records = list(raw_postings(size, next(self._seeds)))
        keys = {record.key for record in records}
        before = self._stored()
        began = time.monotonic()
        self._producer.produce(records)
        self._watch.until(lambda: keys <= self._watch.matched.keys())
        while self._stored() < before + size:
            time.sleep(_LOOK_S)
        stored = time.monotonic() - began
        normalised, matched = (
            max(seen[key] for key in keys) - began for seen in (self._watch.normalised, self._watch.matched)
        )
        return Throughput(size / normalised, size / matched, size / stored)

    def size(self) -> Size:
        """Of the first records that were seen."""
        found = [(value, decode(Matches, value)) for value in self._watch.values]
        keys = sum(from_text(stored.keys).size + from_text(stored.near).size for _, stored in found)
        coded = sum(len(stored.keys) + len(stored.near) for _, stored in found)
        packed = select(func.avg(func.length(matches.c.matched) + func.length(matches.c.near)))
        with self._engine.connect() as connection:
            row = float(connection.execute(packed).scalar_one())
        return Size(_mean([len(value) for value, _ in found]), keys / len(found), coded / keys, row)

    def _stored(self) -> int:
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(postings)).scalar_one())


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values)
