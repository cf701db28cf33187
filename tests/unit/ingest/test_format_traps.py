"""Traps of no one format, from a feed's bytes to a posting: large boards, repeats over feeds, absurd dates and pay."""

import json
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.posting import Posting
from services.ingest.adapters.formats.registry import detect, format_named, named_formats
from services.ingest.app import make_normalise
from services.ingest.ports import Item
from services.ingest.trial import Fallen, judged, trial
from tests.support.board_bodies import (
    jobicy,
    jobicy_job,
    recruitee,
    recruitee_offer,
    smartrecruiters,
    smartrecruiters_posting,
    workable,
    workable_job,
    workable_place,
)
from tests.support.feed_bodies import ashby, ashby_job, himalayas, himalayas_job, wwr, wwr_item

NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)


def outcomes(body: bytes) -> list[Posting | Fallen]:
    return list(trial(body, source="board", found=detect(body), normalise=make_normalise(), now=NOW))


def posting(body: bytes) -> Posting:
    (outcome,) = outcomes(body)
    assert isinstance(outcome, Posting), outcome
    return outcome


def test_a_board_of_more_than_13_megabytes_in_one_body_is_read_whole() -> None:
    text = "<p>We build, and we say so at length.</p>" * 400
    body = ashby(*(ashby_job(number, descriptionHtml=text) for number in range(808)))
    assert len(body) > 13_500_000
    began = time.perf_counter()
    found = detect(body)
    assert found is format_named("ashby")
    parts = list(found.split(body))
    assert [type(part) for part in parts] == [Item] * 808
    assert time.perf_counter() - began < 120


def test_the_same_posting_in_two_bodies_of_one_listing_is_merged() -> None:
    listed: set[str] = set()
    found = format_named("weworkremotely")
    kinds: Counter[str] = Counter()
    for category in (wwr(wwr_item(1), wwr_item(2)), wwr(wwr_item(2), wwr_item(3))):
        for outcome in judged(
            found.split(category.encode()),
            listed,
            found=found,
            source="board",
            attribution=None,
            normalise=make_normalise(),
            now=NOW,
        ):
            kinds[outcome.kind if isinstance(outcome, Fallen) else "posting"] += 1
    assert kinds == {"posting": 3, "merge": 1}


def test_rows_of_one_posting_are_told_as_merges_and_not_as_skips() -> None:
    places = (workable_place("Ghent", "Belgium", "BE"), workable_place("Leeds", "United Kingdom", "GB"))
    first, second = outcomes(workable(*(workable_job("A", place=place) for place in places)))
    assert isinstance(first, Posting)
    assert set(first.reach.countries) == {"BE", "GB"}
    assert isinstance(second, Fallen)
    assert (second.kind, second.source_id) == ("merge", "A")


@pytest.mark.parametrize(
    "body",
    [
        himalayas(himalayas_job(pubDate=32_472_144_000, expiryDate=32_472_144_000)),
        jobicy(jobicy_job(pubDate="2999-01-01T00:00:00+00:00")),
        recruitee(recruitee_offer(published_at="2999-01-01 00:00:00 UTC", close_at="2999-01-01")),
        smartrecruiters(smartrecruiters_posting(releasedDate="2999-01-01T00:00:00.000Z")),
        workable(workable_job(published_on="2999-01-01", created_at="2999-01-01")),
    ],
)
def test_a_date_in_the_year_2999_is_none_and_says_why(body: bytes) -> None:
    made = posting(body)
    assert made.posted_at is made.expires_at is None
    assert "2999" in made.evidence["posted_at"][0].text


@pytest.mark.parametrize(
    ("low", "high", "bounds"),
    [(-5, -1, None), (0, 0, None), (150_000, 90_000, (90_000, 150_000)), (None, None, None), ("NaN", "1e400", None)],
)
def test_absurd_pay_is_none_and_swapped_bounds_are_put_right(
    low: Any, high: Any, bounds: tuple[int, int] | None
) -> None:
    bodies = (
        himalayas(himalayas_job(minSalary=low, maxSalary=high)),
        jobicy(jobicy_job(salaryMin=low, salaryMax=high)),
        recruitee(recruitee_offer(salary={"min": low, "max": high, "period": "year", "currency": "USD"})),
    )
    for body in bodies:
        salary = posting(body).salary
        assert (salary and (salary.min, salary.max)) == bounds


@pytest.mark.parametrize(
    "body",
    [
        jobicy(jobicy_job(jobDescription="<p>Fine</p><script>alert(1)</script>")),
        recruitee(recruitee_offer(description="&lt;p&gt;Fine&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;")),
        workable(workable_job(description="<p onclick='alert(1)'>Fine</p><svg><script>alert(1)</script></svg>")),
    ],
)
def test_scripts_reach_nobody(body: bytes) -> None:
    made = posting(body)
    assert "Fine" in made.description_html
    assert "alert" not in made.description_html + made.description_text


def test_json_that_resembles_two_formats_is_told_by_what_only_one_has() -> None:
    for body in (workable(workable_job()), jobicy(jobicy_job()), recruitee(recruitee_offer())):
        assert sum(known.detects(body) for known in named_formats()) == 1
    assert detect(json.dumps({"jobs": []}).encode()) is None, "an empty list is anybody's"
