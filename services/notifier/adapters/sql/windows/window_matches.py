"""Due windows inverted together: from slices of match rows to the best postings of each due key."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, Connection, Row, select, type_coerce

from schemas.keys import Keys, unpack_each
from schemas.sql.tables import matches, postings
from services.notifier.domain.curation.waiting import MOST_WAITING
from services.notifier.domain.windows import Cut, WindowMatches

BEST_MATCHES = 200
BEST_NEAR = 50
_SLICE = 2_000
_UNPACKED_AT_ONCE = 1 << 20
"""Bytes of packed keys; unpacking takes some forty times as much memory."""
_MOST_HITS = 8_000_000
"""Hits held before those that cannot be among the best any more are let go; 4 bytes each, and 10 more in a sort."""

Chosen = dict[tuple[int, int], WindowMatches]
"""By (number of the cut that the window begins at, key)."""
Fact = tuple[str, int, int]
"""Of a row: its posting's id, when that was seen, and its offset."""
Pairs = npt.NDArray[np.uint32]
Sizes = npt.NDArray[np.int64]
Offsets = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int64]
Codes = npt.NDArray[np.unsignedinteger[Any]]
"""Numbers of 32 bits, or of 64."""


def best_postings(
    connection: Connection,
    wanted: Mapping[int, Sequence[int]],
    cuts: Mapping[int, Cut],
    to: Cut,
    most: int = BEST_MATCHES + MOST_WAITING,
) -> Chosen:
    """The best open postings of each due key in each window: the newest by `seen_at`, then by id, never by position.

    `wanted` gives the due keys by the cut that their windows begin at; `cuts` those cuts. `most` that matched
    are looked at, of which those behind the best are `beyond`.
    """
    due = DueKeys(wanted, cuts)
    matched, near = WindowHits(due, most), WindowHits(due, BEST_NEAR)
    for partition, end in sorted(to.positions.items()):
        start = min((cut.position(partition) for cut in cuts.values()), default=end)
        for rows in _slices(connection, partition, start, end):
            facts = [(row.posting_id, row.seen, row.offset) for row in rows]
            matched.add(partition, facts, [row.matched for row in rows])
            near.add(partition, facts, [row.near for row in rows])
    nearly = dict(near.chosen())
    chosen = {window: _matches_of(ids, nearly.pop(window, ())) for window, ids in matched.chosen()}
    return chosen | {window: _matches_of((), ids) for window, ids in nearly.items()}


def _matches_of(matched: Sequence[str], near: Sequence[str]) -> WindowMatches:
    distinct = tuple(dict.fromkeys(matched))
    fitting = set(distinct) if near else ()
    only_near = tuple(dict.fromkeys(posting_id for posting_id in near if posting_id not in fitting))
    best, beyond = distinct[:BEST_MATCHES], distinct[BEST_MATCHES:]
    return WindowMatches(best + only_near, len(best), more=len(matched) >= BEST_MATCHES, beyond=beyond)


class DueKeys:
    """Pairs of a due key and a window of it, numbered by key."""

    def __init__(self, wanted: Mapping[int, Sequence[int]], cuts: Mapping[int, Cut]) -> None:
        pairs = sorted({(key, number) for number, keys in wanted.items() for key in keys})
        self.windows = [(number, key) for key, number in pairs]
        """By number of the pair: the number of the cut, and the key."""
        self._cuts = [cuts[number] for _, number in pairs]
        due, first, self._several = np.unique(
            np.array([key for key, _ in pairs], dtype=np.int64), return_index=True, return_counts=True
        )
        self._single = due.size == len(pairs)
        # Keys are dense: 4 bytes for each up to the greatest that is due, and one that stands for all beyond.
        self._place_of = np.full(int(due.max(initial=-1)) + 2, -1, dtype=np.int32)
        self._place_of[due] = np.arange(due.size)
        self._first = first.astype(np.uint32)
        self._begins: dict[int, Offsets] = {}

    def pairs(self, keys: Keys, sizes: Sizes) -> tuple[Pairs, Sizes]:
        """The numbers of the pairs of some rows' keys, one row after another, and how many each row has."""
        # numpy looks up by int64 at a tenth of what it takes by other numbers; those beyond are looked up as the last.
        places = self._place_of.take(keys.astype(np.int64), mode="clip")
        if places.min(initial=0) < 0:
            at = np.flatnonzero(places >= 0)
            places, sizes = places[at], np.diff(np.searchsorted(at, _bounds(sizes)))
        if self._single:
            return places.view(np.uint32), sizes
        several = self._several[places]
        bounds = _bounds(several)
        pairs = np.repeat(self._first[places] - bounds[:-1], several) + np.arange(bounds[-1])
        return pairs.astype(np.uint32), np.diff(bounds[_bounds(sizes)])

    def begins(self, partition: int) -> Offsets:
        """By number of the pair: the offset at which its window begins."""
        if partition not in self._begins:
            self._begins[partition] = np.array([cut.position(partition) for cut in self._cuts], dtype=np.int64)
        return self._begins[partition]


class WindowHits:
    """Matches of one kind in due windows, by row the pairs that it is a match for; and the best rows of each pair."""

    def __init__(self, due: DueKeys, most: int, most_hits: int = _MOST_HITS) -> None:
        """`most` rows a pair are wanted; beyond `most_hits` hits, those that are not among the best are let go."""
        self._due = due
        self._most = most
        self._least_trim = self._trim_above = most_hits
        self._pair_bits = _bits(len(due.windows))
        self._pairs: list[Pairs] = []
        self._sizes: list[Sizes] = []
        """By row: how many pairs it has."""
        self._size = 0
        self._posting_ids: list[str] = []
        self._seen: list[int] = []

    def add(self, partition: int, rows: Sequence[Fact], packed: Sequence[bytes]) -> None:
        """Take rows of a partition, each with its packed keys."""
        self.add_unpacked(partition, rows, (unpack_each(packed[start:end]) for start, end in _parts(packed)))

    def add_unpacked(self, partition: int, rows: Sequence[Fact], parts: Iterable[tuple[Keys, Sizes]]) -> None:
        """Take rows of a partition, with their keys as `unpack_each` gives them for some rows after others."""
        self._posting_ids += [posting_id for posting_id, _, _ in rows]
        self._seen += [seen for _, seen, _ in rows]
        offsets = np.array([offset for _, _, offset in rows], dtype=np.int64)
        begins = self._due.begins(partition)
        all_inside = int(begins.max(initial=0)) <= int(offsets.min(initial=0))
        start = 0
        for keys, in_rows in parts:
            pairs, sizes = self._due.pairs(keys, in_rows)
            if not all_inside:
                inside = np.repeat(offsets[start : start + sizes.size], sizes) >= begins[pairs]
                pairs, sizes = pairs[inside], np.diff(_bounds(inside)[_bounds(sizes)])
            self._hold(pairs, sizes)
            start += sizes.size
        if self._size > self._trim_above:
            self._let_go()

    def _hold(self, pairs: Pairs, sizes: Sizes) -> None:
        self._pairs.append(pairs)
        self._sizes.append(sizes)
        self._size += pairs.size

    def best(self) -> tuple[Codes, Codes, Rows]:
        """The numbers of the pairs in order, with the ranks of the best rows of each; and the rows by rank.

        Pair and rank of a hit are sorted as one number, mostly of 32 bits, which numpy does in a few nanoseconds.
        """
        rows = self._best_first()
        rank = np.empty(rows.size, dtype=np.uint32)
        rank[rows] = np.arange(rows.size)
        bits = _bits(rows.size)
        coded: Codes = np.empty(self._size, dtype=np.uint32 if bits + self._pair_bits <= 32 else np.uint64)
        end = row = 0
        for pairs, sizes in zip(self._pairs, self._sizes, strict=True):
            part = coded[end : end + pairs.size]
            np.left_shift(pairs, bits, out=part, dtype=coded.dtype)
            part |= np.repeat(rank[row : row + sizes.size], sizes)
            end, row = end + pairs.size, row + sizes.size
        coded.sort()
        shift, low = coded.dtype.type(bits), coded.dtype.type((1 << bits) - 1)
        pair: Codes = coded >> shift
        # Where the same pair stands so many places before, it has had its share.
        room = np.ones(coded.size, dtype=np.bool_)
        np.not_equal(pair[self._most :], pair[: -self._most], out=room[self._most :])
        if not room.all():
            coded = coded[room]
            pair = coded >> shift
        return pair, coded & low, rows

    def _best_first(self) -> Rows:
        ids, seen = np.array(self._posting_ids, dtype=np.str_), np.array(self._seen, dtype=np.int64)
        return np.lexsort((ids, -seen))

    def _let_go(self) -> None:
        """Forget what cannot be among the best any more, where that is half of it or more."""
        pairs, ranks, rows = self.best()
        if 2 * pairs.size <= self._size:
            # From now on, rows are numbered by their ranks.
            self._posting_ids = [self._posting_ids[row] for row in rows.tolist()]
            self._seen = [self._seen[row] for row in rows.tolist()]
            self._pairs, self._sizes, self._size = [], [], 0
            by_rank = ranks.astype(np.uint64) << self._pair_bits | pairs
            by_rank.sort()
            by_rank &= np.uint64((1 << self._pair_bits) - 1)
            self._hold(by_rank.astype(np.uint32), np.bincount(ranks, minlength=rows.size))
        # Twice what is held, so that looking through it again is paid for by as many new hits.
        self._trim_above = max(self._least_trim, 2 * self._size)

    def chosen(self) -> Iterator[tuple[tuple[int, int], list[str]]]:
        """The posting ids of each window and key, the best first."""
        pairs, ranks, rows = self.best()
        by_rank = [self._posting_ids[row] for row in rows.tolist()]
        ids = [by_rank[rank] for rank in ranks.tolist()]
        starts = [0, *(np.flatnonzero(pairs[1:] != pairs[:-1]) + 1).tolist()] if ids else []
        for start, end in pairwise([*starts, len(ids)]):
            yield self._due.windows[int(pairs[start])], ids[start:end]


def _bounds(sizes: npt.NDArray[Any]) -> Offsets:
    """Where each of consecutive parts begins, and the last one ends."""
    return np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))


def _bits(count: int) -> int:
    """What numbers below a count need."""
    return max(count - 1, 0).bit_length()


def _parts(packed: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Where to cut, so that little is unpacked at once."""
    start = size = 0
    for at, data in enumerate(packed):
        size += len(data)
        if size >= _UNPACKED_AT_ONCE:
            yield start, at + 1
            start, size = at + 1, 0
    if start < len(packed):
        yield start, len(packed)


def _slices(connection: Connection, partition: int, start: int, end: int) -> Iterator[Sequence[Row[Any]]]:
    """The rows of one partition between two offsets whose postings are open and news, some at a time."""
    query = (
        select(
            matches.c.offset,
            matches.c.posting_id,
            matches.c.matched,
            matches.c.near,
            type_coerce(postings.c.seen_at, BigInteger).label("seen"),
            (postings.c.status == "open").label("is_open"),
            postings.c.backlog,
        )
        .join(postings, postings.c.posting_id == matches.c.posting_id)
        .where(matches.c.partition == partition, matches.c.offset < end)
        .order_by(matches.c.offset)
        .limit(_SLICE)
    )
    while start < end:
        rows = connection.execute(query.where(matches.c.offset >= start)).all()
        if not rows:
            return
        yield list(_news(rows))
        start = rows[-1].offset + 1


def _news(rows: Iterable[Row[Any]]) -> Iterator[Row[Any]]:
    return (row for row in rows if row.is_open and not row.backlog)
