"""Scanning a part of the index row by row, compiled by numba."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar, cast

import numpy as np
from numba import njit

from services.matcher.adapters.floors import FLOOR_BITS, MOST_FLOOR
from services.matcher.adapters.memory.columns import (
    HAS_ALSO,
    HAS_CLAUSES,
    HAS_MANNER,
    HAS_PAY,
    UNKNOWN_PLACE,
    WITH_MANNER,
    Column,
    Scanned,
)
from services.matcher.adapters.memory.ledger import IN_PAGE, PAGE, KeyVersions
from services.matcher.adapters.memory.memtable import Memtable
from services.matcher.adapters.memory.posting import PostingArrays
from services.matcher.adapters.memory.scan import HitKeys
from services.matcher.adapters.memory.segment import Directory, Segment
from services.matcher.adapters.memory.vocabulary import LAST, LITERAL_SHIFT, NEGATED

F = TypeVar("F", bound=Callable[..., Any])

_PAY, _ALSO, _MANNER, _CLAUSES = map(np.uint32, (HAS_PAY, HAS_ALSO, HAS_MANNER, HAS_CLAUSES))
_MORE: Final = np.uint32(HAS_ALSO | HAS_MANNER | HAS_CLAUSES)
_UNKNOWN_PLACE: Final = np.uint32(UNKNOWN_PLACE)
_BLOCK: Final = np.uintp(1024)
_FLOOR: Final = np.uint64(MOST_FLOOR)
_SHIFT: Final = np.uint64(FLOOR_BITS)
_EVERY = 0  # No part: every row lives.
_LONG_RUN: Final = np.uintp(64)
"""Rows. Shorter runs are gone through, too high floors and all."""
_FEW: Final = 512
_MOST_BITS: Final = 12
"""Of a digit: the counts of all digits stay near the processor."""


def _compiled(function: F) -> F:
    """Compiled at its first call; kept on disk for the next process, where there is one that may be written to."""
    made: Any
    try:
        made = njit(cache=True, nogil=True)(function)
    except RuntimeError:
        made = njit(nogil=True)(function)
    return cast(F, made)


class CompiledKernel:
    """Scans a row at a time, and leaves a row at the first thing that does not fit."""

    def __init__(self, ledger: KeyVersions) -> None:
        self._ledger = ledger
        self._room: tuple[Column, ...] = (np.empty(0, dtype=np.uint32),) * 4
        """Where runs begin and end, and the keys that match and nearly match."""

    def find(self, segments: Sequence[Segment], memtable: Memtable, posting: PostingArrays) -> HitKeys:
        """The keys of all parts that a posting fits, sorted."""
        self._make_room(sum(map(len, segments)) + len(memtable))
        pages, parts = self._ledger.tables
        found = (0, 0)
        for segment in segments:
            if segment.living:
                ledger = pages, parts, segment.part if segment.living < len(segment) else _EVERY
                found = _scan(segment.columns, segment.directory, segment.pool, posting, ledger, self._room, found)
        if memtable.living:
            columns, alive, needs = memtable.view
            ledger = pages, parts, _EVERY
            found = _scan_memtable(columns, alive, needs, memtable.pool, posting, ledger, self._room, found)
        return self._ordered(self._room[2][: found[0]]), self._ordered(self._room[3][: found[1]])

    def _ordered(self, keys: Column) -> Column:
        if keys.size < _FEW:
            return np.sort(keys)
        bits = self._ledger.last_key.bit_length()
        turns = -(-bits // _MOST_BITS)
        ordered: Column = _order(keys, self._room[0][: keys.size], -(-bits // turns), turns)
        return ordered

    def _make_room(self, rows: int) -> None:
        # One more, for the key that is written before it is known whether it stays.
        rows += 1
        if self._room[0].size < rows:
            # Room that was never written to takes no memory.
            self._room = tuple(np.empty(rows + rows // 4, dtype=np.uint32) for _ in self._room)


@_compiled
def _scan(
    columns: Scanned, directory: Directory, pool: Column, posting: PostingArrays, ledger: Any, room: Any, found: Any
) -> Any:
    """Find the runs of rows that are filed under something that the posting has, then look at each row of them."""
    starts, ends, _, _ = room
    runs = _runs_of(columns.rank, directory, posting, starts, ends)
    if posting.mask & _UNKNOWN_PLACE == 0:
        found = _plain(columns, posting.place_fits, ledger, room, runs, found)
    found = _in_runs(columns, pool, posting, ledger, room, runs, found)
    if not directory.rows.size:
        return found
    runs = _of_literals(columns, directory, pool, posting, starts, ends)
    return _in_runs(columns, pool, posting, ledger, room, runs, found)


@_compiled
def _runs_of(rank: Column, directory: Directory, posting: PostingArrays, starts: Column, ends: Column) -> Any:
    """The runs under the places and pairs of skills of a posting, as far as their floors are not too high."""
    places, place_starts, skill_starts, seconds, pair_starts, _, _ = directory
    place_fits, has_skill, cut = posting.place_fits, posting.has_skill, posting.cut
    found = 0
    for at in range(places.size):
        if place_fits[places[at]]:
            starts[found] = place_starts[at]
            ends[found] = place_starts[at + 1]
            found += 1
    for skill in posting.skills:
        if skill >= skill_starts.size - 1:
            continue
        for at in range(np.int64(skill_starts[skill]), np.int64(skill_starts[skill + 1])):
            if has_skill[seconds[at]]:
                starts[found] = pair_starts[at]
                ends[found] = pair_starts[at + 1]
                found += 1
    for at in range(found):
        begin, end = np.uintp(starts[at]), np.uintp(ends[at])
        if end - begin >= _LONG_RUN and rank[end - np.uintp(1)] > cut:
            ends[at] = _end_of(rank, begin, end, cut)
    return found


@_compiled
def _end_of(rank: Column, begin: Any, end: Any, most: Any) -> Any:
    """Where in a run ranks become higher."""
    while begin < end:
        middle = (begin + end) >> np.uintp(1)
        if rank[middle] <= most:
            begin = middle + np.uintp(1)
        else:
            end = middle
    return begin


@_compiled
def _of_literals(
    columns: Scanned, directory: Directory, pool: Column, posting: PostingArrays, starts: Column, ends: Column
) -> Any:
    """The rows under what else a posting has and says, each once and as a run of its own; how many."""
    rows, literal_starts = directory.rows, directory.literal_starts
    rank, rest, bits, place = columns.rank, columns.rest, columns.bits, columns.place
    holds, cut, place_fits = posting.holds, posting.cut, posting.place_fits
    mask, either = posting.mask, posting.either
    found = 0
    for literal in posting.literals:
        if literal >= literal_starts.size - 1:
            continue
        for at in range(np.int64(literal_starts[literal]), np.int64(literal_starts[literal + 1])):
            row = rows[at]
            if rank[row] > cut:
                break
            # What is cheap first: most rows go no further.
            if not (place_fits[place[row]] and bits[row] & mask == mask and bits[row] & either != 0):
                continue
            # A row that is filed under several literals that are held is found by the first one alone.
            begin = np.int64(rest[row])
            first = begin + 1 + np.int64(pool[begin] & WITH_MANNER)
            while not holds[pool[first] >> LITERAL_SHIFT]:
                first += 1
            if pool[first] >> LITERAL_SHIFT == literal:
                starts[found] = row
                ends[found] = row + 1
                found += 1
    return found


@_compiled
def _scan_memtable(
    columns: Scanned,
    alive: Any,
    needs: Column,
    pool: Column,
    posting: PostingArrays,
    ledger: Any,
    room: Any,
    found: Any,
) -> Any:
    """Look at each living row that needs no skill that is missing, as a run of its own."""
    has_skill, (starts, ends, _, _) = posting.has_skill, room
    runs = 0
    for row in range(alive.size):
        need = needs[row]
        if alive[row] and has_skill[need >> 16] and has_skill[need & 0xFFFF]:
            starts[runs] = row
            ends[runs] = row + 1
            runs += 1
    return _in_runs(columns, pool, posting, ledger, room, runs, found)


@_compiled
def _plain(columns: Scanned, place_fits: Any, ledger: Any, room: Any, runs: Any, found: Any) -> Any:
    """Write down the keys of the first rows of long runs, which ask for nothing but a place, and leave these rows out
    of the runs; how many keys there are then."""
    key, place, rank = columns.key, columns.place, columns.rank
    pages, parts, part = ledger
    starts, ends, keys, _ = room
    first = np.uintp(found[0])
    matched, one, none = first, np.uintp(1), np.uintp(0)
    for run in range(runs):
        row, end = np.uintp(starts[run]), np.uintp(ends[run])
        if end - row < _LONG_RUN:
            continue
        end = _end_of(rank, row, end, 0)
        starts[run] = end
        while row < end:
            keys[matched] = key[row]
            matched += one if place_fits[place[row]] else none
            row += one
    if part != _EVERY:
        at, end, matched = first, matched, first
        while at < end:
            name = keys[at]
            keys[matched] = name
            matched += one if parts[(np.int64(pages[name >> PAGE]) << PAGE) | (name & IN_PAGE)] == part else none
            at += one
    return np.int64(matched), found[1]


@_compiled
def _in_runs(
    columns: Scanned, pool: Column, posting: PostingArrays, ledger: Any, room: Any, runs: Any, found: Any
) -> Any:
    """Write down the keys of the rows in runs that fit, or nearly, behind those found before; how many there are."""
    # Arrays that are taken out of a tuple are counted each time: so they are taken out once.
    key, pay, bits, place, also, _, rest = columns
    has_skill, _, holds, _, mask, either, place_fits, manner_fits, tops, _ = posting
    pages, parts, part = ledger
    starts, ends, keys, near = room
    paid, nearly_paid = _below(tops)
    # Numbers without a sign: of others, numba asks at each use whether they count from the end.
    matched, nearly, one, none = np.uintp(found[0]), np.uintp(found[1]), np.uintp(1), np.uintp(0)
    block = np.empty(_BLOCK, dtype=np.uintp)
    for run in range(runs):
        last = np.uintp(ends[run])
        begin = np.uintp(starts[run])
        while begin < last:
            # No branch depends on what fits: a wrong guess of the processor costs more than a row does.
            end = min(begin + _BLOCK, last)
            placed, fitting, row, at = none, none, begin, none
            while row < end:
                block[placed] = row
                placed += one if place_fits[place[row]] else none
                row += one
            while at < placed:
                row = block[at]
                block[fitting] = row
                fitting += one if (bits[row] & mask == mask) & (bits[row] & either != 0) else none
                at += one
            begin = end
            at = none
            while at < fitting:
                row = block[at]
                at += one
                asked = bits[row]
                if asked & _MORE:
                    if asked & _ALSO and not (has_skill[also[row] >> 16] and has_skill[also[row] & 0xFFFF]):
                        continue
                    if asked & _MANNER and not manner_fits[pool[np.uintp(rest[row]) + one]]:
                        continue
                    if asked & _CLAUSES and not _clauses_hold(pool, np.int64(rest[row]), holds):
                        continue
                name = key[row]
                if part != _EVERY and parts[(np.int64(pages[name >> PAGE]) << PAGE) | (name & IN_PAGE)] != part:
                    continue
                # Those without a floor come first in a run, so this is a good guess again.
                if not asked & _PAY:
                    keys[matched] = name
                    matched += one
                    continue
                wage = pay[row]
                floor, terms = wage & _FLOOR, wage >> _SHIFT
                fits, nearly_fits = floor < paid[terms], floor < nearly_paid[terms]
                keys[matched] = name
                matched += one if fits else none
                near[nearly] = name
                nearly += one if fits ^ nearly_fits else none
    return np.int64(matched), np.int64(nearly)


@_compiled
def _below(tops: Column) -> Any:
    """Below what floors are reached, and at least nearly, by currency and whether undisclosed pay will do."""
    paid, nearly = np.empty((2, 2 * tops.size), dtype=np.uint64)
    every = np.uint64(MOST_FLOOR + 1)
    for number in range(tops.size):
        top = tops[number]
        disclosed = top >= 0
        paid[2 * number] = np.uint64(top + 1) if disclosed else np.uint64(0)
        paid[2 * number + 1] = np.uint64(top + 1) if disclosed else every
        nearly[2 * number] = nearly[2 * number + 1] = np.uint64(10 * top // 9 + 1) if disclosed else every
    return paid, nearly


@_compiled
def _clauses_hold(pool: Column, begin: Any, holds: Any) -> Any:
    """Whether all clauses of a row hold."""
    head = np.int64(pool[begin])
    at = begin + 1 + (head & WITH_MANNER)
    end = at + (head >> 1)
    while at < end:
        true = False
        last = False
        while not last:
            literal = pool[at]
            at += 1
            last = literal & LAST != 0
            true |= holds[literal >> LITERAL_SHIFT] != (literal & NEGATED != 0)
        if not true:
            return False
    return True


@_compiled
def _order(keys: Column, spare: Column, width: Any, turns: Any) -> Any:
    """The keys sorted by digits of some bits, the lowest first: counting what comes before each, without comparing.

    Both arrays are written to, so that the one that is returned is the only one that is made.
    """
    counts = np.empty(1 << width, dtype=np.uint32)
    low, one = np.uint32((1 << width) - 1), np.uint32(1)
    ordered = np.empty_like(keys)
    for turn in range(turns):
        shift = np.uint32(turn * width)
        counts[:] = 0
        for key in keys:
            counts[(key >> shift) & low] += one
        before = np.uint32(0)
        for digit in range(counts.size):
            count = counts[digit]
            counts[digit] = before
            before += count
        target = ordered if turn == turns - 1 else spare
        for key in keys:
            digit_of = (key >> shift) & low
            target[counts[digit_of]] = key
            counts[digit_of] += one
        keys, spare = target, keys
    return ordered
