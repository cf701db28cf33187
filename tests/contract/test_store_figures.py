"""What the store says of the stream, on both engines."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.polling.listing import Shrunk
from services.ingest.domain.polling.schedule import SourceHealth
from services.notifier.adapters.sql.people.doors import SignUp, SqlDoors
from services.runtime.figures.mail import Due, read_due
from services.runtime.figures.sources import Expected, SourceFigures
from services.runtime.figures.stream import read_figures
from services.runtime.sql.store import reading
from tests.support.consenting import paused, resumed
from tests.support.logs import NOON
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.stores import ENGINES, new_engine

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with new_engine(request.param, tmp_path) as made:
        yield made


def source(engine: Engine) -> SourceFigures:
    (found,) = read_figures(engine, NOON, (Expected("board", None),)).sources
    return found


def test_a_source_fails_since_the_first_failure_after_its_last_success(engine: Engine) -> None:
    ledger = SqlSourceLedger(engine)
    health = SourceHealth("board", added_at=NOON, next_due=NOON)
    for failures, at in ((1, NOON), (2, NOON + MINUTE), (3, NOON + 2 * MINUTE)):
        ledger.settle(replace(health, last_attempt=at, failures=failures, last_error=f"HTTP 50{failures}"))
    found = source(engine)
    assert (found.error, found.error_since, found.error_at) == ("HTTP 503", NOON, NOON + 2 * MINUTE)
    ledger.settle(replace(health, last_attempt=NOON, last_success=NOON, last_error="HTTP 503"))
    found = source(engine)
    assert (found.error, found.error_since, found.error_at) == (None, None, None)
    ledger.settle(replace(health, last_attempt=NOON + 9 * MINUTE, failures=1, last_error="HTTP 500"))
    assert source(engine).error_since == NOON + 9 * MINUTE


@pytest.mark.parametrize(
    ("hours", "lacking", "listed", "state"),
    [(1, 2, 0, "empty"), (1, 12, 0, "shrunk"), (25, 2, 0, "silent"), (25, 12, 0, "silent"), (25, 12, 3, "shrunk")],
)
def test_a_source_that_lists_nothing_while_postings_are_open_is_told_and_silent_after_its_silence(
    engine: Engine, hours: int, lacking: int, listed: int, state: str
) -> None:
    ledger, since = SqlSourceLedger(engine), NOON - timedelta(hours=hours)
    shrunk = Shrunk(since, 2, listed=listed, lacking=lacking)
    ledger.settle(SourceHealth("board", since, NOON, last_attempt=NOON, last_success=NOON, shrunk=shrunk))
    (found,) = read_figures(engine, NOON, (Expected("board", timedelta(days=1)),)).sources
    assert (found.state, found.lacking, found.empty_since) == (state, lacking, None if listed else since)
    ledger.accept_shrunk("board")
    (found,) = read_figures(engine, NOON, (Expected("board", timedelta(days=1)),)).sources
    assert (found.state, found.empty_since) == ("ok", None)


HOUR = timedelta(hours=1)


def waiting(store: NotifierStore, now: datetime) -> Due:
    with reading(store.engine) as connection:
        return read_due(connection, now)


def claimed(store: NotifierStore, now: datetime) -> int:
    """How many a notifier's tick would serve; nobody is claimed afterwards."""
    found = store.windows.claim_due("w", now, store.windows.take_cut(now), timedelta(minutes=15), 100)
    store.windows.release("w")
    return len(found)


def test_an_instant_search_without_news_waits_for_nothing_however_long_ago_its_time_was(store: NotifierStore) -> None:
    search = store.search(store.person(), cadence="instant")
    later = NOW + 8 * MINUTE
    assert (waiting(store, later), claimed(store, later)) == (Due(), 0)
    store.matches.store(0, [arrival(0, posting("a"), [search.key])], later)
    assert waiting(store, later) == Due(1, later), "it waits since the news came"
    store.windows.take_cut(later)
    assert waiting(store, later + 5 * MINUTE) == Due(1, later)
    assert claimed(store, later) == 1


def test_who_is_paused_or_suppressed_waits_for_nothing(store: NotifierStore) -> None:
    ada, bob, eve = store.person("ada"), store.person("bob"), store.person("eve")
    for one in (ada, bob):
        store.search(one)
    still = store.search(eve)
    store.subscribers.pause(ada.subscriber_id, paused(NOW))
    store.suppressions.suppress("bob@example.com", "unsubscribed", NOW)
    store.searches.pause(still.search_id, NOW)
    assert (waiting(store, NOW + 24 * HOUR).subscribers, claimed(store, NOW + 24 * HOUR)) == (0, 0)
    store.subscribers.resume(ada.subscriber_id, resumed(NOW))
    assert (waiting(store, NOW + 24 * HOUR).subscribers, claimed(store, NOW + 24 * HOUR)) == (1, 1)


def test_one_whose_digest_is_in_hand_or_could_not_be_built_is_told_apart(store: NotifierStore) -> None:
    for name in ("ada", "bob"):
        store.search(store.person(name))
    at = NOW + 24 * HOUR
    assert len(store.windows.claim_due("w", at, store.windows.take_cut(at), HOUR, 1)) == 1
    found = waiting(store, at)
    assert (found.subscribers, found.retried) == (2, 1)


def test_sign_ups_that_wait_are_counted_until_they_are_confirmed_or_late(store: NotifierStore) -> None:
    doors = SqlDoors(store.engine, store.ids)
    for name in ("ada", "bob"):
        doors.keep_sign_up(name, SignUp(f"{name}@example.com", {}, ""), NOW)
    doors.keep_sign_up("late", SignUp("eve@example.com", {}, ""), NOW - HOUR)
    doors.forget_sign_up("ada")
    counted = [read_figures(store.engine, NOW + after, ()).sign_ups for after in (HOUR, 47.5 * HOUR, 48 * HOUR)]
    assert counted == [2, 1, 0]
