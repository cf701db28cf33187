"""What the store keeps of how many postings matched, whichever engine holds it."""

from datetime import date

from sqlalchemy import update

from schemas.sql.tables import digests
from services.notifier.domain.model import Counted, DayCounts, Hold, HoldCause
from services.notifier.domain.windows import WindowMatches
from services.runtime.sql.store import writing
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.serving import DAY, HOUR, closings, commit, due

COUNTS: DayCounts = ((date(2026, 11, 20), 12), (date(2026, 11, 23), 1))


def found(store: NotifierStore) -> WindowMatches:
    """What the one due window holds."""
    later = NOW + DAY
    [matched] = store.windows.matches(due(store, later), store.windows.take_cut(later)).values()
    return matched


def hold(store: NotifierStore, counts: DayCounts | None, days: int) -> str:
    """Close the windows of whoever is due with a digest that is held; returns the subscriber."""
    now = NOW + days * DAY
    [subscriber] = due(store, now)
    outcome = Hold(subscriber.recipient, now, HoldCause("nothing_found"), (), matched=counts)
    assert store.digests.commit(outcome, closings(subscriber, store.windows.take_cut(now), now), None, now)
    return subscriber.recipient.subscriber_id


def test_a_window_tells_matches_from_near_misses(store: NotifierStore) -> None:
    key = store.search(store.person()).key
    jobs = [posting(name, fetched_at=NOW - at * HOUR) for at, name in enumerate(["new", "old", "near", "both"])]
    store.matches.store(
        0,
        [
            arrival(0, jobs[1], [key]),
            arrival(1, jobs[0], [key]),
            arrival(2, jobs[2], near=[key]),
            arrival(3, jobs[3], near=[key]),
            arrival(4, jobs[3], [key]),
        ],
        NOW,
    )
    matched, names = found(store), {job.posting_id: job.source_id for job in jobs}
    assert [names[posting_id] for posting_id in matched.matched] == ["new", "old", "both"]
    assert [names[posting_id] for posting_id in matched.posting_ids] == ["new", "old", "both", "near"]
    assert not matched.more


def test_a_window_that_may_hold_more_says_so(store: NotifierStore) -> None:
    key = store.search(store.person()).key
    store.matches.store(0, [arrival(at, posting(f"p{at}"), [key]) for at in range(201)], NOW)
    matched = found(store)
    assert len(matched.matched) == 200
    assert matched.more


def test_what_digests_counted_is_read_by_subscriber_since_a_time(store: NotifierStore) -> None:
    store.search(store.person())
    for days, counts in ((1, COUNTS), (2, None), (3, ())):
        ada = hold(store, counts, days)
    bob = store.person("bob").subscriber_id
    read = [Counted(NOW + days * DAY, counts, sent=False) for days, counts in ((1, COUNTS), (2, None), (3, ()))]
    assert store.digests.matched([ada, bob], NOW + 2 * DAY) == {ada: read[1:]}
    assert store.digests.matched([ada], NOW) == {ada: read}


def test_a_digest_of_the_release_before_counts_as_not_known(store: NotifierStore) -> None:
    store.search(store.person())
    ada = hold(store, COUNTS, 1)
    with writing(store.engine) as connection:
        connection.execute(update(digests).values(matched=None))
    assert store.digests.matched([ada], NOW) == {ada: [Counted(NOW + DAY, None, sent=False)]}


def test_what_was_mailed_is_told_from_what_was_held(store: NotifierStore) -> None:
    store.search(store.person())
    ada = hold(store, COUNTS, 1)
    [subscriber] = due(store, NOW + 2 * DAY)
    assert commit(store, subscriber, store.windows.take_cut(NOW + 2 * DAY), NOW + 2 * DAY, "a")
    assert [counted.sent for counted in store.digests.matched([ada], NOW)[ada]] == [False, True]
