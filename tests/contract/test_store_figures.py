"""What the store says of the stream, on both engines."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.schedule import SourceHealth
from services.runtime.figures import Expected, SourceFigures, read_figures
from tests.support.logs import NOON
from tests.support.stores import ENGINES, new_engine

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with new_engine(request.param, tmp_path) as made:
        yield made


def source(engine: Engine) -> SourceFigures:
    (found,) = read_figures(engine, NOON, (Expected("board", None),)).sources
    return found


def test_a_source_fails_since_the_first_failure_after_its_last_success(engine: Engine) -> None:
    ledger = SqlSourceLedger(engine)
    health = SourceHealth("board", added_at=NOON, next_due=NOON)
    for failures, at in ((1, NOON), (2, NOON + MINUTE), (3, NOON + 2 * MINUTE)):
        ledger.settle(replace(health, last_attempt=at, failures=failures, last_error=f"HTTP 50{failures}"))
    found = source(engine)
    assert (found.error, found.error_since, found.error_at) == ("HTTP 503", NOON, NOON + 2 * MINUTE)
    ledger.settle(replace(health, last_attempt=NOON, last_success=NOON, last_error="HTTP 503"))
    found = source(engine)
    assert (found.error, found.error_since, found.error_at) == (None, None, None)
    ledger.settle(replace(health, last_attempt=NOON + 9 * MINUTE, failures=1, last_error="HTTP 500"))
    assert source(engine).error_since == NOON + 9 * MINUTE
