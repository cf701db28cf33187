"""A sorted part of the index, and where in it a posting has to look."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from services.matcher.adapters.memory.columns import (
    CLAUSES,
    SKILLS,
    WITH_MANNER,
    Bools,
    Column,
    Columns,
    Rows,
    Scanned,
    empty_columns,
    scanned,
    spread,
)
from services.matcher.adapters.memory.ledger import KeyVersions
from services.matcher.adapters.memory.snapshot import Snapshot
from services.matcher.adapters.memory.vocabulary import LAST, LITERAL_SHIFT

_HOME_SHIFT = np.uint64(16)
_SECTION_SHIFT = np.uint64(48)
_GONE: Final = 2**32 - 1


class Directory(NamedTuple):
    """Runs of rows by what they are filed under; a run ends where the next one begins."""

    places: Column
    """Numbers of sets of places, rising, and where the run of each begins."""
    place_starts: Column
    skill_starts: Column
    """By number of the rarest skill: where its pairs begin."""
    seconds: Column
    """The other skill of each pair; 0 is none."""
    pair_starts: Column
    literal_starts: Column
    """By number of a literal: where in `rows` those begin whose first clause holds it."""
    rows: Column


class Segment:
    """Rows by section, home and rank. It never changes; `living` counts rows that are still right."""

    def __init__(self, part: int, columns: Scanned, bounds: tuple[int, int], pool: Column, rows: Directory) -> None:
        """`bounds` are where the sections filed by skills and by clauses begin."""
        self.part = part
        self.columns = columns
        self.bounds = bounds
        self.pool = pool
        self.directory = rows
        self.living = columns.key.size

    def __len__(self) -> int:
        return self.columns.key.size

    @property
    def nbytes(self) -> int:
        """What it takes of the memory."""
        return sum(column.nbytes for column in (*self.columns, *self.directory, self.pool))

    def snapshot(self) -> Snapshot:
        """All that it is."""
        columns = {**self.columns._asdict(), "pool": self.pool, **self.directory._asdict()}
        return Snapshot(columns, {"part": self.part, "bounds": self.bounds, "living": self.living})

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Segment":
        """One of which a snapshot was made."""
        columns, (skilled, claused) = snapshot.columns, snapshot.facts["bounds"]
        directory = Directory(*(columns[name] for name in Directory._fields))
        scanned_ = Scanned(*(columns[name] for name in Scanned._fields))
        found = cls(snapshot.facts["part"], scanned_, (skilled, claused), columns["pool"], directory)
        found.living = snapshot.facts["living"]
        return found

    def rows(self, begin: int = 0, end: int | None = None) -> Columns:
        """Some rows, with what they are filed under."""
        end = len(self) if end is None else min(end, len(self))
        key, pay, bits, place, also, rank, rest = (column[begin:end] for column in self.columns)
        also = np.concatenate((also, np.zeros(key.size - also.size, dtype=also.dtype)))
        return Columns(key, pay, bits, place, also, self._homes(begin, end), rank, rest)

    def _homes(self, begin: int, end: int) -> Column:
        found = np.zeros(end - begin, dtype=np.uint32)
        directory, (skilled, claused) = self.directory, self.bounds
        if begin < skilled:
            places = self.columns.place[begin : min(end, skilled)]
            found[: places.size] = places
        first, last = max(begin, skilled), min(end, claused)
        if first < last:
            starts = directory.pair_starts
            pairs = np.arange(np.searchsorted(starts, first, side="right") - 1, np.searchsorted(starts, last))
            homes = (np.searchsorted(directory.skill_starts, pairs, side="right") - 1) << 16 | directory.seconds[pairs]
            bounds = np.minimum(np.maximum(starts[pairs[0] : pairs[-1] + 2], first), last)
            found[first - begin : last - begin] = np.repeat(homes, np.diff(bounds))
        return found


def sort_keys(sections: Column, home: Column, rank: Column) -> Column:
    """What rows are sorted by, as one number."""
    found = sections.astype(np.uint64) << _SECTION_SHIFT
    found |= home.astype(np.uint64) << _HOME_SHIFT
    found |= rank
    return found


def section_of(rows: Column, bounds: tuple[int, int]) -> Column:
    """The sections of row numbers."""
    return (rows >= bounds[0]).astype(np.uint8) + (rows >= bounds[1])


def sorted_segment(part: int, columns: Columns, sections: Column, pool: Column) -> Segment:
    """Sort rows into a segment."""
    order = np.argsort(sort_keys(sections, columns.home, columns.rank))
    counts = np.bincount(sections, minlength=3)
    bounds = (int(counts[0]), int(counts[0] + counts[SKILLS]))
    taken = Columns(*(column[order] for column in columns))
    pool, rest = regrouped(pool, taken.rest)
    taken = taken._replace(rest=rest)
    literals, rows = first_literals(pool, rest, bounds[CLAUSES - 1])
    order = np.argsort(literals, kind="stable")
    directory = directory_of(taken.home, bounds, literals[order], rows[order])
    return Segment(part, scanned(taken, bounds[1]), bounds, pool, directory)


def regrouped(pool: Column, rest: Column) -> tuple[Column, Column]:
    """What some rows have in a pool, one row after another, and where that of each row is now.

    The first place of a pool says that a row has nothing there.
    """
    some = np.flatnonzero(rest)
    begins = rest[some].astype(np.int64)
    heads = pool[begins].astype(np.int64)
    sizes = 1 + (heads & WITH_MANNER) + (heads >> 1)
    found = np.zeros(1 + int(sizes.sum()), dtype=np.uint32)
    found[1:] = pool[spread(begins, sizes)]
    moved = np.zeros(rest.size, dtype=np.uint32)
    moved[some] = np.cumsum(sizes) - sizes + 1
    return found, moved


def literals_of(pool: Column, rest: Column) -> tuple[Column, Rows]:
    """The literals of rows one after another, and how many each has."""
    begins = rest.astype(np.int64)
    heads = pool[begins].astype(np.int64)
    sizes = heads >> 1
    return pool[spread(begins + 1 + (heads & WITH_MANNER), sizes)], sizes


def first_literals(pool: Column, rest: Column, begin: int) -> tuple[Column, Column]:
    """The literals of the first clause of each row from one on, with the rows, by row."""
    literals, sizes = literals_of(pool, rest[begin:])
    ends = (literals & LAST).astype(np.int64)
    before = np.cumsum(ends) - ends
    row_starts = np.cumsum(sizes) - sizes
    first = before == np.repeat(before[row_starts], sizes) if sizes.size else np.empty(0, dtype=np.bool_)
    rows = np.repeat(np.arange(begin, begin + sizes.size, dtype=np.uint32), sizes)
    return literals[first] >> LITERAL_SHIFT, rows[first]


def directory_of(home: Column, bounds: tuple[int, int], literals: Column, rows: Column) -> Directory:
    """The directory of sorted rows, and of the rows of literals, which rise."""
    places, place_starts = _runs(home, 0, bounds[0])
    pairs, pair_starts = _runs(home, bounds[0], bounds[1])
    firsts = pairs >> 16
    most = int(firsts[-1]) if firsts.size else 0
    last = int(literals[-1]) if literals.size else -1
    return Directory(
        places=places,
        place_starts=place_starts,
        skill_starts=np.searchsorted(firsts, np.arange(most + 2)).astype(np.uint32),
        seconds=(pairs & 0xFFFF).astype(np.uint16),
        pair_starts=pair_starts,
        literal_starts=np.searchsorted(literals, np.arange(last + 2)).astype(np.uint32),
        rows=rows.astype(np.uint32),
    )


def _runs(home: Column, begin: int, end: int) -> tuple[Column, Column]:
    """Each distinct value of a stretch, where its run begins, and where the last one ends."""
    part = home[begin:end]
    starts: Rows = np.flatnonzero(np.concatenate(([True], part[1:] != part[:-1]))) if part.size else np.empty(0, int)
    return part[starts], np.append(starts + begin, end).astype(np.uint32)


class Merge:
    """Makes one segment of two, without the rows that are dead when they are come to.

    The two may be searched meanwhile, and rows of theirs may die: the ledger tells, before and after.
    """

    def __init__(self, large: Segment, small: Segment, ledger: KeyVersions, piece: int) -> None:
        """A step goes through `piece` rows of the large segment."""
        self.large, self.small = large, small
        self._piece = piece
        self._ledger = ledger
        self._steps = self._run()

    def step(self) -> Segment | None:
        """Go on with a piece; the merged segment, after the last one."""
        return next(self._steps)

    def _run(self) -> Iterator[Segment | None]:
        small, ledger = self.small, self._ledger
        alive = np.flatnonzero(ledger.living(small.columns.key, small.part))
        yield None
        rows = _Rows(self.large, small, alive)
        for begin in range(0, max(len(self.large), 1), self._piece):
            rows.take(begin, begin + self._piece, ledger)
            yield None
        columns, bounds, pool = rows.finished()
        yield None
        references = _References(self.large, small, rows)
        for begin in range(0, max(self.large.directory.rows.size, 1), self._piece):
            references.take(begin, begin + self._piece)
            yield None
        literals, filed = references.finished()
        directory = directory_of(columns.home, bounds, literals, filed)
        yield Segment(self.large.part, scanned(columns, bounds[1]), bounds, pool, directory)


def _places(large: Column, small: Column) -> Bools:
    """Which places of the merged whole are of the small part; both are sorted."""
    of_small = np.zeros(large.size + small.size, dtype=np.bool_)
    of_small[np.searchsorted(large, small, side="right") + np.arange(small.size)] = True
    return of_small


def _end(small: Column, first: int, piece: Column) -> int:
    """Where those of the small part end that, from `first` on, belong into a piece of the large one."""
    return first + int(np.searchsorted(small[first:], piece[-1:], side="right").max(initial=0))


class _Rows:
    """Merges the columns, and notes where rows that are filed by clauses went."""

    def __init__(self, large: Segment, small: Segment, alive: Column) -> None:
        self._large, self._small, self._alive = large, small, alive
        columns = Columns(*(column[alive] for column in small.rows()))
        self._sections = section_of(alive, small.bounds)
        self._keys = sort_keys(self._sections, columns.home, columns.rank)
        self._columns = columns
        self._merged = empty_columns(len(large) + alive.size)
        self._pools: list[Column] = [np.zeros(1, dtype=np.uint32)]
        self._pooled = 1
        self._taken = self._used = 0
        self._bounds = [0, 0]
        self.moved_large = np.full(len(large) - large.bounds[1], _GONE, dtype=np.uint32)
        self.moved_small = np.full(len(small) - small.bounds[1], _GONE, dtype=np.uint32)

    def take(self, begin: int, end: int, ledger: KeyVersions) -> None:
        """Merge a piece of the large segment with what of the small one belongs there."""
        large = self._large
        end = min(end, len(large))
        piece = large.rows(begin, end)
        living = np.flatnonzero(ledger.living(piece.key, large.part))
        rows = begin + living
        sections = section_of(rows, large.bounds)
        piece = Columns(*(column[living] for column in piece))
        keys = sort_keys(sections, piece.home, piece.rank)
        first = self._taken
        last = _end(self._keys, first, keys) if end < len(large) else self._keys.size
        of_small = _places(keys, self._keys[first:last])
        to = slice(self._used, self._used + of_small.size)
        added = Columns(*(column[first:last] for column in self._columns))
        piece = piece._replace(rest=self._pooled_of(large.pool, piece.rest))
        added = added._replace(rest=self._pooled_of(self._small.pool, added.rest))
        for merged, mine, other in zip(self._merged, piece, added, strict=True):
            merged[to][~of_small] = mine
            merged[to][of_small] = other
        every = np.concatenate((sections, self._sections[first:last]))
        self._bounds[0] += int((every == 0).sum())
        self._bounds[1] += int((every < CLAUSES).sum())
        places = np.arange(to.start, to.stop, dtype=np.uint32)
        _note(self.moved_large, rows - large.bounds[1], places[~of_small])
        _note(self.moved_small, self._alive[first:last] - self._small.bounds[1], places[of_small])
        self._taken, self._used = last, to.stop

    def finished(self) -> tuple[Columns, tuple[int, int], Column]:
        """The merged columns, their bounds and pool."""
        columns = Columns(*(column[: self._used] for column in self._merged))
        return columns, (self._bounds[0], self._bounds[1]), np.concatenate(self._pools)

    def _pooled_of(self, pool: Column, rest: Column) -> Column:
        found, moved = regrouped(pool, rest)
        self._pools.append(found[1:])
        moved[moved > 0] += np.uint32(self._pooled - 1)
        self._pooled += found.size - 1
        return moved


def _note(moved: Column, rows: Column, places: Column) -> None:
    filed = rows >= 0
    moved[rows[filed]] = places[filed]


class _References:
    """Merges the rows of literals."""

    def __init__(self, large: Segment, small: Segment, rows: _Rows) -> None:
        self._large, self._rows = large, rows
        literals = _literals(small, 0, small.directory.rows.size)
        moved = rows.moved_small[small.directory.rows - np.uint32(small.bounds[1])]
        self._keys = _coded(literals, moved)
        self._taken = 0
        self._pieces: list[Column] = []

    def take(self, begin: int, end: int) -> None:
        """Merge a piece of the large segment's with what of the small one's belongs there."""
        large = self._large
        end = min(end, large.directory.rows.size)
        moved = self._rows.moved_large[large.directory.rows[begin:end] - np.uint32(large.bounds[1])]
        keys = _coded(_literals(large, begin, end), moved)
        first = self._taken
        last = _end(self._keys, first, keys) if end < large.directory.rows.size else self._keys.size
        of_small = _places(keys, self._keys[first:last])
        merged = np.empty(of_small.size, dtype=np.uint64)
        merged[~of_small] = keys
        merged[of_small] = self._keys[first:last]
        self._pieces.append(merged)
        self._taken = last

    def finished(self) -> tuple[Column, Column]:
        """Literals, rising, and the rows of each, rising."""
        keys = np.concatenate(self._pieces)
        return (keys >> np.uint64(32)).astype(np.uint32), (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32)


def _coded(literals: Column, rows: Column) -> Column:
    """Literals with their rows, as one number each; without rows that are gone."""
    kept = rows != _GONE
    coded: Column = literals[kept].astype(np.uint64) << np.uint64(32)
    coded |= rows[kept]
    return coded


def _literals(segment: Segment, begin: int, end: int) -> Column:
    """The literals of some of the rows of literals."""
    starts = segment.directory.literal_starts
    found: Column = np.searchsorted(starts, np.arange(begin, end), side="right") - 1
    return found
