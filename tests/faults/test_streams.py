"""The deployed form on real engines while everything in it is killed, stopped and away, and people change their minds.

It shows at the end that each posting was matched exactly as the in-memory index and the truth say, that each subscriber
was sent once whatever they are owed, and that what cannot be processed is in the dead-letter topics with its reason.
The plan of faults, the postings and the people follow from a seed. See `tests/support/streams/sizes.py` for the forms.
"""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from schemas.sql.tables import counters, criteria, outbox, saved_searches
from services.notifier.adapters.sql.people.searches import SqlSearches
from services.notifier.adapters.sql.people.subscribers import SqlSubscribers
from services.notifier.domain.ids import Ids
from services.notifier.domain.people import profile_of, timing_of
from services.runtime.sql.revisions import migrate
from services.runtime.sql.store import open_store, reading
from tests.support import engines
from tests.support.consenting import declared
from tests.support.kill_checks import check_mails
from tests.support.streams.figures import Figures
from tests.support.streams.founding import First, save_together
from tests.support.streams.items import check_items
from tests.support.streams.pairs import check_pairs, check_truth, expected_of, stored_in
from tests.support.streams.plan import drawn
from tests.support.streams.records import check_letters, read_versions
from tests.support.streams.running import Run, lived_through
from tests.support.streams.sizes import LONG, SERVICES, SHORT, Size, chosen_index, chosen_seed, chosen_size
from tests.support.truth_check import stored_criteria
from tests.support.two_forms import pool

SHOWN = 20


@pytest.mark.live
@pytest.mark.decisive
@pytest.mark.slow(minutes=4)
@pytest.mark.timeout(7_200)
def test_faults_of_everything_lose_nothing_and_send_nothing_twice(tmp_path: Path) -> None:
    began, size, seed, index = time.monotonic(), chosen_size(), chosen_seed(), chosen_index()
    if size is SHORT:
        for engine in (engines.kafka, engines.elasticsearch, engines.postgresql):
            engine()  # where no engine runs, this one is not asked for
    plan = drawn(seed, size)
    print(f"\nseed {seed}, {size.name} form, criteria in {index}; the plan:\n{plan}", flush=True)
    figures = Figures([])
    figures.add("seed", f"{seed}, {size.name} form, criteria in {index}")
    try:
        with lived_through(tmp_path / "place", plan, size, index, seed) as run:
            figures.faults(run.supervisor, run.breaking)
            check(run, size, seed, figures)
            figures.add("wall", f"{time.monotonic() - began:.0f} s")
    finally:
        figures.show()


def check(run: Run, size: Size, seed: int, figures: Figures) -> None:
    """All that must hold."""
    store, kafka, crowd = run.place.store, run.place.settings.kafka, run.crowd
    print("looking at all of it", flush=True)
    letters = check_letters(kafka, run.feeding.poisoned)
    versions, again = read_versions(kafka, run.feeding.acknowledged, seed)
    count = sum(map(len, versions.values()))
    figures.flow(len(run.feeding.acknowledged), len(versions), count, again, crowd, size.criteria)
    figures.letters(letters)

    expected, stored = expected_of(stored_criteria(store), versions, crowd), stored_in(store)
    pairs, differences = check_pairs(expected, stored, versions)
    differences += check_truth(pairs, expected, stored, versions, size.sampled, seed)
    figures.pairs(pairs, expected)
    asking = {search.search_id for search in crowd.searches.values() if search.plain}
    items, unequal = check_items(store, expected, versions, crowd)
    figures.items(items, check_mails(store, run.place.mails, asking))
    figures.add("lag at the end", sum(run.supervisor.lag.values()))

    assert (differences[:SHOWN], unequal[:SHOWN]) == ([], [])
    assert (pairs.lost, pairs.doubled, pairs.wrong, pairs.differing) == (0, 0, 0, 0)
    assert (items.doubled, items.strange, items.expected - items.found) == (0, 0, 0)
    assert run.supervisor.tracebacks()[:1] == []
    assert pairs.judged >= size.sampled
    # In the short form so many searches are of those who leave that not each has its match.
    assert pairs.expected > (size.criteria if size is LONG else size.people)
    assert items.expected > size.people
    assert len(run.supervisor.kills) == size.kills * len(SERVICES)
    assert sum(run.supervisor.freezes.values()) == size.freezes * len(SERVICES)
    assert all(run.breaking.away_s[engine] >= seconds for engine, seconds in size.aways)
    assert run.breaking.away_s.keys() == dict(size.aways).keys()
    assert min(crowd.turns[turn] for turn in ("joined", "changed", "left")) > 0
    assert sum(run.breaking.restarted.values()) == len(size.restarts)


def test_a_seed_draws_the_same_plan_again_and_another_one_another() -> None:
    assert drawn(7, LONG) == drawn(7, LONG)
    assert drawn(7, LONG) != drawn(8, LONG)


@pytest.mark.parametrize("size", [SHORT, LONG])
def test_a_plan_has_all_kinds_of_faults_within_its_span(size: Size) -> None:
    plan = drawn(7, size)
    for faults in plan.workers.values():
        assert [fault.act for fault in faults].count("kill") == size.kills
        assert all(0 < fault.at_s <= size.span_s for fault in faults)
        steps = [fault.act for fault in faults if fault.act in ("join", "leave")]
        assert steps == ["join", "leave"] * size.joins
    assert len(plan.engines) == len(size.restarts) + len(size.aways)


def test_the_long_form_kills_sixty_times_and_keeps_each_engine_away_for_two_minutes() -> None:
    assert LONG.kills * len(SERVICES) >= 60
    assert {seconds for _, seconds in LONG.aways} == {120}
    assert min(LONG.postings, LONG.criteria) >= 20_000


def test_searches_saved_together_leave_what_those_saved_one_by_one_do(tmp_path: Path) -> None:
    now, ids, asked = datetime.now(UTC), Ids(b"not-a-secret-but-long-enough"), pool(5, 1)
    left = []
    for together in (True, False):
        store = open_store(f"sqlite:///{tmp_path / str(together)}.sqlite")
        migrate(store)
        fields = {"address": "person@example.com", "name": "P", "time_zone": "Europe/Berlin", "currency": "EUR"}
        person = SqlSubscribers(store, ids).add(profile_of(fields), now, declared(now)).subscriber_id
        timing = timing_of({"cadence": "daily", "hour": 7})
        firsts = [First(person, "Europe/Berlin", f"search {at}", criteria, timing) for at, criteria in enumerate(asked)]
        if together:
            save_together(store, ids, firsts, now)
        else:
            for first in firsts:
                SqlSearches(store, ids).add(person, first.name, first.criteria, timing, now)
        with reading(store) as connection:
            left.append(
                [connection.execute(select(table)).all() for table in (criteria, outbox, saved_searches, counters)]
            )
        store.dispose()
    assert left[0] == left[1]
