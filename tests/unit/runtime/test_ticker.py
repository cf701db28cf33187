"""Services without inputs beside a worker."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.runtime.clock import FixedClock
from services.runtime.errors import UnavailableError
from services.runtime.letters.writing import CountedLetters
from services.runtime.log.sqlite import SqliteLog
from services.runtime.metrics.process import Metrics
from services.runtime.records import Outgoing, Record
from services.runtime.stages.ticks import Ticker
from tests.support.waiting import until

NOON = datetime(2026, 8, 10, 12, tzinfo=UTC)
RAW = "raw.v1"


@dataclass
class Ticking:
    """Gives a record a tick, after doing what it was made to do."""

    name: str
    before: Callable[[], None] = lambda: None
    inputs: tuple[str, ...] = ()
    at: list[datetime] = field(default_factory=list)
    ticked: threading.Event = field(default_factory=threading.Event)

    def load(self) -> None:
        """Hold nothing."""

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        return ()

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        self.before()
        self.at.append(now)
        self.ticked.set()
        return [Outgoing(RAW, b"k", f"{self.name} {len(self.at)}".encode())]


def away() -> None:
    raise UnavailableError("the store is away")


def wait_for(event: threading.Event) -> None:
    assert event.wait(20)


@pytest.fixture
def log(tmp_path: Path) -> SqliteLog:
    return SqliteLog(tmp_path / "log", clock=FixedClock(NOON))


def values(log: SqliteLog) -> list[str]:
    return [record.value.decode() for record in log.read_all(RAW)]


def test_once_ticks_each_in_order_and_has_what_they_give_durable(log: SqliteLog) -> None:
    first, second = Ticking("first"), Ticking("second")
    Ticker([first, second], log, clock=FixedClock(NOON)).once()
    assert first.at == second.at == [NOON]
    assert values(log) == ["first 1", "second 1"]


def test_one_that_fails_keeps_no_other_from_its_turn(log: SqliteLog) -> None:
    with pytest.raises(UnavailableError, match="the store is away"):
        Ticker([Ticking("broken", away), Ticking("sound")], log, clock=FixedClock(NOON)).once()
    assert values(log) == ["sound 1"]


def test_what_a_tick_gave_is_held_until_it_is_durable(log: SqliteLog) -> None:
    class Flaky:
        """A producer that is away at first."""

        tries = 0

        def produce(self, records: Sequence[Outgoing]) -> None:
            self.tries += 1
            if self.tries == 1:
                raise UnavailableError("Kafka is away")
            log.produce(records)

    ticking = Ticking("one")
    ticker = Ticker([ticking], Flaky(), clock=FixedClock(NOON))
    with pytest.raises(UnavailableError):
        ticker.once()
    ticker.once()
    assert values(log) == ["one 1"]
    assert len(ticking.at) == 1


def test_a_slow_one_does_not_keep_others_waiting(log: SqliteLog) -> None:
    leave = threading.Event()
    quick = Ticking("quick")
    slow = Ticking("slow", lambda: wait_for(leave))
    with Ticker([slow, quick], log, clock=FixedClock(NOON), every_s=0.01):
        assert quick.ticked.wait(60)
        assert not slow.ticked.is_set()
        leave.set()
        assert slow.ticked.wait(60)


def test_a_failure_is_told_and_forgotten_when_it_has_passed(log: SqliteLog) -> None:
    failing = threading.Event()
    failing.set()
    ticking = Ticking("one", lambda: away() if failing.is_set() else None)
    with capture_logs() as logs, Ticker([ticking], log, clock=FixedClock(NOON), every_s=0.01) as ticker:
        for _ in range(1_000):
            if ticker.errors:
                break
            threading.Event().wait(0.01)
        assert ticker.errors == {"one": "the store is away"}
        failing.clear()
        assert ticking.ticked.wait(60)
    assert ticker.errors == {}
    assert len([entry for entry in logs if entry["event"] == "tick failed"]) == 1


def test_a_first_tick_that_does_not_end_is_told(log: SqliteLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.stages.ticks._HANGS_AFTER", timedelta(milliseconds=200))
    leave, metrics = threading.Event(), Metrics()
    quick, hangs = Ticking("quick"), Ticking("hangs", lambda: wait_for(leave))

    def idle(loop: str) -> float:
        found = metrics.registry.get_sample_value("jobchime_loop_idle_seconds", {"loop": loop})
        assert found is not None, loop
        return found

    with Ticker([hangs, quick], log, clock=FixedClock(NOON), every_s=0.01, meter=metrics.meter) as ticker:
        until(lambda: "hangs" in ticker.errors, "it is told")
        failure = ticker.states["hangs"]
        assert failure is not None
        assert (failure.error, failure.mend) == ("a tick does not end", "restart")
        assert failure.since < NOON
        assert idle("hangs") >= 0.2
        until(lambda: ticker.errors.keys() == {"hangs"} and idle("quick") < 0.2, "the other goes on")
        leave.set()
        until(lambda: not ticker.errors, "it is over")


def test_that_a_tick_is_waited_for_is_no_tick_that_does_not_end(
    log: SqliteLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.runtime.stages.ticks._HANGS_AFTER", timedelta(milliseconds=50))
    seldom, metrics = Ticking("seldom"), Metrics()
    with Ticker([seldom], log, clock=FixedClock(NOON), every_s=60.0, meter=metrics.meter) as ticker:
        assert seldom.ticked.wait(60)
        until(
            lambda: metrics.registry.get_sample_value("jobchime_loop_idle_seconds", {"loop": "seldom"}) == 0, "it rests"
        )
        threading.Event().wait(0.2)
        assert ticker.errors == {}


def test_a_service_with_inputs_is_refused(log: SqliteLog) -> None:
    with pytest.raises(ValueError, match="needs a runner"):
        Ticker([Ticking("reader", inputs=(RAW,))], log, clock=FixedClock(NOON))


def test_a_paused_one_does_not_tick_and_goes_on_when_resumed(log: SqliteLog) -> None:
    resting, free = Ticking("held"), Ticking("free")
    paused = {"held"}
    ticker = Ticker([resting, free], log, clock=FixedClock(NOON), paused=paused.__contains__)
    ticker.once()
    assert (len(resting.at), len(free.at)) == (0, 1)
    paused.clear()
    ticker.once()
    assert (len(resting.at), len(free.at)) == (1, 2)


def test_ticks_and_their_failures_are_counted_by_service(log: SqliteLog) -> None:
    metrics = Metrics()
    ticker = Ticker([Ticking("broken", away), Ticking("sound")], log, clock=FixedClock(NOON), meter=metrics.meter)
    for _ in range(2):
        with pytest.raises(UnavailableError):
            ticker.once()

    def counted(name: str, service: str) -> float | None:
        return metrics.registry.get_sample_value(name, {"service": service})

    assert [counted("jobchime_tick_seconds_count", service) for service in ("broken", "sound")] == [2, 2]
    assert [counted("jobchime_tick_failures_total", service) for service in ("broken", "sound")] == [2, None]


def test_letters_that_a_service_writes_by_itself_are_counted(log: SqliteLog) -> None:
    metrics = Metrics()
    fault = {"consumer": "ingest.collector", "error_type": "FeedFault", "origin_topic": ""}
    CountedLetters(log, metrics.meter).produce(
        [Outgoing(f"{RAW}.dead", b"acme", b"", fault), Outgoing(RAW, b"acme", b"{}")]
    )
    labels = {"service": "ingest.collector", "topic": RAW, "error_type": "FeedFault"}
    assert metrics.registry.get_sample_value("jobchime_dead_letters_total", labels) == 1
    assert len(list(log.read_all(f"{RAW}.dead"))) == 1
    assert values(log) == ["{}"]
