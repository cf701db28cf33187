"""Several matchers that each hold everything in memory and share the partitions of one log."""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.topics import CRITERIA, POSTINGS
from services.matcher.app import make_matcher
from services.matcher.service import Matcher
from services.runtime.clock import FixedClock
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Record
from tests.support.judging import having, skills
from tests.support.long_form import examples
from tests.support.matching import NOON, Sent, criteria_out, posting_out, sent
from tests.support.strategies import seeds

GO = skills(all=("Go",))
RUST = skills(all=("Rust",))
PARTITIONS = 2


class Shared:
    """A log whose partitions are handed to workers batch by batch, by whoever is told to."""

    def __init__(self, folder: Path) -> None:
        self.log = SqliteLog(folder / "log.sqlite", clock=FixedClock(NOON), partitions=PARTITIONS)
        self.next = {(topic, number): 0 for topic in (CRITERIA.name, POSTINGS.name) for number in range(PARTITIONS)}
        self.out: list[Sent] = []

    def worker(self) -> Matcher:
        matcher = make_matcher(self.log)
        matcher.load()
        return matcher

    def batch(self, topic: str, partition: int, most: int) -> list[Record]:
        return self.log.read(topic, partition, self.next[topic, partition], most)

    def handle(self, worker: Matcher, batch: list[Record], *, killed: bool = False) -> None:
        """Killed: the worker has done it, and nothing of it has gone out."""
        out = worker.handle(batch)
        if batch and not killed:
            self.out += sent(out)
            self.next[batch[0].topic, batch[0].partition] = batch[-1].offset + 1

    def pairs(self) -> set[tuple[int, str]]:
        return {(key, matches.posting_id) for matches in self.out for key in matches.keys}


def test_criteria_are_matched_by_a_worker_that_never_handled_them(tmp_path: Path) -> None:
    shared = Shared(tmp_path)
    first, second = shared.worker(), shared.worker()
    shared.log.produce([criteria_out(1, GO)])
    for partition in range(PARTITIONS):
        shared.handle(first, shared.batch(CRITERIA.name, partition, 9))
    shared.log.produce([posting_out(having("Go"))])
    for partition in range(PARTITIONS):
        shared.handle(second, shared.batch(POSTINGS.name, partition, 9))
    assert shared.pairs() == {(1, "p1")}


def test_postings_are_found_by_a_worker_that_never_handled_them(tmp_path: Path) -> None:
    shared = Shared(tmp_path)
    first, second = shared.worker(), shared.worker()
    shared.log.produce([posting_out(having("Go"))])
    for partition in range(PARTITIONS):
        shared.handle(first, shared.batch(POSTINGS.name, partition, 9))
    shared.log.produce([criteria_out(1, GO)])
    for partition in range(PARTITIONS):
        shared.handle(second, shared.batch(CRITERIA.name, partition, 9))
    assert shared.pairs() == {(1, "p1")}


def test_a_key_that_came_back_under_another_worker_is_matched_backwards(tmp_path: Path) -> None:
    """A worker that takes over has not handled the removal, and knows of it all the same."""
    shared = Shared(tmp_path)
    first = shared.worker()
    shared.log.produce([criteria_out(1, GO, 1), posting_out(having("Go", posting_id="early"))])
    second = shared.worker()
    for topic in (CRITERIA.name, POSTINGS.name):
        for partition in range(PARTITIONS):
            shared.handle(first, shared.batch(topic, partition, 9))
    shared.log.produce([criteria_out(1, GO, 2, removed=True)])
    for partition in range(PARTITIONS):
        shared.handle(first, shared.batch(CRITERIA.name, partition, 9))
    shared.log.produce([posting_out(having("Go", posting_id="late"))])
    for partition in range(PARTITIONS):
        shared.handle(first, shared.batch(POSTINGS.name, partition, 9))
    assert shared.pairs() == {(1, "early")}
    shared.log.produce([criteria_out(1, GO, 3)])
    for partition in range(PARTITIONS):
        shared.handle(second, shared.batch(CRITERIA.name, partition, 9))
    assert shared.pairs() == {(1, "early"), (1, "late")}


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
@given(seed=seeds, workers=st.integers(1, 3))
def test_in_whatever_order_workers_take_turns_each_pair_is_found(seed: int, workers: int) -> None:
    """Records come in between, batches differ in size, workers are killed, start late, and read a batch long before
    they handle it."""
    chance = random.Random(seed)
    asked, postings = (
        {key: chance.choice((GO, RUST)) for key in range(6)},
        [chance.choice(("Go", "Rust")) for _ in range(6)],
    )
    waiting = [criteria_out(key, criteria, version) for key, criteria in asked.items() for version in (1, 2)]
    waiting += [posting_out(having(name, posting_id=f"p{at}")) for at, name in enumerate(postings)]
    chance.shuffle(waiting)
    with TemporaryDirectory() as folder:
        shared = Shared(Path(folder))
        crew: list[Matcher | None] = [None] * workers
        read: dict[tuple[str, int], list[Record]] = {}
        while waiting or any(shared.batch(*place, 1) for place in shared.next):
            if waiting and chance.random() < 0.4:
                shared.log.produce([waiting.pop() for _ in range(min(len(waiting), chance.randint(1, 3)))])
            place = chance.choice(list(shared.next))
            if chance.random() < 0.4:
                read.setdefault(place, shared.batch(*place, chance.randint(1, 4)))
                continue
            number, killed = chance.randrange(workers), chance.random() < 0.1
            worker = crew[number] = crew[number] or shared.worker()
            shared.handle(worker, read.pop(place, []) or shared.batch(*place, chance.randint(1, 4)), killed=killed)
            if killed:
                crew[number] = None
        shared.log.close()
    fitting = {
        (key, f"p{at}")
        for key, criteria in asked.items()
        for at, name in enumerate(postings)
        if criteria.skills.all == (name,)
    }
    assert shared.pairs() == fitting
