"""Recruitee: three flags, pay that is all null, texts in two members."""

from decimal import Decimal
from typing import Any

import pytest

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.domain.draft import PayBand
from services.ingest.ports import Skip, UnusableItemError
from tests.support.board_bodies import recruitee, recruitee_offer
from tests.support.feed_bodies import draft, items, parts, texts

RECRUITEE = format_named("recruitee")


def test_an_offer_comes_out_field_by_field() -> None:
    made = draft("recruitee", recruitee(recruitee_offer()))
    assert (made.source_id, made.title, made.company) == ("2707521", "Customer Success Engineer", "Coral Ledger")
    assert made.url == "https://coral.recruitee.com/o/customer-success-engineer"
    assert made.apply_url == "https://coral.recruitee.com/o/customer-success-engineer/c/new"
    assert made.html == "<p>You help.</p>\n<h3>Requirements</h3>\n<ul><li>SQL</li></ul>"
    assert texts(made.locations) == ["Lisbon, Portugal"]
    assert [(quote.field, quote.text) for quote in made.workplace] == [("remote", "remote")]
    assert (texts(made.employment), texts(made.seniority)) == (["fulltime permanent"], ["mid level"])
    assert texts(made.departments) == ["Sales"]
    assert made.language == "en"
    assert made.posted_at == "2026-08-11 20:45:29 UTC"
    assert made.pay == ()


@pytest.mark.parametrize(
    "served", [None, {}, {"min": None, "max": None, "period": None, "currency": None}, {"min": "0"}]
)
def test_unknown_pay_is_none(served: Any) -> None:
    assert draft("recruitee", recruitee(recruitee_offer(salary=served))).pay == ()


def test_pay_comes_in_texts() -> None:
    pay = {"min": "60000", "max": "75000.50", "period": "year", "currency": "eur"}
    assert draft("recruitee", recruitee(recruitee_offer(salary=pay))).pay == (
        PayBand("salary", Decimal(60_000), Decimal("75000.50"), "EUR", "year"),
    )


@pytest.mark.parametrize(
    ("flags", "workplace"),
    [
        ({"remote": True, "hybrid": True}, ["hybrid", "remote"]),
        ({"remote": False, "hybrid": False, "on_site": True}, ["onsite"]),
        ({"remote": False}, []),
        ({"remote": None, "hybrid": "true"}, []),
    ],
)
def test_flags_that_are_set_count_the_strongest_first(flags: dict[str, Any], workplace: list[str]) -> None:
    assert texts(draft("recruitee", recruitee(recruitee_offer(**flags))).workplace) == workplace


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({"locations": []}, ["Lisbon, Portugal"]),
        ({"locations": [{"name": "Anywhere"}, None]}, ["Anywhere"]),
        ({"locations": [], "city": "", "state_name": None, "country": None}, ["Remote job"]),
        (
            {"locations": [{"city": "Ghent", "country_code": "BE"}, {"city": "Leeds", "country": "United Kingdom"}]},
            ["Ghent, BE", "Leeds, United Kingdom"],
        ),
    ],
)
def test_places_are_the_lists_else_the_offers_own(changes: dict[str, Any], places: list[str]) -> None:
    assert texts(draft("recruitee", recruitee(recruitee_offer(**changes))).locations) == places


def test_what_is_not_published_is_skipped() -> None:
    offer = recruitee_offer(5, status="internal")
    assert parts("recruitee", recruitee(offer)) == [Skip("an offer that is not published", "5")]


def test_mailboxes_questions_and_translated_repeats_are_not_kept() -> None:
    (item,) = items("recruitee", recruitee(recruitee_offer(translations={"nl": {"title": "x"}, "en": {}})))
    assert not {"mailbox_email", "open_questions", "options_cv"} & item.data.keys()
    assert item.data["translations"] == ["en", "nl"]
    assert RECRUITEE.draft(item.data).language is None, "which of the two the text is in nobody says"


def test_a_date_of_closing_is_an_expiry() -> None:
    assert draft("recruitee", recruitee(recruitee_offer(close_at="2026-09-01"))).expires_at == "2026-09-01"


def test_another_place_in_the_list_changes_no_fingerprint() -> None:
    row, other = recruitee_offer(), recruitee_offer(position=2, updated_at="2026-08-12 00:00:00 UTC")
    assert RECRUITEE.fingerprint(row) == RECRUITEE.fingerprint(other)


def test_an_offer_without_a_title_is_unusable() -> None:
    with pytest.raises(UnusableItemError, match="title"):
        RECRUITEE.draft(recruitee_offer(title=""))


def test_a_company_is_a_complete_listing_and_known_when_empty() -> None:
    assert RECRUITEE.complete
    assert detect(recruitee()) is RECRUITEE
