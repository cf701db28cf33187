"""What ingest needs of the outside, in its own words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from schemas.posting import Attribution
from services.ingest.domain.draft import Draft

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a feed, whole: `source_id` is the feed's own id."""

    source_id: str
    data: JsonObject
    """JSON, exactly what `Format.draft` later reads; XML and HTML formats map their elements to it."""


@dataclass(frozen=True, slots=True)
class Skip:
    """An item left out on purpose, with the reason: a legal notice, an unlisted job, a prospect post, a repeat."""

    reason: str
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """An item, or the end of a feed, that could not be read: a dead letter with its reason."""

    reason: str
    excerpt: str = ""
    """At most 500 characters of what could not be read."""
    source_id: str | None = None
    ends_feed: bool = False
    """The rest of the body is lost with it, so the listing is not complete."""


class UnusableItemError(ValueError):
    """A whole item that can be no posting, with the reason in one sentence."""


class Format(Protocol):
    """One feed format. To add one: one file in adapters, one line in `adapters.formats`."""

    name: str
    title: str
    """As people call it."""
    complete: bool
    """Each listing holds every open posting, so that what vanishes has closed."""
    attribution: Attribution | None
    """What the format's one board asks for; None where each company has a board of its own."""

    def detects(self, body: bytes) -> bool:
        """Whether a body is of this format, by its content alone. Never raises."""
        ...

    def split(self, body: bytes) -> Iterator[Item | Skip | Broken]:
        """Cut a body into items. Never raises for any bytes: what is whole before a fault comes out first."""
        ...

    def next_page(self, url: str, body: bytes) -> str | None:
        """The address of the page after this one, None at the end or where the format has no pages."""
        ...

    def draft(self, data: JsonObject) -> Draft:
        """Map an item to a draft. Raises UnusableItemError."""
        ...

    def fingerprint(self, data: JsonObject) -> JsonObject:
        """The item less what differs at each fetch (beacons, counters): what its content hash is taken of."""
        ...
