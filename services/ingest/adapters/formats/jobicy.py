"""Jobicy's API: JSON of one board, at most its 50 newest; in the form of 2024 and in that of 2026."""

from datetime import timedelta

from schemas.posting import Attribution
from services.ingest.adapters.formats.base import JsonFormat, Part, identified
from services.ingest.adapters.formats.fields import (
    band,
    date_of,
    markup_of,
    places_listed,
    plain,
    stated,
    text_of,
    texts_of,
)
from services.ingest.adapters.formats.json_peek import peek
from services.ingest.domain.draft import Draft, PayBand
from services.ingest.ports import JsonObject, UnusableItemError

_OPEN = frozenset({"anywhere", "worldwide"})
_ANY_LEVEL = "any"
"""The board's word for a level that is not stated."""


class Jobicy(JsonFormat):
    """GET https://jobicy.com/api/v2/remote-jobs, whole or by ?count=, ?geo=, ?industry= and ?tag=."""

    name = "jobicy"
    title = "Jobicy"
    addresses = ("https://jobicy.com/api/v2/remote-jobs?count=50", "https://jobicy.com/api/v2/remote-jobs?geo={place}")
    array = "jobs"
    attribution: Attribution | None = Attribution(name="Jobicy", url="https://jobicy.com")
    every = timedelta(hours=6)
    """A few times a day, its terms say."""
    volatile = frozenset({"companyLogo", "jobExcerpt"})

    def detects(self, body: bytes) -> bool:
        """By a job's fields; an empty listing by its count."""
        seen = peek(body, self.array)
        if seen.firsts:
            return {"jobTitle", "jobGeo"} <= seen.firsts[0].keys()
        return {"jobs", "jobCount"} <= seen.wrapper.keys()

    def item(self, row: JsonObject) -> Part:
        """A job by its id."""
        return identified(text_of(row.get("id")), row, field="id")

    def draft(self, data: JsonObject) -> Draft:
        """Map an item. Raises UnusableItemError without a title."""
        title = plain(text_of(data.get("jobTitle")))
        if not title:
            raise UnusableItemError('the job has no "jobTitle"')
        places, is_open = places_listed(text_of(data.get("jobGeo")), _OPEN)
        levels = [level for level in texts_of(data.get("jobLevel")) if level.casefold() != _ANY_LEVEL]
        return Draft(
            source_id=text_of(data.get("id")),
            title=title,
            company=plain(text_of(data.get("companyName"))),
            url=text_of(data.get("url")) or None,
            html=markup_of(text_of(data.get("jobDescription")) or text_of(data.get("jobExcerpt"))),
            restriction=stated("jobGeo", *places),
            restriction_open=is_open,
            pay=_pay(data),
            seniority=stated("jobLevel", *levels),
            employment=stated("jobType", *texts_of(data.get("jobType"))),
            departments=stated("jobIndustry", *(plain(part) for part in texts_of(data.get("jobIndustry")))),
            posted_at=date_of(data.get("pubDate")),
        )


def _pay(data: JsonObject) -> tuple[PayBand, ...]:
    """Numbers with a period (2026), else yearly texts (2024); the members are missing where nothing is known."""
    currency = data.get("salaryCurrency")
    return band(
        "salaryMin, salaryMax", data.get("salaryMin"), data.get("salaryMax"), currency, data.get("salaryPeriod")
    ) or band(
        "annualSalaryMin, annualSalaryMax", data.get("annualSalaryMin"), data.get("annualSalaryMax"), currency, "year"
    )
