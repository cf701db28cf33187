"""What the contract of all indices of criteria leaves open, and one that several workers share must do."""

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from schemas.criteria import Criteria, CriteriaRecord
from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex, Entry
from services.rules.criteria import criteria_id
from services.runtime.clock import FixedClock
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.elasticsearch.refusals import MissingIndexError
from services.runtime.elasticsearch.settings import ElasticsearchSettings
from services.runtime.errors import PoisonError, UnavailableError, UsageError
from tests.support import generate
from tests.support.engines import elasticsearch_of_my_own
from tests.support.judging import FETCHED, having, skills
from tests.support.search_indices import criteria_index_of_my_own, index_on
from tests.support.truth import same_hits, true_hits
from tests.support.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.decisive]

GO, RUST = skills(all=("Go",)), skills(all=("Rust",))


@pytest.fixture
def index() -> Iterator[ElasticsearchCriteriaIndex]:
    with criteria_index_of_my_own() as found:
        yield found


def record(key: int, asked: Criteria, version: int = 1, removed: bool = False) -> CriteriaRecord:
    return CriteriaRecord(key=key, criteria_id=criteria_id(asked), version=version, removed=removed, criteria=asked)


def keys(index: ElasticsearchCriteriaIndex, skill: str) -> list[int]:
    return [int(key) for key in index.match([having(skill)])[0].keys]


def test_a_hundred_thousand_pairs_equal_the_truth_while_two_workers_edit(index: ElasticsearchCriteriaIndex) -> None:
    random_, workers = random.Random(5), (index, index_on(index.engine.settings))
    postings = generate.postings(125, seed=6)
    for version in (10, 20):
        asked = dict(enumerate(generate.criteria(400, seed=version, models=postings)))
        records = [record(key, wanted, version) for key, wanted in asked.items()]
        gone = [record(key, RUST, version + 1, removed=True) for key in random_.sample(range(400), 40)]
        for at, worker in enumerate(workers):  # each half of all, and much that is late
            worker.apply([*gone[at::2], *records[at::2]])
            worker.apply([*records[::3], *(record(key, GO, version - 1) for key in range(400))])
        left = {key: wanted for key, wanted in asked.items() if key not in {removed.key for removed in gone}}
        expected = true_hits(left, postings)
        for worker in workers:
            assert len(worker) == len(left)
            assert same_hits(worker.match(postings), expected)


def test_every_hit_is_returned_however_many_there_are(index: ElasticsearchCriteriaIndex) -> None:
    index.apply([record(key, GO) for key in range(0, 24_000, 2)])
    assert index.match([having("Go")])[0].keys.tolist() == list(range(0, 24_000, 2))


def test_that_the_alias_to_write_to_is_gone_is_told_with_what_mends_it(index: ElasticsearchCriteriaIndex) -> None:
    index.apply([record(1, GO)])
    gone = [{"remove": {"index": f"{index.generations.alias}-*", "alias": index.generations.write_alias}}]
    index.engine.ask("POST", "/_aliases", {"actions": gone})
    with pytest.raises(UnavailableError, match="the alias to write to it, is missing") as told:
        index.apply([record(2, GO)])
    assert told.value.mend == "reindex"
    index.generations.read_from(index.generations.make())
    index.apply([record(2, GO)])
    assert keys(index, "Go") == [2]


def test_what_is_held_is_told_with_removals(index: ElasticsearchCriteriaIndex) -> None:
    index.apply([record(1, GO, 3), record(2, RUST, 4, removed=True)])
    assert index.entries([1, 2, 3]) == {1: Entry(3, criteria_id(GO), False), 2: Entry(4, criteria_id(RUST), True)}
    assert index.entries([]) == {}


def test_removed_criteria_are_forgotten_once_they_have_been_gone_for_long() -> None:
    with criteria_index_of_my_own() as index:
        clock = FixedClock(FETCHED)
        worker = ElasticsearchCriteriaIndex(index.engine, clock)
        worker.apply([record(1, GO, 2, removed=True), record(3, GO)])
        clock.advance(timedelta(days=2))
        worker.apply([record(2, GO, 2, removed=True)])
        assert worker.purge(FETCHED + timedelta(days=1)) == 1
        assert sorted(worker.entries([1, 2, 3])) == [2, 3]
        assert keys(worker, "Go") == [3]


def test_all_generations_are_kept_up_and_one_is_read(index: ElasticsearchCriteriaIndex) -> None:
    index.apply([record(1, GO)])
    second = index.generations.make()
    index.apply([record(2, GO)])
    assert keys(index, "Go") == [1, 2]
    index.generations.read_from(second)
    assert keys(index, "Go") == [2]
    assert [
        (generation.name == second, generation.read, generation.written) for generation in index.generations.listed()
    ] == [
        (False, False, True),
        (True, True, True),
    ]


def test_a_generation_that_is_read_is_not_dropped(index: ElasticsearchCriteriaIndex) -> None:
    with pytest.raises(UsageError, match="swap to another generation first"):
        index.generations.drop(index.generations.listed()[0].name)


def test_a_late_write_does_not_bring_a_dropped_generation_back(index: ElasticsearchCriteriaIndex) -> None:
    second = index.generations.make()
    late = index.generations.targets()
    index.generations.drop(second)
    with pytest.raises(MissingIndexError):
        index.write([record(1, GO)], late)
    index.apply([record(1, GO)])
    assert [generation.name for generation in index.generations.listed()] == [f"{index.generations.alias}-000001"]
    assert keys(index, "Go") == [1]


def test_an_index_that_is_not_there_is_waited_for() -> None:
    with criteria_index_of_my_own() as index:
        name = index.generations.listed()[0].name
        index.engine.ask("DELETE", f"/{name}")
        for use in (lambda: index.apply([record(1, GO)]), lambda: index.match([having("Go")]), lambda: len(index)):
            with pytest.raises(UnavailableError):
                use()
        index.ensure()
        index.ensure()
        assert len(index) == 0


def test_an_engine_that_is_away_is_waited_for() -> None:
    away = ElasticsearchCriteriaIndex(SearchEngine(ElasticsearchSettings(urls=("http://127.0.0.1:9",))))
    with pytest.raises(UnavailableError, match="does not answer"):
        away.match([having("Go")])
    with pytest.raises(UsageError, match=r"set elasticsearch\.urls"):
        SearchEngine(ElasticsearchSettings())


def test_a_search_that_fails_is_no_empty_answer(index: ElasticsearchCriteriaIndex) -> None:
    index.apply([record(1, GO)])
    script = {"source": "throw new IllegalStateException('no')"}
    fine, failing = (
        {"query": {"match_all": {}}},
        {"query": {"match_all": {}}, "script_fields": {"it": {"script": script}}},
    )
    alias = index.generations.alias
    assert len(index.engine.search_many(alias, [fine], filter_path="hits.hits")[0]["hits"]["hits"]) == 1
    with pytest.raises(Exception, match="script_exception"):
        index.engine.search_many(alias, [fine, failing], filter_path="hits.hits")


def test_a_document_that_is_refused_is_poison(index: ElasticsearchCriteriaIndex) -> None:
    target = index.generations.targets()[0]
    with pytest.raises(PoisonError, match="parsing"):
        index.engine.bulk(b'{"index":{"_id":"1"}}\n[1]\n', index=target)


def test_an_index_of_another_form_is_waited_for_and_nothing_of_it_is_a_dead_letter(
    index: ElasticsearchCriteriaIndex,
) -> None:
    target = index.generations.targets()[0]
    with pytest.raises(UnavailableError, match="another release") as refused:
        index.engine.bulk(b'{"index":{"_id":"1"}}\n{"unknown":1}\n', index=target)
    assert refused.value.mend == "reindex"


def test_a_count_of_some_shards_is_no_count() -> None:
    with elasticsearch_of_my_own() as settings, closing(SearchEngine(settings)) as engine:
        name = f"{settings.prefix}-halves"
        halves = {"number_of_shards": 2, "number_of_replicas": 0, "routing.allocation.total_shards_per_node": 1}
        engine.ask("PUT", f"/{name}", {"settings": halves}, params={"wait_for_active_shards": 0}, timeout_s=30)
        until(lambda: engine.ask("GET", f"/_cluster/health/{name}")["active_shards"] > 0, "half of it is there")
        assert engine.ask("GET", f"/{name}/_count")["count"] == 0, "the engine itself answers as if it were empty"
        with pytest.raises(UnavailableError, match="every shard"):
            engine.count(name)
