"""Criteria and recent postings as a worker has them: in its own memory, or in indices that all workers share."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from schemas.codec import UnreadableError, decode
from schemas.criteria import CriteriaRecord
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex, Entry
from services.matcher.ports import CriteriaIndex, RecentPostings
from services.matcher.settings import MatcherSettings
from services.runtime.letters.marks import REPLAY_OF
from services.runtime.records import Record, Tail

M = TypeVar("M", CriteriaRecord, PostingCore)

_AT_ONCE = 5_000
_MANY = 20_000
_FORGET_EVERY = timedelta(minutes=10)
"""Looking for old postings goes through all that are held."""
_TIDY_EVERY: Final = timedelta(hours=1)
_REMOVED_KEPT: Final = timedelta(days=100)
"""Longer than any record may be late: once a removed key is purged, an older record of it would revive it.

A record comes late from a dead letter, which can be replayed for 90 days, or from reading criteria.v1 anew. Compaction
may leave older records of a key there for any time, but a removal never goes from that topic, and comes after them.
"""


class OwnHoldings:
    """`Holdings` for a worker that follows both topics whole, whichever partitions it handles. For one thread.

    Before postings are matched, criteria.v1 is followed to its present end; before criteria are searched for,
    postings.v1 is. Take a posting and criteria that fit each other. Either the criteria were durable before the worker
    that handles the posting asked for the end of criteria.v1, and it matches the two; or they became durable after it
    asked, and so after the posting was, and the worker that handles the criteria, which it can only do later still,
    finds the posting before the end of postings.v1. No worker needs to know what another has done.
    """

    def __init__(
        self,
        index: CriteriaIndex,
        recent: RecentPostings,
        criteria: Tail,
        postings: Tail,
        settings: MatcherSettings,
    ) -> None:
        self.index = index
        self.recent = recent
        self._settings = settings
        self._arrivals = Arrivals()
        self._newest: datetime | None = None
        self._forgotten: datetime | None = None
        self._criteria = _Follower(criteria, CriteriaRecord, self._take_criteria)
        self._postings = _Follower(postings, PostingCore, self._take_postings)

    def load(self) -> None:
        """Read both topics. An unreadable record is for whoever handles it to report."""
        with _no_collecting():
            self._criteria.catch_up()
            self._postings.catch_up()
        if len(self.index) >= _MANY:
            # What is held now stays: without it, looking for garbage never holds up a batch for long.
            gc.collect()
            gc.freeze()

    def hold_postings(self, batch: Sequence[Record], postings: Sequence[PostingCore]) -> None:
        """Hold postings that were handed in, and all criteria that there are."""
        self.recent.put(postings)
        self._postings.taken(batch)
        self._criteria.catch_up()

    def hold_criteria(self, batch: Sequence[Record], found: Sequence[CriteriaRecord]) -> list[bool]:
        """Hold all criteria that there are, and all postings; which records brought what their keys ask."""
        self._criteria.catch_up()
        self._take_criteria(zip(batch, found, strict=True))
        self._postings.catch_up()
        return [self._arrivals.brought_by(record, criteria) for record, criteria in zip(batch, found, strict=True)]

    def tick(self, now: datetime) -> None:
        """Follow the topics also while there is nothing to handle, and forget postings that are too old to match."""
        self._criteria.catch_up()
        self._postings.catch_up()
        self._forget(now - self._settings.backwards)

    def _forget(self, before: datetime) -> None:
        if self._forgotten is None or before - self._forgotten >= _FORGET_EVERY:
            self.recent.forget(before)
            self._forgotten = before

    def _take_criteria(self, read: Iterable[tuple[Record, CriteriaRecord]]) -> None:
        records = []
        for record, found in read:
            self._arrivals.note(record, found)
            records.append(found)
        self.index.apply(records)

    def _take_postings(self, read: Iterable[tuple[Record, PostingCore]]) -> None:
        """Keep those of the last days, reckoned from the newest record: there is no other clock here."""
        recent = []
        for record, found in read:
            self._newest = record.appended_at if self._newest is None else max(self._newest, record.appended_at)
            if found.seen_at >= self._newest - self._settings.backwards:
                recent.append(found)
        self.recent.put(recent)
        if self._newest is not None:
            self._forget(self._newest - self._settings.backwards)


class _Follower(Generic[M]):
    """Reads what is new in a topic and hands it on, some thousands at once."""

    def __init__(self, tail: Tail, kind: type[M], take: Callable[[Sequence[tuple[Record, M]]], None]) -> None:
        self._tail = tail
        self._kind: type[M] = kind
        self._take: Callable[[Sequence[tuple[Record, M]]], None] = take
        self._read: list[tuple[Record, M]] = []
        self._next: dict[int, int] = {}
        self._taken: set[tuple[int, int]] = set()

    def catch_up(self) -> None:
        """Read to the topic's present end. What was read when the log went away is handed on the next time."""
        for record in self._tail.catch_up():
            self._next[record.partition] = record.offset + 1
            place = (record.partition, record.offset)
            if place in self._taken:
                self._taken.remove(place)
                continue
            found = _readable(self._kind, record)
            if found is not None:
                self._read.append((record, found))
            if len(self._read) >= _AT_ONCE:
                self._hand_on()
        if self._read:
            self._hand_on()

    def taken(self, batch: Iterable[Record]) -> None:
        """Say what was taken in already and need not be decoded twice, when the topic is followed so far."""
        for record in batch:
            if record.offset >= self._next.get(record.partition, 0):
                self._taken.add((record.partition, record.offset))

    def _hand_on(self) -> None:
        self._take(self._read)
        self._read = []


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Python looks for cycles the more often the more is made, which costs half the time and finds none here."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _readable(kind: type[M], record: Record) -> M | None:
    try:
        return decode(kind, record.value)
    except UnreadableError:
        return None


@dataclass(frozen=True, slots=True)
class _Arrival:
    criteria_id: str | None
    """None: removed."""
    version: int
    partition: int
    offset: int
    """Of the first record since which the key has asked this."""


class Arrivals:
    """Tells records that ask something new from those that only bump a version, from the log alone.

    What the index holds cannot tell: it follows the log to its end, beyond what was handled. A record brought what its
    key asks if no earlier record since the last change or removal asked the same. An earlier one lies in the same
    partition, and so was or will be handled before. Records must be noted in the log's order and without gaps: one left
    out may be the removal after which a key came back.
    """

    def __init__(self) -> None:
        self._by_key: dict[int, _Arrival] = {}

    def note(self, record: Record, found: CriteriaRecord) -> None:
        """Take in a record; one that is not newer than what is known changes nothing."""
        known = self._by_key.get(found.key)
        if known is not None and found.version <= known.version:
            return
        asks = None if found.removed else found.criteria_id
        unchanged = known is not None and known.criteria_id == asks
        partition, offset = (
            (known.partition, known.offset) if known and unchanged else (record.partition, record.offset)
        )
        self._by_key[found.key] = _Arrival(asks, found.version, partition, offset)

    def brought_by(self, record: Record, found: CriteriaRecord) -> bool:
        """Whether this very record (again, perhaps) brought what its key still asks; so does a replayed dead letter."""
        known = self._by_key.get(found.key)
        if known is None or found.removed or known.criteria_id != found.criteria_id:
            return False
        return (known.partition, known.offset) == (record.partition, record.offset) or REPLAY_OF in record.headers


class SharedHoldings:
    """`Holdings` in indices that all workers write to and search. Nothing is held by a worker.

    A posting is indexed before it is matched. Criteria are indexed and visible, then postings are refreshed, then they
    are searched. Take a posting and criteria that fit each other. Either the criteria were visible before the posting
    was matched; or the posting was matched, and so indexed, before they became visible, and so before the refresh after
    which the criteria are searched for. That holds across workers, and while indices are rebuilt: each write goes to
    every generation, and so does the refresh.
    """

    def __init__(
        self,
        index: ElasticsearchCriteriaIndex,
        recent: RecentPostings,
        settings: MatcherSettings,
        prepare: Callable[[], None],
    ) -> None:
        """`prepare` sees to it that both indices are there and whole."""
        self.index = index
        self.recent = recent
        self._settings = settings
        self._prepare = prepare
        self._tidied: datetime | None = None

    def load(self) -> None:
        """Load nothing; have the indices made where they are missing. Raises UnavailableError."""
        self._prepare()

    def hold_postings(self, batch: Sequence[Record], postings: Sequence[PostingCore]) -> None:
        """Index postings."""
        self.recent.put(postings)

    def hold_criteria(self, batch: Sequence[Record], found: Sequence[CriteriaRecord]) -> list[bool]:
        """Index criteria; which of them ask something new, by what was held before: `asks_new`."""
        new = asks_new(found, self.index.entries({record.key for record in found}))
        self.index.apply(found)
        if any(new):
            self.recent.refresh()
        return new

    def tick(self, now: datetime) -> None:
        """Once an hour, forget what is old, some of it a call; any number of workers may, beside their batches."""
        if self._tidied is not None and now - self._tidied < _TIDY_EVERY:
            return
        if not self.recent.forget(now - self._settings.indexed) and not self.index.purge(now - _REMOVED_KEPT):
            self._tidied = now


def asks_new(found: Sequence[CriteriaRecord], indexed: Mapping[int, Entry]) -> list[bool]:
    """Which records of a batch must be matched backwards, given what the index held before the batch.

    A record is left out only where its key surely was, or will be, matched backwards since it asks this:

    * the index held an older version that asks the same and is not removed. It stems from an earlier record of the
      partition, which was handled before, or from an earlier one of this batch: versions of a key come in order, and a
      batch is committed after its effects. A rebuild may have written the held version before its record is handled;
      that record is then handled with the same or a newer version held, and is not left out.
    * it asks nothing any more, or the index holds a newer version that asks something else: that version's own record
      is, or was, the one to be matched.

    Whatever was held in the same version or a newer one that asks the same is done again: this is how a batch looks
    that was applied before its worker was killed. Doing it twice is harmless, the store subtracts what it has.

    Compaction may take the removal after which a key came back. Where the removal had been applied, the index tells;
    where not, the key was never out of the index, and no posting went by it.
    """
    states = dict(indexed)
    return [_asks_new(record, states) for record in found]


def _asks_new(found: CriteriaRecord, states: dict[int, Entry]) -> bool:
    known = states.get(found.key)
    if known is None or found.version > known.version:
        states[found.key] = Entry(found.version, found.criteria_id, found.removed)
    if found.removed:
        return False
    asked_already = known is not None and not known.removed and known.criteria_id == found.criteria_id
    if known is not None and known.version >= found.version:
        return asked_already
    return not asked_already
