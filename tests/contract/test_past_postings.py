"""What a backtest asks of the store, whichever engine holds it."""

from datetime import timedelta

from services.notifier.adapters.sql.windows.past_postings import SqlPastPostings
from tests.support.notifying import NOW, NotifierStore, arrival, posting

DAY = timedelta(days=1)


def test_postings_come_by_when_they_were_first_seen_after_since_up_to_until(store: NotifierStore) -> None:
    ages = {"now": 0 * DAY, "before": 3 * DAY, "at since": 7 * DAY, "older": 8 * DAY}
    found = [posting(name, posted_at=NOW - age, fetched_at=NOW) for name, age in ages.items()]
    store.matches.store(0, [arrival(offset, posting) for offset, posting in enumerate(found)], NOW)
    past = SqlPastPostings(store.engine)
    names = {posting.posting_id: name for name, posting in zip(ages, found, strict=True)}
    assert {names[own] for page in past.versions(NOW - 7 * DAY, NOW) for own in page} == {"now", "before"}
    assert past.count(NOW - 7 * DAY, NOW) == 2
    assert {names[own] for page in past.versions(NOW - 9 * DAY, NOW - DAY) for own in page} == {
        "before",
        "at since",
        "older",
    }


def test_each_comes_once_whole_by_its_newest_version_with_its_first_sight(store: NotifierStore) -> None:
    first = posting("one", version=1, posted_at=NOW - 2 * DAY, fetched_at=NOW - DAY)
    closed = posting("one", version=2, status="closed", title="As it closed", posted_at=None, fetched_at=NOW)
    store.matches.store(0, [arrival(0, first)], NOW - DAY)
    store.matches.store(0, [arrival(1, closed)], NOW)
    past = SqlPastPostings(store.engine)
    assert list(past.versions(NOW - 7 * DAY, NOW)) == [{closed.posting_id: 2}]
    assert list(past.read([closed.posting_id])) == [(closed, NOW - 2 * DAY)]


def test_pages_join_without_a_gap_and_without_a_repeat(store: NotifierStore) -> None:
    found = [posting(f"p{number}", posted_at=NOW, fetched_at=NOW) for number in range(7)]
    store.matches.store(0, [arrival(offset, posting) for offset, posting in enumerate(found)], NOW)
    own = sorted(posting.posting_id for posting in found)
    for page in (1, 2, 7, 8):
        pages = list(SqlPastPostings(store.engine, page=page).versions(NOW - DAY, NOW))
        assert [name for page in pages for name in page] == own
        assert max(map(len, pages)) <= page


def test_what_is_read_comes_in_the_order_asked_for_without_the_unknown(store: NotifierStore) -> None:
    found = [posting(f"p{number:04}", posted_at=NOW, fetched_at=NOW) for number in range(600)]
    store.matches.store(0, [arrival(offset, posting) for offset, posting in enumerate(found)], NOW)
    own = [posting.posting_id for posting in reversed(found)]
    read = SqlPastPostings(store.engine).read([*own[:300], "unknown", *own[300:]])
    assert [posting.posting_id for posting, _ in read] == own


def test_what_is_open_and_stored_since_comes_by_its_newest_version_without_a_gap(store: NotifierStore) -> None:
    early, late = NOW - 9 * DAY, NOW
    seen_again = posting("again", version=2, fetched_at=NOW, title="As it is now")
    store.matches.store(
        0,
        [
            arrival(0, posting("old", fetched_at=early)),
            arrival(1, posting("again", version=1, fetched_at=early)),
            arrival(2, posting("gone", version=1, fetched_at=early)),
        ],
        early,
    )
    news = [posting(f"p{number}", fetched_at=NOW) for number in range(4)]
    closed = posting("gone", version=2, status="closed", fetched_at=NOW)
    store.matches.store(0, [arrival(3 + at, posting) for at, posting in enumerate([seen_again, closed, *news])], late)
    expected = sorted([seen_again, *news], key=lambda posting: posting.posting_id)
    for page in (1, 2, 5, 50):
        pages = list(SqlPastPostings(store.engine, page=page).open_since(NOW - 7 * DAY))
        assert [page for some in pages for page in some] == expected
        assert max(map(len, pages)) <= page


def test_an_empty_store_has_none(store: NotifierStore) -> None:
    past = SqlPastPostings(store.engine)
    assert (list(past.versions(NOW - DAY, NOW)), past.count(NOW - DAY, NOW), list(past.read([]))) == ([], 0, [])
    assert list(past.open_since(NOW - DAY)) == []
