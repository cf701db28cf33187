"""A sorted part of the index, and where in it a posting has to look."""

from typing import NamedTuple

import numpy as np

from services.matcher.adapters.memory.columns import (
    CLAUSES,
    SKILLS,
    WITH_MANNER,
    Column,
    Columns,
    Rows,
    scanned,
    spread,
)
from services.matcher.adapters.memory.vocabulary import LAST, LITERAL_SHIFT

_HOME_SHIFT = np.uint64(16)
_SECTION_SHIFT = np.uint64(48)


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

    def __init__(self, part: int, columns: Columns, bounds: tuple[int, int], pool: Column, rows: Directory) -> None:
        """`bounds` are where the sections filed by skills and by clauses begin."""
        self.part = part
        self.columns = scanned(columns, bounds[1])
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
    return Segment(part, taken, bounds, pool, directory_of(taken.home, bounds, literals[order], rows[order]))


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
