"""Rebuilding the shared indices on real engines, while they are used and when killed."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.criteria import CriteriaRecord
from schemas.topics import CRITERIA, POSTINGS, dead_of
from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex
from services.matcher.adapters.elasticsearch.generations import BusyError, Lease, target_of
from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings
from services.matcher.app import kept_indices
from services.matcher.rebuilding import Rebuilder, RebuiltIndex
from services.matcher.settings import MatcherSettings
from services.runtime.clock import FixedClock
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.errors import UnavailableError
from services.runtime.log.sqlite import SqliteLog
from tests.support.command_line import run
from tests.support.engines import elasticsearch_of_my_own
from tests.support.judging import having, skills
from tests.support.long_form import LONG
from tests.support.matcher_workers import Workers, matcher_workers
from tests.support.matching import NOON, criteria_out, posting_out
from tests.support.racing import Stream, pairs
from tests.support.waiting import ended

pytestmark = [pytest.mark.live, pytest.mark.decisive]

GO = skills(all=("Go",))


@dataclass
class Shared:
    """Both indices and the log that they come from."""

    engine: SearchEngine
    log: SqliteLog
    clock: FixedClock
    criteria: ElasticsearchCriteriaIndex
    recent: ElasticsearchRecentPostings
    kept: tuple[RebuiltIndex, RebuiltIndex]

    @property
    def rebuilder(self) -> Rebuilder:
        return Rebuilder(self.engine, self.log, lease_s=1.0, grace_s=0.0)

    def keys(self, *names: str) -> list[int]:
        return [int(key) for key in self.criteria.match([having(*names)])[0].keys]


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Shared]:
    with ExitStack() as stack:
        settings = stack.enter_context(elasticsearch_of_my_own())
        engine = stack.enter_context(closing(SearchEngine(settings.model_copy(update={"timeout_s": 30.0}))))
        clock = FixedClock(NOON)
        log = stack.enter_context(SqliteLog(tmp_path / "log.sqlite", clock=clock))
        criteria, recent = ElasticsearchCriteriaIndex(engine), ElasticsearchRecentPostings(engine)
        kept = kept_indices(engine, MatcherSettings(), clock)
        yield Shared(engine, log, clock, criteria, recent, kept)


def ensure(shared: Shared) -> None:
    for kept in shared.kept:
        shared.rebuilder.ensure(kept)


def names(kept: RebuiltIndex) -> list[str]:
    return [generation.name.rpartition("-")[2] for generation in kept.generations.listed()]


def test_a_new_installation_gets_empty_indices_and_keeps_them(shared: Shared) -> None:
    ensure(shared)
    ensure(shared)
    assert [names(kept) for kept in shared.kept] == [["000001"], ["000001"]]
    assert shared.keys("Go") == []


def test_an_index_that_is_missing_beside_a_full_topic_is_built_from_it(shared: Shared) -> None:
    shared.log.produce([criteria_out(1, GO), criteria_out(2, GO), criteria_out(2, GO, 2, removed=True)])
    shared.log.produce([posting_out(having("Go"))])
    ensure(shared)
    assert shared.keys("Go") == [1]
    assert [hit.posting.posting_id for hit in shared.recent.search(GO, NOON, 9)] == ["p1"]


def test_an_index_that_was_emptied_beside_a_full_topic_is_built_again(shared: Shared) -> None:
    ensure(shared)
    shared.log.produce([criteria_out(1, GO)])
    ensure(shared)
    assert shared.keys("Go") == [1]
    assert names(shared.kept[0]) == ["000002"]


def test_an_index_that_holds_something_is_left_alone(shared: Shared) -> None:
    ensure(shared)
    out = criteria_out(1, GO)
    shared.criteria.apply([CriteriaRecord.model_validate_json(out.value)])
    shared.log.produce([out, criteria_out(2, GO)])
    ensure(shared)
    assert shared.keys("Go") == [1]


def test_an_index_of_another_form_is_told(shared: Shared) -> None:
    ensure(shared)
    kept = shared.kept[0]
    shared.engine.ask("PUT", f"/{kept.generations.alias}/_mapping", {"_meta": {"schema": "criteria.v0"}})
    with pytest.raises(UnavailableError, match="jobchime reindex"):
        shared.rebuilder.ensure(kept)
    shared.rebuilder.rebuild(kept)
    shared.rebuilder.ensure(kept)


def test_what_a_killed_rebuild_left_is_dropped_and_never_read(shared: Shared) -> None:
    shared.log.produce([criteria_out(1, GO)])
    ensure(shared)
    kept = shared.kept[0]
    left = kept.generations.make()
    strange = CriteriaRecord.model_validate_json(criteria_out(9, GO).value)
    shared.criteria.write([strange], [target_of(left)])
    assert shared.keys("Go") == [1]
    shared.rebuilder.rebuild(kept)
    assert shared.keys("Go") == [1]
    assert len(names(kept)) == 1


def test_unreadable_records_and_postings_that_are_too_old_are_left_out(shared: Shared) -> None:
    out = criteria_out(1, GO)
    broken = type(out)(out.topic, b"2", b"{")
    shared.log.produce([broken, out, posting_out(having("Go", posting_id="old", fetched_at=NOON.replace(year=2025)))])
    ensure(shared)
    assert shared.keys("Go") == [1]
    assert shared.recent.search(GO, NOON.replace(year=2024), 9) == []


def test_only_one_rebuilds_an_index_at_a_time_and_a_killed_one_is_waited_for(shared: Shared) -> None:
    ensure(shared)
    kept = shared.kept[0]
    Lease(shared.engine, kept.name, seconds=1.0).take()
    with pytest.raises(BusyError, match="wait"):
        shared.rebuilder.rebuild(kept)
    shared.rebuilder.rebuild(kept, wait=True)
    assert names(kept) == ["000002"]


def test_whoever_lost_the_lease_is_told_at_its_next_step(shared: Shared) -> None:
    ensure(shared)
    first, second = (Lease(shared.engine, "criteria", seconds=0.0) for _ in range(2))
    first.take()
    second.take()
    with pytest.raises(BusyError):
        first.renew()
    first.give_back()
    second.renew()
    second.give_back()
    first.take()


@pytest.mark.slow(minutes=1)
@pytest.mark.timeout(400)
def test_no_match_is_missed_or_fails_while_indices_are_rebuilt_again_and_again_and_a_rebuild_is_killed(
    tmp_path: Path,
) -> None:
    with matcher_workers(tmp_path, "elasticsearch") as workers:
        workers.start(2)
        with Stream(workers, first=0, a_second=15 if LONG else 6, seed=4) as stream:
            _reindex(workers)
            for number in range(2 if LONG else 1):
                killed = workers.command("reindex")
                time.sleep(2.0 + number * 1.5 + random.Random(number).random())
                assert killed.poll() is None, "it had ended before it was killed"
                killed.kill()
                killed.wait()
            _reindex(workers)
        workers.until_done()
        found = Counter(workers.pairs())
        dead = [len(list(workers.reader.read_all(dead_of(topic.name)))) for topic in (CRITERIA, POSTINGS)]
        with closing(SearchEngine(workers.settings.elasticsearch)) as engine:
            criteria = ElasticsearchCriteriaIndex(engine)
            count, left = len(criteria), criteria.generations.listed()
    assert found == Counter(pairs(stream.numbers))
    assert dead == [0, 0]
    assert count == len(stream.numbers)
    assert [(generation.read, generation.written) for generation in left] == [(True, True)]


def _reindex(workers: Workers) -> None:
    assert ended(workers.command("reindex")) == 0


def test_a_wrong_index_is_told_by_reconciling_and_mended_by_a_rebuild(tmp_path: Path) -> None:
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    with matcher_workers(tmp_path, "elasticsearch") as workers:
        workers.start()
        workers.producer.produce([criteria_out(1, GO), criteria_out(2, GO)])
        workers.until_done()
        workers.producer.produce([posting_out(having("Go", fetched_at=datetime.now(UTC)))])
        workers.until_done()
        assert Counter(workers.pairs()) == Counter([(1, "p1"), (2, "p1")])
        assert run("reconcile", "--day", day, "-c", workers.file).code == 0
        with closing(SearchEngine(workers.settings.elasticsearch)) as engine:
            out = criteria_out(2, GO, 9, removed=True)
            ElasticsearchCriteriaIndex(engine).apply([CriteriaRecord.model_validate_json(out.value)])
        ran = run("reconcile", "--day", day, "-c", workers.file)
        assert ran.code == 1
        assert ran.out.splitlines()[0] == "criteria 2, posting p1: match, and the index does not give it so"
        _reindex(workers)
        assert run("reconcile", "--day", day, "-c", workers.file).code == 0
