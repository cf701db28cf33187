from collections.abc import Sequence
from datetime import UTC, datetime

from structlog.testing import capture_logs

from services.runtime.clock import FixedClock
from services.runtime.errors import PoisonError, UnavailableError
from services.runtime.faust.log import FetchedLog
from services.runtime.kafka.reader import record_of
from services.runtime.records import Record
from services.runtime.retry import NO_WAIT, RetryPolicy
from services.runtime.stages.lane import DeadLetterCap, LaneSettings
from services.runtime.stages.stage import Stage
from tests.support.logs import NEXT, NOON, TOPIC, Collecting, ManualTime
from tests.support.streaming import Found, Producing, Telling


def found(*values: str, first: int = 0, at: Sequence[int] | None = None) -> list[Found]:
    offsets = at or range(first, first + len(values))
    return [Found(2, offset, value=value.encode()) for offset, value in zip(offsets, values, strict=True)]


class Harness:
    """A lane of a stage over what was fetched, with what surrounds it."""

    def __init__(
        self, service: Collecting, *, batch: int = 10, retry: RetryPolicy = NO_WAIT, in_row: int = 100
    ) -> None:
        self.time = ManualTime()
        self.producer = Producing()
        self.meter = Telling()
        self.log = FetchedLog(self.producer)
        self.stage = Stage(
            service,
            self.log,
            clock=FixedClock(NOON),
            settings=LaneSettings(batch=batch, retry=retry, cap=DeadLetterCap(in_row=in_row)),
            meter=self.meter,
            luck=lambda: 0.5,
            monotonic=self.time.monotonic,
        )
        self.lane = self.stage.lane((TOPIC, 2))

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do of what is in hand."""
        return not self.log.read(TOPIC, 2, self.lane.offset, 1)

    def hold(self, *values: str, first: int = 0, at: list[int] | None = None) -> None:
        """Be given the partition anew, and records at offsets from `first` on or at those given."""
        offsets = at or range(first, first + len(values))
        self.log.begin(self.log.assignment[0] + 1, {(TOPIC, 2): offsets[0]})
        self.log.put((TOPIC, 2), found(*values, at=offsets))
        self.lane.seek(offsets[0])

    def work(self) -> None:
        """Until it is finished, must wait or is halted."""
        while self.stage.work([self.lane]):
            pass


def refuse_bad(record: Record) -> None:
    if record.value.startswith(b"bad"):
        raise PoisonError("bad cannot be read")


def test_what_is_in_hand_is_handled_and_what_goes_out_is_produced() -> None:
    service = Collecting(forward=NEXT)
    harness = Harness(service)
    harness.hold("a", "b", "c", first=7)
    assert harness.lane.work()
    assert harness.finished
    assert harness.lane.offset == 10
    assert service.batches == [["a", "b", "c"]]
    assert [out.value for out in harness.producer.out] == [b"a", b"b", b"c"]
    assert harness.meter.done == 3


def test_offsets_may_have_gaps() -> None:
    service = Collecting()
    harness = Harness(service, batch=2)
    harness.hold("3", "9", "11", "40", at=[3, 9, 11, 40])
    harness.work()
    assert service.batches == [["3", "9"], ["11", "40"]]
    assert harness.lane.offset == 41


def test_poison_is_buried_and_what_follows_is_handled() -> None:
    service = Collecting(judge=refuse_bad)
    harness = Harness(service)
    harness.hold("a", "bad 1", "b")
    with capture_logs():
        harness.work()
    assert harness.finished
    assert service.done == ["a", "b"]
    assert [(out.topic, out.value) for out in harness.producer.out] == [(f"{TOPIC}.dead", b"bad 1")]
    assert harness.meter.letters == [(TOPIC, "PoisonError")]
    assert harness.meter.done == 3


def test_an_engine_that_is_away_is_waited_for_and_nothing_is_counted_as_done() -> None:
    away = [True]

    def judge(record: Record) -> None:
        if away[0]:
            raise UnavailableError("away")

    harness = Harness(Collecting(judge=judge), retry=RetryPolicy(first_s=1, jitter=0))
    harness.hold("a", "b", first=5)
    with capture_logs():
        assert not harness.lane.work()
        assert not harness.finished
        assert harness.lane.offset == 5
        assert harness.lane.wakes_at == 1
        away[0] = False
        harness.time.sleep(1)
        harness.work()
    assert harness.lane.offset == 7
    assert harness.meter.retries == ["UnavailableError"]


def test_a_producer_that_is_away_is_waited_for_and_the_batch_is_handled_again() -> None:
    service = Collecting(forward=NEXT)
    harness = Harness(service)
    harness.producer.away = True
    harness.hold("a")
    with capture_logs():
        assert not harness.lane.work()
        harness.producer.away = False
        assert harness.lane.work()
    assert service.batches == [["a"], ["a"]]
    assert [out.value for out in harness.producer.out] == [b"a"]


def test_the_cap_halts_and_leaves_the_rest_undone() -> None:
    harness = Harness(Collecting(judge=refuse_bad), in_row=3)
    harness.hold(*(f"bad {number}" for number in range(9)))
    with capture_logs():
        harness.work()
    assert harness.lane.halted
    assert not harness.finished
    assert harness.lane.wakes_at is None
    assert harness.lane.offset == 2
    assert harness.lane.error is not None
    assert "halted at raw.v1:2:2" in harness.lane.error
    harness.hold("good", first=9)
    assert harness.lane.halted
    assert not harness.lane.work()


def test_records_of_a_new_assignment_may_lie_before_those_of_the_last() -> None:
    service = Collecting(judge=refuse_bad)
    harness = Harness(service)
    harness.hold("a", "b", "c")
    harness.work()
    harness.hold("b", "c", "d", first=1)
    harness.work()
    assert service.batches == [["a", "b", "c"], ["b", "c", "d"]]
    assert harness.lane.offset == 4


def test_what_was_tried_before_a_new_assignment_is_forgotten() -> None:
    def judge(record: Record) -> None:
        raise RuntimeError("it fails")

    harness = Harness(Collecting(judge=judge), retry=RetryPolicy(attempts=3, first_s=1, jitter=0))
    harness.hold("a", "b")
    with capture_logs():
        harness.work()
        assert harness.lane.wakes_at == 1
        harness.hold("a", "b")
        assert harness.lane.wakes_at is None
        assert harness.lane.error is None


def test_what_is_fetched_meanwhile_comes_after_what_is_there() -> None:
    service = Collecting()
    harness = Harness(service, batch=2)
    harness.hold("a", "b", "c")
    harness.lane.work()
    harness.log.put((TOPIC, 2), found("d", "e", first=3))
    harness.work()
    assert service.batches == [["a", "b"], ["c", "d"], ["e"]]


def test_what_is_fetched_again_is_not_handled_again() -> None:
    service = Collecting()
    harness = Harness(service)
    harness.hold("a", "b", "c")
    harness.log.put((TOPIC, 2), found("b", "c", "d", first=1))
    harness.work()
    harness.log.put((TOPIC, 2), found("d", first=3))
    harness.work()
    assert service.done == ["a", "b", "c", "d"]


def test_a_batch_of_an_earlier_assignment_counts_for_nothing_in_the_next() -> None:
    service = Collecting()
    harness = Harness(service)

    def judge(record: Record) -> None:
        """The partition goes and comes back while the service handles it."""
        harness.log.begin(9, {(TOPIC, 2): 0})
        harness.log.put((TOPIC, 2), found("a", "b", "c"))

    service.judge = judge
    harness.hold("a", "b")
    harness.work()
    assert harness.log.assignment[1][TOPIC, 2].next == 0
    service.judge = lambda record: None
    assert not harness.lane.work()
    harness.lane.seek(0)
    harness.work()
    assert harness.log.assignment[1][TOPIC, 2].next == 3


def test_nothing_is_read_of_a_partition_that_is_not_given() -> None:
    harness = Harness(Collecting())
    assert harness.log.read(TOPIC, 1, 0, 10) == []
    assert harness.log.committed("collecting", TOPIC, 1) == 0


def test_the_status_tells_where_the_partition_stands() -> None:
    harness = Harness(Collecting())
    harness.hold("a", first=4)
    harness.work()
    status = harness.lane.status(12, 5)
    assert (status.topic, status.partition, status.offset, status.lag, status.state) == (TOPIC, 2, 5, 7, "running")


def test_a_record_is_what_the_log_of_the_embedded_form_would_give() -> None:
    found = record_of(Found(3, 42, headers=[("id", b"x"), ("odd", b"\xff")]), TOPIC)
    assert (found.topic, found.partition, found.offset) == (TOPIC, 3, 42)
    assert found.headers == {"id": "x", "odd": "\ufffd"}
    assert found.appended_at == datetime(2026, 3, 1, 12, 0, 0, 123_000, UTC)


def test_a_record_without_key_value_or_headers_has_empty_ones() -> None:
    found = record_of(Found(0, 0, key=None, value=None, headers=None), TOPIC)
    assert (found.key, found.value, found.headers) == (b"", b"", {})
