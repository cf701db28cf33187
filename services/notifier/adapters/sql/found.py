"""Due windows inverted together: from slices of match rows to the best postings of each due key."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, Connection, Row, select, type_coerce

from schemas.keys import Keys, keys_of, unpack
from schemas.sql.tables import matches, postings
from services.notifier.domain.windows import Cut

BEST_MATCHES = 200
BEST_NEAR = 50
_SLICE = 2_000
_MOST_HITS = 1_000_000
"""Hits held before those that cannot be among the best any more are let go; about 12 bytes each."""

Chosen = dict[tuple[int, int], list[str]]
"""Posting ids by (number of the cut that the window begins at, key)."""


def best_postings(
    connection: Connection, wanted: Mapping[int, Sequence[int]], cuts: Mapping[int, Cut], to: Cut
) -> Chosen:
    """The best open postings of each due key in each window: the newest by `seen_at`, then by id, never by position.

    `wanted` gives the due keys by the cut that their windows begin at; `cuts` those cuts.
    """
    windows = {number: keys_of(keys) for number, keys in wanted.items()}
    due = keys_of(key for keys in wanted.values() for key in keys)
    chosen: Chosen = {}
    matched = _Hits(windows, cuts, BEST_MATCHES)
    near = _Hits(windows, cuts, BEST_NEAR)
    for partition, end in sorted(to.positions.items()):
        start = min((cut.position(partition) for cut in cuts.values()), default=end)
        for rows in _slices(connection, partition, start, end):
            matched.add(partition, rows, [_common(unpack(row.matched), due) for row in rows])
            near.add(partition, rows, [_common(unpack(row.near), due) for row in rows])
    for hits in (matched, near):
        for window, posting_ids in hits.chosen():
            known = chosen.setdefault(window, [])
            known += [posting_id for posting_id in posting_ids if posting_id not in known]
    return chosen


class _Hits:
    """(key, row) pairs of one kind, and which of them are among the best of a window."""

    def __init__(self, windows: Mapping[int, Keys], cuts: Mapping[int, Cut], most: int) -> None:
        self._windows = windows
        self._cuts = cuts
        self._most = most
        self._most_hits = _MOST_HITS
        self._keys = np.empty(0, dtype=np.uint32)
        self._row = np.empty(0, dtype=np.int64)
        self._seen = np.empty(0, dtype=np.int64)
        self._partition = np.empty(0, dtype=np.int64)
        self._offset = np.empty(0, dtype=np.int64)
        self._posting = np.empty(0, dtype=np.str_)

    def add(self, partition: int, rows: Sequence[Row[Any]], keys: Sequence[Keys]) -> None:
        """Take the due keys of each row of a slice."""
        first = self._seen.size
        sizes = [some.size for some in keys]
        if not any(sizes):
            return
        self._keys = np.concatenate([self._keys, *keys])
        self._row = np.concatenate([self._row, np.repeat(np.arange(first, first + len(rows)), sizes)])
        self._seen = np.concatenate([self._seen, np.array([row.seen for row in rows], dtype=np.int64)])
        self._partition = np.concatenate([self._partition, np.full(len(rows), partition, dtype=np.int64)])
        self._offset = np.concatenate([self._offset, np.array([row.offset for row in rows], dtype=np.int64)])
        self._posting = np.concatenate([self._posting, np.array([row.posting_id for row in rows])])
        if self._keys.size > self._most_hits:
            kept = np.unique(np.concatenate([_NO_HITS, *(hits for _, hits in self._best())]))
            self._keys, self._row = self._keys[kept], self._row[kept]
            # Twice what is worth keeping, so that sorting it again is paid for by as many new hits.
            self._most_hits = max(_MOST_HITS, 2 * kept.size)

    def chosen(self) -> Iterator[tuple[tuple[int, int], list[str]]]:
        """The posting ids of each window and key, the best first."""
        for number, hits in self._best():
            keys = self._keys[hits]
            starts = _run_starts(keys)
            for start, end in pairwise(np.append(starts, keys.size)):
                yield (number, int(keys[start])), [str(one) for one in self._posting[self._row[hits[start:end]]]]

    def _best(self) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
        """By window: the hits among the best of their key, by key, then the best first."""
        for number, keys in self._windows.items():
            starts = self._cuts[number]
            begins = np.array([starts.position(one) for one in range(int(self._partition.max(initial=0)) + 1)])
            inside = self._offset >= begins[self._partition]
            hits = np.flatnonzero(inside[self._row] & np.isin(self._keys, keys))
            row = self._row[hits]
            # Filtered to the due keys before sorting: what is sorted is only what may be sent.
            hits = hits[np.lexsort((self._posting[row], -self._seen[row], self._keys[hits]))]
            yield number, hits[_rank_in_run(self._keys[hits]) < self._most]


_NO_HITS = np.empty(0, dtype=np.int64)


def _run_starts(sorted_keys: Keys) -> npt.NDArray[np.int64]:
    """Where each run of equal keys begins."""
    differs = sorted_keys[1:] != sorted_keys[:-1]
    return np.flatnonzero(np.concatenate(([True], differs))) if sorted_keys.size else _NO_HITS


def _rank_in_run(sorted_keys: Keys) -> npt.NDArray[np.int64]:
    """0, 1, 2, ... anew for each run of equal keys."""
    starts = _run_starts(sorted_keys)
    lengths = np.diff(np.append(starts, sorted_keys.size))
    return np.arange(sorted_keys.size) - np.repeat(starts, lengths)


def _common(keys: Keys, due: Keys) -> Keys:
    """What two sorted sets share, by looking the smaller up in the larger."""
    small, large = (keys, due) if keys.size < due.size else (due, keys)
    if not small.size:
        return small
    places = np.searchsorted(large, small)
    places[places == large.size] = 0
    shared: Keys = small[large[places] == small]
    return shared


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
