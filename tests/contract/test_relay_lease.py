"""Many relays over one outbox: one publishes at a time, and one that was held up mends what it may have undone."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from schemas.codec import decode
from schemas.criteria import CriteriaRecord
from services.runtime.errors import UnavailableError
from services.runtime.records import Outgoing
from services.runtime.sql.relay import OutboxRelay, SqlLease
from tests.support.notifying import GO, NOW, NotifierStore

LENGTH = timedelta(seconds=60)


class Hand:
    """A worker's clock, turned by hand."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


class Topic:
    """What was published, in order; `meanwhile` happens once, between a call and its first record."""

    def __init__(self) -> None:
        self.records: list[CriteriaRecord] = []
        self.meanwhile: Callable[[], None] | None = None
        self.broken = False

    def produce(self, records: Sequence[Outgoing]) -> None:
        then, self.meanwhile = self.meanwhile, None
        if then is not None:
            then()
        self.records += [decode(CriteriaRecord, record.value) for record in records]
        if self.broken:
            self.broken = False
            raise UnavailableError("nothing was acknowledged")

    def compacted(self) -> dict[int, int]:
        """The version that compaction keeps of each key."""
        return {record.key: record.version for record in self.records}


class Worker:
    """A worker with its relay, its lease and its clock."""

    def __init__(self, store: NotifierStore, topic: Topic, name: str) -> None:
        self.clock = Hand()
        self.lease = SqlLease(store.engine, "relay", name, LENGTH, monotonic=self.clock)
        self.dropped = 0
        self.relay = OutboxRelay(store.outbox, topic, lease=self.lease, sending_s=10.0, drop=self._drop)

    def tick(self) -> None:
        self.relay.tick(NOW)

    def _drop(self) -> None:
        self.dropped += 1


def run_out(store: NotifierStore) -> None:
    """Let the time of the store pass the end of all leases."""
    from schemas.sql.workers import leases
    from services.runtime.sql.store import writing

    with writing(store.engine) as connection:
        connection.execute(leases.update().values(until=NOW - timedelta(days=1)))


def test_only_one_publishes_while_both_live(store: NotifierStore) -> None:
    topic = Topic()
    first, second = Worker(store, topic, "one"), Worker(store, topic, "two")
    ada = store.person("ada")
    store.search(ada, "a")
    first.tick()
    store.search(ada, "b", GO)
    second.tick()
    assert topic.compacted() == {0: 1}
    first.tick()
    assert topic.compacted() == {0: 1, 1: 1}
    assert store.outbox.pending(9) == []


def test_another_takes_over_once_the_lease_has_run_out(store: NotifierStore) -> None:
    topic = Topic()
    first, second = Worker(store, topic, "one"), Worker(store, topic, "two")
    ada = store.person("ada")
    store.search(ada, "a")
    first.tick()
    store.search(ada, "b", GO)
    run_out(store)
    second.tick()
    assert topic.compacted() == {0: 1, 1: 1}


def test_another_takes_over_at_once_where_the_first_was_stopped_well(store: NotifierStore) -> None:
    topic = Topic()
    first, second = Worker(store, topic, "one"), Worker(store, topic, "two")
    ada = store.person("ada")
    store.search(ada, "a")
    first.tick()
    first.relay.close()
    store.search(ada, "b", GO)
    second.tick()
    assert topic.compacted() == {0: 1, 1: 1}


def test_a_relay_without_room_for_sending_renews_its_lease_first(store: NotifierStore) -> None:
    topic = Topic()
    worker = Worker(store, topic, "one")
    ada = store.person("ada")
    for number in range(4):
        store.search(ada, f"search {number}")
        worker.tick()
        assert worker.lease.left() >= 20
        worker.clock.at += 45
    assert topic.compacted() == {0: 4}


def test_a_restarted_worker_waits_for_the_lease_of_its_forerunner_which_may_only_sleep(store: NotifierStore) -> None:
    topic = Topic()
    ada = store.person("ada")
    store.search(ada, "a")
    Worker(store, topic, "one").tick()
    store.search(ada, "b", GO)
    again = Worker(store, topic, "one")
    again.tick()
    assert topic.compacted() == {0: 1}
    run_out(store)
    again.tick()
    assert topic.compacted() == {0: 1, 1: 1}


def test_a_relay_that_slept_past_its_lease_has_the_newest_states_published_after_it(store: NotifierStore) -> None:
    topic = Topic()
    first, second = Worker(store, topic, "one"), Worker(store, topic, "two")
    ada, bob = store.person("ada"), store.person("bob")
    search = store.search(ada)
    store.search(ada, "other", GO)

    def sleep() -> None:
        first.clock.at += 100
        run_out(store)
        store.search(bob)
        store.searches.delete(search.search_id, NOW)
        second.tick()

    topic.meanwhile = sleep
    first.tick()
    assert [(record.key, record.version) for record in topic.records][-2:] == [(0, 1), (1, 1)]
    assert topic.compacted()[0] == 1, "the stale state came last"
    second.tick()
    assert topic.compacted() == {0: 3, 1: 1}
    assert not topic.records[-2].removed
    assert first.dropped == 1
    assert store.outbox.pending(9) == []


def test_records_in_doubt_when_the_lease_ran_out_are_dropped_and_made_good(store: NotifierStore) -> None:
    topic = Topic()
    first, second = Worker(store, topic, "one"), Worker(store, topic, "two")
    store.search(store.person("ada"))
    topic.broken = True
    with pytest.raises(UnavailableError):
        first.tick()
    assert (first.dropped, len(store.outbox.pending(9))) == (0, 1)
    run_out(store)
    store.search(store.person("bob"))
    second.tick()
    first.clock.at += 100
    first.tick()
    assert first.dropped == 1
    second.tick()
    assert topic.compacted() == {0: 2}


def test_a_relay_that_failed_goes_on_under_the_same_lease(store: NotifierStore) -> None:
    topic = Topic()
    worker = Worker(store, topic, "one")
    store.search(store.person("ada"))
    topic.broken = True
    with pytest.raises(UnavailableError):
        worker.tick()
    worker.tick()
    worker.tick()
    assert [record.version for record in topic.records] == [1, 1]
    assert worker.dropped == 0
