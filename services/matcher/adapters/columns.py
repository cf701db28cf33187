"""Columns of criteria for numpy: fixed-width, ragged, and facets of which the same few values recur."""

from array import array
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]
"""Row numbers."""

A = TypeVar("A", bound=Hashable)
V = TypeVar("V", bound=Hashable)


def view(column: "array[Any]", dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """A column as numpy sees it, not copied. An array in view cannot be resized: drop it before the column grows."""
    return np.frombuffer(column, dtype=dtype)


def kept(column: "array[Any]", mask: Bools) -> "array[Any]":
    """The rows of a column that a mask keeps."""
    found = array(column.typecode)
    found.frombytes(np.frombuffer(column, dtype=np.dtype(column.typecode))[mask].tobytes())
    return found


class Ragged:
    """A column of lists of small integers."""

    def __init__(self) -> None:
        self._starts = array("q", [0])
        self._sizes = array("i")
        self._values = array("i")

    def append(self, values: Iterable[int]) -> None:
        """Add a row."""
        self._values.extend(values)
        self._sizes.append(len(self._values) - self._starts[-1])
        self._starts.append(len(self._values))

    def count(self, rows: Rows, has: Bools) -> tuple[Rows, Rows]:
        """For each row, how many of its values `has` marks, and how many it holds."""
        starts, values = view(self._starts, np.int64), view(self._values, np.int32)
        # Most lists are empty. Sizes lie close together, where starts and values are spread over all of the memory.
        sizes = view(self._sizes, np.int32)[rows].astype(np.int64)
        some = np.flatnonzero(sizes)
        size = sizes[some]
        # Where each row's values lie, one after another: its own begin, less the sizes of the rows before it.
        end = np.cumsum(size)
        at = np.repeat(starts[rows[some]] - (end - size), size)
        at += np.arange(at.size)
        owner = np.searchsorted(end, np.flatnonzero(has[values[at]]), side="right")
        found = np.zeros(rows.size, dtype=np.int64)
        found[some] = np.bincount(owner, minlength=some.size)
        return found, sizes

    def keep(self, mask: Bools) -> None:
        """Drop the rows that a mask does not keep."""
        starts, values = view(self._starts, np.int64), view(self._values, np.int32)
        size = np.diff(starts)
        found, lengths = values[np.repeat(mask, size)].tobytes(), size[mask]
        del starts, values
        self._sizes = kept(self._sizes, mask)
        self._values = array("i")
        self._values.frombytes(found)
        self._starts = array("q", [0])
        self._starts.frombytes(np.cumsum(lengths).astype(np.int64).tobytes())


class Facet(Generic[A, V]):
    """A column whose rows hold one of a few asked values, judged once for each posting value and remembered.

    Most postings share a reach, a level and a workplace with others, and most criteria ask for one of a few sets.
    """

    def __init__(self, fits: Callable[[Sequence[A], V], Iterable[bool]], most: int = 2048) -> None:
        """`fits` says which of several asked values a posting value fits; `most` posting values are remembered."""
        self._fits = fits
        self._most = most
        self._ids: dict[A, int] = {}
        self._asked: list[A] = []
        self._judged: dict[V, Bools] = {}
        self.column = array("i")

    def append(self, asked: A) -> None:
        """Add a row."""
        number = self._ids.setdefault(asked, len(self._asked))
        if number == len(self._asked):
            self._asked.append(asked)
        self.column.append(number)

    def fitting(self, rows: Rows, value: V) -> Bools:
        """Which rows ask for something that the posting value fits."""
        judged = self._judged.pop(value, None)
        known = 0 if judged is None else judged.size
        if judged is None or known < len(self._asked):
            fresh = np.fromiter(self._fits(self._asked[known:], value), dtype=np.bool_)
            judged = fresh if judged is None else np.concatenate((judged, fresh))
        while len(self._judged) >= self._most:
            del self._judged[next(iter(self._judged))]
        self._judged[value] = judged
        fitting: Bools = judged[view(self.column, np.int32)[rows]]
        return fitting
