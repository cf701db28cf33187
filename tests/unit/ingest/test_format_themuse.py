"""The Muse: towns and remote work in one list, levels in words of its own, numbered pages, one job alone."""

import json
from datetime import timedelta
from typing import Any

import pytest

from schemas.posting import Seniority
from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.domain.normalise import normalise
from services.ingest.ports import JsonObject, UnusableItemError
from tests.support.board_bodies import themuse, themuse_job
from tests.support.drafting import RATES, a_raw
from tests.support.feed_bodies import draft, drafts, texts

MUSE = format_named("themuse")
URL = "https://www.themuse.com/api/public/jobs"


def test_a_job_comes_out_field_by_field() -> None:
    made = draft("themuse", themuse(themuse_job()))
    assert (made.source_id, made.title, made.company) == ("6747012", "Sales Representative & Trainer", "Coral Ledger")
    assert made.url == "https://www.themuse.com/jobs/coralledger/sales-representative-6747012"
    assert made.html.startswith("<p>You sell ledgers.")
    assert texts(made.locations) == ["Folsom, CA", "Oslo, Norway"]
    assert texts(made.departments) == ["Sales"]
    assert texts(made.seniority) == ["Senior Level"]
    assert made.posted_at == "2026-08-03T11:54:53Z"
    assert made.workplace == made.pay == made.pay_text == made.skills == ()


@pytest.mark.parametrize("word", ["Flexible / Remote", "flexible / remote", "Remote"])
def test_remote_stands_among_the_towns_and_is_none(word: str) -> None:
    made = draft("themuse", themuse(themuse_job(1, word, "Folsom, CA")))
    assert (texts(made.workplace), texts(made.locations)) == (["remote"], ["Folsom, CA"])
    alone = draft("themuse", themuse(themuse_job(1, word)))
    assert (texts(alone.workplace), alone.locations) == (["remote"], ())
    assert not alone.restriction_open, "it does not say from where"


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("Internship", "intern"),
        ("Entry Level", "junior"),
        ("Mid Level", "mid"),
        ("Senior Level", "senior"),
        ("management", "manager"),
        ("Management", "manager"),
    ],
)
def test_a_level_is_read_where_the_title_has_none(name: str, level: Seniority) -> None:
    made = draft("themuse", themuse(themuse_job(name="Welder", contents="", levels=[{"name": name}])))
    assert normalise(made, raw=a_raw(), rates=RATES).seniority == level


def test_pages_are_counted_from_nought_until_the_last() -> None:
    assert MUSE.next_page(f"{URL}?page=0", themuse(themuse_job(), page=0, pages=3)) == f"{URL}?page=1"
    assert MUSE.next_page(URL, themuse(themuse_job(), page=0, pages=3)) == f"{URL}?page=1"
    assert MUSE.next_page(f"{URL}?level=x&page=1", themuse(page=1, pages=3)) == f"{URL}?level=x&page=2"
    assert MUSE.next_page(f"{URL}?page=2", themuse(themuse_job(), page=2, pages=3)) is None


@pytest.mark.parametrize("around", [{"page": 0}, {"page_count": 9}, {"page": "x", "page_count": 9}, {"page": -1}, []])
def test_there_is_an_end_to_pages_that_are_not_numbered(around: Any) -> None:
    rows = {"results": [themuse_job()]}
    assert MUSE.next_page(URL, json.dumps({**rows, **around} if around else around).encode()) is None


def test_the_answer_for_one_job_is_that_job() -> None:
    body = json.dumps(themuse_job(7)).encode()
    assert detect(body) is MUSE
    assert draft("themuse", body).source_id == "7"
    assert MUSE.next_page(f"{URL}/7", body) is None


def test_an_empty_page_is_known() -> None:
    assert detect(themuse()) is MUSE
    assert drafts("themuse", themuse()) == []


@pytest.mark.parametrize("changes", [{"name": " "}, {"name": None}])
def test_a_job_without_a_title_is_unusable(changes: JsonObject) -> None:
    with pytest.raises(UnusableItemError, match="name"):
        MUSE.draft(themuse_job(**changes))


def test_the_board_is_named_asked_seldom_and_lists_no_more_than_it_serves() -> None:
    assert MUSE.attribution is not None
    assert MUSE.every == timedelta(hours=6)
    assert not MUSE.complete
