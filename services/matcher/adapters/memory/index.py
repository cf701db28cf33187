"""The index of criteria in memory: columns, filed by the rarest thing that a criterion needs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Final, Literal, Protocol

import numpy as np

from schemas.criteria import CriteriaRecord
from schemas.posting import PostingCore
from services.matcher.adapters.memory.columns import Column, Columns, empty_columns
from services.matcher.adapters.memory.ledger import NOWHERE, KeyVersions
from services.matcher.adapters.memory.memtable import Memtable
from services.matcher.adapters.memory.posting import Judge, PostingArrays
from services.matcher.adapters.memory.scan import HitKeys, NumpyKernel, candidates
from services.matcher.adapters.memory.segment import Merge, Segment, section_of, sorted_segment
from services.matcher.adapters.memory.snapshot import Snapshot
from services.matcher.adapters.memory.vocabulary import Vocabulary, circles_of, flagged
from services.matcher.ports import Hits
from services.rules.criterion import Fit
from services.rules.money import rates_before
from services.rules.prepared import PreparedPosting
from services.runtime.errors import UsageError

Circle = tuple[str, int]
"""The label of a town, and kilometres."""
KernelName = Literal["numpy", "numba"]
_TAIL, _LARGE, _SMALL, _OTHER_SMALL = 1, 2, 3, 4
_HASTE: Final = 2
"""A merge is done when the next small segment has come to one part in so many of the size at which it is merged."""
_MOST_DEAD: Final = 4
"""One part in so many of the large segment's rows: from there on they are swept away."""


class KeysByCircle:
    """Only criteria that ask for one take room here."""

    def __init__(self) -> None:
        self._circles: dict[int, tuple[Circle, ...]] = {}
        self._keys: dict[Circle, set[int]] = {}

    def put(self, key: int, circles: tuple[Circle, ...]) -> None:
        """What a key asks for now; nothing forgets it."""
        for circle in self._circles.pop(key, ()):
            self._keys[circle].discard(key)
        if circles:
            self._circles[key] = circles
            for circle in circles:
                self._keys.setdefault(circle, set()).add(key)

    def snapshot(self) -> Snapshot:
        """Which keys ask for which circles."""
        numbers = {circle: number for number, circle in enumerate(self._keys)}
        asking = [(key, numbers[circle]) for key, circles in self._circles.items() for circle in circles]
        table = np.array(asking, dtype=np.uint32).reshape(-1, 2)
        return Snapshot({"key": table[:, 0], "circle": table[:, 1]}, {"circles": list(numbers)})

    @classmethod
    def of(cls, snapshot: Snapshot) -> "KeysByCircle":
        """The same as what a snapshot was made of."""
        found, columns = cls(), snapshot.columns
        circles = [(label, km) for label, km in snapshot.facts["circles"]]
        asking = zip(columns["key"].tolist(), columns["circle"].tolist(), strict=True)
        for key, same in groupby(asking, key=itemgetter(0)):
            found.put(key, tuple(circles[number] for _, number in same))
        return found

    def parted(self, keys: Column, near: Column, fits: Mapping[Circle, Fit]) -> tuple[Column, Column]:
        """Move the keys of which a posting lies in no circle, and nearly in one, to what nearly matches."""
        nearly = self._asking(fits, "near")
        if nearly:
            nearly -= self._asking(fits, "yes")
        if not nearly:
            return keys, near
        moved = np.isin(keys, np.fromiter(nearly, dtype=np.uint32, count=len(nearly)))
        return keys[~moved], np.sort(np.concatenate((near, keys[moved])))

    def _asking(self, fits: Mapping[Circle, Fit], fit: Fit) -> set[int]:
        return set[int]().union(*(self._keys.get(circle, ()) for circle, found in fits.items() if found == fit))


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows the parts of an index have. Others than these are for tests."""

    memtable: int = 4096
    """A scan through all of them takes some 30 microseconds; sorting in fewer at once costs more each."""
    piece: int = 1 << 15
    """Rows that one step of a merge goes through, in one to three milliseconds."""
    least_small: int = 1 << 16
    small_share: int = 16
    """The small segment is merged when it has this part of the large one's rows, within `least_small` and the next."""
    most_small: int = 1 << 17


class Kernel(Protocol):
    """What looks through the parts of an index."""

    def find(self, segments: Sequence[Segment], memtable: Memtable, posting: PostingArrays) -> HitKeys:
        """The keys of all parts that a posting fits, sorted."""
        ...


class MemoryCriteriaIndex:
    """`CriteriaIndex` for one process. Criteria must be canonical. For one thread.

    New rows go to a short memtable, which is looked through whole. Full, it is sorted into a small segment, and that,
    when it is not so small any more, is merged into the large one, in pieces that the next calls of `apply` pay for,
    so that no call takes long. Dead rows are told from living ones by the ledger, and left out when rows are merged.
    """

    def __init__(self, kernel: KernelName = "numpy", sizes: Sizes = Sizes()) -> None:
        """Raises UsageError where the compiled kernel is asked for and not installed."""
        self._ledger = KeyVersions()
        self.rates = dict(rates_before(date.max).euro)
        """What floors are ordered by, and nothing else."""
        self.vocabulary = Vocabulary(self.rates)
        self._judge = Judge(self.vocabulary)
        self._near = KeysByCircle()
        self.use(kernel)
        self._sizes = sizes
        self._memtable = Memtable(sizes.memtable)
        self._merge: Merge | None = None
        self._owed = self._pace = 0
        """Rows that the merge is behind, and that each record makes it go on by."""
        self._large, self._small = _empty(_LARGE), _empty(_SMALL)

    def __len__(self) -> int:
        return sum(part.living for part in self._parts())

    @property
    def nbytes(self) -> int:
        """What the columns take of the memory, without the vocabulary."""
        return self._ledger.nbytes + sum(part.nbytes for part in self._parts())

    def use(self, kernel: KernelName) -> None:
        """Look through the parts with this kernel from now on. Raises UsageError where it is not installed."""
        self._kernel = _kernel(kernel, self._ledger)

    def clear(self) -> None:
        """Know of nothing any more."""
        self.take(MemoryCriteriaIndex().snapshot())

    def apply(self, records: Sequence[CriteriaRecord]) -> None:
        """Add, change or remove criteria. A removed key keeps its version, so that no older record revives it."""
        ledger = self._ledger
        for record in records:
            slot = ledger.slot(record.key)
            if not ledger.renew(slot, record.version):
                continue
            self._kill(record.key, slot)
            self._near.put(record.key, () if record.removed else circles_of(record.criteria))
            if not record.removed:
                if self._memtable.is_full:
                    self._sort_in()
                self._memtable.add(record.key, self.vocabulary.row_of(record.criteria))
                ledger.move(slot, _TAIL)
        self._go_on(len(records))

    def match(self, postings: Sequence[PostingCore]) -> list[Hits]:
        """The hits of each posting, in the order given."""
        return [self._match(PreparedPosting(posting)) for posting in postings]

    def looked_at(self, posting: PostingCore) -> int:
        """How many rows a posting makes the index look at."""
        arrays = self._judge.arrays(PreparedPosting(posting))
        return len(self._memtable) + sum(candidates(segment, arrays).size for segment in self._segments())

    def fill(self, known: Vocabulary, columns: Columns, sections: Column, pool: Column) -> None:
        """Take over many criteria at once into an empty index, written in a vocabulary, each key once, as version 1."""
        self.vocabulary, self._judge = known, Judge(known)
        self._ledger.renew_all(columns.key, 1)
        self._ledger.move_all(columns.key, _LARGE)
        self._large = sorted_segment(_LARGE, flagged(columns, pool), sections, pool)

    def snapshot(self) -> Snapshot:
        """All that it holds. What it tells does not change any more once it is written or copied."""
        if len(self._memtable):
            self._sort_in()
        while self._merge is not None and not self._step(self._merge):
            pass
        return Snapshot.parts(
            large=self._large.snapshot(),
            small=self._small.snapshot(),
            ledger=self._ledger.snapshot(),
            near=self._near.snapshot(),
            vocabulary=Snapshot({}, self.vocabulary.facts()),
        )

    def take(self, snapshot: Snapshot) -> None:
        """Hold what an index held of which a snapshot was made, and nothing else."""
        self._ledger.take(snapshot.of("ledger"))
        self.vocabulary = Vocabulary.of(snapshot.of("vocabulary").facts)
        self._judge = Judge(self.vocabulary)
        self._near = KeysByCircle.of(snapshot.of("near"))
        self._large, self._small = Segment.of(snapshot.of("large")), Segment.of(snapshot.of("small"))
        self._memtable.clear()
        self._merge = None
        self._owed = self._pace = 0

    def _match(self, prepared: PreparedPosting) -> Hits:
        if prepared.posting.status == "closed":
            nobody = np.empty(0, dtype=np.uint32)
            return Hits(nobody, nobody)
        found = self._kernel.find(list(self._segments()), self._memtable, self._judge.arrays(prepared))
        return Hits(*self._near.parted(*found, self.vocabulary.literals.nearness(prepared.posting)))

    def _segments(self) -> Iterator[Segment]:
        yield self._large
        yield self._small
        if self._merge is not None:
            yield self._merge.small

    def _parts(self) -> Iterator[Segment | Memtable]:
        yield from self._segments()
        yield self._memtable

    def _kill(self, key: int, slot: int) -> None:
        """Let the living row of a key be dead, if it has one."""
        part = self._ledger.part(slot)
        if part == NOWHERE:
            return
        self._ledger.move(slot, NOWHERE)
        if part == _TAIL:
            self._memtable.drop(key)
            return
        for segment in self._segments():
            if segment.part == part:
                segment.living -= 1

    def _sort_in(self) -> None:
        """Sort the memtable into the small segment, which may then be merged."""
        columns, sections, pool = self._memtable.taken()
        small = self._small
        alive = np.flatnonzero(self._ledger.living(small.columns.key, small.part))
        living = Columns(*(column[alive] for column in small.rows()))
        moved = columns.rest.astype(np.uint32)
        moved[moved > 0] += np.uint32(small.pool.size)
        columns = columns._replace(rest=moved)
        every = Columns(*(np.concatenate(pair) for pair in zip(living, columns, strict=True)))
        rows = np.concatenate((section_of(alive, small.bounds), sections))
        self._ledger.move_all(columns.key, small.part)
        self._small = sorted_segment(small.part, every, rows, np.concatenate((small.pool, pool)))
        self._memtable.clear()
        if len(self._small) >= self._enough():
            self._start()

    def _enough(self) -> int:
        """The rows at which the small segment is merged."""
        sizes = self._sizes
        return min(max(len(self._large) // sizes.small_share, sizes.least_small), sizes.most_small)

    def _start(self) -> None:
        """Begin to merge the small segment into the large one, done with the merge before."""
        while self._merge is not None and not self._step(self._merge):
            pass
        self._merge = Merge(self._large, self._small, self._ledger, self._sizes.piece)
        self._small = _empty(_OTHER_SMALL if self._small.part == _SMALL else _SMALL)
        work = len(self._large) + self._large.directory.rows.size + 4 * self._sizes.piece
        self._pace, self._owed = 1 + _HASTE * work // self._enough(), 0

    def _go_on(self, records: int) -> None:
        """Pay for a part of the merge that is under way; start one where too much is dead."""
        if self._merge is None:
            dead = len(self._large) - self._large.living
            if dead > max(len(self._large) // _MOST_DEAD, self._sizes.least_small):
                self._start()
            return
        self._owed += records * self._pace
        while self._owed >= self._sizes.piece:
            self._owed -= self._sizes.piece
            if self._step(self._merge):
                return

    def _step(self, merge: Merge) -> bool:
        """Go on with a merge; whether it is done."""
        merged = merge.step()
        if merged is None:
            return False
        keys = merge.small.columns.key
        self._ledger.move_all(keys[self._ledger.living(keys, merge.small.part)], _LARGE)
        merged.living = merge.large.living + merge.small.living
        self._large, self._merge, self._owed = merged, None, 0
        return True


def _empty(part: int) -> Segment:
    return sorted_segment(part, empty_columns(0), np.empty(0, dtype=np.uint8), np.zeros(1, dtype=np.uint32))


def _kernel(name: KernelName, ledger: KeyVersions) -> Kernel:
    if name == "numpy":
        return NumpyKernel(ledger)
    try:
        from services.matcher.adapters.memory.compiled import CompiledKernel
    except ImportError as error:
        raise UsageError(
            "matcher.kernel is numba, which is not installed: pip install 'jobchime[compiled]', or set it to numpy"
        ) from error
    return CompiledKernel(ledger)
