"""Lever's postings API: JSON, the postings of one company."""

import html
from urllib.parse import parse_qs, urlsplit

from services.ingest.adapters.formats.base import JsonFormat, Part, identified
from services.ingest.adapters.formats.fields import (
    band,
    date_of,
    distinct,
    list_of,
    markup_of,
    object_of,
    plain,
    stated,
    text_of,
    unescaped,
    with_query,
    workplace_word,
)
from services.ingest.adapters.formats.json_peek import peek
from services.ingest.domain.draft import Draft
from services.ingest.ports import JsonObject, UnusableItemError

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


class Lever(JsonFormat):
    """GET https://api.lever.co/v0/postings/{site}?mode=json&skip=0&limit=100: a bare list."""

    name = "lever"
    title = "Lever"
    addresses = (
        "https://api.lever.co/v0/postings/{site}?mode=json",
        "https://api.eu.lever.co/v0/postings/{site}?mode=json",
    )
    complete = True

    def detects(self, body: bytes) -> bool:
        """By a posting's fields. An empty list is anybody's."""
        firsts = peek(body, self.array).firsts
        return bool(firsts) and {"text", "hostedUrl", "categories"} <= firsts[0].keys()

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
        """Map an item. Raises UnusableItemError without a title, which Lever calls `text`."""
        title = plain(text_of(data.get("text")))
        if not title:
            raise UnusableItemError('the posting has no "text", its title')
        url = text_of(data.get("hostedUrl")) or None
        categories = object_of(data.get("categories"))
        served = object_of(data.get("salaryRange"))
        place = workplace_word(text_of(data.get("workplaceType")))
        return Draft(
            source_id=text_of(data.get("id")),
            title=title,
            company=_company(url),
            url=url,
            apply_url=text_of(data.get("applyUrl")) or None,
            html=_markup(data),
            locations=distinct(
                stated("categories.location", categories.get("location")),
                stated("categories.allLocations", *list_of(categories.get("allLocations"))),
                stated("country", data.get("country")),
            ),
            workplace=stated("workplaceType", place),
            pay=band(
                "salaryRange", served.get("min"), served.get("max"), served.get("currency"), served.get("interval")
            ),
            pay_text=stated("salaryDescription", data.get("salaryDescriptionPlain")),
            seniority=stated("categories.level", categories.get("level")),
            employment=stated("categories.commitment", categories.get("commitment")),
            departments=stated("categories", categories.get("department"), categories.get("team")),
            posted_at=date_of(data.get("createdAt")),
        )


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
    return path[0].replace("-", " ").title() if len(path) > 1 else ""
