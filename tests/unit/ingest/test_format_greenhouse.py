"""Greenhouse: escaping, prospect posts, pay zones in cents, a board's own metadata."""

import html
import json
from decimal import Decimal
from typing import Any

import pytest

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.details import details_in
from services.ingest.domain.draft import PayBand
from services.ingest.ports import Skip
from tests.support.feed_bodies import draft, greenhouse, greenhouse_job, items, parts, texts

GREENHOUSE = format_named("greenhouse")


def zone(low: int, high: int, title: str = "", blurb: str = "", currency: str = "USD") -> dict[str, Any]:
    return {"min_cents": low, "max_cents": high, "currency_type": currency, "title": title, "blurb": blurb}


def test_a_job_comes_out_field_by_field() -> None:
    made = draft("greenhouse", greenhouse(greenhouse_job()))
    assert (made.source_id, made.title, made.company) == ("8503792002", "Account Executive - Italy", "Nimbus Fern")
    assert made.html == '<div class="intro"><p>We are R&amp;D.</p></div>'
    assert texts(made.locations) == ["Remote, Italy", "Italy"]
    assert [(quote.field, quote.text) for quote in made.workplace] == [("metadata.Workplace", "remote")]
    assert texts(made.departments) == ["EMEA - Commercial"]
    assert made.language == "en"
    assert made.posted_at == "2026-04-17T05:58:03-04:00", "updated_at changes with any edit"
    assert made.pay == ()


@pytest.mark.parametrize("times", [0, 1, 2])
def test_markup_is_unescaped_as_often_as_it_was_escaped(times: int) -> None:
    content = "<p>if a &lt; b</p>"
    for _ in range(times):
        content = html.escape(content)
    assert draft("greenhouse", greenhouse(greenhouse_job(content=content))).html == "<p>if a &lt; b</p>"


def test_a_prospect_post_is_skipped() -> None:
    found = parts("greenhouse", greenhouse(greenhouse_job(5, internal_job_id=None)))
    assert found == [Skip("a prospect post, not a vacancy", "5")]


def test_each_pay_zone_is_a_band_in_whole_units() -> None:
    ranges = [zone(5000000, 7500050, "NYC Salary Range"), zone(4000000, 6000000, "Denver", currency="usd")]
    assert draft("greenhouse", greenhouse(greenhouse_job(pay_input_ranges=ranges))).pay == (
        PayBand("pay_input_ranges", Decimal(50000), Decimal("75000.5"), "USD", "year", zone="NYC Salary Range"),
        PayBand("pay_input_ranges", Decimal(40000), Decimal(60000), "USD", "year", zone="Denver"),
    )


@pytest.mark.parametrize(
    ("served", "period"),
    [
        (zone(2500, 4000), "hour"),
        (zone(2500, 4000, blurb="<p>Per hour</p>"), "hour"),
        (zone(12000000, 15000000, title="Hourly rate"), "hour"),
        (zone(500000, 600000, title="Monthly pay"), "month"),
        (zone(10000000, 12000000), "year"),
    ],
)
def test_the_period_is_by_the_words_else_by_the_amount(served: dict[str, Any], period: str) -> None:
    (pay,) = draft("greenhouse", greenhouse(greenhouse_job(pay_input_ranges=[served]))).pay
    assert pay.period == period


@pytest.mark.parametrize("metadata", [None, [], [None], [{"name": "Workplace", "value": None}], "odd"])
def test_metadata_may_be_anything(metadata: Any) -> None:
    assert draft("greenhouse", greenhouse(greenhouse_job(metadata=metadata))).workplace == ()


def test_metadata_of_a_board_is_read_by_name() -> None:
    metadata = [
        {"name": "Employment Type", "value": ["Full-time", "Contract"], "value_type": "multi_select"},
        {"name": "Salary Range", "value": {"unit": "EUR", "min_value": "50000.0", "max_value": "60000.0"}},
        {"name": "Compensation", "value": "€50k - €60k", "value_type": "short_text"},
        {"name": "Seniority", "value": "Senior", "value_type": "single_select"},
        {"name": "Featured", "value": True, "value_type": "yes_no"},
    ]
    made = draft("greenhouse", greenhouse(greenhouse_job(metadata=metadata)))
    assert texts(made.employment) == ["Full-time", "Contract"]
    assert made.pay == (PayBand("metadata.Salary Range", Decimal("50000.0"), Decimal("60000.0"), "EUR", None),)
    assert texts(made.pay_text) == ["€50k - €60k"]
    assert texts(made.seniority) == ["Senior"]


def test_recruiters_in_metadata_are_dropped() -> None:
    metadata = [
        {
            "name": "Recruiter",
            "value": {"name": "Robin Example", "email": "robin@nimbus.example"},
            "value_type": "user",
        },
        {"name": "Hiring Manager", "value": "Robin Example", "value_type": "short_text"},
        {"name": "Team", "value": "Data", "value_type": "short_text"},
    ]
    (item,) = items("greenhouse", greenhouse(greenhouse_job(metadata=metadata)))
    assert "Robin" not in str(item.data)
    assert "Team" in str(item.data)


def test_an_edit_of_the_date_alone_changes_no_fingerprint() -> None:
    row, other = greenhouse_job(), greenhouse_job(updated_at="2026-09-01T00:00:00-04:00")
    assert GREENHOUSE.fingerprint(row) == GREENHOUSE.fingerprint(other)


def test_a_board_without_names_is_called_by_its_address() -> None:
    assert draft("greenhouse", greenhouse(greenhouse_job(company_name=None))).company == "Nimbusfern"


def test_a_board_is_a_complete_listing_and_known_when_empty() -> None:
    assert GREENHOUSE.complete
    assert detect(greenhouse()) is GREENHOUSE
    assert GREENHOUSE.next_page("https://boards.example/jobs", greenhouse(greenhouse_job())) is None


def test_a_job_alone_is_read_with_its_pay_zones() -> None:
    alone = greenhouse_job(pay_input_ranges=[zone(5000000, 7500000, "NYC")])
    body = json.dumps(alone).encode()
    assert detect(body) is GREENHOUSE
    made = draft("greenhouse", body)
    assert made.source_id == "8503792002"
    assert made.pay == (PayBand("pay_input_ranges", Decimal(50000), Decimal(75000), "USD", "year", zone="NYC"),)
    assert GREENHOUSE.next_page("https://feed.example", body) is None


def test_a_job_alone_that_is_cut_short_says_so() -> None:
    (fault,) = parts("greenhouse", json.dumps(greenhouse_job()).encode()[:-20])
    assert fault.ends_feed
    assert "cut short or garbled" in fault.reason


def test_pay_ranges_are_asked_for_below_the_board_and_only_where_an_operator_asks() -> None:
    details = GREENHOUSE.details
    assert details is not None
    board = "https://boards-api.greenhouse.io/v1/boards/nimbusfern/jobs"
    assert details.address(f"{board}?content=true", "85") == f"{board}/85?pay_transparency=true"
    assert details.address("https://fern.example/jobs", "85") is None
    assert (details.most, details.awaited) == (0, False)
    answer = json.dumps(greenhouse_job(pay_input_ranges=[zone(1, 2)])).encode()
    assert details_in(answer, details) == {"pay_input_ranges": [zone(1, 2)]}
