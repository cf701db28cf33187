"""Himalayas' RSS: the newest hundred of one board.

Read without a feed library: of the repeated `locationRestriction` elements feedparser keeps only the last, so that a
job for several countries would lose all but one.
"""

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from services.ingest.adapters.formats.base import Part, cut, identified, opened
from services.ingest.adapters.formats.board import Board
from services.ingest.adapters.formats.fields import list_of, text_of
from services.ingest.adapters.formats.himalayas import company_name, zones
from services.ingest.adapters.formats.reading import head_text
from services.ingest.adapters.formats.xml_rows import items, local_name, text_in
from services.ingest.domain.draft import Draft
from services.ingest.ports import Broken, JsonObject

_NAMESPACE = "https://himalayas.app/ns/jobs"
_REPEATED = frozenset({"category", "locationRestriction", "timezoneRestriction"})
_HEAD_BYTES = 16 * 1024


class HimalayasRss(Board):
    """GET https://himalayas.app/jobs/rss."""

    def detects(self, body: bytes) -> bool:
        """By the board's own namespace."""
        return is_himalayas_rss(body)

    def split(self, body: bytes) -> Iterator[Part]:
        """Cut a body into items. Never raises."""
        return opened(body, lambda text: cut(map(_row, items(text)), self.item, self.title_of))

    def draft(self, data: JsonObject) -> Draft:
        """Map an item; without a place it is open, and names and zones are mended."""
        draft = super().draft(data)
        link = text_of(data.get("link")) or text_of(data.get("guid"))
        return replace(
            draft,
            company=company_name(data.get("companyName"), _slug(link)),
            restriction_open=not draft.restriction,
            timezones=zones([_number(zone) for zone in list_of(data.get("timezoneRestriction"))]),
        )

    def item(self, row: JsonObject) -> Part:
        """A posting by its guid, else its address."""
        return identified(text_of(row.get("guid")) or text_of(row.get("link")), row, field="guid")


def is_himalayas_rss(body: bytes) -> bool:
    """Whether the beginning of a body names the board's namespace."""
    head = head_text(body, _HEAD_BYTES)
    return "<rss" in head and f'"{_NAMESPACE}"' in head.replace("'", '"')


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
