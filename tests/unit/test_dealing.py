"""Workers begin with what takes longest, and each has its share of it."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.dealing import dealt


@dataclass(frozen=True)
class Item:
    """A test as far as its order needs it."""

    nodeid: str
    minutes: float = 0

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        return pytest.mark.slow(minutes=self.minutes).mark if self.minutes and name == "slow" else None


QUICK = [Item(f"quick.py::{at}") for at in range(6)]
SLOW = [Item("a.py::1", 1), Item("a.py::2", 1), Item("b.py::1", 7), Item("c.py::1", 1)]


def order(items: list[Any], workers: int) -> list[str]:
    return [item.nodeid for item in dealt(items, workers)]


def test_each_worker_begins_with_slow_tests_and_all_parts_are_as_long() -> None:
    first, second = order([*QUICK, *SLOW], 2)[:5], order([*QUICK, *SLOW], 2)[5:]
    assert (first[0], first[1].startswith("quick")) == ("b.py::1", True)
    assert (second[:3], second[3].startswith("quick")) == (["a.py::1", "a.py::2", "c.py::1"], True)


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 20])
def test_every_test_is_dealt_once(workers: int) -> None:
    assert sorted(order([*QUICK, *SLOW], workers)) == sorted(item.nodeid for item in [*QUICK, *SLOW])
