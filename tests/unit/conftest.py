"""What most unit tests of what is stored begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.notifying import NotifierStore, sqlite_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[NotifierStore]:
    """An empty store of its own, in SQLite."""
    made = sqlite_store(tmp_path)
    yield made
    made.engine.dispose()
