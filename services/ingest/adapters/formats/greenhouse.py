"""Greenhouse's job board API: JSON, one whole board of one company."""

import re

from services.ingest.adapters.formats.base import JsonFormat, Part, identified
from services.ingest.adapters.formats.detail_call import DetailCall
from services.ingest.adapters.formats.fields import (
    amount_of,
    band,
    date_of,
    distinct,
    list_of,
    markup_of,
    object_of,
    plain,
    stated,
    text_of,
    texts_of,
    workplace_word,
)
from services.ingest.adapters.formats.json_peek import peek
from services.ingest.domain.draft import Draft, PayBand, Stated
from services.ingest.ports import Details, JsonObject, Skip, UnusableItemError

_HOURLY_BELOW_CENTS = 1_000 * 100
"""A top of less than 1,000 that names no period is no yearly pay."""
_WORKPLACE_NAMES = ("workplace", "location type", "work type", "remote")
_EMPLOYMENT_NAMES = ("employment", "commitment", "time type", "job type")
_LEVEL_NAMES = ("seniority", "level")
_PAY_NAMES = ("salary", "compensation", "pay range", "pay band")
_DETAILS = DetailCall(
    most=0,
    awaited=False,
    members=frozenset({"pay_input_ranges"}),
    listing=re.compile(r"/v1/boards/[^/]+/jobs"),
    query="pay_transparency=true",
)
"""A request a job for its pay alone, which most texts state too: only where an operator asks for it."""


class Greenhouse(JsonFormat):
    """GET https://boards-api.greenhouse.io/v1/boards/{board}/jobs?content=true, and .../jobs/{id} for pay ranges."""

    name = "greenhouse"
    title = "Greenhouse"
    addresses = (
        "https://boards-api.greenhouse.io/v1/boards/{board}/jobs?content=true",
        "https://boards-api.eu.greenhouse.io/v1/boards/{board}/jobs?content=true",
    )
    array = "jobs"
    alone = frozenset({"absolute_url", "id", "location"})
    details: Details | None = _DETAILS
    complete = True
    volatile = frozenset({"updated_at", "data_compliance", "ai_opt_out_request_url"})

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
        """Map an item. Raises UnusableItemError without a title."""
        title = plain(text_of(data.get("title")))
        if not title:
            raise UnusableItemError('the job has no "title"')
        url = text_of(data.get("absolute_url")) or None
        offices = [office for office in list_of(data.get("offices")) if isinstance(office, dict)]
        where = [text_of(office.get("location")) or text_of(office.get("name")) for office in offices]
        named = _Metadata(list_of(data.get("metadata")))
        return Draft(
            source_id=text_of(data.get("id")),
            title=title,
            company=plain(text_of(data.get("company_name"))) or _board(url),
            url=url,
            html=markup_of(text_of(data.get("content"))),
            locations=distinct(
                stated("location.name", object_of(data.get("location")).get("name")), stated("offices", *where)
            ),
            workplace=tuple(
                Stated(one.field, word) for one in named.about(*_WORKPLACE_NAMES) if (word := workplace_word(one.text))
            ),
            pay=_pay(list_of(data.get("pay_input_ranges"))) or named.pay(),
            pay_text=named.about(*_PAY_NAMES),
            seniority=named.about(*_LEVEL_NAMES),
            employment=named.about(*_EMPLOYMENT_NAMES),
            departments=stated(
                "departments", *(object_of(part).get("name") for part in list_of(data.get("departments")))
            ),
            language=text_of(data.get("language")) or None,
            posted_at=date_of(data.get("first_published")),
            expires_at=date_of(data.get("application_deadline")),
        )


class _Metadata:
    """A board's own named values: text, list, truth, money range or null by their type."""

    def __init__(self, entries: list[object]) -> None:
        self._entries = [object_of(entry) for entry in entries]

    def about(self, *words: str) -> tuple[Stated, ...]:
        """Texts of the values whose name holds one of the words."""
        return tuple(
            Stated(f"metadata.{name}", text)
            for name, value in self._named(words)
            if not isinstance(value, dict)
            for text in texts_of(value)
        )

    def pay(self) -> tuple[PayBand, ...]:
        """Money ranges that are named as pay; their period is not stated."""
        found: tuple[PayBand, ...] = ()
        for name, value in self._named(_PAY_NAMES):
            money = object_of(value)
            low, high = money.get("min_value", money.get("amount")), money.get("max_value")
            found += band(f"metadata.{name}", low, high, money.get("unit"), None)
        return found

    def _named(self, words: tuple[str, ...]) -> list[tuple[str, object]]:
        named = [(text_of(entry.get("name")), entry.get("value")) for entry in self._entries]
        return [(name, value) for name, value in named if any(word in name.casefold() for word in words)]


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
