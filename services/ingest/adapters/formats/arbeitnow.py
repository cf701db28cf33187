"""Arbeitnow's API: JSON of one board, by pages, the newest first."""

from schemas.posting import Attribution
from services.ingest.adapters.formats.base import JsonFormat, Part, identified
from services.ingest.adapters.formats.fields import (
    date_of,
    markup_of,
    object_of,
    plain,
    remote_flag,
    stated,
    text_of,
    texts_of,
    with_query,
)
from services.ingest.adapters.formats.json_peek import peek, wrapper
from services.ingest.domain.draft import Draft
from services.ingest.ports import JsonObject, UnusableItemError

_MOST_PAGE = 1_000_000


class Arbeitnow(JsonFormat):
    """GET https://www.arbeitnow.com/api/job-board-api?page=1."""

    name = "arbeitnow"
    title = "Arbeitnow"
    addresses = ("https://www.arbeitnow.com/api/job-board-api",)
    array = "data"
    attribution: Attribution | None = Attribution(name="Arbeitnow", url="https://www.arbeitnow.com")

    def detects(self, body: bytes) -> bool:
        """By a job's fields. An empty list "data" is anybody's."""
        firsts = peek(body, self.array).firsts
        return bool(firsts) and {"slug", "company_name", "job_types", "remote"} <= firsts[0].keys()

    def item(self, row: JsonObject) -> Part:
        """A job by its slug."""
        return identified(text_of(row.get("slug")), row, field="slug")

    def next_page(self, url: str, body: bytes) -> str | None:
        """The page after `meta.current_page`, while `links.next` names one; both stand behind the list."""
        members = wrapper(body, self.array)
        page = object_of(members.get("meta")).get("current_page")
        if not text_of(object_of(members.get("links")).get("next")):
            return None
        if not isinstance(page, int) or isinstance(page, bool) or not 0 < page < _MOST_PAGE:
            return None
        return with_query(url, page=str(page + 1))

    def draft(self, data: JsonObject) -> Draft:
        """Map an item. Raises UnusableItemError without a title."""
        title = plain(text_of(data.get("title")))
        if not title:
            raise UnusableItemError('the job has no "title"')
        kinds = stated("job_types", *(plain(kind) for kind in texts_of(data.get("job_types"))))
        return Draft(
            source_id=text_of(data.get("slug")),
            title=title,
            company=plain(text_of(data.get("company_name"))),
            url=text_of(data.get("url")) or None,
            html=markup_of(text_of(data.get("description"))),
            locations=stated("location", plain(text_of(data.get("location")))),
            workplace=remote_flag("remote", data.get("remote")),
            # One field for both: `full time`, `professional / experienced`, `berufserfahren`.
            seniority=kinds,
            employment=kinds,
            departments=stated("tags", *(plain(tag) for tag in texts_of(data.get("tags")))),
            posted_at=date_of(data.get("created_at")),
        )
