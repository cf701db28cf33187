"""Due windows inverted together: from slices of match rows to the best postings of each due key."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, Connection, Row, select, type_coerce

from schemas.keys import Keys, unpack_each
from schemas.sql.tables import matches, postings
from services.notifier.domain.windows import Cut, Found

BEST_MATCHES = 200
BEST_NEAR = 50
_SLICE = 2_000
_UNPACKED_AT_ONCE = 1 << 20
"""Bytes of packed keys; unpacking takes some forty times as much memory."""
_MOST_HITS = 8_000_000
"""Hits held before those that cannot be among the best any more are let go; 4 bytes each."""

Chosen = dict[tuple[int, int], Found]
"""By (number of the cut that the window begins at, key)."""
Fact = tuple[str, int, int]
"""Of a row: its posting's id, when that was seen, and its offset."""
Pairs = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]


def best_postings(
    connection: Connection, wanted: Mapping[int, Sequence[int]], cuts: Mapping[int, Cut], to: Cut
) -> Chosen:
    """The best open postings of each due key in each window: the newest by `seen_at`, then by id, never by position.

    `wanted` gives the due keys by the cut that their windows begin at; `cuts` those cuts.
    """
    due = DueKeys(wanted, cuts)
    matched, near = Hits(due, BEST_MATCHES), Hits(due, BEST_NEAR)
    for partition, end in sorted(to.positions.items()):
        start = min((cut.position(partition) for cut in cuts.values()), default=end)
        for rows in _slices(connection, partition, start, end):
            facts = [(row.posting_id, row.seen, row.offset) for row in rows]
            matched.add(partition, facts, [row.matched for row in rows])
            near.add(partition, facts, [row.near for row in rows])
    nearly = dict(near.chosen())
    chosen = {window: _found(ids, nearly.pop(window, ())) for window, ids in matched.chosen()}
    return chosen | {window: _found((), ids) for window, ids in nearly.items()}


def _found(matched: Sequence[str], near: Sequence[str]) -> Found:
    distinct = tuple(dict.fromkeys(matched))
    only_near = tuple(dict.fromkeys(one for one in near if one not in distinct)) if near else ()
    return Found(distinct + only_near, len(distinct), more=len(matched) >= BEST_MATCHES)


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
        self._one_each = due.size == len(pairs)
        # Keys are dense: 4 bytes for each up to the greatest that is due, and one that stands for all beyond.
        self._place_of = np.full(int(due.max(initial=-1)) + 2, -1, dtype=np.int32)
        self._place_of[due] = np.arange(due.size)
        self._first = first.astype(np.int32)
        self._begins: dict[int, Places] = {}

    def pairs(self, keys: Keys) -> tuple[Pairs, Places]:
        """The numbers of the pairs of some keys, and for each the place of its key among those given."""
        # numpy looks up by int64 at a tenth of what it takes by other numbers; those beyond are looked up as the last.
        places = self._place_of.take(keys.astype(np.int64), mode="clip")
        at = np.flatnonzero(places >= 0)
        if at.size < places.size:
            places = places[at]
        if self._one_each:
            return places, at
        several = self._several[places]
        return _each_from(self._first[places], several).astype(np.int32), np.repeat(at, several)

    def begins(self, partition: int) -> Places:
        """By number of the pair: the offset at which its window begins."""
        if partition not in self._begins:
            self._begins[partition] = np.array([cut.position(partition) for cut in self._cuts], dtype=np.int64)
        return self._begins[partition]


class Hits:
    """Matches of one kind in due windows, by row the pairs that it is a match for; and the best rows of each pair."""

    def __init__(self, due: DueKeys, most: int, held: int = _MOST_HITS) -> None:
        """`most` rows a pair are wanted; beyond `held` hits, those that are not among the best are let go."""
        self._due = due
        self._most = most
        self._least_held = self._most_held = held
        self._counts = np.zeros(len(due.windows), dtype=np.int64)
        self._pairs: list[Pairs] = []
        self._size = 0
        self._posting_ids: list[str] = []
        self._seen: list[int] = []

    def add(self, partition: int, rows: Sequence[Fact], packed: Sequence[bytes]) -> None:
        """Take rows of a partition, each with its packed keys."""
        self.add_unpacked(partition, rows, (unpack_each(packed[start:end]) for start, end in _parts(packed)))

    def add_unpacked(self, partition: int, rows: Sequence[Fact], parts: Iterable[tuple[Keys, Places]]) -> None:
        """Take rows of a partition, with their keys as `unpack_each` gives them for some rows after others."""
        self._posting_ids += [posting_id for posting_id, _, _ in rows]
        self._seen += [seen for _, seen, _ in rows]
        offsets = np.array([offset for _, _, offset in rows], dtype=np.int64)
        begins = self._due.begins(partition)
        all_inside = int(begins.max(initial=0)) <= int(offsets.min(initial=0))
        start = 0
        for keys, sizes in parts:
            pairs, at = self._due.pairs(keys)
            bounds = np.searchsorted(at, _bounds(sizes))
            if not all_inside:
                row = np.repeat(np.arange(start, start + sizes.size), np.diff(bounds))
                inside = offsets[row] >= begins[pairs]
                pairs, bounds = pairs[inside], _bounds(inside)[bounds]
            self._counts += np.bincount(pairs, minlength=self._counts.size)
            self._pairs += [pairs[begin:end] for begin, end in pairwise(bounds.tolist())]
            self._size += pairs.size
            start += sizes.size
        if self._size > self._most_held:
            self._let_go()

    def best(self) -> tuple[Places, Rows]:
        """The numbers of the pairs in order, and for each the rows that are its best, the best first.

        All rows are dealt out, the best first, each to its pairs, and of what a pair has come by the first are taken:
        only rows are sorted, and a hit costs some nanoseconds.
        """
        starts = np.cumsum(self._counts) - self._counts
        free = starts.copy()
        dealt = np.empty(self._size, dtype=np.int32)
        for row in self._best_first():
            # Here too, numpy looks up by int64 at a tenth of what it takes by other numbers.
            pairs = self._pairs[row].astype(np.int64)
            at = free.take(pairs)
            dealt[at] = row
            at += 1
            free[pairs] = at
        room = np.minimum(self._counts, self._most)
        of_pairs = np.repeat(np.arange(room.size), room)
        return of_pairs, dealt.take(_each_from(starts, room)) if of_pairs.size < dealt.size else dealt

    def _best_first(self) -> list[int]:
        ids, seen = np.array(self._posting_ids, dtype=np.str_), np.array(self._seen, dtype=np.int64)
        return cast(list[int], np.lexsort((ids, -seen)).tolist())

    def _let_go(self) -> None:
        """Forget what cannot be among the best any more, where that is half of it or more."""
        if 2 * int(np.minimum(self._counts, self._most).sum()) <= self._size:
            pairs, rows = self.best()
            in_order = np.argsort(rows, kind="stable")
            kept = pairs[in_order].astype(np.int32)
            bounds = np.searchsorted(rows[in_order], np.arange(len(self._seen) + 1)).tolist()
            self._pairs = [kept[begin:end] for begin, end in pairwise(bounds)]
            self._counts = np.minimum(self._counts, self._most)
            self._size = kept.size
        # Twice what is held, so that looking through it again is paid for by as many new hits.
        self._most_held = max(self._least_held, 2 * self._size)

    def chosen(self) -> Iterator[tuple[tuple[int, int], list[str]]]:
        """The posting ids of each window and key, the best first."""
        pairs, rows = self.best()
        bounds = np.flatnonzero(np.diff(pairs, prepend=-1, append=len(self._due.windows))).tolist()
        ids = [self._posting_ids[row] for row in rows.tolist()]
        for start, end in pairwise(bounds):
            yield self._due.windows[int(pairs[start])], ids[start:end]


def _each_from(starts: npt.NDArray[np.integer[Any]], sizes: Places) -> Places:
    """The numbers from each start on, as many as its size says, one after another."""
    return np.repeat(starts - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum(), dtype=np.int64)


def _bounds(sizes: npt.NDArray[Any]) -> Places:
    """Where each of consecutive parts begins, and the last one ends."""
    return np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))


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
