"""How a fleet behaves whose parts were measured one by one: `python -m bench.fleet`; nothing runs, it is simulated.

Postings come to ingest, matcher and notifier, each some workers of one core that share partitions. What a posting costs
is taken from docs/scale.md, how long partitions of a killed worker are nobody's from ADR 20. That all members stand
still while a group shares its partitions anew is so; for how long, `--pause`, is assumed.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

MILLION: Final = 1_000_000
FITTING: Final = 0.0215
"""Of all criteria, those that a posting fits or nearly fits."""
KILLED_S: Final = 5.5
"""Until the partitions of a killed worker are shared anew."""
_SPAN_S: Final = 3_600
_EVENT_S: Final = 300
"""When something happens."""
_EVERY_S: Final = 30
"""Between two workers that are replaced."""

Rate = Callable[[int], float]
"""Postings a second, by second."""
Row = tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """Partitions of a topic, and workers of each service."""

    name: str
    partitions: int
    ingest: int
    matcher: int
    notifier: int


SHAPES: Final = (Shape("as it is", 12, 4, 12, 12), Shape("the plan", 96, 8, 96, 24))


def costs(criteria: int) -> tuple[float, float, float]:
    """Seconds of a core that a posting costs ingest, matcher and notifier."""
    keys = FITTING * criteria
    return 0.004, 0.0022 + 2e-9 * criteria + 0.14e-6 * keys, 0.0005 + 0.07e-6 * keys


@dataclass(frozen=True)
class Change:
    """From a second on there are so many workers, after all of them stood still, and some partitions for longer."""

    at_s: int
    workers: int
    killed: int = 0


def upgrade(workers: int) -> list[Change]:
    """Each is replaced: one more joins, then one leaves."""
    steps = [_EVENT_S + _EVERY_S * number for number in range(workers)]
    return [change for at in steps for change in (Change(at, workers + 1), Change(at + _EVERY_S // 2, workers))]


def lost(workers: int) -> list[Change]:
    """A third of them is killed, and back after two minutes."""
    gone = max(workers // 3, 1)
    return [Change(_EVENT_S, workers - gone, gone), Change(_EVENT_S + 120, workers)]


def handled(
    came: NDArray[np.float64], cost_s: float, workers: int, changes: Sequence[Change], pause_s: float
) -> NDArray[np.float64]:
    """Records that a service is done with, by second and partition, of those that came.

    A worker has one core, which its partitions share by what waits in each.
    """
    span, partitions = came.shape
    done, waiting = np.zeros_like(came), np.zeros(partitions)
    bounds = [Change(0, workers), *changes, Change(span, workers)]
    for change, following in pairwise(bounds):
        owner = np.arange(partitions) % max(min(change.workers, partitions), 1)
        orphans = np.arange(partitions) % max(workers, 1) < change.killed
        for second in range(change.at_s, min(following.at_s, span)):
            waiting += came[second]
            since = second - change.at_s
            core = np.full(partitions, min(max(1 + since - (pause_s if change.at_s else 0), 0), 1))
            core[orphans & (since < KILLED_S)] = 0
            share = waiting / np.maximum(np.bincount(owner, waiting)[owner], 1e-9)
            done[second] = np.minimum(waiting, share * core / cost_s)
            waiting -= done[second]
    return done


def delays(came: NDArray[np.float64], done: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For how long the records of each second and partition were on their way, in seconds, and how many they are."""
    span = len(came)
    first, last = came.cumsum(axis=0), done.cumsum(axis=0)
    ended = np.column_stack([
        np.searchsorted(last[:, at], first[:, at] - 1e-6) for at in range(came.shape[1])
    ])  # fmt: skip
    return (ended - np.arange(span)[:, None]).astype(float).ravel(), came.ravel()


def lived(
    shape: Shape, criteria: int, rate: Rate, changes: Callable[[int], list[Change]] | None, pause_s: float
) -> Row:
    """An hour: how late postings are stored with their matches, and how busy the cores are."""
    chance = np.random.default_rng(shape.partitions)
    came = chance.poisson([[rate(second) / shape.partitions] * shape.partitions for second in range(_SPAN_S)])
    flow = first = came.astype(float)
    cores = 0.0
    for cost_s, workers in zip(costs(criteria), (shape.ingest, shape.matcher, shape.notifier), strict=True):
        flow = handled(flow, cost_s, workers, changes(workers) if changes else [], pause_s)
        cores += flow.sum() * cost_s / _SPAN_S
    late, count = delays(first, flow)
    order = np.argsort(late)
    at = np.searchsorted(np.cumsum(count[order]) / count.sum(), [0.5, 0.99])
    p50, p99 = late[order][at]
    left = first.sum() - flow.sum()
    return f"{p50:.0f} s", f"{p99:.0f} s", f"{late[count > 0].max():.0f} s", f"{cores:.1f}", f"{left:,.0f}"


def table(criteria: int, steady: float, peak: float, pause_s: float) -> Iterator[Row]:
    """What is lived through by each shape."""

    def flood(second: int) -> float:
        return peak if _EVENT_S <= second < _EVENT_S + 600 else steady

    def even(_: int) -> float:
        return steady

    lives: tuple[tuple[str, Rate, Callable[[int], list[Change]] | None], ...] = (
        (f"{steady:g}/s", even, None),
        (f"{peak:g}/s for ten minutes", flood, None),
        (f"{steady:g}/s, all workers replaced", even, upgrade),
        (f"{steady:g}/s, a third of them killed", even, lost),
    )
    for shape in SHAPES:
        for name, rate, changes in lives:
            yield shape.name, name, *lived(shape, criteria, rate, changes, pause_s)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--criteria", type=int, nargs="+", default=[MILLION, 10 * MILLION])
    options.add_argument("--steady", type=float, default=60.0, help="New postings a second.")
    options.add_argument("--peak", type=float, default=1_000.0)
    options.add_argument(
        "--pause", type=float, default=2.0, help="Seconds for which a group shares its partitions anew."
    )
    asked = options.parse_args()
    for criteria in asked.criteria:
        ingest, matcher, notifier = (1_000 * seconds for seconds in costs(criteria))
        print(f"\n{criteria:,} criteria: {ingest:.1f} + {matcher:.1f} + {notifier:.1f} ms of a core a posting\n")
        print("| shape | an hour of | p50 | p99 | latest | cores busy | left after it |")
        print("|---|---|---:|---:|---:|---:|---:|")
        for row in table(criteria, asked.steady, asked.peak, asked.pause):
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
