"""A portal over a store with somebody in it, who has two searches, and a job."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.notifier.domain.people import Subscriber
from tests.support.notifying import GO, NOW, NotifierStore, arrival, posting, sqlite_store
from tests.support.portal import ServedPortal, served_portal


@pytest.fixture
def store(tmp_path: Path) -> Iterator[NotifierStore]:
    made = sqlite_store(tmp_path)
    made.matches.store(0, [arrival(0, posting("one"))], NOW)
    yield made
    made.engine.dispose()


@pytest.fixture
def ada(store: NotifierStore) -> Subscriber:
    person = store.person()
    store.search(person, hour=8)
    store.search(person, "Go work", GO, hour=8)
    return person


@pytest.fixture
def portal(store: NotifierStore) -> Iterator[ServedPortal]:
    with served_portal(store) as made:
        yield made
