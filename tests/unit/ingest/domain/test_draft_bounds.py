"""What is far beyond any posting is cut, and the posting says so."""

import time
from dataclasses import replace

import pytest

from services.ingest.domain.draft import MOST_FIELD, MOST_STATED, MOST_URL, MOST_VALUE, Stated, bounded
from services.ingest.domain.normalise import normalise
from tests.support.drafting import RATES, a_draft, a_raw


def test_a_draft_within_its_bounds_stays_as_it_is() -> None:
    draft = a_draft(html="<p>Remote</p>", locations="Berlin, Germany", url="https://thorn.example/1")
    assert bounded(draft) == (draft, ())


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "Baker " * 200_000, "10,000 of 1,200,000 characters are read"),
        ("company", "Thorn " * 40_000, "10,000 of 240,000 characters are read"),
        ("url", "https://thorn.example/" + "1" * 1_000_000, "an address of 1,000,022 characters is left out"),
        ("skills", tuple(Stated("tags", f"tag {n}") for n in range(10_000)), "200 of 10,000 values are read"),
        ("locations", tuple(Stated("places", "US") for _ in range(100_000)), "200 of 100,000 values are read"),
        ("pay_text", (Stated("pay", "$ " * 50_000),), "2,000 of 100,000 characters are read"),
        ("locations", tuple(Stated("places", "x" * 1_000) for _ in range(100)), "20 of 100 values are read"),
        ("html", "<p>Remote work.</p>" * 30_000, "100,000 of"),
        ("html", "<p></p>" * 100_000, "400,000 of 700,000 characters are read"),
    ],
)
def test_what_is_far_beyond_any_posting_is_cut_and_said(field: str, value: object, said: str) -> None:
    posting = normalise(replace(a_draft(), **{field: value}), raw=a_raw(), rates=RATES)
    (evidence,) = posting.evidence["unread"]
    assert evidence.source == {"html": "description"}.get(field, field)
    assert evidence.text.startswith(said)
    assert len(posting.title) <= 300
    assert len(posting.company.name) <= 300
    assert len(posting.url or "") <= MOST_URL


@pytest.mark.parametrize("address", ["https://bank.example@evil.example/", "https://acme.example\\jobs", "see below"])
def test_an_address_of_a_job_that_cannot_be_a_link_is_left_out_and_said(address: str) -> None:
    posting = normalise(a_draft(url=address, apply_url="https://acme.example/1"), raw=a_raw(), rates=RATES)
    assert (posting.url, posting.apply_url) == (None, "https://acme.example/1")
    [evidence] = posting.evidence["unread"]
    assert (evidence.source, evidence.text) == ("url", "an address that cannot be a link is left out")


def test_what_is_kept_of_a_field_is_within_all_bounds() -> None:
    draft, _ = bounded(replace(a_draft(), locations=tuple(Stated("places", "x" * 9_000) for _ in range(1_000))))
    assert len(draft.locations) <= MOST_STATED
    assert max(len(location.text) for location in draft.locations) == MOST_VALUE
    assert sum(len(location.text) for location in draft.locations) == MOST_FIELD


def test_a_location_of_a_hundred_kilobytes_costs_no_more_than_one_of_its_bound() -> None:
    began = time.process_time()
    normalise(a_draft(locations="US, " * 50_000), raw=a_raw(), rates=RATES)
    assert time.process_time() - began < 2
