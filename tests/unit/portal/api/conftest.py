"""A portal on either engine, with somebody in it, and a program of theirs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.notifier.domain.people import Subscriber
from tests.support.notifying import NOW, NotifierStore, arrival, new_store, posting
from tests.support.portal import ServedPortal
from tests.support.programs import Program
from tests.support.stores import ENGINES


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NotifierStore]:
    with new_store(request.param, tmp_path) as made:
        made.matches.store(0, [arrival(0, posting("one"))], NOW)
        yield made


@pytest.fixture
def program(portal: ServedPortal, ada: Subscriber) -> Program:
    return Program(portal, ada)
