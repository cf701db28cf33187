"""Criteria and recent postings as a worker has them in its own memory."""

import time
import zlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Final, Generic, TypeVar

import numpy as np
import structlog

from schemas.codec import UnreadableError, decode
from schemas.criteria import CriteriaRecord
from schemas.posting import PostingCore
from services.matcher.adapters.memory import snapshot
from services.matcher.adapters.memory.columns import Column
from services.matcher.adapters.memory.index import MemoryCriteriaIndex
from services.matcher.adapters.memory.snapshot import Snapshot
from services.matcher.ports import RecentPostings
from services.matcher.settings import MatcherSettings
from services.runtime.garbage import keep_what_is_held, no_collecting
from services.runtime.letters.marks import REPLAY_OF
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
_ID_BYTES: Final = 16
_FORGET_EVERY = timedelta(minutes=10)
"""Looking for old postings goes through all that are held."""


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
        kept_in: Path | None = None,
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
            keep_what_is_held()

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
        return {partition: {one.offset: _checksum(one) for one in some} for partition, some in self._last.items()}

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

    def __init__(self, kept: Mapping[str, Column] | None = None) -> None:
        """`kept`: the `columns` of an earlier one, which stay as they are."""
        self._kept = kept or _columns(())
        self._by_key: dict[int, _Arrival] = {}
        """What came since."""

    def columns(self) -> Mapping[str, Column]:
        """What is known, by key, rising. Raises ValueError where an id is no hash."""
        if not self._by_key:
            return self._kept
        fresh = _columns(sorted(self._by_key.items()))
        old = ~np.isin(self._kept["key"], fresh["key"], assume_unique=True)
        every = {name: np.concatenate((column[old], fresh[name])) for name, column in self._kept.items()}
        order = np.argsort(every["key"], kind="stable")
        return {name: column[order] for name, column in every.items()}

    def _known(self, key: int) -> _Arrival | None:
        found = self._by_key.get(key)
        keys = self._kept["key"]
        if found is not None or not keys.size:
            return found
        at = int(np.searchsorted(keys, key))
        if at == keys.size or keys[at] != key:
            return None
        kept = {name: column[at].item() for name, column in self._kept.items() if name != "id"}
        asks = None if kept["removed"] else self._kept["id"][at].tobytes().hex()
        return _Arrival(asks, kept["version"], kept["partition"], kept["offset"])

    def note(self, record: Record, found: CriteriaRecord) -> None:
        """Take in a record; one that is not newer than what is known changes nothing."""
        known = self._known(found.key)
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
        known = self._known(found.key)
        if known is None or found.removed or known.criteria_id != found.criteria_id:
            return False
        return (known.partition, known.offset) == (record.partition, record.offset) or REPLAY_OF in record.headers


def _columns(arrivals: Sequence[tuple[int, _Arrival]]) -> Mapping[str, Column]:
    every = [one for _, one in arrivals]
    ids = b"".join(bytes(_ID_BYTES) if one.criteria_id is None else bytes.fromhex(one.criteria_id) for one in every)
    return {
        "key": np.array([key for key, _ in arrivals], dtype=np.uint32),
        "id": np.frombuffer(ids, dtype=f"V{_ID_BYTES}", count=len(every)),
        "removed": np.array([one.criteria_id is None for one in every], dtype=np.bool_),
        "version": np.array([one.version for one in every], dtype=np.int64),
        "partition": np.array([one.partition for one in every], dtype=np.int32),
        "offset": np.array([one.offset for one in every], dtype=np.int64),
    }
