"""Lever: lists beside the description, intervals, pages."""

from decimal import Decimal

import pytest

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.domain.draft import PayBand
from services.ingest.ports import UnusableItemError
from tests.support.feed_bodies import draft, items, lever, lever_posting, texts

LEVER = format_named("lever")
URL = "https://api.lever.co/v0/postings/nimbus-fern?mode=json&skip=0&limit=2"


def test_a_posting_comes_out_field_by_field() -> None:
    made = draft("lever", lever(lever_posting()))
    assert (made.title, made.company) == ("Account Executive", "Nimbus Fern")
    assert made.posted_at == 1785339866689
    assert texts(made.locations) == ["Bangalore, India - Remote", "Pune", "IN"]
    assert texts(made.workplace) == ["remote"]
    assert (texts(made.employment), texts(made.departments)) == (["Full Time"], ["Sales", "Field"])
    assert made.pay == (PayBand("salaryRange", Decimal(140000), Decimal(190000), "USD", "per-year-salary"),)
    assert made.apply_url == f"{made.url}/apply"


def test_the_lists_stand_between_description_and_closing() -> None:
    made = draft("lever", lever(lever_posting(salaryDescription="<p>Pay.</p>", salaryDescriptionPlain="Pay.")))
    assert made.html == (
        "<div>Opening.</div>\n<h3>Requirements</h3>\n<ul><li>Go</li><li>SQL</li></ul>\n<p>Pay.</p>\n<p>Closing.</p>"
    )
    assert texts(made.pay_text) == ["Pay."]


@pytest.mark.parametrize("lists", [None, [], [None], [{"text": None}], "odd", [{"text": "A < B", "content": "x"}]])
def test_lists_may_be_anything(lists: object) -> None:
    assert "Opening." in draft("lever", lever(lever_posting(lists=lists))).html


@pytest.mark.parametrize(
    ("served", "stated"),
    [("on-site", ["onsite"]), ("hybrid", ["hybrid"]), ("unspecified", []), (None, []), ("remote", ["remote"])],
)
def test_the_workplace_type_is_read(served: str | None, stated: list[str]) -> None:
    assert texts(draft("lever", lever(lever_posting(workplaceType=served))).workplace) == stated


def test_a_null_country_is_unknown() -> None:
    assert "IN" not in texts(draft("lever", lever(lever_posting(country=None))).locations)


@pytest.mark.parametrize("interval", ["per-hour-wage", "per-fortnight-salary", None])
def test_an_interval_is_passed_on_as_served(interval: str | None) -> None:
    salary = {"currency": "EUR", "interval": interval, "min": 20, "max": 30}
    assert draft("lever", lever(lever_posting(salaryRange=salary))).pay[0].period == interval


def test_no_salary_range_is_no_pay() -> None:
    posting = lever_posting()
    del posting["salaryRange"]
    assert draft("lever", lever(posting)).pay == ()


def test_repeats_of_the_description_are_dropped_unless_they_are_all_there_is() -> None:
    (item,) = items("lever", lever(lever_posting()))
    assert not item.data.keys() & {"descriptionPlain", "descriptionBody", "additionalPlain", "opening"}
    assert draft("lever", lever(lever_posting(description="", lists=[], additional=""))).html.startswith(
        "<p>Opening.</p>"
    )


def test_full_pages_have_a_next_and_others_none() -> None:
    full, short = lever(lever_posting(1), lever_posting(2)), lever(lever_posting(1))
    assert LEVER.next_page(URL, full) == URL.replace("skip=0&limit=2", "limit=2&skip=2")
    assert LEVER.next_page(URL, short) is None
    assert LEVER.next_page("https://api.lever.co/v0/postings/nimbus-fern?mode=json", full) is None
    assert LEVER.next_page(URL.replace("limit=2", "limit=x"), full) is None
    malformed = full.replace(b'"id":', b'"id" ', 1)
    assert malformed != full
    assert LEVER.next_page(URL, malformed) is not None, "a row that cannot be read is one of a full page"


def test_a_posting_without_a_title_is_unusable() -> None:
    with pytest.raises(UnusableItemError, match="text"):
        LEVER.draft(lever_posting(text=None))


def test_a_site_is_a_complete_listing_and_an_empty_list_is_nobodys() -> None:
    assert LEVER.complete
    assert detect(lever(lever_posting())) is LEVER
    assert detect(b"[]") is None


def test_a_company_is_called_as_its_text_writes_it() -> None:
    assert draft("lever", lever(lever_posting(description="<p>NimbusFern grows ferns.</p>"))).company == "NimbusFern"
