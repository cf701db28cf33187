"""Any draft at all is normalised: without an exception, in bounded time, and to a posting that holds its own rules."""

import time
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.codec import decode, encode
from schemas.posting import Posting
from services.ingest.domain.draft import Draft, PayBand, Stated
from services.ingest.domain.normalise import normalise
from tests.support.drafting import FETCHED, RATES, a_draft, a_raw

_PIECES = st.sampled_from([
    "salary", "$120k - $150k", "€50.000", "per hour", "remote", "hybrid", "must be based in", "Canada", "only",
    "CET ±2", "GMT+3", "senior", "<p>", "<ul><li>", "</p>", "<script>", "&amp;", "\u202e", "\u0000", "\n\n",
    "Requirements:", "(((", "100% ", "up to ", "401(k)", "25 LPA", "not ", "Europe", "- ", ", ",
    "9999999999999", "٣٤", "İstanbul", "ﷺ", "1.1.1.1", "’", "e.g. ", "#LI-Remote", "full-time", "Python", "C++",
])  # fmt: skip
_TEXTS = st.one_of(
    st.text(max_size=300), st.lists(_PIECES, max_size=40).map(" ".join), st.lists(_PIECES, max_size=40).map("".join)
)
_STATED = st.lists(st.builds(Stated, st.just("field"), _TEXTS), max_size=3).map(tuple)
_AMOUNTS = st.one_of(st.none(), st.decimals(allow_nan=True, allow_infinity=True), st.integers(0, 10**7).map(Decimal))
_BANDS = st.builds(
    PayBand,
    field=st.just("pay"),
    min=_AMOUNTS,
    max=_AMOUNTS,
    currency=st.one_of(st.none(), st.sampled_from(["USD", "EUR", "$", "kr", "XXX", ""]), st.text(max_size=5)),
    period=st.one_of(st.none(), st.sampled_from(["annual", "1 HOUR", "0.5 MONTH", "NONE"]), st.text(max_size=10)),
    kind=st.sampled_from(["base", "estimate", "ote", "bonus", "unknown"]),
)
_DATES = st.one_of(st.none(), st.text(max_size=30), st.integers(), st.floats(), st.just("2026-08-11"))
_DRAFTS = st.builds(
    Draft,
    source_id=st.just("x"),
    title=_TEXTS,
    company=_TEXTS,
    url=st.one_of(st.none(), st.text(max_size=40), st.just("https://board.example/1")),
    html=_TEXTS,
    skills=_STATED,
    restriction=_STATED,
    restriction_open=st.booleans(),
    locations=_STATED,
    workplace=_STATED,
    timezones=st.lists(st.floats(), max_size=4).map(tuple),
    pay=st.lists(_BANDS, max_size=3).map(tuple),
    pay_text=_STATED,
    seniority=_STATED,
    employment=_STATED,
    language=st.one_of(st.none(), st.text(max_size=6)),
    posted_at=_DATES,
    expires_at=_DATES,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(_DRAFTS)
def test_any_draft_becomes_a_posting_that_survives_the_wire(draft: Draft) -> None:
    posting = normalise(draft, raw=a_raw(), rates=RATES)
    assert decode(Posting, encode(posting)) == posting
    assert posting == normalise(draft, raw=a_raw(), rates=RATES)
    if posting.salary is not None:
        low, high = posting.salary.min, posting.salary.max
        assert low is not None or high is not None
        assert low is None or high is None or 0 < low <= high
        assert posting.salary.currency
    listed = posting.reach.countries or posting.reach.subdivisions or posting.reach.groups
    assert bool(listed) == (posting.reach.scope == "listed")
    assert posting.timezones is None or -12 <= posting.timezones.min <= posting.timezones.max <= 14
    for evidence in (one for found in posting.evidence.values() for one in found):
        assert len(evidence.text) <= 200
    for date in (posting.posted_at, posting.expires_at):
        assert date is None or 2000 <= date.year <= FETCHED.year + 20


_UNITS = [
    "a", " ", "1", "1 ", "1,", "$1 - ", "$1k ", "€9.999.999 ", "remote ", "must be based in ", "based ",
    "only ", "(", "GMT+3 ", "not ", "•", "\n", ".", "A. ", "Salary: ", "full-time ", "x-", "United States ",
    "#li-remote ", "week ", "&lt;", "<p>", "senior ", "C++ ", "Go ", "office ", "location: ", "two days ",
    "per hour ", "\u202e", "à ", "no ", "e.g. ", "'", "\t",
]  # fmt: skip


@pytest.mark.timeout(120)
def test_time_stays_bounded_on_long_repetitive_text() -> None:
    slow = {}
    for unit in _UNITS:
        draft = replace(a_draft(html=unit * (120_000 // len(unit))), title=unit * 2_000, company=unit * 500)
        began = time.process_time()
        normalise(draft, raw=a_raw(), rates=RATES)
        spent = time.process_time() - began
        if spent > 2.5:
            slow[unit] = spent
    assert not slow
