"""Whether the store still has what sources list: rows of postings that somebody deleted, or restored, are gone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from schemas.posting import posting_id_of
from schemas.sql.ingest import source_items
from schemas.sql.tables import postings
from services.runtime.sql.store import reading

_LOOKED_AT = 2_000
"""Of those that are listed, such as end last: who deletes rows by their source or age, or all, hits some of them."""
_STORED_WITHIN = timedelta(hours=1)
"""What was first listed before is stored, unless a service stands still."""
_KEPT = timedelta(days=7)
"""What was first listed before may be cleared away, as nothing of it changed for long."""
MANY, MUCH = 10, 0.1
"""A few are dead letters of their own, of the worst board a hundredth."""


@dataclass(frozen=True, slots=True)
class LostPostings:
    """Of some open postings that sources list since a week or less, such as the store lacks."""

    of: int = 0
    number: int = 0

    @property
    def are_many(self) -> bool:
        """So many that it is no matter of single ones."""
        return self.number >= MANY and self.number > MUCH * self.of


def read_lost_postings(engine: Engine, now: datetime) -> LostPostings:
    """Raises UnavailableError."""
    items = source_items.c
    query = select(items.source, items.source_id).where(items.is_open, items.ends_at > now)
    settled = query.where(items.first_seen > now - _KEPT, items.first_seen < now - _STORED_WITHIN)
    with reading(engine) as connection:
        rows = connection.execute(settled.order_by(items.ends_at.desc()).limit(_LOOKED_AT))
        listed = [posting_id_of(row.source, row.source_id) for row in rows]
        there = select(postings.c.posting_id).where(postings.c.posting_id.in_(listed))
        stored = set(connection.execute(there).scalars()) if listed else set()
    return LostPostings(len(listed), len(listed) - len(stored))
