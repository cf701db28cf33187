"""How the embedded runner bears whatever a service does."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.runtime.clock import FixedClock
from services.runtime.datadir import held
from services.runtime.dead import DeadLetters, Replayed
from services.runtime.embedded_runner import EmbeddedRunner, stop_on_signals
from services.runtime.errors import PoisonError, UnavailableError
from services.runtime.lane import DeadLetterCap, LaneSettings
from services.runtime.log_sqlite import SqliteLog
from services.runtime.records import Commit, Outgoing, Record, Service
from services.runtime.retry import RetryPolicy
from services.runtime.status import LaneStatus
from tests.support.logs import NEXT, NOON, TOPIC, Collecting, ManualTime, open_log, out, outs, values


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    with open_log(tmp_path) as log:
        yield log


def runner_of(log: SqliteLog, *services: Service, time: ManualTime | None = None, **settings: Any) -> EmbeddedRunner:
    time = time or ManualTime()
    return EmbeddedRunner(
        services,
        log,
        clock=FixedClock(NOON),
        settings=LaneSettings(**settings),
        luck=lambda: 0.5,
        monotonic=time.monotonic,
        sleep=time.sleep,
    )


def failing_on(*bad: str, error: Exception) -> Callable[[Record], None]:
    def judge(record: Record) -> None:
        if record.value.decode() in bad:
            raise error

    return judge


def failing_times(times: int, error: Exception) -> Callable[[Record], None]:
    left = [times]

    def judge(record: Record) -> None:
        if left[0]:
            left[0] -= 1
            raise error

    return judge


def lane(runner: EmbeddedRunner, service: int = 0, at: int = 0) -> LaneStatus:
    return runner.status().services[service].lanes[at]


def test_records_are_handled_once_in_order_and_committed(log: SqliteLog) -> None:
    log.produce(outs(7))
    service = Collecting()
    runner = runner_of(log, service, batch=3)
    runner.drain()
    assert service.batches == [[f"value {n}" for n in range(3)], [f"value {n}" for n in range(3, 6)], ["value 6"]]
    assert log.committed("collecting", TOPIC, 0) == 7
    assert runner.status().lag == 0


def test_a_new_runner_goes_on_where_the_old_one_stopped(log: SqliteLog) -> None:
    log.produce(outs(5))
    first, second = Collecting(), Collecting()
    runner_of(log, first, batch=2).step()
    runner_of(log, second, batch=10).drain()
    assert (first.done, second.done) == (["value 0", "value 1"], ["value 2", "value 3", "value 4"])


def test_what_goes_out_reaches_the_next_service(log: SqliteLog) -> None:
    log.produce(outs(4))
    first, second = Collecting(forward=NEXT), Collecting(name="next", inputs=(NEXT,))
    runner_of(log, first, second).drain()
    assert second.done == first.done == [f"value {n}" for n in range(4)]


def test_load_comes_before_the_first_batch(log: SqliteLog) -> None:
    log.produce(outs(1))
    order: list[str] = []
    service = Collecting(judge=lambda record: order.append("handle"), on_load=lambda: order.append("load"))
    runner = runner_of(log, service)
    runner.load()
    runner.drain()
    assert order == ["load", "handle"]


def test_a_service_that_cannot_load_yet_is_tried_again_while_others_go_on(log: SqliteLog) -> None:
    log.produce(outs(2))
    away = [3]

    def on_load() -> None:
        if away[0]:
            away[0] -= 1
            raise UnavailableError("the engine is away")

    slow, other = Collecting(name="slow", on_load=on_load), Collecting(name="other")
    runner = runner_of(log, slow, other)
    runner.step()
    assert (slow.done, other.done) == ([], ["value 0", "value 1"])
    status = runner.status().services[0]
    assert (status.loaded, status.last_error, runner.status().healthy) == (False, "the engine is away", False)
    runner.drain()
    assert slow.done == ["value 0", "value 1"]
    assert runner.status().healthy


def test_a_load_that_fails_for_a_reason_of_its_own_ends_the_start(log: SqliteLog) -> None:
    def on_load() -> None:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        runner_of(log, Collecting(on_load=on_load)).load()


def test_an_engine_that_is_away_is_waited_for_however_long_and_nothing_dies(log: SqliteLog) -> None:
    log.produce(outs(3))
    service = Collecting(judge=failing_times(40, UnavailableError("the index is away")))
    time = ManualTime()
    runner = runner_of(log, service, time=time, retry=RetryPolicy(attempts=2, first_s=1, most_s=8, jitter=0))
    runner.drain(patience_s=1_000)
    assert service.done == ["value 0", "value 1", "value 2"]
    assert time.slept[:5] == [1, 2, 4, 8, 8]
    assert len(time.slept) == 40
    assert list(DeadLetters(log).find()) == []


def test_while_one_partition_waits_the_others_go_on(tmp_path: Path) -> None:
    with open_log(tmp_path, partitions=2) as log:
        log.produce(outs(20))
        stuck = {record.value.decode() for record in log.read(TOPIC, 0, 0, 100)}
        service = Collecting(judge=failing_on(*stuck, error=UnavailableError("the index is away")))
        runner = runner_of(log, service)
        for _ in range(3):
            runner.step()
        assert sorted(service.done) == sorted({f"value {n}" for n in range(20)} - stuck)
        assert [(lane(runner, at=at).state, lane(runner, at=at).lag) for at in (0, 1)] == [
            ("waiting", len(stuck)),
            ("running", 0),
        ]
        assert lane(runner).error == "the index is away"


def test_draining_gives_up_when_nothing_moves_for_long(log: SqliteLog) -> None:
    log.produce(outs(1))
    service = Collecting(judge=failing_on("value 0", error=UnavailableError("the index is away")))
    with pytest.raises(UnavailableError, match="nothing has moved for 20 s: the index is away"):
        runner_of(log, service).drain(patience_s=20)
    assert log.committed("collecting", TOPIC, 0) == 0


def test_an_error_that_passes_costs_a_retry_and_nothing_else(log: SqliteLog) -> None:
    log.produce(outs(3))
    service = Collecting(judge=failing_times(2, RuntimeError("flaky")))
    runner_of(log, service).drain()
    assert service.done == ["value 0", "value 1", "value 2"]
    assert list(DeadLetters(log).find()) == []


def test_a_record_that_always_fails_dies_alone_after_bounded_retries(log: SqliteLog) -> None:
    log.produce([out("a", "good"), out("b", "bad", note="kept"), out("c", "fine")])
    service = Collecting(judge=failing_on("bad", error=ValueError("cannot read it")))
    runner_of(log, service, retry=RetryPolicy(attempts=3)).drain()
    assert service.batches[:3] == [["good", "bad", "fine"]] * 3
    assert service.done == ["good", "fine"]
    (letter,) = DeadLetters(log).find()
    assert (letter.error, letter.error_type, letter.attempts) == ("cannot read it", "ValueError", 6)
    assert (letter.key, letter.value, letter.headers) == (b"b", b"bad", {"note": "kept"})
    assert (letter.origin, letter.consumer, letter.failed_at) == (f"{TOPIC}:0:1", "collecting", NOON.isoformat())


def test_poison_is_isolated_at_once(log: SqliteLog) -> None:
    log.produce([out("a", "good"), out("b", "bad"), out("c", "fine")])
    service = Collecting(judge=failing_on("bad", error=PoisonError("the posting has no title")))
    time = ManualTime()
    runner_of(log, service, time=time).drain()
    assert service.batches == [["good", "bad", "fine"], ["good"], ["bad"], ["fine"]]
    assert time.slept == []
    (letter,) = DeadLetters(log).find()
    assert (letter.error, letter.error_type, letter.attempts) == ("the posting has no title", "PoisonError", 2)


def test_poison_that_says_which_record_it_is_costs_the_others_no_trial_of_their_own(log: SqliteLog) -> None:
    log.produce([*(out("k", value) for value in ("a", "b", "bad", "worse", "c", "d")), *outs(2)])

    def judge(record: Record) -> None:
        if record.value in (b"bad", b"worse"):
            raise PoisonError("the posting has no title", offset=record.offset)

    service = Collecting(judge=judge)
    runner_of(log, service, batch=5).drain()
    assert service.batches == [
        ["a", "b", "bad", "worse", "c"],
        ["a", "b"],
        ["bad"],
        ["worse", "c", "d", "value 0", "value 1"],
        ["worse"],
        ["c", "d", "value 0", "value 1"],
    ]
    assert [(letter.value, letter.attempts) for letter in DeadLetters(log).find()] == [(b"bad", 2), (b"worse", 2)]


def test_an_engine_that_goes_away_before_known_poison_kills_nothing(log: SqliteLog) -> None:
    log.produce([out("k", value) for value in ("good", "flaky", "bad", "fine")])
    seen: Counter[str] = Counter()

    def judge(record: Record) -> None:
        value = record.value.decode()
        seen[value] += 1
        if value == "bad":
            raise PoisonError("bad", offset=record.offset)
        if value == "flaky" and 1 < seen[value] <= 4:
            raise UnavailableError("away")

    service = Collecting(judge=judge)
    runner_of(log, service).drain()
    assert service.done == ["good", "flaky", "fine"]
    assert [letter.value for letter in DeadLetters(log).find()] == [b"bad"]


def test_a_record_that_fails_in_passing_beside_poison_is_not_buried_with_it(log: SqliteLog) -> None:
    log.produce([out("a", "bad"), out("b", "flaky"), out("c", "fine")])
    failed: list[str] = []

    def judge(record: Record) -> None:
        value = record.value.decode()
        if value == "bad":
            raise PoisonError("bad")
        if value == "flaky" and len(failed) < 2:
            failed.append(value)
            raise RuntimeError("in passing")

    service = Collecting(judge=judge)
    runner_of(log, service, retry=RetryPolicy(attempts=3)).drain()
    assert service.done == ["flaky", "fine"]
    assert [letter.value for letter in DeadLetters(log).find()] == [b"bad"]


def test_an_engine_that_goes_away_during_isolation_kills_nothing(log: SqliteLog) -> None:
    log.produce([out("a", "good"), out("b", "bad"), out("c", "fine")])
    seen: Counter[str] = Counter()

    def judge(record: Record) -> None:
        value = record.value.decode()
        seen[value] += 1
        if value == "bad":
            raise PoisonError("bad")
        if value == "fine" and seen[value] <= 5:
            raise UnavailableError("away")

    service = Collecting(judge=judge)
    runner_of(log, service).drain()
    assert service.done == ["good", "fine"]
    assert [letter.value for letter in DeadLetters(log).find()] == [b"bad"]


def test_after_isolation_batches_are_whole_again(log: SqliteLog) -> None:
    log.produce([out("k", "bad"), *outs(8)])
    service = Collecting(judge=failing_on("bad", error=PoisonError("bad")))
    runner_of(log, service, batch=3).drain()
    assert [len(batch) for batch in service.batches] == [3, 1, 1, 1, 3, 3]


def test_an_engine_that_is_too_slow_for_a_whole_batch_gets_less_at_once_until_something_is_done(log: SqliteLog) -> None:
    class Slow(Collecting):
        """Its engine answers for three records in time."""

        def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
            if len(batch) > 3 and len(self.done) < 20:
                raise UnavailableError("no answer in time")
            return super().handle(batch)

    log.produce(outs(100))
    service = Slow()
    runner_of(log, service, batch=16).drain()
    assert service.done == [f"value {number}" for number in range(100)]
    assert max(len(batch) for batch in service.batches) == 16, "once it is quick again, batches are whole"


def test_an_address_in_an_error_does_not_reach_the_letter(log: SqliteLog) -> None:
    log.produce([out("a", "bad")])
    service = Collecting(judge=failing_on("bad", error=ValueError("no row for <mira.o@mail.example>, sorry")))
    runner_of(log, service).drain()
    (letter,) = DeadLetters(log).find()
    assert letter.error == "no row for <(address hidden)>, sorry"


class SmallRecords(SqliteLog):
    """Takes no record over a size, as a broker does."""

    most = 1 << 20

    def advance(self, records: Sequence[Outgoing], commit: Commit | None = None) -> None:
        for record in records:
            if len(record.value) + sum(map(len, record.headers.values())) > self.most:
                raise PoisonError("the record is too large")
        super().advance(records, commit)


def test_the_letter_of_a_record_that_is_too_large_for_one_holds_its_beginning(tmp_path: Path) -> None:
    large = "x" * 99_900
    with closing(SmallRecords(tmp_path / "log", clock=FixedClock(NOON), partitions=1)) as small:
        small.produce([out("a", large, source="acme", padding="y" * 50_000), out("a", "fine")])
        small.most = 100_000
        service = Collecting(judge=failing_on(large, error=PoisonError("no title")))
        runner_of(small, service).drain()
        assert service.done == ["fine"]
        letters = DeadLetters(small)
        (letter,) = letters.find()
        assert (letter.error, letter.whole_bytes, letter.headers) == ("no title", 99_900, {"source": "acme"})
        assert large.startswith(letter.value.decode())
        assert letter.value
        assert letters.replay([letter]) == Replayed(0, 0, cut=1)


def test_a_letter_that_is_not_even_taken_cut_short_halts_the_partition_and_not_the_worker(tmp_path: Path) -> None:
    with closing(SmallRecords(tmp_path / "log", clock=FixedClock(NOON), partitions=1)) as small:
        small.produce([out("a", "bad"), out("a", "fine")])
        small.most = 10
        runner = runner_of(small, Collecting(judge=failing_on("bad", error=PoisonError("no title"))))
        runner.drain()
        assert (lane(runner).state, lane(runner).offset) == ("halted", 0)


def test_the_cap_halts_a_consumer_that_fails_on_everything_and_others_go_on(log: SqliteLog) -> None:
    log.produce(outs(50))
    wrong = Collecting(name="wrong", judge=failing_on(*[f"value {n}" for n in range(50)], error=KeyError("field")))
    sound = Collecting(name="sound")
    runner = runner_of(log, wrong, sound, cap=DeadLetterCap(in_row=5))
    runner.drain()
    assert len(sound.done) == 50
    assert len(list(DeadLetters(log).find())) == 4
    status = lane(runner)
    assert (status.state, status.offset, status.lag, status.dead) == ("halted", 4, 46, 4)
    assert status.error is not None
    assert "the consumer must be wrong" in status.error
    assert not runner.status().healthy


def test_the_cap_halts_when_more_than_half_of_the_last_records_died(log: SqliteLog) -> None:
    log.produce(outs(300))
    odd = [f"value {n}" for n in range(300) if n % 3]
    service = Collecting(judge=failing_on(*odd, error=PoisonError("odd")))
    runner = runner_of(log, service, cap=DeadLetterCap(in_row=50, window=60))
    runner.drain()
    assert lane(runner).state == "halted"
    assert len(list(DeadLetters(log).find())) == 40


def test_a_share_below_the_cap_is_dead_lettered_to_the_end(log: SqliteLog) -> None:
    log.produce(outs(300))
    service = Collecting(judge=failing_on(*[f"value {n}" for n in range(0, 300, 3)], error=PoisonError("every third")))
    runner_of(log, service, cap=DeadLetterCap(in_row=50, window=60)).drain()
    assert len(list(DeadLetters(log).find())) == 100
    assert len(service.done) == 200


def test_a_halted_consumer_goes_on_after_it_was_mended(log: SqliteLog) -> None:
    log.produce(outs(20))
    wrong = Collecting(judge=failing_on(*[f"value {n}" for n in range(20)], error=KeyError("field")))
    runner_of(log, wrong, cap=DeadLetterCap(in_row=5)).drain()
    mended = Collecting()
    runner_of(log, mended).drain()
    letters = DeadLetters(log)
    letters.replay(list(letters.find()))
    runner_of(log, mended).drain()
    assert sorted(mended.done) == sorted(f"value {n}" for n in range(20))


def test_outgoing_to_an_unknown_topic_is_the_services_fault_and_not_the_runners_end(log: SqliteLog) -> None:
    log.produce(outs(1))
    runner_of(log, Collecting(forward="nope")).drain()
    (letter,) = DeadLetters(log).find()
    assert letter.error_type == "UnknownTopicError"


def test_a_tick_that_fails_is_counted_and_tried_at_the_next_tick(log: SqliteLog) -> None:
    def on_tick(now: datetime) -> Sequence[Outgoing]:
        if now == NOON:
            raise RuntimeError("not now")
        return outs(2)

    service, other = Collecting(on_tick=on_tick, inputs=()), Collecting(name="other", inputs=())
    runner = runner_of(log, service, other)
    runner.load()
    assert runner.tick(NOON) == 0
    assert (runner.status().services[0].tick_errors, runner.status().services[0].last_error) == (1, "not now")
    assert other.ticks == [NOON]
    assert runner.tick(NOON + timedelta(minutes=1)) == 2
    assert values(log.read(TOPIC, 0, 0, 9)) == ["value 0", "value 1"]


def test_what_a_tick_gave_is_held_until_the_log_takes_it(log: SqliteLog, monkeypatch: pytest.MonkeyPatch) -> None:
    service = Collecting(on_tick=lambda now: outs(2), inputs=())
    runner = runner_of(log, service)
    runner.load()
    produce = log.produce

    def full(records: Sequence[Outgoing]) -> None:
        raise UnavailableError("the disk is full")

    monkeypatch.setattr(log, "produce", full)
    assert runner.tick(NOON) == runner.tick(NOON) == 0
    monkeypatch.setattr(log, "produce", produce)
    assert runner.tick(NOON) == 2
    assert len(service.ticks) == 1


def test_run_handles_what_comes_and_stops_when_told(tmp_path: Path) -> None:
    stop = threading.Event()
    with open_log(tmp_path) as log:
        service = Collecting()
        runner = EmbeddedRunner([service], log)
        thread = threading.Thread(target=runner.run, args=(stop,), kwargs={"idle_s": 0.01, "tick_every_s": 0.01})
        thread.start()
        with open_log(tmp_path) as other:
            for number in range(5):
                other.produce(outs(1, first=number))
        deadline = threading.Event()
        for _ in range(500):
            if len(service.done) == 5 and len(service.ticks) > 2:
                break
            deadline.wait(0.01)
        stop.set()
        thread.join(5)
        assert not thread.is_alive()
        assert service.done == [f"value {n}" for n in range(5)]
        assert len(service.ticks) > 2


def test_a_stop_finishes_the_batch_in_hand_and_no_other(log: SqliteLog) -> None:
    log.produce(outs(6))
    stop = threading.Event()
    service = Collecting(judge=lambda record: stop.set())
    runner_of(log, service, batch=3).run(stop)
    assert service.done == ["value 0", "value 1", "value 2"]
    assert log.committed("collecting", TOPIC, 0) == 3


def test_sigterm_asks_for_a_stop_and_the_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stop_on_signals() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.wait(2)
    assert signal.getsignal(signal.SIGTERM) == before


def test_an_interrupt_that_comes_twice_at_once_is_one_wish_and_a_later_one_does_not_wait() -> None:
    time = ManualTime()
    with stop_on_signals(time.monotonic) as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.wait(2)
        time.sleep(2.9)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_a_run_ends_when_its_data_folder_is_moved_away(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with held(folder) as hold, open_log(folder) as log:

        def move(now: datetime) -> Sequence[Outgoing]:
            folder.rename(tmp_path / "moved")
            return ()

        moving = Collecting(on_tick=move, inputs=())
        with pytest.raises(UnavailableError, match="was moved or deleted while jobchime ran on it"):
            EmbeddedRunner([moving], log, guard=hold.check).run(threading.Event(), tick_every_s=60, idle_s=0.01)
    assert len(moving.ticks) == 1


def test_a_folder_that_another_was_put_in_place_of_is_not_the_one_held(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with held(folder) as hold:
        hold.check()
        folder.rename(tmp_path / "moved")
        with held(folder) as other:
            other.check()
            with pytest.raises(UnavailableError):
                hold.check()


def test_two_services_of_one_name_are_refused(log: SqliteLog) -> None:
    with pytest.raises(ValueError, match="share a name"):
        runner_of(log, Collecting(), Collecting())


def test_throughput_is_told(log: SqliteLog) -> None:
    log.produce(outs(100))
    time = ManualTime()
    service = Collecting(judge=lambda record: time.sleep(0.1))
    runner = runner_of(log, service, time=time, batch=10)
    runner.drain()
    status = runner.status().services[0]
    assert status.handled == 100
    assert status.per_second == pytest.approx(10, rel=0.1)
