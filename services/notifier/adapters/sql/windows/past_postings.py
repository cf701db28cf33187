"""The stored postings of some days, for backtests and previews."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Engine, and_, func, select

from schemas.codec import decode
from schemas.posting import PostingCore
from schemas.sql.tables import postings
from services.notifier.adapters.sql.rows import chunks, unsqueeze
from services.runtime.sql.store import bytewise, reading

_PAGE: Final = 5_000


class SqlPastPostings:
    """Postings by when any version of them was first seen. Every method raises UnavailableError.

    Page by page, so that no transaction is held while the caller works.
    """

    def __init__(self, engine: Engine, *, page: int = _PAGE) -> None:
        self._engine = engine
        self._page = page

    def count(self, since: datetime, until: datetime) -> int:
        """How many were first seen after `since`, up to `until`."""
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.count()).where(_seen_between(since, until))).scalar_one())

    def versions(self, since: datetime, until: datetime) -> Iterator[dict[str, int]]:
        """The ids of those, closed ones too, with their newest versions: pages in the order of their ids."""
        after = ""
        while True:
            with reading(self._engine) as connection:
                own = bytewise(connection, postings.c.posting_id)
                query = select(postings.c.posting_id, postings.c.version).where(
                    _seen_between(since, until), own > after
                )
                rows = connection.execute(query.order_by(own).limit(self._page)).all()
            if rows:
                yield {row.posting_id: row.version for row in rows}
            if len(rows) < self._page:
                return
            after = rows[-1].posting_id

    def read(self, posting_ids: Sequence[str]) -> Iterator[tuple[PostingCore, datetime]]:
        """The newest version of each, and when any version was first seen, in the order given; the unknown left out."""
        for some in chunks(posting_ids):
            query = select(postings.c.posting_id, postings.c.document, postings.c.seen_at)
            with reading(self._engine) as connection:
                rows = connection.execute(query.where(postings.c.posting_id.in_(some))).all()
            by_id = {row.posting_id: row for row in rows}
            for row in (by_id[posting_id] for posting_id in some if posting_id in by_id):
                yield decode(PostingCore, unsqueeze(row.document)), row.seen_at

    def open_since(self, since: datetime) -> Iterator[list[PostingCore]]:
        """The newest versions of what is open and was stored since then: pages in the order of their ids.

        Whatever was seen since then is among them, as nothing is stored before it is seen.
        """
        after = ""
        while True:
            with reading(self._engine) as connection:
                own = bytewise(connection, postings.c.posting_id)
                stored = (postings.c.stored_at >= since, postings.c.status == "open", own > after)
                query = select(postings.c.posting_id, postings.c.document).where(*stored)
                rows = connection.execute(query.order_by(own).limit(self._page)).all()
            if rows:
                yield [decode(PostingCore, unsqueeze(row.document)) for row in rows]
            if len(rows) < self._page:
                return
            after = rows[-1].posting_id


def _seen_between(since: datetime, until: datetime) -> ColumnElement[bool]:
    # No posting is stored before it is seen, and there is an index of when they were.
    return and_(postings.c.stored_at > since, postings.c.seen_at > since, postings.c.seen_at <= until)
