"""Himalayas' browse and search API: JSON of one board with all companies."""

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from services.ingest.adapters.formats.base import Part, identified
from services.ingest.adapters.formats.board import Board
from services.ingest.adapters.formats.fields import (
    list_of,
    object_of,
    plain,
    stated,
    text_of,
    with_query,
)
from services.ingest.adapters.formats.json_peek import peek
from services.ingest.domain.draft import Draft
from services.ingest.ports import JsonObject, Skip

_PLACEHOLDERS = frozenset({"name", "null", "undefined"})
"""What stood in `companyName` of a whole capture in place of the name."""
_TEST_TITLE = "backfill test role"
_STRAY_ZONE, _ITS_NEIGHBOUR = 14.0, 13.0
_SEARCH = "/jobs/api/search"
_PAGE = 20
_MOST_FOUND = 5_000
"""Of one search, however many there are."""
_MOST_JOBS = 1_000
"""Of one page, fifty times what the board serves."""
_OFFSET = re.compile(r"(?:UTC|GMT)?\s{0,4}([+−-]?\d{1,2})(?::?([0-5]\d)|\.(\d{1,2}))?", re.IGNORECASE)


class Himalayas(Board):
    """GET https://himalayas.app/jobs/api (feeds of 20 jobs, by cursor) and /jobs/api/search."""

    def detects(self, body: bytes) -> bool:
        """By an item's restriction fields; an empty listing by its paging fields."""
        seen = peek(body, self.array)
        if seen.firsts:
            return all("guid" in job and "locationRestrictions" in job for job in seen.firsts[:1])
        return "jobs" in seen.wrapper and {"offset", "limit"} <= seen.wrapper.keys()

    def item(self, row: JsonObject) -> Part:
        """Skip the board's test rows."""
        if text_of(row.get("title")).casefold() == _TEST_TITLE:
            return Skip("a test row of the board", text_of(row.get("guid")) or None)
        return identified(text_of(row.get("guid")), row, field="guid")

    def next_page(self, url: str, body: bytes) -> str | None:
        """By `nextCursor`; by offset, stepped by the jobs that came (a higher limit is cut to 20 in silence).

        A search knows neither: it goes by `page`, until all that it counts, or the most that it gives, has come.
        """
        seen = peek(body, self.array).wrapper
        jobs = self.count(body, _MOST_JOBS)
        if not jobs or "jobs" not in seen:
            return None
        if urlsplit(url).path.rstrip("/").endswith(_SEARCH):
            return _next_of_search(url, jobs, _count(seen.get("totalCount", seen.get("total_count"))))
        cursor = text_of(seen.get("nextCursor"))
        if cursor:
            return with_query(url, cursor=cursor, offset=None)
        start, total = _count(seen.get("offset")), _count(seen.get("totalCount", seen.get("total_count")))
        if start is None or total is None or start + jobs >= total or "nextCursor" in seen:
            return None
        return with_query(url, offset=str(start + jobs))

    def draft(self, data: JsonObject) -> Draft:
        """Map an item; a list of no places says that it is open, and names and zones are mended."""
        places = data.get("locationRestrictions")
        return replace(
            super().draft(data),
            company=company_name(data.get("companyName"), text_of(data.get("companySlug"))),
            restriction=stated("locationRestrictions", *(_place(part) for part in list_of(places))),
            restriction_open=places == [],
            timezones=zones(list_of(data.get("timezoneRestrictions"))),
        )


def _next_of_search(url: str, jobs: int, total: int | None) -> str | None:
    asked = parse_qs(urlsplit(url).query).get("page", ["1"])[-1]
    page = int(asked) if asked.isdecimal() and len(asked) < 6 else 1
    reached = page * max(jobs, _PAGE)
    if reached >= min(_MOST_FOUND, reached + 1 if total is None else total):
        return None
    return with_query(url, page=str(page + 1))


def company_name(served: object, slug: str) -> str:
    """The name, or one made of the slug where a placeholder is served."""
    name = plain(text_of(served))
    if name and name.casefold() not in _PLACEHOLDERS:
        return name
    return slug.replace("-", " ").title()


def zones(served: list[object]) -> tuple[float, ...]:
    """Hours from UTC, sorted, of numbers and of `UTC-5`; less the 14 that every American posting carries besides."""
    found = {hours for value in served if (hours := _zone(value)) is not None and -12 <= hours <= 14}
    if len(found) > 1 and _ITS_NEIGHBOUR not in found:
        found.discard(_STRAY_ZONE)
    return tuple(sorted(found))


def _zone(value: object) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    text = text_of(value)
    if text.upper() in {"UTC", "GMT"}:
        return 0.0
    found = _OFFSET.fullmatch(text)
    if not found:
        return None
    hours = found[1].replace("−", "-")
    part = int(found[2]) / 60 if found[2] else float(f"0.{found[3] or 0}")
    return int(hours) + (-part if hours.startswith("-") else part)


def _place(part: object) -> str:
    """Live feeds give English names; the documentation, objects of alpha2, name and slug."""
    fields = object_of(part)
    return text_of(part) or text_of(fields.get("name")) or text_of(fields.get("alpha2")) or text_of(fields.get("slug"))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
