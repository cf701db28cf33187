"""The log against a model: lists of records, whatever the order of calls, across restarts."""

import shutil
import tempfile
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.runtime.clock import FixedClock
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Commit, Outgoing, Record, partition_of
from tests.support.logs import NOON
from tests.support.long_form import examples

PARTITIONS = 2
TOPICS = ("raw.v1", "criteria.v1")
topics = st.sampled_from(TOPICS)
partitions = st.integers(0, PARTITIONS - 1)
belows = st.none() | st.tuples(*[st.integers(0, 20)] * PARTITIONS)
records = st.builds(
    Outgoing,
    topics,
    st.sampled_from([b"", b"a", b"b", b"c", b"\xff\x00"]),
    st.binary(max_size=20),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)


class LogMachine(RuleBasedStateMachine):
    """The model keeps what should be there, the ends and the commits."""

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.clock = FixedClock(NOON)
        self.log = self.open()
        self.kept: dict[tuple[str, int], list[Record]] = defaultdict(list)
        self.ends: dict[tuple[str, int], int] = defaultdict(int)
        self.commits: dict[tuple[str, str, int], int] = {}

    def open(self) -> SqliteLog:
        return SqliteLog(self.folder / "log.sqlite", clock=self.clock, partitions=PARTITIONS, topics=TOPICS)

    def appended(self, batch: list[Outgoing]) -> None:
        for record in batch:
            place = (record.topic, partition_of(record.key, PARTITIONS))
            offset = self.ends[place]
            self.kept[place].append(
                Record(*place, offset, record.key, record.value, dict(record.headers), self.clock.now())
            )
            self.ends[place] = offset + 1

    @rule(batch=st.lists(records, max_size=6))
    def produce(self, batch: list[Outgoing]) -> None:
        self.log.produce(batch)
        self.appended(batch)

    @rule(batch=st.lists(records, max_size=3), group=st.sampled_from("gh"), topic=topics, at=partitions)
    def advance(self, batch: list[Outgoing], group: str, topic: str, at: int) -> None:
        offset = self.ends[topic, at]
        self.log.advance(batch, Commit(group, topic, at, offset))
        self.commits[group, topic, at] = offset
        self.appended(batch)

    @rule(minutes=st.integers(0, 90))
    def wait(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))

    @rule(topic=topics, minutes=st.integers(-5, 120), most=st.integers(1, 3), below=belows)
    def trim(self, topic: str, minutes: int, most: int, below: tuple[int, ...] | None) -> None:
        before = self.clock.now() - timedelta(minutes=minutes)
        dropped = self.log.trim(topic, before, below=below, most=most)
        expected = 0
        for at in range(PARTITIONS):
            kept = self.kept[topic, at]
            while kept and kept[0].appended_at < before and (below is None or kept[0].offset < below[at]):
                kept.pop(0)
                expected += 1
        assert dropped == expected

    @rule(topic=topics, most=st.integers(1, 3), below=belows)
    def compact(self, topic: str, most: int, below: tuple[int, ...] | None) -> None:
        dropped = self.log.compact(topic, below=below, most=most)
        expected = 0
        for at in range(PARTITIONS):
            newest = {record.key: record.offset for record in self.kept[topic, at]}
            kept = self.kept[topic, at]
            left = [r for r in kept if newest[r.key] == r.offset or (below is not None and r.offset >= below[at])]
            expected += len(kept) - len(left)
            self.kept[topic, at] = left
        assert dropped == expected

    @rule()
    def restart(self) -> None:
        self.log.close()
        self.log = self.open()

    @rule(topic=topics, at=partitions, offset=st.integers(0, 30), most=st.integers(1, 5))
    def read(self, topic: str, at: int, offset: int, most: int) -> None:
        expected = [record for record in self.kept[topic, at] if record.offset >= offset][:most]
        assert self.log.read(topic, at, offset, most) == expected

    @rule(topic=topics, minutes=st.integers(0, 120))
    def read_since(self, topic: str, minutes: int) -> None:
        since = self.clock.now() - timedelta(minutes=minutes)
        expected = [r for at in range(PARTITIONS) for r in self.kept[topic, at] if r.appended_at >= since]
        assert list(self.log.read_all(topic, since)) == expected

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        for topic in TOPICS:
            assert list(self.log.read_all(topic)) == [r for at in range(PARTITIONS) for r in self.kept[topic, at]]
            assert self.log.ends(topic) == tuple(self.ends[topic, at] for at in range(PARTITIONS))
            starts = [
                self.kept[topic, at][0].offset if self.kept[topic, at] else self.ends[topic, at]
                for at in range(PARTITIONS)
            ]
            assert list(self.log.starts(topic)) == starts
        assert {(c.group, c.topic, c.partition): c.offset for c in self.log.commits()} == self.commits

    def teardown(self) -> None:
        self.log.close()
        shutil.rmtree(self.folder)


LogMachine.TestCase.settings = settings(max_examples=examples(60), stateful_step_count=25)
TestLogAgainstModel = LogMachine.TestCase
