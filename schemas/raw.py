"""raw.v1: one item as the source served it."""

from typing import Any, Literal

from schemas.model import Instant, Model
from schemas.posting import Attribution, posting_id_of


class RawPosting(Model):
    """One new, changed or vanished item of a source."""

    posting_id: str
    source: str
    source_id: str
    format: str
    """The name of the format adapter that reads `item`."""
    event: Literal["seen", "closed"] = "seen"
    item: dict[str, Any]
    """As served, less recruiters' contact fields; of a closed item, as it was last seen."""
    content_hash: str
    fetched_at: Instant
    backlog: bool = False
    attribution: Attribution | None = None


def unserved(format_name: str, source_id: str, fetched_at: Instant) -> RawPosting:
    """What stands beside a draft where no source served it, or it is read where it lies: its format is its source."""
    return RawPosting(
        posting_id=posting_id_of(format_name, source_id),
        source=format_name,
        source_id=source_id,
        format=format_name,
        item={},
        content_hash="",
        fetched_at=fetched_at,
    )
