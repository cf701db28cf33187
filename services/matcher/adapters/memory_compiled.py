"""Scanning a part of the index row by row, compiled by numba."""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numpy as np
from numba import njit

from services.matcher.adapters.columns import HAS_ALSO, HAS_CLAUSES, HAS_MANNER, HAS_PAY, Column, Columns
from services.matcher.adapters.memory_ledger import IN_PAGE, PAGE, Ledger
from services.matcher.adapters.memory_posting import PostingArrays
from services.matcher.adapters.memory_scan import Found
from services.matcher.adapters.memory_segment import Directory, Segment
from services.matcher.adapters.memory_tail import Tail
from services.matcher.adapters.memory_vocabulary import ACCEPTS_UNDISCLOSED as _ACCEPTS_UNDISCLOSED
from services.matcher.adapters.memory_vocabulary import CURRENCY_SHIFT as _CURRENCY_SHIFT
from services.matcher.adapters.memory_vocabulary import LAST, LITERAL_SHIFT, NEGATED
from services.matcher.adapters.memory_vocabulary import MOST_FLOOR as _MOST_FLOOR

F = TypeVar("F", bound=Callable[..., Any])

_PAY, _ALSO, _MANNER, _CLAUSES = map(np.uint32, (HAS_PAY, HAS_ALSO, HAS_MANNER, HAS_CLAUSES))
_MORE: Final = np.uint32(HAS_ALSO | HAS_MANNER | HAS_CLAUSES)
_BLOCK: Final = np.uintp(1024)
_ACCEPTS: Final = np.uint64(_ACCEPTS_UNDISCLOSED)
_FLOOR: Final = np.uint64(_MOST_FLOOR)
_SHIFT: Final = np.uint64(_CURRENCY_SHIFT)
_EVERY = 0
"""No part: every row lives."""
_LONG_RUN: Final = 64
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

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        nothing = np.empty(0, dtype=np.uint32)
        self._room = (nothing, nothing, nothing, nothing)
        """Where runs begin and end, and the keys that match and nearly match."""

    def scan(self, segment: Segment, posting: PostingArrays) -> Found:
        """The keys of a segment that a posting fits."""
        self._make_room(len(segment))
        part = segment.part if segment.living < len(segment) else _EVERY
        found = _scan(segment.columns, segment.directory, segment.pool, posting, self._told(part), self._room)
        return self._taken(found)

    def scan_tail(self, tail: Tail, posting: PostingArrays) -> Found:
        """The keys of what is not sorted yet that a posting fits."""
        columns, alive, needs = tail.view
        self._make_room(alive.size)
        starts, ends, keys, near = self._room
        runs = _living_runs(alive, needs, posting.has_skill, starts, ends)
        told = self._told(_EVERY)
        return self._taken(_in_runs(columns, tail.pool, posting, told, starts[:runs], ends[:runs], keys, near))

    def order(self, keys: list[Column]) -> Column:
        """All keys, sorted."""
        found = np.concatenate(keys) if len(keys) > 1 else keys[0]
        if found.size < _FEW:
            return np.sort(found)
        bits = self._ledger.last_key.bit_length()
        turns = -(-bits // _MOST_BITS)
        ordered: Column = _order(found, -(-bits // turns), turns)
        return ordered

    def _told(self, part: int) -> tuple[Column, Column, int]:
        pages, parts = self._ledger.tables
        return pages, parts, part

    def _taken(self, found: tuple[int, int]) -> Found:
        return self._room[2][: found[0]].copy(), self._room[3][: found[1]].copy()

    def _make_room(self, rows: int) -> None:
        # Room that was never written to takes no memory.
        # One more, for the key that is written before it is known whether it stays.
        rows += 1
        if self._room[0].size < rows:
            made = [np.empty(rows + rows // 4, dtype=np.uint32) for _ in self._room]
            self._room = (made[0], made[1], made[2], made[3])


@_compiled
def _scan(
    columns: Columns,
    directory: Directory,
    pool: Column,
    posting: PostingArrays,
    ledger: Any,
    room: tuple[Column, Column, Column, Column],
) -> Any:
    """Find the runs of rows that are filed under something that the posting has, then look at each row of them."""
    starts, ends, keys, near = room
    runs = _runs_of(columns.rank, directory, posting, starts, ends)
    matched, nearly = _in_runs(columns, pool, posting, ledger, starts[:runs], ends[:runs], keys, near)
    rows = directory.rows
    literal_starts = directory.literal_starts
    rank, clauses, bits, place = columns.rank, columns.clauses, columns.bits, columns.place
    holds, cut, mask, place_fits = posting.holds, posting.cut, posting.mask, posting.place_fits
    found = 0
    for literal in posting.held:
        if literal >= literal_starts.size - 1:
            continue
        for at in range(np.int64(literal_starts[literal]), np.int64(literal_starts[literal + 1])):
            row = rows[at]
            if rank[row] > cut:
                break
            # What is cheap first: most rows go no further.
            if not (place_fits[place[row]] and bits[row] & mask == mask):
                continue
            # A row that is filed under several literals that are held is found by the first one alone.
            first = np.int64(clauses[row]) + 1
            while not holds[pool[first] >> LITERAL_SHIFT]:
                first += 1
            if pool[first] >> LITERAL_SHIFT == literal:
                starts[found] = row
                ends[found] = row + 1
                found += 1
    more, more_nearly = _in_runs(
        columns, pool, posting, ledger, starts[:found], ends[:found], keys[matched:], near[nearly:]
    )
    return matched + more, nearly + more_nearly


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
        begin, end = np.int64(starts[at]), np.int64(ends[at])
        if end - begin < _LONG_RUN or rank[end - 1] <= cut:
            continue
        while begin < end:
            middle = (begin + end) >> 1
            if rank[middle] <= cut:
                begin = middle + 1
            else:
                end = middle
        ends[at] = begin
    return found


@_compiled
def _in_runs(
    columns: Columns,
    pool: Column,
    posting: PostingArrays,
    ledger: Any,
    starts: Column,
    ends: Column,
    keys: Column,
    near: Column,
) -> Any:
    """Write down the keys of the rows in runs that fit, or nearly; how many of each."""
    # Arrays that are taken out of a tuple are counted each time: so they are taken out once.
    key, pay, bits, place, manner, also, _, _, clauses = columns
    has_skill, _, holds, _, mask, place_fits, manner_fits, tops, _ = posting
    pages, parts, part = ledger
    # Numbers without a sign: of others, numba asks at each use whether they count from the end.
    matched, nearly, one, none = np.uintp(0), np.uintp(0), np.uintp(1), np.uintp(0)
    block = np.empty(_BLOCK, dtype=np.uintp)
    for run in range(starts.size):
        last = np.uintp(ends[run])
        begin = np.uintp(starts[run])
        while begin < last:
            # No branch depends on what fits: a wrong guess of the processor costs more than a row does.
            end = min(begin + _BLOCK, last)
            fitting = none
            row = begin
            while row < end:
                block[fitting] = row
                fitting += one if (bits[row] & mask == mask) & place_fits[place[row]] else none
                row += one
            begin = end
            at = none
            while at < fitting:
                row = block[at]
                at += one
                asked = bits[row]
                if asked & _MORE:
                    if asked & _ALSO and not (has_skill[also[row] >> 16] and has_skill[also[row] & 0xFFFF]):
                        continue
                    if asked & _MANNER and not manner_fits[manner[row]]:
                        continue
                    if asked & _CLAUSES and not _hold(pool, np.int64(clauses[row]), holds):
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
                floor, top = np.int64(wage & _FLOOR), tops[wage >> _SHIFT]
                told = top >= 0
                fits = (told & (top >= floor)) | ((not told) & (wage & _ACCEPTS != 0))
                nearly_fits = (not fits) & ((not told) | (10 * top >= 9 * floor))
                keys[matched] = name
                matched += one if fits else none
                near[nearly] = name
                nearly += one if nearly_fits else none
    return np.int64(matched), np.int64(nearly)


@_compiled
def _hold(pool: Column, begin: Any, holds: Any) -> Any:
    """Whether all clauses of a row hold."""
    at, end = begin + 1, begin + 1 + np.int64(pool[begin])
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
def _living_runs(alive: Any, needs: Column, has_skill: Any, starts: Column, ends: Column) -> Any:
    """Each living row that needs no skill that is missing, as a run of its own."""
    found = 0
    for row in range(alive.size):
        need = needs[row]
        if alive[row] and has_skill[need >> 16] and has_skill[need & 0xFFFF]:
            starts[found] = row
            ends[found] = row + 1
            found += 1
    return found


@_compiled
def _order(keys: Column, width: Any, turns: Any) -> Any:
    """Sort by digits of some bits, the lowest first: counting what comes before each, without comparing."""
    spare = np.empty_like(keys)
    counts = np.empty(1 << width, dtype=np.uint32)
    low = np.uint32((1 << width) - 1)
    for turn in range(turns):
        shift = np.uint32(turn * width)
        counts[:] = 0
        for key in keys:
            counts[(key >> shift) & low] += np.uint32(1)
        before = np.uint32(0)
        for digit in range(counts.size):
            count = counts[digit]
            counts[digit] = before
            before += count
        for key in keys:
            digit_of = (key >> shift) & low
            spare[counts[digit_of]] = key
            counts[digit_of] += np.uint32(1)
        keys, spare = spare, keys
    return keys
