"""A rebuild that waits for another can be broken off by whoever asked for it."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.matcher import rebuilding
from services.matcher.adapters.elasticsearch.generations import BusyError
from services.matcher.rebuilding import Rebuilder
from services.runtime.errors import UnavailableError


class HeldLease:
    """Of somebody else, who does not give it back."""

    def __init__(self, *_: object, **__: object) -> None:
        self._taken = 0

    def take(self) -> None:
        self._taken += 1
        assert self._taken < 9, "it waits on"
        raise BusyError("another rebuild runs")


def test_a_rebuild_that_waits_for_another_ends_where_whoever_is_told_of_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rebuilding, "Lease", HeldLease)
    counts = list[int]()

    def advance(count: int) -> None:
        counts.append(count)
        if len(counts) == 3:
            raise UnavailableError("the console was ended")

    nothing = cast(Any, None)
    rebuilder = Rebuilder(nothing, nothing, sleep=lambda _: None)
    with pytest.raises(UnavailableError, match="the console was ended"):
        rebuilder.rebuild(cast(Any, SimpleNamespace(name="postings")), advance, wait=True)
    assert counts == [0, 0, 0]
