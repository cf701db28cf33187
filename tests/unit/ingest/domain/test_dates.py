"""Dates in all the forms that feeds write them in."""

from datetime import UTC, datetime

import pytest

from services.ingest.domain.dates import read_date
from tests.support.drafting import FETCHED

NOON = datetime(2026, 8, 11, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        1786449600,
        1786449600000,
        "1786449600",
        "1786449600000",
        "2026-08-11T12:00:00Z",
        "2026-08-11T12:00:00+00:00",
        "2026-08-11T14:00:00+0200",
        "2026-08-11T12:00:00.000Z",
        "2026-08-11T12:00:00",
        "2026-08-11 12:00:00 UTC",
        "Tue, 11 Aug 2026 12:00:00 GMT",
        "Tue, 11 Aug 2026 07:00:00 -0500",
        "Tue, 11 Aug 2026 07:00:00 EST",
    ],
)
def test_one_moment_in_many_spellings(written: str | int) -> None:
    assert read_date("posted_at", written, fetched_at=FETCHED).value == NOON


def test_a_date_alone_is_its_first_moment() -> None:
    assert read_date("posted_at", "2026-08-11", fetched_at=FETCHED).value == datetime(2026, 8, 11, tzinfo=UTC)


@pytest.mark.parametrize("absent", [None, ""])
def test_an_absent_date_leaves_no_evidence(absent: str | None) -> None:
    found = read_date("posted_at", absent, fetched_at=FETCHED)
    assert (found.value, found.evidence) == (None, ())


@pytest.mark.parametrize(
    "absurd",
    [
        "2999-01-01",
        "1969-12-31",
        "0001-01-01T00:00:00+14:00",
        0,
        -1,
        10**30,
        float("nan"),
        float("inf"),
        True,
        "soon",
        "9" * 200,
    ],
)
def test_an_absurd_date_is_null_and_says_why(absurd: str | float) -> None:
    found = read_date("posted_at", absurd, fetched_at=FETCHED)
    assert found.value is None
    assert found.evidence
    assert len(found.evidence[0].text) <= 200


def test_an_expiry_may_lie_further_ahead_than_a_posting() -> None:
    assert read_date("expires_at", "2031-01-01", fetched_at=FETCHED).value is not None
    assert read_date("posted_at", "2031-01-01", fetched_at=FETCHED).value is None
