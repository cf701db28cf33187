"""Any draft at all is normalised: without an exception, in bounded time, and to a posting that holds its own rules."""

import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.codec import decode, encode
from schemas.posting import Posting
from services.ingest.domain.draft import Draft, PayBand, Stated
from services.ingest.domain.normalise import normalise, read_together, reading_of
from services.rules.places.data import Sense, place_data
from services.rules.text import fold
from tests.support.drafting import FETCHED, RATES, a_draft, a_raw, normalised
from tests.support.long_form import examples

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


@settings(max_examples=examples(120), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
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
    for evidence in (quote for found in posting.evidence.values() for quote in found):
        assert len(evidence.text) <= 200
    for date in (posting.posted_at, posting.expires_at):
        assert date is None or 2000 <= date.year <= FETCHED.year + 20


@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(_DRAFTS, min_size=2, max_size=4))
def test_drafts_read_together_become_what_each_becomes_alone(drafts: list[Draft]) -> None:
    together = read_together([reading_of(draft, raw=a_raw(), rates=RATES) for draft in drafts])
    assert together == [normalise(draft, raw=a_raw(), rates=RATES) for draft in drafts]


_UNITS = [
    "a", " ", "1", "1 ", "1,", "$1 - ", "$1k ", "€9.999.999 ", "remote ", "must be based in ", "based ",
    "only ", "(", "GMT+3 ", "not ", "•", "\n", ".", "A. ", "Salary: ", "full-time ", "x-", "United States ",
    "#li-remote ", "week ", "&lt;", "<p>", "senior ", "C++ ", "Go ", "office ", "location: ", "two days ",
    "per hour ", "\u202e", "à ", "no ", "e.g. ", "'", "\t",
]  # fmt: skip


def _words_of_the_tables() -> list[str]:
    """Everything that the rules look out for: anchor words, phrases of reach, words of pay, time zones."""
    data = resources.files("services.ingest.domain").joinpath("data")
    tables = [tomllib.loads(file.read_text("utf-8")) for file in data.iterdir() if file.name.endswith(".toml")]
    return sorted({text for table in tables for text in _strings(table) if len(text) <= 40})


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from value
    for part in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _strings(part)


_LONGEST_S = 2.0
"""Seconds of the processor for a text twenty times as long as postings are; they take a tenth of it on a quiet machine,
where a rule that goes back over the text for each of its words takes minutes."""


@pytest.mark.timeout(180)
@pytest.mark.parametrize("unit", _UNITS)
def test_a_long_text_of_one_piece_is_read_in_bounded_time(unit: str) -> None:
    draft = replace(a_draft(html=unit * (120_000 // len(unit))), title=unit * 2_000, company=unit * 500)
    assert _seconds_for(draft) < _LONGEST_S


@pytest.mark.timeout(180)
@settings(max_examples=examples(80))
@given(st.sampled_from(_words_of_the_tables()), st.sampled_from([" ", "", ", ", "\n", ". ", " 1 ", " and ", " not "]))
def test_a_long_text_of_a_word_that_rules_look_out_for_is_read_in_bounded_time(word: str, between: str) -> None:
    unit = word + between
    assert _seconds_for(a_draft(html=unit * (100_000 // len(unit)))) < _LONGEST_S


def _seconds_for(draft: Draft) -> float:
    began = time.process_time()
    normalise(draft, raw=a_raw(), rates=RATES)
    return time.process_time() - began


_TIMES_NAMED = Counter(fold(name) for name, _ in place_data().text)
_COUNTRIES = [
    (name, sense) for name, sense in place_data().text if sense.kind == "country" and _TIMES_NAMED[fold(name)] == 1
]


@settings(max_examples=examples(150))
@given(st.sampled_from(_COUNTRIES))
def test_a_posting_reaches_the_country_that_it_names_in_any_language(country: tuple[str, Sense]) -> None:
    name, sense = country
    posting = normalised(html=f"<p>You must be based in {name}.</p>")
    assert posting.reach.countries == (sense.code,)
    assert any(name in evidence.text for evidence in posting.evidence["reach"])
