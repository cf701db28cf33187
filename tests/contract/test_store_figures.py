"""What the store says of the stream, on both engines."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.polling.listing import Shrunk
from services.ingest.domain.polling.schedule import SourceHealth
from services.notifier.adapters.sql.people.doors import SignUp, SqlDoors
from services.notifier.app import build_notifier
from services.notifier.mail_settings import MailSettings
from services.runtime.clock import FixedClock
from services.runtime.figures.hours import DAY, HOUR, HourCounts, add_hours, hour_of, read_counts
from services.runtime.figures.mail import Due, read_due
from services.runtime.figures.peak import BUILDING_MS, DIGESTS_BUILT, DayAhead, Peak, read_day_ahead
from services.runtime.figures.sources import Expected, SourceFigures
from services.runtime.figures.stream import read_figures
from services.runtime.metrics.process import Metrics
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
    [
        (1, 2, 0, "empty"),
        (1, 12, 0, "shrunk"),
        (25, 2, 0, "empty"),
        (25, 3, 0, "silent"),
        (25, 12, 0, "silent"),
        (25, 12, 3, "shrunk"),
    ],
)
def test_a_source_that_lists_nothing_is_told_and_silent_after_its_silence_but_for_its_last_jobs(
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
    for person in (ada, bob):
        store.search(person)
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


def built(engine: Engine, digests: int, took: timedelta, at: datetime) -> None:
    took_ms = took // timedelta(milliseconds=1)
    add_hours(engine, {(hour_of(at), DIGESTS_BUILT, ""): digests, (hour_of(at), BUILDING_MS, ""): took_ms})


def ahead(store: NotifierStore, now: datetime, *, waiting: int = 0, notifiers: int = 1) -> Peak | None:
    with reading(store.engine) as connection:
        return read_day_ahead(connection, now).peak(now, waiting, notifiers)


def test_when_most_digests_fall_due_is_foreseen_with_how_long_they_take(store: NotifierStore) -> None:
    for number in range(3):
        store.search(store.person(f"p{number}"), "morning", hour=8)
    early, ada = store.search(store.person("early"), hour=7), store.person("ada")
    late = store.search(ada, "late", hour=8)
    store.search(store.person("always"), cadence="instant")
    store.searches.pause(store.search(store.person("still"), hour=8).search_id, NOW)
    left = store.person("left")
    store.search(left, hour=8)
    store.subscribers.pause(left.subscriber_id, paused(NOW))
    store.search(ada, "twice", hour=8)
    assert ahead(store, NOW) is None, "no pace is known"
    built(store.engine, 99, timedelta(seconds=1), NOW - HOUR)
    assert ahead(store, NOW) is None, "what few digests took says little"
    built(store.engine, 100, timedelta(hours=1), NOW - 2 * HOUR)
    assert ahead(store, NOW) == Peak(late.next_due_at, 4, 144.0, 36.0, 1), "of the busiest hour"
    assert ahead(store, NOW, notifiers=2) == Peak(late.next_due_at, 4, 72.0, 36.0, 2)
    assert ahead(store, NOW, notifiers=0) is None
    behind = ahead(store, NOW, waiting=1_000)
    assert behind is not None
    assert behind.due_at == early.next_due_at, "what waits now is built before"
    with reading(store.engine) as connection:
        day = read_day_ahead(connection, NOW)
    assert day.peak(late.next_due_at, 4, 1) is None, "what is due by now waits"
    assert ahead(store, NOW + 9 * DAY) is None, "the pace of long ago is none"


def test_a_notifier_keeps_how_many_digests_its_ticks_built_and_how_long_that_took(
    store: NotifierStore, tmp_path: Path
) -> None:
    for name in ("ada", "bob"):
        store.search(store.person(name), hour=8)
    hours, clock = HourCounts(FixedClock(NOW)), perf_counter()
    notifier = build_notifier(store.engine, store.ids, MailSettings(folder=tmp_path), metrics=Metrics(hours))
    for _ in range(2):
        notifier.tick(NOW + DAY)
    took_ms = (perf_counter() - clock) * 1_000
    hours.keep(store.engine)
    with reading(store.engine) as connection:
        found = {
            count.measure: count.number for count in read_counts(connection, NOW, (DIGESTS_BUILT, BUILDING_MS), HOUR)
        }
    assert found[DIGESTS_BUILT] == 2, "what one tick built, none of which went out"
    assert 0 < found[BUILDING_MS] <= took_ms


@given(
    st.lists(st.integers(0, 10_000), min_size=1, max_size=24),
    st.floats(0.001, 1.0),
    st.integers(1, 20),
)
def test_more_notifiers_are_never_later_and_nothing_is_ready_before_its_own_work_is_done(
    digests: list[int], each_s: float, notifiers: int
) -> None:
    day = DayAhead(tuple((NOW + at * HOUR, number) for at, number in enumerate(digests, 1)), each_s)
    alone, more = day.peak(NOW, 0, notifiers), day.peak(NOW, 0, notifiers + 1)
    assert alone is not None
    assert more is not None
    assert more.takes_s <= alone.takes_s + 1e-3
    assert alone.takes_s >= max(digests) * each_s / notifiers - 1e-3


@given(
    st.lists(st.integers(0, 100_000), min_size=1, max_size=24),
    st.floats(0.001, 1.0),
    st.floats(0.0, 0.1),
    st.integers(1, 3_600),
)
def test_what_may_be_built_ahead_is_never_later_and_takes_its_handing_over_at_least(
    digests: list[int], each_s: float, handed_s: float, lead_s: int
) -> None:
    day = DayAhead(tuple((NOW + at * HOUR, number) for at, number in enumerate(digests, 1)), each_s, handed_s)
    at_the_hour, ahead = day.peak(NOW, 0, 1), day.peak(NOW, 0, 1, timedelta(seconds=lead_s))
    assert at_the_hour is not None
    assert ahead is not None
    assert ahead.takes_s <= at_the_hour.takes_s + 1e-3
    assert ahead.takes_s >= max(digests) * handed_s - 1e-3
    within_s = 900.0
    if ahead.takes_s > within_s:
        more = day.peak(NOW, 0, ahead.enough(within_s), timedelta(seconds=lead_s))
        assert more is not None
        assert more.takes_s <= max(within_s, at_the_hour.takes_s) + 1e-3


def test_what_can_be_built_within_the_lead_waits_for_its_handing_over_alone() -> None:
    day = DayAhead(((NOW + HOUR, 10_000), (NOW + 2 * HOUR, 200_000)), 0.1, 0.002)
    first = DayAhead(day.due[:1], 0.1, 0.002).peak(NOW, 0, 1, timedelta(minutes=30))
    assert first is not None
    assert first.takes_s == pytest.approx(20.0)
    both = day.peak(NOW, 0, 2, timedelta(minutes=30))
    assert both is not None
    assert both == Peak(NOW + 2 * HOUR, 200_000, pytest.approx(10_000 - 1_800 + 200), 0.1, 2, timedelta(minutes=30))
    assert both.enough(900.0) == 8
