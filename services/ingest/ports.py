"""What ingest needs of the outside, in its own words."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote, urlsplit, urlunsplit

from schemas.posting import Attribution
from services.ingest.domain.draft import Draft
from services.ingest.domain.polling.listing import KnownItem
from services.ingest.domain.polling.schedule import Validators
from services.ingest.faults import FeedFault
from services.ingest.mapping.trace import Trace
from services.ingest.settings import SourceSettings
from services.runtime.errors import JobchimeError

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a feed, whole: `source_id` is the feed's own id."""

    source_id: str
    data: JsonObject
    """JSON, exactly what `Format.draft` later reads; XML and HTML formats map their elements to it."""


@dataclass(frozen=True, slots=True)
class Skip:
    """An item left out on purpose, with the reason: a legal notice, an unlisted job, a prospect post."""

    reason: str
    source_id: str | None = None
    is_unread: bool = False
    """It may be a job, and nothing of it is taken: it is empty, or has the id of another. A board may have a few."""


@dataclass(frozen=True, slots=True)
class Merged(Skip):
    """A row that is part of an item already there: a repeat, or one more place of a posting."""


@dataclass(frozen=True, slots=True)
class Broken:
    """An item, or the end of a feed, that could not be read: a dead letter with its fault."""

    fault: FeedFault
    excerpt: str = ""
    """At most 500 characters of what could not be read."""
    source_id: str | None = None
    ends_feed: bool = False
    """The rest of the body is lost with it, so the listing is not complete."""

    @property
    def reason(self) -> str:
        """Its fault as a sentence."""
        return self.fault.sentence


class UnusableItemError(ValueError):
    """A whole item that can be no posting, by its fault."""

    def __init__(self, fault: FeedFault) -> None:
        super().__init__(fault.sentence)
        self.fault = fault


DETAIL_STATE = "_detail"
"""The member of an item in which is kept of which row, when and with what validators its details were asked for."""


@dataclass(frozen=True, slots=True)
class Details:
    """How a format's listing is completed: by a call a posting, for a JSON object below the listing's address."""

    most: int
    """Calls a poll, unless the source's settings say otherwise. 0: only where an operator asks for them."""
    awaited: bool
    """A posting is worth little without them, so that it waits until there was room for its call."""
    members: frozenset[str]
    """What they add to an item."""
    listing: re.Pattern[str]
    """The path of a listing's address."""
    query: str = ""
    """Of a posting's address."""

    def address(self, url: str, source_id: str) -> str | None:
        """Where a posting's details are: at the listing's host, whatever a row says; None below another address."""
        parts = urlsplit(url)
        path = parts.path.rstrip("/")
        if not self.listing.fullmatch(path):
            return None
        return urlunsplit(parts._replace(path=f"{path}/{quote(source_id, safe='')}", query=self.query, fragment=""))


class Format(Protocol):
    """One feed format. To add one: see `adapters.formats.registry`."""

    name: str
    title: str
    """As people call it."""
    complete: bool
    """Each listing holds every open posting, so that what vanishes has closed."""
    attribution: Attribution | None
    """What the format's one board asks for; None where each company has a board of its own."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """The forms of the addresses that serve it, with {} around what the operator puts in."""
        ...

    @property
    def every(self) -> timedelta | None:
        """How often its board wants to be asked at most, by its terms; None where it says nothing."""
        ...

    @property
    def details(self) -> Details | None:
        """How a listing is completed; None where it is complete by itself."""
        ...

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

    def traces(self, data: JsonObject) -> Iterable[Trace]:
        """What each path that an operator wrote comes to in an item; nothing of a format that comes along."""
        ...

    def fingerprint(self, data: JsonObject) -> JsonObject:
        """The item less what differs at each fetch (beacons, counters): what its content hash is taken of."""
        ...


class FetchFailedError(JobchimeError):
    """A source gave nothing this time, with the reason in one sentence: note it, poll again later."""

    def __init__(
        self, reason: str, *, retry_after: timedelta | None = None, gone: bool = False, hung: bool = False
    ) -> None:
        super().__init__(reason)
        self.hung = hung
        """Its server let the time run out."""
        self.retry_after = retry_after
        """How long the source asked to be left alone."""
        self.gone = gone
        """There is nothing at the address (any more)."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One body of a source."""

    address: str
    """Where it came from in the end, after redirects."""
    body: bytes
    validators: Validators = field(default_factory=Validators)
    unchanged: bool = False
    """The source says that nothing changed since `validators`; there is no body."""
    cut: str | None = None
    """Why the body is not whole."""
    hung: bool = False
    """It is not, because its server let the time run out."""
    following: str | None = None
    """The next file of a folder."""
    pages: bool = True
    """Whether the body may name a next page; files do not."""
    moved_to: str = ""
    """Where its server says that it is for good; empty where it did not move."""


class Fetcher(Protocol):
    """Gets the bytes of a source, politely and safely."""

    def fetch(self, source: SourceSettings, address: str, validators: Validators, now: datetime) -> Fetched:
        """Get one body. Raises FetchFailedError."""
        ...


@dataclass(frozen=True, slots=True)
class KeptItem:
    """A row to write. Without `item` the one that is kept stays."""

    known: KnownItem
    item: JsonObject | None = None
