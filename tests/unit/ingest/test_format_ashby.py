"""Ashby: workplace, tiers of pay, secondary locations."""

from decimal import Decimal
from typing import Any

import pytest

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.domain.draft import PayBand
from services.ingest.ports import Skip
from tests.support.feed_bodies import ashby, ashby_job, draft, items, parts, texts

ASHBY = format_named("ashby")


def component(kind: str, low: Any, high: Any, interval: str = "1 YEAR", currency: str | None = "USD") -> dict[str, Any]:
    return {
        "compensationType": kind,
        "interval": interval,
        "currencyCode": currency,
        "minValue": low,
        "maxValue": high,
    }


def compensation(*tiers: tuple[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {
        "compensationTierSummary": "$150K – $190K • Offers Equity",
        "compensationTiers": [{"title": title, "components": components} for title, components in tiers],
    }


def test_a_job_comes_out_field_by_field() -> None:
    made = draft("ashby", ashby(ashby_job()))
    assert (made.title, made.company, made.html) == ("Product Designer", "nimbusfern", "<h1>Who We Are</h1>")
    assert texts(made.locations) == ["San Francisco, California", "San Francisco, California, United States"]
    assert (texts(made.employment), texts(made.departments)) == (["FullTime"], ["Design", "Brand"])
    assert made.posted_at == "2026-07-02T17:18:41.823+00:00"


@pytest.mark.parametrize(
    ("board", "text", "company"),
    [
        ("nimbusfern.com.au", "Nimbus Fern grows ferns.", "Nimbus Fern"),
        ("nimbusfern.io", "NimbusFern grows ferns.", "NimbusFern"),
        ("nimbusfern.io", "Nimbusfern.io grows ferns, and Nimbus Fern does so.", "Nimbusfern.io"),
        ("nimbusfern.com", "Nimbusfern.com grows ferns, as nimbus fern did.", "Nimbusfern.com"),
        ("nimbusfern.com", "Ferns are grown here.", "nimbusfern"),
        ("nimbusfern.io", "Ferns are grown here.", "nimbusfern.io"),
        ("go.dev", "Go there, and on you Go.", "go.dev"),
    ],
)
def test_a_board_that_is_an_address_on_the_web_is_called_as_its_text_calls_the_company(
    board: str, text: str, company: str
) -> None:
    job = ashby_job(jobUrl=f"https://jobs.ashbyhq.com/{board}/1", descriptionHtml=f"<p>{text}</p>")
    assert draft("ashby", ashby(job)).company == company


@pytest.mark.parametrize(
    ("changes", "workplace"),
    [
        ({"workplaceType": "Hybrid", "isRemote": True}, [("workplaceType", "hybrid")]),
        ({"workplaceType": "OnSite", "isRemote": True}, [("workplaceType", "onsite")]),
        ({"workplaceType": "Remote", "isRemote": False}, [("workplaceType", "remote")]),
        ({"workplaceType": None, "isRemote": True}, [("isRemote", "remote")]),
        ({"isRemote": True}, [("isRemote", "remote")]),
        ({"isRemote": False}, [("isRemote", "onsite")]),
        ({"isRemote": None}, []),
        ({"workplaceType": "Elsewhere", "isRemote": None}, []),
    ],
)
def test_the_workplace_type_beats_the_flag_and_null_says_nothing(
    changes: dict[str, Any], workplace: list[tuple[str, str]]
) -> None:
    made = draft("ashby", ashby(ashby_job(**changes)))
    assert [(quote.field, quote.text) for quote in made.workplace] == workplace


def test_salaries_are_picked_by_type_in_any_order_one_band_a_tier() -> None:
    equity = component("EquityPercentage", None, None, "NONE", None)
    pay = compensation(
        ("Zone A", [equity, component("Bonus", 1, 2), component("Salary", 150000, 190000)]),
        ("Zone B", [component("Salary", 5000, 6000, "0.5 MONTH", "eur"), component("Commission", 1, 2)]),
    )
    assert draft("ashby", ashby(ashby_job(compensation=pay))).pay == (
        PayBand("compensationTiers", Decimal(150000), Decimal(190000), "USD", "1 YEAR", zone="Zone A"),
        PayBand("compensationTiers", Decimal(5000), Decimal(6000), "EUR", "0.5 MONTH", zone="Zone B"),
    )


def test_a_tier_that_is_called_ote_holds_on_target_earnings() -> None:
    tier = {
        "title": "US range",
        "additionalInformation": "OTE • Offers Equity",
        "components": [component("Salary", 1, 2)],
    }
    made = draft("ashby", ashby(ashby_job(compensation={"compensationTiers": [tier]})))
    assert [band.kind for band in made.pay] == ["ote"]


def test_base_pay_in_the_words_of_a_tier_of_on_target_earnings_is_read() -> None:
    tier = {
        "tierSummary": "Annual on-target earnings: $70K – $90K • Base salary range: $51,000 - $62,000",
        "components": [component("Salary", 70000, 90000)],
    }
    made = draft("ashby", ashby(ashby_job(compensation={"compensationTiers": [tier]})))
    assert [band.kind for band in made.pay] == ["ote"]
    assert texts(made.pay_text) == ["Base salary range: $51,000 - $62,000"]


def test_without_tiers_the_summary_serves() -> None:
    pay = {"compensationTiers": [], "summaryComponents": [component("Salary", 1, 2)]}
    assert draft("ashby", ashby(ashby_job(compensation=pay))).pay[0].field == "summaryComponents"
    words = {"compensationTiers": [], "compensationTierSummary": "$150K – $190K"}
    assert texts(draft("ashby", ashby(ashby_job(compensation=words))).pay_text) == ["$150K – $190K"]


def test_pay_that_the_board_does_not_show_is_not_read() -> None:
    pay = compensation(("A", [component("Salary", 150000, 190000)]))
    made = draft("ashby", ashby(ashby_job(compensation=pay, shouldDisplayCompensationOnJobPostings=False)))
    assert made.pay == made.pay_text == ()


@pytest.mark.parametrize(
    "pay", [None, {}, {"compensationTiers": None}, {"compensationTiers": [None, {"components": 3}]}]
)
def test_compensation_may_be_missing_or_odd(pay: Any) -> None:
    assert draft("ashby", ashby(ashby_job(compensation=pay))).pay == ()


def test_secondary_locations_may_be_texts_or_objects_and_addresses_null() -> None:
    others = [
        {"location": "Remote: Canada", "address": {"postalAddress": {"addressCountry": "Canada"}}},
        "Lisbon",
        {"location": "Berlin", "address": None},
        None,
    ]
    made = draft("ashby", ashby(ashby_job(secondaryLocations=others, address=None)))
    assert texts(made.locations) == ["San Francisco, California", "Remote: Canada", "Canada", "Lisbon", "Berlin"]


def test_an_unlisted_job_is_skipped() -> None:
    job = ashby_job(isListed=False)
    assert parts("ashby", ashby(job)) == [Skip("an unlisted job", job["id"])]


def test_the_plain_repeat_is_dropped_unless_it_is_all_there_is() -> None:
    (item,) = items("ashby", ashby(ashby_job()))
    assert "descriptionPlain" not in item.data
    assert draft("ashby", ashby(ashby_job(descriptionHtml=None, descriptionPlain="A & B"))).html == "<p>A &amp; B</p>"


def test_a_board_is_a_complete_listing_and_known_when_empty() -> None:
    assert ASHBY.complete
    assert detect(ashby()) is ASHBY


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("<p>At NimbusFern we grow. NimbusFern is small.</p>", "NimbusFern"),
        ("<h1>ABOUT NIMBUS FERN</h1><p>Nimbus Fern grows ferns.</p>", "Nimbus Fern"),
        ("<p>Write to jobs@nimbusfern.com or see https://Nimbusfern.com/jobs.</p>", "nimbusfern"),
        ("<p>Ferns are green.</p>", "nimbusfern"),
    ],
)
def test_a_company_is_called_as_its_text_writes_it(text: str, company: str) -> None:
    assert draft("ashby", ashby(ashby_job(descriptionHtml=text))).company == company
