"""A call for one posting's details: what a listing lacks and a JSON object per posting has."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from services.ingest.adapters.formats.contacts import without_contacts
from services.ingest.adapters.formats.reading import MOST_BYTES, read_text
from services.ingest.ports import JsonObject
from services.runtime.strict_json import read_value


@dataclass(frozen=True, slots=True)
class DetailCall:
    """`Details` of a JSON object at an address below the listing's."""

    most: int
    awaited: bool
    members: frozenset[str]
    listing: re.Pattern[str]
    """The path of a listing's address."""
    query: str = ""
    """Of a posting's address."""

    def address(self, url: str, source_id: str) -> str | None:
        """Below the listing's, at the same host, whatever a row says; None where that is not of the form known."""
        parts = urlsplit(url)
        path = parts.path.rstrip("/")
        if not self.listing.fullmatch(path):
            return None
        return urlunsplit(parts._replace(path=f"{path}/{quote(source_id, safe='')}", query=self.query, fragment=""))

    def read(self, body: bytes) -> JsonObject | None:
        """None of what is no object: an error page, a body cut short."""
        if len(body) > MOST_BYTES:
            return None
        try:
            value, _ = read_value(read_text(body).text)
        except ValueError:
            return None
        if not isinstance(value, dict):
            return None
        return without_contacts({name: part for name, part in value.items() if name in self.members})
