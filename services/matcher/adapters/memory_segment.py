"""A sorted part of the index, and where in it a posting has to look."""

from typing import NamedTuple

import numpy as np

from services.matcher.adapters.columns import CLAUSES, SKILLS, Column, Columns, Rows, spread
from services.matcher.adapters.memory_vocabulary import LAST, LITERAL_SHIFT

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
        return sum(one.nbytes for one in (*self.columns, *self.directory, self.pool))


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
    pool, clauses = regrouped(pool, taken.clauses)
    taken = taken._replace(clauses=clauses)
    literals, rows = first_literals(pool, clauses, bounds[CLAUSES - 1])
    order = np.argsort(literals, kind="stable")
    return Segment(part, taken, bounds, pool, directory_of(taken.home, bounds, literals[order], rows[order]))


def regrouped(pool: Column, clauses: Column) -> tuple[Column, Column]:
    """The literals of some rows, one row after another, and where those of each row are now.

    In a pool, the literals of a row come after their count; the first place says that a row has none.
    """
    some = np.flatnonzero(clauses)
    begins = clauses[some].astype(np.int64)
    sizes = pool[begins].astype(np.int64) + 1
    found = np.zeros(1 + int(sizes.sum()), dtype=np.uint32)
    found[1:] = pool[spread(begins, sizes)]
    moved = np.zeros(clauses.size, dtype=np.uint32)
    moved[some] = np.cumsum(sizes) - sizes + 1
    return found, moved


def first_literals(pool: Column, clauses: Column, begin: int) -> tuple[Column, Column]:
    """The literals of the first clause of each row from one on, with the rows, by row."""
    begins = clauses[begin:].astype(np.int64)
    sizes = pool[begins].astype(np.int64)
    literals = pool[spread(begins + 1, sizes)]
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
