"""One service's way through one partition: retries, isolation, dead letters and the cap on them."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from schemas.headers import trace_of
from services.runtime.clock import Clock
from services.runtime.errors import Mend, PoisonError, UnavailableError, mend_of
from services.runtime.health.notes import Failure
from services.runtime.health.status import LaneState, LaneStatus
from services.runtime.letters.writing import cut, letter_of
from services.runtime.metrics.meter import RunnerMeter
from services.runtime.privacy.redaction import redacted
from services.runtime.records import Commit, Outgoing, Record, Service
from services.runtime.retry import RetryPolicy

_events = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DeadLetterCap:
    """When failing records say that the consumer is wrong, and not the records."""

    in_row: int = 100
    window: int = 200
    share: float = 0.5

    def reached(self, outcomes: "Outcomes") -> bool:
        """Whether one more dead letter would be too many: `in_row` at a stretch, or over `share` of a full window."""
        if outcomes.in_row + 1 >= self.in_row:
            return True
        full = len(outcomes.last) == self.window
        return full and (sum(outcomes.last) + 1) / self.window > self.share


@dataclass(slots=True)
class Outcomes:
    """How the last records of a lane ended; True is dead."""

    last: deque[bool]
    in_row: int = 0

    def add(self, count: int, *, dead: bool) -> None:
        self.last.extend([dead] * min(count, self.last.maxlen or count))
        self.in_row = self.in_row + count if dead else 0


@dataclass(frozen=True, slots=True)
class LaneSettings:
    """How a lane reads and how it bears errors."""

    batch: int = 500
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    cap: DeadLetterCap = field(default_factory=DeadLetterCap)
    together: bool = False
    """Whether the service takes records of several partitions in one batch, each partition's in order, and does
    better so: what a batch costs by itself is then paid once."""
    dense: bool = False
    """Whether an offset that the log leaves out is lost, unless it was read already."""


class LaneLog(Protocol):
    """What a lane needs of a log."""

    def committed(self, group: str, topic: str, partition: int) -> int: ...

    def read(self, topic: str, partition: int, offset: int, most: int) -> list[Record]: ...

    def advance(self, records: Sequence[Outgoing], commit: Commit | None = None) -> None:
        """Have the records durable, then the commit. Raises UnavailableError."""
        ...


class Lane:
    """Reads a batch, has it handled, and writes what goes out together with the new offset.

    Commits come after effects, so that a crash repeats work and never loses it.
    """

    def __init__(
        self,
        service: Service,
        topic: str,
        partition: int,
        *,
        log: LaneLog,
        clock: Clock,
        settings: LaneSettings,
        luck: Callable[[], float],
        monotonic: Callable[[], float] = time.monotonic,
        meter: RunnerMeter | None = None,
    ) -> None:
        self._service = service
        self._topic = topic
        self._partition = partition
        self._log = log
        self._clock = clock
        self._settings = settings
        self._luck = luck
        self._monotonic = monotonic
        self._meter = meter or RunnerMeter()
        self._offset = log.committed(service.name, topic, partition)
        self._most = settings.batch
        self._isolate_until = 0
        self._sound = 0
        self._failed = 0
        self._tried_together = 0
        self._away = 0
        self._not_before: float | None = None
        self._failure: Failure | None = None
        self._halted = False
        self._dead = 0
        self._handled = 0
        self._outcomes = Outcomes(deque(maxlen=settings.cap.window))

    @property
    def wakes_at(self) -> float | None:
        """When a waiting lane tries again (monotonic seconds); None where it is not waiting."""
        return None if self._halted else self._not_before

    @property
    def offset(self) -> int:
        """Everything below it is done."""
        return self._offset

    @property
    def halted(self) -> bool:
        """Whether it has stopped for good, since too many records died."""
        return self._halted

    @property
    def error(self) -> str | None:
        """Why it is not running, in a sentence."""
        return None if self._failure is None else self._failure.error

    @property
    def handled(self) -> int:
        """Records done with, dead ones included."""
        return self._handled

    def seek(self, offset: int) -> None:
        """Go on from `offset`, as where a partition comes back: what was being tried is given up.

        How records ended is remembered, and a halted lane stays halted.
        """
        self._offset = offset
        self._isolate_until = self._sound = 0
        self._failed = self._tried_together = 0
        if not self._halted:
            self._running()

    def work(self) -> bool:
        """Process one batch, or isolate one record; whether there may be more to do at once.

        Raises only what is wrong with the log itself and does not pass.
        """
        if self._halted or (self._not_before is not None and self._monotonic() < self._not_before):
            return False
        try:
            batch = self._log.read(self._topic, self._partition, self._offset, self._size())
        except UnavailableError as error:
            return self._wait(error)
        if not batch:
            self._running()
            return False
        return self._handle(batch)

    def sound(self, most: int) -> list[Record]:
        """The next records to do, where nothing has failed of them; else nothing."""
        if self._state() != "running":
            return []
        return self._log.read(self._topic, self._partition, self._offset, most)

    def done_with(self, batch: list[Record]) -> None:
        """Count records as done, which were handled with those of other partitions, and their effects are durable."""
        self._log.advance((), self._commit_after(batch))
        self._outcomes.add(len(batch), dead=False)
        self._done(batch)

    def status(self, end: int, offset: int | None = None) -> LaneStatus:
        """A snapshot; `end` is the partition's end offset, and `offset` the next one, where it is not the lane's."""
        at = self._offset if offset is None else offset
        return LaneStatus(
            topic=self._topic,
            partition=self._partition,
            offset=at,
            lag=max(end - at, 0),
            state=self._state(),
            dead=self._dead,
            failure=self._failure,
        )

    def _handle(self, batch: list[Record]) -> bool:
        began = self._monotonic()
        try:
            with _traced(batch):
                outgoing = self._service.handle(batch)
            self._log.advance(outgoing, self._commit_after(batch))
        except UnavailableError as error:
            # An engine may only be slow: of less at once, something gets done.
            self._most = max(len(batch) // 2, 1)
            return self._wait(error)
        except PoisonError as error:
            return self._isolate(batch, error)
        except Exception as error:
            return self._failing(batch, error)
        self._most = min(2 * self._most, self._settings.batch)
        self._outcomes.add(len(batch), dead=False)
        self._meter.batch(self._topic, len(batch), self._monotonic() - began)
        return self._done(batch)

    def _failing(self, batch: list[Record], error: Exception) -> bool:
        """An error that may pass: try again, a bounded number of times for a batch and again for a record alone."""
        if self._failed + 1 >= self._settings.retry.attempts:
            return self._isolate(batch, error)
        self._failed += 1
        return self._try_again(error, self._failed)

    def _isolate(self, batch: list[Record], error: Exception) -> bool:
        """Bury a record that failed alone; of a batch, do what comes before the one that is named, else each alone."""
        self._failed += 1
        if len(batch) == 1:
            return self._bury(batch[0], error)
        found = _place_of(error, batch)
        self._sound = found or 0
        self._isolate_until = batch[-1 if found is None else found].offset + 1
        self._tried_together, self._failed = self._failed, 0
        self._not_before = None
        self._warn("looks for the record that fails", error)
        return True

    def _bury(self, record: Record, error: Exception) -> bool:
        """Dead-letter one record and go on, unless too many have died."""
        if self._settings.cap.reached(self._outcomes):
            return self._halt(error)
        letter = letter_of(
            record,
            error,
            attempts=self._tried_together + self._failed,
            consumer=self._service.name,
            failed_at=self._clock.now(),
        )
        began = self._monotonic()
        try:
            self._write(letter, record)
        except UnavailableError as away:
            self._failed -= 1
            return self._wait(away)
        except PoisonError as refused:
            return self._halt(refused)
        self._warn("dead letter", error, offset=record.offset, trace=trace_of(record.headers))
        self._meter.dead(self._topic, type(error).__name__)
        self._meter.batch(self._topic, 1, self._monotonic() - began)
        self._dead += 1
        self._outcomes.add(1, dead=True)
        return self._done([record])

    def _write(self, letter: Outgoing, record: Record) -> None:
        """Have a letter durable; one that is too large, as the letter of a large record may be, cut short."""
        commit = self._commit_after([record])
        try:
            self._log.advance([letter], commit)
        except PoisonError as too_large:
            _events.warning("a dead letter is cut short", service=self._service.name, error=redacted(too_large))
            self._log.advance([cut(letter)], commit)

    def _commit_after(self, batch: list[Record]) -> Commit:
        return Commit(self._service.name, self._topic, self._partition, batch[-1].offset + 1)

    def _done(self, batch: list[Record]) -> bool:
        at, self._offset = self._offset, batch[-1].offset + 1
        lost = self._offset - at - len(batch)
        # A service that is new to a topic begins behind what others had done with, and was cleared away.
        if lost and at and self._settings.dense:
            _events.error("records are gone from the log, unread", topic=self._topic, offset=at, records=lost)
            self._meter.left_unread(self._topic, lost)
        self._handled += len(batch)
        self._running()
        self._failed = self._sound = 0
        if not self._isolating():
            self._tried_together = 0
        return True

    def _running(self) -> None:
        if self._not_before is not None:
            _events.info("goes on", service=self._service.name, topic=self._topic, partition=self._partition)
        self._not_before = None
        self._away = 0
        self._failure = None

    def _wait(self, error: UnavailableError) -> bool:
        """The record is sound and an engine is away: no bound on how often."""
        self._away += 1
        return self._try_again(error, self._away)

    def _try_again(self, error: Exception, failed: int) -> bool:
        delay = self._settings.retry.delay(failed, self._luck())
        self._not_before = self._monotonic() + delay
        self._meter.retried(self._topic, type(error).__name__)
        self._warn("waits and tries again", error, attempt=failed, seconds=round(delay, 1))
        return False

    def _halt(self, error: Exception) -> bool:
        self._halted = True
        self._fail(
            f"halted at {self._topic}:{self._partition}:{self._offset}: so many records could not be processed that the"
            f" consumer must be wrong and not the records; mend it and start again. The last error: {redacted(error)}",
            "dead letters",
        )
        _events.error("halted", service=self._service.name, error=self.error)
        return False

    def _warn(self, event: str, error: Exception, **facts: object) -> None:
        self._fail(redacted(error), mend_of(error))
        where = {"service": self._service.name, "topic": self._topic, "partition": self._partition}
        _events.warning(event, **where, error_type=type(error).__name__, error=self.error, **facts)

    def _fail(self, error: str, mend: Mend | None) -> None:
        now, before = self._clock.now(), self._failure
        self._failure = Failure(error, now, now, mend) if before is None else before.again(error, now, mend)

    def _isolating(self) -> bool:
        return self._offset < self._isolate_until

    def _size(self) -> int:
        return min(max(self._sound, 1) if self._isolating() else self._settings.batch, self._most)

    def _state(self) -> LaneState:
        if self._halted:
            return "halted"
        if self._not_before is not None:
            return "waiting"
        return "isolating" if self._isolating() else "running"


def _place_of(error: Exception, batch: Sequence[Record]) -> int | None:
    """Which record of a batch an error is about, where it says so."""
    offset = error.offset if isinstance(error, PoisonError) else None
    return next((at for at, record in enumerate(batch) if record.offset == offset), None)


@contextmanager
def _traced(batch: Sequence[Record]) -> Iterator[None]:
    """Have what is logged meanwhile name the trace, where the batch is part of one alone."""
    traces = {trace_of(record.headers) for record in batch}
    trace = traces.pop() if len(traces) == 1 else None
    with structlog.contextvars.bound_contextvars(**({"trace": trace} if trace else {})):
        yield
