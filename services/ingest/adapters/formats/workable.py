"""Workable's widget: JSON, all postings of one account, with a row for each place of a posting."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from services.ingest.adapters.formats.board import Board
from services.ingest.adapters.formats.fields import (
    distinct,
    list_of,
    object_of,
    place_text,
    plain,
    stated,
    text_of,
)
from services.ingest.adapters.formats.json_peek import peek, peek_text
from services.ingest.adapters.formats.json_rows import rows
from services.ingest.domain.draft import Draft
from services.ingest.ports import Broken, JsonObject, Merged, Skip

_MOST_PLACES = 500
"""Of one posting."""


class Workable(Board):
    """GET https://apply.workable.com/api/v1/widget/accounts/{account}?details=true."""

    def detects(self, body: bytes) -> bool:
        """By a job's fields; an empty account by its members, of which there are no others."""
        seen = peek(body, self.array)
        if seen.firsts:
            return {"shortcode", "telecommuting"} <= seen.firsts[0].keys()
        return seen.wrapper.keys() == {"name", "description", "jobs"}

    def rows(self, text: str) -> Iterator[Any | Broken | Skip]:
        """A posting's first row with the places of all its rows, however far apart; each further row is merged.

        The body is gone through twice, so that no more than the places need be held.
        """
        account = text_of(peek_text(text, self.array).wrapper.get("name"))
        places = _places_by_posting(rows(text, self.array))
        met: set[str] = set()
        for row in rows(text, self.array):
            fields = row if isinstance(row, dict) else {}
            posting = text_of(fields.get("shortcode"))
            if not posting:
                yield row
            elif posting in met:
                yield Merged("a row for one more place of a posting", posting)
            else:
                met.add(posting)
                yield {**fields, "account": account, "locations": places[posting]}

    def draft(self, data: JsonObject) -> Draft:
        """Map an item; its places are objects."""
        places = (stated("locations", _written(place)) for place in list_of(data.get("locations")))
        return replace(super().draft(data), locations=distinct(*places))


def _places_by_posting(found: Iterator[Any | Broken]) -> dict[str, list[JsonObject]]:
    """The distinct places of each posting, in the order of its rows."""
    places: dict[str, dict[str, JsonObject]] = {}
    for row in found:
        if not isinstance(row, dict):
            continue
        posting = text_of(row.get("shortcode"))
        if not posting:
            continue
        of_posting = places.setdefault(posting, {})
        for place in _places(row):
            if len(of_posting) < _MOST_PLACES:
                of_posting.setdefault(_written(place).casefold(), place)
    return {posting: list(of_posting.values()) for posting, of_posting in places.items()}


def _places(row: JsonObject) -> list[JsonObject]:
    """A row's list of places; of one that the account hides the country alone. Without a list, the row's own place."""
    own = {"city": row.get("city"), "region": row.get("state"), "country": row.get("country")}
    listed = [
        {"country": place.get("country"), "countryCode": place.get("countryCode")} if place.get("hidden") else place
        for place in map(object_of, list_of(row.get("locations")))
    ]
    return [place for place in listed if _written(place)] or ([own] if _written(own) else [])


def _written(place: Any) -> str:
    """`Sydney, New South Wales, Australia`; the code where no country is named."""
    fields = object_of(place)
    country = text_of(fields.get("country")) or text_of(fields.get("countryCode"))
    return place_text(plain(text_of(fields.get("city"))), plain(text_of(fields.get("region"))), plain(country))
