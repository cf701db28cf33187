"""Lever's postings API: JSON, the postings of one company."""

import html
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from services.ingest.adapters.formats.base import Part, identified
from services.ingest.adapters.formats.board import Board
from services.ingest.adapters.formats.fields import (
    as_written,
    list_of,
    markup_of,
    object_of,
    plain,
    text_of,
    unescaped,
    with_query,
)
from services.ingest.domain.draft import Draft
from services.ingest.ports import JsonObject

_REPEATS = (
    "descriptionPlain",
    "additionalPlain",
    "opening",
    "openingPlain",
    "descriptionBody",
    "descriptionBodyPlain",
)
"""Members that hold again, in another form, what `description` and `additional` hold."""
_MOST_LIMIT = 10_000


class Lever(Board):
    """GET https://api.lever.co/v0/postings/{site}?mode=json&skip=0&limit=100: a bare list."""

    def item(self, row: JsonObject) -> Part:
        """Drop the repeats of the description."""
        repeats = _REPEATS if text_of(row.get("description")) else ()
        kept = {name: value for name, value in row.items() if name not in repeats}
        return identified(text_of(row.get("id")), kept, field="id")

    def next_page(self, url: str, body: bytes) -> str | None:
        """By `skip`, where a `limit` was asked for and came full; without a limit all is served at once."""
        asked = parse_qs(urlsplit(url).query)
        limit, skip = asked.get("limit", [""])[-1], asked.get("skip", ["0"])[-1]
        if not (limit.isdecimal() and skip.isdecimal() and 0 < int(limit[:9]) <= _MOST_LIMIT):
            return None
        came = self.count(body, int(limit))
        return with_query(url, skip=str(int(skip[:9]) + came)) if came >= int(limit) else None

    def draft(self, data: JsonObject) -> Draft:
        """Map an item; its text is in pieces, and the company in its address."""
        draft = super().draft(data)
        site, markup = _company(draft.url), _markup(data)
        written = as_written(site, markup)
        return replace(draft, company=written if written != site else site.title(), html=markup)


def _markup(data: JsonObject) -> str:
    """The description, then each list under its heading (its content is bare `<li>`), pay and the closing text."""
    parts = [markup_of(text_of(data.get("description")) or text_of(data.get("descriptionPlain")))]
    for served in list_of(data.get("lists")):
        section = object_of(served)
        heading, content = plain(text_of(section.get("text"))), unescaped(text_of(section.get("content")))
        if heading:
            parts.append(f"<h3>{html.escape(heading, quote=False)}</h3>")
        if content:
            parts.append(f"<ul>{content}</ul>" if "<li" in content.lower() else markup_of(content))
    parts.append(markup_of(text_of(data.get("salaryDescription"))))
    parts.append(markup_of(text_of(data.get("additional")) or text_of(data.get("additionalPlain"))))
    return "\n".join(part for part in parts if part)


def _company(url: str | None) -> str:
    """The site's name in the address: no field holds the company's."""
    path = urlsplit(url or "").path.strip("/").split("/")
    return path[0].replace("-", " ") if len(path) > 1 else ""
