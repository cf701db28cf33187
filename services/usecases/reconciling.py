"""What a day's postings match, found in two directions and held against the store; and what is missing, sent."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from schemas.codec import decode
from schemas.criteria import CriteriaRecord
from schemas.keys import keys_of
from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex
from services.matcher.adapters.memory.index import MemoryCriteriaIndex
from services.matcher.outgoing import outgoing_matches
from services.matcher.ports import CriteriaIndex, Hits
from services.matcher.reconciling import (
    Asked,
    Backwards,
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
from services.notifier.adapters.sql.windows.matches import stored_keys
from services.runtime.chunks import chunked
from services.runtime.clock import FixedClock
from services.runtime.errors import UsageError
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import RecordReader
from services.runtime.records import Producer, TopicReader
from services.settings import Settings
from services.usecases.index import index_of
from services.usecases.installation import Installation, open_installation, open_log
from services.usecases.progress import Progress, Tell, unseen

__all__ = ["Comparison", "Day", "Difference", "compared"]

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

    def send_missing(self, progress: Progress = unseen) -> None:
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


def _index_of(ground: _Ground, asked: dict[int, Asked]) -> CriteriaIndex:
    if ground.index is not None:
        return ground.index
    index = MemoryCriteriaIndex()
    keys = list(asked)
    for first in range(0, len(keys), _APPLIED_AT_ONCE):
        index.apply([decode(CriteriaRecord, asked[key].value) for key in keys[first : first + _APPLIED_AT_ONCE]])
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
