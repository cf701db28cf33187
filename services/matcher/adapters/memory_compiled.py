"""Scanning a part of the index row by row, compiled by numba."""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numpy as np
from numba import njit

from services.matcher.adapters.columns import Column, Columns
from services.matcher.adapters.memory_ledger import Ledger
from services.matcher.adapters.memory_posting import PostingArrays
from services.matcher.adapters.memory_scan import Found
from services.matcher.adapters.memory_segment import Directory, Segment
from services.matcher.adapters.memory_tail import Tail
from services.matcher.adapters.memory_vocabulary import ACCEPTS_UNDISCLOSED as _ACCEPTS_UNDISCLOSED
from services.matcher.adapters.memory_vocabulary import CURRENCY_SHIFT as _CURRENCY_SHIFT
from services.matcher.adapters.memory_vocabulary import MOST_FLOOR as _MOST_FLOOR

F = TypeVar("F", bound=Callable[..., Any])

_ACCEPTS: Final = np.uint64(_ACCEPTS_UNDISCLOSED)
_FLOOR: Final = np.uint64(_MOST_FLOOR)
_SHIFT: Final = np.uint64(_CURRENCY_SHIFT)
_NO, _YES, _NEAR = 0, 1, 2
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
        self._keys = self._near = np.empty(0, dtype=np.uint32)
        self._bits = np.zeros(0, dtype=np.uint64)

    def scan(self, segment: Segment, posting: PostingArrays) -> Found:
        """The keys of a segment that a posting fits."""
        self._make_room(len(segment))
        pages, parts = self._ledger.tables
        part = segment.part if segment.living < len(segment) else 0
        found = _scan(
            segment.columns,
            segment.directory,
            segment.pool,
            segment.bounds[1],
            posting,
            (pages, parts, part),
            self._keys,
            self._near,
        )
        return self._keys[: found[0]].copy(), self._near[: found[1]].copy()

    def scan_tail(self, tail: Tail, posting: PostingArrays) -> Found:
        """The keys of what is not sorted yet that a posting fits."""
        columns, alive, needs = tail.view
        self._make_room(alive.size)
        found = _scan_all(columns, tail.pool, alive, needs, posting, self._keys, self._near)
        return self._keys[: found[0]].copy(), self._near[: found[1]].copy()

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

    def _make_room(self, rows: int) -> None:
        # Where nothing was found yet, room takes no memory.
        if self._keys.size < rows:
            self._keys = np.empty(rows + rows // 4, dtype=np.uint32)
            self._near = np.empty(rows + rows // 4, dtype=np.uint32)


@_compiled
def _holds(pool: Column, begin: Any, holds: Any) -> Any:
    """Whether all clauses of a row hold."""
    size = np.int64(pool[begin])
    at, end = begin + 1, begin + 1 + size
    while at < end:
        true = False
        while True:
            literal = pool[at]
            at += 1
            if not true and holds[literal >> 2] != ((literal & 2) != 0):
                true = True
            if literal & 1:
                break
        if not true:
            return False
    return True


@_compiled
def _first_held(pool: Column, begin: Any, holds: Any) -> Any:
    """The first literal of a row's first clause that is held."""
    at = begin + 1
    while not holds[pool[at] >> 2]:
        at += 1
    return np.int64(pool[at] >> 2)


@_compiled
def _fit(columns: Columns, pool: Column, row: Any, posting: PostingArrays) -> Any:
    """How a row fits, in all but what it is filed under."""
    if columns.bits[row] & posting.mask != posting.mask:
        return _NO
    if not posting.place_fits[columns.place[row]]:
        return _NO
    also = columns.also[row]
    if also and not (posting.has_skill[also >> 16] and posting.has_skill[also & 0xFFFF]):
        return _NO
    pay = columns.pay[row]
    found = _YES
    if pay:
        top = posting.tops[pay >> _SHIFT]
        floor = np.int64(pay & _FLOOR)
        if top < 0:
            found = _YES if pay & _ACCEPTS else _NEAR
        elif top < floor:
            if 10 * top < 9 * floor:
                return _NO
            found = _NEAR
    manner = columns.manner[row]
    if manner and not posting.manner_fits[manner]:
        return _NO
    begin = columns.clauses[row]
    if begin and not _holds(pool, np.int64(begin), posting.holds):
        return _NO
    return found


@_compiled
def _end_of(rank: Column, begin: Any, end: Any, cut: Any) -> Any:
    """Where in a run the floors become too high."""
    if end - begin < 16 or rank[end - 1] <= cut:
        return end
    while begin < end:
        middle = (begin + end) >> 1
        if rank[middle] <= cut:
            begin = middle + 1
        else:
            end = middle
    return begin


@_compiled
def _scan(
    columns: Columns,
    directory: Directory,
    pool: Column,
    by_clauses: Any,
    posting: PostingArrays,
    ledger: Any,
    keys: Column,
    near: Column,
) -> Any:
    matched = nearly = 0
    for at in range(directory.places.size):
        if posting.place_fits[directory.places[at]]:
            begin = np.int64(directory.place_starts[at])
            end = _end_of(columns.rank, begin, np.int64(directory.place_starts[at + 1]), posting.cut)
            matched, nearly = _run(columns, pool, begin, end, posting, ledger, keys, near, matched, nearly)
    for skill in posting.skills:
        if skill >= directory.skill_starts.size - 1:
            continue
        for at in range(np.int64(directory.skill_starts[skill]), np.int64(directory.skill_starts[skill + 1])):
            if posting.has_skill[directory.seconds[at]]:
                begin = np.int64(directory.pair_starts[at])
                end = _end_of(columns.rank, begin, np.int64(directory.pair_starts[at + 1]), posting.cut)
                matched, nearly = _run(columns, pool, begin, end, posting, ledger, keys, near, matched, nearly)
    for literal in posting.held:
        if literal >= directory.literal_starts.size - 1:
            continue
        for at in range(np.int64(directory.literal_starts[literal]), np.int64(directory.literal_starts[literal + 1])):
            row = np.int64(directory.rows[at])
            if columns.rank[row] > posting.cut:
                break
            fit = _fit(columns, pool, row, posting)
            if fit == _NO or not _lives(columns.key[row], ledger):
                continue
            # A row that is filed under several literals that are held is found by the first one alone.
            if _first_held(pool, np.int64(columns.clauses[row]), posting.holds) != literal:
                continue
            if fit == _YES:
                keys[matched] = columns.key[row]
                matched += 1
            else:
                near[nearly] = columns.key[row]
                nearly += 1
    return matched, nearly


@_compiled
def _run(
    columns: Columns,
    pool: Column,
    begin: Any,
    end: Any,
    posting: PostingArrays,
    ledger: Any,
    keys: Column,
    near: Column,
    matched: Any,
    nearly: Any,
) -> Any:
    for row in range(begin, end):
        fit = _fit(columns, pool, row, posting)
        if fit == _NO or not _lives(columns.key[row], ledger):
            continue
        if fit == _YES:
            keys[matched] = columns.key[row]
            matched += 1
        else:
            near[nearly] = columns.key[row]
            nearly += 1
    return matched, nearly


@_compiled
def _lives(key: Any, ledger: Any) -> Any:
    pages, parts, part = ledger
    if part == 0:
        return True
    return parts[(np.int64(pages[key >> 12]) << 12) | (key & 0xFFF)] == part


@_compiled
def _scan_all(
    columns: Columns, pool: Column, alive: Any, needs: Column, posting: PostingArrays, keys: Column, near: Column
) -> Any:
    matched = nearly = 0
    for row in range(alive.size):
        need = needs[row]
        if not (alive[row] and posting.has_skill[need >> 16] and posting.has_skill[need & 0xFFFF]):
            continue
        fit = _fit(columns, pool, row, posting)
        if fit == _YES:
            keys[matched] = columns.key[row]
            matched += 1
        elif fit == _NEAR:
            near[nearly] = columns.key[row]
            nearly += 1
    return matched, nearly


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
