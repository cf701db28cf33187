"""What a clock that ran ahead by two days dated hides no trouble once it is set back, on both engines."""

import pytest

from schemas.raw import RawPosting
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.polling.schedule import SourceHealth
from services.overview.stream.troubles.mail import mail_troubles
from services.runtime.clock import FixedClock
from services.runtime.figures.canary import CANARY_ID, EVERY, send_canary
from services.runtime.figures.hours import HourCounts, read_stages
from services.runtime.figures.sources import Expected
from services.runtime.figures.stream import StoreFigures, read_figures
from services.runtime.metrics.catalogue import DUE_TO_ACCEPTED
from services.runtime.sql.store import reading
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.sending import open_deliveries
from tests.support.serving import DAY, HOUR, LEASE, close, due

AHEAD = NOW + 2 * DAY
MINUTE = LEASE / 10


def figures(store: NotifierStore, after: int = 0, silence: int = 2) -> StoreFigures:
    now = NOW + after * HOUR
    return read_figures(store.engine, now, [Expected("board", silence * HOUR)], with_canary=True)


def test_a_source_whose_last_success_is_of_a_time_to_come_is_silent_all_the_same(store: NotifierStore) -> None:
    ledger = SqlSourceLedger(store.engine)
    seen = SourceHealth("board", added_at=NOW - DAY, next_due=NOW, last_attempt=AHEAD, last_success=AHEAD)
    ledger.settle(seen)
    failing = SourceHealth(
        "board", NOW - DAY, NOW, last_attempt=NOW, last_success=AHEAD, failures=1, last_error="HTTP 500"
    )
    ledger.settle(failing)
    [source] = figures(store, after=1).sources
    assert (source.state, source.last_success) == ("failing", NOW)
    [source] = figures(store, after=3).sources
    assert source.state == "silent"


def test_the_last_posting_and_the_last_digest_are_of_no_time_to_come(store: NotifierStore) -> None:
    search = store.search(store.person(), hour=7)
    store.matches.store(0, [arrival(0, posting("one"), [search.key])], NOW)
    store.matches.store(0, [arrival(1, posting("two"), [search.key])], AHEAD)
    [subscriber] = due(store, AHEAD)
    close(store, subscriber, store.windows.take_cut(AHEAD), AHEAD)
    assert (figures(store).last_posting, figures(store).last_digest) == (NOW, None)


def test_who_waits_for_news_that_such_a_clock_numbered_waits_since_they_were_due(store: NotifierStore) -> None:
    search = store.search(store.person(), cadence="instant")
    store.matches.store(0, [arrival(0, posting("one"), [search.key])], NOW)
    store.windows.take_cut(AHEAD)
    assert figures(store, after=1).due_since == NOW + MINUTE


@pytest.mark.parametrize("fault", ["away", "settings"])
def test_mails_that_failed_by_such_a_clock_and_fail_still_are_a_failure(store: NotifierStore, fault: str) -> None:
    open_deliveries(store, 1, NOW)
    for at in (AHEAD, NOW + HOUR):
        [claimed] = store.deliveries.claim("w", "smtp", at, LEASE, 1)
        assert store.deliveries.begin([claimed], at, LEASE)
        store.deliveries.deferred(claimed.delivery_id, claimed.attempt, "no answer", at, MINUTE, fault)
    now = NOW + HOUR + 3 * MINUTE
    mail = read_figures(store.engine, now, ()).mail
    assert [kept.since for kept in mail.faults] == [NOW + HOUR]
    assert [trouble.grave for trouble in mail_troubles(mail, now)] == [True]


def test_mails_that_were_given_up_by_such_a_clock_are_a_note_and_hold_nothing_up(store: NotifierStore) -> None:
    open_deliveries(store, 1, NOW)
    store.deliveries.sweep(AHEAD, AHEAD - HOUR)
    [trouble] = mail_troubles(read_figures(store.engine, NOW, ()).mail, NOW)
    assert "given up" in trouble.what
    assert not trouble.grave


def test_what_was_late_by_such_a_clock_is_not_late_of_late(store: NotifierStore) -> None:
    counts = HourCounts(FixedClock(AHEAD))
    counts.observe(DUE_TO_ACCEPTED, 40_000)
    counts.keep(store.engine)
    with reading(store.engine) as connection:
        assert read_stages(connection, NOW) == ()


def test_a_canary_is_missed_although_the_one_in_the_store_is_of_a_time_to_come(store: NotifierStore) -> None:
    def sent_and_stored(offset: int, at: int, *, comes: bool) -> None:
        now = NOW + at * HOUR
        assert send_canary(store.engine, now)
        [row] = store.outbox.pending(9)
        store.outbox.mark_published([row.id])
        if comes:
            fetched_at = RawPosting.model_validate_json(row.value).fetched_at
            own = posting("canary", posting_id=CANARY_ID, status="closed", fetched_at=fetched_at)
            store.matches.store(0, [arrival(offset, own)], now)

    sent_and_stored(0, 48, comes=True)
    sent_and_stored(1, 1, comes=False)
    canary = figures(store, after=2).canary
    assert canary is not None
    assert (canary.sent_at, canary.through_at, canary.is_under_way) == (NOW + HOUR, NOW + HOUR, True)
    sent_and_stored(2, 2, comes=True)
    canary = figures(store, after=3).canary
    assert canary is not None
    assert (canary.sent_at, canary.through_at, canary.is_under_way) == (NOW + 2 * HOUR, NOW + 2 * HOUR, False)
    assert not send_canary(store.engine, NOW + 2 * HOUR + EVERY / 2)
