"""Records of matches.v1 by key: unpacked and sorted once, and held for whoever is due next.

All of a board may be due at eight, and is claimed some at a time: what came in a day is the same for each claim, and to
unpack it costs more than to look up whose turn it is.
"""

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Row, select

from schemas.keys import Keys, unpack_each
from schemas.sql.tables import matches

_ROWS = 500
_UNPACKED_AT_ONCE = 1 << 20
"""Bytes of packed keys; unpacking takes some forty times as much memory."""
_MOST_HELD = 64 << 20
"""Bytes, 4 a hit: a day of 2,000 postings that 25 of 600,000 criteria ask for each."""

Sizes = npt.NDArray[np.int64]
Offsets = npt.NDArray[np.int64]
Places = npt.NDArray[np.int64]
Codes = npt.NDArray[np.unsignedinteger[Any]]
"""Numbers of 32 bits, or of 64."""


@dataclass(frozen=True, slots=True)
class MatchRun:
    """Rows of one partition that follow each other."""

    start: int
    end: int
    """The position behind its last row."""
    offsets: Offsets
    """By row."""
    matched: Codes
    """Key and row of each hit as one number, in order."""
    near: Codes

    @property
    def size(self) -> int:
        """In bytes."""
        return self.offsets.nbytes + self.matched.nbytes + self.near.nbytes

    def hits(self, codes: Codes, keys: Keys) -> tuple[Places, Places]:
        """Of `matched` or `near`: the places of these sorted keys with the rows that each hits."""
        bits = codes.dtype.type(bits_of(self.offsets.size))
        if not codes.size:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        wanted = keys[: np.searchsorted(keys, codes[-1] >> bits, side="right")].astype(codes.dtype) << bits
        low = codes.dtype.type((1 << int(bits)) - 1)
        starts = np.searchsorted(codes, wanted)
        sizes = np.searchsorted(codes, wanted | low, side="right") - starts
        ends = np.cumsum(sizes)
        at = np.repeat(starts - (ends - sizes), sizes) + np.arange(sizes.sum())
        return np.repeat(np.arange(wanted.size), sizes), (codes[at] & low).astype(np.int64)


def run_of(start: int, end: int, offsets: Sequence[int], matched: Sequence[bytes], near: Sequence[bytes]) -> MatchRun:
    """A run of rows with their packed keys."""
    rows = np.array(offsets, dtype=np.int64)
    return MatchRun(start, end, rows, coded(*unpack_each(matched)), coded(*unpack_each(near)))


def coded(keys: Keys, sizes: Sizes) -> Codes:
    """Keys, one row after another, with the row of each, in order: mostly 32 bits, which numpy sorts fastest."""
    bits = bits_of(sizes.size)
    narrow = int(keys.max(initial=0)).bit_length() + bits <= 32
    codes: Codes = keys.astype(np.uint32 if narrow else np.uint64)
    codes <<= codes.dtype.type(bits)
    codes |= np.repeat(np.arange(sizes.size, dtype=codes.dtype), sizes)
    codes.sort()
    return codes


class MatchesByKey:
    """Runs of matches as they were read, of each partition the newest for which its share has room; for one thread.

    What a row below a position holds is never changed. Whether the store still has the row is not known here.
    """

    def __init__(self, most: int = _MOST_HELD) -> None:
        """`most`: bytes that are held; with 0 nothing is."""
        self._most = most
        self._held: dict[int, list[MatchRun]] = {}
        """By partition, in order."""

    def runs(self, connection: Connection, partition: int, start: int, end: int, partitions: int) -> Iterator[MatchRun]:
        """The runs that hold the positions of a partition from `start` to `end`, and maybe others beside.

        `partitions`: how many there are, of which each is held as much of as of any other.
        """
        held, share = self._held.setdefault(partition, []), self._most // partitions
        while held and held[-1].end > end:
            # The store was set back.
            held.pop()
        if held and held[-1].end < end and held[-1].size < _UNPACKED_AT_ONCE:
            # With what came since it makes one run: each is looked through for each key.
            held.pop()
        while held and _size_of(held) > share:
            held.pop(0)
        at = start
        while at < end:
            behind = bisect_right(held, at, key=lambda run: run.start)
            if behind and held[behind - 1].end > at:
                run = held[behind - 1]
                yield run
                at = run.end
                continue
            until = min(held[behind].start, end) if behind < len(held) else end
            for run in _read(connection, partition, at, until):
                _hold(held, run, share)
                yield run
            at = until


def _hold(held: list[MatchRun], run: MatchRun, most: int) -> None:
    """Hold a run, and older ones no more where there is no room; not where that would cost newer ones."""
    while held and held[0].start < run.start and _size_of(held) + run.size > most:
        held.pop(0)
    if _size_of(held) + run.size <= most:
        insort(held, run, key=lambda run: run.start)


def _size_of(held: Sequence[MatchRun]) -> int:
    return sum(run.size for run in held)


def _read(connection: Connection, partition: int, start: int, end: int) -> Iterator[MatchRun]:
    """The rows of one partition between two positions, some at a time."""
    query = (
        select(matches.c.offset, matches.c.matched, matches.c.near)
        .where(matches.c.partition == partition, matches.c.offset < end)
        .order_by(matches.c.offset)
        .limit(_ROWS)
    )
    while start < end:
        rows = connection.execute(query.where(matches.c.offset >= start)).all()
        for some in _parts(rows):
            until = end if len(rows) < _ROWS and some[-1].offset == rows[-1].offset else some[-1].offset + 1
            own = ([row.offset for row in some], [row.matched for row in some], [row.near for row in some])
            yield run_of(start, until, *own)
            start = until
        if not rows:
            return


def _parts(rows: Sequence[Row[int, bytes, bytes]]) -> Iterator[Sequence[Row[int, bytes, bytes]]]:
    """Of rows so many each that little is unpacked at once."""
    start = size = 0
    for at, row in enumerate(rows):
        size += len(row.matched) + len(row.near)
        if size >= _UNPACKED_AT_ONCE:
            yield rows[start : at + 1]
            start, size = at + 1, 0
    if start < len(rows):
        yield rows[start:]


def bits_of(count: int) -> int:
    """What numbers below a count need."""
    return max(count - 1, 0).bit_length()
