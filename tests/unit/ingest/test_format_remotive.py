"""Remotive: pay in free text, places in one text, a pixel in each description."""

from datetime import timedelta

import pytest

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.domain.normalise import normalise
from services.ingest.ports import UnusableItemError
from tests.support.board_bodies import remotive, remotive_job
from tests.support.drafting import RATES, a_raw
from tests.support.feed_bodies import broken, draft, drafts, texts

REMOTIVE = format_named("remotive")


def test_a_job_comes_out_field_by_field() -> None:
    made = draft("remotive", remotive(remotive_job()))
    assert (made.source_id, made.title, made.company) == ("2091093", "Backend Engineer", "Coral Ledger")
    assert made.url == "https://remotive.com/remote-jobs/software-dev/backend-engineer-2091093"
    assert made.html == '<p style="margin: 0">We keep ledgers.</p>'
    assert texts(made.skills) == ["python", "aws"]
    assert texts(made.restriction) == ["USA", "Canada", "Europe"]
    assert not made.restriction_open
    assert texts(made.pay_text) == ["$31,2k- $52k"]
    assert made.pay == ()
    assert (texts(made.employment), texts(made.departments)) == (["full_time"], ["Software Development"])
    assert made.posted_at == "2026-08-13T06:25:53"


@pytest.mark.parametrize(
    ("served", "places", "is_open"),
    [
        ("Worldwide", [], True),
        ("Worldwide, USA timezones", ["USA timezones"], True),
        ("USA", ["USA"], False),
        ("", [], False),
        (None, [], False),
    ],
)
def test_worldwide_is_open_and_nothing_is_unknown(served: str | None, places: list[str], is_open: bool) -> None:
    made = draft("remotive", remotive(remotive_job(candidate_required_location=served)))
    assert (texts(made.restriction), made.restriction_open) == (places, is_open)


@pytest.mark.parametrize("served", ["", None, [], {}])
def test_empty_fields_say_nothing(served: object) -> None:
    made = draft("remotive", remotive(remotive_job(job_type=served, salary=served, tags=served)))
    assert made.pay_text == made.skills == made.employment == ()


@pytest.mark.parametrize(
    ("salary", "pay"),
    [
        ("$31,2k- $52k", (31_200, 52_000, "USD", "year")),
        ("$40,000 - $50,000", (40_000, 50_000, "USD", "year")),
        ("€60k/year", (60_000, 60_000, "EUR", "year")),
        ("$25/hr", (25, 25, "USD", "hour")),
        ("OTE $25k - $35k", None),
        ("Pay per task", None),
        ("", None),
    ],
)
def test_pay_in_words_is_read_and_hoped_for_pay_is_none(salary: str, pay: tuple[int, int, str, str] | None) -> None:
    made = draft("remotive", remotive(remotive_job(salary=salary)))
    found = normalise(made, raw=a_raw(source_id=made.source_id), rates=RATES).salary
    read = found and (found.min, found.max if found.max is not None else found.min, found.currency, found.period)
    assert read == pay


def test_the_pixel_that_counts_readers_is_dropped() -> None:
    pixel = '<img src="https://remotive.com/job/track/2091093/blank.gif?source=public_api" alt=""/>'
    made = draft("remotive", remotive(remotive_job(description=f"<p>Ledgers.</p>{pixel}<img src='https://a.example'>")))
    assert made.html == "<p>Ledgers.</p><img src='https://a.example'>"


def test_a_logo_does_not_change_the_fingerprint() -> None:
    row, other = remotive_job(), remotive_job(company_logo="x", company_logo_url="y")
    assert REMOTIVE.fingerprint(row) == REMOTIVE.fingerprint(other) != REMOTIVE.fingerprint(remotive_job(salary="$1"))


def test_an_empty_listing_is_known_by_its_notice() -> None:
    assert detect(remotive()) is REMOTIVE
    assert drafts("remotive", remotive()) == []


def test_a_job_without_an_id_is_broken_and_one_without_a_title_unusable() -> None:
    assert 'no "id"' in broken("remotive", remotive(remotive_job(id=None)))[0].reason
    with pytest.raises(UnusableItemError, match="title"):
        REMOTIVE.draft(remotive_job(title=""))


def test_its_terms_are_kept() -> None:
    assert REMOTIVE.attribution is not None
    assert REMOTIVE.attribution.url == "https://remotive.com"
    assert REMOTIVE.every == timedelta(hours=6), "at most four times a day"
    assert not REMOTIVE.complete
