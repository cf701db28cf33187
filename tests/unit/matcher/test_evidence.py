"""Evidence found again in postings.v1."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.codec import encode
from schemas.posting import Evidence, Posting
from schemas.topics import POSTINGS
from services.runtime.clock import FixedClock
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Outgoing
from services.usecases.explaining import evidence_of
from tests.support.judging import FETCHED, a_posting


def _whole(text: str, **fields: object) -> Posting:
    said = Evidence.model_validate({"from": "text", "text": text})
    return Posting(**a_posting(**fields).model_dump(), evidence={"reach": (said,)})


def _append(log: SqliteLog, *postings: Posting) -> None:
    log.produce([Outgoing(POSTINGS.name, posting.posting_id.encode(), encode(posting)) for posting in postings])


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    with SqliteLog(tmp_path / "log.db", clock=FixedClock(FETCHED + timedelta(seconds=2))) as made:
        yield made


def test_it_is_that_of_the_very_version(log: SqliteLog) -> None:
    _append(log, _whole("old", version=1), _whole("another", posting_id="p2"), _whole("own", version=2))
    assert [quote.text for quote in evidence_of(log, a_posting(version=2))["reach"]] == ["own"]
    assert [quote.text for quote in evidence_of(log, a_posting(version=1))["reach"]] == ["old"]
    assert evidence_of(log, a_posting(version=3)) == {}


def test_what_cannot_be_read_is_passed_over(log: SqliteLog) -> None:
    log.produce([Outgoing(POSTINGS.name, b"p1", b"{broken")])
    _append(log, _whole("own"))
    assert evidence_of(log, a_posting())["reach"][0].text == "own"


def test_no_more_records_are_looked_at_than_allowed(log: SqliteLog) -> None:
    _append(log, _whole("old", version=1), _whole("own", version=2))
    assert evidence_of(log, a_posting(version=2), most=1) == {}


def test_a_posting_that_was_appended_in_the_millisecond_of_its_fetch_is_found(tmp_path: Path) -> None:
    at = datetime(2026, 8, 10, 12, 0, 0, 123_000, tzinfo=UTC)
    with SqliteLog(tmp_path / "log.db", clock=FixedClock(at)) as log:
        _append(log, _whole("own"))
        assert evidence_of(log, a_posting(fetched_at=at + timedelta(microseconds=456)))["reach"]
