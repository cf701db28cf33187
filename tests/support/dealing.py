"""The order in which tests are handed to the workers of pytest-xdist: what takes longest is begun first."""

from collections import defaultdict
from collections.abc import Sequence

import pytest

_SLOW_MINUTES = 0.5


def dealt(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """In the order of as many equal parts as there are workers, which is how `--dist worksteal` hands them out.

    Each part begins with slow tests, by module, since what a module shares would be made by each worker anew.
    """
    modules: dict[str, list[pytest.Item]] = defaultdict(list)
    quick: list[pytest.Item] = []
    for item in items:
        (modules[item.nodeid.partition("::")[0]] if item.get_closest_marker("slow") else quick).append(item)
    parts: list[list[pytest.Item]] = [[] for _ in range(workers)]
    for tests in sorted(modules.values(), key=_minutes, reverse=True):
        min(parts, key=_minutes).extend(tests)
    ordered: list[pytest.Item] = []
    for left, part in zip(range(workers, 0, -1), parts, strict=True):
        room = max((len(items) - len(ordered)) // left - len(part), 0)
        ordered += part + quick[:room]
        quick = quick[room:]
    return ordered + quick


def _minutes(tests: Sequence[pytest.Item]) -> float:
    marks = [mark for test in tests if (mark := test.get_closest_marker("slow"))]
    return sum(mark.kwargs.get("minutes", _SLOW_MINUTES) for mark in marks)
