"""Himalayas' RSS: the newest hundred of one board.

Read without a feed library: of the repeated `locationRestriction` elements feedparser keeps only the last, so that a
job for several countries would lose all but one.
"""

from collections.abc import Iterator

from lxml import etree

from schemas.posting import Attribution
from services.ingest.adapters.formats.base import BaseFormat, Part, cut, identified, opened
from services.ingest.adapters.formats.fields import date_of, list_of, markup_of, plain, stated, text_of, texts_of
from services.ingest.adapters.formats.himalayas import ATTRIBUTION, company_name, zones
from services.ingest.adapters.formats.reading import head_text
from services.ingest.adapters.formats.xml_rows import items, local_name, text_in
from services.ingest.domain.draft import Draft
from services.ingest.ports import Broken, JsonObject, UnusableItemError

_NAMESPACE = "https://himalayas.app/ns/jobs"
_REPEATED = frozenset({"category", "locationRestriction", "timezoneRestriction"})
_HEAD_BYTES = 16 * 1024


class HimalayasRss(BaseFormat):
    """GET https://himalayas.app/jobs/rss."""

    name = "himalayas_rss"
    title = "Himalayas (RSS)"
    addresses = ("https://himalayas.app/jobs/rss",)
    attribution: Attribution | None = ATTRIBUTION
    volatile = frozenset({"companyLogo", "description"})

    def detects(self, body: bytes) -> bool:
        """By the board's own namespace."""
        head = head_text(body, _HEAD_BYTES)
        return "<rss" in head and f'"{_NAMESPACE}"' in head.replace("'", '"')

    def split(self, body: bytes) -> Iterator[Part]:
        """Cut a body into items. Never raises."""
        return opened(body, lambda text: cut(map(_row, items(text)), self._item))

    def draft(self, data: JsonObject) -> Draft:
        """Map an item. Raises UnusableItemError without a title."""
        title = plain(text_of(data.get("title")))
        if not title:
            raise UnusableItemError('the item has no "title"')
        link = text_of(data.get("link")) or text_of(data.get("guid"))
        places = texts_of(data.get("locationRestriction"))
        return Draft(
            source_id=text_of(data.get("guid")) or link,
            title=title,
            company=company_name(data.get("companyName"), _slug(link)),
            url=link if link.startswith("http") else None,
            html=markup_of(text_of(data.get("encoded")) or text_of(data.get("description"))),
            skills=stated("category", *(tag.replace("-", " ") for tag in texts_of(data.get("category")))),
            restriction=stated("locationRestriction", *places),
            restriction_open=not places,
            timezones=zones([_number(zone) for zone in list_of(data.get("timezoneRestriction"))]),
            posted_at=date_of(data.get("pubDate")),
            expires_at=date_of(data.get("expiryDate")),
        )

    def _item(self, row: JsonObject) -> Part:
        return identified(text_of(row.get("guid")) or text_of(row.get("link")), row, field="guid")


def _row(element: "etree._Element | Broken") -> JsonObject | Broken:
    """Map an item's elements: lists of what repeats, and of the two guids the first."""
    if isinstance(element, Broken):
        return element
    row: JsonObject = {}
    for child in element:
        name, text = local_name(child), text_in(child)
        if name in _REPEATED:
            row.setdefault(name, []).append(text)
        elif name:
            row.setdefault(name, text)
    return row


def _number(zone: object) -> object:
    try:
        return float(text_of(zone))
    except ValueError:
        return zone


def _slug(link: str) -> str:
    """https://himalayas.app/companies/{slug}/jobs/{job}"""
    parts = link.split("/")
    return parts[4] if len(parts) > 4 and parts[3] == "companies" else ""
