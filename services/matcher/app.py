"""Wires the matcher."""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from schemas.criteria import CriteriaRecord
from schemas.posting import PostingCore
from schemas.topics import CRITERIA, POSTINGS
from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex
from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings
from services.matcher.adapters.memory.index import MemoryCriteriaIndex
from services.matcher.adapters.memory.recent import MemoryRecentPostings
from services.matcher.holdings import OwnHoldings, SharedHoldings
from services.matcher.rebuilding import Rebuilder, RebuiltIndex, readable
from services.matcher.service import Matcher
from services.matcher.settings import MatcherSettings
from services.runtime.clock import Clock
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.elasticsearch.settings import ElasticsearchSettings
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.log.sqlite import ReadLog, SqliteTail
from services.runtime.records import Record, Tail

SNAPSHOT_FILE: Final = "criteria.snapshot"
_PATIENT_S: Final = 60.0


def make_matcher(log: ReadLog, settings: MatcherSettings | None = None, folder: Path | None = None) -> Matcher:
    """The matcher with criteria and recent postings in its memory, over a log of this process."""
    return make_own_matcher(SqliteTail(log, CRITERIA.name), SqliteTail(log, POSTINGS.name), settings, folder)


def make_own_matcher(
    criteria: Tail, postings: Tail, settings: MatcherSettings | None = None, folder: Path | None = None
) -> Matcher:
    """The matcher with criteria and recent postings in its memory, followed by their tails.

    `folder` is where a snapshot of the criteria is kept, for all workers of a machine. Raises UsageError where the
    settings ask for a kernel that is not installed.
    """
    settings = settings or MatcherSettings()
    index = MemoryCriteriaIndex(settings.kernel)
    kept_in = folder / SNAPSHOT_FILE if folder else None
    return Matcher(OwnHoldings(index, MemoryRecentPostings(), criteria, postings, settings, kept_in), settings)


def make_shared_matcher(
    elasticsearch: ElasticsearchSettings, kafka: KafkaSettings, settings: MatcherSettings, *, clock: Clock
) -> Matcher:
    """The matcher over indices that all workers share; its `load` makes them where they are missing."""
    # Only here: the embedded form starts sooner without Kafka's client.
    from services.runtime.kafka.reader import RecordReader

    engine = SearchEngine(elasticsearch)

    def prepare() -> None:
        with closing(patient_engine(elasticsearch)) as patient, RecordReader(kafka) as reader:
            for kept in kept_indices(patient, settings, clock):
                Rebuilder(patient, reader).ensure(kept)

    criteria, recent = ElasticsearchCriteriaIndex(engine), ElasticsearchRecentPostings(engine)
    return Matcher(SharedHoldings(criteria, recent, settings, prepare), settings)


def patient_engine(elasticsearch: ElasticsearchSettings) -> SearchEngine:
    """For work that no group waits for: a request may take longer than a worker's."""
    return SearchEngine(elasticsearch.model_copy(update={"timeout_s": max(elasticsearch.timeout_s, _PATIENT_S)}))


def kept_indices(engine: SearchEngine, settings: MatcherSettings, clock: Clock) -> tuple[RebuiltIndex, RebuiltIndex]:
    """Both shared indices, and how each is written from the records of its topic."""
    criteria, recent = ElasticsearchCriteriaIndex(engine), ElasticsearchRecentPostings(engine)

    def write_criteria(records: Sequence[Record], target: str) -> None:
        criteria.write(readable(CriteriaRecord, records), [target])

    def write_postings(records: Sequence[Record], target: str) -> None:
        since = postings_since()
        recent.write([posting for posting in readable(PostingCore, records) if posting.seen_at >= since], [target])

    def postings_since() -> datetime:
        return clock.now() - settings.indexed

    return (
        RebuiltIndex("criteria", CRITERIA.name, criteria.generations, write_criteria, lambda: None),
        RebuiltIndex("postings", POSTINGS.name, recent.generations, write_postings, postings_since),
    )
