"""SmartRecruiters' postings API: JSON, the postings of one company by pages; their text by a call for each.

A company that nobody knows is answered with an empty listing and no error, so that an empty one closes nothing: that
holds for every format (`domain.listing.proves_absence`).
"""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from services.ingest.adapters.formats.base import Part, identified
from services.ingest.adapters.formats.board import Board
from services.ingest.adapters.formats.fields import (
    markup_of,
    object_of,
    plain,
    point_of,
    stated,
    text_of,
    with_query,
)
from services.ingest.adapters.formats.json_peek import peek, peek_text, wrapper
from services.ingest.adapters.formats.json_rows import EXCERPT
from services.ingest.domain.draft import Draft, Stated
from services.ingest.faults import FeedFault
from services.ingest.ports import Broken, Details, JsonObject, Skip

_MOST_PAGE = 10_000
"""Of one page, a hundred times what is served."""
_SECTIONS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")
_DETAILS = Details(
    most=40,
    awaited=True,
    members=frozenset({"jobAd", "applyUrl", "postingUrl", "compensation"}),
    listing=re.compile(r"/v1/companies/[^/]+/postings"),
)


class SmartRecruiters(Board):
    """GET https://api.smartrecruiters.com/v1/companies/{company}/postings?limit=100, and .../postings/{id}."""

    details: Details | None = _DETAILS

    def detects(self, body: bytes) -> bool:
        """By the listing's count or a posting's fields; a single posting by its text."""
        seen = peek(body, self.array)
        if seen.firsts:
            return {"releasedDate", "typeOfEmployment"} <= seen.firsts[0].keys()
        return {"content", "totalFound"} <= seen.wrapper.keys() or "sections" in object_of(seen.wrapper.get("jobAd"))

    def rows(self, text: str) -> Iterator[Any | Broken | Skip]:
        """A page that is empty although more postings are counted than lie before it says so: others are missing."""
        yield from super().rows(text)
        seen = peek_text(text, self.array)
        offset, total = _count(seen.wrapper.get("offset", 0)), _count(seen.wrapper.get("totalFound"))
        if seen.wrapper.get("content") == [] and total and offset is not None and offset < total:
            fault = FeedFault("no_rows", f"a page of none at {offset} of {total} postings", self.array)
            yield Broken(fault, text[:EXCERPT], ends_feed=True)

    def item(self, row: JsonObject) -> Part:
        """Skip what is not for the public."""
        source_id = text_of(row.get("id"))
        if text_of(row.get("visibility")).upper() not in {"", "PUBLIC"}:
            return Skip("a posting that is not public", source_id or None)
        return identified(source_id, row, field="id")

    def next_page(self, url: str, body: bytes) -> str | None:
        """By `offset`, stepped by the postings that came, until `totalFound`."""
        seen = wrapper(body, self.mapping.items)
        offset, total = _count(seen.get("offset", 0)), _count(seen.get("totalFound"))
        if offset is None or total is None:
            return None
        came = self.count(body, _MOST_PAGE)
        return with_query(url, offset=str(offset + came)) if came and offset + came < total else None

    def draft(self, data: JsonObject) -> Draft:
        """Map an item; its text is in sections, and its page may have to be told by company and id."""
        draft, place = super().draft(data), object_of(data.get("location"))
        return replace(
            draft,
            url=draft.url or _page(object_of(data.get("company")), draft.source_id),
            html=_markup(data),
            locations=_locations(place),
            workplace=_workplace(place),
        )


def _markup(data: JsonObject) -> str:
    """The sections of the text under their headings; those without a text are left out."""
    sections = object_of(object_of(data.get("jobAd")).get("sections"))
    parts: list[str] = []
    for name in _SECTIONS:
        section = object_of(sections.get(name))
        text = markup_of(text_of(section.get("text")))
        if text:
            heading = plain(text_of(section.get("title")))
            parts.append(f"<h3>{html.escape(heading, quote=False)}</h3>\n{text}" if heading else text)
    return "\n".join(parts)


def _locations(place: JsonObject) -> tuple[Stated, ...]:
    """`fullLocation`, else city, region and country, whose code is served in lower case."""
    parts = (plain(text_of(place.get("city"))), plain(text_of(place.get("region"))), text_of(place.get("country")))
    written = ", ".join(part for part in (*parts[:2], parts[2].upper()) if part)
    at = point_of(place.get("latitude"), place.get("longitude")) if text_of(place.get("city")) else None
    named = stated("location", plain(text_of(place.get("fullLocation"))) or written)
    return tuple(replace(location, at=at) for location in named)


def _workplace(place: JsonObject) -> tuple[Stated, ...]:
    for name in ("hybrid", "remote"):
        if place.get(name) is True:
            return (Stated(f"location.{name}", name),)
    return (Stated("location.remote", "onsite"),) if place.get("remote") is False else ()


def _page(company: JsonObject, source_id: str) -> str | None:
    """The posting's page, which only the call for its details names."""
    identifier = text_of(company.get("identifier"))
    return f"https://jobs.smartrecruiters.com/{identifier}/{source_id}" if identifier and source_id else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10_000_000 else None
