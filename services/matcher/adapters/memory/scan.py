"""Scanning a part of the index with numpy."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from services.matcher.adapters.floors import ACCEPTS_UNDISCLOSED, CURRENCY_SHIFT, MOST_FLOOR
from services.matcher.adapters.memory.columns import (
    HAS_ALSO,
    HAS_CLAUSES,
    HAS_MANNER,
    HAS_PAY,
    Bools,
    Column,
    Rows,
    Scanned,
    spread,
)
from services.matcher.adapters.memory.ledger import KeyVersions
from services.matcher.adapters.memory.memtable import Memtable
from services.matcher.adapters.memory.posting import PostingArrays
from services.matcher.adapters.memory.segment import Segment, literals_of
from services.matcher.adapters.memory.vocabulary import LAST, LITERAL_SHIFT, MOST_RANK, NEGATED

_LONG_RUN: Final = 512
"""Rows. In shorter runs, looking for where the floors become too high costs more than it saves."""
_MANY: Final = 4096

HitKeys = tuple[Column, Column]
"""Keys that match, and that nearly do."""


class NumpyKernel:
    """Scans in columns, a column at a time."""

    def __init__(self, ledger: KeyVersions) -> None:
        self._ledger = ledger

    def find(self, segments: Sequence[Segment], memtable: Memtable, posting: PostingArrays) -> HitKeys:
        """The keys of all parts that a posting fits, sorted."""
        found = [self._scan(segment, posting) for segment in segments if segment.living]
        if memtable.living:
            found.append(_scan_memtable(memtable, posting))
        return _ordered([keys for keys, _ in found]), _ordered([near for _, near in found])

    def _scan(self, segment: Segment, posting: PostingArrays) -> HitKeys:
        rows = candidates(segment, posting)
        paid, near = _parted(segment.columns, segment.pool, rows, posting)
        keys, nearly = segment.columns.key.take(paid), segment.columns.key.take(near)
        if segment.living == len(segment):
            return keys, nearly
        ledger, part = self._ledger, segment.part
        return keys[ledger.living(keys, part)], nearly[ledger.living(nearly, part)]


def _scan_memtable(memtable: Memtable, posting: PostingArrays) -> HitKeys:
    columns, alive, needs = memtable.view
    rows = np.flatnonzero(alive & posting.has_skill[needs >> 16] & posting.has_skill[needs & 0xFFFF])
    paid, near = _parted(columns, memtable.pool, rows, posting)
    return columns.key[paid], columns.key[near]


def candidates(segment: Segment, posting: PostingArrays) -> Rows:
    """The rows that are filed under something that the posting has."""
    directory = segment.directory
    fitting = np.flatnonzero(posting.place_fits[directory.places])
    skills = posting.skills[posting.skills < directory.skill_starts.size - 1]
    first, end = directory.skill_starts[skills], directory.skill_starts[skills + 1]
    pairs = spread(first, end - first)
    pairs = pairs[posting.has_skill[directory.seconds[pairs]]]
    starts = np.concatenate((directory.place_starts[fitting], directory.pair_starts[pairs])).astype(np.int64)
    ends = np.concatenate((directory.place_starts[fitting + 1], directory.pair_starts[pairs + 1])).astype(np.int64)
    if posting.cut < MOST_RANK:
        rank = segment.columns.rank
        for at in np.flatnonzero(ends - starts >= _LONG_RUN).tolist():
            start = int(starts[at])
            ends[at] = start + rank[start : int(ends[at])].searchsorted(posting.cut, side="right")
    rows = spread(starts, ends - starts)
    return np.concatenate((rows, found)) if (found := _by_clauses(segment, posting)).size else rows


def _by_clauses(segment: Segment, posting: PostingArrays) -> Rows:
    """The rows of which the posting holds some literal of the first clause, each once."""
    directory, begin = segment.directory, segment.bounds[1]
    literals = posting.literals[posting.literals < directory.literal_starts.size - 1]
    starts = directory.literal_starts[literals]
    rows = directory.rows[spread(starts, directory.literal_starts[literals + 1] - starts)]
    marked = np.zeros(len(segment) - begin, dtype=np.bool_)
    marked[rows - np.uint32(begin)] = True
    return np.flatnonzero(marked) + begin


def _parted(columns: Scanned, pool: Column, rows: Rows, posting: PostingArrays) -> tuple[Rows, Rows]:
    """Of rows that are filed under what the posting has, those that fit, and those that nearly fit."""
    # `take` at places that were found first is several times as fast as choosing by a mask.
    rows = rows.take(np.flatnonzero(posting.place_fits.take(columns.place.take(rows))))
    bits = columns.bits.take(rows)
    rows, bits = _filtered(rows, bits, (bits & posting.mask == posting.mask) & (bits & posting.either != 0))
    asked = int(np.bitwise_or.reduce(bits, initial=np.uint32(0)))
    if asked & HAS_ALSO:
        some = np.flatnonzero(bits & HAS_ALSO)
        also, has = columns.also.take(rows.take(some)), posting.has_skill
        rows, bits = _without(rows, bits, some, has.take(also >> 16) & has.take(also & 0xFFFF))
    if asked & HAS_MANNER:
        some = np.flatnonzero(bits & HAS_MANNER)
        manner = pool.take(columns.rest.take(rows.take(some)) + 1)
        rows, bits = _without(rows, bits, some, posting.manner_fits.take(manner))
    if asked & HAS_CLAUSES:
        some = np.flatnonzero(bits & HAS_CLAUSES)
        rows, bits = _without(rows, bits, some, _clauses_hold(pool, columns.rest.take(rows.take(some)), posting.holds))
    if not asked & HAS_PAY:
        return rows, rows[:0]
    asks_pay = bits & HAS_PAY != 0
    free, rows = rows.take(np.flatnonzero(~asks_pay)), rows.take(np.flatnonzero(asks_pay))
    pay = columns.pay.take(rows)
    top = posting.tops.take((pay >> CURRENCY_SHIFT).astype(np.int64))
    floor = (pay & MOST_FLOOR).astype(np.int64)
    undisclosed = top < 0
    paid = np.where(undisclosed, pay & ACCEPTS_UNDISCLOSED != 0, top >= floor)
    near = ~paid & (undisclosed | (10 * top >= 9 * floor))
    return np.concatenate((free, rows.take(np.flatnonzero(paid)))), rows.take(np.flatnonzero(near))


def _filtered(rows: Rows, bits: Column, fits: Bools) -> tuple[Rows, Column]:
    if fits.all():
        return rows, bits
    at = np.flatnonzero(fits)
    return rows.take(at), bits.take(at)


def _without(rows: Rows, bits: Column, some: Rows, fits: Bools) -> tuple[Rows, Column]:
    """The rows less those of some that do not fit."""
    kept = np.ones(rows.size, dtype=np.bool_)
    kept[some] = fits
    return _filtered(rows, bits, kept)


def _clauses_hold(pool: Column, rest: Column, holds: Bools) -> Bools:
    """Of which rows all clauses hold; each has some."""
    if not rest.size:
        return np.empty(0, dtype=np.bool_)
    literals, sizes = literals_of(pool, rest)
    true = holds[literals >> LITERAL_SHIFT] ^ (literals & NEGATED != 0)
    ends = np.flatnonzero(literals & LAST)
    clause_starts = np.concatenate(([0], ends[:-1] + 1))
    clauses = np.logical_or.reduceat(true, clause_starts)
    # A row begins where one of its clauses does.
    row_starts = np.searchsorted(clause_starts, np.cumsum(sizes) - sizes)
    found: Bools = np.logical_and.reduceat(clauses, row_starts)
    return found


def _ordered(parts: Sequence[Column]) -> Column:
    keys: Column = np.concatenate(parts) if parts else np.empty(0, dtype=np.uint32)
    if keys.size < _MANY:
        return np.sort(keys)
    # By halves of 16 bits, which numpy sorts without comparing.
    keys = keys.take(np.argsort(keys.astype(np.uint16), kind="stable"))
    return keys.take(np.argsort((keys >> np.uint32(16)).astype(np.uint16), kind="stable"))
