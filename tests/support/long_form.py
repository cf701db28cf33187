"""What CI does less of, for its time: `make test-long` has all kills, rounds, lives, examples and pairs of axes.

CI proves each promise once, at the cheapest level at which it can fail. What is left out is drawn by a fixed seed, so
that a test that failed is tried again by running the same thing.
"""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

import pytest

LONG = os.environ.get("JOBCHIME_TEST_LENGTH") == "long"
_SHARE = 5
_LEAST = 5
_SEED = 20_261_130

T = TypeVar("T")


def examples(count: int) -> int:
    """Of that many examples of a property, how many are tried."""
    return count if LONG else max(count // _SHARE, min(count, _LEAST))


def some(all_: Sequence[T], of: int) -> Sequence[T]:
    """Of each `of` that follow each other one, the same at each run."""
    chance = Random(_SEED)
    return all_ if LONG else [chance.choice(all_[at : at + of]) for at in range(0, len(all_), of)]


def met(at: int, others: Sequence[T], of: int) -> Sequence[T]:
    """What the value of that number of one axis is tried with of another: each `of`th, so that as many meet all."""
    return others if LONG else others[at % of :: of]


def thinned(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Tests without those that try the same with another value of an axis: one of them is drawn to try it.

    An axis is a parameter that the marker `one_of` names. Where no engine runs, values that need one are not drawn.
    """
    alike: dict[str, list[pytest.Item]] = defaultdict(list)
    places: dict[str, dict[int, int]] = defaultdict(dict)
    for item in items:
        if "live" in item.keywords and os.environ.get("JOBCHIME_LIVE") != "1":
            continue
        marker, values, test = item.get_closest_marker("one_of"), _values(item), item.nodeid.partition("[")[0]
        if marker and not LONG and not values.keys().isdisjoint(marker.args):
            # Not by pytest's own numbers: it may count one parameter's values anew for each value of another.
            seen = places[test]
            others = [(name, seen.setdefault(id(value), len(seen))) for name, value in sorted(values.items())]
            alike[f"{test} {[other for other in others if other[0] not in marker.args]}"].append(item)
    drawn = {name: Random(f"{name} {_SEED}").choice(of) for name, of in alike.items()}
    left = {case for name, of in alike.items() for case in of if case is not drawn[name]}
    return [item for item in items if item not in left]


def _values(item: pytest.Item) -> Mapping[str, object]:
    """What a test is tried with, by parameter."""
    return getattr(getattr(item, "callspec", None), "params", {})
