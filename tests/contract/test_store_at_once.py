"""Many workers on one store at once: no row is taken twice, none is left, nothing is stored twice, nobody clashes."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select, text

from schemas.keys import unpack
from schemas.sql.tables import matches, positions
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.polling.schedule import SourceHealth
from services.notifier.domain.model import Hold, HoldCause
from services.notifier.domain.windows import Arrival, Closing, Cut
from services.notifier.ports import Email
from services.runtime.health.heartbeat import Heartbeat, SqlHeartbeats
from services.runtime.health.last_words import read_last_words
from services.runtime.sql.settings import StoreSettings
from services.runtime.sql.store import open_store, reading, writing
from tests.support.at_once import WORKERS, at_once
from tests.support.notifying import GO, NOW, NotifierStore, arrival, posting
from tests.support.stores import new_url
from tests.support.waiting import until

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LEASE = timedelta(minutes=10)
LATE = NOW + DAY
NOTHING = HoldCause("nothing_found")


def taken_by_all(claim: Callable[[int], Sequence[str]]) -> list[str]:
    """What all workers together take, each at least once before any goes on; `claim` is given a worker's number."""
    taken: dict[int, list[str]] = {number: [] for number in range(WORKERS)}
    once = threading.Barrier(WORKERS)

    def work(number: int) -> None:
        taken[number] += claim(number)
        once.wait(timeout=60)
        while some := claim(number):
            taken[number] += some

    at_once(*(lambda number=number: work(number) for number in range(WORKERS)))
    assert all(taken.values()), "each got a share"
    return [claim for some in taken.values() for claim in some]


def test_subscribers_that_are_due_are_shared(stores: list[NotifierStore]) -> None:
    for number in range(60):
        stores[0].search(stores[0].person(f"person{number}"))
    cut = stores[0].windows.take_cut(NOW)

    def claim(number: int) -> Sequence[str]:
        due = stores[number].windows.claim_due(f"worker {number}", LATE, cut, LEASE, 3)
        return [subscriber.recipient.subscriber_id for subscriber in due]

    taken = taken_by_all(claim)
    assert len(taken) == len(set(taken)) == 60


def test_of_workers_that_end_at_once_each_has_its_last_words(stores: list[NotifierStore]) -> None:
    names = [f"matcher-{number}" for number in range(WORKERS)]
    workers = [SqlHeartbeats(stores[number].engine, name, NOW) for number, name in enumerate(names)]
    for worker in workers:
        worker.publish([Heartbeat("matcher", ready=True)], NOW)
    at_once(*(lambda worker=worker: worker.goodbye(NOW, "no disk") for worker in workers))
    with reading(stores[0].engine) as connection:
        assert sorted(said.worker for said in read_last_words(connection, NOW)) == names


def test_deliveries_are_shared(stores: list[NotifierStore]) -> None:
    for number in range(40):
        stores[0].search(stores[0].person(f"person{number}"), hour=8)
    build(stores[0], LATE)

    def claim(number: int) -> Sequence[str]:
        claimed = stores[number].deliveries.claim(f"worker {number}", "folder", LATE, LEASE, 3)
        return [claim.delivery_id for claim in claimed]

    taken = taken_by_all(claim)
    assert len(taken) == len(set(taken)) == 40


def test_sources_are_shared(stores: list[NotifierStore]) -> None:
    names = [f"source {number}" for number in range(40)]
    ledgers = [SqlSourceLedger(store.engine) for store in stores]
    at_once(*(lambda ledger=ledger: ledger.register(names, NOW) for ledger in ledgers))

    def claim(number: int) -> Sequence[str]:
        claimed = ledgers[number].claim(names, NOW, most=2, worker=f"worker {number}", lease=LEASE)
        for source in claimed:
            # Polled, and due again in an hour: a worker is offered its own claims anew.
            ledgers[number].settle(SourceHealth(source, added_at=NOW, next_due=NOW + HOUR))
        return claimed

    taken = taken_by_all(claim)
    assert len(taken) == len(set(taken)) == 40


@pytest.mark.live
def test_a_claim_waits_for_nobody(tmp_path: Path) -> None:
    with new_url("postgresql", tmp_path) as url:
        first, second = (NotifierStore(open_store(url, StoreSettings(lock_timeout_s=0.5))) for _ in range(2))
        ada, bob = first.person("ada"), first.person("bob")
        first.search(ada)
        first.search(bob)
        cut = first.windows.take_cut(NOW)
        with writing(first.engine) as connection:
            locked = text("SELECT 1 FROM subscribers WHERE subscriber_id = :own FOR UPDATE")
            connection.execute(locked, {"own": ada.subscriber_id})
            [claimed] = second.windows.claim_due("two", LATE, cut, LEASE, 10)
        assert claimed.recipient.subscriber_id == bob.subscriber_id
        [left] = second.windows.claim_due("two", LATE, cut, LEASE, 10)
        assert left.recipient.subscriber_id == ada.subscriber_id
        first.engine.dispose()
        second.engine.dispose()


def build(store: NotifierStore, now: object) -> None:
    """A digest and a delivery for whoever is due."""
    from services.notifier.domain.model import Digest, Item

    store.matches.store(0, [arrival(0, posting("one"), range(100))], NOW)
    cut = store.windows.take_cut(NOW)
    due = store.windows.claim_due("builder", LATE, cut, LEASE, 1_000)
    for subscriber in due:
        address = subscriber.recipient.address
        email = Email(f"delivery {address}", "Alerts", "a@sender.example", address, "1", "<p>1</p>", "1", LATE, "")
        closings = [Closing(window, cut.number, window.due_at + DAY) for window in subscriber.windows]
        searches = tuple(window.search for window in subscriber.windows)
        digest = Digest(subscriber.recipient, LATE, searches, (Item(posting("one"), (), 1.0),), (), 0, ())
        assert store.digests.commit(digest, closings, email, LATE)
    store.windows.done("builder", [subscriber.recipient.subscriber_id for subscriber in due])


def batches(count: int, size: int, seed: int) -> list[list[Arrival]]:
    """Records of one partition in batches; postings come again, with keys old and new."""
    chance = random.Random(seed)
    found: list[list[Arrival]] = []
    for start in range(0, count * size, size):
        found.append(
            [
                arrival(
                    offset,
                    posting(f"p{chance.randrange(12)}", fetched_at=NOW + timedelta(seconds=offset)),
                    chance.sample(range(200), 30),
                    chance.sample(range(200, 300), 10),
                )
                for offset in range(start, start + size)
            ]
        )
    return found


def stored(store: NotifierStore) -> list[tuple[int, int, str, bytes, bytes]]:
    columns = (matches.c.partition, matches.c.offset, matches.c.posting_id, matches.c.matched, matches.c.near)
    with reading(store.engine) as connection:
        rows = connection.execute(select(*columns).order_by(matches.c.partition, matches.c.offset))
        return [tuple(row) for row in rows]


@pytest.mark.parametrize("seed", range(3))
def test_workers_that_both_think_a_partition_theirs_store_each_record_once(
    stores: list[NotifierStore], tmp_path: Path, seed: int
) -> None:
    """As in a rebalance: the old owner still stores what it took, the new one begins at the committed offset."""
    work = batches(12, 5, seed)
    with new_url("sqlite", tmp_path / "alone") as url:
        alone = NotifierStore(open_store(url))
        for batch in work:
            alone.matches.store(0, batch, NOW)
        expected = stored(alone)
        alone.engine.dispose()

    fresh: list[int] = []

    def own(store: NotifierStore, begin: int) -> None:
        for batch in work[begin:]:
            fresh.append(store.matches.store(0, batch, NOW))

    # All see the first batches in the same order; which of them stores one is chance.
    at_once(*(lambda store=store: own(store, 0) for store in stores))
    assert sum(fresh) == 60
    assert stored(stores[0]) == expected
    with reading(stores[0].engine) as connection:
        assert connection.execute(select(positions.c.position)).scalars().all() == [60]


def test_partitions_that_bring_the_same_postings_hold_no_key_twice(stores: list[NotifierStore]) -> None:
    """As after a topic was given more partitions."""
    work = batches(8, 4, 7)

    def own(number: int) -> None:
        for batch in work:
            stores[number].matches.store(number, batch, NOW)

    at_once(*(lambda number=number: own(number) for number in range(WORKERS)))
    rows: Counter[tuple[str, int]] = Counter()
    for _, _, posting_id, matched, _ in stored(stores[0]):
        rows.update((posting_id, int(key)) for key in unpack(matched))
    assert max(rows.values()) == 1
    expected = {(hit.posting.posting_id, int(key)) for batch in work for hit in batch for key in hit.keys}
    assert set(rows) == expected


def test_what_lies_below_a_cut_can_be_read_and_cuts_only_grow(stores: list[NotifierStore]) -> None:
    """Several partitions advance while cuts are taken; each cut's rows are counted the moment it is known."""
    done = threading.Event()
    seen: list[Cut] = []
    faults: list[str] = []

    def until_cut(times: int) -> None:
        until(lambda: len({cut.number for cut in seen}) >= times, f"{times} cuts are taken", 60)

    def write(number: int) -> None:
        for offset in range(60):
            stores[number].matches.store(number, [arrival(offset, posting(f"p{number}-{offset}"), [1])], NOW)
            # Those who take cuts may come to it late, on a busy machine: there is always something new to cut.
            if number == 0 and offset % 12 == 11:
                until_cut(offset // 12 + 1)

    def take(number: int) -> None:
        while not done.is_set():
            cut = stores[number].windows.take_cut(NOW)
            seen.append(cut)
            rows = Counter(row[0] for row in stored(stores[number]))
            faults.extend(
                f"cut {cut.number}: {partition} has {rows[partition]} of {position}"
                for partition, position in cut.positions.items()
                if rows[partition] < position
            )

    def all_writers() -> None:
        try:
            with ThreadPoolExecutor(3) as pool:
                list(pool.map(write, range(3)))
        finally:
            done.set()

    at_once(all_writers, *(lambda number=number: take(number) for number in (3, 4, 5)))
    assert faults == []
    by_number = {cut.number: dict(cut.positions) for cut in seen}
    assert all(by_number[cut.number] == cut.positions for cut in seen)
    numbers = sorted(by_number)
    assert len(numbers) > 3
    for earlier, later in pairwise(numbers):
        assert all(by_number[later].get(at, 0) >= position for at, position in by_number[earlier].items())
    assert stores[0].windows.take_cut(NOW).positions == {0: 60, 1: 60, 2: 60}


def test_of_workers_that_build_one_digest_one_commits(stores: list[NotifierStore]) -> None:
    """As when a worker slept past its lease and another took its subscribers."""
    ada = stores[0].person("ada")
    for number in range(3):
        stores[0].search(ada, f"search {number}", hour=8)
    stores[0].matches.store(0, [arrival(0, posting("one"), [0])], NOW)
    cut = stores[0].windows.take_cut(NOW)
    [due] = stores[0].windows.claim_due("one", LATE, cut, LEASE, 10)
    closings = [Closing(window, cut.number, window.due_at + DAY) for window in due.windows]
    committed: list[bool] = []

    def commit(store: NotifierStore, mine: Sequence[Closing]) -> None:
        committed.append(store.digests.commit(Hold(due.recipient, LATE, NOTHING, ()), mine, None, LATE))

    at_once(
        *(
            lambda store=store, number=number: commit(store, closings[:: 1 if number % 2 else -1])
            for number, store in enumerate(stores)
        )
    )
    assert sorted(committed) == [False] * (WORKERS - 1) + [True]
    assert len(stores[0].digests.history(with_holds=True)) == 1


def test_two_digests_of_one_due_time_are_never_kept(stores: list[NotifierStore]) -> None:
    """Not even where they close different windows."""
    ada = stores[0].person("ada")
    stores[0].search(ada, "first", hour=8)
    cut = stores[0].windows.take_cut(NOW)
    [first] = stores[0].windows.claim_due("one", LATE, cut, LEASE, 10)
    stores[0].windows.release("one")
    stores[0].search(ada, "second", GO, hour=8)
    [both] = stores[0].windows.claim_due("two", LATE, cut, LEASE, 10)
    [second] = [window for window in both.windows if window.search.name == "second"]
    committed: list[bool] = []

    def commit(store: NotifierStore, closing: Closing) -> None:
        committed.append(store.digests.commit(Hold(first.recipient, LATE, NOTHING, ()), [closing], None, LATE))

    first_closing, other = (Closing(window, cut.number, window.due_at + DAY) for window in (*first.windows, second))
    at_once(lambda: commit(stores[0], first_closing), lambda: commit(stores[1], other))
    assert sorted(committed) == [False, True]


def test_consent_withdrawn_while_deliveries_are_begun_is_heeded(stores: list[NotifierStore]) -> None:
    """Either the request was begun before the suppression, or it is cancelled: it is never left to another."""
    for number in range(20):
        stores[0].search(stores[0].person(f"person{number}"), hour=8)
    build(stores[0], LATE)
    claimed = stores[0].deliveries.claim("w", "folder", LATE, LEASE, 100)
    begun: list[str] = []

    def begin() -> None:
        for claim in claimed:
            if stores[1].deliveries.begin([claim], LATE, LEASE):
                begun.append(claim.delivery_id)

    def suppress() -> None:
        for claim in reversed(claimed):
            stores[2].suppressions.suppress(claim.email.to_address, "unsubscribed", LATE)

    def sweep() -> None:
        for _ in range(20):
            stores[3].deliveries.sweep(LATE, LATE - DAY)

    at_once(begin, suppress, sweep)
    assert stores[0].deliveries.states() == {
        state: count for state, count in (("cancelled", 20 - len(begun)), ("sending", len(begun))) if count
    }
