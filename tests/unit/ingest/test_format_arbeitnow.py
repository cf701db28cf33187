"""Arbeitnow: texts escaped or not, pages named behind the list."""

import html
import json
from typing import Any

import pytest

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.ports import UnusableItemError
from tests.support.board_bodies import arbeitnow, arbeitnow_job
from tests.support.feed_bodies import draft, texts

ARBEITNOW = format_named("arbeitnow")
URL = "https://www.arbeitnow.com/api/job-board-api"


def test_a_job_comes_out_field_by_field() -> None:
    made = draft("arbeitnow", arbeitnow(arbeitnow_job()))
    assert (made.source_id, made.title) == ("data-engineer-heidelberg-1", "Data Engineer (m/w/d)")
    assert made.company == "Coral Ledger GmbH"
    assert made.url == "https://www.arbeitnow.com/jobs/companies/coral-ledger-gmbh/data-engineer-heidelberg-1"
    assert texts(made.locations) == ["Heidelberg"]
    assert texts(made.employment) == texts(made.seniority) == ["full time", "professional / experienced"]
    assert texts(made.departments) == ["Data & Analytics"]
    assert made.posted_at == 1785792634
    assert made.pay == made.pay_text == ()


@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_text_is_unescaped_as_often_as_it_was_escaped(times: int) -> None:
    text = "<p>if a &lt; b</p>"
    for _ in range(times):
        text = html.escape(text)
    assert draft("arbeitnow", arbeitnow(arbeitnow_job(description=text))).html == "<p>if a &lt; b</p>"


@pytest.mark.parametrize(("flag", "workplace"), [(True, ["remote"]), (False, ["onsite"]), (None, []), ("yes", [])])
def test_the_flag_says_remote_or_onsite(flag: Any, workplace: list[str]) -> None:
    assert texts(draft("arbeitnow", arbeitnow(arbeitnow_job(remote=flag))).workplace) == workplace


def test_the_next_page_is_named_behind_a_long_list() -> None:
    jobs = [arbeitnow_job(number, description="<p>long</p>" * 300) for number in range(100)]
    body = arbeitnow(*jobs, page=1, following=True)
    assert len(body) > 300_000
    assert ARBEITNOW.next_page(URL, body) == f"{URL}?page=2"
    assert ARBEITNOW.next_page(f"{URL}?page=7&x=1", arbeitnow(page=7, following=True)) == f"{URL}?x=1&page=8"


@pytest.mark.parametrize(
    "body",
    [
        arbeitnow(arbeitnow_job()),
        json.dumps({"data": [arbeitnow_job()]}).encode(),
        json.dumps({"data": [], "links": {"next": "x"}, "meta": {"current_page": -3}}).encode(),
        json.dumps({"data": [], "links": "x", "meta": [1]}).encode(),
        b"[]",
        b"not json",
    ],
)
def test_there_is_an_end_to_the_pages(body: bytes) -> None:
    assert ARBEITNOW.next_page(URL, body) is None


def test_the_address_of_the_next_page_is_made_here_and_not_taken_from_the_body() -> None:
    body = arbeitnow(arbeitnow_job(), following=True).replace(b"www.arbeitnow.com/api", b"elsewhere.example/api")
    assert ARBEITNOW.next_page(URL, body) == f"{URL}?page=2"


def test_an_empty_list_is_nobodys() -> None:
    assert detect(arbeitnow()) is None


def test_a_job_without_a_title_is_unusable() -> None:
    with pytest.raises(UnusableItemError, match="title"):
        ARBEITNOW.draft(arbeitnow_job(title=" "))


def test_the_board_is_named_and_lists_no_more_than_it_serves() -> None:
    assert ARBEITNOW.attribution is not None
    assert not ARBEITNOW.complete
