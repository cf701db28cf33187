from collections.abc import Sequence
from datetime import datetime, timedelta

from structlog.testing import capture_logs

from services.runtime.clock import FixedClock
from services.runtime.errors import UnavailableError
from services.runtime.health.notes import Failure, Notes
from services.runtime.records import Outgoing
from services.runtime.stages.ticks import Ticks
from tests.support.logs import NOON, Collecting, ManualTime, out
from tests.support.streaming import Producing, Telling


class Ticked:
    """Ticks with what surrounds them."""

    def __init__(self, service: Collecting) -> None:
        self.time = ManualTime()
        self.producer = Producing()
        self.meter = Telling()
        self.notes = Notes(service.name, FixedClock(NOON), self.time.monotonic)
        self.ticks = Ticks(service, self.producer, self.notes, meter=self.meter, monotonic=self.time.monotonic)


def test_what_a_tick_gives_is_produced() -> None:
    ticked = Ticked(Collecting(on_tick=lambda now: [out("a"), out("b")]))
    assert ticked.ticks.tick(NOON) == 2
    assert len(ticked.producer.out) == 2
    assert ticked.meter.ticks == [False]


def test_what_a_tick_gave_is_held_until_it_is_durable() -> None:
    service = Collecting(on_tick=lambda now: [out("a")])
    ticked = Ticked(service)
    ticked.producer.away = True
    with capture_logs():
        assert ticked.ticks.tick(NOON) == 0
        ticked.producer.away = False
        assert ticked.ticks.tick(NOON) == 1
    assert service.ticks == [NOON]
    assert len(ticked.producer.out) == 1


def test_a_failing_tick_is_told_once_a_minute_and_counted_each_time() -> None:
    def fail(now: datetime) -> Sequence[Outgoing]:
        raise RuntimeError("it fails")

    ticked = Ticked(Collecting(on_tick=fail))
    with capture_logs() as said:
        for _ in range(5):
            ticked.ticks.tick(NOON)
            ticked.time.sleep(20)
    assert len(said) == 2
    assert ticked.ticks.errors == 5
    assert ticked.notes.failure == Failure("it fails", NOON, NOON, times=5)


def test_a_failure_has_dates_and_is_over_when_the_tick_works_again() -> None:
    failing = [True]

    def maybe_fail(now: datetime) -> Sequence[Outgoing]:
        if failing[0]:
            raise UnavailableError("the index is being rebuilt: wait")
        return ()

    clock = FixedClock(NOON)
    notes = Notes("matcher", clock)
    ticks = Ticks(Collecting(on_tick=maybe_fail), Producing(), notes, meter=Telling())
    with capture_logs():
        for _ in range(3):
            ticks.tick(clock.now())
            clock.advance(timedelta(minutes=1))
    assert notes.failure == Failure("the index is being rebuilt: wait", NOON, NOON + timedelta(minutes=2), times=3)
    failing[0] = False
    ticks.tick(clock.now())
    assert notes.failure is None


def test_what_fails_since_before_its_clock_was_set_back_fails_since_then() -> None:
    failure = Failure("no", NOON + timedelta(days=2), NOON + timedelta(days=2))
    later = NOON + timedelta(minutes=1)
    assert failure.again("no", NOON).again("no", later) == Failure("no", NOON, later, times=3)


def test_what_works_again_ends_only_its_own_failure() -> None:
    clock = FixedClock(NOON)
    notes = Notes("matcher", clock)
    with capture_logs():
        notes.note("tick failed", ValueError("a"))
        clock.advance(timedelta(seconds=1))
        notes.note("waits for Kafka", ValueError("b"))
    assert notes.error == "b"
    notes.works("waits for Kafka")
    assert notes.failure == Failure("a", NOON, NOON)


def test_what_must_be_seen_to_is_known_of_an_error_that_was_put_into_another() -> None:
    notes = Notes("collecting", FixedClock(NOON))
    error = UnavailableError("nothing can be cleared: the tables are of before")
    error.__cause__ = UnavailableError("the tables are of before", mend="migrate")
    with capture_logs():
        notes.note("tick failed", error)
    assert notes.failure is not None
    assert notes.failure.mend == "migrate"
