"""What CI has less of is the same at each run, and each value of an axis is met; `make test-long` has the rest."""

from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support import long_form
from tests.support.in_one_test import in_one_test
from tests.support.long_form import met, some, thinned


class Item:
    """As pytest has a test with parameters."""

    def __init__(self, test: str, axis: str = "store", live: bool = False, **params: int) -> None:
        self.nodeid = f"{test}[{params}]"
        self.callspec = SimpleNamespace(params=params)
        self.keywords = {"live": True} if live else {}
        self._axis = axis

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        return pytest.Mark(name, (self._axis,), {}, _ispytest=True) if self._axis and name == "one_of" else None


@pytest.fixture(autouse=True)
def as_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_form, "LONG", False)
    monkeypatch.setenv("JOBCHIME_LIVE", "1")


def test_of_each_so_many_one_is_tried_the_same_again() -> None:
    chosen = some(range(100), 4)
    assert [at // 4 for at in chosen] == list(range(25))
    assert len({at % 4 for at in chosen}) == 4
    assert some(range(100), 4) == chosen


def test_a_share_of_one_axis_meets_each_value_of_another_and_all_meet_all() -> None:
    counted = Counter(word for at in range(6) for word in met(at, "abcdef", 3))
    assert counted == Counter(dict.fromkeys("abcdef", 2))


def test_a_test_runs_over_one_store_for_each_other_value_and_both_stores_are_tried() -> None:
    items = [Item(f"test_{at}", store=store, word=word) for at in range(20) for store in (0, 1) for word in (0, 1)]
    kept: list[Any] = thinned(items)
    assert len({(item.nodeid.partition("[")[0], item.callspec.params["word"]) for item in kept}) == len(kept) == 40
    assert {item.callspec.params["store"] for item in kept} == {0, 1}
    assert thinned(items) == kept


def test_what_names_no_axis_or_another_one_is_left_as_it_is() -> None:
    items = [Item("test_a", axis="", store=0), Item("test_a", axis="", store=1), Item("test_b", word=0)]
    assert thinned(items) == items


def test_in_the_long_form_and_without_engines_nothing_is_left_out_that_only_engines_could_show(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    items = [Item(f"test_{at}", live=bool(store), store=store) for at in range(20) for store in (0, 1)]
    monkeypatch.delenv("JOBCHIME_LIVE")
    assert thinned(items) == items
    monkeypatch.setattr(long_form, "LONG", True)
    monkeypatch.setenv("JOBCHIME_LIVE", "1")
    assert thinned(items) == items


def test_each_row_that_fails_is_named() -> None:
    def equal(a: int, b: int) -> None:
        assert a == b

    tried: Callable[..., None] = in_one_test("a, b", [(1, 1), (2, 3), (4, 5)])(equal)
    with pytest.raises(AssertionError, match=r"(?s)\(2, 3\).*\(4, 5\)") as failed:
        tried()
    assert "(1, 1)" not in str(failed.value)
    with pytest.raises(AssertionError):
        in_one_test("a, b", [])(equal)()
