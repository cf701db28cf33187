"""How the embedded runner drives services: what it loads, hands over, waits for and ticks, and how it ends."""

import errno
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.runtime.errors import UnavailableError, UsageError
from services.runtime.files.datadir import SECRET_FILE, SUPPRESSION_KEY_FILE, last_words, locked
from services.runtime.files.private import is_open_to_others
from services.runtime.letters.dead import DeadLetters
from services.runtime.log.sqlite import SqliteLog
from services.runtime.metrics.meter import RunnerMeter
from services.runtime.records import Outgoing
from services.runtime.retry import RetryPolicy
from services.runtime.stages.embedded import EmbeddedRunner, stop_on_signals
from services.runtime.stages.lane import LaneSettings
from tests.support.driving import failing_on, failing_times, lane, runner_of
from tests.support.logs import NEXT, NOON, TOPIC, Collecting, ManualTime, open_log, outs, values


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    with open_log(tmp_path) as log:
        yield log


def test_records_are_handled_once_in_order_and_committed(log: SqliteLog) -> None:
    log.produce(outs(7))
    service = Collecting()
    runner = runner_of(log, service, batch=3)
    runner.drain()
    assert service.batches == [[f"value {n}" for n in range(3)], [f"value {n}" for n in range(3, 6)], ["value 6"]]
    assert log.committed("collecting", TOPIC, 0) == 7
    assert runner.status().lag == 0


def test_records_that_are_gone_before_they_were_read_are_counted_as_lost(log: SqliteLog) -> None:
    lost: list[int] = []

    class Meter(RunnerMeter):
        def left_unread(self, topic: str, records: int) -> None:
            lost.append(records)

    def runner(service: Collecting) -> EmbeddedRunner:
        return EmbeddedRunner([service], log, settings=LaneSettings(batch=3), meter=lambda name: Meter())

    def delete(*offsets: int) -> None:
        with log._writing() as connection:
            first = log._range(TOPIC, 0)[0]
            connection.executemany("DELETE FROM records WHERE position = ?", [(first + offset,) for offset in offsets])

    log.produce(outs(10))
    delete(0, 1)
    service = Collecting()
    running = runner(service)
    running.step()
    assert (len(service.done), lost) == (3, []), "what was cleared away before a service is new is none of its"
    delete(6, 8, 9)
    running.drain()
    assert (len(service.done), lost) == (5, [1]), "of the last nobody knows that they are gone, but that they wait"
    assert running.status().lag == 2
    log.produce(outs(1))
    running.drain()
    assert (len(service.done), lost) == (6, [1, 2])
    delete(*range(11))
    runner(Collecting()).drain()
    assert lost == [1, 2], "what was read may go"


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
    assert runner.status().services[0].last_error is None, "it has worked again"


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
    assert runner.status().services[0].last_error is None, "it has worked again"
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
        assert stop.wait(60)
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_terminal_that_closes_asks_for_a_stop_and_what_outlives_it_goes_on() -> None:
    # As by a shell, whatever began this test.
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        with stop_on_signals() as stop:
            os.kill(os.getpid(), signal.SIGHUP)
            assert stop.wait(60)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with stop_on_signals() as stop:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not stop.wait(0.1)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_an_interrupt_that_comes_twice_at_once_is_one_wish_and_a_later_one_does_not_wait() -> None:
    time = ManualTime()
    with stop_on_signals(time.monotonic) as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.wait(60)
        time.sleep(2.9)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_a_run_ends_when_its_data_folder_is_moved_away(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with locked(folder) as hold, open_log(folder) as log:

        def move(now: datetime) -> Sequence[Outgoing]:
            folder.rename(tmp_path / "moved")
            return ()

        moving = Collecting(on_tick=move, inputs=())
        with pytest.raises(UnavailableError, match="was moved or deleted while jobchime ran on it"):
            EmbeddedRunner([moving], log, guard=hold.check).run(threading.Event(), tick_every_s=60, idle_s=0.01)
    assert len(moving.ticks) == 1


def test_a_folder_that_another_was_put_in_place_of_is_not_the_one_held(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with locked(folder) as hold:
        hold.check()
        folder.rename(tmp_path / "moved")
        with locked(folder) as other:
            other.check()
            with pytest.raises(UnavailableError, match="was moved or deleted while jobchime ran on it"):
                hold.check()
            with open_log(folder), pytest.raises(UnavailableError, match="another data folder was put in place of"):
                hold.check()


def test_a_deleted_lock_ends_the_run_and_the_words_do_not_say_that_the_folder_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with locked(folder) as hold, open_log(folder):
        hold.check()
        (folder / "run.lock").unlink()
        with pytest.raises(UnavailableError, match=r"run\.lock was deleted .* nothing is lost: start it again"):
            hold.check()


def test_what_a_deleted_write_ahead_log_held_is_kept_by_ending_in_order(tmp_path: Path) -> None:
    with locked(tmp_path) as hold, open_log(tmp_path) as log:
        hold.check()
        log.produce(outs(3))
        hold.check()
        (tmp_path / "log.sqlite-wal").unlink()
        log.produce(outs(2))
        with pytest.raises(UnavailableError, match=r"log\.sqlite-wal was deleted .* without -9, .* nothing is lost"):
            hold.check()
    with open_log(tmp_path) as log:
        assert sum(log.ends(TOPIC)) == 5


_EMPTIES_IN_PLACE = """
import os, sys
from pathlib import Path
from services.runtime.files.datadir import locked
from tests.support.logs import open_log, outs

folder = Path(sys.argv[1])
with locked(folder) as hold, open_log(folder) as log:
    hold.check()
    log.produce(outs(300))
    hold.check()
    os.truncate(folder / "log.sqlite-wal", 0)
    hold.check()
    log.produce(outs(2))
    {then}
"""


@pytest.mark.parametrize("then", ["hold.check()", "hold.check_emptied()"])
def test_a_run_whose_write_ahead_log_was_emptied_ends_before_it_damages_its_database(tmp_path: Path, then: str) -> None:
    with open_log(tmp_path) as log:
        log.produce(outs(4))
    ended = subprocess.run(
        [sys.executable, "-c", _EMPTIES_IN_PLACE.format(then=then), str(tmp_path)], capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert re.search(r"log\.sqlite-wal was emptied .* end with -9 what else .* last minutes is lost", ended.stderr)
    at, why = last_words(tmp_path, datetime.now(UTC)) or (None, "")
    assert at is not None
    assert "log.sqlite-wal was emptied" in why
    with locked(tmp_path) as hold:
        hold.check()
        with open_log(tmp_path) as log:
            assert sum(log.ends(TOPIC)) == 4
            hold.check()
            log.produce(outs(1))
            hold.check()
            assert sum(log.ends(TOPIC)) == 5


@pytest.mark.parametrize("name", [SECRET_FILE, SUPPRESSION_KEY_FILE])
def test_a_key_whose_file_is_deleted_is_put_back_by_who_still_knows_it(tmp_path: Path, name: str) -> None:
    with locked(tmp_path) as hold:
        hold.check()
        assert not (tmp_path / name).exists(), "of the settings there is none"
        (tmp_path / name).write_bytes(b"0123456789abcdef\n")
        hold.check()
        (tmp_path / name).unlink()
        hold.check()
        assert (tmp_path / name).read_bytes() == b"0123456789abcdef\n"
        assert not is_open_to_others(tmp_path / name)
        (tmp_path / name).write_bytes(b"another of the operator's\n")
        hold.check()
        assert (tmp_path / name).read_bytes() == b"another of the operator's\n"


def test_a_key_is_put_back_whole_once_a_full_disk_has_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with locked(tmp_path) as hold:
        (tmp_path / SECRET_FILE).write_bytes(b"0123456789abcdef\n")
        hold.check()
        (tmp_path / SECRET_FILE).unlink()
        with monkeypatch.context() as disk:
            disk.setattr(os, "fsync", full)
            hold.check()
            assert not (tmp_path / SECRET_FILE).exists(), "one cut short would be taken for the key"
        hold.check()
        assert (tmp_path / SECRET_FILE).read_bytes() == b"0123456789abcdef\n"


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


def test_what_ends_a_run_is_left_for_whoever_looks_and_a_start_does_not_wipe_it_out(tmp_path: Path) -> None:
    def words(later: timedelta = timedelta()) -> str:
        return (last_words(tmp_path, datetime.now(UTC) + later) or (None, ""))[1]

    assert words() == ""
    for error, said in (
        (UsageError("port 8130 is taken; name another"), "port 8130 is taken; name another"),
        (KeyError("p1@example.org"), "KeyError: see its log"),
        (KeyboardInterrupt(), ""),
    ):
        before = words()
        with suppress(type(error)), locked(tmp_path) as hold:
            assert words() == before, "it may end again for the same reason"
            hold.check()
            raise error
        assert words() == said
    with locked(tmp_path):
        pass
    assert words() == "", "it was told to end"


def test_why_a_former_run_ended_is_told_until_a_start_has_gone_on_for_a_quarter_of_an_hour(tmp_path: Path) -> None:
    def said(later: timedelta) -> bool:
        return last_words(tmp_path, datetime.now(UTC) + later) is not None

    with suppress(UsageError), locked(tmp_path):
        raise UsageError("port 8130 is taken; name another")
    assert said(timedelta(days=3)), "nobody started it"
    moment = (tmp_path / "run.lock").stat().st_mtime + 20
    os.utime(tmp_path / "run.lock", (moment, moment))
    assert said(timedelta(minutes=14))
    assert not said(timedelta(minutes=16)), "a start 20 seconds later went on"
    old = f"{(datetime.now(UTC) - timedelta(minutes=16)).isoformat()} the store is damaged"
    (tmp_path / "run.lock").write_text(old, encoding="utf-8")
    assert said(timedelta())
    with locked(tmp_path):
        assert not said(timedelta()), "whoever starts it so much later has mended it"
