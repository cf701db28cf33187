"""Matching in memory: `python -m bench.match [--json] [--criteria 100000,1000000,10000000] [--kinds skewed,full]`.

`--start 100000,1000000` starts a matcher with so many criteria, from the log and from its file (`bench.match_start`).

Eight kinds of criteria (`bench.match_corpus.WHAT`), drawn as columns from a seed, are put into the index and matched
with postings one by one, by numpy and by the compiled kernel. Up to a million criteria, a loop over objects matches the
same postings, and SQLite and counting in columns do for "skewed"; all must find the same. A sample of pairs is judged
by the truth. Times are of the processor, the best of three for each posting; ratios are of medians. "skewed" is the
core: skills, place and floor, of which a posting fits or nearly fits about 2 %. Ratios are of the largest size up to a
million; above it the kinds alone are measured, one after another, each let go before the next.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final, get_args

import numpy as np
import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bench.match_baselines import Counting, Naive, Sqlite
from bench.match_columns import fill
from bench.match_corpus import KINDS, STEADY, WHAT, Corpus, Kind
from bench.match_measure import Times, against_truth, memory_bytes, same, still, timed
from bench.match_start import start
from schemas.codec import decode, encode
from schemas.criteria import CriteriaRecord
from schemas.posting import PostingCore
from services.matcher.adapters.memory.index import KernelName, MemoryCriteriaIndex
from services.matcher.ports import Hits

_console = Console(stderr=True)
_KERNELS: Final = get_args(KernelName)
_MOST_LOOPED: Final = 1_000_000
_MOST_PLAIN: Final = 2_000_000
_COMPARED: Final = 24
_ROUNDS: Final = 3
_JUDGED: Final = 3
_BATCH: Final = 500
_CHANGED: Final = 100_000
_LOADED: Final = 50_000
AIMS: Final[dict[str, tuple[str, float]]] = {
    "core_numpy_vs_naive": (">=", 100),
    "core_compiled_vs_naive": (">=", 500),
    "full_numpy_vs_naive": (">=", 15),
    "full_compiled_vs_naive": (">=", 50),
    "growth_50x_constant_hits": ("<=", 2),
    "bytes_per_criteria": ("<=", 64),
    "add_us": ("<=", 20),
    "remove_us": ("<=", 20),
    "delta_vs_clean": ("<=", 1.5),
    "start_s": ("<=", 5),
}


@dataclass(frozen=True)
class Figure:
    """How one way of matching did with one corpus."""

    kind: Kind
    criteria: int
    way: str
    p50_us: float
    p99_us: float
    mean_us: float
    compared_us: float
    """The median over those postings that all ways matched."""
    hits: float
    """Matches and near misses a posting."""
    candidates: float
    bytes: float
    """A criteria; 0 where it was not measured."""
    build_s: float

    @property
    def as_json(self) -> dict[str, Any]:
        """For programs."""
        rounded = {name: round(value, 2) for name, value in vars(self).items() if isinstance(value, float)}
        more = {
            "postings_s": round(1e6 / self.mean_us, 1),
            "ns_a_hit": round(1000 * self.mean_us / max(self.hits, 1), 1),
        }
        return {"kind": self.kind, "criteria": self.criteria, "way": self.way, **rounded, **more}


def measure(corpus: Corpus, postings: Sequence[PostingCore], progress: Progress) -> Iterator[Figure]:
    """Both kernels with one corpus, and what they are compared with."""
    index = MemoryCriteriaIndex()
    task = progress.add_task(f"{corpus.kind}, {corpus.size:,}: drawing", total=corpus.size)
    started = time.perf_counter()
    fill(corpus, index, partial(progress.advance, task))
    built = time.perf_counter() - started
    progress.update(task, description=f"{corpus.kind}, {corpus.size:,}: matching")
    expected = index.match(postings)
    against_truth(corpus, postings[:_JUDGED], expected[:_JUDGED])
    compared = postings[:_COMPARED]
    hits = float(np.mean([found.keys.size + found.near.size for found in expected]))
    looked_at = float(np.mean([index.looked_at(posting) for posting in postings]))

    def figure(way: str, times: Times, size: float, built_s: float, rows: float) -> Figure:
        compared_us = times.first(_COMPARED)
        p50, p99 = times.percentile(50), times.percentile(99)
        return Figure(corpus.kind, corpus.size, way, p50, p99, times.mean, compared_us, hits, rows, size, built_s)

    for kernel in _KERNELS:
        index.use(kernel)
        _hold_same(corpus, kernel, index.match(postings), expected)
        yield figure(kernel, timed(index.match, postings, _ROUNDS), memory_bytes(index) / corpus.size, built, looked_at)
    del index
    for name, make in _baselines(corpus):
        started = time.perf_counter()
        other = make(corpus)
        built = time.perf_counter() - started
        _hold_same(corpus, name, other.match(compared), expected[:_COMPARED])
        yield figure(name, timed(other.match, compared, _ROUNDS), 0.0, built, float(corpus.size))
    progress.remove_task(task)


def _baselines(corpus: Corpus) -> list[tuple[str, Callable[[Corpus], Any]]]:
    if corpus.size > _MOST_LOOPED:
        return []
    return [("naive", Naive), *([("sqlite", Sqlite), ("counting", Counting)] if corpus.kind == "skewed" else [])]


def _hold_same(corpus: Corpus, way: str, found: Sequence[Hits], expected: Sequence[Hits]) -> None:
    if not same(found, expected):
        sys.exit(f"{corpus.kind}, {corpus.size:,}: {way} finds other criteria than numpy: the figures mean nothing")


def growth(size: int, count: int, progress: Progress) -> dict[str, float]:
    """How the time of a posting grows from 1/50 of the criteria on, while what it fits stays the same."""
    task = progress.add_task("Growth with constant hits", total=2 * len(_KERNELS))
    times: dict[tuple[str, int], float] = {}
    found: list[list[Hits]] = []
    for criteria in (STEADY, size):
        corpus, index = Corpus("constant", criteria), MemoryCriteriaIndex()
        fill(corpus, index)
        postings = corpus.postings(count)
        found.append(index.match(postings))
        for kernel in _KERNELS:
            index.use(kernel)
            times[kernel, criteria] = timed(index.match, postings, _ROUNDS).mean
            progress.advance(task)
    if not same(*found):
        sys.exit("the hits did not stay the same")
    return {kernel: times[kernel, size] / times[kernel, STEADY] for kernel in _KERNELS}


def changes(size: int, count: int, progress: Progress) -> dict[str, float]:
    """Change a tenth of full criteria, remove and add some: what each costs, and matching in between."""
    corpus, index = Corpus("full", size), MemoryCriteriaIndex()
    fill(corpus, index)
    postings = corpus.postings(count)
    number = min(_CHANGED, size // 10)
    others = Corpus("full", number, seed=8).criteria(range(number))
    changed = [CriteriaRecord(key=key, criteria_id="", version=2, criteria=asked) for key, asked in others.items()]
    clean = _means(index, postings)
    worst = dict.fromkeys(_KERNELS, 0.0)
    batches: list[float] = []
    task = progress.add_task("Changes", total=3 * number)
    looks = 5
    for first in range(0, number, number // looks):
        batches += _applied(index, changed[first : first + number // looks], partial(progress.advance, task))
        now = _means(index, postings)
        worst = {kernel: max(worst[kernel], now[kernel] / clean[kernel]) for kernel in _KERNELS}
    removed = [record.model_copy(update={"version": 3, "removed": True}) for record in changed]
    away = _applied(index, removed, partial(progress.advance, task))
    added = [record.model_copy(update={"key": size + record.key, "version": 1}) for record in changed]
    fresh = _applied(index, added, partial(progress.advance, task))
    lines = [encode(record) for record in added[:_LOADED]]
    started = time.thread_time()
    MemoryCriteriaIndex().apply([decode(CriteriaRecord, line) for line in lines])
    return {
        "change_us": 1e6 * sum(batches) / number,
        "add_us": 1e6 * sum(fresh) / number,
        "remove_us": 1e6 * sum(away) / number,
        "load_us": 1e6 * (time.thread_time() - started) / len(lines),
        "longest_ms": 1e3 * max(*batches, *fresh, *away),
        **{f"delta_vs_clean_{kernel}": worst[kernel] for kernel in _KERNELS},
    }


def _means(index: MemoryCriteriaIndex, postings: Sequence[PostingCore]) -> dict[str, float]:
    found = {}
    for kernel in _KERNELS:
        index.use(kernel)
        found[kernel] = timed(index.match, postings, _ROUNDS).mean
    return found


def _applied(
    index: MemoryCriteriaIndex, records: Sequence[CriteriaRecord], advance: Callable[[int], None]
) -> list[float]:
    """Seconds that each batch took."""
    found = []
    with still():
        for first in range(0, len(records), _BATCH):
            batch = records[first : first + _BATCH]
            started = time.thread_time()
            index.apply(batch)
            found.append(time.thread_time() - started)
            advance(len(batch))
    return found


def report(
    figures: Sequence[Figure],
    grown: dict[str, float],
    changed: dict[str, float],
    size: int,
    started: Sequence[dict[str, float]],
) -> dict[str, Any]:
    """The ratios, of the worse kernel where it is not named and as far as they were measured, and all figures."""
    us = {(figure.kind, figure.way): figure.compared_us for figure in figures if figure.criteria == size}
    full_bytes = next((figure.bytes for figure in figures if figure.criteria == size and figure.kind == "full"), None)
    ratios: dict[str, float] = {}
    compared: tuple[tuple[str, Kind], ...] = (("core", "skewed"), ("full", "full"))
    for name, kind in compared:
        for word, kernel in (("numpy", "numpy"), ("compiled", "numba")):
            if (kind, "naive") in us:
                ratios[f"{name}_{word}_vs_naive"] = us[kind, "naive"] / us[kind, kernel]
    if grown:
        ratios["growth_50x_constant_hits"] = max(grown.values())
    if full_bytes is not None:
        ratios["bytes_per_criteria"] = full_bytes
    if changed:
        ratios |= {name: changed[name] for name in ("add_us", "remove_us")}
        ratios["delta_vs_clean"] = max(changed[f"delta_vs_clean_{kernel}"] for kernel in _KERNELS)
    if started:
        ratios["start_s"] = max(began["snapshot_s"] for began in started)
    rounded = {name: round(value, 2) for name, value in ratios.items()}
    return {
        "bench": "match",
        "at": size,
        "ratios": rounded,
        "missed": [name for name, value in ratios.items() if not _reached(name, value)],
        "growth": {name: round(value, 2) for name, value in grown.items()},
        "changes": {name: round(value, 2) for name, value in changed.items()},
        "start": [{name: round(value, 2) for name, value in began.items()} for began in started],
        "figures": [figure.as_json for figure in figures],
    }


def _reached(name: str, value: float) -> bool:
    sign, aim = AIMS[name]
    return value >= aim if sign == ">=" else value <= aim


def _print(found: dict[str, Any]) -> None:
    names = ("p50_us", "p99_us", "postings_s", "hits", "candidates", "ns_a_hit", "bytes", "build_s")
    print(f"| kind | criteria | way | {' | '.join(names)} |\n|---|---:|---|{'---:|' * len(names)}")
    for figure in found["figures"]:
        cells = " | ".join(f"{figure[name]:,.0f}" if figure[name] >= 100 else f"{figure[name]:,.1f}" for name in names)
        print(f"| {figure['kind']} | {figure['criteria']:,} | {figure['way']} | {cells} |")
    print("\nchanges: " + ", ".join(f"{name} {value:,}" for name, value in found["changes"].items()))
    for figure in found["start"]:
        print("start: " + ", ".join(f"{name} {value:,}" for name, value in figure.items()))
    for name, ratio in found["ratios"].items():
        print(
            f"{name}: {ratio:,} (aim {' '.join(map(str, AIMS[name]))}{', missed' if name in found['missed'] else ''})"
        )


def main(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
    sizes: Annotated[str, typer.Option("--criteria", help="Numbers of criteria, with commas.")] = (
        "100000,1000000,10000000"
    ),
    kinds: Annotated[str, typer.Option(help=f"Some of: {', '.join(WHAT)}.")] = ",".join(KINDS),
    count: Annotated[int, typer.Option("--postings", min=_COMPARED, help="Postings to match.")] = 100,
    starts: Annotated[
        str, typer.Option("--start", help="Numbers of criteria with which a matcher is started, cold and again.")
    ] = "",
) -> None:
    """Measure, and print."""
    figures: list[Figure] = []
    asked = [int(number) for number in filter(None, sizes.split(","))]
    chosen = [kind for kind in KINDS if kind in kinds.split(",")]
    size = max((number for number in asked if number <= _MOST_LOOPED), default=0)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=_console, disable=not _console.is_terminal) as progress:
        grown, changed = (growth(size, count, progress), changes(size, count, progress)) if size else ({}, {})
        for criteria in asked:
            some = count if criteria <= _MOST_PLAIN else _COMPARED
            for kind in chosen:
                corpus = Corpus(kind, criteria)
                for figure in measure(corpus, corpus.postings(some), progress):
                    figures.append(figure)
                    _console.print(f"{kind}, {criteria:,}, {figure.way}: {figure.compared_us:,.0f} us a posting")
    found = report(figures, grown, changed, size, [start(int(number)) for number in filter(None, starts.split(","))])
    if as_json:
        print(orjson.dumps(found).decode())
        return
    _print(found)


if __name__ == "__main__":
    typer.run(main)
