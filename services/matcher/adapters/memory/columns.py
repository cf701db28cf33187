"""Columns for numpy: growing ones, runs of them, and what the columns of criteria are."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]
"""Row numbers."""
Column = npt.NDArray[Any]


class Columns(NamedTuple):
    """Criteria as a struct of arrays, one row each."""

    key: Column
    pay: Column
    """The floor, its currency and whether undisclosed pay will do, packed: see `services.matcher.adapters.floors`."""
    bits: Column
    """One bit for each value of a facet that fits, one for an unknown place, and flags."""
    place: Column
    """Number of a set of places; 0 is any."""
    also: Column
    """Numbers of two skills that are needed besides those of `home`, 16 bits each; 0 is none."""
    home: Column
    """Where in its section a row is filed: number of the set of places, or of two skills, 16 bits each."""
    rank: Column
    """The floor in the reference currency, coarsely, and never more than it is; 1 for none, and 0 for a row that asks
    nothing at all but its home and its set of places."""
    rest: Column
    """Where in the pool all else begins that is asked; 0 is nothing.

    There stands twice the number of literals, and one more where the number of time zone, tolerance and languages
    together comes next; then the literals."""


class Scanned(NamedTuple):
    """What a scan reads of sorted rows, 30 bytes each. What they are filed under is known by where they are."""

    key: Column
    pay: Column
    bits: Column
    place: Column
    also: Column
    """Up to the rows that are filed by clauses, which need no skill."""
    rank: Column
    rest: Column


DTYPES: Final[Sequence[str]] = ("u4", "u8", "u4", "u4", "u4", "u4", "u2", "u4")
UNKNOWN_PLACE: Final = 1 << 27
"""The bit of `Columns.bits` for an unknown place: next to the flags, wherever the facets end, since compiled scans are
kept on disk with it from one release to the next."""
HAS_PAY, HAS_ALSO, HAS_MANNER, HAS_CLAUSES = 1 << 28, 1 << 29, 1 << 30, 1 << 31
"""Flags of `Columns.bits`: most rows ask for few things, and the other columns need not be looked at."""
WITH_MANNER: Final = 1
"""In the pool, beside twice the number of literals."""
PLACES, SKILLS, CLAUSES = 0, 1, 2
"""The sections: filed by places, because no term is needed; by the rarest needed skills; by the terms of a clause."""


def empty_columns(size: int) -> Columns:
    """Columns to be filled."""
    return Columns(*(np.empty(size, dtype) for dtype in DTYPES))


def scanned(columns: Columns, skilled: int) -> Scanned:
    """What a scan reads of rows, the first so many of which may need skills."""
    also = columns.also if skilled == columns.also.size else columns.also[:skilled].copy()
    return Scanned(columns.key, columns.pay, columns.bits, columns.place, also, columns.rank, columns.rest)


def pooled(manner: int, literals: Sequence[int]) -> list[int]:
    """What stands in the pool of a row: see `Columns.rest`."""
    return [2 * len(literals) + WITH_MANNER, manner, *literals] if manner else [2 * len(literals), *literals]


def spread(starts: Column, sizes: Column) -> Rows:
    """The numbers of several runs, one run after another."""
    sizes = sizes.astype(np.int64)
    end = np.cumsum(sizes)
    if not end.size:
        return np.empty(0, dtype=np.int64)
    at: Rows = np.repeat(starts.astype(np.int64) - (end - sizes), sizes)
    at += np.arange(at.size)
    return at


class Growing:
    """A column that grows at its end. A view of it is stale once it has grown."""

    def __init__(self, dtype: npt.DTypeLike, values: Iterable[Any] = ()) -> None:
        first = np.array(list(values), dtype=dtype)
        self._size = first.size
        self._values = np.concatenate((first, np.zeros(16, dtype=dtype)))

    def __len__(self) -> int:
        return self._size

    @property
    def nbytes(self) -> int:
        """What it takes of the memory."""
        return self._values.nbytes

    @property
    def view(self) -> Column:
        """All values, not copied."""
        return self._values[: self._size]

    def append(self, value: Any) -> None:
        """Add a value."""
        if self._size == self._values.size:
            self._grow(1)
        self._values[self._size] = value
        self._size += 1

    def extend(self, values: Any) -> None:
        """Add some values."""
        count = len(values)
        if self._size + count > self._values.size:
            self._grow(count)
        self._values[self._size : self._size + count] = values
        self._size += count

    def _grow(self, count: int) -> None:
        more = max(count, self._values.size // 4)
        self._values = np.concatenate((self._values[: self._size], np.zeros(more, dtype=self._values.dtype)))
