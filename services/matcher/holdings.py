"""Criteria and recent postings as a worker has them: in its own memory, or in indices that all workers share."""

import time
import zlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Final, Generic, TypeVar

import structlog

from schemas.codec import UnreadableError, decode
from schemas.criteria import CriteriaRecord
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex
from services.matcher.adapters.memory import snapshot
from services.matcher.adapters.memory.index import MemoryCriteriaIndex
from services.matcher.adapters.memory.snapshot import Snapshot
from services.matcher.news import Arrivals, asks_new
from services.matcher.ports import RecentPostings
from services.matcher.settings import MatcherSettings
from services.runtime.garbage import collect_and_freeze, no_collecting
from services.runtime.records import Record, Tail

_events = structlog.get_logger(__name__)

M = TypeVar("M", CriteriaRecord, PostingCore)

_AT_ONCE = 5_000
_MANY = 20_000
"""Criteria: fewer are read in a second."""
_SHARE_CHANGED: Final = 20
"""A snapshot is written once one part in so many has changed."""
_LAST: Final = 64
"""Records of a partition by which a topic is known again; a newer one of its key may take each away."""
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
        index: MemoryCriteriaIndex,
        recent: RecentPostings,
        criteria: Tail,
        postings: Tail,
        settings: MatcherSettings,
        kept_in: Path | None,
    ) -> None:
        """`kept_in`: the file of a snapshot of the criteria, from which the next worker begins."""
        self.index = index
        self._kept_in = kept_in
        self._kept = 0
        """Records of criteria that the last snapshot knows of."""
        self._writing: Thread | None = None
        self.recent = recent
        self._settings = settings
        self._arrivals = Arrivals()
        self._newest: datetime | None = None
        self._forgotten: datetime | None = None
        self._criteria = _Follower(criteria, CriteriaRecord, self._take_criteria)
        self._postings = _Follower(postings, PostingCore, self._take_postings)

    def load(self) -> None:
        """Read both topics. An unreadable record is for whoever handles it to report."""
        with no_collecting():  # which would cost half the time
            if self._kept_in is None or not self._resume(self._kept_in):
                self._criteria.catch_up()
                self._keep()
            self._postings.catch_up()
        if len(self.index) >= _MANY:
            collect_and_freeze()

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
        self._keep()

    def _resume(self, path: Path) -> bool:
        """Begin from a snapshot, where there is one that fits code, data and topic; else with nothing."""
        started = time.monotonic()
        try:
            found = snapshot.read(path)
            if not self._begin(found):
                raise snapshot.SnapshotError("the topic does not hold what it was made of")
        except FileNotFoundError:
            return False
        except (snapshot.SnapshotError, OSError) as error:
            _events.warning("snapshot_rejected", file=str(path), reason=str(error))
            self.index.clear()
            self._arrivals = Arrivals()
            self._criteria.begin({})
            return False
        self._kept = self._criteria.count
        took = round(time.monotonic() - started, 2)
        _events.info("snapshot_read", file=str(path), criteria=len(self.index), seconds=took)
        return True

    def _begin(self, found: Snapshot) -> bool:
        self.index.take(found.of("index"))
        self._arrivals = Arrivals(found.of("arrivals").columns)
        facts = found.of("topic").facts
        self._criteria.begin({int(partition): dict(last) for partition, last in facts["last"].items()}, facts["count"])
        self._criteria.catch_up()
        return self._criteria.is_as_before

    def _keep(self) -> None:
        """Have a snapshot written beside what is done next, once as much has come as makes it worth while."""
        count = self._criteria.count
        if self._kept_in is None or count - self._kept < max(_MANY, len(self.index) // _SHARE_CHANGED):
            return
        if self._writing is not None and self._writing.is_alive():
            return
        self._kept = count
        try:
            whole = self._whole()
        except (ValueError, TypeError, OverflowError) as error:
            # An id that is no hash, a number or a word that no column or file can hold: then there is no file.
            _events.warning("snapshot_not_written", file=str(self._kept_in), reason=str(error))
            return
        # Disks take seconds, and postings wait.
        self._writing = Thread(target=_write, args=(self._kept_in, whole, len(self.index)), name="snapshot")
        self._writing.start()

    def _whole(self) -> Snapshot:
        self._arrivals = Arrivals(self._arrivals.columns())
        last = {str(partition): list(some.items()) for partition, some in self._criteria.last().items()}
        return Snapshot.parts(
            index=self.index.snapshot(),
            arrivals=Snapshot(self._arrivals.columns(), {}),
            topic=Snapshot({}, {"last": last, "count": self._criteria.count}),
        ).fixed

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


def _write(path: Path, whole: Snapshot, criteria: int) -> None:
    started = time.monotonic()
    try:
        if not snapshot.write(path, whole):
            return
    except OSError as error:
        _events.warning("snapshot_not_written", file=str(path), reason=str(error))
        return
    took = round(time.monotonic() - started, 2)
    _events.info("snapshot_written", file=str(path), criteria=criteria, seconds=took)


class _Follower(Generic[M]):
    """Reads what is new in a topic and hands it on, some thousands at once."""

    def __init__(self, tail: Tail, kind: type[M], take: Callable[[Sequence[tuple[Record, M]]], None]) -> None:
        self._tail = tail
        self._kind: type[M] = kind
        self._take: Callable[[Sequence[tuple[Record, M]]], None] = take
        self._read: list[tuple[Record, M]] = []
        self._next: dict[int, int] = {}
        self._taken: set[tuple[int, int]] = set()
        self.count = 0
        """Records that were read, those included of which a snapshot knew."""
        self._last: defaultdict[int, deque[Record]] = defaultdict(partial(deque, maxlen=_LAST))
        self._known: dict[int, dict[int, int]] = {}
        self._met: set[int] = set()
        self._other = False

    def begin(self, last: Mapping[int, Mapping[int, int]], count: int = 0) -> None:
        """Go on after the last records of some partitions, by offset and checksum, which are read again; so many
        records were read before them. What was read is handed on no more."""
        self._tail.begin({partition: min(some) for partition, some in last.items()})
        self._known = {partition: dict(some) for partition, some in last.items()}
        self.count = count - sum(map(len, last.values()))
        self._met.clear()
        self._last.clear()
        self._next.clear()
        self._read = []
        self._other = False

    @property
    def is_as_before(self) -> bool:
        """Whether the topic held some of the last records of each partition after which it began, and no others."""
        return not self._other and self._met == self._known.keys()

    def last(self) -> dict[int, dict[int, int]]:
        """The last records of each partition, by offset and checksum."""
        return {
            partition: {record.offset: _checksum(record) for record in some} for partition, some in self._last.items()
        }

    def _compare(self, record: Record) -> None:
        known = self._known.get(record.partition, {})
        if known and record.offset <= max(known):
            self._met.add(record.partition)
            self._other |= known.get(record.offset) != _checksum(record)

    def catch_up(self) -> None:
        """Read to the topic's present end. What was read when the log went away is handed on the next time."""
        for record in self._tail.catch_up():
            self._next[record.partition] = record.offset + 1
            self._last[record.partition].append(record)
            self.count += 1
            if self._known:
                self._compare(record)
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


def _checksum(record: Record) -> int:
    return zlib.crc32(record.value, zlib.crc32(record.key))


def _readable(kind: type[M], record: Record) -> M | None:
    try:
        return decode(kind, record.value)
    except UnreadableError:
        return None


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
