"""The Faust runner on a real broker: what is lost, what is done twice, who takes over and how soon."""

import json
import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient, NewTopic

from services.runtime.kafka.offsets import Offsets
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import RecordReader
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.letters.dead import DeadLetters
from services.runtime.records import Outgoing
from tests.live.faust_child import AWAY, PLAN, SLOW, Recorder
from tests.support.engines import kafka_of_my_own
from tests.support.long_form import LONG
from tests.support.record_logs import AT_ONCE
from tests.support.small_services import POSTINGS, RAW, Effects
from tests.support.victims import Nursery

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.decisive]
PARTITIONS = 4
PASSING = 20
"""Keys of what is sent again and again to a compacted topic."""
COMPACTED_WITHIN_S = 90.0
WITHIN_S = 6.0
"""In which a killed worker's partitions are another's: docs/deployed.md says so."""


class Nurseries:
    """Made when they are needed, and used again by the next test: to import the service takes a second."""

    def __init__(self, folder: Path, until: ExitStack) -> None:
        self._folder = folder
        self._until = until
        self._idle: list[tuple[Nursery, Path]] = []
        self._made = 0

    @contextmanager
    def nursery(self, plan: Mapping[str, object]) -> Iterator[Nursery]:
        """Where a worker may be started, again and again, as the plan says."""
        nursery, folder = self._idle.pop() if self._idle else self._new()
        (folder / PLAN).write_text(json.dumps(plan))
        try:
            yield nursery
        finally:
            nursery.clear()
            self._idle.append((nursery, folder))

    def _new(self) -> tuple[Nursery, Path]:
        self._made += 1
        folder = self._folder / str(self._made)
        folder.mkdir()
        made = Nursery("tests.live.faust_child", str(folder), errors=folder / "errors")
        return self._until.enter_context(made), folder


class Stream:
    """Topics of one's own, what was sent to them, and workers."""

    def __init__(self, settings: KafkaSettings, folder: Path, nurseries: Nurseries, *, compacted: bool) -> None:
        self.compacted = compacted
        self.settings = settings
        """Of the workers that are started next."""
        self.folder = folder
        self.effects = Effects(folder)
        self.sent: list[str] = []
        self.producer = RecordProducer(settings)
        self._offsets = Offsets(settings)
        self._nurseries = nurseries

    def worker(self, *, grace_s: float = 10.0) -> AbstractContextManager[Nursery]:
        """Where a worker may be started, again and again."""
        settings = self.settings.model_dump(mode="json")
        return self._nurseries.nursery({"folder": str(self.folder), "settings": settings, "grace_s": grace_s})

    def forget_killed_ones_soon(self) -> None:
        """A worker that starts after a kill waits until the session of the killed one is over."""
        self.settings = self.settings.model_copy(update={"session_timeout_s": 2.0})

    def send(self, count: int, kind: str = "plain") -> None:
        values = [f"{kind} {len(self.sent) + number}" for number in range(count)]
        records = [Outgoing(RAW, value.encode(), value.encode()) for value in values]
        if self.compacted:  # between any two: one that a later one takes the place of
            passing = [Outgoing(RAW, f"passing {number % PASSING}".encode(), b"passing") for number in range(count)]
            records = [each for pair in zip(records, passing, strict=True) for each in pair]
        self.producer.produce(records)
        self.sent += values

    def sound(self) -> set[str]:
        return {value for value in self.sent if not value.startswith("poison")}

    def seen(self) -> set[str]:
        return {value for (value,) in self.effects.rows("SELECT value FROM seen")}

    def tries(self) -> int:
        return int(self.effects.rows("SELECT count(*) FROM tries")[0][0])

    def lag(self) -> int:
        committed = self._offsets.committed([Recorder.name]).get(Recorder.name, {})
        return sum(end - committed.get(place, 0) for place, end in self._offsets.ends([RAW]).items())

    def wait_for(self, what: str, true: Callable[[], bool], seconds: float = 60) -> float:
        """Seconds until it is true."""
        began = time.monotonic()
        while not true():
            assert time.monotonic() - began < seconds, f"within {seconds} s: {what}"
            time.sleep(0.02)
        return time.monotonic() - began

    def all_seen(self) -> bool:
        return self.sound() <= self.seen()

    def settle(self) -> None:
        """Wait until everything is processed and committed."""
        self.wait_for("all is seen", self.all_seen, 180)
        self.wait_for("no lag is left", lambda: self.lag() == 0)

    def holes(self) -> int:
        """How often records are gone from between others."""
        last: dict[int, int] = {}
        holes = 0
        with RecordReader(self.settings) as reader:
            for record in reader.read_all(RAW):
                holes += record.offset > last.get(record.partition, record.offset) + 1
                last[record.partition] = record.offset
        return holes

    def send_until_compacted(self) -> None:
        until = time.monotonic() + COMPACTED_WITHIN_S
        while True:
            # First, since a busy broker knows a topic of its own only some time after it has made it.
            self.send(100)
            time.sleep(0.6)
            if self.holes() >= 100:
                return
            assert time.monotonic() < until, "the broker has compacted nothing"

    def asked_since(self, at: float) -> set[int]:
        """The partitions that a worker has been handed since."""
        return {partition for (partition,) in self.effects.rows(f"SELECT partition FROM asked WHERE at > {at}")}


@pytest.fixture(scope="module")
def nurseries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nurseries]:
    with ExitStack() as until:
        yield Nurseries(tmp_path_factory.mktemp("nurseries"), until)


@pytest.fixture
def stream(tmp_path: Path, nurseries: Nurseries, request: pytest.FixtureRequest) -> Iterator[Stream]:
    """Of a topic that keeps what is sent, or as a parameter says of one that is compacted meanwhile."""
    compacted = getattr(request, "param", "kept") == "compacted"
    with kafka_of_my_own() as own:
        settings = own.model_copy(update={"batch": 50, "linger_s": 0.02, "session_timeout_s": 5.0})
        made = [NewTopic(settings.topic(name), PARTITIONS, 1) for name in (POSTINGS, f"{RAW}.dead")]
        made.append(NewTopic(settings.topic(RAW), PARTITIONS, 1, topic_configs=AT_ONCE if compacted else None))
        admin = KafkaAdminClient(bootstrap_servers=list(settings.bootstrap))
        admin.create_topics(made)
        admin.close()
        found = Stream(settings, tmp_path, nurseries, compacted=compacted)
        yield found
        found.producer.close()
        found.effects.connection.close()


def test_sigterm_with_work_in_flight_finishes_the_batch_and_commits_it(stream: Stream) -> None:
    (stream.folder / SLOW).write_text("0.05")
    with stream.worker() as worker:
        worker.start()
        stream.send(2_000)
        stream.wait_for("the first are seen", lambda: len(stream.seen()) > 100)
        worker.stop()
        left = len(stream.sound() - stream.seen())
        assert 0 < left < 2_000
        assert stream.lag() == left
        worker.start()
        stream.settle()
        worker.stop()
    assert stream.tries() == 2_000


def test_sigterm_while_an_engine_is_away_ends_at_once_and_commits_nothing(stream: Stream) -> None:
    (stream.folder / AWAY).touch()
    stream.send(100)
    with stream.worker(grace_s=120) as worker:
        worker.start()
        stream.wait_for("it is tried", lambda: bool(stream.asked_since(0)))
        began = time.monotonic()
        worker.stop()
        assert time.monotonic() - began < 20
        assert stream.lag() == 100
        (stream.folder / AWAY).unlink()
        worker.start()
        stream.settle()


def test_a_batch_that_outlasts_the_grace_is_left_to_others(stream: Stream) -> None:
    with stream.worker(grace_s=1) as worker:
        worker.start()
        (stream.folder / SLOW).write_text("6")
        stream.send(20)
        stream.wait_for("it is tried", lambda: bool(stream.asked_since(0)))
        worker.stop()
        assert stream.lag() == 20
        (stream.folder / SLOW).unlink()
        worker.start()
        stream.settle()


def test_kills_at_random_lose_nothing_and_bury_all_poison(stream: Stream) -> None:
    chance = random.Random(7)
    stream.forget_killed_ones_soon()
    with stream.worker() as worker:
        for _ in range(8 if LONG else 5):
            worker.start()
            until = time.monotonic() + chance.uniform(0, 1.5)
            while time.monotonic() < until:
                stream.send(chance.randint(1, 60), chance.choices(("plain", "poison"), (20, 1))[0])
                time.sleep(chance.uniform(0, 0.05))
            worker.kill()
        worker.start()
        stream.settle()
        worker.stop()
    with RecordReader(stream.settings) as reader:
        letters = {letter.value.decode() for letter in DeadLetters(_ReadOnly(reader), [RAW]).find()}
        forwarded = {record.value.decode() for record in reader.read_all(POSTINGS)}
    assert letters == set(stream.sent) - stream.sound()
    assert forwarded == stream.sound()
    assert stream.seen() == stream.sound()


@pytest.mark.parametrize("stream", ["kept", "compacted"], indirect=True)
def test_workers_that_come_and_go_lose_nothing(stream: Stream) -> None:
    chance = random.Random(11)
    if stream.compacted:
        stream.send_until_compacted()
    stream.forget_killed_ones_soon()
    with ExitStack() as stack:
        workers = [stack.enter_context(stream.worker()) for _ in range(3)]
        running: set[Nursery] = set()
        for _ in range(14 if LONG else 8):
            worker = chance.choice(workers)
            if worker not in running:
                worker.start()
                running.add(worker)
            else:
                running.discard(worker)
                worker.kill() if chance.random() < 0.3 else worker.stop()
            until = time.monotonic() + chance.uniform(0, 1)
            while time.monotonic() < until:
                stream.send(chance.randint(1, 60))
                time.sleep(chance.uniform(0, 0.05))
        for worker in workers:
            if worker not in running:
                worker.start()
        stream.settle()
        for worker in workers:
            worker.stop()
    assert stream.all_seen()
    assert stream.lag() == 0


def test_the_partitions_of_a_killed_worker_are_taken_over_within_six_seconds(stream: Stream) -> None:
    with stream.worker() as first, stream.worker() as second:
        first.start()
        second.start()
        stream.send(100)
        stream.settle()
        first.kill()
        killed_at = time.time()
        stream.send(100)
        took = stream.wait_for("all are taken", lambda: stream.asked_since(killed_at) == set(range(PARTITIONS)))
        stream.settle()
        second.stop()
    print(f"taken over after {took:.1f} s")
    assert took < WITHIN_S


def test_a_worker_stopped_beyond_its_session_comes_back_by_itself_and_loses_nothing(stream: Stream) -> None:
    with stream.worker() as first, stream.worker() as second:
        first.start()
        second.start()
        stream.send(2_000)
        stream.wait_for("the first are seen", lambda: len(stream.seen()) > 50)
        with stream.effects.writing():  # else it may be frozen while it holds the store, and the other waits for it
            first.freeze()
        stream.send(300)
        stream.settle()
        first.send(signal.SIGCONT)
        stream.send(300)
        stream.settle()
        second.stop()
        stream.send(100)
        stream.settle()
        first.stop()
    assert stream.all_seen()
    assert stream.lag() == 0


class _ReadOnly:
    """A log of letters that nothing is written to."""

    def __init__(self, reader: RecordReader) -> None:
        self.read_all = reader.read_all
        self.read = reader.read

    def produce(self, records: object) -> None:
        raise AssertionError("nothing is replayed here")
