"""SmartRecruiters: pages, a text that only the call for one posting has, empty objects."""

import json
from decimal import Decimal
from typing import Any

import pytest

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.details import details_in
from services.ingest.domain.draft import PayBand
from services.ingest.ports import Broken, Skip, UnusableItemError
from tests.support.board_bodies import smartrecruiters, smartrecruiters_detail, smartrecruiters_posting
from tests.support.feed_bodies import draft, items, parts, texts

SMART = format_named("smartrecruiters")
URL = "https://api.smartrecruiters.com/v1/companies/CoralLedger1/postings?limit=100"


def test_a_listed_posting_comes_out_field_by_field() -> None:
    made = draft("smartrecruiters", smartrecruiters(smartrecruiters_posting()))
    assert (made.source_id, made.title, made.company) == ("743999706414750", "Pricing Analyst", "Coral Ledger")
    assert made.url == "https://jobs.smartrecruiters.com/CoralLedger1/743999706414750"
    assert made.html == ""
    assert texts(made.locations) == ["San Jose, CA, United States"]
    assert texts(made.workplace) == ["onsite"]
    assert (texts(made.employment), texts(made.seniority)) == (["Full-time"], ["Mid-Senior Level"])
    assert texts(made.departments) == ["Information Technology"]
    assert made.language == "en"
    assert made.posted_at == "2026-02-06T19:42:44.000Z"


def test_a_posting_alone_has_text_addresses_and_pay() -> None:
    made = draft("smartrecruiters", smartrecruiters_detail())
    assert made.html == (
        "<h3>Company Description</h3>\n<p>We keep ledgers.</p>\n<h3>Job Description</h3>\n<p>You set prices.</p>\n"
        "<h3>Additional Information</h3>\n<p>Remote days.</p>"
    )
    assert made.url == "https://jobs.smartrecruiters.com/CoralLedger1/743999706414750-pricing-analyst"
    assert made.apply_url == "https://jobs.smartrecruiters.com/CoralLedger1/743999706414750?apply"
    assert made.pay == (PayBand("compensation", Decimal(80_000), Decimal(95_000), "USD", "YEARLY"),)
    assert detect(smartrecruiters_detail()) is SMART


@pytest.mark.parametrize(("city", "at"), [("Nulle-Part", (46.25, 6.11)), ("", None)])
def test_a_town_has_its_coordinates(city: str, at: object) -> None:
    place = {"city": city, "country": "fr", "latitude": "46.25", "longitude": "6.11"}
    (location,) = draft("smartrecruiters", smartrecruiters(smartrecruiters_posting(location=place))).locations
    assert location.at == at


def test_who_made_a_posting_is_not_kept() -> None:
    assert "obin" not in json.dumps(items("smartrecruiters", smartrecruiters_detail())[0].data)


def test_a_text_without_its_posting_is_broken() -> None:
    body = json.dumps({"jobAd": {"sections": {"jobDescription": {"title": "x", "text": "y"}}}}).encode()
    assert detect(body) is SMART
    (fault,) = parts("smartrecruiters", body)
    assert isinstance(fault, Broken)
    assert '"id"' in fault.reason


@pytest.mark.parametrize("served", [None, {}, [], "x", {"id": "x"}, {"label": None}])
def test_labels_may_be_missing(served: Any) -> None:
    odd = smartrecruiters_posting(
        department=served, function=served, typeOfEmployment=served, experienceLevel=served, language=served
    )
    made = draft("smartrecruiters", smartrecruiters(odd))
    assert made.departments == made.employment == made.seniority == ()
    assert made.language is None


@pytest.mark.parametrize(
    ("place", "written", "workplace"),
    [
        ({"city": "Poznań", "country": "pl", "remote": False, "hybrid": True}, ["Poznań, PL"], ["hybrid"]),
        ({"country": "us", "remote": True}, ["US"], ["remote"]),
        ({"city": "Ghent", "region": "", "country": "be", "remote": False}, ["Ghent, BE"], ["onsite"]),
        ({}, [], []),
        (None, [], []),
    ],
)
def test_countries_are_codes_in_lower_case_and_flags_may_be_missing(
    place: Any, written: list[str], workplace: list[str]
) -> None:
    made = draft("smartrecruiters", smartrecruiters(smartrecruiters_posting(location=place)))
    assert (texts(made.locations), texts(made.workplace)) == (written, workplace)


def test_a_posting_that_is_not_public_is_skipped() -> None:
    found = parts("smartrecruiters", smartrecruiters(smartrecruiters_posting(5, visibility="INTERNAL")))
    assert found == [Skip("a posting that is not public", "5")]


def test_the_next_page_steps_by_what_came() -> None:
    body = smartrecruiters(smartrecruiters_posting(1), smartrecruiters_posting(2), total=250)
    assert SMART.next_page(URL, body) == f"{URL}&offset=2"
    body = smartrecruiters(smartrecruiters_posting(3), offset=100, total=250)
    assert SMART.next_page(f"{URL}&offset=100", body) == f"{URL}&offset=101"
    malformed = body.replace(b'"uuid":', b'"uuid" ', 1)
    assert malformed != body
    assert SMART.next_page(URL, malformed) == f"{URL}&offset=101", "a row that cannot be read came too"


@pytest.mark.parametrize(
    "body",
    [
        smartrecruiters(smartrecruiters_posting()),
        smartrecruiters(smartrecruiters_posting(), offset=249, total=250),
        smartrecruiters(offset=100, total=250),
        smartrecruiters(smartrecruiters_posting(), total=-1),
        smartrecruiters_detail(),
        b"not json",
    ],
)
def test_there_is_an_end_to_the_pages(body: bytes) -> None:
    assert SMART.next_page(URL, body) is None


def test_a_page_of_none_before_the_end_is_a_fault_so_that_nothing_closes() -> None:
    (fault,) = parts("smartrecruiters", smartrecruiters(offset=100, total=250))
    assert isinstance(fault, Broken)
    assert fault.ends_feed
    assert parts("smartrecruiters", smartrecruiters()) == [], "nobody knows whether there is such a company"


def test_details_are_asked_for_below_the_listing_at_its_own_host() -> None:
    details = SMART.details
    assert details is not None
    assert details.address(URL + "&offset=100", "74/3") == URL.partition("?")[0] + "/74%2F3"
    for other in ("https://fern.example/jobs.json", "https://api.smartrecruiters.com/v1/companies/a/b/postings"):
        assert details.address(other, "1") is None
    assert details.awaited


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"jobAd":', b"\xff"])
def test_what_is_no_detail_is_none(body: bytes) -> None:
    assert SMART.details is not None
    assert details_in(body, SMART.details) is None


@pytest.mark.parametrize("body", [b"{}", b'{"error": 404}'])
def test_an_answer_may_hold_no_details(body: bytes) -> None:
    assert SMART.details is not None
    assert details_in(body, SMART.details) == {}


def test_details_add_what_the_listing_lacks_and_no_more() -> None:
    assert SMART.details is not None
    added = details_in(smartrecruiters_detail(), SMART.details)
    assert added is not None
    assert added.keys() == {"jobAd", "applyUrl", "postingUrl", "compensation"}
    whole = SMART.draft(smartrecruiters_posting() | added)
    assert "You set prices." in whole.html


def test_a_posting_without_a_title_is_unusable() -> None:
    with pytest.raises(UnusableItemError, match="name"):
        SMART.draft(smartrecruiters_posting(name=None))


def test_a_company_is_a_complete_listing_and_an_empty_one_is_known() -> None:
    assert SMART.complete
    assert detect(smartrecruiters()) is SMART
