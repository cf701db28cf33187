"""A feed's bytes to postings, with nothing stored or sent: each item comes out, or falls out with its reason."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from schemas.posting import Attribution, Posting, posting_id_of
from schemas.raw import RawPosting
from services.ingest.domain.draft import Draft
from services.ingest.domain.polling.listing import Terms, judge
from services.ingest.events import seen_of
from services.ingest.faults import FeedFault
from services.ingest.ports import Broken, Format, Item, Merged, Skip, UnusableItemError
from services.runtime.errors import PoisonError
from services.runtime.privacy.redaction import redacted

Normalise = Callable[[Draft, RawPosting], Posting]


@dataclass(frozen=True, slots=True)
class Fallen:
    """An item that is no posting, and why."""

    kind: Literal["dead letter", "skip", "merge", "ended"]
    """A merge is part of an item that is there already; what has ended is past its end."""
    reason: str
    source_id: str | None
    fault: FeedFault | None = None
    """Of a dead letter."""
    excerpt: str = ""
    whole: bool = False
    """A dead letter that the feed gave whole."""
    is_unread: bool = False
    """It may be a job, and nothing of it can be read."""

    def as_json(self) -> dict[str, Any]:
        """For a file of dead letters."""
        code = {} if self.fault is None else {"code": self.fault.code, "field": self.fault.field}
        said = {"kind": self.kind, "reason": self.reason}
        return {**said, **code, "source_id": self.source_id, "excerpt": self.excerpt}


def trial(
    body: bytes, *, source: str, found: Format | None, normalise: Normalise, now: datetime
) -> Iterator[Posting | Fallen]:
    """Read a body as the collectors and the normaliser would. Never raises for what is in it."""
    if found is None:
        fault = FeedFault("unknown_format", "of no known format")
        yield Fallen("dead letter", fault.sentence, None, fault, body[:500].decode("utf-8", "replace"))
        return
    yield from judged(
        found.split(body),
        set(),
        found=found,
        source=source,
        attribution=found.attribution,
        normalise=normalise,
        now=now,
    )


def judged(
    parts: Iterable[Item | Skip | Broken],
    listed: set[str],
    *,
    found: Format,
    source: str,
    attribution: Attribution | None,
    normalise: Normalise,
    now: datetime,
    terms: Terms | None = None,
) -> Iterator[Posting | Fallen]:
    """What each part of a listing comes to. `listed` are the ids met so far; those of `parts` are added.

    By `terms` it is judged as by a first poll; without them what is past its end is a posting too.
    """
    for part in parts:
        if isinstance(part, Skip):
            kind: Literal["merge", "skip"] = "merge" if isinstance(part, Merged) else "skip"
            yield Fallen(kind, part.reason, part.source_id, is_unread=part.is_unread)
        elif isinstance(part, Broken):
            yield Fallen("dead letter", part.reason, part.source_id, part.fault, part.excerpt, is_unread=True)
        elif part.source_id in listed:
            yield Fallen("merge", "repeat of an item of this listing", part.source_id)
        else:
            listed.add(part.source_id)
            yield _posting(part, source, found, attribution, normalise, now, terms)


def _posting(
    item: Item,
    source: str,
    found: Format,
    attribution: Attribution | None,
    normalise: Normalise,
    now: datetime,
    terms: Terms | None,
) -> Posting | Fallen:
    seen = seen_of(found, item, now)
    if isinstance(seen, Broken):
        return Fallen("dead letter", seen.reason, item.source_id, seen.fault, seen.excerpt, whole=True)
    if terms is not None and judge(seen, None, source=source, terms=terms).outcome == "ended":
        return Fallen("ended", "past its end", item.source_id, whole=True)
    raw = RawPosting(
        posting_id=posting_id_of(source, item.source_id),
        source=source,
        source_id=item.source_id,
        format=found.name,
        item=item.data,
        content_hash=seen.content_hash,
        fetched_at=now,
        attribution=attribution,
    )
    try:
        return normalise(found.draft(item.data), raw)
    except UnusableItemError as error:
        return Fallen("dead letter", redacted(error), item.source_id, error.fault, whole=True)
    except PoisonError as error:
        return Fallen("dead letter", redacted(error), item.source_id, whole=True)
