"""The Faust runner and a bare consumer loop over the same records, with the same handler, each in a process of its own.

`python -m bench.runners RUNNER HANDLER SETTINGS COUNT` is that process; it prints how long the records took, from the
first that was handed to the handler until what came of the last was durable.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any, Final, Literal, get_args

from kafka import KafkaConsumer

from schemas.topics import CRITERIA, POSTINGS, RAW
from services.ingest.app import make_normaliser
from services.matcher.app import make_own_matcher
from services.runtime.faust.runner import FaustRunner
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import KafkaTail
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.logging import configure_logging
from services.runtime.records import Outgoing, Record, Service
from services.runtime.stages.lane import LaneSettings

Handler = Literal["matcher", "normaliser", "copier"]
RUNNERS: Final = ("faust", "bare")
_ROOT: Final = Path(__file__).resolve().parents[1]
_PATIENCE_S: Final = 600
_runs = count()


@dataclass(frozen=True)
class Took:
    """How long some records took a process."""

    seconds: float
    cpu_s: float


class Copier:
    """Sends on what comes: all that is left is the runner's own work."""

    name = "copier"
    inputs = (RAW.name,)

    def load(self) -> None:
        """Hold nothing."""

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        return [Outgoing(POSTINGS.name, record.key, record.value, record.headers) for record in batch]

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        return ()


def input_of(handler: Handler) -> str:
    """The topic whose records it is given."""
    return POSTINGS.name if handler == "matcher" else RAW.name


def compare(
    handler: Handler, settings: KafkaSettings, size: int, rounds: int, advance: Callable[[], None]
) -> dict[str, Took]:
    """What each runner took, in medians of alternating rounds over the same records."""
    took: dict[str, list[Took]] = {runner: [] for runner in RUNNERS}
    for turn in range(rounds):
        for runner in RUNNERS if turn % 2 == 0 else reversed(RUNNERS):
            took[runner].append(_run(runner, handler, settings, size))
            advance()
    return {
        runner: Took(median(run.seconds for run in all_), median(run.cpu_s for run in all_))
        for runner, all_ in took.items()
    }


def _run(runner: str, handler: Handler, settings: KafkaSettings, size: int) -> Took:
    """Each run is a group of its own, so that it begins at the first record."""
    arguments = (runner, handler, settings.model_dump_json(), str(size), f"{runner}-{next(_runs)}")
    found = subprocess.run(
        [sys.executable, "-m", "bench.runners", *arguments],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    if found.returncode:
        raise RuntimeError(f"{runner} with the {handler} failed:\n{found.stderr[-2_000:]}")
    return Took(*map(float, found.stdout.split()))


class _Timed:
    """A service under another name that reads one topic, and a producer that knows when all of it is done."""

    def __init__(self, service: Service, topic: str, name: str, producer: RecordProducer, size: int) -> None:
        self.name = name
        self.inputs = (topic,)
        self.load = service.load
        self.tick = service.tick
        self.done = threading.Event()
        self.took = Took(0.0, 0.0)
        self._service = service
        self._producer = producer
        self._left = size
        self._began: Took | None = None

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        if self._began is None:
            self._began = _read_clocks()
        self._left -= len(batch)
        return self._service.handle(batch)

    def produce(self, records: Sequence[Outgoing]) -> None:
        self._producer.produce(records)
        if self._left <= 0 and self._began is not None:
            now = _read_clocks()
            self.took = Took(now.seconds - self._began.seconds, now.cpu_s - self._began.cpu_s)
            self.done.set()


def _read_clocks() -> Took:
    return Took(time.perf_counter(), time.process_time())


def _bare(timed: _Timed, settings: KafkaSettings) -> None:
    """What one would write without a framework: poll, handle by partition, produce, commit as often as Faust does."""
    consumer: Any = KafkaConsumer(
        settings.topic(timed.inputs[0]),
        bootstrap_servers=list(settings.bootstrap),
        group_id=settings.group(timed.name),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_poll_records=settings.batch,
    )
    committed = time.monotonic()
    while not timed.done.is_set():
        for place, polled in consumer.poll(timeout_ms=500).items():
            topic = place.topic.removeprefix(settings.prefix)
            timed.produce(timed.handle([_record(topic, message) for message in polled]))
        if time.monotonic() - committed >= settings.commit_every_s:
            consumer.commit()
            committed = time.monotonic()
    consumer.commit()
    consumer.close(autocommit=False)


def _record(topic: str, found: Any) -> Record:
    return Record(
        topic=topic,
        partition=found.partition,
        offset=found.offset,
        key=found.key,
        value=found.value,
        headers={name: value.decode() for name, value in found.headers},
        appended_at=datetime.fromtimestamp(found.timestamp / 1000, UTC),
    )


def _service(handler: Handler, settings: KafkaSettings, stack: ExitStack) -> Service:
    if handler == "copier":
        return Copier()
    if handler == "normaliser":
        return make_normaliser()
    criteria = stack.enter_context(KafkaTail(settings, CRITERIA.name))
    return make_own_matcher(criteria, stack.enter_context(KafkaTail(settings, POSTINGS.name)))


def main(runner: str, handler: Handler, settings: KafkaSettings, size: int, name: str) -> None:
    """Handle the topic from its start, and print the seconds."""
    configure_logging(level="warning")
    with ExitStack() as stack:
        producer = stack.enter_context(RecordProducer(settings))
        timed = _Timed(_service(handler, settings, stack), input_of(handler), name, producer, size)
        if runner == "faust":
            lane = LaneSettings(batch=settings.batch, together=handler == "matcher")  # as `services.deployed` does
            FaustRunner(timed, timed, settings, lane=lane).run(timed.done)
        else:
            timed.load()
            _bare(timed, settings)
    print(timed.took.seconds, timed.took.cpu_s)


if __name__ == "__main__":
    _runner, _handler, _settings, _size, _name = sys.argv[1:]
    if _handler not in get_args(Handler):
        sys.exit(f"there is no handler {_handler}")
    main(_runner, _handler, KafkaSettings.model_validate_json(_settings), int(_size), _name)
