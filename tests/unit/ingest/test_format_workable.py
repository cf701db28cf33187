"""Workable: a row for each place of a posting."""

import time
from typing import Any

import pytest

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.ports import Broken, Item, Merged, UnusableItemError
from tests.support.board_bodies import workable, workable_job, workable_place
from tests.support.feed_bodies import draft, items, parts, texts

WORKABLE = format_named("workable")
SYDNEY = workable_place("Sydney", "Australia", "AU")
LEEDS = workable_place("Leeds", "United Kingdom", "GB")
GHENT = workable_place("Ghent", "Belgium", "BE")


def test_a_posting_comes_out_field_by_field() -> None:
    made = draft("workable", workable(workable_job()))
    assert (made.source_id, made.title, made.company) == ("74172297A5", "Account Executive", "Coral Ledger")
    assert made.url == "https://apply.workable.com/j/74172297A5"
    assert made.apply_url == "https://apply.workable.com/j/74172297A5/apply"
    assert made.html == "<p>You sell ledgers.</p>"
    assert texts(made.locations) == ["New South Wales, Australia"]
    assert [(quote.field, quote.text) for quote in made.workplace] == [("telecommuting", "remote")]
    assert (texts(made.employment), texts(made.seniority)) == (["Full-time"], ["Associate"])
    assert texts(made.departments) == ["Sales", "Business Development"]
    assert made.posted_at == "2026-08-05"


def test_rows_of_one_posting_are_one_item_with_all_places() -> None:
    body = workable(
        workable_job("A", place=SYDNEY),
        workable_job("A", place=LEEDS),
        workable_job("B"),
        workable_job("A", place=SYDNEY),
    )
    first, second, other, third = parts("workable", body)
    assert isinstance(first, Item)
    assert texts(WORKABLE.draft(first.data).locations) == ["Sydney, Australia", "Leeds, United Kingdom"]
    assert second == third == Merged("a row for one more place of a posting", "A")
    assert isinstance(other, Item)
    assert other.source_id == "B"


def test_rows_are_united_however_far_apart_they_lie() -> None:
    filler = [workable_job(f"F{number}", description="<p>long</p>" * 400) for number in range(1_500)]
    body = workable(workable_job("A", place=SYDNEY), *filler, workable_job("A", place=LEEDS))
    assert len(body) > 6_000_000
    first = next(iter(WORKABLE.split(body)))
    assert isinstance(first, Item)
    assert texts(WORKABLE.draft(first.data).locations) == ["Sydney, Australia", "Leeds, United Kingdom"]
    assert len(items("workable", body)) == 1_501


def test_the_order_of_the_places_is_that_of_the_rows_and_a_new_place_is_a_change() -> None:
    item = items("workable", workable(workable_job("A", place=SYDNEY)))[0]
    two = items("workable", workable(workable_job("A", place=SYDNEY), workable_job("A", place=GHENT)))[0]
    assert WORKABLE.fingerprint(item.data) != WORKABLE.fingerprint(two.data)


def test_a_cut_body_still_gives_what_was_whole() -> None:
    body = workable(workable_job("A", place=SYDNEY), workable_job("A", place=LEEDS), workable_job("B"))
    found = parts("workable", body[: body.rindex(b'"B"')])
    assert [type(part) for part in found] == [Item, Merged, Broken]
    assert found[-1].ends_feed


def test_a_place_that_the_account_hides_leaves_its_country() -> None:
    hidden = workable_place("Leeds", "United Kingdom", "GB", hidden=True)
    assert texts(draft("workable", workable(workable_job(place=hidden))).locations) == ["United Kingdom"]


@pytest.mark.parametrize("served", [None, [], [{}], "Leeds", [3]])
def test_without_a_list_of_places_the_rows_own_serves(served: Any) -> None:
    made = draft("workable", workable(workable_job(locations=served, city="Leeds", state="", country="United Kingdom")))
    assert texts(made.locations) == ["Leeds, United Kingdom"]


def test_without_details_there_is_no_text_and_the_posting_comes_out() -> None:
    row = workable_job()
    del row["description"]
    assert draft("workable", workable(row)).html == ""


@pytest.mark.parametrize(("flag", "workplace"), [(False, ["onsite"]), (None, [])])
def test_telecommuting_says_remote_or_onsite(flag: Any, workplace: list[str]) -> None:
    assert texts(draft("workable", workable(workable_job(telecommuting=flag))).workplace) == workplace


def test_a_row_without_a_short_code_is_broken_and_one_without_a_title_unusable() -> None:
    (fault,) = parts("workable", workable(workable_job("")))
    assert isinstance(fault, Broken)
    assert '"shortcode"' in fault.reason
    with pytest.raises(UnusableItemError, match="title"):
        WORKABLE.draft(workable_job(title=""))


def test_ten_thousand_rows_of_one_posting_take_no_time() -> None:
    body = workable(*(workable_job("A", place=workable_place(f"City {number}", "X", "XX")) for number in range(10_000)))
    began = time.perf_counter()
    (item,) = items("workable", body)
    assert len(item.data["locations"]) == 500
    assert time.perf_counter() - began < 60


def test_an_account_is_a_complete_listing_and_known_when_empty() -> None:
    assert WORKABLE.complete
    assert detect(workable()) is WORKABLE
