"""Grouping matches by due search, as the notifier does it and with a dict of lists.

Both begin with the keys of each posting and end with the 200 newest postings of each key, as numbers. All criteria are
due, as where a day's digests are built at once. The search for garbage, which lists cost more than columns, is off.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import BigInteger, Engine, select, type_coerce

from bench.match_measure import still
from schemas.keys import Keys, unpack
from schemas.sql.tables import matches, postings
from services.notifier.adapters.sql.windows.by_key import Codes, MatchRun, coded, run_of
from services.notifier.adapters.sql.windows.window_matches import BEST_MATCHES, DueKeys, RankedRows, WindowHits
from services.notifier.domain.windows import BEGINNING
from services.runtime.sql.store import reading

_ROUNDS: Final = 3
_MOST_HITS: Final = 10_000_000
"""What a dict of lists takes ten seconds for."""

_ROWS_AT_ONCE: Final = 500

Grouped = tuple[Codes, Codes, list[str]]
"""Pairs, their ranks, and the postings by rank."""


@dataclass(frozen=True)
class Grouping:
    """One comparison."""

    hits: int
    keys: int
    packed_ns: float
    """Of processor time a hit, as are the others."""
    dict_ns: float
    inverted_ns: float
    """The notifier's, with unpacking and looking up which keys are due."""

    @property
    def ratio(self) -> float:
        return self.dict_ns / self.packed_ns


def compare(engine: Engine, size: int) -> Grouping:
    """Both ways over the first matches of a store, at most 10 million. Raises RuntimeError where they differ."""
    rows = _rows(engine)
    due = DueKeys({0: range(size)}, {0: BEGINNING})
    keys = [unpack(row.matched) for row in rows]
    hits = sum(some.size for some in keys)
    ways = (lambda: _packed(due, rows, keys), lambda: _in_dict(rows, keys), lambda: _inverted(due, rows))
    (packed_s, packed), (dict_s, in_dict), (inverted_s, inverted) = _fastest(ways)
    if not _equal(packed, in_dict) or not _equal(inverted, in_dict):
        raise RuntimeError("a dict of lists groups otherwise than the notifier")
    per_hit = 1e9 / hits
    return Grouping(hits, len(in_dict), packed_s * per_hit, dict_s * per_hit, inverted_s * per_hit)


def _rows(engine: Engine) -> list[Any]:
    query = select(matches.c.posting_id, matches.c.offset, matches.c.matched)
    query = query.add_columns(type_coerce(postings.c.seen_at, BigInteger).label("seen"))
    found: list[Any] = []
    hits = 0
    with reading(engine) as connection:
        joined = query.join(postings, postings.c.posting_id == matches.c.posting_id)
        for row in connection.execute(joined.order_by(matches.c.partition, matches.c.offset)):
            hits += len(row.matched)
            if hits > _MOST_HITS:
                break
            found.append(row)
    return found


def _packed(due: DueKeys, rows: Sequence[Any], keys: Sequence[Keys]) -> Grouped:
    return _best(due, rows, (_unpacked(rows[start:end], keys[start:end]) for start, end in _parts(rows)))


def _unpacked(rows: Sequence[Any], keys: Sequence[Keys]) -> MatchRun:
    codes = coded(np.concatenate(keys), np.array([some.size for some in keys]))
    offsets = np.array([row.offset for row in rows], dtype=np.int64)
    return MatchRun(rows[0].offset, rows[-1].offset + 1, offsets, codes, codes[:0])


def _best(due: DueKeys, rows: Sequence[Any], runs: Iterable[MatchRun]) -> Grouped:
    ranked = RankedRows({0: [(row.posting_id, row.seen, row.offset) for row in rows]})
    hits = WindowHits(due, ranked, BEST_MATCHES)
    for run in runs:
        hits.add(0, run, run.matched)
    return *hits.best(), ranked.posting_ids


def _parts(rows: Sequence[Any]) -> Iterator[tuple[int, int]]:
    return ((start, min(start + _ROWS_AT_ONCE, len(rows))) for start in range(0, len(rows), _ROWS_AT_ONCE))


def _in_dict(rows: Sequence[Any], keys: Sequence[Keys]) -> dict[int, list[str]]:
    """The newest rows first, so that each list is in order and none needs to be sorted."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for at in sorted(range(len(rows)), key=lambda at: (-rows[at].seen, rows[at].posting_id)):
        for key in keys[at].tolist():
            found[key].append(rows[at].posting_id)
    return {key: some[:BEST_MATCHES] for key, some in found.items()}


def _inverted(due: DueKeys, rows: Sequence[Any]) -> Grouped:
    return _best(due, rows, (_packed_run(rows[start:end]) for start, end in _parts(rows)))


def _packed_run(rows: Sequence[Any]) -> MatchRun:
    matched = [row.matched for row in rows]
    return run_of(rows[0].offset, rows[-1].offset + 1, [row.offset for row in rows], matched, [b""] * len(rows))


def _equal(packed: Grouped, in_dict: dict[int, list[str]]) -> bool:
    found, ranks, by_rank = packed
    order = sorted(in_dict)
    pairs = np.repeat(np.array(order), [len(in_dict[key]) for key in order])
    ids = [posting_id for key in order for posting_id in in_dict[key]]
    return np.array_equal(found, pairs) and [by_rank[rank] for rank in ranks.tolist()] == ids


def _fastest(ways: Sequence[Callable[[], Any]]) -> list[tuple[float, Any]]:
    """Of each its processor seconds at best, and what came of it; in turns, since others share the machine."""
    best = [(float("inf"), None)] * len(ways)
    with still():
        for _ in range(_ROUNDS):
            for place, way in enumerate(ways):
                began = time.process_time()
                found = way()
                best[place] = (min(best[place][0], time.process_time() - began), found)
    return best
