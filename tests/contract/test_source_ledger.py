"""What every source ledger must do."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.polling.listing import KnownItem, Shrunk
from services.ingest.domain.polling.schedule import Counts, SourceHealth, Validators
from services.ingest.ports import KeptItem
from services.runtime.figures.sources import HANGING_AFTER, Expected, read_source_figures
from services.runtime.health.heartbeat import Heartbeat, SqlHeartbeats
from services.runtime.sql.store import open_store
from tests.support.collecting import DAY, HOUR, NOON
from tests.support.stores import ENGINES, new_url

Open = Callable[[], SqlSourceLedger]
LEASE = timedelta(minutes=15)


@pytest.fixture(params=ENGINES)
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the ledger anew over the same store, as another process would."""
    with new_url(request.param, tmp_path) as url:
        opened: list[Engine] = []

        def again() -> SqlSourceLedger:
            opened.append(open_store(url))
            return SqlSourceLedger(opened[-1])

        yield again
        for engine in opened:
            engine.dispose()


@pytest.fixture
def ledger(open_again: Open) -> SqlSourceLedger:
    return open_again()


def row(source_id: str, source: str = "board", **more: Any) -> KnownItem:
    made = KnownItem(
        source=source,
        source_id=source_id,
        format="ashby",
        content_hash="h1",
        is_open=True,
        backlog=False,
        posted_at=NOON - DAY,
        expires_at=None,
        first_seen=NOON,
        last_seen=NOON,
        ends_at=NOON + 45 * DAY,
    )
    return replace(made, **more)


def test_what_was_kept_is_known_to_the_next_process(ledger: SqlSourceLedger, open_again: Open) -> None:
    kept = row("1", posted_at=None, expires_at=NOON + DAY, backlog=True, misses=1)
    ledger.keep([KeptItem(kept, {"title": "Gärtner 🌿", "n": [1, None]}), KeptItem(row("2"), {})])
    again = open_again()
    assert again.known("board", ["1", "3"]) == {"1": kept}
    assert again.items("board", ["1", "2"])["1"] == {"title": "Gärtner 🌿", "n": [1, None]}


def test_sources_do_not_see_each_others_items(ledger: SqlSourceLedger) -> None:
    ledger.keep([KeptItem(row("1"), {"of": "board"}), KeptItem(row("1", "other"), {"of": "other"})])
    assert ledger.items("other", ["1"]) == {"1": {"of": "other"}}
    assert [known.source for known in ledger.unseen_since("board", NOON + HOUR)] == ["board"]
    assert ledger.known("third", ["1"]) == {}


def test_a_row_without_an_item_leaves_the_item_as_it_was(ledger: SqlSourceLedger) -> None:
    ledger.keep([KeptItem(row("1"), {"title": "as seen"})])
    ledger.keep([KeptItem(row("1", last_seen=NOON + HOUR))])
    assert ledger.items("board", ["1"]) == {"1": {"title": "as seen"}}
    assert ledger.known("board", ["1"])["1"].last_seen == NOON + HOUR


def test_a_closed_row_keeps_its_hash_and_loses_its_item(ledger: SqlSourceLedger) -> None:
    ledger.keep([KeptItem(row("1"), {"title": "as seen"})])
    ledger.keep([KeptItem(row("1", is_open=False))])
    assert ledger.items("board", ["1"]) == {}
    assert ledger.known("board", ["1"])["1"].content_hash == "h1"
    ledger.keep([KeptItem(row("1"), {"title": "again"})])
    assert ledger.items("board", ["1"]) == {"1": {"title": "again"}}


def test_open_items_are_found_by_when_they_were_seen(ledger: SqlSourceLedger) -> None:
    ledger.keep(
        [
            KeptItem(row("old", last_seen=NOON - HOUR), {}),
            KeptItem(row("now"), {}),
            KeptItem(row("shut", last_seen=NOON - HOUR, is_open=False)),
        ]
    )
    assert [known.source_id for known in ledger.unseen_since("board", NOON)] == ["old"]
    assert [known.source_id for known in ledger.seen_since("board", NOON)] == ["now"]


def test_ended_items_come_the_longest_ended_first_and_closed_ones_never(ledger: SqlSourceLedger) -> None:
    ledger.keep(
        [
            KeptItem(row("b", ends_at=NOON), {}),
            KeptItem(row("a", "other", ends_at=NOON - DAY), {}),
            KeptItem(row("c", ends_at=NOON + HOUR), {}),
            KeptItem(row("d", ends_at=NOON - DAY, is_open=False)),
        ]
    )
    assert [known.source_id for known in ledger.ended(NOON, 10)] == ["a", "b"]
    assert [known.source_id for known in ledger.ended(NOON, 1)] == ["a"]


def test_many_items_at_once(ledger: SqlSourceLedger) -> None:
    ids = [f"id {number}" for number in range(2_500)]
    ledger.keep([KeptItem(row(source_id), {"id": source_id}) for source_id in ids])
    assert ledger.known("board", ids).keys() == set(ids)
    assert len(ledger.items("board", ids)) == 2_500


def test_a_source_is_due_at_once_and_registering_it_again_changes_nothing(ledger: SqlSourceLedger) -> None:
    ledger.register(["board"], NOON)
    ledger.register(["board", "other"], NOON + DAY)
    assert [(health.source, health.added_at) for health in ledger.healths()] == [("board", NOON), ("other", NOON + DAY)]
    assert ledger.health("nobody") is None
    ledger.register([], NOON)


def test_how_a_source_fares_is_kept_whole(ledger: SqlSourceLedger, open_again: Open) -> None:
    health = SourceHealth(
        source="board",
        added_at=NOON - DAY,
        next_due=NOON + HOUR,
        last_attempt=NOON,
        last_success=NOON - HOUR,
        listed_at=NOON - HOUR,
        settled_at=NOON - DAY,
        failures=3,
        last_error="it broke off",
        format="ashby",
        validators=Validators('"e"', "Mon, 02 Mar 2026 12:00:00 GMT", "auto https://jobs.example"),
        counts=Counts(items=5, new=1, bytes=900),
        notes="59 past their end",
        hangs=2,
        shrunk=Shrunk(NOON - HOUR, polls=2, listed=1, lacking=199),
    )
    ledger.settle(health)
    assert open_again().health("board") == health
    assert health.failing


def test_a_source_is_being_asked_from_its_claim_until_it_is_settled(ledger: SqlSourceLedger, open_again: Open) -> None:
    ledger.register(["a"], NOON - HOUR)
    assert claim(ledger, at=timedelta(minutes=1)) == ["a"]
    asked = open_again().health("a")
    assert asked is not None
    assert asked.asked_since == NOON + timedelta(minutes=1)
    ledger.settle(replace(asked, next_due=NOON + DAY))
    assert open_again().health("a") == replace(asked, next_due=NOON + DAY, asked_since=None)


def test_a_poll_ended_with_its_collector_whatever_its_claim_says(ledger: SqlSourceLedger) -> None:
    def state(at: datetime) -> str:
        [found] = read_source_figures(ledger._engine, at, [Expected("board", None)])
        return found.state

    def heard(started: datetime, at: datetime) -> None:
        beat = Heartbeat("ingest.collector", ready=True)
        SqlHeartbeats(ledger._engine, "ingest@a", started, counts_restarts=False).publish([beat], at)

    minute = timedelta(minutes=1)
    ledger.register(["board"], NOON)
    heard(NOON, NOON)
    ledger.claim(["board"], NOON, most=1, worker="ingest@a", lease=10 * minute)
    heard(NOON, NOON + minute)
    assert state(NOON + minute) == "hanging"
    assert state(NOON + 2 * minute) == "waiting", "it was killed in it"
    heard(NOON + 2 * minute, NOON + 2 * minute)
    assert state(NOON + 2 * minute) == "waiting", "and started again"


def test_a_poll_hangs_also_where_its_process_once_served_a_portal(ledger: SqlSourceLedger) -> None:
    def heard(started: datetime, *services: str) -> None:
        beats = [Heartbeat(service, ready=True) for service in services]
        SqlHeartbeats(ledger._engine, "run@a", started).publish(beats, started)

    heard(NOON - HOUR, "ingest.collector", "portal")
    heard(NOON, "ingest.collector")
    ledger.register(["board"], NOON)
    ledger.claim(["board"], NOON, most=1, worker="run@a", lease=timedelta(minutes=10))
    at = NOON + HANGING_AFTER
    SqlHeartbeats(ledger._engine, "run@a", NOON).publish([Heartbeat("ingest.collector", ready=True)], at)
    [found] = read_source_figures(ledger._engine, at, [Expected("board", None)])
    assert found.state == "hanging"


def test_an_operators_word_for_a_listing_that_shrank_is_kept_over_polls(ledger: SqlSourceLedger) -> None:
    shrunk = Shrunk(NOON - HOUR, polls=2, listed=1, lacking=199)
    ledger.settle(SourceHealth("a", added_at=NOON - DAY, next_due=NOON + DAY))
    assert ledger.accept_shrunk("a") is None
    assert ledger.accept_shrunk("nobody") is None
    ledger.settle(SourceHealth("a", added_at=NOON - DAY, next_due=NOON + DAY, shrunk=shrunk))
    assert ledger.accept_shrunk("a") == shrunk
    assert claim(ledger) == ["a"]
    ledger.settle(SourceHealth("a", added_at=NOON - DAY, next_due=NOON + DAY))
    health = ledger.health("a")
    assert health is not None
    assert (health.shrunk, health.shrunk_accepted) == (None, shrunk.since)


def test_validators_are_forgotten_and_all_else_stays(ledger: SqlSourceLedger, open_again: Open) -> None:
    health = SourceHealth("a", added_at=NOON, next_due=NOON, format="ashby", validators=Validators("e", "m", "r"))
    ledger.settle(health)
    assert claim(ledger, "one") == ["a"]
    ledger.forget_validators("a")
    assert open_again().health("a") == replace(health, validators=Validators(), asked_since=NOON)
    assert claim(ledger, "two") == []
    ledger.forget_validators("nobody")


def claim(ledger: SqlSourceLedger, worker: str = "one", *, at: timedelta = timedelta(), most: int = 9) -> list[str]:
    return list(ledger.claim({"a", "b", "c"}, NOON + at, most=most, worker=worker, lease=LEASE))


def test_due_sources_are_claimed_the_longest_due_first(ledger: SqlSourceLedger) -> None:
    ledger.register(["b"], NOON - HOUR)
    ledger.register(["a"], NOON)
    ledger.register(["c"], NOON + HOUR)
    ledger.register(["gone from the settings"], NOON - DAY)
    assert claim(ledger, most=1) == ["b"]
    assert sorted(claim(ledger)) == ["a", "b"]


def test_a_claimed_source_is_no_other_workers_until_the_lease_ends(ledger: SqlSourceLedger, open_again: Open) -> None:
    ledger.register(["a"], NOON)
    other = open_again()
    assert claim(ledger, "one") == ["a"]
    assert claim(other, "two") == []
    assert claim(other, "two", at=LEASE) == ["a"]
    assert claim(ledger, "one", at=LEASE) == []


def test_a_worker_takes_up_its_own_claim_after_a_crash(ledger: SqlSourceLedger, open_again: Open) -> None:
    ledger.register(["a"], NOON)
    assert claim(ledger, "one") == ["a"]
    assert claim(open_again(), "one") == ["a"]


def test_settling_lets_go_of_the_claim_and_sets_the_next_time(ledger: SqlSourceLedger, open_again: Open) -> None:
    ledger.register(["a"], NOON)
    claim(ledger, "one")
    ledger.settle(SourceHealth("a", added_at=NOON, next_due=NOON + HOUR))
    assert claim(open_again(), "two") == []
    assert claim(open_again(), "two", at=HOUR) == ["a"]


def test_a_source_that_a_clock_polled_which_had_run_ahead_is_due_now(ledger: SqlSourceLedger, open_again: Open) -> None:
    ledger.register(["a", "b"], NOON)
    claim(ledger, "one", at=9 * DAY)
    ahead = NOON + 9 * DAY
    ledger.settle(SourceHealth("a", added_at=NOON, next_due=ahead + HOUR, last_attempt=ahead, last_success=ahead))
    assert claim(open_again(), "two") == ["b", "a"], "the claim on the other was of then, too"
    ledger.settle(SourceHealth("a", added_at=NOON, next_due=NOON + HOUR, last_attempt=NOON, last_success=NOON))
    assert claim(open_again(), "three") == []
    # Who was asked to wait for long waits.
    ledger.settle(SourceHealth("a", added_at=NOON, next_due=NOON + 9 * DAY, last_attempt=NOON))
    assert claim(open_again(), "three") == []


def test_a_fault_is_new_once(ledger: SqlSourceLedger, open_again: Open) -> None:
    assert ledger.new_faults("board", ["f1", "f2"]) == {"f1", "f2"}
    ledger.note_faults("board", ["f1"], NOON)
    ledger.note_faults("board", ["f1", "f1"], NOON)
    assert open_again().new_faults("board", ["f1", "f2"]) == {"f2"}
    assert ledger.new_faults("other", ["f1"]) == {"f1"}
    ledger.note_faults("board", [], NOON)


def test_old_closed_items_and_faults_are_dropped_and_open_ones_never(ledger: SqlSourceLedger) -> None:
    ledger.keep([KeptItem(row("open", last_seen=NOON - 9 * DAY), {}), KeptItem(row("late", is_open=False))])
    ledger.keep([KeptItem(row("old", is_open=False, last_seen=NOON - 9 * DAY))])
    ledger.note_faults("board", ["old"], NOON - 9 * DAY)
    ledger.note_faults("board", ["late"], NOON)
    assert ledger.prune(NOON - DAY) == 2
    assert ledger.known("board", ["open", "late", "old"]).keys() == {"open", "late"}
    assert ledger.new_faults("board", ["old", "late"]) == {"old"}
