"""Stores that contract suites run on, each of either engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.runtime.sql.settings import StoreSettings
from services.runtime.sql.store import open_store
from tests.support.at_once import WORKERS
from tests.support.notifying import NotifierStore, new_store
from tests.support.stores import ENGINES, new_url


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NotifierStore]:
    with new_store(request.param, tmp_path) as made:
        yield made


@pytest.fixture(params=ENGINES)
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[NotifierStore]]:
    """The same store as several workers have it open, each with connections of its own."""
    with new_url(request.param, tmp_path) as url:
        opened = [NotifierStore(open_store(url, StoreSettings(pool=2))) for _ in range(WORKERS)]
        yield opened
        for store in opened:
            store.engine.dispose()
