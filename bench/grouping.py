"""Grouping matches by due search, as the notifier does it and with a dict of lists: `python -m bench.grouping [--json]
[--people 20000]`.

Both begin with the keys of each posting and end with the 200 newest postings of each key, as numbers. All criteria are
due, as where a day's digests are built at once. The search for garbage, which lists cost more than columns, is off.

`bench.pipeline` compares them by what it stored; here the morning of `bench.delivery` is grouped, once as it is, and
once by a process whose numpy was told to use nothing that only some processors have: it sorts by vectors where the
maker of the processor built them in, and that is what the columns gain most by.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import BigInteger, Engine, select, type_coerce

from bench.match_measure import still
from bench.morning import the_morning
from schemas.keys import Keys, pack, unpack
from schemas.sql.tables import matches, postings
from services.notifier.adapters.sql.windows.by_key import Codes, MatchRun, coded, run_of
from services.notifier.adapters.sql.windows.window_matches import BEST_MATCHES, DueKeys, RankedRows, WindowHits
from services.notifier.domain.windows import BEGINNING
from services.runtime.sql.store import reading

_ROUNDS: Final = 3
_MOST_HITS: Final = 10_000_000
"""What a dict of lists takes ten seconds for."""

_ROWS_AT_ONCE: Final = 500


@dataclass(frozen=True)
class MatchRow:
    """A record of matches, as the notifier looks it up."""

    posting_id: str
    seen: int
    offset: int
    """Among all rows, whose own begin anew in each partition."""
    matched: bytes


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
    return compared(_rows(engine), size)


def compared(rows: Sequence[MatchRow], size: int) -> Grouping:
    """The same, of rows that are at hand."""
    due = DueKeys({0: range(size)}, {0: BEGINNING})
    keys = [unpack(row.matched) for row in rows]
    hits = sum(some.size for some in keys)
    ways = (lambda: _packed(due, rows, keys), lambda: _in_dict(rows, keys), lambda: _inverted(due, rows))
    (packed_s, packed), (dict_s, in_dict), (inverted_s, inverted) = _fastest(ways)
    if not _equal(packed, in_dict) or not _equal(inverted, in_dict):
        raise RuntimeError("a dict of lists groups otherwise than the notifier")
    per_hit = 1e9 / hits
    return Grouping(hits, len(in_dict), packed_s * per_hit, dict_s * per_hit, inverted_s * per_hit)


def _rows(engine: Engine) -> list[MatchRow]:
    query = select(matches.c.posting_id, matches.c.matched)
    query = query.add_columns(type_coerce(postings.c.seen_at, BigInteger).label("seen"))
    found: list[MatchRow] = []
    hits = 0
    with reading(engine) as connection:
        joined = query.join(postings, postings.c.posting_id == matches.c.posting_id)
        for row in connection.execute(joined.order_by(matches.c.partition, matches.c.offset)):
            hits += len(row.matched)
            if hits > _MOST_HITS:
                break
            found.append(MatchRow(row.posting_id, row.seen, len(found), row.matched))
    return found


def _packed(due: DueKeys, rows: Sequence[MatchRow], keys: Sequence[Keys]) -> Grouped:
    return _best(due, rows, (_unpacked(rows[start:end], keys[start:end]) for start, end in _parts(rows)))


def _unpacked(rows: Sequence[MatchRow], keys: Sequence[Keys]) -> MatchRun:
    codes = coded(np.concatenate(keys), np.array([some.size for some in keys]))
    offsets = np.array([row.offset for row in rows], dtype=np.int64)
    return MatchRun(rows[0].offset, rows[-1].offset + 1, offsets, codes, codes[:0])


def _best(due: DueKeys, rows: Sequence[MatchRow], runs: Iterable[MatchRun]) -> Grouped:
    ranked = RankedRows({0: [(row.posting_id, row.seen, row.offset) for row in rows]})
    hits = WindowHits(due, ranked, BEST_MATCHES)
    for run in runs:
        hits.add(0, run, run.matched)
    return *hits.best(), ranked.posting_ids


def _parts(rows: Sequence[MatchRow]) -> Iterator[tuple[int, int]]:
    return ((start, min(start + _ROWS_AT_ONCE, len(rows))) for start in range(0, len(rows), _ROWS_AT_ONCE))


def _in_dict(rows: Sequence[MatchRow], keys: Sequence[Keys]) -> dict[int, list[str]]:
    """The newest rows first, so that each list is in order and none needs to be sorted."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for at in sorted(range(len(rows)), key=lambda at: (-rows[at].seen, rows[at].posting_id)):
        for key in keys[at].tolist():
            found[key].append(rows[at].posting_id)
    return {key: some[:BEST_MATCHES] for key, some in found.items()}


def _inverted(due: DueKeys, rows: Sequence[MatchRow]) -> Grouped:
    return _best(due, rows, (_packed_run(rows[start:end]) for start, end in _parts(rows)))


def _packed_run(rows: Sequence[MatchRow]) -> MatchRun:
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


def _of_the_morning(people: int) -> Grouping:
    morning = the_morning(people)
    rows = [
        MatchRow(arrival.posting.posting_id, int(arrival.posting.posted_at.timestamp()), at, pack(arrival.keys))
        for at, arrival in enumerate(morning.arrivals)
    ]
    return compared(rows, len(morning.asked))


def _without_vectors() -> dict[str, str]:
    """The environment in which numpy uses nothing that only some processors have."""
    built: Any = np.show_config(mode="dicts")
    found = built["SIMD Extensions"].get("found", ())
    return os.environ | {"NPY_DISABLE_CPU_FEATURES": " ".join(found)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=int, default=20_000, help="five criteria each, of which a fifth is shared")
    parser.add_argument("--alone", action="store_true", help="once, as JSON")
    given = parser.parse_args()
    if given.alone:
        print(json.dumps(asdict(_of_the_morning(given.people))))
        return
    command = [sys.executable, "-m", "bench.grouping", "--alone", "--people", str(given.people)]
    found = {
        name: Grouping(**json.loads(subprocess.run(command, check=True, capture_output=True, env=env).stdout))
        for name, env in (("vectors", dict(os.environ)), ("no_vectors", _without_vectors()))
    }
    ratios = {"grouping_vs_dict": found["vectors"].ratio, "grouping_vs_dict_no_vectors": found["no_vectors"].ratio}
    if given.json:
        print(json.dumps({"ratios": ratios} | {name: asdict(grouping) for name, grouping in found.items()}))
        return
    for name, grouping in found.items():
        print(f"{name:>10}: " + ", ".join(f"{figure} {value:,.4g}" for figure, value in asdict(grouping).items()))
    print(", ".join(f"{name} {value:.3g}" for name, value in ratios.items()))


if __name__ == "__main__":
    main()
