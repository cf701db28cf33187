"""The postings of `bench.corpus` as a board would push them: raw records that normalise to the like of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from bench import corpus
from schemas.posting import PostingCore
from services.ingest.domain.polling.listing import KnownItem
from services.ingest.events import raw_record
from services.rules.places.data import place_data
from services.runtime.records import Outgoing

_FORMAT: Final = "posting_lines"


def raw_postings(count: int, seed: int) -> Iterator[Outgoing]:
    """Records for raw.v1, fetched now; another seed gives other postings."""
    now = datetime.now(UTC)
    for number, posting in enumerate(corpus.postings(count, seed)):
        known = KnownItem(
            source=f"market-{seed}",
            source_id=str(number),
            format=_FORMAT,
            content_hash=posting.posting_id,
            is_open=True,
            backlog=False,
            posted_at=None,
            expires_at=None,
            first_seen=now,
            last_seen=now,
            ends_at=now,
        )
        yield raw_record(known, _item(posting), closed=False, attribution=None, now=now)


def sent_now(record: Outgoing) -> Outgoing:
    """A record whose header says that it is told of at this moment."""
    return replace(record, headers={**record.headers, "ce_time": datetime.now(UTC).isoformat(timespec="milliseconds")})


def _item(posting: PostingCore) -> dict[str, Any]:
    salary, zones = posting.salary, posting.timezones
    found: dict[str, Any] = {
        "id": posting.source_id,
        "title": posting.title,
        "company": posting.company.name,
        "url": f"https://market.example/jobs/{posting.source_id}",
        "description": posting.description_text,
        "skills": [skill.name for skill in posting.skills],
        "countries": _places(posting),
        "workplace": None if posting.workplace == "unknown" else posting.workplace,
        "timezones": None if zones is None else [zones.min, zones.max],
        "seniority": posting.seniority,
        "employment": posting.employment and posting.employment.replace("_", "-"),
        "language": posting.language,
    }
    if salary is not None:
        found |= {"salary_max": salary.max, "salary_currency": salary.currency, "salary_period": salary.period}
    return {name: value for name, value in found.items() if value is not None}


def _places(posting: PostingCore) -> list[str]:
    reach, data = posting.reach, place_data()
    if reach.scope == "worldwide":
        return ["worldwide"]
    named = [data.countries[code] for code in reach.countries]
    named += [data.subdivisions[code] for code in reach.subdivisions]
    return named + [data.group_names[code] for code in reach.groups]
