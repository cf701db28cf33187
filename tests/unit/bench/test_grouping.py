"""What is grouped by columns is what a dict of lists groups."""

from datetime import timedelta
from pathlib import Path

from bench.grouping import compare
from schemas.keys import keys_of
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.domain.windows import Arrival
from services.runtime.sql.store import open_store
from tests.support.digests import NOON, posting
from tests.support.stores import sqlite_url


def test_rows_of_partitions_that_each_begin_at_no_row_are_told_apart(tmp_path: Path) -> None:
    engine = open_store(sqlite_url(tmp_path))
    store = SqlMatches(engine)
    for number in range(6):
        job = posting(f"p{number}", posted_at=NOON - timedelta(hours=number))
        partition, offset = number % 2, number // 2
        store.store(partition, [Arrival(offset, job, keys_of([number % 3, 3]), keys_of([]))], NOON)

    grouping = compare(engine, 4)

    assert (grouping.hits, grouping.keys) == (12, 4)
    engine.dispose()
