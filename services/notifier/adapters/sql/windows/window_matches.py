"""Due windows inverted together: from runs of matches to the best postings of each due key."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, Connection, select, type_coerce

from schemas.sql.tables import matches, postings
from services.notifier.adapters.sql.windows.by_key import Codes, MatchesByKey, MatchRun, Offsets, Places, bits_of
from services.notifier.domain.curation.waiting import MOST_WAITING
from services.notifier.domain.windows import Cut, WindowMatches

BEST_MATCHES = 200
BEST_NEAR = 50
_SLICE = 2_000
_MOST_HITS = 8_000_000
"""Hits held before those that cannot be among the best any more are let go; 4 bytes each, and 4 more in a sort."""

Chosen = dict[tuple[int, int], WindowMatches]
"""By (number of the cut that the window begins at, key)."""
Fact = tuple[str, int, int]
"""Of a row: its posting's id, when that was seen, and its offset."""
Ranks = npt.NDArray[np.int64]


def best_postings(
    connection: Connection,
    by_key: MatchesByKey,
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
    spans = {
        partition: (min((cut.position(partition) for cut in cuts.values()), default=end), end)
        for partition, end in sorted(to.positions.items())
    }
    news = RankedRows({partition: list(_news(connection, partition, *span)) for partition, span in spans.items()})
    matched, near = WindowHits(due, news, most), WindowHits(due, news, BEST_NEAR)
    for partition, span in spans.items():
        for run in by_key.runs(connection, partition, *span, len(spans)):
            matched.add(partition, run, run.matched)
            near.add(partition, run, run.near)
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
        keys = np.array([key for key, _ in pairs], dtype=np.uint32)
        self.keys, self._first, self._several = np.unique(keys, return_index=True, return_counts=True)
        self._begins: dict[int, Offsets] = {}

    def pairs(self, places: Places, rows: Places) -> tuple[Places, Places]:
        """The numbers of the pairs of some keys, by their places, each with the row that stood with its key."""
        if self.keys.size == len(self.windows):
            return places, rows
        several = self._several[places]
        ends = np.cumsum(several)
        pairs = np.repeat(self._first[places] - (ends - several), several) + np.arange(several.sum())
        return pairs, np.repeat(rows, several)

    def begins(self, partition: int) -> Offsets:
        """By number of the pair: the offset at which its window begins."""
        if partition not in self._begins:
            self._begins[partition] = np.array([cut.position(partition) for cut in self._cuts], dtype=np.int64)
        return self._begins[partition]


class RankedRows:
    """Rows whose postings are open and news, the best first."""

    def __init__(self, rows: Mapping[int, Sequence[Fact]]) -> None:
        """`rows`: by partition, in order of their offsets."""
        facts = [fact for own in rows.values() for fact in own]
        ids = np.array([posting_id for posting_id, _, _ in facts], dtype=np.str_)
        order = np.lexsort((ids, -np.array([seen for _, seen, _ in facts], dtype=np.int64)))
        self.posting_ids = [facts[row][0] for row in order.tolist()]
        """By rank."""
        rank = np.empty(order.size, dtype=np.int64)
        rank[order] = np.arange(order.size)
        self._rows: dict[int, tuple[Offsets, Ranks]] = {}
        start = 0
        for partition, own in rows.items():
            offsets = np.array([offset for _, _, offset in own], dtype=np.int64)
            self._rows[partition] = offsets, rank[start : start + offsets.size]
            start += offsets.size

    def ranks(self, partition: int, offsets: Offsets) -> Ranks:
        """The ranks of rows by their offsets; -1 for those that are not among these."""
        own, ranks = self._rows[partition]
        if not own.size:
            return np.full(offsets.size, -1)
        at = np.minimum(np.searchsorted(own, offsets), own.size - 1)
        return np.where(own[at] == offsets, ranks[at], -1)


class WindowHits:
    """Matches of one kind in due windows, and the best rows of each pair."""

    def __init__(self, due: DueKeys, rows: RankedRows, most: int, most_hits: int = _MOST_HITS) -> None:
        """`most` rows a pair are wanted; beyond `most_hits` hits, those that are not among the best are let go."""
        self._due = due
        self._rows = rows
        self._most = most
        self._least_trim = self._trim_above = most_hits
        self._bits = bits_of(len(rows.posting_ids))
        narrow = bits_of(len(due.windows)) + self._bits <= 32
        self._hits: list[Codes] = [np.empty(0, dtype=np.uint32 if narrow else np.uint64)]
        """Pair and rank of each as one number, mostly of 32 bits, which numpy sorts in a few nanoseconds."""
        self._size = 0

    def add(self, partition: int, run: MatchRun, codes: Codes) -> None:
        """Take the hits of a run that are due; `codes`: those that matched, or those that nearly did."""
        pairs, rows = self._due.pairs(*run.hits(codes, self._due.keys))
        ranks, begins = self._rows.ranks(partition, run.offsets), self._due.begins(partition)
        if ranks.min(initial=0) < 0 or int(begins.max(initial=0)) > run.start:
            inside = (ranks[rows] >= 0) & (run.offsets[rows] >= begins[pairs])
            pairs, rows = pairs[inside], rows[inside]
        hits = pairs.astype(self._hits[0].dtype)
        hits <<= hits.dtype.type(self._bits)
        hits |= ranks.astype(hits.dtype)[rows]
        self._hits.append(hits)
        self._size += hits.size
        if self._size > self._trim_above:
            self._hits = [self._best()]
            # Twice what is held, so that looking through it again is paid for by as many new hits.
            self._trim_above = max(self._least_trim, 2 * self._hits[0].size)
            self._size = self._hits[0].size

    def best(self) -> tuple[Codes, Codes]:
        """The numbers of the pairs in order, with the ranks of the best rows of each."""
        codes = self._best()
        pairs = codes >> codes.dtype.type(self._bits)
        return pairs, codes & codes.dtype.type((1 << self._bits) - 1)

    def _best(self) -> Codes:
        codes = np.concatenate(self._hits)
        codes.sort()
        pairs = codes >> codes.dtype.type(self._bits)
        # Where the same pair stands so many places before, it has had its share.
        room = np.ones(codes.size, dtype=np.bool_)
        np.not_equal(pairs[self._most :], pairs[: -self._most], out=room[self._most :])
        return codes if room.all() else codes[room]

    def chosen(self) -> Iterator[tuple[tuple[int, int], list[str]]]:
        """The posting ids of each window and key, the best first."""
        pairs, ranks = self.best()
        by_rank = self._rows.posting_ids
        ids = [by_rank[rank] for rank in ranks.tolist()]
        starts = [0, *(np.flatnonzero(pairs[1:] != pairs[:-1]) + 1).tolist()] if ids else []
        for start, end in pairwise([*starts, len(ids)]):
            yield self._due.windows[int(pairs[start])], ids[start:end]


def _news(connection: Connection, partition: int, start: int, end: int) -> Iterator[Fact]:
    """Of the rows of one partition between two offsets those whose postings are open and news."""
    query = (
        select(
            matches.c.offset,
            matches.c.posting_id,
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
        yield from ((row.posting_id, row.seen, row.offset) for row in rows if row.is_open and not row.backlog)
        if len(rows) < _SLICE:
            return
        start = rows[-1].offset + 1
