"""What the store forgets with time, and what it must not."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.notifier.adapters.sql.retention import forget_bodies, forget_cuts, forget_digests, forget_matches
from tests.support.notifying import NOW, NotifierStore, arrival, posting, sqlite_store
from tests.support.serving import sent_to
from tests.support.simulated_days import Days

DAY = timedelta(days=1)
AT = NOW + timedelta(hours=3)


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Days]:
    made = Days(sqlite_store(tmp_path), tmp_path / "mails")
    made.store.search(made.store.person("ada"), hour=8)
    made.publish(posting("one"), NOW)
    yield made
    made.store.engine.dispose()


def body_kept(store: NotifierStore) -> bool:
    [kept] = store.digests.history()
    return kept.email is not None


def test_rendered_emails_go_after_a_month_and_their_digests_stay(days: Days) -> None:
    days.live(AT)
    assert forget_bodies(days.store.engine, AT + 29 * DAY) == 0
    assert body_kept(days.store)
    assert forget_bodies(days.store.engine, AT + 31 * DAY) == 1
    assert not body_kept(days.store)


def test_an_email_that_may_still_be_sent_is_kept(days: Days) -> None:
    days.store.pauses.set_sending(True, NOW)
    days.live(AT)
    assert forget_bodies(days.store.engine, AT + 100 * DAY) == 0
    assert body_kept(days.store)


def test_what_was_sent_is_remembered_after_its_digest_is_forgotten(days: Days) -> None:
    days.live(AT)
    [ada] = days.store.subscribers.all()
    assert forget_digests(days.store.engine, AT + 120 * DAY) == 0
    assert len(sent_to(days.store, ada, "one")) == 1
    assert forget_digests(days.store.engine, AT + 401 * DAY) == 1
    assert days.store.digests.history(with_holds=True) == []
    assert days.store.deliveries.states() == {}
    assert len(sent_to(days.store, ada, "one")) == 1


def test_a_posting_goes_with_its_matches_when_no_record_of_it_came_for_long(days: Days) -> None:
    store = days.store
    store.matches.store(0, [arrival(0, posting("old"), [0])], NOW)
    store.matches.store(0, [arrival(1, posting("renewed"), [0])], NOW)
    store.matches.store(0, [arrival(2, posting("renewed"), [0])], NOW + 50 * DAY)
    assert forget_matches(store.engine, NOW + 61 * DAY) == 1
    assert set(store.matches.postings([posting("old").posting_id, posting("renewed").posting_id])) == {
        posting("renewed").posting_id
    }


def test_cuts_go_but_for_those_that_windows_begin_at(days: Days) -> None:
    store = days.store
    for day in range(60):
        store.matches.store(0, [arrival(day, posting(str(day)))], NOW + day * DAY)
        store.windows.take_cut(NOW + day * DAY)
    before = store.search(store.person("bob"), now=NOW + 10 * DAY)
    assert forget_cuts(store.engine, NOW + 59 * DAY) == 27
    after = store.search(store.person("cleo"), now=NOW + 59 * DAY)
    assert (before.served_cut, after.served_cut) == (4, 53)
    claimed = store.windows.claim_due("w", NOW + 60 * DAY, store.windows.take_cut(NOW), DAY, 10)
    assert {window.from_cut for person in claimed for window in person.windows} == {0, 4, 53}
