"""What a change of a person or a search does to what is due, what waits and what was found, in either store."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.criteria import Criteria, SkillTerms
from services.notifier.adapters.sql.people.doors import NewAddress, SqlDoors
from services.notifier.domain.consent import Consent
from services.notifier.domain.people import Subscriber, Timing, profile_of
from services.notifier.ports import Email, MailDeferredError
from services.runtime.errors import UsageError
from tests.support.consenting import declared
from tests.support.digests import email
from tests.support.notifying import GO, NOW, PYTHON, NotifierStore, arrival, posting
from tests.support.serving import DAY, HOUR, LEASE, commit, due, found, serve
from tests.support.simulated_days import Days, text_of

pytestmark = pytest.mark.one_of("store")
"""What is shown stands above SQL, which other suites hold over both databases."""

EIGHT = NOW + 2 * HOUR


class TestMoves:
    MOVED = Consent("moved", NOW + HOUR, "page", "Send them here")

    def test_what_waits_goes_to_the_new_address_and_said_again_nothing_changes(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        search = store.search(ada, hour=7)
        serve(store, NOW + HOUR, "one", [search.key])
        [claimed] = store.deliveries.claim("w", "smtp", NOW + HOUR, LEASE, 10)
        for _ in range(2):
            moved = store.subscribers.move(ada.subscriber_id, "ada@new.example", self.MOVED, email())
            assert (moved.profile.address, moved.address_since) == ("ada@new.example", NOW + HOUR)
        assert not store.deliveries.begin([claimed], NOW + HOUR, LEASE), "it has the old address"
        again, notice = store.deliveries.claim("w", "smtp", NOW + HOUR, LEASE, 10)
        assert (again.email.to_address, notice.email) == ("ada@new.example", email())
        assert store.deliveries.begin([again], NOW + HOUR, LEASE)
        assert store.deliveries.begin([notice], NOW + HOUR, LEASE)
        assert [consent.kind for consent in store.subscribers.consents(ada.subscriber_id)] == ["given", "moved"]

    def test_what_an_old_address_is_told_ends_with_that_address_alone(self, store: NotifierStore) -> None:
        """Be they gone from here, or suppressed at the new one: only what is said of the old mailbox counts there."""
        ada, old = store.person("ada"), "ada@example.com"
        store.subscribers.move(ada.subscriber_id, "ada@new.example", self.MOVED, email(to_address=old))
        store.subscribers.unsubscribe(ada.subscriber_id, Consent("withdrawn", NOW + HOUR, "page", ""))
        store.suppressions.suppress("ada@new.example", "a complaint", NOW + HOUR)
        [notice] = store.deliveries.claim("w", "smtp", NOW + HOUR, LEASE, 10)
        assert store.deliveries.begin([notice], NOW + HOUR, LEASE)
        store.deliveries.refused(notice.delivery_id, notice.attempt, "550 5.1.1 no such user", NOW + HOUR, "mailbox")
        assert store.suppressions.reason(old) is not None
        bob = store.person("bob")
        moved = email(delivery_id="d-2", to_address="bob@example.com")
        store.subscribers.move(bob.subscriber_id, "bob@new.example", self.MOVED, moved)
        [claimed] = store.deliveries.claim("w", "smtp", NOW + HOUR, LEASE, 10)
        store.suppressions.suppress("bob@example.com", "a complaint", NOW + HOUR)
        assert not store.deliveries.begin([claimed], NOW + HOUR, LEASE)
        assert store.suppressions.reason("bob@new.example") is None

    def test_links_and_browsers_of_the_old_address_are_over(self, store: NotifierStore) -> None:
        ada, doors = store.person("ada"), SqlDoors(store.engine, store.ids)
        doors.keep_sign_in("link", ada.subscriber_id, NOW)
        doors.begin_session("session", ada.subscriber_id, "a browser", NOW)
        doors.keep_new_address("other", NewAddress(ada.subscriber_id, "x@example.com", "Send"), NOW)
        store.subscribers.move(ada.subscriber_id, "ada@new.example", self.MOVED, email())
        assert doors.sign_in("link", "s", "a browser", NOW) is None
        assert doors.session("session", NOW) is None
        assert doors.new_address("other", NOW) is None

    def test_nobody_moves_to_an_address_that_somebody_has(self, store: NotifierStore) -> None:
        ada, bob = store.person("ada"), store.person("bob")
        with pytest.raises(UsageError, match="already"):
            store.subscribers.move(ada.subscriber_id, bob.profile.address, self.MOVED, email())
        assert store.subscribers.find("ada@example.com").address_since is None

    def test_an_operator_who_changes_an_address_is_in_the_ledger(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        moved = replace(ada.profile, address="ada@new.example")
        store.subscribers.change(ada.subscriber_id, moved, NOW + HOUR, declared(NOW + HOUR, "moved"))
        store.subscribers.change(ada.subscriber_id, replace(moved, name="A"), NOW)
        kept = store.subscribers.consents(ada.subscriber_id)
        assert [(consent.kind, consent.origin) for consent in kept] == [("given", "operator"), ("moved", "operator")]


class TestWhatWaits:
    """For a mailer that is away just now."""

    EITHER = Criteria(skills=SkillTerms(any=("Python", "Go")))

    def away(self, store: NotifierStore, folder: Path, person: Subscriber | None = None) -> Days:
        """Somebody's mail of a job for Python waits."""
        away = [True]

        def refuse(_: Email) -> None:
            if away:
                away.clear()
                raise MailDeferredError("busy", retry_after_s=60)

        days = Days(store, folder, refuse=refuse)
        self.python = store.search(person or store.person("ada"), hour=8)
        days.publish(posting("one"), NOW)
        days.live(EIGHT)
        assert store.deliveries.states() == {"pending": 1}
        return days

    def jobs(self, days: Days) -> list[str]:
        mails = days.mails("ada@example.com")
        return [name for mail in mails for name in re.findall(r"engineer, (\w+)", text_of(mail))]

    @pytest.mark.parametrize("gone", [False, True])
    def test_a_mail_of_a_search_that_is_paused_or_deleted_does_not_go(
        self, store: NotifierStore, tmp_path: Path, gone: bool
    ) -> None:
        days = self.away(store, tmp_path)
        (store.searches.delete if gone else store.searches.pause)(self.python.search_id, EIGHT)
        assert store.deliveries.states() == {"cancelled": 1}
        days.live(EIGHT + HOUR)
        days.live(EIGHT + DAY)
        assert days.mails("ada@example.com") == []
        if not gone:
            store.searches.resume(self.python.search_id, EIGHT + DAY + HOUR)
            days.live(EIGHT + 2 * DAY)
            days.live(EIGHT + 3 * DAY)
            assert self.jobs(days) == ["one"], "what it had found is not lost"

    def test_a_mail_that_was_claimed_already_does_not_go_either(self, store: NotifierStore, tmp_path: Path) -> None:
        self.away(store, tmp_path)
        [claimed] = store.deliveries.claim("w", "smtp", EIGHT + HOUR, LEASE, 10)
        store.searches.pause(self.python.search_id, EIGHT + HOUR)
        assert not store.deliveries.begin([claimed], EIGHT + HOUR, LEASE)

    def test_a_mail_with_a_job_that_another_search_found_too_goes(self, store: NotifierStore, tmp_path: Path) -> None:
        store.search(ada := store.person("ada"), "either", self.EITHER, hour=8)
        days = self.away(store, tmp_path, ada)
        store.searches.pause(self.python.search_id, EIGHT)
        assert store.deliveries.states() == {"pending": 1}
        days.live(EIGHT + HOUR)
        assert self.jobs(days) == ["one"]


class TestPeople:
    def test_two_mailboxes_that_look_alike_are_two_people(self, store: NotifierStore) -> None:
        """Each is shown and erased by its own address, and neither stands for the other."""
        addresses = ["a@faß.de", "a@fass.de", "\ufb01@example.com", "fi@example.com", "\uff41da@example.com"]
        people = [store.person(f"p{n}", address=address) for n, address in enumerate(addresses)]
        assert len({person.subscriber_id for person in people}) == 5
        for person, address in zip(people, addresses, strict=True):
            assert store.subscribers.find(address) == person
            assert person.profile.address == address
        store.subscribers.erase(store.subscribers.find("a@fass.de").subscriber_id, NOW)
        assert store.subscribers.find("a@faß.de") == people[0]
        store.suppressions.suppress("fi@example.com", "unsubscribed", NOW)
        assert store.suppressions.reason("\ufb01@example.com") is None

    def test_somebody_is_found_by_any_spelling_and_shown_as_they_wrote_it(self, store: NotifierStore) -> None:
        ada = store.person(address="Ada.L@münchen.de")
        assert ada.profile.address == "Ada.L@münchen.de"
        assert store.subscribers.find("ada.l@xn--mnchen-3ya.de") == store.subscribers.find("ADA.L@MÜNCHEN.DE") == ada
        with pytest.raises(UsageError, match="subscribed already"):
            store.person(address="ada.l@MÜNCHEN.de")

    def test_an_id_that_somebody_came_by_under_a_coarser_form_is_not_given_twice(self, store: NotifierStore) -> None:
        own_id = store.ids.subscriber_id("a@fass.de", NOW)
        store.subscribers.add(profile_of({"address": "a@faß.de"}), NOW, declared(NOW), own_id)
        other = store.person(address="a@fass.de")
        assert other.subscriber_id != own_id
        with pytest.raises(UsageError, match="subscribed already"):
            store.person(address="A@fass.de")

    def test_a_new_address_is_refused_where_somebody_has_it(self, store: NotifierStore) -> None:
        ada, _ = store.person("ada"), store.person("bob")
        with pytest.raises(UsageError, match="subscribed already"):
            store.subscribers.change(
                ada.subscriber_id, replace(ada.profile, address="BOB@example.com"), NOW, declared(NOW, "moved")
            )
        assert store.subscribers.find(ada.subscriber_id) == ada

    def test_what_waits_goes_to_the_new_address_whoever_claimed_it(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        search = store.search(ada, hour=8)
        serve(store, NOW + 3 * HOUR, "one", keys=[search.key])
        [claimed] = store.deliveries.claim("one", "folder", NOW + 3 * HOUR, LEASE, 9)
        moved = replace(ada.profile, address="ada@new.example")
        store.subscribers.change(ada.subscriber_id, moved, NOW + 3 * HOUR, declared(NOW, "moved"))
        assert not store.deliveries.begin([claimed], NOW + 3 * HOUR, LEASE), "it was rendered for the old address"
        [again] = store.deliveries.claim("two", "folder", NOW + 3 * HOUR, LEASE, 9)
        assert again.email == replace(claimed.email, to_address="ada@new.example")

    def test_a_digest_that_was_built_for_other_facts_is_built_again(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        search = store.search(ada, hour=8)
        store.matches.store(0, [arrival(0, posting("one"), [search.key])], NOW)
        cut = store.windows.take_cut(NOW)
        [subscriber] = due(store, NOW + 3 * HOUR)
        store.subscribers.change(ada.subscriber_id, replace(ada.profile, locale="de"), NOW + 3 * HOUR)
        assert not commit(store, subscriber, cut, NOW + 3 * HOUR, "one")
        [again] = due(store, NOW + 3 * HOUR)
        assert commit(store, again, cut, NOW + 3 * HOUR, "one")

    def test_a_move_after_the_digest_of_the_day_brings_no_second_one(self, store: NotifierStore) -> None:
        ada = store.person("ada", time_zone="Europe/Berlin")
        search = store.search(ada, hour=8, now=NOW - HOUR)
        assert search.next_due_at == NOW
        serve(store, NOW, "one", keys=[search.key])
        store.subscribers.change(ada.subscriber_id, replace(ada.profile, time_zone="America/New_York"), NOW + HOUR)
        assert store.searches.get(search.search_id).next_due_at == datetime(2026, 7, 2, 12, tzinfo=UTC)


class TestSearches:
    def test_another_hour_brings_no_second_digest_on_a_day_that_had_one(self, store: NotifierStore) -> None:
        search = store.search(store.person(), hour=8)
        serve(store, EIGHT, "one", keys=[search.key])
        edited = store.searches.edit(search.search_id, EIGHT + HOUR, timing=Timing("daily", 18, None))
        assert edited.next_due_at == datetime(2026, 7, 2, 18, tzinfo=UTC)

    def test_a_digest_that_is_due_and_not_built_is_not_lost_by_an_earlier_hour(self, store: NotifierStore) -> None:
        search = store.search(store.person(), hour=8)
        edited = store.searches.edit(search.search_id, EIGHT, timing=Timing("daily", 7, None))
        assert edited.next_due_at == EIGHT
        assert len(due(store, EIGHT)) == 1

    def test_the_same_times_change_nothing(self, store: NotifierStore) -> None:
        search = store.search(store.person(), hour=8)
        assert store.searches.edit(search.search_id, EIGHT + HOUR, timing=search.timing).next_due_at == EIGHT

    def test_other_criteria_find_what_those_of_others_found_in_the_last_seven_days(self, store: NotifierStore) -> None:
        """As a new search would; and nothing older, nor what was sent."""
        bob = store.search(store.person("bob"), "Go", GO, hour=20)
        ada = store.search(store.person("ada"), hour=8)
        for day in range(10):
            at = NOW + day * DAY
            store.matches.store(0, [arrival(day, posting(f"day {day}", fetched_at=at), [bob.key])], at)
            store.windows.take_cut(at)
        later = NOW + 9 * DAY
        [subscriber] = [subscriber for subscriber in due(store, later + 3 * HOUR) if subscriber.recipient.name == "Ada"]
        assert commit(store, subscriber, store.windows.take_cut(later), later + 2 * HOUR, "sent")
        served = store.searches.get(ada.search_id)
        edited = store.searches.edit(ada.search_id, later + 3 * HOUR, criteria=GO)
        assert edited.key == bob.key
        assert edited.served_cut < served.served_cut
        assert found(store, later + 2 * DAY)[ada.search_id] == [f"day {day}" for day in (9, 8, 7, 6, 5, 4, 3)]

    def test_an_older_window_is_not_cut_short_by_other_criteria(self, store: NotifierStore) -> None:
        ada = store.search(store.person("ada"), hour=8)
        for day in range(20):
            store.matches.store(0, [arrival(day, posting(f"day {day}"), [ada.key])], NOW + day * DAY)
            store.windows.take_cut(NOW + day * DAY)
        assert store.searches.edit(ada.search_id, NOW + 19 * DAY, criteria=GO).served_cut == ada.served_cut == 0

    def test_feedback_and_what_was_sent_outlive_a_change(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        search = store.search(ada, hour=8)
        serve(store, EIGHT, "one", keys=[search.key])
        store.searches.edit(search.search_id, EIGHT, criteria=GO, name="Go", timing=Timing("weekly", 9, 4))
        assert search.criteria == PYTHON
        shown = store.subscribers.export(ada.subscriber_id)
        assert [job["posting_id"] for job in shown["sent_jobs"]] == [posting("one").posting_id]
        assert [digest["items"][0]["posting_id"] for digest in shown["digests"]] == [posting("one").posting_id]
