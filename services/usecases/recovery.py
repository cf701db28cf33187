"""Topics made and mended, and what follows from them and the store made to agree again; harmless to repeat.

Indices are rebuilt, criteria republished, and the matches of a day reconciled.
"""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from schemas.codec import decode
from schemas.criteria import CriteriaRecord
from schemas.keys import keys_of
from schemas.topics import CRITERIA, MATCHES
from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex
from services.matcher.adapters.memory.index import MemoryCriteriaIndex
from services.matcher.app import kept_indices, patient_engine
from services.matcher.ports import CriteriaIndex, Hits
from services.matcher.rebuilding import Rebuilder, RebuiltIndex
from services.matcher.reconciling import (
    Backwards,
    CriteriaOfKey,
    Day,
    Difference,
    asked_by_key,
    expected_backwards,
    forward,
    index_differences,
    postings_of,
    reverse,
    store_differences,
)
from services.matcher.service import outgoing_matches
from services.notifier.adapters.sql.criteria.repair import CriteriaRepair, Drift, published_of
from services.notifier.adapters.sql.windows.matches import stored_keys
from services.notifier.agreement import Agreement
from services.notifier.app import make_agreement, make_log_agreement
from services.runtime.chunks import chunked
from services.runtime.clock import FixedClock
from services.runtime.errors import UsageError
from services.runtime.files.datadir import run_since
from services.runtime.health.heartbeat import MISSED, read_workers
from services.runtime.kafka import topics
from services.runtime.kafka.findings import TopicFinding
from services.runtime.kafka.offsets import Offsets
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import RecordReader
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.pauses import SqlPauses
from services.runtime.records import Producer, TopicReader
from services.settings import Settings
from services.usecases.index import has_index, index_of
from services.usecases.installation import Installation, open_installation, open_log, topics_of
from services.usecases.progress import Progress, Tell, unseen

__all__ = [
    "Comparison",
    "Day",
    "Difference",
    "Drift",
    "Index",
    "Rebuilt",
    "TopicFinding",
    "check_topics",
    "compared",
    "count_topics",
    "create_topics",
    "publish",
    "read_on",
    "rebuild",
    "require_topics",
    "waits_for_opt_outs",
]


def create_topics(settings: Settings, *, only_missing: bool = False) -> tuple[TopicFinding, ...]:
    """Make the topics that are missing, and mend what differs unless `only_missing`; gives what was done.

    Raises UnavailableError.
    """
    return topics.create(settings.kafka, only_missing=only_missing)


def check_topics(settings: Settings) -> tuple[TopicFinding, ...]:
    """What is missing or not as it should be, and how to mend it. Raises UnavailableError."""
    return topics.check(settings.kafka)


def count_topics(settings: Settings) -> int:
    """How many topics there should be."""
    return len(topics.planned(settings.kafka))


class Index(StrEnum):
    """One of the shared indices."""

    CRITERIA = "criteria"
    POSTINGS = "postings"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """An index that was made anew."""

    name: str
    generation: str
    """To which its searches go now."""


def rebuild(settings: Settings, only: Index | None, now: datetime, *, progress: Progress = unseen) -> Iterator[Rebuilt]:
    """Rebuild both indices, or `only` that of criteria or postings; each comes as soon as it is searched.

    Raises UsageError where there is no such index, UnavailableError.
    """
    if not has_index(settings):
        raise UsageError(
            "there is no index to rebuild: workers hold criteria in memory, read from the log at each start"
            ' (matcher.index is "memory", or no Kafka is configured)'
        )
    with closing(patient_engine(settings.elasticsearch)) as engine:
        for kept in kept_indices(engine, settings.matcher, FixedClock(now)):
            if only is not None and only != kept.name:
                continue
            total = _records(settings.kafka, kept)
            with RecordReader(settings.kafka) as reader, progress(f"Rebuilding {kept.name}", total) as advance:
                generation = Rebuilder(engine, reader).rebuild(kept, advance, wait=True)
            yield Rebuilt(kept.name, generation)


def _records(kafka: KafkaSettings, kept: RebuiltIndex) -> int:
    """How many there are to read at most: compaction leaves gaps."""
    since = kept.since()
    with Offsets(kafka) as offsets:
        starts = offsets.starts((kept.topic,)) if since is None else offsets.since(kept.topic, since)
        ends = offsets.ends((kept.topic,))
    return sum(end - starts[place] for place, end in ends.items())


def require_topics(settings: Settings) -> None:
    """Raises UsageError where the topics are missing, or a process runs on the log; UnavailableError."""
    if settings.deployed:
        topics.require(settings.kafka, (CRITERIA.name, MATCHES.name))
    elif run_since(settings.data):
        raise UsageError(f"jobchime runs on {settings.data}: stop it first")


def read_on(installation: Installation, now: datetime, *, dry_run: bool) -> str:
    """Have the notifier read on where the store ends, unless `dry_run`; says what did not agree, empty where all did.

    What it reads twice adds nothing. In a store that was restored sending waits until it is told who opted out since.
    Raises UnavailableError, and UsageError where a log is to be mended whose store another installation works on.
    """
    if not (dry_run or installation.settings.deployed):
        _require_no_notifier(installation, now)
    with _agreement_of(installation) as agreement:
        standing = agreement.standing()
        said = standing.said()
        if said and not dry_run:
            if standing.store_is_older:
                # Before it may go on: cut off here, it is still seen that the two do not agree.
                SqlPauses(installation.engine).hold_restored(now)
            agreement.mend(standing)
    return said


def _require_no_notifier(installation: Installation, now: datetime) -> None:
    for worker in read_workers(installation.engine):
        if worker.heartbeat.service == "notifier" and worker.alive(now):
            raise UsageError(
                f"{worker.worker} was heard of a moment ago and works on this store with a log of its own: stop it"
                f" first; where it was killed, wait for {MISSED.total_seconds():.0f} seconds"
            )


@contextmanager
def _agreement_of(installation: Installation) -> Iterator[Agreement]:
    settings, engine = installation.settings, installation.engine
    if settings.deployed:
        yield make_agreement(engine, settings.kafka)
        return
    with open_log(settings) as log:
        yield make_log_agreement(engine, log)


def waits_for_opt_outs(installation: Installation) -> bool:
    """Whether sending waits as the store was restored. Raises UnavailableError."""
    return SqlPauses(installation.engine).read().restored


def publish(installation: Installation, now: datetime, *, dry_run: bool) -> Drift:
    """Queue the criteria that criteria.v1 lacks, and the removal of those that the store does not know.

    With `dry_run` only says which. Raises UnavailableError.
    """
    repair = CriteriaRepair(installation.engine)
    with topics_of(installation.settings) as reader:
        published = published_of(reader.read_all(CRITERIA.name))
    drift = repair.drift(published)
    if drift and not dry_run:
        repair.publish(drift, published, now)
    return drift


_APPLIED_AT_ONCE = 5_000
_PRODUCED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class _Ground:
    """What is compared, and where missing matches are sent."""

    installation: Installation
    reader: TopicReader
    producer: Producer
    index: CriteriaIndex | None
    """None: it is in the workers' memory, and made here the way they make it."""


class Comparison:
    """What differs of a day, while log and store are open."""

    def __init__(self, ground: _Ground, day: Day, differences: tuple[Difference, ...], now: datetime) -> None:
        self.day = day
        self.differences = differences
        self._ground = ground
        self._now = now

    @property
    def missing(self) -> tuple[Difference, ...]:
        """Matches that the store lacks."""
        return tuple(difference for difference in self.differences if difference.where == "store")

    def send_missing(self, progress: Progress) -> None:
        """Send the matches that the store lacks; to send them twice adds nothing. Raises UnavailableError."""
        matched: dict[str, tuple[list[int], list[int]]] = {}
        for difference in self.missing:
            matched.setdefault(difference.posting_id, ([], []))[difference.verdict == "near"].append(difference.key)
        keys_a_record, came = self._ground.installation.settings.matcher.keys_a_record, self.day.news
        records = (
            record
            for name, (keys, near) in sorted(matched.items())
            for record in outgoing_matches(
                came[name].posting, Hits(keys_of(keys), keys_of(near)), "backfill", self._now, keys_a_record
            )
        )
        with progress("Sending matches", len(matched)) as advance:
            for some in chunked(records, _PRODUCED_AT_ONCE):
                self._ground.producer.produce(some)
                advance(len(some))


@contextmanager
def compared(
    settings: Settings, day: date, now: datetime, *, tell: Tell, progress: Progress = unseen
) -> Iterator[Comparison]:
    """Compare what the postings of a day, UTC, match: in both directions, and in the store.

    Raises UsageError for a day to come and where there is no log or store yet, UnavailableError.
    """
    begins = datetime.combine(day, time(), UTC)
    if begins > now:
        raise UsageError(f"{day} has not come yet")
    with _opened(settings, now, tell) as ground:
        found, came_on = _differences(ground, begins, progress)
        yield Comparison(ground, came_on, tuple(found), now)


def _differences(ground: _Ground, begins: datetime, progress: Progress) -> tuple[list[Difference], Day]:
    """What differs, and still does at a second look: services may be at work meanwhile."""
    store, settings = ground.installation.engine, ground.installation.settings.matcher
    came_on = postings_of(ground.reader, begins)
    came = came_on.news
    asked = asked_by_key(ground.reader)
    with progress("Judging criteria", len(asked)) as advance:
        truth = forward(asked, came, advance)
    found = list(index_differences(truth, reverse(_index_of(ground, asked), came)))
    missing = list(store_differences(truth, stored_keys(store, came)))
    backwards = Backwards(settings.backwards, settings.backwards_most)
    found += expected_backwards(ground.reader, missing, asked, came, backwards)
    if not found:
        return [], came_on
    names = {difference.posting_id for difference in found}
    some = {name: posting for name, posting in came.items() if name in names}
    now_asked, now_came = asked_by_key(ground.reader), postings_of(ground.reader, begins).news
    again = set(index_differences({name: truth[name] for name in some}, reverse(_index_of(ground, now_asked), some)))
    again |= set(store_differences({name: truth[name] for name in some}, stored_keys(store, some)))

    def same(difference: Difference) -> bool:
        unchanged = now_asked.get(difference.key) == asked.get(difference.key)
        posting_id = difference.posting_id
        return difference in again and unchanged and now_came.get(posting_id) == came[posting_id]

    return [difference for difference in found if same(difference)], came_on


def _index_of(ground: _Ground, asked: dict[int, CriteriaOfKey]) -> CriteriaIndex:
    if ground.index is not None:
        return ground.index
    index = MemoryCriteriaIndex()
    for some in chunked(asked.values(), _APPLIED_AT_ONCE):
        index.apply([decode(CriteriaRecord, criteria.value) for criteria in some])
    return index


@contextmanager
def _opened(settings: Settings, at: datetime, tell: Tell) -> Iterator[_Ground]:
    clock = FixedClock(at)
    with ExitStack() as stack:
        if settings.deployed:
            installation = stack.enter_context(open_installation(settings, create=False, tell=tell))
            engine = stack.enter_context(index_of(settings))
            index = None if engine is None else ElasticsearchCriteriaIndex(engine)
            reader = stack.enter_context(RecordReader(settings.kafka))
            producer = stack.enter_context(RecordProducer(settings.kafka, clock=clock))
            yield _Ground(installation, reader, producer, index)
            return
        log = stack.enter_context(open_log(settings, clock))
        installation = stack.enter_context(open_installation(settings, create=False, tell=tell))
        yield _Ground(installation, log, log, None)
