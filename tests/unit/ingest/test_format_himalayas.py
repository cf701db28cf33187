"""Himalayas' JSON, by its documented and its live oddities."""

import json
from decimal import Decimal

import pytest

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.domain.draft import PayBand
from services.ingest.ports import Merged, Skip, UnusableItemError
from tests.support.feed_bodies import broken, draft, himalayas, himalayas_job, items, parts, texts

HIMALAYAS = format_named("himalayas")
URL = "https://himalayas.app/jobs/api?limit=20"


def test_a_job_comes_out_field_by_field() -> None:
    made = draft("himalayas", himalayas(himalayas_job()))
    assert (made.title, made.company) == ("Senior Data Engineer", "Nimbus Fern")
    assert made.source_id == made.url == made.apply_url
    assert made.company_url == "https://himalayas.app/companies/nimbus-fern"
    assert texts(made.skills) == ["Senior Data Engineer", "ETL Developer"]
    assert texts(made.restriction) == ["United States"]
    assert not made.restriction_open
    assert made.pay == (PayBand("minSalary, maxSalary", Decimal(77905), Decimal(116858), "USD", "annual"),)
    assert (texts(made.seniority), texts(made.employment), texts(made.departments)) == (
        ["Senior"],
        ["Full Time"],
        ["Data"],
    )
    assert made.workplace == (), "that the board lists only remote jobs is no statement of the posting"
    assert made.board_workplace == "remote"


@pytest.mark.parametrize("served", [1786813232, 1786813232000], ids=["seconds, as live", "ms, as documented"])
def test_a_date_is_passed_on_as_served(served: int) -> None:
    assert draft("himalayas", himalayas(himalayas_job(pubDate=served))).posted_at == served


@pytest.mark.parametrize("name", ["name", "", None, "Name"])
def test_a_placeholder_for_the_company_falls_back_to_its_slug(name: str | None) -> None:
    assert draft("himalayas", himalayas(himalayas_job(companyName=name))).company == "Nimbus Fern"


@pytest.mark.parametrize("unknown", [None, 0, "0", ""])
def test_unknown_pay_is_none_although_a_period_is_given(unknown: object) -> None:
    job = himalayas_job(minSalary=unknown, maxSalary=unknown, currency=None, salaryPeriod="annual")
    assert draft("himalayas", himalayas(job)).pay == ()


def test_hourly_pay_keeps_its_period() -> None:
    (pay,) = draft("himalayas", himalayas(himalayas_job(minSalary=14, maxSalary=14, salaryPeriod="hourly"))).pay
    assert (pay.min, pay.max, pay.period) == (Decimal(14), Decimal(14), "hourly")


@pytest.mark.parametrize("served", ["85000.50", 85000.5])
def test_pay_may_be_text_or_decimal(served: object) -> None:
    (pay,) = draft("himalayas", himalayas(himalayas_job(minSalary=served, maxSalary=None))).pay
    assert (pay.min, pay.max) == (Decimal("85000.5"), None)


def test_a_negative_amount_is_no_pay() -> None:
    assert draft("himalayas", himalayas(himalayas_job(minSalary=-5, maxSalary=-1))).pay == ()


def test_pay_without_a_period_says_so() -> None:
    job = himalayas_job()
    del job["salaryPeriod"]
    assert draft("himalayas", himalayas(job)).pay[0].period is None


def test_restrictions_may_be_objects_or_texts() -> None:
    served = [{"alpha2": "DE", "name": "Germany", "slug": "germany"}, "Latin America", {"alpha2": "FR"}]
    made = draft("himalayas", himalayas(himalayas_job(locationRestrictions=served)))
    assert texts(made.restriction) == ["Germany", "Latin America", "FR"]


def test_no_restriction_is_worldwide_but_a_missing_field_says_nothing() -> None:
    assert draft("himalayas", himalayas(himalayas_job(locationRestrictions=[]))).restriction_open
    assert not draft("himalayas", himalayas(himalayas_job(locationRestrictions=None))).restriction_open


@pytest.mark.parametrize(
    ("served", "zones"),
    [
        ([-10, -9, -8, -7, -6, -5, 14], (-10, -9, -8, -7, -6, -5)),
        ([5.5], (5.5,)),
        ([14], (14,)),
        ([12, 13, 14], (12, 13, 14)),
        (["UTC-5", "UTC+5:30", "UTC", "UTC−3.5", "nonsense"], (-5, -3.5, 0, 5.5)),
        ([99, True, None], ()),
        ([], ()),
    ],
)
def test_zones_are_a_set_less_the_stray_14(served: list[object], zones: tuple[float, ...]) -> None:
    assert draft("himalayas", himalayas(himalayas_job(timezoneRestrictions=served))).timezones == zones


def test_a_test_row_of_the_board_is_skipped() -> None:
    found = parts("himalayas", himalayas(himalayas_job(title="Backfill Test Role", guid="77")))
    assert found == [Skip("a test row of the board", "77")]


def test_a_repeated_guid_is_skipped_and_a_missing_one_broken() -> None:
    first, again, without = parts("himalayas", himalayas(himalayas_job(), himalayas_job(), himalayas_job(guid="")))
    assert first.source_id == again.source_id
    assert again == Merged("repeat of an item of this feed", first.source_id)
    assert "guid" in without.reason


def test_other_wrappers_are_read_too() -> None:
    exported = json.dumps({"generatedAt": "2026-08-03", "count": 1, "jobs": [himalayas_job()]}).encode()
    older = json.dumps(
        {"updated_at": 1, "offset": 0, "limit": 20, "total_count": 1, "jobs": [himalayas_job()]}
    ).encode()
    for body in (exported, older):
        assert detect(body) is HIMALAYAS
        assert len(items("himalayas", body)) == 1
        assert not broken("himalayas", body)


def test_an_empty_page_is_known_by_its_paging() -> None:
    assert detect(himalayas()) is HIMALAYAS
    assert parts("himalayas", himalayas()) == []


def test_the_next_page_is_by_cursor() -> None:
    body = himalayas(himalayas_job(), nextCursor="eyJwIjoxfQ")
    assert HIMALAYAS.next_page(URL + "&cursor=old&offset=40", body) == URL + "&cursor=eyJwIjoxfQ"


def test_without_a_cursor_it_steps_by_the_jobs_that_came_not_by_the_limit() -> None:
    body = himalayas(himalayas_job(1), himalayas_job(2), limit=100)
    assert HIMALAYAS.next_page(URL, body) == URL + "&offset=2"


@pytest.mark.parametrize(
    "body",
    [
        himalayas(nextCursor="x"),
        himalayas(himalayas_job(), nextCursor=None),
        himalayas(himalayas_job(), totalCount=1),
        b"not json",
    ],
    ids=["empty page", "cursor ends", "all came", "not json"],
)
def test_there_is_an_end_to_the_pages(body: bytes) -> None:
    assert HIMALAYAS.next_page(URL, body) is None


@pytest.mark.parametrize(
    ("asked", "total", "following"),
    [
        ("q=go", 41, "q=go&page=2"),
        ("q=go&page=2", 41, "q=go&page=3"),
        ("q=go&page=3", 41, None),
        ("q=go&page=249", 101_737, "q=go&page=250"),
        ("q=go&page=250", 101_737, None),
        ("q=go&page=x", 41, "q=go&page=2"),
    ],
)
def test_a_search_goes_by_page_as_far_as_it_gives(asked: str, total: int, following: str | None) -> None:
    search = "https://himalayas.app/jobs/api/search?"
    body = himalayas(himalayas_job(), totalCount=total)
    assert HIMALAYAS.next_page(search + asked, body) == (following and search + following)
    assert HIMALAYAS.next_page(search + asked, himalayas(totalCount=total)) is None


def test_a_logo_does_not_change_the_fingerprint() -> None:
    row, other = himalayas_job(), himalayas_job(companyLogo="https://img.example/2")
    assert HIMALAYAS.fingerprint(row) == HIMALAYAS.fingerprint(other)
    assert HIMALAYAS.fingerprint(row) != HIMALAYAS.fingerprint(himalayas_job(maxSalary=1))


def test_a_job_without_a_title_is_unusable() -> None:
    with pytest.raises(UnusableItemError, match="title"):
        HIMALAYAS.draft(himalayas_job(title=" "))


def test_the_board_asks_for_attribution_and_is_no_complete_listing() -> None:
    assert HIMALAYAS.attribution is not None
    assert HIMALAYAS.attribution.name == "Himalayas"
    assert not HIMALAYAS.complete
