"""Scanning a part of the index row by row, compiled by numba."""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numpy as np
from numba import njit

from services.matcher.adapters.columns import HAS_ALSO, HAS_CLAUSES, HAS_MANNER, Column, Columns
from services.matcher.adapters.memory_ledger import Ledger
from services.matcher.adapters.memory_posting import PostingArrays
from services.matcher.adapters.memory_scan import Found
from services.matcher.adapters.memory_segment import Directory, Segment
from services.matcher.adapters.memory_tail import Tail
from services.matcher.adapters.memory_vocabulary import ACCEPTS_UNDISCLOSED as _ACCEPTS_UNDISCLOSED
from services.matcher.adapters.memory_vocabulary import CURRENCY_SHIFT as _CURRENCY_SHIFT
from services.matcher.adapters.memory_vocabulary import MOST_FLOOR as _MOST_FLOOR

F = TypeVar("F", bound=Callable[..., Any])

_ALSO, _MANNER, _CLAUSES = map(np.uint32, (HAS_ALSO, HAS_MANNER, HAS_CLAUSES))
_MORE: Final = np.uint32(HAS_ALSO | HAS_MANNER | HAS_CLAUSES)
_BLOCK: Final = 1024
_ACCEPTS: Final = np.uint64(_ACCEPTS_UNDISCLOSED)
_FLOOR: Final = np.uint64(_MOST_FLOOR)
_SHIFT: Final = np.uint64(_CURRENCY_SHIFT)
_EVERY = 0
"""No part: every row lives."""
_FEW_A_WORD: Final = 8
"""Keys by their bits are sorted by going through all words of a set: worth it where not too many are empty."""


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
        self._bits = np.zeros(0, dtype=np.uint64)

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
        words = (self._ledger.last_key >> 6) + 1
        if words > _FEW_A_WORD * found.size:
            return np.sort(found)
        if self._bits.size < words:
            self._bits = np.zeros(words + words // 4, dtype=np.uint64)
        ordered = np.empty_like(found)
        _order(found, self._bits[:words], ordered)
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
    rank, clauses, holds, cut = columns.rank, columns.clauses, posting.holds, posting.cut
    found = 0
    for literal in posting.held:
        if literal >= literal_starts.size - 1:
            continue
        for at in range(np.int64(literal_starts[literal]), np.int64(literal_starts[literal + 1])):
            row = rows[at]
            if rank[row] > cut:
                break
            # A row that is filed under several literals that are held is found by the first one alone.
            first = np.int64(clauses[row]) + 1
            while not holds[pool[first] >> 2]:
                first += 1
            if pool[first] >> 2 == literal:
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
        if rank[end - 1] <= cut:
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
    matched = nearly = 0
    block = np.empty(_BLOCK, dtype=np.int64)
    for run in range(starts.size):
        for begin in range(np.int64(starts[run]), np.int64(ends[run]), _BLOCK):
            # No branch depends on what fits: a wrong guess of the processor costs more than a row does.
            fitting = 0
            end: Any = min(begin + _BLOCK, np.int64(ends[run]))
            for row in range(begin, end):
                block[fitting] = row
                fitting += (bits[row] & mask == mask) & place_fits[place[row]]
            for row in block[:fitting]:
                asked = bits[row]
                if asked & _MORE:
                    if asked & _ALSO and not (has_skill[also[row] >> 16] and has_skill[also[row] & 0xFFFF]):
                        continue
                    if asked & _MANNER and not manner_fits[manner[row]]:
                        continue
                    if asked & _CLAUSES and not _hold(pool, np.int64(clauses[row]), holds):
                        continue
                floor = np.int64(pay[row] & _FLOOR)
                top = tops[pay[row] >> _SHIFT]
                name = key[row]
                told = top >= 0
                lives = part == _EVERY or parts[(np.int64(pages[name >> 12]) << 12) | (name & 0xFFF)] == part
                fits = (told & (top >= floor)) | ((not told) & (pay[row] & _ACCEPTS != 0))
                nearly_fits = (not fits) & ((not told) | (10 * top >= 9 * floor))
                keys[matched] = name
                matched += fits & lives
                near[nearly] = name
                nearly += nearly_fits & lives
    return matched, nearly


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
            last = literal & 1 != 0
            true |= holds[literal >> 2] != (literal & 2 != 0)
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
def _order(keys: Column, bits: Column, ordered: Column) -> None:
    """Sort distinct keys by setting a bit for each, and taking the bits back in order."""
    one = np.uint64(1)
    for key in keys:
        bits[key >> 6] |= one << np.uint64(key & 63)
    found = 0
    for at in range(bits.size):
        word = bits[at]
        if not word:
            continue
        bits[at] = 0
        while word:
            ordered[found] = (at << 6) + _trailing_zeros(word)
            found += 1
            word &= word - one


@_compiled
def _trailing_zeros(word: Any) -> Any:
    """How many zeros a 64-bit number ends with: the ones of what lies below its lowest one, counted in parallel."""
    low = (word & (~word + np.uint64(1))) - np.uint64(1)
    low -= (low >> np.uint64(1)) & np.uint64(0x5555555555555555)
    low = (low & np.uint64(0x3333333333333333)) + ((low >> np.uint64(2)) & np.uint64(0x3333333333333333))
    low = (low + (low >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((low * np.uint64(0x0101010101010101)) >> np.uint64(56))
