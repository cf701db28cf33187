"""What the notifier asks of its store about digests and deliveries, whichever engine holds it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from schemas.posting import Cluster, Salary
from schemas.sql.tables import deliveries, digests, sent_jobs
from services.notifier.adapters.sql.digests.delivery_list import DeliveryList
from services.notifier.adapters.sql.retention import forget_digests, remember_sent
from services.notifier.domain.delivery import Outcome
from services.notifier.domain.model import AnnualPay, Digest, FoundBy, Hold, HoldCause, Item, SentItem, WaitingJob
from services.notifier.domain.people import Timing
from services.notifier.domain.windows import DueSubscriber
from services.notifier.ports import Build, ClaimedDelivery, Receipt, Served, Since
from services.rules.verdict import Verdict
from services.runtime.figures.stream import read_figures
from services.runtime.sql.store import reading, writing
from tests.support.consenting import paused
from tests.support.notifying import GO, NOW, PYTHON, NotifierStore, arrival, posting
from tests.support.sending import open_deliveries, states_of
from tests.support.serving import DAY, HOUR, LATE, LEASE, closings, commit, due, email_for, sent_to, serve


def digest_of(subscriber: DueSubscriber, *names: str) -> Digest:
    """What the first of someone's searches found."""
    found = (FoundBy(subscriber.windows[0].search, Verdict("match", ())),)
    items = tuple(Item(posting(name), found, 1.0) for name in names)
    return Digest(subscriber.recipient, LATE, (), items, (), 0, ())


def a_digest_of(store: NotifierStore, *names: str) -> None:
    """A digest that is pending, found by the first of two searches."""
    ada = store.person("ada")
    for name, criteria in (("a", PYTHON), ("b", GO)):
        store.search(ada, name, criteria, hour=8)
    [subscriber], cut = due(store, NOW + 3 * HOUR), store.windows.take_cut(NOW)
    email = email_for("ada@example.com", LATE)
    assert store.digests.commit(digest_of(subscriber, *names), closings(subscriber, cut, LATE), email, LATE)


def begun(store: NotifierStore) -> ClaimedDelivery:
    [claimed] = store.deliveries.claim("w", "smtp", LATE, LEASE, 10)
    assert store.deliveries.begin([claimed], LATE, LEASE)
    return claimed


def waits_of(store: NotifierStore) -> list[tuple[str, ...]]:
    """What waits with each search, in the order of `digest_of`."""
    found = [store.windows.upcoming(subscriber.subscriber_id) for subscriber in store.subscribers.all()]
    return [window.waiting for each in found if each for window in each[0].windows]


def lost(store: NotifierStore) -> ClaimedDelivery:
    claimed = begun(store)
    store.deliveries.lost(claimed.delivery_id, claimed.attempt, "cut off", LATE)
    return claimed


def disproved(store: NotifierStore) -> None:
    lost(store)
    [doubt] = store.deliveries.doubts("smtp", 10)
    store.deliveries.disproved(doubt, LATE, resend=False)


def answered(store: NotifierStore, claimed: ClaimedDelivery, how: str) -> None:
    own = (claimed.delivery_id, claimed.attempt, "no", LATE)
    if how == "refused":
        store.deliveries.refused(*own)
    elif how == "withheld":
        store.deliveries.withheld(*own)
    else:
        store.deliveries.deferred(*own, timedelta(0))


ENDINGS: dict[str, Callable[[NotifierStore], object]] = {
    "refused": lambda store: answered(store, begun(store), "refused"),
    "refused by a late answer": lambda store: answered(store, lost(store), "refused"),
    "withheld": lambda store: answered(store, begun(store), "withheld"),
    "put off by a late answer": lambda store: answered(store, lost(store), "deferred"),
    "proven not to be out": disproved,
    "dropped by the provider": lambda store: store.deliveries.settle(begun(store).delivery_id, "dropped", LATE),
    "given up": lambda store: store.deliveries.sweep(LATE + 2 * DAY, LATE + DAY),
}


class TestDigests:
    def test_a_digest_closes_its_windows_and_opens_one_delivery(self, store: NotifierStore) -> None:
        search = store.search(store.person(), hour=8)
        serve(store, NOW + 3 * HOUR, "one", keys=[search.key])
        stored = store.searches.get(search.search_id)
        assert (stored.served_cut, stored.next_due_at) == (1, NOW + 26 * HOUR)
        assert store.deliveries.states() == {"pending": 1}
        [kept] = store.digests.history()
        assert (kept.subject, kept.state) == ("1 new job", "pending")

    def test_an_empty_digest_closes_its_windows_and_sends_nothing(self, store: NotifierStore) -> None:
        search = store.search(store.person(), hour=8)
        [subscriber], cut = due(store, NOW + 3 * HOUR), store.windows.take_cut(NOW)
        hold = Hold(subscriber.recipient, NOW + 2 * HOUR, HoldCause("nothing_found"), ())
        assert store.digests.commit(hold, closings(subscriber, cut, NOW + 3 * HOUR), None, NOW)
        assert store.searches.get(search.search_id).next_due_at == NOW + 26 * HOUR
        assert store.deliveries.states() == {}
        assert [kept.reason for kept in store.digests.history(with_holds=True)] == ["nothing new was found"]

    @pytest.mark.parametrize("change", ["edited", "paused", "deleted", "retimed", "erased", "served"])
    def test_nothing_is_committed_where_a_search_changed_meanwhile(self, store: NotifierStore, change: str) -> None:
        ada = store.person()
        search = store.search(ada, hour=8)
        store.matches.store(0, [arrival(0, posting("one"), [search.key])], NOW)
        cut = store.windows.take_cut(NOW)
        [subscriber] = due(store, NOW + 3 * HOUR)
        act: dict[str, Callable[[], object]] = {
            "edited": lambda: store.searches.edit(search.search_id, NOW, criteria=GO),
            "paused": lambda: store.searches.pause(search.search_id, NOW),
            "deleted": lambda: store.searches.delete(search.search_id, NOW),
            "retimed": lambda: store.searches.edit(search.search_id, NOW, timing=Timing("daily", 9, None)),
            "erased": lambda: store.subscribers.erase(ada.subscriber_id, NOW),
            "served": lambda: commit(store, subscriber, cut, NOW + 3 * HOUR, "one"),
        }
        act[change]()
        digests = len(store.digests.history())
        assert not commit(store, subscriber, cut, NOW + 3 * HOUR, "one")
        assert len(store.digests.history()) == digests
        assert sum(store.deliveries.states().values()) == digests

    def test_a_change_of_one_search_keeps_the_windows_of_the_others_open(self, store: NotifierStore) -> None:
        ada = store.person()
        first, second = store.search(ada, "a", hour=8), store.search(ada, "b", GO, hour=8)
        [subscriber], cut = due(store, NOW + 3 * HOUR), store.windows.take_cut(NOW)
        store.searches.pause(second.search_id, NOW)
        assert not commit(store, subscriber, cut, NOW + 3 * HOUR, "one")
        assert store.searches.get(first.search_id).next_due_at == first.next_due_at

    def test_of_digests_kept_together_one_whose_search_changed_costs_the_others_nothing(
        self, store: NotifierStore
    ) -> None:
        searches = [store.search(store.person(f"person{number}"), hour=8) for number in range(3)]
        people, cut = due(store, LATE), store.windows.take_cut(NOW)
        store.searches.pause(searches[1].search_id, NOW)
        built = [
            Build(digest_of(person, "one"), closings(person, cut, LATE), email_for(person.recipient.address, LATE))
            for person in people
        ]
        changed = searches[1].subscriber_id
        kept = [person.recipient.subscriber_id != changed for person in people]
        assert store.digests.commit_all(built, LATE) == kept
        assert sum(kept) == store.deliveries.states()["pending"] == 2
        assert {each.subscriber_id for each in store.digests.history()} == {
            search.subscriber_id for search in searches
        } - {changed}
        assert store.digests.commit_all(built, LATE) == [False] * 3

    def test_what_was_sent_is_remembered_and_what_failed_is_not(self, store: NotifierStore) -> None:
        ada = store.person()
        search = store.search(ada, hour=8)
        serve(store, NOW + 3 * HOUR, "one", keys=[search.key])
        [item] = sent_to(store, ada, "one")
        assert (item.posting_id, item.cluster_key) == (posting("one").posting_id, "cluster-one")
        assert sent_to(store, ada, "another") == []
        [claimed] = store.deliveries.claim("w", "folder", NOW + 3 * HOUR, LEASE, 10)
        store.deliveries.begin([claimed], NOW, LEASE)
        store.deliveries.refused(claimed.delivery_id, claimed.attempt, "no such mailbox", NOW)
        assert sent_to(store, ada, "one") == []

    def test_what_may_be_the_same_job_is_found_among_what_each_was_sent(self, store: NotifierStore) -> None:
        ada, bob = store.person("ada"), store.person("bob")
        search = store.search(ada, hour=8)
        serve(store, NOW + 3 * HOUR, "one", keys=[search.key])
        same = posting("copy", cluster=Cluster(key="cluster-one"))
        retitled = posting("one", cluster=Cluster(key="another-title"))
        other = posting("other")
        for wanted, count in ((same, 1), (retitled, 1), (other, 0)):
            found = store.digests.sent({ada.subscriber_id: [wanted], bob.subscriber_id: [wanted]}, NOW)
            assert [len(items) for items in found.values()] == [1] * count
            assert set(found) <= {ada.subscriber_id}

    def test_what_a_near_miss_paid_is_remembered(self, store: NotifierStore) -> None:
        ada = store.person()
        store.search(ada, hour=8)
        [subscriber], cut = due(store, NOW + 3 * HOUR), store.windows.take_cut(NOW)
        paid = posting("near", salary=Salary(max=50_000, currency="EUR", period="year", annual_max=50_000))
        signed = Cluster(key="cluster-one", signature="0a" * 64)
        match = posting("one", cluster=signed)
        made = Digest(subscriber.recipient, LATE, (), (Item(match, (), 2.0),), (Item(paid, (), 1.0),), 0, ())
        assert store.digests.commit(made, closings(subscriber, cut, LATE), email_for("ada@example.com", LATE), LATE)
        sent = store.digests.sent({ada.subscriber_id: [match, paid]}, NOW)[ada.subscriber_id]
        assert sorted(sent, key=lambda item: item.near) == [
            SentItem(match.posting_id, signed.key, signed.signature, LATE),
            SentItem(paid.posting_id, paid.cluster.key, "", LATE, True, AnnualPay(50_000, "EUR")),
        ]

    def test_the_rest_of_a_digest_is_kept_best_first(self, store: NotifierStore) -> None:
        ada = store.person()
        search = store.search(ada, "Python work", hour=8)
        [subscriber], cut = due(store, NOW + 3 * HOUR), store.windows.take_cut(NOW)
        found = FoundBy(subscriber.windows[0].search, Verdict("match", ()))
        rest = tuple(WaitingJob(posting(name), (found.search,), 1.0) for name in ("b", "a"))
        made = Digest(subscriber.recipient, LATE, (), (Item(posting("one"), (found,), 2.0),), (), 2, (), rest=rest)
        assert store.digests.commit(made, closings(subscriber, cut, LATE), email_for("ada@example.com", LATE), LATE)
        [kept] = store.digests.history(ada.subscriber_id)
        assert kept.rest == ((posting("b").posting_id, (search.name,)), (posting("a").posting_id, (search.name,)))

    def test_what_a_release_before_the_memory_sent_is_found_and_then_remembered(self, store: NotifierStore) -> None:
        ada = store.person()
        search = store.search(ada, hour=8)
        serve(store, NOW + 3 * HOUR, "one", keys=[search.key])
        with writing(store.engine) as connection:
            connection.execute(delete(sent_jobs))
            connection.execute(update(digests).values(remembered=False))
        wanted = {ada.subscriber_id: [posting("one")]}
        before = store.digests.sent(wanted, NOW)
        assert [item.posting_id for item in before[ada.subscriber_id]] == [posting("one").posting_id]
        assert store.digests.sent(wanted, NOW + DAY) == {}
        assert forget_digests(store.engine, NOW + 500 * DAY) == 0
        assert remember_sent(store.engine) == 1
        assert remember_sent(store.engine) == 0
        assert store.digests.sent(wanted, NOW + DAY) == before
        assert forget_digests(store.engine, NOW + 500 * DAY) == 1
        assert store.digests.sent(wanted, NOW + DAY) == before

    def test_what_did_not_go_out_is_forgotten_with_its_digest(self, store: NotifierStore) -> None:
        ada = store.person()
        search = store.search(ada, hour=8)
        serve(store, NOW + 3 * HOUR, "one", keys=[search.key])
        store.subscribers.pause(ada.subscriber_id, paused(NOW + 4 * HOUR))
        assert forget_digests(store.engine, NOW + 500 * DAY) == 1
        assert sent_to(store, ada, "one") == []

    def test_instant_digests_are_counted_since_a_time_of_each(self, store: NotifierStore) -> None:
        ada, bob = store.person("ada"), store.person("bob")
        for person in (ada, bob):
            store.search(person, cadence="instant")
        store.matches.store(0, [arrival(0, posting("one"), [0])], NOW)
        cut = store.windows.take_cut(NOW)
        for subscriber in due(store, NOW + HOUR):
            assert commit(store, subscriber, cut, NOW + HOUR, "one")
        until = (NOW + HOUR, NOW + DAY)
        since = {ada.subscriber_id: Since(NOW, NOW, *until), bob.subscriber_id: Since(NOW, NOW + 2 * HOUR, *until)}
        assert store.digests.served(since) == {
            ada.subscriber_id: Served(NOW + HOUR, 1),
            bob.subscriber_id: Served(NOW + HOUR, 0),
        }

    def test_the_newest_due_time_is_known(self, store: NotifierStore) -> None:
        ada = store.person()
        search = store.search(ada, hour=8)
        until = (NOW + 3 * HOUR, NOW + DAY)
        since = {ada.subscriber_id: Since(NOW, NOW, *until)}
        assert store.digests.served(since) == {}
        serve(store, NOW + 3 * HOUR, "one", keys=[search.key])
        assert store.digests.served(since) == {ada.subscriber_id: Served(NOW + 3 * HOUR, 0)}
        assert store.digests.served({ada.subscriber_id: Since(NOW + 4 * HOUR, NOW + 4 * HOUR, *until)}) == {}

    def test_what_is_due_later_than_now_tells_nothing_but_how_many_instant_mails_the_day_has_had(
        self, store: NotifierStore
    ) -> None:
        ada = store.person()
        store.search(ada, cadence="instant")
        store.matches.store(0, [arrival(0, posting("one"), [0])], NOW)
        cut = store.windows.take_cut(NOW)
        for subscriber in due(store, NOW + HOUR):
            assert commit(store, subscriber, cut, NOW + HOUR, "one")
        of_the_day = {ada.subscriber_id: Since(NOW, NOW, NOW, NOW + DAY)}
        assert store.digests.served(of_the_day) == {ada.subscriber_id: Served(None, 1)}
        of_the_day_before = {ada.subscriber_id: Since(NOW, NOW, NOW, NOW + HOUR)}
        assert store.digests.served(of_the_day_before) == {ada.subscriber_id: Served(None, 0)}


class TestDeliveries:
    @pytest.fixture
    def waiting(self, store: NotifierStore) -> NotifierStore:
        search = store.search(store.person("ada"), hour=8)
        serve(store, NOW + 3 * HOUR, "one", keys=[search.key])
        return store

    def test_a_lease_of_a_clock_that_ran_ahead_ends_now(self, waiting: NotifierStore) -> None:
        ahead = LATE + 9 * DAY
        first, *_ = waiting.deliveries.claim("w", "folder", ahead, LEASE, 10)
        assert waiting.deliveries.begin([first], ahead, LEASE)
        before = waiting.deliveries.states()
        waiting.deliveries.sweep(LATE, LATE - DAY)
        assert before["sending"] == waiting.deliveries.states()["unknown"] == 1
        assert waiting.deliveries.states().get("pending", 0) == before.get("claimed", 0)

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
        assert not waiting.deliveries.begin([slow], LATE + LEASE, LEASE)
        [quick] = waiting.deliveries.claim("v", "folder", LATE + LEASE, LEASE, 10)
        assert not waiting.deliveries.begin([slow], LATE + LEASE, LEASE)
        assert waiting.deliveries.begin([quick], LATE + LEASE, LEASE)

    def test_a_request_that_nobody_answers_for_is_unknown_and_not_sent_again(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        assert waiting.deliveries.begin([claimed], LATE, LEASE)
        waiting.deliveries.sweep(LATE + LEASE, LATE - DAY)
        assert waiting.deliveries.states() == {"unknown": 1}
        assert read_figures(waiting.engine, LATE + LEASE, ()).unknown_said, "for whoever asks the provider"
        assert waiting.deliveries.claim("v", "folder", LATE + DAY, LEASE, 10) == []

    def test_a_late_answer_settles_the_unknown(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.deliveries.begin([claimed], LATE, LEASE)
        waiting.deliveries.sweep(LATE + LEASE, LATE - DAY)
        waiting.deliveries.accepted([(claimed.delivery_id, claimed.attempt, Receipt("file"))], LATE + LEASE)
        assert waiting.deliveries.states() == {"accepted": 1}

    def test_an_answer_of_an_earlier_attempt_changes_nothing(self, waiting: NotifierStore) -> None:
        [first] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.deliveries.begin([first], LATE, LEASE)
        waiting.deliveries.deferred(first.delivery_id, first.attempt, "busy", LATE, timedelta(0))
        [second] = waiting.deliveries.claim("v", "folder", LATE, LEASE, 10)
        waiting.deliveries.begin([second], LATE, LEASE)
        waiting.deliveries.refused(first.delivery_id, first.attempt, "refused", LATE)
        assert waiting.deliveries.states() == {"sending": 1}

    def test_a_deferred_one_waits_as_long_as_it_was_told(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.deliveries.begin([claimed], LATE, LEASE)
        waiting.deliveries.deferred(claimed.delivery_id, claimed.attempt, "busy", LATE, HOUR)
        assert waiting.deliveries.claim("w", "folder", LATE + HOUR / 2, LEASE, 10) == []
        assert len(waiting.deliveries.claim("w", "folder", LATE + HOUR, LEASE, 10)) == 1

    def test_what_waits_for_its_next_try_need_not_and_nothing_else_is_touched(self, store: NotifierStore) -> None:
        open_deliveries(store, 6, NOW)
        accepted, lost, withheld, sent, *waiting = store.deliveries.claim("w", "smtp", NOW, LEASE, 5)
        for claim in (accepted, lost, sent, *waiting):
            assert store.deliveries.begin([claim], NOW, LEASE)
        store.deliveries.accepted([(accepted.delivery_id, accepted.attempt, Receipt("250"))], NOW)
        store.deliveries.lost(lost.delivery_id, lost.attempt, "cut off", NOW)
        [deferred] = waiting
        store.deliveries.deferred(deferred.delivery_id, deferred.attempt, "busy", NOW, 3 * HOUR)
        # That of a worker that went on alone may be set in the time to come too.
        with writing(store.engine) as connection:
            others = deliveries.c.delivery_id != deferred.delivery_id
            connection.execute(update(deliveries).where(others).values(not_before=NOW + HOUR))
        before, soon = states_of(store), NOW + timedelta(minutes=1)
        assert sorted(before.values()) == ["accepted", "claimed", "pending", "pending", "sending", "unknown"]
        assert store.deliveries.claim("w", "smtp", soon, LEASE, 10) == []

        assert DeliveryList(store.engine).retry(soon) == 2
        assert DeliveryList(store.engine).retry(soon) == 0

        assert states_of(store) == before
        with reading(store.engine) as connection:
            left = connection.execute(select(deliveries.c.delivery_id).where(deliveries.c.not_before == NOW + HOUR))
            assert set(left.scalars()) == {claim.delivery_id for claim in (accepted, lost, withheld, sent)}
        due_now = {claim.delivery_id for claim in store.deliveries.claim("w", "smtp", soon, LEASE, 10)}
        assert due_now == {own for own, state in before.items() if state == "pending"}

    def test_what_is_proven_not_sent_is_pending_again_where_it_is_still_of_use(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.deliveries.begin([claimed], LATE, LEASE)
        waiting.deliveries.lost(claimed.delivery_id, claimed.attempt, "cut off", LATE)
        assert waiting.deliveries.doubts("smtp", 10) == []
        [doubt] = waiting.deliveries.doubts("folder", 10)
        waiting.deliveries.disproved(doubt, LATE, resend=True)
        assert waiting.deliveries.states() == {"pending": 1}

    def test_what_is_proven_not_sent_too_late_stays_not_sent(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.deliveries.begin([claimed], LATE, LEASE)
        waiting.deliveries.lost(claimed.delivery_id, claimed.attempt, "cut off", LATE)
        [doubt] = waiting.deliveries.doubts("folder", 10)
        waiting.deliveries.disproved(doubt, LATE, resend=False)
        assert waiting.deliveries.states() == {"not_sent": 1}

    def test_what_the_settings_withhold_is_not_sent_and_its_jobs_may_come_again(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "smtp", LATE, LEASE, 10)
        waiting.deliveries.begin([claimed], LATE, LEASE)
        waiting.deliveries.withheld(claimed.delivery_id, claimed.attempt, "not allowed", LATE)
        assert waiting.deliveries.states() == {"not_sent": 1}
        [ada] = waiting.subscribers.all()
        assert sent_to(waiting, ada, "one") == []
        assert waiting.deliveries.claim("w", "smtp", LATE + DAY, LEASE, 10) == []

    @pytest.mark.parametrize("how", ENDINGS)
    def test_the_jobs_of_a_mail_that_did_not_go_out_wait_with_the_searches_that_found_them(
        self, store: NotifierStore, how: str
    ) -> None:
        a_digest_of(store, "one", "two")
        ENDINGS[how](store)
        assert waits_of(store) == [tuple(posting(name).posting_id for name in ("one", "two")), ()]

    def test_what_goes_out_after_all_does_not_wait(self, store: NotifierStore) -> None:
        a_digest_of(store, "one", "two")
        claimed = begun(store)
        store.deliveries.lost(claimed.delivery_id, claimed.attempt, "cut off", LATE)
        assert waits_of(store) == [(), ()]
        [doubt] = store.deliveries.doubts("smtp", 10)
        store.deliveries.disproved(doubt, LATE, resend=True)
        assert waits_of(store) == [(), ()]

    @pytest.mark.parametrize("consent", ["suppressed", "no such mailbox", "paused"])
    def test_nothing_waits_of_a_mail_that_nobody_wants_or_can_have(self, store: NotifierStore, consent: str) -> None:
        a_digest_of(store, "one", "two")
        claimed = begun(store)
        if consent == "suppressed":
            store.suppressions.suppress("ada@example.com", "unsubscribed", LATE)
            store.deliveries.refused(claimed.delivery_id, claimed.attempt, "refused", LATE)
        elif consent == "no such mailbox":
            store.deliveries.refused(claimed.delivery_id, claimed.attempt, "5.1.1", LATE, "mailbox")
        else:
            store.deliveries.deferred(claimed.delivery_id, claimed.attempt, "busy", LATE, timedelta(0))
            store.subscribers.pause(store.subscribers.all()[0].subscriber_id, paused(LATE))
        assert waits_of(store) == [(), ()]

    def test_a_digest_that_was_being_built_meanwhile_does_not_let_go_of_what_came_back(
        self, store: NotifierStore
    ) -> None:
        a_digest_of(store, "one", "two")
        [subscriber], cut = due(store, NOW + 2 * DAY), store.windows.take_cut(LATE)
        ENDINGS["refused"](store)
        assert not commit(store, subscriber, cut, NOW + 2 * DAY, "three")
        store.digests.close_empty(closings(subscriber, cut, NOW + 2 * DAY))
        assert [len(waits) for waits in waits_of(store)] == [2, 0]
        [again] = due(store, NOW + 2 * DAY)
        assert commit(store, again, cut, NOW + 2 * DAY, "three")

    def test_of_many_that_waited_for_too_long_each_is_given_up_and_its_jobs_wait(self, store: NotifierStore) -> None:
        for name in ("ada", "bob", "eve"):
            store.search(store.person(name), hour=8)
        cut = store.windows.take_cut(NOW)
        for subscriber in due(store, NOW + 3 * HOUR):
            assert store.digests.commit(
                digest_of(subscriber, "one"),
                closings(subscriber, cut, LATE),
                email_for(subscriber.recipient.address, LATE),
                LATE,
            )
        store.deliveries.sweep(LATE + 2 * DAY, LATE + DAY)
        assert store.deliveries.states() == {"failed": 3}
        assert waits_of(store) == [(posting("one").posting_id,)] * 3

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
        waiting.deliveries.begin([claimed], LATE, LEASE)
        waiting.deliveries.lost(claimed.delivery_id, claimed.attempt, "cut off", LATE)
        answers = [waiting.deliveries.settle(claimed.delivery_id, outcome, LATE) for _ in range(3)]
        assert answers == [True, False, False]
        assert waiting.deliveries.states() == {state: 1}
        assert waiting.deliveries.claim("w", "sendgrid", LATE + DAY, LEASE, 10) == []

    def test_events_out_of_order_leave_what_says_most(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "sendgrid", LATE, LEASE, 10)
        waiting.deliveries.begin([claimed], LATE, LEASE)
        outcomes: tuple[Outcome, ...] = ("delivered", "accepted", "bounced", "deferred", "delivered")
        answers = [waiting.deliveries.settle(claimed.delivery_id, outcome, LATE) for outcome in outcomes]
        assert answers == [True, False, True, False, False]
        waiting.deliveries.accepted([(claimed.delivery_id, claimed.attempt, Receipt("id"))], LATE)
        assert waiting.deliveries.states() == {"bounced": 1}

    def test_what_an_event_proves_to_be_out_is_not_sent_by_whoever_holds_it(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "sendgrid", LATE, LEASE, 10)
        assert waiting.deliveries.settle(claimed.delivery_id, "delivered", LATE)
        assert not waiting.deliveries.begin([claimed], LATE, LEASE)
        assert waiting.deliveries.states() == {"delivered": 1}

    def test_an_event_of_a_delivery_that_is_gone_changes_nothing(self, waiting: NotifierStore) -> None:
        assert not waiting.deliveries.settle("no such delivery", "delivered", LATE)
        assert waiting.deliveries.states() == {"pending": 1}

    def test_a_suppressed_address_is_never_sent_to(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.suppressions.suppress("ADA@example.com", "unsubscribed", LATE)
        assert not waiting.deliveries.begin([claimed], LATE, LEASE)
        assert waiting.deliveries.states() == {"cancelled": 1}

    @pytest.mark.parametrize("consent", ["suppressed", "paused"])
    def test_consent_withdrawn_while_the_digest_was_built_stops_it(self, store: NotifierStore, consent: str) -> None:
        ada = store.person("ada")
        store.search(ada, hour=8)
        store.matches.store(0, [arrival(0, posting("one"), [0])], NOW)
        [subscriber], cut = due(store, NOW + 3 * HOUR), store.windows.take_cut(NOW)
        if consent == "suppressed":
            store.suppressions.suppress("ada@example.com", "unsubscribed", NOW)
        else:
            store.subscribers.pause(ada.subscriber_id, paused(NOW))
        assert commit(store, subscriber, cut, NOW + 3 * HOUR, "one")
        [claimed] = store.deliveries.claim("w", "folder", LATE, LEASE, 10)
        assert not store.deliveries.begin([claimed], LATE, LEASE)
        assert store.deliveries.states() == {"cancelled": 1}
        assert sent_to(store, ada, "one") == []

    def test_pausing_cancels_what_waits(self, waiting: NotifierStore) -> None:
        waiting.subscribers.pause(waiting.subscribers.all()[0].subscriber_id, paused(LATE))
        assert waiting.deliveries.states() == {"cancelled": 1}

    def test_an_erased_person_is_not_sent_to(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.subscribers.erase(waiting.subscribers.all()[0].subscriber_id, LATE)
        assert not waiting.deliveries.begin([claimed], LATE, LEASE)

    def test_nothing_is_handed_over_while_sending_is_paused(self, waiting: NotifierStore) -> None:
        [claimed] = waiting.deliveries.claim("w", "folder", LATE, LEASE, 10)
        waiting.pauses.set_sending(True, LATE)
        assert waiting.pauses.read().sending
        assert not waiting.deliveries.begin([claimed], LATE, LEASE)
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
        for subscriber in due(store, NOW + 3 * HOUR):
            assert commit(store, subscriber, cut, NOW + 3 * HOUR, "one")
        first, _ = store.deliveries.claim("w", "folder", LATE, LEASE, 10)
        store.deliveries.begin([first], LATE, LEASE)
        store.deliveries.release("w", LATE)
        assert store.deliveries.states() == {"pending": 1, "unknown": 1}
