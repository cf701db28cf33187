"""Remotive's API: JSON of one board, what it published up to a day ago."""

import re
from datetime import timedelta

from schemas.posting import Attribution
from services.ingest.adapters.formats.base import JsonFormat, Part, identified
from services.ingest.adapters.formats.fields import date_of, markup_of, places_listed, plain, stated, text_of, texts_of
from services.ingest.adapters.formats.json_peek import peek
from services.ingest.domain.draft import Draft
from services.ingest.ports import JsonObject, UnusableItemError

_OPEN = frozenset({"worldwide", "anywhere", "anywhere in the world"})
_PIXEL = re.compile(r"<img\s[^<>]{0,200}\bremotive\.(?:com|io)/job/track/[^<>]{0,200}>", re.IGNORECASE)
"""Counts who opens the posting; not ours to load in a mail, nor part of the text."""


class Remotive(JsonFormat):
    """GET https://remotive.com/api/remote-jobs, whole or by ?category=, ?company_name=, ?search= and ?limit=."""

    name = "remotive"
    title = "Remotive"
    addresses = ("https://remotive.com/api/remote-jobs", "https://remotive.com/api/remote-jobs?category={category}")
    array = "jobs"
    attribution: Attribution | None = Attribution(name="Remotive", url="https://remotive.com")
    every = timedelta(hours=6)
    """Four times a day at most, its notice says; more than two requests a minute are blocked."""
    volatile = frozenset({"company_logo", "company_logo_url"})

    def detects(self, body: bytes) -> bool:
        """By a job's fields; an empty listing by its legal notice."""
        seen = peek(body, self.array)
        if seen.firsts:
            return {"candidate_required_location", "publication_date"} <= seen.firsts[0].keys()
        return {"jobs", "0-legal-notice", "job-count"} <= seen.wrapper.keys()

    def item(self, row: JsonObject) -> Part:
        """A job by its id."""
        return identified(text_of(row.get("id")), row, field="id")

    def draft(self, data: JsonObject) -> Draft:
        """Map an item. Raises UnusableItemError without a title."""
        title = plain(text_of(data.get("title")))
        if not title:
            raise UnusableItemError('the job has no "title"')
        places, is_open = places_listed(text_of(data.get("candidate_required_location")), _OPEN)
        return Draft(
            source_id=text_of(data.get("id")),
            title=title,
            company=plain(text_of(data.get("company_name"))),
            url=text_of(data.get("url")) or None,
            html=markup_of(_PIXEL.sub("", text_of(data.get("description")))),
            skills=stated("tags", *(plain(tag) for tag in texts_of(data.get("tags")))),
            restriction=stated("candidate_required_location", *places),
            restriction_open=is_open,
            pay_text=stated("salary", plain(text_of(data.get("salary")))),
            employment=stated("job_type", data.get("job_type")),
            departments=stated("category", plain(text_of(data.get("category")))),
            posted_at=date_of(data.get("publication_date")),
        )
