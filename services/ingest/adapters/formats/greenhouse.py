"""Greenhouse's job board API: JSON, one whole board of one company."""

import re
from dataclasses import replace

from services.ingest.adapters.formats.base import Part, identified
from services.ingest.adapters.formats.board import Board
from services.ingest.adapters.formats.fields import (
    amount_of,
    band,
    distinct,
    list_of,
    object_of,
    plain,
    stated,
    text_of,
)
from services.ingest.adapters.formats.json_peek import peek
from services.ingest.domain.draft import Draft, PayBand
from services.ingest.ports import Details, JsonObject, Skip

_HOURLY_BELOW_CENTS = 1_000 * 100
"""A top of less than 1,000 that names no period is no yearly pay."""
_PAY_NAMES = ("salary", "compensation", "pay range", "pay band")
_DETAILS = Details(
    most=0,
    awaited=False,
    members=frozenset({"pay_input_ranges"}),
    listing=re.compile(r"/v1/boards/[^/]+/jobs"),
    query="pay_transparency=true",
)
"""A request a job for its pay alone, which most texts state too: only where an operator asks for it."""


class Greenhouse(Board):
    """GET https://boards-api.greenhouse.io/v1/boards/{board}/jobs?content=true, and .../jobs/{id} for pay ranges."""

    details: Details | None = _DETAILS

    def detects(self, body: bytes) -> bool:
        """By a job's fields, be it in a list or alone; an empty board by its `meta.total`."""
        seen = peek(body, self.array)
        if seen.firsts:
            return self.alone <= seen.firsts[0].keys()
        if self.alone <= seen.wrapper.keys():
            return "jobs" not in seen.wrapper
        return seen.wrapper.keys() == {"jobs", "meta"} and "total" in object_of(seen.wrapper["meta"])

    def item(self, row: JsonObject) -> Part:
        """Skip prospect posts: they collect applicants, there is no vacancy (`internal_job_id` is null)."""
        source_id = text_of(row.get("id"))
        if "internal_job_id" in row and row["internal_job_id"] is None:
            return Skip("a prospect post, not a vacancy", source_id or None)
        return identified(source_id, row, field="id")

    def draft(self, data: JsonObject) -> Draft:
        """Map an item; pay and company may stand in several places, offices have a place or a name."""
        draft = super().draft(data)
        offices = [office for office in list_of(data.get("offices")) if isinstance(office, dict)]
        where = [text_of(office.get("location")) or text_of(office.get("name")) for office in offices]
        return replace(
            draft,
            company=draft.company or _board(draft.url),
            locations=distinct(
                stated("location.name", object_of(data.get("location")).get("name")), stated("offices", *where)
            ),
            pay=_pay(list_of(data.get("pay_input_ranges"))) or _pay_named(list_of(data.get("metadata"))),
        )


def _pay_named(entries: list[object]) -> tuple[PayBand, ...]:
    """A board's own money ranges that are named as pay; their period is not stated."""
    found: tuple[PayBand, ...] = ()
    for entry in map(object_of, entries):
        name, money = text_of(entry.get("name")), object_of(entry.get("value"))
        if any(word in name.casefold() for word in _PAY_NAMES):
            low, high = money.get("min_value", money.get("amount")), money.get("max_value")
            found += band(f"metadata.{name}", low, high, money.get("unit"), None)
    return found


def _pay(ranges: list[object]) -> tuple[PayBand, ...]:
    """One band a pay zone. No period is served: what title or blurb say, else by the amount's size."""
    found: tuple[PayBand, ...] = ()
    for served in ranges:
        zone = object_of(served)
        low, high = amount_of(zone.get("min_cents")), amount_of(zone.get("max_cents"))
        top = high or low
        if top is None:
            continue
        words = f"{text_of(zone.get('title'))} {text_of(zone.get('blurb'))}".casefold()
        found += band(
            "pay_input_ranges",
            None if low is None else str(low / 100),
            None if high is None else str(high / 100),
            zone.get("currency_type"),
            _period(words, hourly=top < _HOURLY_BELOW_CENTS),
            zone=plain(text_of(zone.get("title"))) or None,
        )
    return found


def _period(words: str, *, hourly: bool) -> str:
    for period in ("hour", "month"):
        if period in words:
            return period
    return "hour" if hourly else "year"


def _board(url: str | None) -> str:
    """The board's token in the address, where a board gives no company name."""
    parts = (url or "").split("/")
    return parts[3].replace("-", " ").title() if len(parts) > 4 and "greenhouse.io" in parts[2] else ""
