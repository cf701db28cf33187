"""Whom it harms that a source is not well: how many readers had jobs of it of late."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from schemas.counted import counted
from schemas.posting import posting_id_of
from schemas.sql.ingest import source_items
from schemas.sql.tables import digest_items, digests

MAILS: Final = 500
"""The newest mails that are looked at."""
_ITEMS: Final = 10_000
"""Of a source, those that it listed last."""


@dataclass(frozen=True, slots=True)
class SourceReaders:
    """Readers of the newest mails."""

    number: int
    """Who had jobs of the source."""
    of: int
    mails: int

    @property
    def said(self) -> str:
        """As the end of a sentence."""
        if not self.number:
            return f"no reader of the last {counted(self.mails, 'mail')} had jobs of it"
        readers, mails = counted(self.of, "reader"), counted(self.mails, "mail")
        return f"{self.number:,} of the {readers} of the last {mails} had jobs of it"


def read_source_readers(connection: Connection, names: Sequence[str]) -> Mapping[str, SourceReaders]:
    """By source, in the caller's transaction; empty where nobody was mailed yet."""
    if not names:
        return {}
    newest = (
        select(digests.c.digest_id, digests.c.subscriber_id)
        .where(digests.c.outcome == "digest")
        .order_by(digests.c.created_at.desc())
        .limit(MAILS)
        .subquery()
    )
    columns = select(newest.c.digest_id, newest.c.subscriber_id, digest_items.c.posting_id)
    readers: defaultdict[str, set[str]] = defaultdict(set)
    mails, everybody = set[str](), set[str]()
    for row in connection.execute(columns.join(digest_items, digest_items.c.digest_id == newest.c.digest_id)):
        readers[row.posting_id].add(row.subscriber_id)
        mails.add(row.digest_id)
        everybody.add(row.subscriber_id)
    if not mails:
        return {}
    found = {}
    for name in names:
        own = select(source_items.c.source_id).where(source_items.c.source == name)
        listed = connection.execute(own.order_by(source_items.c.last_seen.desc()).limit(_ITEMS)).scalars()
        had = set[str]().union(*(readers.get(posting_id_of(name, source_id), ()) for source_id in listed))
        found[name] = SourceReaders(len(had), len(everybody), len(mails))
    return found
