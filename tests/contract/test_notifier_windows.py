"""What the notifier asks of its store about matches and windows, whichever engine holds it."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from services.notifier.domain.model import Hold, HoldCause
from services.notifier.domain.people import SavedSearch, Subscriber, timing_of
from services.notifier.domain.windows import BEGINNING, Closing
from services.runtime.sql.ran_ahead import read_ran_ahead
from services.runtime.sql.store import reading
from tests.support.consenting import paused, resumed
from tests.support.notifying import GO, NOW, PYTHON, NotifierStore, arrival, posting
from tests.support.serving import DAY, HOUR, LEASE, close, closings, due, found, ids, rows

pytestmark = pytest.mark.one_of("store")
"""What is shown stands above SQL, which other suites hold over both databases."""

NOTHING = HoldCause("nothing_found")
MINUTE = timedelta(minutes=1)


class TestUpcoming:
    def test_all_searches_come_whether_due_or_not_and_nothing_is_claimed_or_kept(self, store: NotifierStore) -> None:
        ada = store.person()
        first, second = store.search(ada, "a", hour=8), store.search(ada, "b", GO, cadence="instant")
        paused = store.search(ada, "c", hour=9)
        store.searches.pause(paused.search_id, NOW)
        store.matches.store(0, [arrival(0, posting("one"), [first.key])], NOW)
        upcoming = store.windows.upcoming(ada.subscriber_id)
        assert upcoming is not None
        subscriber, cut = upcoming
        assert {window.search.search_id for window in subscriber.windows} == {first.search_id, second.search_id}
        assert ids(store, [subscriber], cut) == {first.search_id: ["one"], second.search_id: []}
        assert store.windows.take_cut(NOW).number == 1
        assert len(due(store, NOW + 3 * HOUR)) == 1

    def test_there_is_nothing_for_whom_nothing_is_saved(self, store: NotifierStore) -> None:
        assert store.windows.upcoming(store.person().subscriber_id) is None
        assert store.windows.upcoming("nobody") is None


class TestAsked:
    def test_whatever_somebody_searches_for_and_does_not_pause_is_asked(self, store: NotifierStore) -> None:
        ada, bob, carl = (store.person(name) for name in ("ada", "bob", "carl"))
        store.search(ada, "a", hour=8)
        store.search(ada, "b", GO, cadence="weekly", weekday=3)
        store.searches.pause(store.search(bob, "c", GO).search_id, NOW)
        store.search(bob, "d", PYTHON)
        asked = {
            subscriber.subscriber_id: store.subscribers.recipient(subscriber.subscriber_id).asks
            for subscriber in (ada, bob, carl)
        }
        assert {own: {search.criteria.skills.all for search in some} for own, some in asked.items() if some} == {
            ada.subscriber_id: {("Python",), ("Go",)},
            bob.subscriber_id: {("Python",)},
        }


class TestNewest:
    def test_the_newest_open_postings_come_by_when_they_were_first_seen(self, store: NotifierStore) -> None:
        ages = {"a": 1, "c": 2, "b": 2, "old": 30}
        some = [posting(name, fetched_at=NOW - age * HOUR) for name, age in ages.items()]
        some += [posting("closed", status="closed"), posting("backlog", backlog=True)]
        store.matches.store(0, [arrival(number, posting) for number, posting in enumerate(some)], NOW)
        ids = {posting.posting_id: posting for posting in some}
        newest = store.matches.newest(NOW - DAY, 10)
        equally_new = sorted(("b", "c"), key=lambda name: posting(name).posting_id)
        assert [ids[own].source_id for own in newest] == ["a", *equally_new]
        assert all(version == ids[own].version for own, version in newest.items())
        assert list(store.matches.newest(NOW - DAY, 2)) == list(newest)[:2]
        later = posting("b", fetched_at=NOW)
        store.matches.store(0, [arrival(len(some), later)], NOW)
        assert store.matches.newest(NOW - DAY, 10) == newest | {later.posting_id: later.version}
        assert list(store.matches.newest(NOW - DAY, 10)) == list(newest), "a new version is no newer posting"


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

    def test_what_waits_is_kept_with_its_search_until_a_later_window_closes(self, store: NotifierStore) -> None:
        search = store.search(store.person(), hour=8)
        store.matches.store(0, [arrival(0, posting("a"), [search.key])], NOW)
        [first], cut = due(store, NOW + 3 * HOUR), store.windows.take_cut(NOW)
        assert first.windows[0].waiting == ()
        waits = [replace(closing, waiting=("a", "é")) for closing in closings(first, cut, NOW + 3 * HOUR)]
        assert store.digests.commit(Hold(first.recipient, NOW, NOTHING, ()), waits, None, NOW)
        [second] = due(store, NOW + 27 * HOUR)
        assert second.windows[0].waiting == ("a", "é")
        # Nobody says what waits from now on: it stays.
        close(store, second, cut, NOW + 27 * HOUR)
        [third] = due(store, NOW + 51 * HOUR)
        assert third.windows[0].waiting == ("a", "é")
        none = [replace(closing, waiting=()) for closing in closings(third, cut, NOW + 51 * HOUR)]
        assert store.digests.commit(Hold(third.recipient, NOW + 2 * DAY, NOTHING, ()), none, None, NOW)
        stale = [replace(closing, waiting=("b",)) for closing in closings(second, cut, NOW + 27 * HOUR)]
        assert not store.digests.commit(Hold(third.recipient, NOW + 3 * DAY, NOTHING, ()), stale, None, NOW)
        [fourth] = due(store, NOW + 75 * HOUR)
        assert fourth.windows[0].waiting == ()

    def test_a_window_names_some_of_what_is_beyond_the_newest_two_hundred(self, store: NotifierStore) -> None:
        search = store.search(store.person(), hour=8)
        jobs = [posting(f"job {at}", fetched_at=NOW - at * MINUTE) for at in range(520)]
        store.matches.store(0, [arrival(at, job, [search.key]) for at, job in enumerate(jobs)], NOW)
        [subscriber], cut = due(store, NOW + DAY), store.windows.take_cut(NOW)
        [matched] = store.windows.matches([subscriber], cut).values()
        assert matched.posting_ids == tuple(job.posting_id for job in jobs[:200])
        assert matched.beyond == tuple(job.posting_id for job in jobs[200:500])

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
        store.matches.store(
            0, list(reversed([replace(arrived, offset=250 - arrived.offset) for arrived in batch])), NOW
        )
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

    def test_who_has_waited_longest_is_claimed_first(self, store: NotifierStore) -> None:
        hours = {"late": 9, "early": 7, "between": 8}
        own = {name: store.person(name).subscriber_id for name in hours}
        for name, hour in hours.items():
            store.search(store.subscribers.recipient(own[name]), hour=hour)
        store.search(store.subscribers.recipient(own["early"]), "another", GO, hour=10)
        cut = store.windows.take_cut(NOW)
        claims = [store.windows.claim_due("one", NOW + DAY, cut, LEASE, 1) for _ in hours]
        assert [some[0].recipient.subscriber_id for some in claims] == [own["early"], own["between"], own["late"]]

    def test_who_has_waited_longest_is_claimed_first_however_few_searches_are_looked_at(
        self, store: NotifierStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.notifier.adapters.sql.windows.due._ROWS_EACH", 1)
        chance = Random(7)
        waits: dict[str, datetime] = {}
        for number in range(24):
            person = store.person(f"person{number}")
            searches = [
                store.search(person, f"s{at}", hour=chance.randrange(7, 12)) for at in range(chance.randrange(1, 6))
            ]
            waits[person.subscriber_id] = min(search.next_due_at for search in searches)
        always = store.search(store.person("always"), cadence="instant")
        store.matches.store(0, [arrival(0, posting("a"), [always.key])], NOW)
        waits[always.subscriber_id] = always.next_due_at
        cut, late = store.windows.take_cut(NOW), NOW + DAY
        leased = {person.recipient.subscriber_id for person in store.windows.claim_due("one", late, cut, LEASE, 5)}
        claimed: list[str] = []
        while some := store.windows.claim_due("two", late, cut, LEASE, 3):
            assert len(some) == 3 or len(leased) + len(claimed) + len(some) == len(waits)
            claimed += [person.recipient.subscriber_id for person in some]
        assert sorted(claimed) == sorted(waits.keys() - leased)
        assert [waits[person] for person in claimed] == sorted(waits[person] for person in claimed)
        assert max(waits[person] for person in leased) <= waits[claimed[0]]

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
                claimed.extend(subscriber.recipient.subscriber_id for subscriber in some)

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
        [subscriber] = due(store, NOW + 3 * HOUR)
        assert sorted(window.search.name for window in subscriber.windows) == ["a", "b"]

    def test_an_instant_search_is_due_only_once_something_came(self, store: NotifierStore) -> None:
        search = store.search(store.person(), cadence="instant")
        assert due(store, NOW + HOUR) == []
        store.matches.store(0, [arrival(0, posting("a"), [search.key])], NOW)
        assert len(due(store, NOW + HOUR)) == 1

    def test_the_paused_and_the_suppressed_are_not_due(self, store: NotifierStore) -> None:
        ada, bob = store.person("ada"), store.person("bob")
        store.search(ada)
        store.search(bob)
        store.subscribers.pause(ada.subscriber_id, paused(NOW))
        store.suppressions.suppress("bob@example.com", "unsubscribed", NOW)
        assert due(store, NOW + DAY) == []
        store.subscribers.resume(ada.subscriber_id, resumed(NOW))
        assert [subscriber.recipient.name for subscriber in due(store, NOW + DAY)] == ["Ada"]


class TestAClockThatRanAhead:
    AHEAD = NOW + 30 * DAY

    def test_searches_that_it_put_off_are_due_at_their_next_slots_and_that_is_kept(self, store: NotifierStore) -> None:
        ada = store.person(time_zone="Europe/Berlin")
        daily = store.search(ada, "a", now=self.AHEAD, hour=8)
        weekly = store.search(ada, "b", GO, now=self.AHEAD, cadence="weekly", weekday=4, hour=8)
        instant = store.search(ada, "c", now=self.AHEAD, cadence="instant")
        assert due(store, NOW + 9 * DAY) == []
        assert store.windows.put_right(NOW) == 3
        # Wednesday at 8 in Berlin was the moment itself: the next slots are of Thursday and Friday.
        assert store.searches.get(daily.search_id).next_due_at == NOW + DAY
        assert store.searches.get(weekly.search_id).next_due_at == NOW + 2 * DAY
        assert store.searches.get(instant.search_id).next_due_at == NOW + MINUTE
        with reading(store.engine) as connection:
            kept = read_ran_ahead(connection, NOW)
        assert (kept.due_too_late, kept.put_right, kept.put_right_at) == (0, 3, NOW)
        assert kept.until == weekly.next_due_at
        assert store.windows.put_right(NOW) == 0

    def test_what_serving_and_changing_give_is_left_alone_on_a_clock_that_is_set_back_by_hours(
        self, store: NotifierStore
    ) -> None:
        ada = store.person()
        timings = ({"hour": 8}, {"cadence": "weekly", "weekday": 1, "hour": 23})
        saved = [store.search(ada, str(number), **timing) for number, timing in enumerate(timings)]
        before = [store.searches.get(search.search_id) for search in saved]
        assert store.windows.put_right(NOW - 20 * HOUR) == 0
        assert [store.searches.get(search.search_id) for search in saved] == before

    @pytest.mark.parametrize("ahead", [3 * HOUR, 20 * HOUR, 2 * DAY, 5 * DAY])
    def test_instant_searches_wait_for_no_clock_that_ran_ahead_however_little(
        self, store: NotifierStore, ahead: timedelta
    ) -> None:
        ada, bob = store.person("ada"), store.person("bob")
        served, changed = store.search(ada, cadence="instant"), store.search(bob, cadence="instant", now=NOW + ahead)
        self.serve(store, ada, served, NOW + ahead, next_due_at=NOW + ahead + MINUTE)
        assert self.too_late(store) == 2
        assert store.windows.put_right(NOW) == 2
        assert {store.searches.get(own.search_id).next_due_at for own in (served, changed)} == {NOW + MINUTE}
        assert self.too_late(store) == 0

    def test_who_had_all_instant_mails_of_today_waits_for_tomorrow_beside_a_digest_of_a_time_to_come(
        self, store: NotifierStore
    ) -> None:
        ada = store.person()
        search = store.search(ada, cadence="instant")
        self.serve(store, ada, search, NOW + 2 * DAY, next_due_at=NOW + 2 * DAY + MINUTE)
        assert store.windows.put_right(NOW) == 1
        tomorrow = NOW.replace(hour=0) + DAY
        self.serve(store, ada, search, NOW, next_due_at=tomorrow)
        assert store.windows.put_right(NOW) == 0
        assert store.searches.get(search.search_id).next_due_at == tomorrow

    @pytest.mark.parametrize(("ahead", "late"), [(DAY, False), (2 * DAY, True), (3 * DAY, True)])
    def test_daily_searches_miss_no_date_and_have_none_twice(
        self, store: NotifierStore, ahead: timedelta, late: bool
    ) -> None:
        ada = store.person()
        search = store.search(ada, hour=8)
        slot = NOW.replace(hour=8) + ahead
        # Mailed early, an hour after its slot by the clock that ran ahead.
        self.serve(store, ada, search, slot, next_due_at=slot + DAY)
        now = slot + HOUR - ahead
        assert self.too_late(store, now) == int(late)
        assert store.windows.put_right(now) == int(late)
        assert store.searches.get(search.search_id).next_due_at == (NOW.replace(hour=8) + DAY if late else slot + DAY)

    @staticmethod
    def serve(
        store: NotifierStore, person: Subscriber, search: SavedSearch, due_at: datetime, *, next_due_at: datetime
    ) -> None:
        """By a clock that says that it is due."""
        cut = store.windows.take_cut(due_at)
        upcoming = store.windows.upcoming(person.subscriber_id)
        assert upcoming is not None
        subscriber, _ = upcoming
        [window] = [window for window in subscriber.windows if window.search.search_id == search.search_id]
        closing = Closing(window, cut.number, next_due_at)
        assert store.digests.commit(Hold(subscriber.recipient, due_at, NOTHING, ()), [closing], None, due_at)

    @staticmethod
    def too_late(store: NotifierStore, now: datetime = NOW) -> int:
        with reading(store.engine) as connection:
            return read_ran_ahead(connection, now).due_too_late

    def test_paused_searches_wait_as_they_are_and_are_found_by_nobody(self, store: NotifierStore) -> None:
        search = store.search(store.person(), now=self.AHEAD, hour=8)
        store.searches.pause(search.search_id, NOW)
        assert store.windows.put_right(NOW) == 0
        with reading(store.engine) as connection:
            assert read_ran_ahead(connection, NOW).due_too_late == 0

    def test_who_was_claimed_then_by_a_worker_that_is_gone_is_claimed_by_another(self, store: NotifierStore) -> None:
        store.search(store.person(), hour=8)
        cut = store.windows.take_cut(NOW)
        assert store.windows.claim_due("gone", self.AHEAD, cut, LEASE, 9)
        assert store.windows.claim_due("other", NOW + DAY, cut, LEASE, 9)

    def test_other_times_begin_now_and_not_after_what_was_served_then(self, store: NotifierStore) -> None:
        search = store.search(store.person(), hour=8)
        [subscriber], cut = due(store, self.AHEAD), store.windows.take_cut(NOW)
        hold = Hold(subscriber.recipient, self.AHEAD, NOTHING, ())
        assert store.digests.commit(hold, closings(subscriber, cut, self.AHEAD), None, self.AHEAD)
        changed = store.searches.edit(search.search_id, NOW, timing=timing_of({"hour": 9}))
        assert changed.next_due_at == NOW + 3 * HOUR
