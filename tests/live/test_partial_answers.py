"""Answers of Elasticsearch that are 200 and not whole: each is a failure and tried again, and no match is lost."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.criteria import CriteriaRecord
from schemas.topics import TOPICS, dead_of
from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex
from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings, ElasticsearchSieve
from services.rules.criteria import criteria_id
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.elasticsearch.settings import ElasticsearchSettings
from services.runtime.errors import UnavailableError
from tests.support.engines import elasticsearch_of_my_own
from tests.support.judging import FETCHED, having, skills
from tests.support.matcher_workers import matcher_workers
from tests.support.matching import criteria_out
from tests.support.racing import asking, fitting, pairs
from tests.support.slow_search import SlowWay, slow_way
from tests.support.waiting import until

pytestmark = pytest.mark.live

Json = dict[str, Any]
GO = skills(all=("Go",))
SHORT: dict[str, Json] = {
    "out of time": {"timed_out": True},
    "a shard failed": {"_shards": {"failed": 1}},
    "silent of time": {"timed_out": None},
    "silent of shards": {"_shards": None},
}
"""What tells that an answer is short, or leaves open whether it is; None: left out of it."""


@dataclass
class Shortened:
    """Cuts the next answers: the hits of the last search of each are gone, and that is all there is to see of it."""

    facts: Json
    left: int = 1
    cut: int = 0

    def __call__(self, path: str, body: bytes) -> bytes:
        if not path.startswith("/_msearch") or self.cut == self.left:
            return body
        self.cut += 1
        answer: Json = json.loads(body)
        last = answer["responses"][-1]
        assert last["status"] == 200
        last |= self.facts
        for name in [name for name, fact in self.facts.items() if fact is None]:
            del last[name]
        last.pop("hits", None)
        if "aggregations" in last:
            last["aggregations"]["hits"]["value"] = []
        return json.dumps(answer).encode()


@pytest.fixture
def settings() -> Iterator[ElasticsearchSettings]:
    with elasticsearch_of_my_own() as made:
        yield made


@pytest.fixture
def way(settings: ElasticsearchSettings) -> Iterator[SlowWay]:
    with slow_way(settings.urls[0]) as made:
        yield made


@pytest.fixture
def engine(settings: ElasticsearchSettings, way: SlowWay) -> Iterator[SearchEngine]:
    with closing(SearchEngine(settings.model_copy(update={"urls": (way.url,), "timeout_s": 30.0}))) as made:
        yield made


@pytest.mark.parametrize("facts", SHORT.values(), ids=SHORT)
def test_a_search_that_is_answered_in_part_fails_and_finds_all_when_it_is_asked_again(
    engine: SearchEngine, way: SlowWay, facts: Json
) -> None:
    index, recent = ElasticsearchCriteriaIndex(engine), ElasticsearchRecentPostings(engine)
    sieve = ElasticsearchSieve(engine)
    index.ensure()
    recent.generations.ensure()
    index.apply([CriteriaRecord(key=7, criteria_id=criteria_id(GO), version=1, criteria=GO)])
    postings = [having("Go", posting_id="p1"), having("Go", posting_id="p2")]
    recent.put(postings)
    recent.refresh()
    narrow = skills(all=("Rust",), none=("Go",))
    asked: dict[str, Callable[[], object]] = {
        "forward": lambda: [list(hits.keys) for hits in index.match(postings)],
        "backward": lambda: [len(hits) for hits in recent.search_each([GO, GO], FETCHED - timedelta(days=1), 9)],
        "sieve": lambda: sorted(sieve.far(narrow, {posting.posting_id: posting.version for posting in postings})),
    }
    whole = {"forward": [[7], [7]], "backward": [2, 2], "sieve": ["p1", "p2"]}
    for name, ask in asked.items():
        way.answer = Shortened(facts)
        with pytest.raises(UnavailableError, match="Elasticsearch answered in part"):
            ask()
        assert ask() == whole[name]


def test_one_search_of_several_that_a_server_could_not_serve_fails_them_all(engine: SearchEngine, way: SlowWay) -> None:
    index = ElasticsearchCriteriaIndex(engine)
    index.ensure()

    def one_fails(path: str, body: bytes) -> bytes:
        answer = json.loads(body)
        if "responses" in answer:
            failed = {"error": {"type": "search_phase_execution_exception", "reason": "shards failed"}, "status": 503}
            answer["responses"][-1] = failed
        return json.dumps(answer).encode()

    way.answer = one_fails
    with pytest.raises(UnavailableError, match=r"cannot serve now \(503\): search_phase_execution_exception: shards"):
        index.match([having("Go"), having("Go")])


@pytest.mark.parametrize(
    ("path", "facts"),
    [("_refresh", {"_shards": {"failed": 1}}), ("_delete_by_query", {"timed_out": True})],
    ids=["refresh", "delete"],
)
def test_a_refresh_or_deletion_that_was_made_in_part_fails_too(
    engine: SearchEngine, way: SlowWay, path: str, facts: Json
) -> None:
    recent = ElasticsearchRecentPostings(engine)
    recent.generations.ensure()
    recent.put([having("Go")])
    way.answer = lambda asked, answer: json.dumps(json.loads(answer) | facts).encode() if path in asked else answer
    with pytest.raises(UnavailableError, match="Elasticsearch could not"):
        recent.forget(FETCHED + timedelta(days=1))


@pytest.mark.decisive
@pytest.mark.timeout(300)
def test_a_worker_tries_again_what_was_answered_in_part_and_loses_no_match(tmp_path: Path) -> None:
    """Forward, then backward, each while several answers in a row are short."""
    ways: list[SlowWay] = []
    with ExitStack() as stack:

        def over(url: str) -> str:
            ways.append(stack.enter_context(slow_way(url)))
            return ways[-1].url

        workers = stack.enter_context(matcher_workers(tmp_path, "elasticsearch", way=over))
        workers.start()
        first, second = range(30), range(30, 60)
        for facts, already, news in (
            (
                "out of time",
                [criteria_out(number, asking(number)) for number in first],
                [fitting(number) for number in first],
            ),
            (
                "a shard failed",
                [fitting(number) for number in second],
                [criteria_out(number, asking(number)) for number in second],
            ),
        ):
            workers.producer.produce(already)
            workers.until_done()
            shortened = ways[-1].answer = Shortened(SHORT[facts], left=4)
            workers.producer.produce(news)
            until(lambda shortened=shortened: shortened.cut == shortened.left, f"answers are short: {facts}")
            workers.until_done()
        assert Counter(workers.pairs()) == Counter(pairs(range(60)))
        assert workers.causes == {"forward": 30, "backfill": 30}
        for topic in TOPICS:
            assert not list(workers.reader.read_all(dead_of(topic.name))), "no record died of it"
