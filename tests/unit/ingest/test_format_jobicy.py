"""Jobicy: its forms of 2024 and 2026, places in one text, entities in plain fields."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.domain.draft import PayBand
from services.ingest.ports import UnusableItemError
from tests.support.board_bodies import jobicy, jobicy_job, jobicy_job_of_2024
from tests.support.feed_bodies import broken, draft, drafts, texts

JOBICY = format_named("jobicy")


def test_a_job_of_2026_comes_out_field_by_field() -> None:
    made = draft("jobicy", jobicy(jobicy_job()))
    assert (made.source_id, made.title, made.company) == ("150791", "Chief of Staff – R&D", "Coral Ledger")
    assert made.url == "https://jobicy.com/jobs/150791-chief-of-staff"
    assert made.html == "<p>You run capabilities.</p>"
    assert texts(made.restriction) == ["LATAM", "Canada", "Europe", "USA"]
    assert made.pay == (PayBand("salaryMin, salaryMax", Decimal(115_000), Decimal(135_000), "USD", "yearly"),)
    assert texts(made.seniority) == ["Director"]
    assert texts(made.employment) == ["Full-Time"]
    assert texts(made.departments) == ["Product & Operations"]
    assert made.posted_at == "2026-08-15T15:08:07+00:00"


def test_a_job_of_2024_has_yearly_pay_in_texts_and_a_naive_date() -> None:
    made = draft("jobicy", jobicy(jobicy_job_of_2024()))
    field = "annualSalaryMin, annualSalaryMax"
    assert made.pay == (PayBand(field, Decimal(72_800), Decimal(92_000), "USD", "year"),)
    assert texts(made.employment) == ["full-time"]
    assert made.posted_at == "2024-12-07 04:10:26"


@pytest.mark.parametrize(
    "job", [jobicy_job(salaryMin=0, salaryMax=None), jobicy_job_of_2024(annualSalaryMin="", annualSalaryMax="")]
)
def test_unknown_pay_is_none(job: dict[str, Any]) -> None:
    assert draft("jobicy", jobicy(job)).pay == ()
    bare = {name: value for name, value in job.items() if "alary" not in name}
    assert draft("jobicy", jobicy(bare)).pay == (), "the members are missing where nothing is known"


@pytest.mark.parametrize(
    ("geo", "places", "is_open"),
    [("Anywhere", [], True), ("Canada,  USA", ["Canada", "USA"], False), ("", [], False), (None, [], False)],
)
def test_anywhere_is_open_and_nothing_is_unknown(geo: str | None, places: list[str], is_open: bool) -> None:
    made = draft("jobicy", jobicy(jobicy_job(jobGeo=geo)))
    assert (texts(made.restriction), made.restriction_open) == (places, is_open)


def test_any_level_is_none() -> None:
    assert draft("jobicy", jobicy(jobicy_job(jobLevel="Any"))).seniority == ()
    assert texts(draft("jobicy", jobicy(jobicy_job(jobLevel="Midweight"))).seniority) == ["Midweight"]


def test_several_forms_of_employment_are_kept_in_their_order() -> None:
    assert texts(draft("jobicy", jobicy(jobicy_job(jobType=["contract", "part-time"]))).employment) == [
        "contract",
        "part-time",
    ]


def test_the_excerpt_serves_where_there_is_no_text() -> None:
    assert draft("jobicy", jobicy(jobicy_job(jobDescription=""))).html == "<p>You run capabilities…</p>"


def test_a_logo_does_not_change_the_fingerprint_and_pay_does() -> None:
    assert JOBICY.fingerprint(jobicy_job()) == JOBICY.fingerprint(jobicy_job(companyLogo="x"))
    assert JOBICY.fingerprint(jobicy_job()) != JOBICY.fingerprint(jobicy_job(salaryMax=1))


def test_an_empty_listing_is_known_by_its_count() -> None:
    assert detect(jobicy()) is JOBICY
    assert drafts("jobicy", jobicy()) == []


def test_the_answer_for_one_job_is_that_job() -> None:
    for job in (jobicy_job(7), jobicy_job_of_2024(7)):
        body = json.dumps(job).encode()
        assert detect(body) is JOBICY
        assert (draft("jobicy", body).source_id, draft("jobicy", body).company) == ("7", "Coral Ledger")


def test_a_listing_that_cannot_be_read_is_not_taken_for_a_job() -> None:
    assert [fault.ends_feed for fault in broken("jobicy", b'{"jobs": null, "jobTitle": "x"}')] == [True]


def test_a_job_without_a_title_is_unusable() -> None:
    with pytest.raises(UnusableItemError, match="jobTitle"):
        JOBICY.draft(jobicy_job(jobTitle=None))


def test_its_terms_are_kept() -> None:
    assert JOBICY.attribution is not None
    assert JOBICY.every == timedelta(hours=6), "a few times a day"
    assert not JOBICY.complete, "at most the 50 newest"
