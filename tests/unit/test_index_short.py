"""What the index lacks of the store's postings is told, and nothing while either is away."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from services.operating import Operations
from services.runtime.clock import FixedClock
from services.runtime.errors import UnavailableError
from services.runtime.pauses import SqlPauses
from services.settings import Settings
from tests.support.notifying import NOW, arrival, posting, sqlite_store
from tests.support.waiting import until

WEEK = timedelta(days=7)
LATER = NOW + timedelta(minutes=2)


def away(since: datetime) -> int:
    raise UnavailableError("Elasticsearch is away")


@pytest.mark.parametrize(("count", "lacks"), [(lambda since: 1, 2.0), (lambda since: 9, 0.0), (away, math.nan)])
def test_postings_that_the_index_lacks_are_counted(
    tmp_path: Path, count: Callable[[datetime], int], lacks: float
) -> None:
    store = sqlite_store(tmp_path)
    store.matches.store(0, [arrival(at, posting(name)) for at, name in enumerate(("one", "two", "three"))], NOW)
    operations = Operations(lambda: store.engine, Settings(data=tmp_path), FixedClock(LATER))
    asked: list[datetime] = []

    def counted(since: datetime) -> int:
        asked.append(since)
        return count(since)

    operations.follow_index(counted, lambda: 0)

    def is_told() -> bool:
        lacking = operations.metrics.registry.get_sample_value("jobchime_index_lacks", {"index": "postings"})
        return lacking == lacks or (asked != [] and lacking is not None and math.isnan(lacking) and math.isnan(lacks))

    until(is_told, f"{lacks} is told")
    assert {*asked} == {LATER - WEEK}
    store.engine.dispose()


def test_criteria_that_the_index_lacks_are_counted_once_it_has_had_time_to_hear_of_them(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path)
    store.search(store.person())
    for at, lacks in ((NOW + timedelta(minutes=9), 0.0), (NOW + timedelta(minutes=10), 1.0)):
        operations = Operations(lambda: store.engine, Settings(data=tmp_path), FixedClock(at))
        operations.follow_index(lambda since: 0, lambda: 0)
        read = partial(operations.metrics.registry.get_sample_value, "jobchime_index_lacks", {"index": "criteria"})
        until(lambda: read() == lacks, f"{lacks} is told")  # noqa: B023 (it is asked at once)
    SqlPauses(store.engine).set_service("matcher", True, NOW)
    operations = Operations(lambda: store.engine, Settings(data=tmp_path), FixedClock(at))
    operations.pauses.learn()
    operations.follow_index(lambda since: 0, lambda: 0)
    read = partial(operations.metrics.registry.get_sample_value, "jobchime_index_lacks", {"index": "criteria"})
    assert math.isnan(read() or 0.0), "what came since it was paused waits for it"
    store.engine.dispose()
