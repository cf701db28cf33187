"""What the embedded runner does with records that fail: tries again, isolates, dead-letters, halts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from services.runtime.clock import FixedClock
from services.runtime.errors import PoisonError, UnavailableError
from services.runtime.health.status import heartbeats_of
from services.runtime.letters.dead import DeadLetters, LetterReplay
from services.runtime.log.sqlite import SqliteLog
from services.runtime.pauses import Pauses
from services.runtime.records import Commit, Outgoing, Record
from services.runtime.retry import RetryPolicy
from services.runtime.stages.lane import DeadLetterCap
from tests.support.driving import failing_on, failing_times, lane, runner_of
from tests.support.logs import NOON, TOPIC, Collecting, ManualTime, open_log, out, outs


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    with open_log(tmp_path) as log:
        yield log


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
        assert letters.replay([letter]) == LetterReplay(0, 0, cut=1)


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
    mends = {beat.service: beat.mend for beat in heartbeats_of(runner.status(), Pauses())}
    assert mends == {"wrong": "dead letters", "sound": None}


def test_a_heartbeat_says_what_must_be_done_as_the_error_does(log: SqliteLog) -> None:
    log.produce(outs(1))
    away = Collecting(judge=failing_on("value 0", error=UnavailableError("Kafka lacks a topic", mend="topics")))
    runner = runner_of(log, away)
    with pytest.raises(UnavailableError, match="nothing has moved"):
        runner.drain()
    (beat,) = heartbeats_of(runner.status(), Pauses())
    assert (beat.reason, beat.mend) == ("waits: Kafka lacks a topic", "topics")


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
