"""Merging a small segment into a large one, a piece at a time."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from services.matcher.adapters.memory.columns import CLAUSES, Bools, Column, Columns, empty_columns
from services.matcher.adapters.memory.ledger import Ledger
from services.matcher.adapters.memory.segment import Segment, directory_of, regrouped, section_of, sort_keys

_GONE: Final = 2**32 - 1


class Merge:
    """Makes one segment of two, without the rows that are dead when they are come to.

    The two may be searched meanwhile, and rows of theirs may die: the ledger tells, before and after.
    """

    def __init__(self, large: Segment, small: Segment, ledger: Ledger, piece: int) -> None:
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
        yield Segment(self.large.part, columns, bounds, pool, directory_of(columns.home, bounds, literals, filed))


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

    def take(self, begin: int, end: int, ledger: Ledger) -> None:
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
