"""What the notifier asks of its store about people and their searches, whichever engine holds it."""

import threading
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from schemas.codec import decode
from schemas.criteria import CriteriaRecord
from schemas.headers import trace_of
from schemas.sql.tables import digests, subscribers
from services.notifier.adapters.sql.digests.digest_rows import KeptDropped
from services.notifier.adapters.sql.people.doors import SignUp, SqlApiTokens, SqlDoors
from services.notifier.adapters.sql.people.opt_outs import Departure, SqlOptOuts, SuppressedHash
from services.notifier.adapters.sql.webhooks.hooks import SqlWebhooks
from services.notifier.domain.consent import Consent
from services.notifier.domain.curation.judging import Judging, PostingFeatures
from services.notifier.domain.feedback import Answer
from services.notifier.domain.ids import Ids
from services.notifier.domain.model import Cause, Digest, Dropped, FoundBy, Hold, HoldCause, Item
from services.notifier.domain.people import Timing, profile_of, speaks_of
from services.notifier.domain.weights import Against, Chance, Doubt
from services.notifier.domain.windows import Closing
from services.rules.home import Home
from services.rules.languages.speaking import SpokenLanguage
from services.runtime.errors import UsageError
from services.runtime.sql.store import writing
from services.wording.catalogues import words_of
from services.wording.reasons import in_words
from tests.support.consenting import paused
from tests.support.notifying import GO, NOW, PYTHON, SECRET, NotifierStore, arrival, new_store, posting, sqlite_store
from tests.support.serving import DAY, HOUR, due, email_for, serve
from tests.support.webhooks import added


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
        assert len({header["ce_id"] for header in headers}) == len({trace_of(header) for header in headers}) == 2
        assert all(header["ce_type"] == "criteria.v1" and header["ce_time"] for header in headers)

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
        store.feedback.say(ada.subscriber_id, Answer("hidden_company", "acme"), NOW)
        serve(store, NOW + 3 * HOUR, "one", keys=[0])
        store.subscribers.erase(ada.subscriber_id, NOW)
        assert store.subscribers.all() == []
        assert store.searches.all() == []
        assert store.digests.history(with_holds=True) == []
        assert store.deliveries.states() == {}
        assert published(store)[-1].removed

    def test_what_is_erased_cannot_be_read_in_the_files(self, tmp_path: Path) -> None:
        store = sqlite_store(tmp_path)
        ada = store.person("ada.unforgettable")
        store.search(ada, "A name like no other")
        serve(store, NOW + 3 * HOUR, "one", keys=[0])
        store.subscribers.erase(ada.subscriber_id, NOW)
        stored = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
        assert b"unforgettable" not in stored
        assert b"like no other" not in stored
        assert stored.count(ada.subscriber_id.encode()) <= 2, "of the ledger of erasures and of its index alone"
        store.engine.dispose()

    def test_the_ledger_of_erasures_knows_who_is_gone_and_whose_wish_waits(self, store: NotifierStore) -> None:
        ada, doors = store.person("ada"), SqlDoors(store.engine, store.ids)
        store.subscribers.erase(ada.subscriber_id, NOW + HOUR)
        ledger = SqlOptOuts(store.engine, store.ids)
        gone = [Departure("erased", ada.subscriber_id, NOW, NOW + HOUR)]
        assert ledger.all() == gone
        # As in a backup of before she confirmed: no id, only an address.
        for token, address in (("hers", "ada@example.com"), ("another", "bob@example.com")):
            doors.keep_sign_up(token, SignUp(address, {}, ""), NOW)
        assert (ledger.keep_gone(gone), ledger.keep_gone(gone)) == (1, 0)
        assert doors.sign_up("hers", NOW) is None
        assert doors.sign_up("another", NOW) is not None
        assert ledger.all() == gone

    def test_what_opted_out_since_is_taken_over_and_what_is_known_better_here_is_not(
        self, store: NotifierStore, tmp_path: Path
    ) -> None:
        """`store` as it was backed up, and `other` as it went on since."""
        with new_store("sqlite", tmp_path / "other") as other:
            for each in (store, other):
                people = [each.person(name) for name in ("leaves", "pauses", "returns", "bounces", "lifted")]
                each.suppressions.suppress("lifted@example.com", "a bounce", NOW)
                each.suppressions.suppress("newer@example.com", "a bounce", NOW)
            leaves, pauses, returns, bounces, _ = people
            withdrawn = Consent("withdrawn", NOW + HOUR, "one-click", "Unsubscribe")
            other.subscribers.unsubscribe(leaves.subscriber_id, withdrawn)
            other.subscribers.unsubscribe(returns.subscriber_id, withdrawn)
            other.subscribers.pause(pauses.subscriber_id, paused(NOW + HOUR))
            other.suppressions.suppress(bounces.profile.address, "no such mailbox", NOW + HOUR, "provider")
            other.suppressions.suppress("gone@example.com", "spam report", NOW + HOUR, "provider")
            other.suppressions.allow("lifted@example.com", "she wrote to us", NOW + HOUR, "an operator")
            known = SqlOptOuts(other.engine, other.ids).all()
        # What this store learned after the other one ended.
        store.suppressions.allow("newer@example.com", "he wrote to us", NOW + 2 * HOUR, "an operator")
        store.subscribers.unsubscribe(returns.subscriber_id, Consent("withdrawn", NOW, "page", ""))
        store.subscribers.subscribe_again(returns.subscriber_id, Consent("given", NOW + 2 * HOUR, "page", ""))
        search = store.search(bounces)
        serve(store, NOW + 3 * HOUR, "one", keys=[search.key])
        assert store.deliveries.states() == {"pending": 1}

        here = SqlOptOuts(store.engine, store.ids)
        later = NOW + 4 * HOUR
        departures = [each for each in known if isinstance(each, Departure)]
        assert [here.have_leave(each, later) for each in departures] == [
            each.subscriber_id != returns.subscriber_id for each in departures
        ]
        hashes = [each for each in known if isinstance(each, SuppressedHash)]
        assert (here.suppress(hashes, later), here.suppress(hashes, later)) == (3, 0)
        found = {each.profile.address.partition("@")[0]: each.status for each in store.subscribers.all()}
        assert found == {
            "leaves": "unsubscribed", "pauses": "paused", "returns": "active", "bounces": "active", "lifted": "active",
        }  # fmt: skip
        assert store.subscribers.consents(leaves.subscriber_id)[-1] == withdrawn
        names = ("bounces", "gone", "lifted", "newer")
        reasons = [store.suppressions.reason(f"{name}@example.com") for name in names]
        assert reasons == ["no such mailbox", "spam report", None, None]
        assert store.deliveries.states() == {"cancelled": 1}
        of_another = SqlOptOuts(store.engine, Ids(SECRET, b"another suppression key"))
        assert of_another.suppress(hashes, later) == 0

    def test_what_was_taken_back_since_lets_nobody_in_after_an_older_state(
        self, store: NotifierStore, tmp_path: Path
    ) -> None:
        """`store` as it was backed up, and `other` as it went on since."""
        with new_store("sqlite", tmp_path / "other") as other:
            for each in (store, other):
                ada, doors = each.person("ada"), SqlDoors(each.engine, each.ids)
                tokens, until = SqlApiTokens(each.engine), NOW + DAY
                for name in ("kept", "ended"):
                    doors.begin_session(f"session {name}", ada.subscriber_id, "", NOW)
                    tokens.keep(f"token {name}", ada.subscriber_id, name, ("searches:read",), NOW, until)
                    each.searches.give_feed(each.search(ada, name).search_id, f"feed {name}")
                    added(each, ada, name=name)
            ended = [token.key for token in tokens.of_person(ada.subscriber_id, NOW) if token.name == "ended"]
            tokens.end(ada.subscriber_id, *ended)
            [session] = [
                session
                for session in doors.sessions_of(ada.subscriber_id, NOW)
                if doors.session("session ended", NOW) == session
            ]
            doors.end_session(ada.subscriber_id, session.key)
            [changed, _] = other.searches.all(ada.subscriber_id)
            other.searches.give_feed(changed.search_id, "feed anew")
            SqlWebhooks(other.engine).remove(ada.subscriber_id, "ended", NOW)
            known = SqlOptOuts(other.engine, other.ids).in_force(NOW + HOUR)
        assert "feed" not in " ".join(name for source in known for name in source.names)
        # Made after the list was written: of these it knows nothing.
        doors, here = SqlDoors(store.engine, store.ids), SqlOptOuts(store.engine, store.ids)
        doors.begin_session("session since", ada.subscriber_id, "", NOW + 2 * HOUR)
        assert [here.take_back(source, NOW + 3 * HOUR) for source in known] == [1, 1, 1, 1]
        assert [here.take_back(source, NOW + 3 * HOUR) for source in known] == [0, 0, 0, 0]
        names = ("kept", "ended", "since")
        assert [doors.session(f"session {name}", NOW) is not None for name in names] == [True, False, True]
        assert [token.name for token in SqlApiTokens(store.engine).of_person(ada.subscriber_id, NOW)] == ["kept"]
        assert [search.feed_key for search in store.searches.all(ada.subscriber_id)] == [None, "feed kept"]
        assert [hook.webhook_id for hook in SqlWebhooks(store.engine).all(ada.subscriber_id)] == ["kept"]

    def test_who_comes_back_in_the_same_moment_is_somebody_else(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        store.subscribers.erase(ada.subscriber_id, NOW)
        assert store.person("ada").subscriber_id != ada.subscriber_id

    def test_a_suppression_outlives_the_person(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        store.suppressions.suppress("ada@example.com", "unsubscribed", NOW)
        store.subscribers.erase(ada.subscriber_id, NOW)
        assert store.suppressions.reason("Ada@example.com") == "unsubscribed"
        assert store.suppressions.allow("ada@example.com", "she asked for it again", NOW)
        assert store.suppressions.reason("ada@example.com") is None

    def test_a_persons_data_is_exported_whole(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        store.search(ada, "Python work")
        store.feedback.say(ada.subscriber_id, Answer("not_relevant", "cluster-x"), NOW)
        serve(store, NOW + 3 * HOUR, "one", keys=[0])
        data = store.subscribers.export(ada.subscriber_id)
        assert data["subscriber"]["address"] == "ada@example.com"
        assert data["searches"][0]["criteria"] == {"skills": {"all": ["Python"]}}
        assert data["feedback"][0]["value"] == "cluster-x"
        assert data["digests"][0]["items"][0]["posting_id"] == posting("one").posting_id
        assert data["digests"][0]["email"]["subject"] == "1 new job"

    def test_why_a_job_was_sent_is_kept_in_the_words_of_its_reader_and_why_another_was_not(
        self, store: NotifierStore
    ) -> None:
        ada = store.person("ada", locale="de")
        store.search(ada, "Python work")
        store.matches.store(0, [arrival(0, posting("one"), [0])], NOW)
        [claimed] = due(store, NOW + 3 * HOUR)
        [window] = claimed.windows
        why = Judging().of(window.search.criteria, PostingFeatures(posting("one"))).verdict
        item = Item(posting("one"), (FoundBy(window.search, why),), 1.0)
        left = Dropped(posting("two").posting_id, Cause("sent", day=NOW.date()))
        far = Chance(0.12, lambda: [Against(Doubt("workplace"), 0.5)])
        unlikely = Dropped("far", Cause("unlikely", chance=far))
        made = Digest(claimed.recipient, NOW + 3 * HOUR, (window.search,), (item,), (), 0, (left, unlikely))
        email = email_for(claimed.recipient.address, NOW + 3 * HOUR)
        assert store.digests.commit(made, [Closing(window, 1, NOW + DAY)], email, NOW + 3 * HOUR)
        [kept] = store.subscribers.export(ada.subscriber_id)["digests"]
        [found] = kept["items"][0]["found_by"]
        assert found["reasons"] == [in_words(reason, words_of("de")) for reason in why.reasons] != []
        said = f"was sent to the subscriber on {NOW:%Y-%m-%d}"
        [as_sent, [_, as_unlikely]] = kept["dropped"]
        assert as_sent == [left.posting_id, {"code": "sent", "said": said}]
        assert as_unlikely["said"] == "too unlikely to be wanted: 12 % (its workplace is not told)"
        [shown] = store.digests.history(with_holds=True)
        assert shown.dropped[0] == KeptDropped(left.posting_id, said, "sent")
        assert store.digests.left_out(ada.subscriber_id, "sent", NOW) == {left.posting_id}
        assert store.digests.left_out(ada.subscriber_id, "closed", NOW) == set()

    def test_what_an_earlier_release_left_out_for_a_hidden_company_is_known(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        store.search(ada, "Python work")
        serve(store, NOW + 3 * HOUR, "one", keys=[0])
        # As releases until 2026-11 wrote it: a sentence in place of a code.
        kept = zlib.compress(b'[["a", "its company is hidden by the subscriber"], ["b", "is closed"]]')
        with writing(store.engine) as connection:
            connection.execute(update(digests).values(dropped=kept))
        assert store.digests.left_out(ada.subscriber_id, "hidden_company", NOW) == {"a"}
        assert store.digests.history(with_holds=True)[0].dropped[1] == KeptDropped("b", "is closed", "is closed")

    def test_what_somebody_speaks_is_kept_changed_exported_and_reaches_whoever_curates(
        self, store: NotifierStore
    ) -> None:
        ada = store.person("ada", speaks=["en", "de:working"])
        store.search(ada)
        spoken = (SpokenLanguage("de", "working"), SpokenLanguage("en"))
        assert ada.profile.speaks == store.subscribers.find("ada@example.com").profile.speaks == spoken
        assert due(store, NOW + DAY)[0].recipient.speaks == spoken
        assert store.subscribers.export(ada.subscriber_id)["subscriber"]["speaks"] == ["de:working", "en"]
        silent = store.subscribers.change(ada.subscriber_id, replace(ada.profile, speaks=()), NOW)
        assert silent.profile.speaks == store.subscribers.recipient(ada.subscriber_id).speaks == ()
        assert store.subscribers.export(ada.subscriber_id)["subscriber"]["speaks"] == []
        assert "working" not in str(published(store)), "what somebody speaks is in no topic"

    def test_a_digest_chosen_by_languages_that_changed_meanwhile_is_not_kept(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        store.search(ada)
        [claimed] = due(store, NOW + DAY)
        store.subscribers.change(ada.subscriber_id, replace(ada.profile, speaks=speaks_of("da")), NOW)
        hold = Hold(claimed.recipient, NOW + DAY, HoldCause("nothing_found"), ())
        closings = [Closing(window, 1, NOW + 2 * DAY) for window in claimed.windows]
        assert not store.digests.commit(hold, closings, None, NOW + DAY)
        again = replace(hold, recipient=store.subscribers.recipient(ada.subscriber_id))
        assert store.digests.commit(again, closings, None, NOW + DAY)

    def test_where_somebody_lives_and_for_how_long_they_have_worked_is_kept_exported_and_reaches_whoever_curates(
        self, store: NotifierStore
    ) -> None:
        ada = store.person("ada", home="Cambridge, MA", years=0)
        store.search(ada)
        home = Home("US-MA", "Cambridge, US-MA")
        found = store.subscribers.find("ada@example.com").profile
        assert (found.home, found.years) == (ada.profile.home, ada.profile.years) == (home, 0)
        [claimed] = due(store, NOW + DAY)
        assert (claimed.recipient.home, claimed.recipient.years) == (home, 0)
        exported = store.subscribers.export(ada.subscriber_id)["subscriber"]
        assert (exported["home"], exported["years"]) == ("Cambridge, US-MA", 0)
        assert "Cambridge" not in str(published(store)), "where somebody lives is in no topic"
        silent = store.subscribers.change(ada.subscriber_id, replace(ada.profile, home=None, years=None), NOW)
        assert (silent.profile.home, silent.profile.years) == (None, None)
        assert store.subscribers.recipient(ada.subscriber_id).home is None

    def test_what_somebody_has_worked_as_is_kept_exported_and_reaches_whoever_curates(
        self, store: NotifierStore
    ) -> None:
        ada = store.person("ada", worked_as=["nurse", "paralegal"])
        store.search(ada)
        assert store.subscribers.find("ada@example.com").profile.worked_as == ("nurse", "paralegal")
        [claimed] = due(store, NOW + DAY)
        assert claimed.recipient.worked_as == ("nurse", "paralegal")
        assert store.subscribers.export(ada.subscriber_id)["subscriber"]["worked_as"] == ["nurse", "paralegal"]
        assert "paralegal" not in str(published(store)), "what somebody has worked as is in no topic"
        store.subscribers.change(ada.subscriber_id, replace(ada.profile, worked_as=()), NOW)
        assert store.subscribers.recipient(ada.subscriber_id).worked_as == ()
        assert store.subscribers.export(ada.subscriber_id)["subscriber"]["worked_as"] == []

    def test_what_somebody_can_do_and_would_rather_not_is_kept_exported_and_reaches_whoever_curates(
        self, store: NotifierStore
    ) -> None:
        ada = store.person("ada", knows=["payroll", "Java"], avoids="cold calling, crypto")
        store.search(ada)
        own_id, kept = ada.subscriber_id, {"knows": ("payroll", "Java"), "avoids": ("cold calling", "crypto")}
        found = store.subscribers.find("ada@example.com").profile
        assert {"knows": found.knows, "avoids": found.avoids} == kept
        [claimed] = due(store, NOW + DAY)
        assert {"knows": claimed.recipient.knows, "avoids": claimed.recipient.avoids} == kept
        exported = store.subscribers.export(own_id)["subscriber"]
        assert {name: tuple(exported[name]) for name in kept} == kept
        assert [word for word in ("payroll", "cold calling") if word in str(published(store))] == [], "in no topic"
        store.subscribers.change(own_id, replace(ada.profile, knows=(), avoids=()), NOW)
        silent = store.subscribers.recipient(own_id)
        assert (silent.knows, silent.avoids) == ((), ())
        exported = store.subscribers.export(own_id)["subscriber"]
        assert (exported["knows"], exported["avoids"]) == ([], [])

    def test_how_choosy_somebodys_mails_are_is_kept_exported_and_reaches_whoever_curates(
        self, store: NotifierStore
    ) -> None:
        ada, bob = store.person("ada", selectivity="wide"), store.person("bob")
        store.search(ada)
        assert store.subscribers.find("ada@example.com").profile.selectivity == "wide"
        [claimed] = due(store, NOW + DAY)
        assert claimed.recipient.selectivity == "wide"
        assert store.subscribers.export(ada.subscriber_id)["subscriber"]["selectivity"] == "wide"
        assert store.subscribers.export(bob.subscriber_id)["subscriber"]["selectivity"] is None
        store.subscribers.change(ada.subscriber_id, replace(ada.profile, selectivity="usual"), NOW)
        assert store.subscribers.recipient(ada.subscriber_id) == replace(claimed.recipient, selectivity="usual")
        assert store.subscribers.export(ada.subscriber_id)["subscriber"]["selectivity"] is None

    def test_what_a_later_release_knows_of_how_choosy_mails_are_is_the_usual_here(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        with writing(store.engine) as connection:
            connection.execute(update(subscribers).values(selectivity="choosier"))
        assert store.subscribers.find(ada.subscriber_id).profile.selectivity == "usual"

    @pytest.mark.parametrize(
        "change",
        [
            {"home": Home("PT")},
            {"years": 4},
            {"worked_as": ("nurse",)},
            {"knows": ("Java",)},
            {"avoids": ("crypto",)},
            {"selectivity": "all"},
        ],
    )
    def test_a_digest_chosen_by_facts_that_changed_meanwhile_is_not_kept(
        self, store: NotifierStore, change: dict[str, Any]
    ) -> None:
        ada = store.person("ada")
        store.search(ada)
        [claimed] = due(store, NOW + DAY)
        store.subscribers.change(ada.subscriber_id, replace(ada.profile, **change), NOW)
        hold = Hold(claimed.recipient, NOW + DAY, HoldCause("nothing_found"), ())
        closings = [Closing(window, 1, NOW + 2 * DAY) for window in claimed.windows]
        assert not store.digests.commit(hold, closings, None, NOW + DAY)

    def test_feedback_reaches_whoever_curates(self, store: NotifierStore) -> None:
        ada = store.person("ada")
        store.search(ada)
        store.feedback.say(ada.subscriber_id, Answer("hidden_company", "acme"), NOW)
        store.feedback.say(ada.subscriber_id, Answer("not_relevant", "cluster-x"), NOW)
        store.feedback.say(ada.subscriber_id, Answer("not_relevant", "cluster-x"), NOW)
        store.feedback.say(ada.subscriber_id, Answer("not_relevant", "cluster-y"), NOW)
        store.feedback.unsay(ada.subscriber_id, "not_relevant", "cluster-y")
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

    def test_preferred_places_are_kept_changed_and_taken_back_and_publish_nothing(self, store: NotifierStore) -> None:
        ada = store.person()
        search = store.search(ada)
        said = published(store)
        assert search.preferred_places == ()
        edited = store.searches.edit(search.search_id, NOW, preferred_places=("PT", "eu"))
        assert edited.preferred_places == store.searches.get(search.search_id).preferred_places == ("PT", "eu")
        assert (edited.key, edited.criteria, edited.served_cut) == (search.key, search.criteria, search.served_cut)
        assert store.searches.edit(search.search_id, NOW, name="renamed").preferred_places == ("PT", "eu")
        [subscriber] = due(store, NOW + DAY)
        assert subscriber.windows[0].search.preferred_places == ("PT", "eu")
        [exported] = store.subscribers.export(ada.subscriber_id)["searches"]
        assert exported["preferred_places"] == ["PT", "eu"]
        assert store.searches.edit(search.search_id, NOW, preferred_places=()).preferred_places == ()
        assert published(store) == said
        timing = Timing("daily", 8, None)
        second = store.searches.add(ada.subscriber_id, "b", search.criteria, timing, NOW, preferred_places=("JP",))
        assert second.preferred_places == ("JP",)

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
        for act in (store.searches.get, lambda search_id: store.searches.delete(search_id, NOW)):
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
