"""What workers say of themselves."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.runtime.clock import FixedClock
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.figures.stream import WorkerFigures, read_figures
from services.runtime.health.heartbeat import (
    FORGOTTEN_AFTER,
    MISSED,
    Heartbeat,
    HeartbeatThread,
    SqlHeartbeats,
    forget_worker,
    read_workers,
)
from services.runtime.health.last_words import WITHOUT_A_WORD, LastWords
from services.runtime.health.status import Pulse
from tests.support.logs import NOON, ManualTime
from tests.support.stores import new_engine
from tests.support.waiting import until

HEARTBEAT = Heartbeat(
    "matcher",
    ready=False,
    reason="waits: Elasticsearch is away",
    mend="reindex",
    handled=400,
    per_second=12.5,
    lag=7,
    dead=1,
    freshness_s=0.4,
    last_error="Elasticsearch is away",
    last_error_since=NOON - timedelta(minutes=3),
    last_error_at=NOON,
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with new_engine("sqlite", tmp_path) as made:
        yield made


def test_a_heartbeat_is_kept_whole_and_the_last_one_counts(engine: Engine) -> None:
    heartbeats = SqlHeartbeats(engine, "matcher@a", NOON, probes="127.0.0.1:8102")
    heartbeats.publish([HEARTBEAT, Heartbeat("notifier", ready=True)], NOON)
    heartbeats.publish([replace(HEARTBEAT, handled=500)], NOON + timedelta(seconds=5))
    SqlHeartbeats(engine, "matcher@b", NOON).publish([HEARTBEAT], NOON)
    first, second, third = read_workers(engine)
    assert (first.worker, first.heartbeat) == ("matcher@a", replace(HEARTBEAT, handled=500))
    assert (first.started_at, first.seen_at) == (NOON, NOON + timedelta(seconds=5))
    assert (first.pid, first.probes) == (os.getpid(), "127.0.0.1:8102")
    assert (second.worker, third.heartbeat.service) == ("matcher@b", "notifier")


def test_each_start_of_a_worker_that_was_heard_of_counts_and_its_first_does_not(engine: Engine) -> None:
    for minutes in (0, 10, 65, 70):
        now = NOON + timedelta(minutes=minutes)
        started = SqlHeartbeats(engine, "matcher@a", now)
        for _ in range(3):
            started.publish([HEARTBEAT, Heartbeat("notifier", ready=True)], now)
    SqlHeartbeats(engine, "matcher@b", NOON).publish([HEARTBEAT], NOON)
    figures = read_figures(engine, NOON + timedelta(minutes=71), ())
    [found] = figures.restarts
    assert (found.worker, found.hour, found.day, found.last) == ("matcher@a", 2, 3, NOON + timedelta(minutes=70))
    assert {worker.service: worker.restarts for worker in figures.workers} == {"matcher": 2, "notifier": 2}
    later = read_figures(engine, NOON + timedelta(minutes=86), ())
    assert {worker.restarts for worker in later.workers} == {0}, "it has run for a quarter of an hour"


def test_a_worker_lives_until_it_misses_heartbeats_or_says_goodbye(engine: Engine) -> None:
    heartbeats = SqlHeartbeats(engine, "matcher@a", NOON)
    heartbeats.publish([HEARTBEAT], NOON)
    (worker,) = read_workers(engine)
    assert worker.alive(NOON + MISSED - timedelta(seconds=1))
    assert not worker.alive(NOON + MISSED)
    heartbeats.goodbye(NOON)
    (worker,) = read_workers(engine)
    assert not worker.alive(NOON)


def test_a_day_after_the_last_beat_a_worker_is_forgotten(engine: Engine) -> None:
    SqlHeartbeats(engine, "old", NOON).publish([HEARTBEAT], NOON)
    SqlHeartbeats(engine, "new", NOON).publish([HEARTBEAT], NOON + FORGOTTEN_AFTER + timedelta(seconds=1))
    assert [worker.worker for worker in read_workers(engine)] == ["new"]


def test_a_lost_worker_is_counted_until_it_is_forgotten_by_word(engine: Engine) -> None:
    later = NOON + timedelta(minutes=2)
    for name, at in (("matcher@a", later), ("matcher@b", NOON)):
        SqlHeartbeats(engine, name, NOON).publish([HEARTBEAT], at)

    def figures() -> tuple[WorkerFigures, ...]:
        return read_figures(engine, later, (), ("matcher", "notifier")).workers

    assert figures() == (WorkerFigures("matcher", 1, 1, later), WorkerFigures("notifier", 0, 0, None))
    with pytest.raises(UsageError, match="matcher@a runs"):
        forget_worker(engine, "matcher@a", later)
    with pytest.raises(UsageError, match="there is no worker matcher@c"):
        forget_worker(engine, "matcher@c", later)
    forget_worker(engine, "matcher@b", later)
    assert figures()[0] == WorkerFigures("matcher", 1, 0, later)


def test_a_worker_that_was_last_heard_of_in_a_time_to_come_is_forgotten_by_word(engine: Engine) -> None:
    SqlHeartbeats(engine, "matcher@a", NOON).publish([HEARTBEAT], NOON + timedelta(days=2))
    forget_worker(engine, "matcher@a", NOON)
    assert read_workers(engine) == ()


def test_a_heartbeat_that_a_store_held_up_is_of_when_it_took_it(engine: Engine) -> None:
    passed = iter((0.0, 107.0))
    held = SqlHeartbeats(engine, "matcher@a", NOON, monotonic=lambda: next(passed))
    held.publish([HEARTBEAT], NOON)
    [worker] = read_workers(engine)
    assert worker.seen_at == NOON + timedelta(seconds=107)


def test_one_that_stopped_is_not_counted_as_lost(engine: Engine) -> None:
    heartbeats = SqlHeartbeats(engine, "matcher@a", NOON)
    heartbeats.publish([HEARTBEAT], NOON)
    heartbeats.goodbye(NOON)
    (found,) = read_figures(engine, NOON + timedelta(hours=1), ()).workers
    assert (found.alive, found.lost, found.heard_at) == (0, 0, NOON)


def test_a_clock_is_not_ahead_any_more_once_its_worker_stopped(engine: Engine) -> None:
    ahead = NOON + timedelta(days=2)
    heartbeats = SqlHeartbeats(engine, "matcher@a", NOON)
    heartbeats.publish([HEARTBEAT], ahead)
    SqlHeartbeats(engine, "matcher@b", NOON).publish([HEARTBEAT], NOON)

    def heard_at() -> datetime | None:
        return read_figures(engine, NOON, ()).workers[0].heard_at

    assert heard_at() == ahead
    heartbeats.goodbye(ahead)
    assert heard_at() == NOON


def test_errors_are_told_without_addresses(engine: Engine) -> None:
    said = "550 no mailbox ann@fern.example here"
    SqlHeartbeats(engine, "a", NOON).publish([replace(HEARTBEAT, last_error=said, reason=said)], NOON)
    (worker,) = read_workers(engine)
    assert worker.heartbeat.last_error == worker.heartbeat.reason == "550 no mailbox (address hidden) here"


class Kept:
    def __init__(self) -> None:
        self.away = True
        self.heartbeats: list[Sequence[Heartbeat]] = []
        self.gone = False
        self.why: str | None = None

    def publish(self, heartbeats: Sequence[Heartbeat], now: object) -> None:
        if self.away:
            self.away = False
            raise UnavailableError("the store is away")
        self.heartbeats.append(heartbeats)

    def goodbye(self, now: object, why: str | None = None) -> None:
        self.gone, self.why = True, why


def test_a_thread_goes_on_beating_over_an_outage_and_says_goodbye() -> None:
    kept, measured = Kept(), []
    with HeartbeatThread(lambda: [HEARTBEAT], kept, clock=FixedClock(NOON), every_s=0.01, also=measured.append):
        until(lambda: len(kept.heartbeats) > 0, "it beats")
    assert kept.heartbeats[0] == [HEARTBEAT]
    assert measured[0] == [HEARTBEAT]
    assert kept.gone
    assert kept.why is None, "it was told to end"


def test_why_a_worker_ends_by_itself_is_in_its_goodbye() -> None:
    for error, why in ((UnavailableError("topic raw.v1 is not there"), "topic raw.v1 is not there"),
                       (KeyError("ann@fern.example"), "KeyError: see its log")):  # fmt: skip
        kept = Kept()
        with pytest.raises(type(error)), HeartbeatThread(lambda: [HEARTBEAT], kept, clock=FixedClock(NOON)):
            raise error
        assert kept.why == why


def test_why_a_worker_ended_outlasts_its_next_start_and_one_that_was_told_to_end_has_no_last_words(
    engine: Engine,
) -> None:
    def start(at: datetime, name: str = "matcher@a") -> SqlHeartbeats:
        started = SqlHeartbeats(engine, name, at)
        started.publish([HEARTBEAT], at)
        return started

    start(NOON).goodbye(NOON, "topic raw.v1 is not there")
    start(NOON, "matcher@b").goodbye(NOON)
    start(NOON + timedelta(minutes=1))
    start(NOON + timedelta(minutes=1), "matcher@b")
    said = {words.worker: words for words in read_figures(engine, NOON + timedelta(minutes=2), ()).last_words}
    assert said == {"matcher@a": LastWords("matcher@a", NOON, "topic raw.v1 is not there")}
    start(NOON + timedelta(minutes=3))
    killed = {words.worker: words for words in read_figures(engine, NOON + timedelta(minutes=4), ()).last_words}
    assert killed == {"matcher@a": LastWords("matcher@a", NOON + timedelta(minutes=1), WITHOUT_A_WORD)}
    assert read_figures(engine, NOON + timedelta(days=2), ()).last_words == ()
    start(NOON + timedelta(minutes=5)).goodbye(NOON + timedelta(minutes=6))
    assert read_figures(engine, NOON + timedelta(minutes=7), ()).last_words == (), "then it was told to end"


def test_heartbeats_that_are_missed_in_a_row_are_told_until_one_is_heard() -> None:
    tries: list[str | None] = []

    class Full(Kept):
        def publish(self, heartbeats: Sequence[Heartbeat], now: object) -> None:
            tries.append(thread.unheard)
            if len(tries) < 6:
                raise UnavailableError("the disk is full")

    thread = HeartbeatThread(lambda: [HEARTBEAT], Full(), clock=FixedClock(NOON), every_s=0.01)
    with thread:
        until(lambda: len(tries) > 6, "it beats")
    said = "its heartbeats are not heard: the disk is full"
    assert tries[:7] == [None, None, None, said, said, said, None]


def test_a_pulse_tells_how_long_a_loop_has_not_turned() -> None:
    passing = ManualTime()
    pulse = Pulse(passing.monotonic)
    passing.sleep(40)
    assert pulse.idle_s() == 40
    pulse.turn()
    assert pulse.idle_s() == 0
