"""What the notifier asks of its store, whichever engine holds it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.codec import decode
from schemas.criteria import CriteriaRecord
from schemas.headers import trace_of
from schemas.posting import Company
from services.notifier.domain.delivery import Outcome
from services.notifier.domain.model import Digest, Hold, Item
from services.notifier.domain.people import Timing, profile_of
from services.notifier.domain.windows import BEGINNING, Closing, Cut, DueSubscriber
from services.notifier.ports import Email, Receipt
from services.runtime.errors import UsageError
from services.runtime.store import reading
from tests.support.notifying import GO, NOW, PYTHON, NotifierStore, arrival, new_store, posting, sqlite_store
from tests.support.stores import ENGINES

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LEASE = timedelta(minutes=10)


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NotifierStore]:
    with new_store(request.param, tmp_path) as made:
        yield made


def published(store: NotifierStore) -> list[CriteriaRecord]:
    return [decode(CriteriaRecord, row.value) for row in store.outbox.pending(100)]


class TestCriteria:
    def test_equal_criteria_share_one_key_and_each_joining_is_a_new_version(self, store: NotifierStore) -> None:
        ada, bob = store.person("ada"), store.person("bob")
        first, second = store.search(ada), store.search(bob)
        assert first.key == second.key
        assert [(record.key, record.version, record.removed) for record in published(store)] == [
            (first.key, 1, False),
            (first.key, 2, False),
        ]

    def test_keys_are_dense_and_the_record_carries_the_criteria(self, store: NotifierStore) -> None:
        ada = store.person()
        keys = [store.search(ada, "a", PYTHON).key, store.search(ada, "b", GO).key]
        assert keys == [0, 1]
        assert [record.criteria for record in published(store)] == [PYTHON, GO]
        assert [row.key for row in store.outbox.pending(9)] == [b"0", b"1"]

    def test_each_published_state_has_an_identity_of_its_own(self, store: NotifierStore) -> None:
        store.search(store.person("ada"))
        store.search(store.person("bob"))
        headers = [row.headers for row in store.outbox.pending(9)]
        assert len({one["ce_id"] for one in headers}) == len({trace_of(one) for one in headers}) == 2
        assert all(one["ce_type"] == "criteria.v1" and one["ce_time"] for one in headers)

    def test_criteria_that_nobody_uses_are_published_as_removed_and_keep_their_key(self, store: NotifierStore) -> None:
        ada = store.person()
        search = store.search(ada)
        store.searches.delete(search.search_id, NOW)
        again = store.search(ada)
        assert again.key == search.key
        assert [(record.version, record.removed) for record in published(store)] == [(1, False), (2, True), (3, False)]

    def test_a_key_is_not_reused_after_its_criteria_are_removed(self, store: NotifierStore) -> None:
        ada = store.person()
        gone = store.search(ada, "a", PYTHON)
        store.searches.delete(gone.search_id, NOW)
        assert store.search(ada, "b", GO).key == gone.key + 1

    def test_a_search_that_could_not_be_saved_leaves_nothing_to_publish(self, store: NotifierStore) -> None:
        ada = store.person()
        store.search(ada, "same name")
        with pytest.raises(UsageError, match="same name"):
            store.search(ada, "same name", GO)
        assert len(published(store)) == 1

    def test_what_was_published_is_forgotten_and_the_rest_stays_in_order(self, store: NotifierStore) -> None:
        ada = store.person()
        for number in range(5):
            store.search(ada, f"search {number}", PYTHON)
        rows = store.outbox.pending(3)
        store.outbox.mark_published([row.id for row in rows])
        assert [record.version for record in published(store)] == [4, 5]

    def test_joining_from_many_threads_counts_everybody_once(self, store: NotifierStore) -> None:
        people = [store.person(f"person{number}") for number in range(8)]
        threads = [threading.Thread(target=store.search, args=(person,)) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [record.version for record in published(store)] == list(range(1, 9))
        assert len({search.key for search in store.searches.all()}) == 1


class TestPeople:
    def test_an_address_is_taken_in_once_however_it_is_spelt(self, store: NotifierStore) -> None:
        store.person("ada")
        with pytest.raises(UsageError, match="subscribed already"):
            store.person("x", address="ADA@Example.com")

    def test_someone_is_found_by_id_or_address(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        assert store.subscribers.find(ada.subscriber_id) == ada
        assert store.subscribers.find(" Ada@EXAMPLE.com ") == ada
        with pytest.raises(UsageError, match="Nobody"):
            store.subscribers.find("bob@example.com")

    def test_ids_are_the_same_in_every_installation_with_the_same_secret(
        self, store: NotifierStore, tmp_path: Path
    ) -> None:
        other = sqlite_store(tmp_path / "other")
        assert store.person("ada").subscriber_id == other.person("ada").subscriber_id
        other.engine.dispose()

    def test_another_time_zone_moves_the_next_slot(self, store: NotifierStore) -> None:
        ada = store.person("ada", time_zone="UTC")
        search = store.search(ada, hour=8)
        store.subscribers.change(
            ada.subscriber_id, profile_of({"address": "ada@example.com", "time_zone": "Asia/Tokyo"}), NOW
        )
        assert search.next_due_at == NOW + 2 * HOUR
        assert store.searches.get(search.search_id).next_due_at == NOW + 17 * HOUR

    def test_an_erased_person_leaves_no_row_and_their_criteria(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        store.search(ada, "A name like no other")
        store.subscribers.say(ada.subscriber_id, "hidden_company", "acme", NOW)
        serve(store, NOW + 3 * HOUR, "one", keys=[0])
        store.subscribers.erase(ada.subscriber_id, NOW)
        assert store.subscribers.all() == []
        assert store.searches.all() == []
        assert store.digests.history(held=True) == []
        assert store.deliveries.states() == {}
        assert published(store)[-1].removed

    def test_what_is_erased_cannot_be_read_in_the_files(self, tmp_path: Path) -> None:
        store = sqlite_store(tmp_path)
        ada = store.person("ada.unforgettable")
        store.search(ada, "A name like no other")
        serve(store, NOW + 3 * HOUR, "one", keys=[0])
        store.subscribers.erase(ada.subscriber_id, NOW)
        held = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
        assert b"unforgettable" not in held
        assert b"like no other" not in held
        assert ada.subscriber_id.encode() not in held
        store.engine.dispose()

    def test_a_suppression_outlives_the_person(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        store.suppressions.suppress("ada@example.com", "unsubscribed", NOW)
        store.subscribers.erase(ada.subscriber_id, NOW)
        assert store.suppressions.reason("Ada@example.com") == "unsubscribed"
        assert store.suppressions.allow("ada@example.com")
        assert store.suppressions.reason("ada@example.com") is None

    def test_a_persons_data_is_exported_whole(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        store.search(ada, "Python work")
        store.subscribers.say(ada.subscriber_id, "not_relevant", "cluster-x", NOW)
        serve(store, NOW + 3 * HOUR, "one", keys=[0])
        data = store.subscribers.export(ada.subscriber_id)
        assert data["subscriber"]["address"] == "ada@example.com"
        assert data["searches"][0]["criteria"] == {"skills": {"all": ["Python"]}}
        assert data["feedback"][0]["value"] == "cluster-x"
        assert data["digests"][0]["items"][0]["posting_id"] == posting("one").posting_id
        assert data["digests"][0]["email"]["subject"] == "1 new job"

    def test_feedback_reaches_whoever_curates(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        store.search(ada)
        store.subscribers.say(ada.subscriber_id, "hidden_company", "acme", NOW)
        store.subscribers.say(ada.subscriber_id, "not_relevant", "cluster-x", NOW)
        store.subscribers.say(ada.subscriber_id, "not_relevant", "cluster-x", NOW)
        store.subscribers.say(ada.subscriber_id, "not_relevant", "cluster-y", NOW)
        store.subscribers.unsay(ada.subscriber_id, "not_relevant", "cluster-y")
        recipient = due(store, NOW + DAY)[0].recipient
        assert recipient.hidden_companies == {"acme"}
        assert recipient.not_relevant == {"cluster-x"}


class TestSearches:
    def test_editing_criteria_leaves_the_old_joins_the_new_and_keeps_the_window(self, store: NotifierStore) -> None:
        ada = store.person()
        search = store.search(ada)
        edited = store.searches.edit(search.search_id, NOW + HOUR, criteria=GO, name="Go work")
        assert (edited.key, edited.name, edited.criteria) == (1, "Go work", GO)
        assert (edited.served_cut, edited.next_due_at) == (search.served_cut, search.next_due_at)
        assert [(record.key, record.removed) for record in published(store)] == [(0, False), (1, False), (0, True)]

    def test_editing_the_timing_moves_the_next_slot(self, store: NotifierStore) -> None:
        search = store.search(store.person(), hour=8)
        edited = store.searches.edit(search.search_id, NOW, timing=Timing("weekly", 9, 4))
        assert edited.next_due_at == datetime(2026, 7, 3, 9, tzinfo=UTC)

    def test_a_paused_search_is_not_due(self, store: NotifierStore) -> None:
        search = store.search(store.person())
        store.searches.pause(search.search_id, NOW)
        assert due(store, NOW + DAY) == []

    def test_a_resumed_search_looks_back_seven_days_at_most(self, store: NotifierStore) -> None:
        search = store.search(store.person())
        store.searches.pause(search.search_id, NOW)
        cuts = []
        for day in range(20):
            store.matches.store(0, [arrival(day, posting(str(day)))], NOW + day * DAY)
            cuts.append(store.windows.take_cut(NOW + day * DAY).number)
        resumed = store.searches.resume(search.search_id, NOW + 19 * DAY)
        assert resumed.served_cut == cuts[12]
        assert resumed.next_due_at == NOW + 19 * DAY + 2 * HOUR

    def test_a_deleted_or_unknown_search_is_one_clear_sentence(self, store: NotifierStore) -> None:
        search = store.search(store.person())
        store.searches.delete(search.search_id, NOW)
        for act in (store.searches.get, lambda one: store.searches.delete(one, NOW)):
            with pytest.raises(UsageError, match="There is no saved search"):
                act(search.search_id)

    def test_a_name_that_was_used_before_gets_another_id_where_the_first_is_taken(self, store: NotifierStore) -> None:
        ada = store.person()
        first = store.search(ada, "mine")
        store.searches.edit(first.search_id, NOW, name="renamed")
        second = store.search(ada, "mine")
        assert second.search_id != first.search_id

    def test_a_subscriber_may_have_many_searches_but_not_any_number(self, store: NotifierStore) -> None:
        ada = store.person()
        for number in range(50):
            store.search(ada, f"search {number}")
        with pytest.raises(UsageError, match="50"):
            store.search(ada, "one more")


class TestMatches:
    def test_a_redone_batch_adds_nothing(self, store: NotifierStore) -> None:
        batch = [arrival(0, posting("a"), [1, 2]), arrival(1, posting("b"), [2])]
        assert store.matches.store(0, batch, NOW) == 2
        assert store.matches.store(0, batch, NOW) == 0
        assert rows(store) == [(0, 0, {1, 2}, set()), (0, 1, {2}, set())]

    def test_a_replayed_record_adds_only_the_keys_that_are_new(self, store: NotifierStore) -> None:
        store.matches.store(0, [arrival(0, posting("a"), [1, 2, 3])], NOW)
        store.matches.store(0, [arrival(7, posting("a"), [2, 3, 4])], NOW)
        assert rows(store) == [(0, 0, {1, 2, 3}, set()), (0, 7, {4}, set())]

    def test_chunks_cut_otherwise_add_nothing(self, store: NotifierStore) -> None:
        store.matches.store(0, [arrival(0, posting("a"), [1, 2]), arrival(1, posting("a"), [3, 4])], NOW)
        store.matches.store(0, [arrival(2, posting("a"), [1, 2, 3]), arrival(3, posting("a"), [4])], NOW)
        assert len(rows(store)) == 2

    def test_keys_repeated_within_one_batch_are_kept_once(self, store: NotifierStore) -> None:
        store.matches.store(0, [arrival(0, posting("a"), [1, 2]), arrival(1, posting("a"), [2, 3])], NOW)
        assert rows(store) == [(0, 0, {1, 2}, set()), (0, 1, {3}, set())]

    def test_a_near_miss_that_becomes_a_match_is_added_and_the_reverse_is_not(self, store: NotifierStore) -> None:
        store.matches.store(0, [arrival(0, posting("a"), [1], near=[2])], NOW)
        store.matches.store(0, [arrival(1, posting("a"), [2], near=[1, 3])], NOW)
        assert rows(store) == [(0, 0, {1}, {2}), (0, 1, {2}, {3})]

    def test_the_newest_version_is_kept_whichever_came_first(self, store: NotifierStore) -> None:
        old = posting("a", fetched_at=NOW - 2 * HOUR)
        new = posting("a", fetched_at=NOW - HOUR, status="closed")
        store.matches.store(0, [arrival(0, new, [1])], NOW)
        store.matches.store(0, [arrival(1, old, [2])], NOW)
        assert store.matches.postings([old.posting_id]) == {old.posting_id: new}

    def test_a_better_normaliser_is_a_newer_version(self, store: NotifierStore) -> None:
        store.matches.store(0, [arrival(0, posting("a", revision=2, title="Better"), [1])], NOW)
        store.matches.store(0, [arrival(1, posting("a", revision=1, title="Worse"), [1])], NOW)
        [kept] = store.matches.postings([posting("a").posting_id]).values()
        assert kept.title == "Better"

    def test_a_closing_takes_a_posting_out_of_windows_in_any_order(self, store: NotifierStore) -> None:
        search = store.search(store.person())
        closed = posting("a", fetched_at=NOW, status="closed")
        store.matches.store(0, [arrival(0, closed)], NOW)
        store.matches.store(0, [arrival(1, posting("a", fetched_at=NOW - HOUR), [search.key])], NOW)
        assert found(store, NOW + DAY) == {search.search_id: []}

    def test_unknown_postings_are_left_out(self, store: NotifierStore) -> None:
        assert store.matches.postings(["00"]) == {}


class TestWindows:
    def test_each_window_is_half_open_between_two_cuts(self, store: NotifierStore) -> None:
        search = store.search(store.person(), hour=8)
        store.matches.store(0, [arrival(0, posting("a"), [search.key])], NOW)
        [first], cut = due(store, NOW + 3 * HOUR), store.windows.take_cut(NOW)
        store.matches.store(0, [arrival(1, posting("b"), [search.key])], NOW)
        assert ids(store, [first], cut) == {search.search_id: ["a"]}
        close(store, first, cut, NOW + 3 * HOUR)
        [second] = due(store, NOW + 27 * HOUR)
        assert ids(store, [second], store.windows.take_cut(NOW)) == {search.search_id: ["b"]}

    def test_a_cut_is_taken_only_where_a_position_moved(self, store: NotifierStore) -> None:
        assert store.windows.take_cut(NOW) == BEGINNING
        store.matches.store(1, [arrival(4, posting("a"))], NOW)
        cut = store.windows.take_cut(NOW)
        assert (cut.number, dict(cut.positions)) == (1, {1: 5})
        assert store.windows.take_cut(NOW + HOUR) == cut

    def test_partitions_count_apart(self, store: NotifierStore) -> None:
        search = store.search(store.person())
        store.matches.store(0, [arrival(900, posting("a"), [search.key])], NOW)
        [first], cut = due(store, NOW + DAY), store.windows.take_cut(NOW)
        close(store, first, cut, NOW + DAY)
        store.matches.store(1, [arrival(0, posting("b"), [search.key])], NOW)
        assert found(store, NOW + 2 * DAY) == {search.search_id: ["b"]}

    def test_a_new_search_is_served_from_the_cut_of_seven_days_ago(self, store: NotifierStore) -> None:
        ada = store.search(store.person("ada"))
        for day in range(10):
            at = NOW + day * DAY
            store.matches.store(0, [arrival(day, posting(f"day {day}", fetched_at=at), [ada.key])], at)
            store.windows.take_cut(at)
        later = NOW + 9 * DAY
        new = store.search(store.person("bob"), now=later)
        assert found(store, later + DAY)[new.search_id] == [f"day {day}" for day in (9, 8, 7, 6, 5, 4, 3)]

    def test_searches_with_one_key_and_different_windows_see_their_own(self, store: NotifierStore) -> None:
        ada, bob = store.search(store.person("ada"), hour=7), store.search(store.person("bob"), hour=20)
        store.matches.store(0, [arrival(0, posting("a"), [ada.key])], NOW)
        [first], cut = due(store, NOW + 2 * HOUR), store.windows.take_cut(NOW)
        close(store, first, cut, NOW + 2 * HOUR)
        store.matches.store(0, [arrival(1, posting("b"), [ada.key])], NOW)
        seen = found(store, NOW + 2 * DAY)
        assert seen[ada.search_id] == ["b"]
        assert sorted(seen[bob.search_id]) == ["a", "b"]

    def test_the_newest_are_chosen_by_when_they_were_seen_never_by_position(self, store: NotifierStore) -> None:
        search = store.search(store.person())
        batch = [
            arrival(n, posting(f"p{n:03}", fetched_at=NOW - timedelta(minutes=n)), [search.key], near=[search.key + 9])
            for n in range(250)
        ]
        store.matches.store(0, list(reversed([replace(one, offset=250 - one.offset) for one in batch])), NOW)
        assert found(store, NOW + DAY)[search.search_id] == [f"p{n:03}" for n in range(200)]

    def test_many_near_misses_do_not_push_out_a_match(self, store: NotifierStore) -> None:
        search = store.search(store.person())
        near = [arrival(n, posting(f"near {n}", fetched_at=NOW), near=[search.key]) for n in range(300)]
        old = arrival(300, posting("match", fetched_at=NOW - 5 * DAY), [search.key])
        store.matches.store(0, [*near, old], NOW)
        chosen = found(store, NOW + DAY)[search.search_id]
        assert chosen[0] == "match"
        assert len(chosen) == 51

    def test_a_posting_near_and_then_matched_in_one_window_is_found_once(self, store: NotifierStore) -> None:
        search = store.search(store.person())
        store.matches.store(0, [arrival(0, posting("a"), near=[search.key])], NOW)
        store.matches.store(0, [arrival(1, posting("a"), [search.key])], NOW)
        assert found(store, NOW + DAY) == {search.search_id: ["a"]}

    def test_backlog_is_never_found(self, store: NotifierStore) -> None:
        search = store.search(store.person())
        store.matches.store(0, [arrival(0, posting("a", backlog=True), [search.key])], NOW)
        assert found(store, NOW + DAY) == {search.search_id: []}

    def test_a_claimed_subscriber_is_left_alone_until_the_lease_ends(self, store: NotifierStore) -> None:
        store.search(store.person())
        cut = store.windows.take_cut(NOW)
        late = NOW + DAY
        assert len(store.windows.claim_due("one", late, cut, LEASE, 10)) == 1
        assert store.windows.claim_due("two", late, cut, LEASE, 10) == []
        assert len(store.windows.claim_due("two", late + LEASE, cut, LEASE, 10)) == 1

    def test_a_killed_worker_that_starts_again_gives_back_what_it_held(self, store: NotifierStore) -> None:
        store.search(store.person())
        cut = store.windows.take_cut(NOW)
        store.windows.claim_due("one", NOW + DAY, cut, LEASE, 10)
        store.windows.release("two")
        assert store.windows.claim_due("two", NOW + DAY, cut, LEASE, 10) == []
        store.windows.release("one")
        assert len(store.windows.claim_due("two", NOW + DAY, cut, LEASE, 10)) == 1

    def test_workers_that_claim_at_once_share_the_subscribers(self, store: NotifierStore) -> None:
        for number in range(30):
            store.search(store.person(f"person{number}"))
        cut = store.windows.take_cut(NOW)
        claimed: list[str] = []

        def work(name: str) -> None:
            while some := store.windows.claim_due(name, NOW + DAY, cut, LEASE, 4):
                claimed.extend(one.recipient.subscriber_id for one in some)

        threads = [threading.Thread(target=work, args=(f"worker{number}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(claimed) == len(set(claimed)) == 30

    def test_all_due_searches_of_a_subscriber_come_together(self, store: NotifierStore) -> None:
        ada = store.person()
        store.search(ada, "a", hour=7)
        store.search(ada, "b", GO, hour=8)
        store.search(ada, "c", PYTHON, hour=23)
        [one] = due(store, NOW + 3 * HOUR)
        assert sorted(window.search.name for window in one.windows) == ["a", "b"]

    def test_an_instant_search_is_due_only_once_something_came(self, store: NotifierStore) -> None:
        search = store.search(store.person(), cadence="instant")
        assert due(store, NOW + HOUR) == []
        store.matches.store(0, [arrival(0, posting("a"), [search.key])], NOW)
        assert len(due(store, NOW + HOUR)) == 1

    def test_the_paused_and_the_suppressed_are_not_due(self, store: NotifierStore) -> None:
        ada, bob = store.person("ada"), store.person("bob")
        store.search(ada)
        store.search(bob)
        store.subscribers.pause(ada.subscriber_id, NOW)
        store.suppressions.suppress("bob@example.com", "unsubscribed", NOW)
        assert due(store, NOW + DAY) == []
        store.subscribers.resume(ada.subscriber_id, NOW)
        assert [one.recipient.name for one in due(store, NOW + DAY)] == ["Ada"]


class TestDigests:
    def test_a_digest_closes_its_windows_and_opens_one_delivery(self, store: NotifierStore) -> None:
        search = store.search(store.person(), hour=8)
        serve(store, NOW + 3 * HOUR, "one", keys=[search.key])
        held = store.searches.get(search.search_id)
        assert (held.served_cut, held.next_due_at) == (1, NOW + 26 * HOUR)
        assert store.deliveries.states() == {"pending": 1}
        [kept] = store.digests.history()
        assert (kept.subject, kept.state) == ("1 new job", "pending")

    def test_an_empty_digest_closes_its_windows_and_sends_nothing(self, store: NotifierStore) -> None:
        search = store.search(store.person(), hour=8)
        [one], cut = due(store, NOW + 3 * HOUR), store.windows.take_cut(NOW)
        hold = Hold(one.recipient, NOW + 2 * HOUR, "nothing new", ())
        assert store.digests.commit(hold, closings(one, cut, NOW + 3 * HOUR), None, NOW)
        assert store.searches.get(search.search_id).next_due_at == NOW + 26 * HOUR
        assert store.deliveries.states() == {}
        assert [kept.reason for kept in store.digests.history(held=True)] == ["nothing new"]

    @pytest.mark.parametrize("change", ["edited", "paused", "deleted", "retimed", "erased", "served"])
    def test_nothing_is_committed_where_a_search_changed_meanwhile(self, store: NotifierStore, change: str) -> None:
        ada = store.person()
        search = store.search(ada, hour=8)
        store.matches.store(0, [arrival(0, posting("one"), [search.key])], NOW)
        cut = store.windows.take_cut(NOW)
        [one] = due(store, NOW + 3 * HOUR)
        act: dict[str, Callable[[], object]] = {
            "edited": lambda: store.searches.edit(search.search_id, NOW, criteria=GO),
            "paused": lambda: store.searches.pause(search.search_id, NOW),
            "deleted": lambda: store.searches.delete(search.search_id, NOW),
            "retimed": lambda: store.searches.edit(search.search_id, NOW, timing=Timing("daily", 9, None)),
            "erased": lambda: store.subscribers.erase(ada.subscriber_id, NOW),
            "served": lambda: commit(store, one, cut, NOW + 3 * HOUR, "one"),
        }
        act[change]()
        digests = len(store.digests.history())
        assert not commit(store, one, cut, NOW + 3 * HOUR, "one")
        assert len(store.digests.history()) == digests
        assert sum(store.deliveries.states().values()) == digests

    def test_a_change_of_one_search_keeps_the_windows_of_the_others_open(self, store: NotifierStore) -> None:
        ada = store.person()
        first, second = store.search(ada, "a", hour=8), store.search(ada, "b", GO, hour=8)
        [one], cut = due(store, NOW + 3 * HOUR), store.windows.take_cut(NOW)
        store.searches.pause(second.search_id, NOW)
        assert not commit(store, one, cut, NOW + 3 * HOUR, "one")
        assert store.searches.get(first.search_id).next_due_at == first.next_due_at

    def test_what_was_sent_is_remembered_and_what_failed_is_not(self, store: NotifierStore) -> None:
        ada = store.person()
        search = store.search(ada, hour=8)
        serve(store, NOW + 3 * HOUR, "one", keys=[search.key])
        sent = store.digests.sent(ada.subscriber_id, NOW - DAY)
        assert [(item.posting_id, item.cluster_key) for item in sent] == [(posting("one").posting_id, "cluster-one")]
        assert store.digests.sent(ada.subscriber_id, NOW + DAY) == []
        [claimed] = store.deliveries.claim("w", "folder", NOW + 3 * HOUR, LEASE, 10)
        store.deliveries.begin(claimed, NOW, LEASE)
        store.deliveries.refused(claimed.delivery_id, claimed.attempt, "no such mailbox", NOW)
        assert store.digests.sent(ada.subscriber_id, NOW - DAY) == []

    def test_the_newest_due_time_is_known(self, store: NotifierStore) -> None:
        ada = store.person()
        search = store.search(ada, hour=8)
        assert store.digests.last_due(ada.subscriber_id) is None
        serve(store, NOW + 3 * HOUR, "one", keys=[search.key])
        assert store.digests.last_due(ada.subscriber_id) == NOW + 3 * HOUR


class TestDeliveries:
    @pytest.fixture
    def waiting(self, store: NotifierStore) -> NotifierStore:
        search = store.search(store.person("ada"), hour=8)
        serve(store, NOW + 3 * HOUR, "one", keys=[search.key])
        return store

    def test_a_delivery_carries_the_email_as_it_was_first_rendered(self, waiting: NotifierStore) -> None:
        [first] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.deliveries.put_back(first, LATE)
        [second] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        assert first.email == second.email == email_for("ada@example.com", NOW + 3 * HOUR)
        assert (first.attempt, second.attempt) == (1, 2)

    def test_one_worker_has_it_at_a_time(self, waiting: NotifierStore) -> None:
        assert len(waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)) == 1
        assert waiting.deliveries.claim("v", "folder", LATE, LEASE, 10) == []
        waiting.deliveries.sweep(LATE + LEASE, LATE - DAY)
        assert len(waiting.deliveries.claim("v", "folder", LATE + LEASE, LEASE, 10)) == 1

    def test_a_worker_whose_lease_ended_cannot_begin(self, waiting: NotifierStore) -> None:
        [slow] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.deliveries.sweep(LATE + LEASE, LATE - DAY)
        assert not waiting.deliveries.begin(slow, LATE + LEASE, LEASE)
        [quick] = waiting.deliveries.claim("v", "folder", LATE + LEASE, LEASE, 10)
        assert not waiting.deliveries.begin(slow, LATE + LEASE, LEASE)
        assert waiting.deliveries.begin(quick, LATE + LEASE, LEASE)

    def test_a_request_that_nobody_answers_for_is_unknown_and_not_sent_again(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        assert waiting.deliveries.begin(claimed, LATE, LEASE)
        waiting.deliveries.sweep(LATE + LEASE, LATE - DAY)
        assert waiting.deliveries.states() == {"unknown": 1}
        assert waiting.deliveries.claim("v", "folder", LATE + DAY, LEASE, 10) == []

    def test_a_late_answer_settles_the_unknown(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.deliveries.begin(claimed, LATE, LEASE)
        waiting.deliveries.sweep(LATE + LEASE, LATE - DAY)
        waiting.deliveries.accepted(claimed.delivery_id, claimed.attempt, Receipt("file"), LATE + LEASE)
        assert waiting.deliveries.states() == {"accepted": 1}

    def test_an_answer_of_an_earlier_attempt_changes_nothing(self, waiting: NotifierStore) -> None:
        [first] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.deliveries.begin(first, LATE, LEASE)
        waiting.deliveries.deferred(first.delivery_id, first.attempt, "busy", LATE, timedelta(0))
        [second] = waiting.deliveries.claim("v", "folder", LATE, LEASE, 10)
        waiting.deliveries.begin(second, LATE, LEASE)
        waiting.deliveries.refused(first.delivery_id, first.attempt, "refused", LATE)
        assert waiting.deliveries.states() == {"sending": 1}

    def test_a_deferred_one_waits_as_long_as_it_was_told(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.deliveries.begin(claimed, LATE, LEASE)
        waiting.deliveries.deferred(claimed.delivery_id, claimed.attempt, "busy", LATE, HOUR)
        assert waiting.deliveries.claim("w", "folder", LATE + HOUR / 2, LEASE, 10) == []
        assert len(waiting.deliveries.claim("w", "folder", LATE + HOUR, LEASE, 10)) == 1

    def test_what_is_proven_not_sent_is_pending_again_where_it_is_still_of_use(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.deliveries.begin(claimed, LATE, LEASE)
        waiting.deliveries.lost(claimed.delivery_id, claimed.attempt, "cut off", LATE)
        assert waiting.deliveries.doubts("smtp", 10) == []
        [doubt] = waiting.deliveries.doubts("folder", 10)
        waiting.deliveries.disproved(doubt, LATE, resend=True)
        assert waiting.deliveries.states() == {"pending": 1}

    def test_what_is_proven_not_sent_too_late_stays_not_sent(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.deliveries.begin(claimed, LATE, LEASE)
        waiting.deliveries.lost(claimed.delivery_id, claimed.attempt, "cut off", LATE)
        [doubt] = waiting.deliveries.doubts("folder", 10)
        waiting.deliveries.disproved(doubt, LATE, resend=False)
        assert waiting.deliveries.states() == {"not_sent": 1}

    def test_what_the_settings_withhold_is_not_sent_and_its_jobs_may_come_again(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "smtp", LATE, LEASE, 10)
        waiting.deliveries.begin(claimed, LATE, LEASE)
        waiting.deliveries.withheld(claimed.delivery_id, claimed.attempt, "not allowed", LATE)
        assert waiting.deliveries.states() == {"not_sent": 1}
        [ada] = waiting.subscribers.all()
        assert waiting.digests.sent(ada.subscriber_id, NOW - DAY) == []
        assert waiting.deliveries.claim("w", "smtp", LATE + DAY, LEASE, 10) == []

    @pytest.mark.parametrize(
        ("outcome", "state"),
        [
            ("accepted", "accepted"),
            ("deferred", "accepted"),
            ("delivered", "delivered"),
            ("spam", "delivered"),
            ("bounced", "bounced"),
            ("dropped", "failed"),
        ],
    )
    def test_a_providers_event_settles_the_unknown_however_often_it_comes(
        self, waiting: NotifierStore, outcome: Outcome, state: str
    ) -> None:
        [claimed] = waiting.deliveries.claim("w", "sendgrid", LATE, LEASE, 10)
        waiting.deliveries.begin(claimed, LATE, LEASE)
        waiting.deliveries.lost(claimed.delivery_id, claimed.attempt, "cut off", LATE)
        told = [waiting.deliveries.settle(claimed.delivery_id, outcome, LATE) for _ in range(3)]
        assert told == [True, False, False]
        assert waiting.deliveries.states() == {state: 1}
        assert waiting.deliveries.claim("w", "sendgrid", LATE + DAY, LEASE, 10) == []

    def test_events_out_of_order_leave_what_says_most(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "sendgrid", LATE, LEASE, 10)
        waiting.deliveries.begin(claimed, LATE, LEASE)
        outcomes: tuple[Outcome, ...] = ("delivered", "accepted", "bounced", "deferred", "delivered")
        told = [waiting.deliveries.settle(claimed.delivery_id, one, LATE) for one in outcomes]
        assert told == [True, False, True, False, False]
        waiting.deliveries.accepted(claimed.delivery_id, claimed.attempt, Receipt("id"), LATE)
        assert waiting.deliveries.states() == {"bounced": 1}

    def test_what_an_event_proves_to_be_out_is_not_sent_by_whoever_holds_it(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "sendgrid", LATE, LEASE, 10)
        assert waiting.deliveries.settle(claimed.delivery_id, "delivered", LATE)
        assert not waiting.deliveries.begin(claimed, LATE, LEASE)
        assert waiting.deliveries.states() == {"delivered": 1}

    def test_an_event_of_a_delivery_that_is_gone_changes_nothing(self, waiting: NotifierStore) -> None:
        assert not waiting.deliveries.settle("no such delivery", "delivered", LATE)
        assert waiting.deliveries.states() == {"pending": 1}

    def test_a_suppressed_address_is_never_sent_to(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.suppressions.suppress("ADA@example.com", "unsubscribed", LATE)
        assert not waiting.deliveries.begin(claimed, LATE, LEASE)
        assert waiting.deliveries.states() == {"cancelled": 1}

    @pytest.mark.parametrize("consent", ["suppressed", "paused"])
    def test_consent_withdrawn_while_the_digest_was_built_stops_it(self, store: NotifierStore, consent: str) -> None:
        ada = store.person("ada")
        store.search(ada, hour=8)
        store.matches.store(0, [arrival(0, posting("one"), [0])], NOW)
        [one], cut = due(store, NOW + 3 * HOUR), store.windows.take_cut(NOW)
        if consent == "suppressed":
            store.suppressions.suppress("ada@example.com", "unsubscribed", NOW)
        else:
            store.subscribers.pause(ada.subscriber_id, NOW)
        assert commit(store, one, cut, NOW + 3 * HOUR, "one")
        [claimed] = store.deliveries.claim("w", "folder", LATE, LEASE, 10)
        assert not store.deliveries.begin(claimed, LATE, LEASE)
        assert store.deliveries.states() == {"cancelled": 1}
        assert store.digests.sent(ada.subscriber_id, NOW - DAY) == []

    def test_pausing_cancels_what_waits(self, waiting: NotifierStore) -> None:
        waiting.subscribers.pause(waiting.subscribers.all()[0].subscriber_id, LATE)
        assert waiting.deliveries.states() == {"cancelled": 1}

    def test_an_erased_person_is_not_sent_to(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.subscribers.erase(waiting.subscribers.all()[0].subscriber_id, LATE)
        assert not waiting.deliveries.begin(claimed, LATE, LEASE)

    def test_nothing_is_handed_over_while_sending_is_paused(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.pauses.set_sending(True, LATE)
        assert waiting.pauses.read().sending
        assert not waiting.deliveries.begin(claimed, LATE, LEASE)
        assert waiting.deliveries.states() == {"pending": 1}
        assert waiting.deliveries.claim("w", "folder", LATE, LEASE, 10) == []
        waiting.pauses.set_sending(False, LATE)
        assert len(waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)) == 1

    def test_what_waited_for_too_long_is_given_up(self, waiting: NotifierStore) -> None:
        waiting.deliveries.sweep(LATE + 3 * DAY, LATE + DAY)
        assert waiting.deliveries.states() == {"failed": 1}

    def test_a_killed_worker_leaves_claims_pending_and_requests_unknown(self, store: NotifierStore) -> None:
        for name in ("ada", "bob"):
            store.search(store.person(name), hour=8)
        store.matches.store(0, [arrival(0, posting("one"), [0])], NOW)
        cut = store.windows.take_cut(NOW)
        for one in due(store, NOW + 3 * HOUR):
            assert commit(store, one, cut, NOW + 3 * HOUR, "one")
        first, _ = store.deliveries.claim("w", "folder", LATE, LEASE, 10)
        store.deliveries.begin(first, LATE, LEASE)
        store.deliveries.release("w", LATE)
        assert store.deliveries.states() == {"pending": 1, "unknown": 1}


LATE = NOW + 4 * HOUR


def rows(store: NotifierStore) -> list[tuple[int, int, set[int], set[int]]]:
    from schemas.keys import unpack
    from schemas.sql.tables import matches

    with reading(store.engine) as connection:
        held = connection.execute(matches.select().order_by(matches.c.partition, matches.c.offset)).all()
    return [
        (row.partition, row.offset, set(unpack(row.matched).tolist()), set(unpack(row.near).tolist())) for row in held
    ]


def due(store: NotifierStore, now: datetime) -> list[DueSubscriber]:
    """Whoever is due, given back at once."""
    claimed = store.windows.claim_due("test", now, store.windows.take_cut(now), LEASE, 100)
    store.windows.done("test", [one.recipient.subscriber_id for one in claimed])
    return claimed


def ids(store: NotifierStore, people: list[DueSubscriber], cut: Cut) -> dict[str, list[str]]:
    """What windows hold, postings by the name in their source."""
    return {
        search_id: [store.matches.postings([one])[one].source_id for one in posting_ids]
        for search_id, posting_ids in store.windows.found(people, cut).items()
    }


def found(store: NotifierStore, now: datetime) -> dict[str, list[str]]:
    return ids(store, due(store, now), store.windows.take_cut(now))


def closings(one: DueSubscriber, cut: Cut, now: datetime) -> list[Closing]:
    return [Closing(window, cut.number, window.due_at + DAY) for window in one.windows]


def close(store: NotifierStore, one: DueSubscriber, cut: Cut, now: datetime) -> None:
    hold = Hold(one.recipient, now, "for the test", ())
    assert store.digests.commit(hold, closings(one, cut, now), None, now)


def email_for(address: str, due_at: datetime) -> Email:
    return Email(
        delivery_id=f"delivery-{address}-{due_at:%Y%m%d%H%M}",
        sender_name="Job alerts",
        sender_address="alerts@sender.example",
        to_address=address,
        subject="1 new job",
        html="<p>One – job</p>",
        text="One – job",
        date=due_at,
        unsubscribe_url="https://jobs.example.com/u/x",
        headers=(("X-One", "1"),),
    )


def commit(store: NotifierStore, one: DueSubscriber, cut: Cut, due_at: datetime, name: str) -> bool:
    item = Item(posting(name, company=Company(name="Acme")), (), 1.0)
    digest = Digest(one.recipient, due_at, tuple(window.search for window in one.windows), (item,), (), 0, ())
    return store.digests.commit(digest, closings(one, cut, due_at), email_for(one.recipient.address, due_at), due_at)


def serve(store: NotifierStore, now: datetime, name: str, keys: list[int]) -> None:
    """Store a match of `keys`, and commit a digest with it for the one subscriber who is due."""
    store.matches.store(0, [arrival(0, posting(name), keys)], NOW)
    cut = store.windows.take_cut(NOW)
    [one] = due(store, now)
    assert commit(store, one, cut, now, name)
