"""Builders of drafts and raw postings; every name in them is invented."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from schemas.posting import Posting, posting_id_of
from schemas.raw import RawPosting
from services.ingest.domain.draft import Draft, PayBand, Stated
from services.ingest.domain.normalise import normalise
from services.rules.money import Rates

FETCHED = datetime(2026, 8, 15, 12, 0, tzinfo=UTC)
RATES = Rates(
    on=date(2026, 8, 14),
    euro={
        "EUR": 1.0,
        "USD": 1.16,
        "GBP": 0.86,
        "CHF": 0.94,
        "PLN": 4.25,
        "CAD": 1.6,
        "AUD": 1.75,
        "INR": 100.0,
        "SEK": 11.0,
        "JPY": 170.0,
    },
)


def a_draft(title: str = "Data Engineer", html: str = "", **stated: Any) -> Draft:
    """A draft of the invented Nimbus Fern; `stated` sets other fields, texts as plain strings."""
    kept = Draft(source_id="nf-1", title=title, company="Nimbus Fern", html=html)
    fields = {name: _stated(name, value) for name, value in stated.items()}
    return replace(kept, **fields)


def a_raw(**changes: Any) -> RawPosting:
    """The raw posting that a draft came with."""
    given: dict[str, Any] = {
        "posting_id": posting_id_of("nimbus", "nf-1"),
        "source": "nimbus",
        "source_id": "nf-1",
        "format": "invented",
        "item": {},
        "content_hash": "c0ffee",
        "fetched_at": FETCHED,
    }
    return RawPosting.model_validate(given | changes)


def normalised(title: str = "Data Engineer", html: str = "", **stated: Any) -> Posting:
    """What the rules make of such a draft."""
    return normalise(a_draft(title, html, **stated), raw=a_raw(), rates=RATES)


def a_band(low: Any, high: Any, currency: str | None, period: str | None, **more: Any) -> PayBand:
    """A structured pay band of a board."""
    bounds = [None if bound is None else Decimal(str(bound)) for bound in (low, high)]
    return PayBand("salary", bounds[0], bounds[1], currency, period, **more)


def _stated(name: str, value: Any) -> Any:
    if isinstance(value, str) and name not in {
        "url",
        "apply_url",
        "company_url",
        "language",
        "board_workplace",
        "posted_at",
        "expires_at",
    }:
        return (Stated(name, value),)
    if isinstance(value, tuple) and value and all(isinstance(text, str) for text in value):
        return tuple(Stated(name, text) for text in value)
    return value
